//! What the worker asks of the module that records and of the one that speaks with trace stores, and
//! what they answer. All are parts of one extension and one version: nothing here crosses a border of
//! trust or of time.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use trace::TraceId;
use trace::completion::Watch;
use trace::ladder::{Asked, Ladder};
use trace::state::{Page, Soft};

/// Something to do for the worker. Which module it is for is told by its kind (`background.js`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase")]
pub enum Task {
    /// Look at a page: answered by [`Looked`].
    Look(Box<Look>),
    /// Keep what was found of a trace that is no page of the worker's: answered by whether any of
    /// it was new.
    Keep {
        /// The trace.
        trace: TraceId,
    },
    /// As [`Consult::Ask`](crate::Consult::Ask).
    Ask {
        /// The trace.
        trace: TraceId,
    },
    /// As [`Consult::Send`](crate::Consult::Send).
    Send,
    /// Forget everything but the journal: answered by `true`. For both modules.
    Forget,
    /// Something another version says.
    #[serde(other)]
    Unknown,
}

/// A look at a page: takes its facts and what the store has of it in, and sees what follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// The page, as the worker knows it.
    pub page: Page,
    /// New facts of it (`trace::record`).
    pub facts: Vec<String>,
    /// Requests that the page made and cannot see, as the browser's network events tell them
    /// (`trace::unseen`). They come from here alone: a page that states one is refused.
    pub wires: Vec<String>,
    /// Whether no store is set.
    pub alone: bool,
    /// Whether something changed that the journal should know; else it is written where the look
    /// itself finds something new.
    pub write: bool,
    /// The traces of all pages that the worker knows; others need not be kept in memory.
    pub kept: Vec<TraceId>,
}

/// What a look at a page found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Looked {
    /// The page's watch now.
    pub watch: Option<Watch>,
    /// The page's ladder now.
    pub ladder: Ladder,
    /// How the facts fared; `None` when they could not be stored.
    pub tally: Option<Tally>,
    /// How many traced requests the page has made.
    pub requests: u32,
    /// Whether the page's load is over and its spans are final.
    pub settled: bool,
    /// Whether the store had new spans of it.
    pub grew: bool,
    /// Whether what is shown of its requests changed.
    pub changed: bool,
    /// Spans that wait to be sent since now.
    pub waiting: u32,
    /// The page that its document shows now, where that is not the one that was loaded.
    pub soft: Option<Soft>,
    /// How many such pages there were.
    pub softs: u32,
    /// Timing entries that the browser dropped before anybody could read them.
    pub gaps: u32,
    /// Whether spans are awaited of requests that are traces of their own.
    pub awaits: bool,
    /// What the journal refused, for the user.
    pub trouble: Option<String>,
}

/// How a batch of facts fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Kept.
    pub kept: u32,
    /// Broken, forged, too large or too many.
    pub rejected: u32,
}

/// What a store said when it was asked for a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// In a word.
    pub asked: Asked,
    /// With which status; 0 for none.
    pub status: u16,
    /// Why it cannot be used, for the user.
    pub trouble: Option<String>,
}

/// What became of the spans that waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Spans that wait still.
    pub left: u32,
    /// What went wrong, for the user.
    pub trouble: Option<String>,
    /// When more can be sent; `None` where nothing waits, or where it is being sent.
    pub after: Option<Duration>,
}
