//! What the rows say.

use serde::{Deserialize, Serialize};
use trace::digest::{CallRow, ErrorRow, PageRow, Phases, Vitals};
use trace::{SpanId, Timestamp, TraceId};

/// What the rows say.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "answers are few, and none is kept beside another")]
pub enum Answer {
    /// To [`Question::Sessions`](super::Question::Sessions).
    Sessions(Vec<SessionLine>),
    /// To [`Question::Session`](super::Question::Session); `None` where nothing is known of it.
    Session(Option<Box<SessionDetails>>),
    /// To [`Question::Pages`](super::Question::Pages).
    Pages(Pages),
    /// To [`Question::Errors`](super::Question::Errors).
    Errors(Vec<ErrorLine>),
    /// To [`Question::Error`](super::Question::Error).
    Error(Vec<ErrorRow>),
    /// To [`Question::Calls`](super::Question::Calls).
    Calls(Calls),
    /// To [`Question::Route`](super::Question::Route).
    Route(Vec<CallRow>),
    /// To [`Question::Usage`](super::Question::Usage).
    Usage(Usage),
}

/// A session in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// Its origin; empty where the page is not known.
    pub origin: String,
    /// Page views.
    pub pages: u32,
    /// Spans.
    pub spans: u32,
    /// Facts that were lost.
    pub lost: u32,
}

impl PagesLine {
    /// The 75th of a hundred of each vital, by which a page is judged; `None` of those that were not
    /// measured.
    #[must_use]
    pub fn vitals(&self) -> Vitals {
        let high = |spread: &Spread| (spread.count > 0).then_some(spread.p75);
        Vitals {
            lcp: high(&self.lcp),
            inp: high(&self.inp),
            cls: high(&self.cls),
            fcp: high(&self.fcp),
            ttfb: high(&self.ttfb),
        }
    }
}
