//! A request of a page that its code cannot see: a beacon, a ping, an event stream, the handshake of
//! a WebSocket, a worker's.
//!
//! The browser's network events tell it to the background, so that no page can forge it. It is no
//! [`Record`](crate::record::Record): what a page states is never read as one.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, TraceContext};

/// One request, as the network events tell it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unseen {
    /// The browser's id of it.
    pub id: String,
    /// The browser's word for its type: `ping`, `websocket`, `xmlhttprequest`, `other`…
    #[serde(rename = "type")]
    pub way: String,
    /// Method.
    pub method: String,
    /// Full URL, redacted.
    pub url: String,
    /// The context that it carried.
    #[serde(default)]
    pub context: Option<TraceContext>,
    /// Response status; `None` while there is none.
    #[serde(default)]
    pub status: Option<u16>,
    /// When it was sent.
    pub start: Timestamp,
    /// When it was over, for a WebSocket its handshake; `None` while it is not.
    #[serde(default)]
    pub end: Option<Timestamp>,
    /// The browser's name for what went wrong: `net::ERR_ABORTED`.
    #[serde(default)]
    pub error: Option<String>,
    /// Whether the browser's cache answered.
    #[serde(default)]
    pub cached: bool,
    /// Headers by which frameworks know each other, as in a recorded request.
    #[serde(default)]
    pub marks: String,
}
