//! What is asked of the module that speaks with trace stores: by the worker, and by the extension's
//! own pages through it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use trace::TraceId;
use trace::sought::Wanted;

use crate::Within;

/// Something to do for it. Its kind tells it from what recording does ([`Task`](crate::Task)).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase")]
pub enum Consult {
    /// Ask the store that is set for a trace, and hand on what it has: answered by
    /// [`Told`](crate::Told).
    Ask {
        /// The trace.
        trace: TraceId,
    },
    /// Send what can be sent now: answered by [`Sent`](crate::Sent) unless the journal cannot be read.
    Send,
    /// Count spans that were removed from the journal while they waited: answered by `true`.
    Lost {
        /// How many, by the slots of the destinations that did not get them.
        spans: Vec<(u8, u64)>,
    },
    /// Try how a store is asked, which need not be set yet: answered by [`Trial`](crate::Trial).
    TestAsked {
        /// Its address.
        store: String,
        /// How it is asked (`backend::stores::Asked`), as text.
        asked: String,
    },
    /// Try where spans go, which need not be set yet: answered by [`Trial`](crate::Trial).
    TestSent {
        /// The destination (`backend::stores::Destination`), as text.
        destination: String,
    },
    /// Ask the store that is set for all traces of a session, by id what is known and by search what
    /// is not, and have them recorded: answered by [`Findings`].
    Search(Wanted),
    /// List the newest traces of the store that is set: answered by [`Listing`](crate::Listing).
    List(Within),
    /// Say how a surface may follow a trace in the store: answered by [`Pass`](crate::follow::Pass).
    Follow {
        /// The trace.
        trace: TraceId,
    },
    /// Note that a source map, or the script that names it, is about to be asked for, which the user
    /// wished: answered by `true`.
    Map {
        /// Where.
        url: String,
    },
    /// Forget whom it has spoken with: answered by `true`.
    Forget,
    /// Something another version says.
    #[serde(other)]
    Unknown,
}

/// What was found of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// Its traces that the store has.
    pub traces: Vec<TraceId>,
    /// Of these, those that have spans which nobody here knew.
    pub grew: Vec<TraceId>,
    /// Spans that could not be read.
    pub rejected: u64,
    /// Whether there may be more, because a limit was reached.
    pub more: bool,
    /// In how long the same search may find more, because stores find new spans late.
    pub again: Option<Duration>,
    /// What went wrong, for the user.
    pub trouble: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Task;
    use trace::json;

    #[test]
    fn the_workers_words_are_understood() {
        let trace = TraceId::mint([7; 16]).unwrap();
        for (said, heard) in [
            (Task::Ask { trace }, Consult::Ask { trace }),
            (Task::Send, Consult::Send),
            (Task::Forget, Consult::Forget),
            (Task::Keep { trace }, Consult::Unknown),
        ] {
            assert_eq!(json::read(&json::write(&said)), Ok(heard));
        }
        // By these characters the worker's script knows whose they are.
        assert_eq!(json::write(&Consult::Send), r#"{"kind":"send"}"#);
    }
}
