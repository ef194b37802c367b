//! What a response says of the trace that its server made or joined.
//!
//! Servers say it in many ways, and a user's server may have one of its own. Everything here is a
//! server's word about its own request: it is shown and followed, and decides nothing else.

use serde::{Deserialize, Serialize};

use crate::{SpanId, TraceContext, TraceId};

/// A server's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Answer {
    /// Where it was said: `Server-Timing traceparent`, `x-trace-id`.
    pub place: String,
    /// What was said, cut to [`LIMIT`] characters.
    pub said: String,
    /// The trace that it names; `None` where it names something else, such as a request.
    pub trace: Option<TraceId>,
    /// The server's span in it.
    pub span: Option<SpanId>,
    /// Whether the server records it, where it says so.
    pub sampled: Option<bool>,
    /// Whether it stands in the header that the user named for this.
    pub named: bool,
}

/// Characters of an answer that are kept.
pub const LIMIT: usize = 80;

impl Answer {
    /// An answer that is a `traceparent`.
    #[must_use]
    pub fn of(place: &str, context: TraceContext) -> Self {
        Self {
            place: place.to_owned(),
            said: context.to_string(),
            trace: Some(context.trace),
            span: Some(context.span),
            sampled: Some(context.sampled()),
            named: false,
        }
    }
}
