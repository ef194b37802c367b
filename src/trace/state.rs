//! What the background knows: sessions, tabs, pages. Plain data, so that it survives the death of
//! the worker; `session` decides how it changes, `wanted` what must be set for it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::arrival::Arrivals;
use crate::assemble::Wire;
use crate::completion::{Progress, Watch};
use crate::context::PageContext;
use crate::cookie::TraceCookie;
use crate::ladder::Ladder;
use crate::observe;
use crate::origin::Origin;
use crate::settings::{Ending, Scope};
use crate::table::Table;
use crate::{PageClock, SessionId, Timestamp, TraceContext, TraceId};

/// Everything that the background knows of sessions, tabs and pages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Active sessions, one at a place: its cookie is shared by all ports of a host.
    pub sessions: Table<Place, Session>,
    /// Tabs that are armed or show a traced page.
    pub tabs: Table<i32, Tab>,
    /// Documents that were asked for with our context and are not committed.
    pub pending: Table<TraceId, Sent>,
    /// Traced pages that are shown or whose trace is still awaited.
    pub pages: Table<TraceId, Page>,
    /// How the documents of tabs were reached.
    pub arrivals: Arrivals,
    /// Open tabs of other cookie stores than the browser's own.
    #[serde(default)]
    pub stores: Table<i32, String>,
    /// Whether tabs of other stores may be in our reach at all.
    #[serde(default)]
    pub guarded: bool,
    /// Sessions that are over, the last one of each place, newest last.
    #[serde(default)]
    pub ended: Vec<Ended>,
    /// Spans in the journal that wait to be sent; `None` while nobody has looked, as after a restart
    /// of the browser.
    #[serde(default)]
    pub waiting: Option<u32>,
}

/// Where a session is at home: a jar of the browser's, and the host or site whose cookie it sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The cookie store; empty for the browser's own. Private windows and containers have others.
    pub store: String,
    /// The host, or the registrable domain of a session for the whole site.
    pub host: String,
}

/// What the user started on a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Where it was started.
    pub origin: Origin,
    /// When it was started.
    pub since: Timestamp,
    /// Documents traced so far.
    pub pages: u32,
    /// For a document of a tab that is not armed, such as one that a link has just opened.
    pub spare: Option<PageContext>,
    /// The session that it took the place of.
    #[serde(default)]
    pub previous: Option<SessionId>,
    /// When it ends by itself, unix seconds; 0 when no time is set.
    #[serde(default)]
    pub expiry: u64,
    /// When it ends, as it was started.
    #[serde(default)]
    pub ending: Ending,
    /// The cookie store that it is in; empty for the browser's own.
    #[serde(default)]
    pub store: String,
    /// The registrable domain, where it is for the whole site; else empty.
    #[serde(default)]
    pub domain: String,
    /// The tab that it was started in.
    #[serde(default)]
    pub tab: i32,
    /// Traced requests so far: documents, `fetch` and XHR.
    #[serde(default)]
    pub requests: u32,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum End {
    /// The user stopped it.
    Stopped,
    /// The user started another in its place.
    Restarted,
    /// Its cookie was removed.
    Cleared,
    /// Somebody else wrote over its cookie.
    Overwritten,
    /// Its time was over.
    Expired,
    /// It has traced as many requests as it was to.
    Counted,
    /// Its panel was closed.
    Unwatched,
}

/// A session that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Where it was.
    pub place: Place,
    /// Its id.
    pub id: SessionId,
    /// When it ended.
    pub at: Timestamp,
    /// Why.
    pub end: End,
}

/// How a session is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The registrable domain, for the whole site; else empty.
    pub domain: String,
    /// When it ends by itself.
    pub ending: Ending,
}

impl Session {
    /// Where it is at home.
    #[must_use]
    pub fn place(&self) -> Place {
        let whole = !self.domain.is_empty();
        let host = if whole { &self.domain } else { &self.origin.host };
        Place { store: self.store.clone(), host: host.clone() }
    }

    /// How far it reaches.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        if self.domain.is_empty() { Scope::Host } else { Scope::Site }
    }

    /// Whether a host is part of it.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        if self.domain.is_empty() { host == self.origin.host } else { within(host, &self.domain) }
    }

    /// What its cookie says.
    #[must_use]
    pub fn cookie(&self) -> TraceCookie {
        TraceCookie { session: self.id, expiry: self.expiry }
    }
}

