//! A traced request: a document or API request, the thing that has a row of its own in lists.

use serde::{Deserialize, Serialize};

use crate::framework::Badges;
use crate::ladder::Ladder;
use crate::{SessionId, SpanId, Timestamp, TraceId};

/// One request that carried a trace context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TracedRequest {
    /// The trace it is part of.
    pub trace: TraceId,
    /// Its client span; of a page within a document, its root.
    pub span: SpanId,
    /// The session it was made in; `None` for a single page trace.
    pub session: Option<SessionId>,
    /// What made it.
    pub api: Api,
    /// Request method, upper case.
    pub method: String,
    /// Full URL, redacted.
    pub url: String,
    /// Response status; `None` while it is under way or when none came.
    pub status: Option<u16>,
    /// When it began.
    pub start: Timestamp,
    /// How long it took, milliseconds; `None` while it is under way.
    pub millis: Option<f64>,
    /// Why it failed, where it did.
    pub error: Option<String>,
    /// How far the proof goes that it was traced.
    #[serde(default)]
    pub ladder: Ladder,
    /// Spans at and below it; of a document, all that no other request lies above.
    #[serde(default)]
    pub spans: u32,
    /// How many of them failed.
    #[serde(default)]
    pub errors: u32,
    /// The service that answered, as its server span names it; empty while that is not known.
    #[serde(default)]
    pub service: String,
    /// Where that runs: `production`. Empty where its server span does not say.
    #[serde(default)]
    pub environment: String,
    /// What it is to its framework, by its own headers and by the server's spans.
    #[serde(default)]
    pub badges: Badges,
    /// What it called, in a word or two: an action's id, an operation. Empty where that is not known.
    #[serde(default)]
    pub call: String,
}

impl TracedRequest {
    /// The host and port of its URL; empty where that has none.
    #[must_use]
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }

    /// Its URL from the path on; all of it where it has no host.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.url.split_once("://").map(|(_, rest)| rest);
        rest.map_or(&self.url, |rest| rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]))
    }
}

/// What makes a request, or what else a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// The browser, for a document.
    Document,
    /// A script, with `fetch`.
    Fetch,
    /// A script, with `XMLHttpRequest`.
    Xhr,
    /// Nothing: the row is a page within a document, a soft navigation or a return from the
    /// back/forward cache. It has no method, status or ladder, and its span is its trace's root.
    Page,
}
