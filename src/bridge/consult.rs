//! What is asked of the module that speaks with trace stores: by the worker, and by the extension's
//! own pages through it.

use serde::{Deserialize, Serialize};
use trace::TraceId;

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
    /// Try a store: answered by [`Trial`](crate::Trial).
    Test {
        /// Its base URL.
        store: String,
        /// Whether to send it something; else it is asked for something.
        send: bool,
    },
    /// Forget whom it has spoken with: answered by `true`.
    Forget,
    /// Something another version says.
    #[serde(other)]
    Unknown,
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
