//! What is asked.

use serde::{Deserialize, Serialize};
use trace::Timestamp;

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

impl Question {
    /// Which rows it is about: pages, calls, errors.
    #[must_use]
    pub const fn about(&self) -> [bool; 3] {
        match self {
            Self::Sessions(_) | Self::Session { .. } => [true; 3],
            Self::Pages { .. } => [true, false, false],
            Self::Calls { .. } | Self::Route { .. } => [false, true, false],
            Self::Errors { .. } | Self::Error { .. } => [false, false, true],
            Self::Usage { .. } => [true, true, false],
        }
    }
}

impl Range {
    /// Whether a moment is in it.
    #[must_use]
    pub fn has(&self, moment: Timestamp) -> bool {
        self.since <= moment && moment < self.until
    }
}
