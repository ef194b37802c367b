//! Judges origins of the user's choice by what becomes of requests to them: one that fails with our
//! context and works without it is taken off, and the user is told.
//!
//! That a request fails says nothing yet: the origin may be down. So one that fails twice in a row
//! is taken off for a trial; where it fails without our context just the same it is put back, and
//! not tried again before it has worked. Aborted requests say nothing.

use crate::origin::Origin;
use crate::record::Record;
use crate::table::Table;
use crate::{PageClock, Timestamp};

/// Failures in a row after which an origin is taken off.
const MOST_FAILURES: u8 = 2;
/// What is asked for so soon after an origin was taken off, in milliseconds, may still have left with
/// our context: the browser's rules are changed meanwhile.
const GRACE: u64 = 1_000;
/// Origins that are kept in mind, at most: those beyond are judged by nothing before.
const MOST_SUSPECTS: usize = 32;

/// What became of a page's request to another origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// Its URL, redacted.
    pub url: String,
    /// When it was made, milliseconds since the epoch.
    pub at: u64,
    /// Whether no response came that its script could have.
    pub failed: bool,
}

/// Origins whose requests fail. Kept in memory alone: who forgets them begins anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suspects(Table<String, Suspect>);

/// An origin that is under suspicion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Suspect {
    /// Failures in a row, with our context.
    failures: u8,
    /// From when on requests leave without our context, for a trial; milliseconds since the epoch, 0
    /// when they do not.
    since: u64,
    /// Whether it failed without our context, too.
    cleared: bool,
}

/// What follows for the list of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// The origin is taken off.
    Pause,
    /// It is put back.
    Restore,
}

/// What became of a page's requests to other origins than its own.
#[must_use]
pub fn met(records: &[Record], home: &Origin, clock: PageClock) -> Vec<Met> {
    let met = records.iter().filter_map(|record| {
        let Record::Request(request) = record else { return None };
        let failed = match request.error.as_deref() {
            None => false,
            Some("TypeError" | "error") => true,
            Some(_) => return None,
        };
        let elsewhere = Origin::of(&request.url).is_ok_and(|origin| origin != *home);
        elsewhere.then(|| Met {
            url: request.url.clone(),
            at: clock.at(request.start).millis(),
            failed,
        })
    });
    met.take(MOST_SUSPECTS).collect()
}

impl Suspects {
    /// Takes in what became of a request to an origin, which is on the list, or `paused`.
    pub fn judge(
        &mut self,
        origin: &Origin,
        met: &Met,
        paused: bool,
        now: Timestamp,
    ) -> Option<Ruling> {
        let name = origin.to_string();
        let known = self.0.contains(&name);
        if !known && (!met.failed || paused || self.0.keys().count() >= MOST_SUSPECTS) {
            return None;
        }
        let suspect = self.0.or_default(name.clone());
        if suspect.since > 0 && !paused {
            // The user has put it back: it begins anew.
            *suspect = Suspect::default();
        }
        let ruling = suspect.weigh(met, now);
        if *suspect == Suspect::default() || (paused && suspect.since == 0) {
            self.0.remove(&name);
        }
        ruling
    }
}

impl Suspect {
    fn weigh(&mut self, met: &Met, now: Timestamp) -> Option<Ruling> {
        match (self.since, met.failed) {
            // Perhaps made before it was taken off.
            (since, _) if since > met.at => None,
            (0, false) => {
                *self = Self::default();
                None
            }
            (0, true) if self.cleared => None,
            (0, true) => {
                self.failures += 1;
                let off = self.failures >= MOST_FAILURES;
                self.since = if off { now.millis() + GRACE } else { 0 };
                off.then_some(Ruling::Pause)
            }
            // It works without: the trial is over, and it stays off.
            (_, false) => {
                *self = Self::default();
                None
            }
            (_, true) => {
                *self = Self { cleared: true, ..Self::default() };
                Some(Ruling::Restore)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A browser in which requests to one origin end so, one each two seconds; `+` works, `-`
    /// fails. What follows is drawn below each: `v` taken off, `^` put back.
    fn judged(ends: &str) -> String {
        let (mut suspects, mut paused) = (Suspects::default(), false);
        let origin = Origin::of("https://api.test/").unwrap();
        let judge = |(at, end): (u64, char)| {
            let at = (at + 1) * 2_000;
            let met = Met { url: "https://api.test/x".to_owned(), at, failed: end == '-' };
            let ruling =
                suspects.judge(&origin, &met, paused, Timestamp::from_millis(at as f64 + 5.0));
            match ruling {
                Some(Ruling::Pause) => paused = true,
                Some(Ruling::Restore) => paused = false,
                None => return ' ',
            }
            if paused { 'v' } else { '^' }
        };
        let drawn: String = (0..).zip(ends.chars()).map(judge).collect();
        assert!(suspects.0.keys().count() < 2);
        drawn.trim_end().to_owned()
    }

    #[test]
    fn an_origin_that_fails_with_our_context_and_works_without_is_taken_off_for_good() {
        assert_eq!(judged("+--++-+--"), "  v");
    }

    #[test]
    fn an_origin_that_fails_without_our_context_too_is_put_back_until_it_has_worked() {
        assert_eq!(judged("---- - +--+"), " v^      v");
    }

    #[test]
    fn one_failure_is_none() {
        assert_eq!(judged("-+-+-+"), "");
    }

    #[test]
    fn what_was_asked_for_before_it_was_taken_off_says_nothing_of_it() {
        let mut suspects = Suspects::default();
        let origin = Origin::of("https://api.test/").unwrap();
        let met = |at, failed| Met { url: String::new(), at, failed };
        let now = |at: u32| Timestamp::from_millis(f64::from(at));
        suspects.judge(&origin, &met(10, true), false, now(11));
        assert_eq!(suspects.judge(&origin, &met(12, true), false, now(20)), Some(Ruling::Pause));
        assert_eq!(
            suspects.judge(&origin, &met(13, true), true, now(21)),
            None,
            "it was under way"
        );
        assert_eq!(
            suspects.judge(&origin, &met(1_030, true), true, now(1_031)),
            Some(Ruling::Restore)
        );
    }

    #[test]
    fn an_origin_that_the_user_puts_back_begins_anew() {
        let mut suspects = Suspects::default();
        let origin = Origin::of("https://api.test/").unwrap();
        let met = |at, failed| Met { url: String::new(), at, failed };
        let now = |at: u32| Timestamp::from_millis(f64::from(at));
        for at in [10, 20] {
            suspects.judge(&origin, &met(at, true), false, now(20));
        }
        assert_eq!(suspects.judge(&origin, &met(30, true), false, now(31)), None);
        assert_eq!(suspects.judge(&origin, &met(40, true), false, now(41)), Some(Ruling::Pause));
    }

    #[test]
    fn a_page_that_asks_many_origins_in_vain_is_not_kept_in_mind_for_ever() {
        let mut suspects = Suspects::default();
        for at in 0..100 {
            let origin = Origin::of(&format!("https://a{at}.test/")).unwrap();
            let met = Met { url: String::new(), at: 1, failed: true };
            suspects.judge(&origin, &met, false, Timestamp::from_millis(2.0));
        }
        assert_eq!(suspects.0.keys().count(), MOST_SUSPECTS);
    }
}
