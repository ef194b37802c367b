//! What can happen, as the session machine hears it. Time comes beside it.

use crate::origin::Origin;
use crate::state::{End, Place, Plan};
use crate::{TraceContext, TraceId};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Start Tracing Session, with the open tabs of the place.
    Start {
        /// The tab it was asked for.
        tab: i32,
        /// Its origin.
        origin: Origin,
        /// How it is to be.
        plan: Plan,
        /// The tabs that are open.
        open: Vec<Open>,
    },
    /// Restart Tracing Session.
    Restart {
        /// The tab it was asked for.
        tab: i32,
        /// Its origin.
        origin: Origin,
        /// The tabs that are open.
        open: Vec<Open>,
    },
    /// Stop Tracing Session, or its cookie is gone.
    Stop {
        /// Where.
        place: Place,
        /// Why.
        end: End,
    },
    /// The tabs that are open, as the browser lists them.
    Found {
        /// The tabs.
        open: Vec<Open>,
        /// Whether tabs of other cookie stores may be in our reach at all.
        guarded: bool,
    },
    /// Panels are open in these tabs, and in no others.
    Watched {
        /// The tabs.
        tabs: Vec<i32>,
    },
    /// Nothing but time has passed.
    Tick,
    /// Run Page Trace.
    Trace {
        /// The tab.
        tab: i32,
        /// Its origin.
        origin: Origin,
    },
    /// Take a page trace back.
    Cancel {
        /// The tab.
        tab: i32,
    },
    /// A tab was opened. Its first document may be about to be asked for.
    Opened(Open),
    /// A tab begins to leave its document.
    Leaving {
        /// The tab.
        tab: i32,
    },
    /// A document request left (after rules were applied).
    Sent(Asked),
    /// A document request was sent on to another address by its server.
    Redirected {
        /// The browser's number of the request.
        request: String,
        /// Where to, redacted.
        url: String,
    },
    /// A document's final response began.
    Responded {
        /// Its tab.
        tab: i32,
    },
    /// A document's response is over, or its request failed.
    Answered {
        /// Its tab.
        tab: i32,
        /// The browser's number of the request.
        request: String,
        /// Its status.
        status: Option<u16>,
        /// Why there is none.
        error: Option<String>,
    },
    /// A tab shows a new document.
    Committed {
        /// The tab.
        tab: i32,
        /// Its URL, redacted.
        url: String,
    },
    /// A tab's navigation failed.
    Abandoned {
        /// The tab.
        tab: i32,
        /// What was asked for, redacted.
        url: String,
    },
    /// The answer to a tab's navigation makes no document: it is a download, or without content.
    Unshown {
        /// The tab.
        tab: i32,
        /// What was asked for, redacted.
        url: String,
    },
    /// A document's relay says which context it read.
    Hello {
        /// Its tab, by the browser's word.
        tab: i32,
        /// Its URL, redacted, by the browser's word.
        url: String,
        /// What it read.
        context: Option<TraceContext>,
    },
    /// The page's load is over.
    Loaded {
        /// Its trace.
        trace: TraceId,
    },
    /// So many requests of a page were traced until now.
    Counted {
        /// Its trace.
        trace: TraceId,
        /// How many.
        requests: u32,
        /// How many pages there were within its document.
        softs: u32,
    },
    /// A worker takes up what an earlier one may have left undone.
    Resume {
        /// Tabs that wait for a document, or for what it loads, by the browser's word.
        loading: Vec<i32>,
    },
    /// A tab is gone.
    Closed {
        /// The tab.
        tab: i32,
    },
}

/// A tab that is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Its number.
    pub tab: i32,
    /// What it shows or is about to; empty where the browser does not tell.
    pub url: String,
    /// Its cookie store; empty for the browser's own, `None` where that is not told.
    pub store: Option<String>,
}

/// A document request that left.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Its tab.
    pub tab: i32,
    /// The browser's number of the request: all hops of a redirect have one.
    pub request: String,
    /// Its URL, redacted.
    pub url: String,
    /// Its method.
    pub method: String,
    /// The context that it carried.
    pub context: TraceContext,
}
