//! What is listed of a trace store.

use serde::{Deserialize, Serialize};
use trace::request::TracedRequest;
use trace::{SessionId, Timestamp};

/// Which of a store's traces are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Within {
    /// Only those of this session.
    pub session: Option<SessionId>,
    /// Only what began then or later.
    pub from: Option<Timestamp>,
    /// Only what began before.
    pub to: Option<Timestamp>,
}

/// What a store lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// The request that each trace begins with, oldest first.
    pub requests: Vec<TracedRequest>,
    /// Whether there may be more, because a limit was reached.
    pub more: bool,
    /// What began earlier was not asked for, though it was wanted.
    pub since: Option<Timestamp>,
    /// What went wrong, for the user.
    pub trouble: Vec<String>,
}
