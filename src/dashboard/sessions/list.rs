//! The order in which sessions are listed, and why there is none.

use std::cmp::Ordering;

use bridge::query::{SessionFilter, SessionLine};
use surface::lamp::Tone;
use surface::period::Period;
use surface::reader::Keeper;
use surface::standing::Standing;
use trace::order;

/// Sessions that are drawn before one asks for more: some screens, which takes less than a frame that
/// one would miss.
pub const PAGE: usize = 60;
/// Sessions that come when one asks.
pub const MORE: usize = 240;

/// The columns by which sessions can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// When it began.
    Started,
    /// How long it took.
    Duration,
    /// Page views.
    Pages,
    /// Script errors.
    Errors,
    /// API calls.
    Calls,
    /// API calls that failed.
    Failures,
    /// Spans.
    Spans,
}

impl Column {
    /// Its head.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::Duration => "Duration",
            Self::Pages => "PVs",
            Self::Errors => "JS errors",
            Self::Calls => "API calls",
            Self::Failures => "API failures",
            Self::Spans => "Spans",
        }
    }

    fn of(self, line: &SessionLine) -> u64 {
        match self {
            Self::Started => line.since.nanos(),
            Self::Duration => line.until.nanos().saturating_sub(line.since.nanos()),
            Self::Pages => u64::from(line.pages),
            Self::Errors => u64::from(line.errors),
            Self::Calls => u64::from(line.calls),
            Self::Failures => u64::from(line.failures),
            Self::Spans => u64::from(line.spans),
        }
    }
}

/// How a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorting {
    /// By which column.
    pub by: Column,
    /// Whether the least comes first.
    pub rising: bool,
}

impl Default for Sorting {
    fn default() -> Self {
        Self { by: Column::Started, rising: false }
    }
}

impl Sorting {
    /// What follows when a column's head is clicked: the most first, then the other way.
    #[must_use]
    pub fn click(self, by: Column) -> Self {
        Self { by, rising: self.by == by && !self.rising }
    }

    /// What `aria-sort` says of a column.
    #[must_use]
    pub fn aria(self, column: Column) -> &'static str {
        match (self.by == column, self.rising) {
            (false, _) => "none",
            (true, true) => "ascending",
            (true, false) => "descending",
        }
    }

    /// The first so many lines in this order; of equal ones the newer first.
    #[must_use]
    pub fn first(self, most: usize, lines: &[SessionLine]) -> Vec<SessionLine> {
        let rank = |at: usize| {
            let rank = lines.get(at).map_or(0, |line| self.by.of(line));
            if self.rising { rank } else { u64::MAX - rank }
        };
        let compare = |a: usize, b: usize| match (lines.get(a), lines.get(b)) {
            (Some(a), Some(b)) => b.since.cmp(&a.since),
            _ => Ordering::Equal,
        };
        let places = order::order(lines.len(), &rank, &compare);
        places.into_iter().take(most).filter_map(|at| lines.get(at).cloned()).collect()
    }
}

/// Why no session is listed, and what to do.
#[must_use]
pub fn nothing(filter: &SessionFilter, period: Period, keeper: Keeper) -> Standing {
    let filtered = *filter != SessionFilter::default();
    let (title, detail) = match (filtered, period) {
        (false, period) if keeper == Keeper::Collector => (
            if period == Period::All { "No sessions yet" } else { "No sessions in this time" },
            "Listed is what the collector keeps. Name its address as the trace store in the options of \
             the extension, and what is traced there is sent to it.",
        ),
        (true, Period::All) => (
            "No session matches",
            "Sessions are looked for by parts of what they say; the Session ID and the Browser \
             Version by their beginning. A user is known where a page or a server tells one, or \
             where the options name one.",
        ),
        (true, _) => (
            "No session matches in this time",
            "Search again without a filter, or look further back.",
        ),
        (false, Period::All) => (
            "No sessions yet",
            "Open a page, click Tracelight and choose Start Tracing Session. What you then do on the \
             site is listed here. Sessions of other browsers can be imported as files.",
        ),
        (false, _) => (
            "No sessions in this time",
            "Look further back, or open a page, click Tracelight and choose Start Tracing Session.",
        ),
    };
    Standing::new(Tone::Idle, title, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::Timestamp;

    fn line(session: &str, since: u64, errors: u32) -> SessionLine {
        let since = Timestamp::from_nanos(since);
        SessionLine { session: session.to_owned(), since, errors, ..SessionLine::default() }
    }

    fn names(sorting: Sorting) -> String {
        let lines = [line("a", 1, 2), line("b", 3, 0), line("c", 2, 2)];
        sorting.first(9, &lines).into_iter().map(|line| line.session).collect()
    }

    #[test]
    fn the_newest_comes_first_until_a_head_is_clicked() {
        let newest = Sorting::default();
        assert_eq!(names(newest), "bca");
        assert_eq!(newest.first(2, &[line("a", 1, 0), line("b", 2, 0), line("c", 3, 0)]).len(), 2);
        assert_eq!(names(newest.click(Column::Started)), "acb");
        let errors = newest.click(Column::Errors);
        assert_eq!(names(errors), "cab", "of equal ones the newer first");
        assert_eq!(names(errors.click(Column::Errors)), "bca");
        assert_eq!(errors.aria(Column::Errors), "descending");
        assert_eq!(errors.aria(Column::Started), "none");
    }

    #[test]
    fn an_empty_list_says_why() {
        let filter = SessionFilter { user: "ada".to_owned(), ..SessionFilter::default() };
        let said = |filter: &SessionFilter, period| nothing(filter, period, Keeper::Browser).title;
        assert_eq!(said(&filter, Period::All), "No session matches");
        assert_eq!(said(&filter, Period::Day), "No session matches in this time");
        assert_eq!(said(&SessionFilter::default(), Period::Day), "No sessions in this time");
        assert_eq!(said(&SessionFilter::default(), Period::All), "No sessions yet");
        let served = nothing(&SessionFilter::default(), Period::All, Keeper::Collector);
        assert_eq!(served.title, "No sessions yet");
        assert!(!served.detail.contains("imported"), "which is not offered there");
    }
}