/// A tab's part: what its next document gets, and what it shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tab {
    /// The context armed for its next document.
    pub next: Option<Armed>,
    /// The context that takes its place as soon as its document's response begins: minted and
    /// stored before, so that nothing but the rule is left to do then.
    #[serde(default)]
    pub after: Option<Armed>,
    /// What was armed when a document came, or may have left, whose request nobody saw: a worker died
    /// with the news.
    #[serde(default)]
    pub unseen: Vec<Armed>,
    /// Whether it is still to be reloaded.
    #[serde(default)]
    pub reload: bool,
    /// The trace of the document that it shows.
    pub page: Option<TraceId>,
    /// The document that was armed and did not get its context, until the tab asks for another.
    pub missed: Option<Missed>,
}

/// A document that was to be traced and was not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missed {
    /// Its URL, redacted.
    pub url: String,
    /// Its method.
    pub method: String,
    /// Whether Run Page Trace asked for it, and nobody has said yet that it came to nothing.
    pub toast: bool,
    /// Whether it is shown already.
    pub shown: bool,
    /// What was observed of it.
    pub ladder: Ladder,
}

/// A context that waits for its document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Armed {
    /// The context.
    pub context: PageContext,
    /// Where its document is expected from; documents of the whole host get it.
    pub origin: Origin,
    /// Armed by Run Page Trace: for one document, with a toast.
    pub once: bool,
    /// Whether the tab has begun to leave its old document.
    pub leaving: bool,
}

/// A document request that left with our context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// The context that it carried.
    pub context: PageContext,
    /// Its tab; negative where a service worker of the page asked.
    pub tab: i32,
    /// The browser's number of the request: all hops of a redirect have one.
    #[serde(default)]
    pub request: String,
    /// The host that it was armed for.
    #[serde(default)]
    pub host: String,
    /// The session that it was armed in.
    #[serde(default)]
    pub session: Option<SessionId>,
    /// The context that went out instead, where another document had used it up.
    #[serde(default)]
    pub shared: Option<PageContext>,
    /// Whether Run Page Trace asked for it.
    pub once: bool,
    /// What the browser saw of it.
    pub wire: Wire,
    /// Its URL, redacted.
    pub url: String,
    /// What was observed of it.
    pub ladder: Ladder,
}

/// A traced document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Its context.
    pub context: PageContext,
    /// The tab that shows it, or showed it.
    pub tab: i32,
    /// Where it comes from.
    pub origin: Origin,
    /// Its URL, redacted.
    pub url: String,
    /// The session that it was traced in.
    pub session: Option<SessionId>,
    /// On a session's first page: the session that it took the place of.
    #[serde(default)]
    pub previous: Option<SessionId>,
    /// The context that its document carried, where another document had used it up.
    #[serde(default)]
    pub shared: Option<PageContext>,
    /// Requests of it that count for its session.
    #[serde(default)]
    pub requests: u32,
    /// What the browser saw of its request.
    pub wire: Wire,
    /// Its clock, once its document has told it.
    pub clock: Option<PageClock>,
    /// Whether a toast follows it.
    pub toast: bool,
    /// Whether its end needs no telling any more: it was told, or is being looked at.
    pub told: bool,
    /// The wait for its spans.
    pub watch: Watch,
    /// Whether what it asks for still gets its context.
    pub live: bool,
    /// Whether the browser said that it is shown; its own hello may come first.
    pub committed: bool,
    /// Whether its document is gone: what is recorded is all there will be.
    pub closed: bool,
    /// When its tab left it.
    #[serde(default)]
    pub left: Option<Timestamp>,
    /// Whether all that was recorded of it is written for good, so that it may be forgotten.
    #[serde(default)]
    pub sealed: bool,
    /// What was observed of its request and its trace.
    pub ladder: Ladder,
    /// The page that its document shows now, where that is not the one that was loaded.
    #[serde(default)]
    pub soft: Option<Soft>,
    /// Such pages that count for its session.
    #[serde(default)]
    pub softs: u32,
    /// Facts of it that were lost on their way, because there were too many.
    #[serde(default)]
    pub dropped: u32,
    /// Timing entries of it that the browser dropped.
    #[serde(default)]
    pub gaps: u32,
    /// Whether spans are awaited of requests that are traces of their own.
    #[serde(default)]
    pub awaits: bool,
}

