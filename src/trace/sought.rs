//! What is looked for in a trace store when a session's traces are: said by a surface, carried by
//! messages, and turned into questions by whoever speaks with stores.

use serde::{Deserialize, Serialize};

use crate::{SessionId, Timestamp, TraceId};

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    /// The session.
    pub session: SessionId,
    /// Its traces that are known.
    pub known: Vec<TraceId>,
    /// Services that are known to take part; where there are none, the store is asked.
    pub services: Vec<String>,
    /// When it began.
    pub from: Timestamp,
    /// When it ended, or now.
    pub to: Timestamp,
}
