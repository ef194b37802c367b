//! Counts the spans of a month, for whoever wants to stay under a limit. Months are UTC's.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::time::civil;

/// Key of the meter in local storage, where surfaces read it.
pub const KEY: &str = "meter";
/// Begins what is said where nothing is sent because the month's limit is reached.
pub const REACHED: &str = "The month's limit";

/// Spans recorded in one month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// Which month: counted from the year 0.
    month: i64,
    /// How many spans.
    spans: u64,
}

impl Meter {
    /// Counts more spans; a new month begins at none.
    pub fn add(&mut self, now: Timestamp, spans: u32) {
        let (month, before) = (month(now), self.spans(now));
        // A clock that was set back over midnight begins no month anew.
        let month = if before > 0 { self.month.max(month) } else { month };
        *self = Self { month, spans: before.saturating_add(spans.into()) };
    }

    /// The spans of the month that it is now.
    #[must_use]
    pub fn spans(&self, now: Timestamp) -> u64 {
        if matches!(self.month - month(now), 0 | 1) { self.spans } else { 0 }
    }

    /// Whether the month that it is now has as many as the user allows; 0 allows any number.
    #[must_use]
    pub fn reached(&self, now: Timestamp, limit: u64) -> bool {
        limit > 0 && self.spans(now) >= limit
    }
}

fn month(at: Timestamp) -> i64 {
    let days = at.millis() / 86_400_000;
    let (year, month, _) = civil(i64::try_from(days).unwrap_or(i64::MAX / 2));
    year * 12 + month - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_counts_its_own_spans_and_the_next_begins_at_none() {
        let last = Timestamp::from_millis(1_796_083_199_999.0); // 2026-11-30 23:59:59.999
        let first = Timestamp::from_millis(1_796_083_200_000.0);
        let mut meter = Meter::default();
        meter.add(last, 3);
        meter.add(last, 4);
        assert_eq!((meter.spans(last), meter.spans(first)), (7, 0));
        meter.add(first, 5);
        assert_eq!(meter.spans(first), 5);
        assert_eq!(crate::json::read(&crate::json::write(&meter)), Ok(meter));
    }

    #[test]
    fn a_clock_that_is_set_back_a_day_loses_no_count_and_one_a_year_ahead_holds_none() {
        let last = Timestamp::from_millis(1_796_083_199_999.0);
        let first = Timestamp::from_millis(1_796_083_200_000.0);
        let mut meter = Meter::default();
        meter.add(first, 3);
        meter.add(last, 4);
        assert_eq!((meter.spans(last), meter.spans(first)), (7, 7));
        let year = Timestamp::from_millis(1_796_083_200_000.0 + 366.0 * 86_400_000.0);
        meter.add(year, 1);
        assert_eq!((meter.spans(year), meter.spans(first)), (1, 0));
    }

    #[test]
    fn a_limit_is_reached_by_the_span_that_fills_it_and_none_by_no_limit() {
        let now = Timestamp::from_millis(1_796_083_200_000.0);
        let mut meter = Meter::default();
        meter.add(now, 9);
        assert!(!meter.reached(now, 10));
        meter.add(now, 1);
        assert!(meter.reached(now, 10));
        assert!(!meter.reached(now, 0));
    }
}