/// A page within a document, which a script made: a page trace of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Soft {
    /// Its trace, and the root of it.
    pub context: TraceContext,
    /// Its URL, redacted.
    pub url: String,
    /// The wait for its spans.
    pub watch: Watch,
    /// The method of the first request that it made; empty where there is none.
    pub method: String,
    /// What was observed of that request.
    pub ladder: Ladder,
}

/// Pause between questions for the spans of later requests, where the page's own were found; else
/// the store is not likely to have any.
const AWAITED: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(2)];

/// Shortest pause between questions for the spans of a page that nobody looks at: reloading often
/// must not mean asking often.
const UNSEEN_PAUSE: Duration = Duration::from_secs(5);

/// Pages that nobody looks at any more and whose spans are still listened for, at most; and all that
/// are still followed. The state is stored at nearly every step, and these are most of it.
const LISTENED: usize = 16;
const FOLLOWED: usize = 64;

/// How long after it was left a document may still be at work.
const PARTING: Duration = Duration::from_millis(100);

impl Page {
    /// The context of the page that is shown now: its trace, and the root of it.
    #[must_use]
    pub fn shown(&self) -> TraceContext {
        self.soft.as_ref().map_or_else(|| self.context.resources(), |soft| soft.context)
    }

    /// The wait for that page's spans.
    #[must_use]
    pub fn wait(&self) -> &Watch {
        self.soft.as_ref().map_or(&self.watch, |soft| &soft.watch)
    }

    /// When to ask the store for it again; `None` when that is over for good.
    #[must_use]
    pub fn pause(&self, now: Timestamp) -> Option<Duration> {
        let soft = self.soft.as_ref().and_then(|soft| soft.watch.pause(now));
        let awaited = self.awaits.then(|| AWAITED[usize::from(self.ladder.joined)]);
        let pause = self.watch.pause(now).into_iter().chain(soft).chain(awaited).min()?;
        Some(if self.closed { pause.max(UNSEEN_PAUSE) } else { pause })
    }

    /// How far its trace is.
    #[must_use]
    pub fn progress(&self, now: Timestamp) -> Progress {
        let nothing = self.watch.spans() == 0;
        let spared = nothing.then(|| observe::spared(&self.ladder)).flatten();
        spared.unwrap_or_else(|| self.watch.progress(now))
    }

    /// Lets time pass for its wait. Whether that came to an end, or to another one, which its ladder
    /// does not know yet.
    pub fn turn(&mut self, now: Timestamp) -> bool {
        if let Some(soft) = &mut self.soft {
            soft.watch.settle(now);
        }
        self.watch.settle(now);
        let progress = self.watch.progress(now);
        let complete = matches!(progress, Progress::Complete { .. });
        (progress.over(), complete) != (self.ladder.over, self.ladder.complete)
    }
}

