//! For how long a store that failed is left alone: as long as it says, or a pause of our own that
//! grows, so that whoever asks next does not ask it everything once more.

use std::time::Duration;

use trace::Timestamp;

use super::Fault;
use crate::retry;

/// A store is left alone for so long at most, or it was a clock that was wrong.
const LONGEST: Duration = Duration::from_mins(10);
/// As long at most where it did not say for how long: somebody may be waiting for it to be mended.
const OWN: Duration = Duration::from_mins(1);

/// Whether a store is to be left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    failures: u32,
    /// Until when, and for what.
    until: Option<(Timestamp, Fault)>,
}

impl Rest {
    /// Why it is not asked now; `None` when it may be.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> Option<&Fault> {
        let (until, fault) = self.until.as_ref()?;
        // A clock that was put back must not hold it for ever.
        (now < *until && until.since(now) <= LONGEST).then_some(fault)
    }

    /// Takes in that it is busy, or that nothing known was found there. What fails while others
    /// are on their way is one failure.
    pub fn failed(&mut self, fault: &Fault, now: Timestamp, entropy: u32) {
        if self.holds(now).is_none() {
            self.failures = self.failures.saturating_add(1);
        }
        let pause = match fault {
            Fault::Busy { after: Some(after), .. } => (*after).min(LONGEST),
            _ => retry::pause(self.failures, None, entropy).min(OWN),
        };
        let until = now.plus(pause);
        if self.holds(now).is_none() || self.until.as_ref().is_none_or(|(old, _)| *old < until) {
            self.until = Some((until, fault.clone()));
        }
    }

    /// Takes in that it answered a question. One that wants to be left alone is all the same: the
    /// question may have gone out before.
    pub fn answered(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::NOW;

    const HALF: u32 = 0;

    fn foreign() -> Fault {
        Fault::Foreign { said: "200".to_owned() }
    }

    fn busy(after: Option<u64>) -> Fault {
        Fault::Busy { status: 429, after: after.map(Duration::from_secs) }
    }

    fn later(millis: u64) -> Timestamp {
        NOW.plus(Duration::from_millis(millis))
    }

    #[test]
    fn what_a_store_says_holds_for_as_long_and_in_its_words() {
        let mut rest = Rest::default();
        assert_eq!(rest.holds(NOW), None);
        rest.failed(&busy(Some(3)), NOW, HALF);
        assert_eq!(rest.holds(later(2_999)), Some(&busy(Some(3))));
        assert_eq!(rest.holds(later(3_000)), None);
        rest.failed(&busy(Some(86_400)), NOW, HALF);
        assert!(rest.holds(later(599_999)).is_some());
        assert_eq!(rest.holds(later(600_000)), None, "that long is a mistake");
        let before = Timestamp::from_nanos(NOW.nanos() - 1_000_000_000);
        assert_eq!(rest.holds(before), None, "the clock was put back");
    }

    #[test]
    fn answers_on_their_way_shorten_nothing_and_count_once() {
        let mut rest = Rest::default();
        rest.failed(&busy(Some(5)), NOW, HALF);
        for _ in 0..9 {
            rest.failed(&busy(None), later(1), HALF);
        }
        rest.answered();
        assert_eq!(rest.holds(later(4_999)), Some(&busy(Some(5))));
        rest.failed(&busy(Some(9)), later(2), HALF);
        assert_eq!(rest.holds(later(9_001)), Some(&busy(Some(9))), "more is more");
    }

    #[test]
    fn a_store_that_is_none_is_asked_less_and_less_and_once_a_minute_at_least() {
        let (mut rest, mut now, mut pauses) = (Rest::default(), NOW, Vec::new());
        for _ in 0..9 {
            rest.failed(&foreign(), now, HALF);
            let begun = now;
            while rest.holds(now).is_some() {
                now = now.plus(Duration::from_millis(500));
            }
            pauses.push(now.since(begun).as_millis());
        }
        assert_eq!(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        rest.answered();
        rest.failed(&foreign(), now, HALF);
        assert_eq!(rest.holds(now.plus(Duration::from_millis(500))), None, "it begins anew");
    }
}
