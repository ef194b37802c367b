//! A span's key: where its row lies.

use trace::SpanId;

/// Makes keys of span ids. The hash is multiplicative with an odd factor that every database draws
/// for itself, so nobody outside can choose ids that meet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys {
    factor: u64,
}

impl Keys {
    pub(super) fn new(seed: i64) -> Self {
        Self { factor: seed.cast_unsigned() | 1 }
    }

    /// The first place to look for a span.
    pub(super) fn of(self, trace: i64, span: SpanId) -> i64 {
        let hash = u64::from_be_bytes(*span.as_bytes()).wrapping_mul(self.factor) >> 32;
        trace << 32 | hash.cast_signed()
    }
}

/// The next place to look when another span sits here: round within the trace's range.
pub(super) fn next(key: i64) -> i64 {
    key & !0xffff_ffff | (key + 1) & 0xffff_ffff
}

/// The first and the last key of a trace.
pub(super) fn range(trace: i64) -> (i64, i64) {
    (trace << 32, trace << 32 | 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_lies_in_its_traces_range() {
        let keys = Keys::new(-7);
        for byte in 1..=255 {
            let id = SpanId::from_bytes(&[byte; 8]).unwrap();
            let (first, last) = range(5);
            assert!((first..=last).contains(&keys.of(5, id)));
        }
        assert_eq!(next(range(5).1), range(5).0);
        assert_eq!(next(range(5).0), range(5).0 + 1);
    }
}
