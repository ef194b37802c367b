//! Span ids: claimed by those who minted them, derived for those who did not.

use std::collections::{BTreeMap, BTreeSet};

use crate::context::PageContext;
use crate::{PageMillis, SpanId, TraceId};

/// The odd number next to 2^64 divided by the golden ratio: SplitMix64's step.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// `SplitMix64`'s finisher (Steele, Lea, Flood 2014). One to one, so that different numbers stay
/// different.
const fn finish(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// FNV-1a, 64 bits.
fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The span ids of one page, each given once.
pub(super) struct Ids {
    used: BTreeSet<(TraceId, SpanId)>,
    /// How many ids were derived from a seed, so that a flood of equal seeds stays cheap.
    derived: BTreeMap<u64, u64>,
}

impl Ids {
    /// Root and document have theirs from the start, and nobody else can claim them.
    pub(super) fn new(context: PageContext) -> Self {
        let PageContext { trace, root, document } = context;
        Self { used: BTreeSet::from([(trace, root), (trace, document)]), derived: BTreeMap::new() }
    }

    /// Takes an id that somebody minted. False when it is taken.
    pub(super) fn claim(&mut self, trace: TraceId, span: SpanId) -> bool {
        self.used.insert((trace, span))
    }

    /// Makes an id of what is known of a span, so that the next assembly makes the same: FNV-1a
    /// over trace, URL and start, stepped while the id is taken or zero.
    pub(super) fn derive(&mut self, trace: TraceId, url: &str, start: PageMillis) -> SpanId {
        let start = start.0.to_bits().to_be_bytes();
        let seed = fnv(trace.as_bytes().iter().copied().chain(url.bytes()).chain(start));
        let turn = self.derived.entry(seed).or_default();
        loop {
            *turn += 1;
            let number = finish(seed.wrapping_add(turn.wrapping_mul(STEP)));
            match SpanId::mint(number.to_be_bytes()) {
                Some(id) if self.used.insert((trace, id)) => return id,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_different_ids_in_the_same_order() {
        let context =
            PageContext::mint(std::array::from_fn(|at| u8::try_from(at).unwrap())).unwrap();
        let draw = || {
            let mut ids = Ids::new(context);
            let mut draw = || ids.derive(context.trace, "http://a.test/x", PageMillis(1.5));
            [draw(), draw(), draw()]
        };
        let [first, second, third] = draw();
        assert!(first != second && second != third && first != third);
        assert_eq!(draw(), [first, second, third]);
    }

    #[test]
    fn a_taken_id_cannot_be_claimed() {
        let context =
            PageContext::mint(std::array::from_fn(|at| u8::try_from(at).unwrap())).unwrap();
        let mut ids = Ids::new(context);
        assert!(!ids.claim(context.trace, context.root));
        assert!(!ids.claim(context.trace, context.document));
        let other: SpanId = "00f067aa0ba902b7".parse().unwrap();
        assert!(ids.claim(context.trace, other));
        assert!(!ids.claim(context.trace, other));
    }
}
