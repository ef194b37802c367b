//! Decides when a session begins and ends, and which context the next document of a tab gets.
//!
//! Knows nothing of storage, rules or messages: [`State::step`] takes what happened and returns
//! what to do besides; what must be set in the browser follows from the state (`wanted`).
//!
//! ```text
//!            Trace, Start                Sent                 Committed, Hello
//!   idle ───────────────▶ armed ───────────────▶ pending ───────────────▶ page ──▶ Closed
//!                           ▲                       │ Abandoned             │
//!                           └───────────────────────┴───────────────────────┘ in a session
//! ```

use crate::assemble::Wire;
use crate::completion::Watch;
use crate::context::PageContext;
use crate::ladder::Ladder;
use crate::origin::Origin;
use crate::settings::{Ending, Scope};
use crate::state::{Armed, Page, Sent, Session, State};
use crate::{SessionId, Timestamp, TraceContext, TraceId};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Start Tracing Session, with the open tabs of the host.
    Start {
        /// The tab it was asked for.
        tab: i32,
        /// Its origin.
        origin: Origin,
        /// All tabs that show the host.
        peers: Vec<i32>,
    },
    /// Restart Tracing Session, with the open tabs of the host.
    Restart {
        /// The tab it was asked for.
        tab: i32,
        /// Its origin.
        origin: Origin,
        /// All tabs that show the host.
        peers: Vec<i32>,
    },
    /// Stop Tracing Session, or its cookie is gone.
    Stop {
        /// The host.
        host: String,
    },
    /// Run Page Trace.
    Trace {
        /// The tab.
        tab: i32,
        /// Its origin.
        origin: Origin,
    },
    /// Take a page trace back before its document is asked for.
    Cancel {
        /// The tab.
        tab: i32,
    },
    /// A page opened a tab: its document is about to be asked for.
    Opened {
        /// The new tab.
        tab: i32,
        /// The document's URL, redacted.
        url: String,
    },
    /// A tab begins to leave its document.
    Leaving {
        /// The tab.
        tab: i32,
    },
    /// A document request left (after rules were applied).
    Sent {
        /// Its tab.
        tab: i32,
        /// Its URL, redacted.
        url: String,
        /// Its method.
        method: String,
        /// The `traceparent` that it carried.
        context: TraceContext,
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
    /// A tab's navigation came to nothing: a download, an answer without content, a failure.
    Abandoned {
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
    /// A tab is gone.
    Closed {
        /// The tab.
        tab: i32,
    },
}

/// What to do besides setting what is wanted; carried out after that, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Reload a tab.
    Reload(i32),
    /// Tell surfaces and the page that a tab's view changed.
    Changed(i32),
    /// Tell a tab's page to put nothing on requests any more.
    Silence(i32),
    /// A page begins: watch its trace.
    Begun(TraceId),
    /// A page is over: send what is recorded of it.
    Ended(TraceId),
}

/// Random bytes for one context; a shell draws them.
pub type Dice<'a> = &'a mut dyn FnMut() -> [u8; 32];

/// Draws until a usable context comes up. All-zero ids are invalid and two equal span ids would be
/// one span; that eight draws in a row are unusable does not happen with a working generator.
fn mint(dice: Dice<'_>) -> Option<PageContext> {
    (0..8).find_map(|_| PageContext::mint(dice()))
}

impl State {
    /// Takes in what happened and returns what to do.
    pub fn step(&mut self, event: Event, now: Timestamp, dice: Dice<'_>) -> Vec<Act> {
        match event {
            Event::Start { tab, origin, peers } => self.start(tab, origin, &peers, now, dice),
            Event::Restart { tab, origin, peers } => self.restart(tab, origin, &peers, now, dice),
            Event::Stop { host } => self.stop(&host),
            Event::Trace { tab, origin } => self.trace(tab, &origin, dice),
            Event::Cancel { tab } => self.cancel(tab, dice),
            Event::Opened { tab, url } => self.opened(tab, &url, dice),
            Event::Leaving { tab } => self.leaving(tab),
            Event::Sent { tab, url, method, context } => {
                self.sent(tab, url, method, context, now, dice)
            }
            Event::Responded { tab } => self.responded(tab, dice),
            Event::Answered { tab, status, error } => self.answered(tab, status, error, now),
            Event::Committed { tab, url } => self.committed(tab, &url, now, dice),
            Event::Abandoned { tab, url } => self.abandoned(tab, &url, dice),
            Event::Hello { tab, url, context } => self.hello(tab, &url, context, now, dice),
            Event::Loaded { trace } => self.loaded(trace),
            Event::Closed { tab } => self.closed(tab),
        }
    }

