//! What the background tells all surfaces, unasked. A surface that misses one loses nothing: the
//! truth is in the journal and in the answer to `Command::View`.

use serde::{Deserialize, Serialize};
use trace::TraceId;

/// News for surfaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "notice", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Notice {
    /// Session, page or progress of a tab changed: ask for its view again.
    Changed {
        /// The tab.
        tab: i32,
    },
    /// The journal holds more of a trace: read it again.
    Grew {
        /// The trace.
        trace: TraceId,
    },
    /// The journal holds more requests of a tab: read them again.
    Requests {
        /// The tab.
        tab: i32,
    },
    /// Something a later version says.
    #[serde(other)]
    Unknown,
}
