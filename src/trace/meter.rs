//! Counts the spans of a month, for whoever wants to stay under a limit. Months are UTC's.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::time::civil;

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
        *self = Self { month: month(now), spans: self.spans(now).saturating_add(spans.into()) };
    }

    /// The spans of the month that it is now.
    #[must_use]
    pub fn spans(&self, now: Timestamp) -> u64 {
        if self.month == month(now) { self.spans } else { 0 }
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
        assert_eq!((meter.spans(last), meter.spans(first)), (0, 5));
        assert_eq!(crate::json::read(&crate::json::write(&meter)), Ok(meter));
    }
}
