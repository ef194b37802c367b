//! Long work in steps, none of them so long that a reader would notice: between them the browser
//! draws and hears. How much fits into a step is found out on the way.
//!
//! ```text
//! while !feed.step(&mut sheet, steps.size()).done { steps.rest().await; }
//! ```

use std::time::Duration;

/// How long a step is to take: a frame has 16.7 ms, and is drawn in a few of them.
const AIM: Duration = Duration::from_millis(10);
/// How much is tried first: what every machine does in time.
const FIRST: usize = 512;
/// The least and the most in a step.
const BOUNDS: (usize, usize) = (64, 1 << 20);

/// Steps of one work.
#[derive(Debug)]
pub struct Steps {
    pace: Pace,
    since: Duration,
}

impl Steps {
    /// Begins the first step.
    #[must_use]
    pub fn begin() -> Self {
        Self { pace: Pace::default(), since: webext::clock::lived() }
    }

    /// How much to do in this step, counted as whoever works likes.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.pace.0
    }

    /// Whether the step has had its time; for work whose size nobody knows before it is done.
    #[must_use]
    pub fn over(&self) -> bool {
        webext::clock::lived().saturating_sub(self.since) >= AIM
    }

    /// Ends a step, and begins the next one after the browser had its turn.
    pub async fn rest(&mut self) {
        self.pace.took(webext::clock::lived().saturating_sub(self.since));
        webext::rest().await;
        self.since = webext::clock::lived();
    }
}

/// How much is done in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pace(usize);

impl Default for Pace {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Pace {
    /// Learns from how long a step took. It slows down at once and grows by half at most, since
    /// what comes may be harder than what was.
    fn took(&mut self, time: Duration) {
        let most = self.0.saturating_add(self.0 / 2);
        let micros = usize::try_from(time.as_micros()).unwrap_or(usize::MAX).max(1);
        let aim = usize::try_from(AIM.as_micros()).unwrap_or(usize::MAX);
        let fits = self.0.saturating_mul(aim) / micros;
        self.0 = fits.min(most).clamp(BOUNDS.0, BOUNDS.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time that a machine takes for so many, at so many microseconds for each.
    fn time(count: usize, micros: u64) -> Duration {
        Duration::from_micros(u64::try_from(count).unwrap() * micros)
    }

    #[test]
    fn a_step_finds_its_size_on_fast_and_slow_machines() {
        for (micros, wanted) in [(1, 10_000), (10, 1_000), (200, 64)] {
            let mut pace = Pace::default();
            (0..20).for_each(|_| pace.took(time(pace.0, micros)));
            assert_eq!(pace.0, wanted, "{micros} µs each");
        }
    }

    #[test]
    fn harder_work_makes_the_next_step_small_and_easier_work_comes_by_and_by() {
        let mut pace = Pace(10_000);
        pace.took(time(10_000, 40));
        assert_eq!(pace.0, 250);
        pace.took(Duration::ZERO);
        assert_eq!(pace.0, 375);
        pace.took(Duration::MAX);
        assert_eq!(pace.0, 64);
    }
}
