//! Span ids: claimed by those who minted them, derived for those who did not.

use crate::context::PageContext;
use crate::seen::Seen;
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

/// Where FNV-1a of 64 bits begins.
pub(super) const FNV: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, taken on by more bytes.
pub(super) fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The span ids of one page, each given once.
pub(super) struct Ids {
    /// Beside the first id of a seed stands how many were derived from it, so that a flood of equal
    /// seeds stays cheap.
    used: Seen,
}

impl Ids {
    /// Root and document have theirs from the start, and nobody else can claim them.
    pub(super) fn new(context: PageContext) -> Self {
        let mut used = Seen::default();
        used.insert(context.trace, context.root);
        used.insert(context.trace, context.document);
        Self { used }
    }

    /// Takes an id that somebody minted. False when it is taken.
    pub(super) fn claim(&mut self, trace: TraceId, span: SpanId) -> bool {
        self.used.insert(trace, span)
    }

    /// Makes an id of what is known of a span, so that the next assembly makes the same: FNV-1a
    /// over trace, URL and start, stepped while the id is taken or zero.
    pub(super) fn derive(&mut self, trace: TraceId, url: &str, start: PageMillis) -> SpanId {
        let seed = fnv(FNV, trace.as_bytes());
        let seed = fnv(fnv(seed, url.as_bytes()), &start.0.to_bits().to_be_bytes());
        let step = |turn: u64| finish(seed.wrapping_add(STEP.wrapping_mul(turn)));
        // Zero is no id; the one after it never is.
        let Some(first) = SpanId::mint(step(1).to_be_bytes()) else {
            return self.next(trace, 1, step).0;
        };
        let (turns, new) = self.used.enter(trace, first);
        let turn = (*turns).max(1);
        *turns = turn;
        if new {
            return first;
        }
        let (id, turn) = self.next(trace, turn, step);
        *self.used.enter(trace, first).0 = turn;
        id
    }

    /// The first id behind a turn that is not taken, and its turn.
    fn next(&mut self, trace: TraceId, mut turn: u64, step: impl Fn(u64) -> u64) -> (SpanId, u64) {
        loop {
            turn += 1;
            match SpanId::mint(step(turn).to_be_bytes()) {
                Some(id) if self.used.insert(trace, id) => return (id, turn),
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
