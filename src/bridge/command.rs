//! What a surface (popup, panel, dashboard) asks of the background, and what it answers.

use serde::{Deserialize, Serialize};
use trace::completion::Progress;
use trace::ladder::Ladder;
use trace::settings::{Ending, Scope};
use trace::state::End;
use trace::{SessionId, TraceId};

use crate::Verb;

/// A surface's wish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Tell what is true of a tab.
    View {
        /// The tab.
        tab: i32,
    },
    /// Carry out a verb on a tab.
    Do {
        /// The verb.
        verb: Verb,
        /// The tab.
        tab: i32,
        /// How to start a session; as the settings say, where it does not.
        #[serde(default)]
        plan: Option<Plan>,
    },
    /// Ask the store for a trace once more: it grew, or somebody is looking at it.
    Refresh {
        /// The trace.
        trace: TraceId,
    },
    /// Have the module that speaks with trace stores do something: answered by it, in its own words.
    Consult {
        /// What ([`Consult`](crate::Consult)), as text.
        task: String,
    },
    /// End every session, and forget all that is recorded and known of pages.
    Erase,
    /// Something a later version says.
    #[serde(other)]
    Unknown,
}

/// How far a session is to reach, and when it ends by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// How far it reaches.
    #[serde(default)]
    pub scope: Scope,
    /// When it ends.
    #[serde(default)]
    pub ending: Ending,
}

/// The background's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reply {
    /// What is true of the tab, after the command.
    View(Box<TabView>),
    /// It is done, and there is nothing to show.
    Done,
    /// It is not done.
    Refused {
        /// What was found and what was wanted, for the user.
        reason: String,
    },
    /// It is not done before the user permits something.
    Asks {
        /// What for, for the user.
        reason: String,
        /// The pattern to ask the browser for.
        pattern: String,
    },
}

/// What is true of a tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TabView {
    /// The tab.
    pub tab: i32,
    /// Whether it can be traced at all.
    pub site: Site,
    /// The session of its site, if one is active.
    pub session: Option<SessionView>,
    /// The session before, the last one that ended here, while none is active.
    #[serde(default)]
    pub ended: Option<EndedView>,
    /// What of ours is set in the browser, for this tab and elsewhere.
    #[serde(default)]
    pub set: Vec<SetView>,
    /// The trace of its page, if it is traced.
    pub page: Option<TraceView>,
    /// What the browser or the journal refused last; `None` when all is well.
    #[serde(default)]
    pub trouble: Option<String>,
    /// Why the trace store cannot be used just now; `None` when all is well or it was not asked.
    pub store_trouble: Option<String>,
    /// Spans that wait in the journal to be sent to the store.
    pub waiting: u32,
    /// Forged or broken messages that pages sent and that were counted and dropped.
    pub rejected: u32,
    /// Facts of its page that were lost: too many for the relay, the journal or the browser itself.
    #[serde(default)]
    pub dropped: u32,
    /// Whether its page is the answer to a form, which a reload would send again.
    #[serde(default)]
    pub posted: bool,
}

/// Whether a tab's page can be traced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Site {
    /// It can, and the browser lets us.
    Ready {
        /// Scheme, host and port.
        origin: String,
    },
    /// It can, once the user permits it.
    NeedsPermission {
        /// Scheme, host and port.
        origin: String,
        /// The pattern to ask the browser for.
        pattern: String,
    },
    /// It cannot, until the user lets us in where only the browser's own settings can.
    Barred {
        /// Why, for the user.
        reason: String,
        /// What the button that helps is called.
        remedy: String,
        /// What it opens.
        address: String,
    },
    /// It cannot.
    Unsupported {
        /// Why, for the user.
        reason: String,
    },
}

/// An active session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Its id, which goes out as `session.id`.
    pub id: SessionId,
    /// When it was started, milliseconds since the epoch.
    pub since: u64,
    /// Documents traced so far.
    pub pages: u32,
    /// The session that it took the place of, by Restart Tracing Session.
    pub previous: Option<SessionId>,
    /// When it ends by itself, milliseconds since the epoch; 0 when no time is set.
    pub expiry: u64,
    /// After how many traced requests it ends, and whether with its panel.
    pub ending: Ending,
    /// How far it reaches.
    pub scope: Scope,
    /// Traced requests so far: documents, `fetch` and XHR.
    pub requests: u32,
    /// What it covers, in words.
    pub site: String,
}

/// A session that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndedView {
    /// Its id.
    pub id: SessionId,
    /// When it ended, milliseconds since the epoch.
    pub at: u64,
    /// Why.
    pub end: End,
}

/// Something of ours that is set in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetView {
    /// What it is.
    pub kind: SetKind,
    /// Where it is set, in words.
    pub place: String,
    /// Since when, milliseconds since the epoch.
    pub since: u64,
}

/// A kind of thing that we set in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SetKind {
    /// The trace cookie.
    Cookie,
    /// A rule that puts headers on requests.
    Rule,
    /// The recorder and the relay.
    Script,
}

/// The trace of a tab's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TraceView {
    /// The trace.
    pub trace: TraceId,
    /// The page's URL, redacted.
    pub url: String,
    /// How far it is.
    pub progress: Progress,
    /// Whether it is a page trace by itself, which Run Page Trace asked for outside of a session.
    #[serde(default)]
    pub once: bool,
    /// The method of its document request, upper case; empty while it was not sent.
    #[serde(default)]
    pub method: String,
    /// How far the proof goes that its document request was traced.
    #[serde(default)]
    pub ladder: Ladder,
}
