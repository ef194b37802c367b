//! What passes between a page's relay and the background. Everything from a page is hostile: the
//! tab, frame and origin come from the browser's word about the sender, never from here.

use serde::{Deserialize, Serialize};

/// What a page's relay says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FromPage {
    /// A document began: which context did it get, and is there a toast to show?
    Hello {
        /// `traceparent` that the document read from its `Server-Timing`, if it has one.
        context: Option<String>,
    },
    /// Facts, each one JSON text (`trace::record`). Answered only after they are stored.
    Records {
        /// As in `Hello`.
        context: Option<String>,
        /// `performance.timeOrigin` of the document.
        time_origin: f64,
        /// The facts, oldest first.
        records: Vec<String>,
        /// Facts that the relay had to leave out since the last message, by its own count.
        #[serde(default)]
        dropped: u32,
    },
    /// The toast was clicked: open the trace.
    Open,
    /// The toast was dismissed.
    Dismiss,
    /// Something another version says.
    #[serde(other)]
    Unknown,
}

/// What the background says to a page's relay, as an answer or unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToPage {
    /// Answer to `Hello`.
    Welcome {
        /// Whether this document is traced; if not, the relay goes to sleep.
        traced: bool,
        /// The document's context as the background knows it, for a document that could not read
        /// its own.
        context: Option<String>,
        /// The toast to show now.
        toast: Option<Toast>,
        /// When its load counts as settled.
        settle: Settle,
    },
    /// Answer to `Records`.
    Stored {
        /// How many were kept.
        kept: u32,
        /// How many were broken, forged or too large.
        rejected: u32,
    },
    /// The session is over: put nothing on requests any more, and state nothing.
    Stop,
    /// Show, change or (with `None`) take away the toast.
    Toast {
        /// What it says.
        toast: Option<Toast>,
    },
}

/// When a page's load counts as settled: from then on each of its requests is a trace of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settle {
    /// For so long nothing new may come after the load event, milliseconds. Pages ask for what they
    /// show as soon as they are loaded, and then one thing leads to the next within a second.
    pub quiet: u32,
    /// After so long it is settled all the same, milliseconds: a page that polls is never quiet.
    pub cap: u32,
}

impl Default for Settle {
    fn default() -> Self {
        Self { quiet: 1_000, cap: 10_000 }
    }
}

/// A toast, ready to draw: the page's script holds no thresholds and no wording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Toast {
    /// The state in one word, for the icon: `busy`, `done`, `failed`.
    pub mood: Mood,
    /// One line: what is happening.
    pub title: String,
    /// Numbers and reasons, perhaps empty.
    pub detail: String,
    /// What a click does, perhaps nothing.
    pub action: Option<String>,
}

/// A toast's state, shown by shape and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mood {
    /// Something is under way.
    Busy,
    /// It is complete.
    Done,
    /// It is over, and something is missing.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::json;

    #[test]
    fn the_relay_is_told_when_a_load_is_settled() {
        let settle = Settle::default();
        let welcome = ToPage::Welcome { traced: true, context: None, toast: None, settle };
        let text = json::write(&welcome);
        assert!(text.ends_with(r#""settle":{"quiet":1000,"cap":10000}}"#), "{text}");
    }
}