/// Whether a host is a domain or below it.
#[must_use]
pub fn within(host: &str, domain: &str) -> bool {
    let above = host.strip_suffix(domain);
    above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

impl State {
    /// The cookie store of a tab; empty for the browser's own.
    #[must_use]
    pub fn store(&self, tab: i32) -> &str {
        self.stores.get(&tab).map_or("", String::as_str)
    }

    /// The session that covers a host in a tab.
    #[must_use]
    pub fn session(&self, tab: i32, host: &str) -> Option<&Session> {
        let store = self.store(tab);
        self.sessions.values().find(|session| session.store == store && session.covers(host))
    }

    /// The session that was last over at a host, in a tab.
    #[must_use]
    pub fn ended(&self, tab: i32, host: &str) -> Option<&Ended> {
        let store = self.store(tab);
        let there = |ended: &&Ended| ended.place.store == store && within(host, &ended.place.host);
        self.ended.iter().rev().find(there)
    }

    /// The document that a tab is waiting for: the one that was asked for last.
    #[must_use]
    pub fn expected(&self, tab: i32) -> Option<&Sent> {
        let sent = self.pending.values().filter(|sent| sent.tab == tab);
        sent.max_by_key(|sent| sent.wire.start)
    }

    /// The page that a relay of a tab speaks for: the one whose context it read, if its document
    /// got it; where two documents did, the one with its clock. A relay that could read none
    /// speaks for what its tab shows.
    #[must_use]
    pub fn speaker(
        &self,
        tab: i32,
        context: Option<TraceContext>,
        clock: Option<PageClock>,
    ) -> Option<TraceId> {
        let shown = self.page(tab);
        let Some(context) = context else { return shown.map(|page| page.context.trace) };
        let read = |minted: PageContext| minted.resources().meets(context);
        let first = self.pages.get(&context.trace);
        let first = first.filter(|page| page.tab == tab && read(page.context));
        let second = shown.filter(|page| page.shared.is_some_and(read));
        let theirs = first.is_some_and(|page| clock.is_some() && page.clock == clock);
        let page = second.filter(|_| !theirs).or(first)?;
        Some(page.context.trace)
    }

    /// The traced page that a tab shows.
    #[must_use]
    pub fn page(&self, tab: i32) -> Option<&Page> {
        self.pages.get(&self.tabs.get(&tab)?.page?)
    }

    /// The tabs that have a traced document, or are about to, each once: one that was left may still
    /// send something.
    #[must_use]
    pub fn heard(&self) -> Vec<i32> {
        let sends = |page: &&Page| page.live || (page.left.is_some() && !page.sealed);
        let pages = self.pages.values().filter(sends);
        let all = pages.map(|page| page.tab).chain(self.pending.values().map(|sent| sent.tab));
        let mut tabs: Vec<i32> = Vec::new();
        for tab in all.filter(|tab| *tab >= 0) {
            if !tabs.contains(&tab) {
                tabs.push(tab);
            }
        }
        tabs
    }

    /// The page that made a request which only the network events tell of: the one that its tab showed
    /// then. Of what a shared or a service worker asks for, browsers name neither tab nor document: it
    /// is no page's.
    #[must_use]
    pub fn asker(&self, tab: i32, at: Timestamp) -> Option<TraceId> {
        let there = |page: &&Page| {
            page.tab == tab && page.left.map_or(page.live, |left| at <= left.plus(PARTING))
        };
        // A document may still send a beacon when the next one is shown already.
        let rank = |page: &&Page| {
            let since = page.watch.since();
            let settled = since.plus(PARTING) < at;
            (settled, if settled { since.nanos() } else { !since.nanos() })
        };
        let page = self.pages.values().filter(there).max_by_key(rank)?;
        Some(page.context.trace)
    }

    /// How far the trace of a tab is: of the page that is coming, else of the one that is shown.
    #[must_use]
    pub fn progress(&self, tab: i32, now: Timestamp) -> Option<Progress> {
        if self.expected(tab).is_some() {
            return Some(Progress::Requested);
        }
        let armed = self.tabs.get(&tab).and_then(|tab| tab.next.as_ref());
        if let Some(armed) = armed.filter(|armed| armed.once) {
            return Some(if armed.leaving { Progress::Armed } else { Progress::Reloading });
        }
        let missed = self.tabs.get(&tab).and_then(|tab| tab.missed.as_ref());
        let shown = || {
            let page = self.page(tab)?;
            let soft = page.soft.as_ref().map(|soft| soft.watch.progress(now));
            Some(soft.unwrap_or_else(|| page.progress(now)))
        };
        missed.map(Missed::progress).or_else(shown)
    }

    /// Forgets pages that no tab shows and no one waits for, and the oldest of too many.
    pub fn tidy(&mut self, now: Timestamp) {
        self.pages.retain(|_, page| !page.closed || page.pause(now).is_some());
        self.limit(LISTENED, true);
        self.limit(FOLLOWED, false);
        self.tabs.retain(|_, tab| {
            let coming = tab.next.is_some() || !tab.unseen.is_empty();
            coming || tab.page.is_some() || tab.missed.is_some()
        });
    }

    /// Forgets the oldest of the pages that are written for good, whose wait is `over` or all.
    fn limit(&mut self, most: usize, over: bool) {
        loop {
            let fit = |page: &&Page| page.sealed && (page.ladder.over || !over);
            let fitting = || self.pages.values().filter(fit);
            let oldest = fitting().min_by_key(|page| page.wire.start);
            let Some(oldest) = oldest.filter(|_| fitting().count() > most) else { return };
            let trace = oldest.context.trace;
            self.pages.remove(&trace);
        }
    }
}