    fn start(
        &mut self,
        tab: i32,
        origin: Origin,
        peers: &[i32],
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Vec<Act> {
        if self.sessions.contains(&origin.host) {
            return vec![Act::Changed(tab)];
        }
        let Some(id) = mint(dice).map(|context| context.trace) else { return Vec::new() };
        let Ok(id) = SessionId::from_bytes(id.as_bytes()) else { return Vec::new() };
        for peer in peers.iter().chain([&tab]) {
            self.arm(*peer, &origin, false, dice);
        }
        let host = origin.host.clone();
        let session = Session {
            id,
            origin,
            since: now,
            pages: 0,
            spare: mint(dice),
            previous: None,
            expiry: 0,
            ending: Ending::default(),
            scope: Scope::default(),
            requests: 0,
        };
        self.sessions.insert(host, session);
        vec![Act::Reload(tab), Act::Changed(tab)]
    }

    /// The same session under a new id, that names the old one.
    fn restart(
        &mut self,
        tab: i32,
        origin: Origin,
        peers: &[i32],
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Vec<Act> {
        let host = origin.host.clone();
        let old = self.sessions.get(&host).map(|session| session.id);
        let mut acts = self.stop(&host);
        acts.extend(self.start(tab, origin, peers, now, dice));
        if let Some(session) = self.sessions.get_mut(&host) {
            session.previous = old;
        }
        acts
    }

    fn stop(&mut self, host: &str) -> Vec<Act> {
        let Some(session) = self.sessions.remove(&host.to_owned()) else { return Vec::new() };
        let mut acts = Vec::new();
        for (id, tab) in self.tabs.iter_mut() {
            if tab.next.as_ref().is_some_and(|armed| armed.origin.host == host && !armed.once) {
                tab.next = None;
                acts.push(Act::Changed(*id));
            }
        }
        for page in self.pages.values_mut().filter(|page| page.session == Some(session.id)) {
            page.live = false;
            acts.extend([Act::Silence(page.tab), Act::Changed(page.tab)]);
        }
        acts
    }

    fn trace(&mut self, tab: i32, origin: &Origin, dice: Dice<'_>) -> Vec<Act> {
        self.arm(tab, origin, true, dice);
        vec![Act::Changed(tab), Act::Reload(tab)]
    }

    fn cancel(&mut self, tab: i32, dice: Dice<'_>) -> Vec<Act> {
        let origin = self.page(tab).map(|page| page.origin.clone());
        self.rearm(tab, origin.as_ref(), dice);
        vec![Act::Changed(tab)]
    }

    /// Arms a tab of a session before its first document, so that tabs which are opened at once do
    /// not share the spare.
    fn opened(&mut self, tab: i32, url: &str, dice: Dice<'_>) -> Vec<Act> {
        let armed = self.tabs.get(&tab).is_some_and(|tab| tab.next.is_some());
        let sent = self.pending.values().any(|sent| sent.tab == tab);
        if let (false, false, Ok(origin)) = (armed, sent, Origin::of(url)) {
            self.rearm(tab, Some(&origin), dice);
        }
        Vec::new()
    }

    fn leaving(&mut self, tab: i32) -> Vec<Act> {
        match self.tabs.get_mut(&tab).and_then(|tab| tab.next.as_mut()) {
            Some(armed) if armed.once && !armed.leaving => {
                armed.leaving = true;
                vec![Act::Changed(tab)]
            }
            _ => Vec::new(),
        }
    }

    fn arm(&mut self, tab: i32, origin: &Origin, once: bool, dice: Dice<'_>) {
        let next = mint(dice).map(|context| Armed {
            context,
            origin: origin.clone(),
            once,
            leaving: false,
        });
        self.tabs.or_default(tab).next = next;
    }

    /// Recognises a context that we minted for this tab, or a session's spare.
    fn sent(
        &mut self,
        tab: i32,
        url: String,
        method: String,
        context: TraceContext,
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Vec<Act> {
        if let Some(sent) = self.pending.get_mut(&context.trace) {
            if sent.tab == tab {
                // The next hop of a redirect: the same request, elsewhere.
                sent.ladder.left(&url, Some(context), true);
                sent.url = url;
            }
            return vec![Act::Changed(tab)];
        }
        let armed = self.tabs.get(&tab).and_then(|tab| tab.next.as_ref());
        let armed = armed.filter(|armed| armed.context.request().meets(context));
        let seen = context;
        let (context, once) = match armed {
            Some(armed) => (armed.context, armed.once),
            None => match self.take_spare(context, dice) {
                Some(spare) => (spare, false),
                None => return Vec::new(),
            },
        };
        let wire = Wire { method, start: now, end: None, status: None, error: None };
        let mut ladder = Ladder::armed(context.request());
        ladder.left(&url, Some(seen), true);
        self.pending.insert(context.trace, Sent { context, tab, once, wire, url, ladder });
        vec![Act::Changed(tab)]
    }

    /// Hands out a session's spare and mints the next one at once, because any tab may want it.
    fn take_spare(&mut self, context: TraceContext, dice: Dice<'_>) -> Option<PageContext> {
        let session = self
            .sessions
            .values_mut()
            .find(|session| session.spare.is_some_and(|spare| spare.request().meets(context)))?;
        std::mem::replace(&mut session.spare, mint(dice))
    }

    fn answered(
        &mut self,
        tab: i32,
        status: Option<u16>,
        error: Option<String>,
        now: Timestamp,
    ) -> Vec<Act> {
        let pending = self.pending.values_mut().find(|sent| sent.tab == tab);
        let shown = self.tabs.get(&tab).and_then(|tab| tab.page);
        let wire = match pending {
            Some(sent) => Some(&mut sent.wire),
            None => shown.and_then(|trace| self.pages.get_mut(&trace)).map(|page| &mut page.wire),
        };
        if let Some(wire) = wire.filter(|wire| wire.end.is_none()) {
            wire.status = status;
            wire.error = error;
            wire.end = Some(now);
        }
        Vec::new()
    }

    fn committed(&mut self, tab: i32, url: &str, now: Timestamp, dice: Dice<'_>) -> Vec<Act> {
        self.arrivals.commit(tab);
        let origin = Origin::of(url).ok();
        let sent = self.pending.iter().find(|(_, sent)| sent.tab == tab).map(|(trace, _)| *trace);
        let shown = self.tabs.get(&tab).and_then(|tab| tab.page);
        let shown = shown.and_then(|trace| self.pages.get_mut(&trace));
        if let (None, Some(page)) = (sent, shown.filter(|page| !page.committed)) {
            // The document's own hello came first and has opened the page already.
            page.committed = true;
            return Vec::new();
        }
        let mut acts = self.leave(tab);
        if let (Some(trace), Some(origin)) = (sent, &origin) {
            acts.extend(self.open(trace, tab, origin, url, now));
            if let Some(page) = self.pages.get_mut(&trace) {
                page.committed = true;
            }
        }
        self.rearm(tab, origin.as_ref(), dice);
        acts.push(Act::Changed(tab));
        acts
    }

    /// The tab's document is replaced: nothing more will be recorded of it.
    fn leave(&mut self, tab: i32) -> Vec<Act> {
        let left = self.tabs.get_mut(&tab).and_then(|tab| tab.page.take());
        let Some((trace, page)) = left.and_then(|trace| Some((trace, self.pages.get_mut(&trace)?)))
        else {
            return Vec::new();
        };
        page.closed = true;
        page.live = false;
        vec![Act::Ended(trace)]
    }

    /// A pending document is shown: it becomes the tab's page.
    fn open(
        &mut self,
        trace: TraceId,
        tab: i32,
        origin: &Origin,
        url: &str,
        now: Timestamp,
    ) -> Vec<Act> {
        let Some(Sent { context, once, wire, ladder, url: sent, .. }) = self.pending.remove(&trace)
        else {
            return Vec::new();
        };
        // A redirect to another host took no context along, and what is loaded there gets none.
        let live = Origin::of(&sent).is_ok_and(|sent| sent.host == origin.host);
        let session = self.sessions.get_mut(&origin.host);
        let id = session.map(|session| {
            session.pages += 1;
            session.id
        });
        let page = Page {
            context,
            tab,
            origin: origin.clone(),
            url: url.to_owned(),
            session: id,
            wire,
            clock: None,
            toast: once,
            told: !once,
            watch: Watch::begin(now),
            live,
            committed: false,
            closed: false,
            ladder,
        };
        self.pages.insert(trace, page);
        self.tabs.or_default(tab).page = Some(trace);
        vec![Act::Begun(trace)]
    }

    /// Sees to it that the tab's next document has a context that no other has had, in a session,
    /// and none otherwise.
    fn rearm(&mut self, tab: i32, origin: Option<&Origin>, dice: Dice<'_>) {
        let Some(origin) = origin.filter(|origin| self.session(origin).is_some()) else {
            if let Some(tab) = self.tabs.get_mut(&tab) {
                tab.next = None;
            }
            return;
        };
        let armed = self.tabs.get(&tab).and_then(|tab| tab.next.as_ref());
        let fresh = armed.is_some_and(|armed| {
            let trace = armed.context.trace;
            let used = self.pending.contains(&trace) || self.pages.contains(&trace);
            !used && !armed.once && armed.origin.host == origin.host
        });
        if !fresh {
            self.arm(tab, origin, false, dice);
        }
    }

    /// No redirect follows any more, so the used context has served its request. A document may
    /// move on as soon as it is shown: the next one must be armed by then.
    fn responded(&mut self, tab: i32, dice: Dice<'_>) -> Vec<Act> {
        let sent = self.pending.values().find(|sent| sent.tab == tab);
        if let Some(origin) = sent.and_then(|sent| Origin::of(&sent.url).ok()) {
            self.rearm(tab, Some(&origin), dice);
        }
        Vec::new()
    }

    fn abandoned(&mut self, tab: i32, url: &str, dice: Dice<'_>) -> Vec<Act> {
        self.arrivals.abandon(tab);
        let lost = self.pending.iter().find(|(_, sent)| sent.tab == tab && sent.url == url);
        let Some(trace) = lost.map(|(trace, _)| *trace) else { return Vec::new() };
        self.pending.remove(&trace);
        if let Some(tab) = self.tabs.get_mut(&tab) {
            tab.next = tab.next.take().filter(|armed| armed.context.trace != trace);
        }
        // The context was used on the wire; a second document must not get it.
        let origin = self.page(tab).map(|page| page.origin.clone());
        self.rearm(tab, origin.as_ref(), dice);
        vec![Act::Changed(tab)]
    }

    fn hello(
        &mut self,
        tab: i32,
        url: &str,
        context: Option<TraceContext>,
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Vec<Act> {
        let Some(trace) = context.map(|context| context.trace) else { return Vec::new() };
        let ours = self.pending.get(&trace);
        let ours = ours
            .zip(context)
            .is_some_and(|(sent, context)| sent.context.resources().meets(context));
        let (true, Ok(origin)) = (ours, Origin::of(url)) else { return Vec::new() };
        let mut acts = self.leave(tab);
        acts.extend(self.open(trace, tab, &origin, url, now));
        self.rearm(tab, Some(&origin), dice);
        acts.push(Act::Changed(tab));
        acts
    }

    fn loaded(&mut self, trace: TraceId) -> Vec<Act> {
        match self.pages.get_mut(&trace) {
            // A single page trace covers the page's load; in a session the page goes on.
            Some(page) if page.live && page.session.is_none() => {
                page.live = false;
                vec![Act::Changed(page.tab)]
            }
            _ => Vec::new(),
        }
    }

    fn closed(&mut self, tab: i32) -> Vec<Act> {
        self.arrivals.close(tab);
        let acts = self.leave(tab);
        self.tabs.remove(&tab);
        self.pending.retain(|_, sent| sent.tab != tab);
        acts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Progress;
    use crate::json;
    use crate::settings::Settings;
    use crate::wanted::{Reach, wanted};

    /// A browser in a few words: tab 1 and 2 are open; contexts are numbered as they are drawn.
    struct World {
        state: State,
        drawn: u8,
        clock: u64,
    }

    impl World {
        fn new() -> Self {
            Self { state: State::default(), drawn: 0, clock: 1_000 }
        }

        fn step(&mut self, event: Event) -> Vec<Act> {
            self.clock += 1;
            let now = Timestamp::from_nanos(self.clock * 1_000_000);
            let drawn = &mut self.drawn;
            self.state.step(event, now, &mut || {
                *drawn += 1;
                std::array::from_fn(|at| *drawn + u8::try_from(at).unwrap())
            })
        }

        /// The context on a document request of this tab, as the browser would apply the rules.
        fn armed(&self, tab: i32) -> Option<TraceContext> {
            let rules = wanted(&self.state, &Settings::default()).rules;
            let mut fitting = rules.values().filter(|rule| {
                matches!(rule.reach, Reach::Documents(_))
                    && rule.tabs.is_none_or(|only| only == tab)
                    && !rule.except.contains(&tab)
            });
            let rule = fitting.next()?;
            assert!(fitting.next().is_none(), "two rules would set two contexts");
            rule.request[0].1.parse().ok()
        }

        /// A whole navigation; returns the context that went out.
        fn navigate(&mut self, tab: i32, url: &str) -> Option<TraceContext> {
            let context = self.armed(tab);
            if let Some(context) = context {
                self.step(sent(tab, url, context));
            }
            self.step(Event::Committed { tab, url: url.to_owned() });
            context
        }
    }

    const URL: &str = "http://a.test/checkout";

    fn origin() -> Origin {
        Origin::of(URL).unwrap()
    }

    fn start(tab: i32) -> Event {
        Event::Start { tab, origin: origin(), peers: vec![1, 2] }
    }

    fn sent(tab: i32, url: &str, context: TraceContext) -> Event {
        Event::Sent { tab, url: url.to_owned(), method: "GET".to_owned(), context }
    }

    #[test]
    fn a_page_trace_arms_one_document_and_no_more() {
        let mut world = World::new();
        let acts = world.step(Event::Trace { tab: 1, origin: origin() });
        assert_eq!(acts, [Act::Changed(1), Act::Reload(1)]);
        assert_eq!(world.armed(2), None, "another tab is left alone");
        let progress = |world: &World| world.state.progress(1, Timestamp::default());
        assert_eq!(progress(&world), Some(Progress::Reloading));
        world.step(Event::Leaving { tab: 1 });
        assert_eq!(progress(&world), Some(Progress::Armed));
        let context = world.navigate(1, URL).unwrap();
        let page = world.state.page(1).unwrap();
        assert_eq!(page.context.trace, context.trace);
        assert!(page.toast && page.live);
        assert_eq!(world.armed(1), None);
        assert!(
            wanted(&world.state, &Settings::default()).cookies.is_empty(),
            "a page trace sets no cookie"
        );
        world.step(Event::Loaded { trace: context.trace });
        assert!(wanted(&world.state, &Settings::default()).rules.is_empty());
    }

    /// The context on what this tab's document loads.
    fn carried(world: &World, tab: i32) -> Option<TraceContext> {
        let rules = wanted(&world.state, &Settings::default()).rules;
        let mut fitting = rules
            .values()
            .filter(|rule| matches!(rule.reach, Reach::Resources(_)) && rule.tabs == Some(tab));
        let rule = fitting.next()?;
        assert!(fitting.next().is_none(), "two rules would set two contexts");
        rule.request[0].1.parse().ok()
    }

    #[test]
    fn what_a_document_loads_first_finds_its_context_set_before_the_commit() {
        let mut world = World::new();
        world.step(Event::Trace { tab: 1, origin: origin() });
        let first = world.armed(1).unwrap().trace;
        assert_eq!(carried(&world, 1).unwrap().trace, first, "nothing else is traced in the tab");
        world.navigate(1, URL);
        assert_eq!(carried(&world, 1).unwrap().trace, first);

        let mut world = World::new();
        world.step(start(1));
        let first = world.navigate(1, URL).unwrap().trace;
        let next = world.armed(1).unwrap();
        assert_eq!(carried(&world, 1).unwrap().trace, first, "the old document still loads things");
        world.step(sent(1, URL, next));
        assert_eq!(carried(&world, 1).unwrap().trace, next.trace);
        world.step(Event::Abandoned { tab: 1, url: URL.to_owned() });
        assert_eq!(carried(&world, 1).unwrap().trace, first, "and goes on when it stays");
    }

    #[test]
    fn in_a_session_every_document_of_every_tab_gets_a_context_of_its_own() {
        let mut world = World::new();
        let acts = world.step(start(1));
        assert_eq!(acts, [Act::Reload(1), Act::Changed(1)]);
        let mut traces = Vec::new();
        for tab in [1, 1, 2, 7, 7, 2, 8] {
            traces.push(world.navigate(tab, URL).expect("armed").trace);
        }
        traces.sort();
        traces.dedup();
        assert_eq!(traces.len(), 7);
        assert_eq!(world.state.sessions.get(&"a.test".to_owned()).unwrap().pages, 7);
    }

    #[test]
    fn tabs_that_a_page_opens_at_once_get_a_context_each() {
        let mut world = World::new();
        world.step(start(1));
        world.navigate(1, URL);
        for tab in [7, 8, 9] {
            world.step(Event::Opened { tab, url: URL.to_owned() });
        }
        let mut traces: Vec<_> = [7, 8, 9].map(|tab| world.armed(tab).unwrap().trace).to_vec();
        traces.dedup();
        assert_eq!(traces.len(), 3);
        world.step(Event::Opened { tab: 10, url: "http://b.test/".to_owned() });
        assert!(world.state.tabs.get(&10).is_none(), "another host has no session");
    }

    #[test]
    fn stop_leaves_nothing_wanted() {
        let mut world = World::new();
        world.step(start(1));
        world.navigate(1, URL);
        world.navigate(2, URL);
        let before = wanted(&world.state, &Settings::default());
        assert!(!before.rules.is_empty() && !before.cookies.is_empty());
        world.step(Event::Stop { host: "a.test".to_owned() });
        let after = wanted(&world.state, &Settings::default());
        assert_eq!(after, crate::wanted::Wanted::default());
        assert_eq!(world.step(Event::Stop { host: "a.test".to_owned() }), [], "twice is nothing");
    }

    #[test]
    fn a_page_trace_that_is_taken_back_leaves_nothing_armed() {
        let mut world = World::new();
        world.step(Event::Trace { tab: 1, origin: origin() });
        world.step(Event::Cancel { tab: 1 });
        assert_eq!(wanted(&world.state, &Settings::default()), crate::wanted::Wanted::default());
    }

    #[test]
    fn a_redirect_is_one_request_and_its_last_address_is_the_page() {
        let mut world = World::new();
        world.step(start(1));
        let context = world.armed(1).unwrap();
        world.step(sent(1, "http://a.test/old", context));
        world.step(sent(1, URL, context));
        assert_eq!(world.state.progress(1, Timestamp::default()), Some(Progress::Requested));
        let acts = world.step(Event::Committed { tab: 1, url: URL.to_owned() });
        assert!(acts.contains(&Act::Begun(context.trace)));
        assert_eq!(world.state.page(1).unwrap().url, URL);
    }

    #[test]
    fn a_document_that_moves_on_at_once_leaves_a_context_of_its_own_to_the_next() {
        let mut world = World::new();
        world.step(start(1));
        let first = world.armed(1).unwrap();
        world.step(sent(1, URL, first));
        assert_eq!(world.armed(1), Some(first), "a redirect would still carry it");
        world.step(Event::Responded { tab: 1 });
        let second = world.armed(1).unwrap();
        assert_ne!(second, first);
        world.step(Event::Committed { tab: 1, url: URL.to_owned() });
        assert_eq!(world.armed(1), Some(second), "armed once, not again");
        assert_eq!(carried(&world, 1).unwrap().trace, first.trace);
        world.step(sent(1, URL, second));
        world.step(Event::Committed { tab: 1, url: URL.to_owned() });
        assert_eq!(world.state.page(1).unwrap().context.trace, second.trace);
    }

    #[test]
    fn hello_before_committed_opens_the_page_once() {
        let mut world = World::new();
        world.step(start(1));
        let context = world.armed(1).unwrap();
        world.step(sent(1, URL, context));
        let read = world.state.pending.get(&context.trace).unwrap().context.resources();
        let hello = Event::Hello { tab: 1, url: URL.to_owned(), context: Some(read) };
        assert!(world.step(hello.clone()).contains(&Act::Begun(context.trace)));
        let armed = world.armed(1);
        assert_eq!(world.step(Event::Committed { tab: 1, url: URL.to_owned() }), []);
        assert_eq!(world.step(hello), [], "and saying it again changes nothing");
        assert_eq!(world.armed(1), armed);
        assert_eq!(world.state.sessions.get(&"a.test".to_owned()).unwrap().pages, 1);
    }

    #[test]
    fn a_forged_hello_opens_nothing() {
        let mut world = World::new();
        world.step(start(1));
        let armed = world.state.tabs.get(&1).unwrap().next.clone().unwrap();
        let forged =
            Event::Hello { tab: 1, url: URL.to_owned(), context: Some(armed.context.resources()) };
        assert_eq!(world.step(forged), [], "its request was never seen on the wire");
        assert_eq!(world.state.pages.len(), 0);
    }

    #[test]
    fn a_navigation_that_comes_to_nothing_uses_its_context_up() {
        let mut world = World::new();
        world.step(start(1));
        world.navigate(1, URL);
        let context = world.armed(1).unwrap();
        world.step(sent(1, "http://a.test/file.zip", context));
        world.step(Event::Abandoned { tab: 1, url: URL.to_owned() });
        assert_eq!(world.state.pending.len(), 1, "that was the document before");
        let url = "http://a.test/file.zip".to_owned();
        world.step(Event::Abandoned { tab: 1, url });
        assert_ne!(world.armed(1).unwrap(), context);
        assert!(world.state.page(1).is_some(), "the old document is still shown");
    }

    #[test]
    fn leaving_the_host_disarms_the_tab_and_coming_back_traces_again() {
        let mut world = World::new();
        world.step(start(1));
        world.navigate(1, URL);
        let context = world.armed(1).unwrap();
        let acts = world.step(Event::Committed { tab: 1, url: "http://b.test/".to_owned() });
        assert!(matches!(acts[0], Act::Ended(_)));
        assert!(world.state.page(1).is_none());
        assert!(world.armed(1).is_some_and(|spare| spare != context));
        assert!(world.navigate(1, URL).is_some());
    }

    #[test]
    fn a_closed_tab_ends_its_page_and_is_forgotten_once_the_wait_is_over() {
        let mut world = World::new();
        world.step(Event::Trace { tab: 1, origin: origin() });
        let trace = world.navigate(1, URL).unwrap().trace;
        assert_eq!(world.step(Event::Closed { tab: 1 }), [Act::Ended(trace)]);
        world.state.tidy(Timestamp::from_nanos(world.clock * 1_000_000));
        assert!(world.state.pages.contains(&trace), "its spans are still awaited");
        let later = Timestamp::from_nanos(10_000_000_000_000);
        world.state.pages.get_mut(&trace).unwrap().watch.settle(later);
        world.state.tidy(later);
        assert_eq!(world.state, State::default());
    }

    #[test]
    fn the_state_survives_being_written_down() {
        let mut world = World::new();
        world.step(start(1));
        world.navigate(1, URL);
        let context = world.armed(2).unwrap();
        world.step(sent(2, URL, context));
        assert_eq!(json::read(&json::write(&world.state)), Ok(world.state));
    }

    #[test]
    fn dice_that_only_show_zero_arm_nothing_and_do_not_hang() {
        let mut state = State::default();
        let acts = state.step(start(1), Timestamp::from_nanos(1), &mut || [0; 32]);
        assert_eq!(acts, []);
        assert_eq!(wanted(&state, &Settings::default()), crate::wanted::Wanted::default());
    }
}
