//! A document's life: asked for, perhaps sent on, answered, shown, loaded, left.

use super::{Act, Asked, Dice, mint};
use crate::assemble::Wire;
use crate::completion::Watch;
use crate::context::PageContext;
use crate::ladder::{Ladder, Way};
use crate::origin::Origin;
use crate::state::{Armed, Page, Sent, State};
use crate::{Timestamp, TraceContext, TraceId};

/// A URL without its fragment, which is never sent.
fn address(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

impl State {
    /// Recognises a context of ours on a document request.
    pub(crate) fn sent(&mut self, asked: Asked, now: Timestamp, dice: Dice<'_>) -> Vec<Act> {
        let Asked { tab, request, url, method, context: carried } = asked;
        let hop = self.pending.values().find(|sent| sent.request == request);
        let hop = hop.map(|sent| (sent.context, sent.wire.start));
        if let Some((context, _)) = hop.filter(|(context, _)| context.request().meets(carried)) {
            // The next hop of a redirect: the same request, elsewhere.
            if let Some(sent) = self.pending.get_mut(&context.trace) {
                sent.ladder.left(&url, Some(carried), true);
                sent.url = url;
            }
            return vec![Act::Changed(tab)];
        }
        let Some((armed, shared)) = self.recognise(tab, carried, &url, dice) else {
            return Vec::new();
        };
        // A redirect into another session has that one's context; its request is still one.
        if let Some((context, _)) = hop {
            self.pending.remove(&context.trace);
        }
        self.reloaded(tab);
        let start = hop.map_or(now, |(_, start)| start);
        let wire = Wire { method, start, end: None, status: None, error: None };
        let Armed { context, origin, once, .. } = armed;
        let session = self.session(tab, &origin.host).map(|session| session.id);
        let mut ladder = Ladder::armed(shared.unwrap_or(context).request());
        ladder.left(&url, Some(carried), true);
        let host = origin.host.clone();
        let sent = Sent { context, tab, request, host, session, shared, once, wire, url, ladder };
        self.pending.insert(context.trace, sent);
        self.prepare(tab, &origin, dice);
        vec![Act::Changed(tab)]
    }

    /// What a document request was armed with. One that carries a context which another document
    /// had gets one of its own, and beside it what it carries: two documents are two pages.
    fn recognise(
        &mut self,
        tab: i32,
        carried: TraceContext,
        url: &str,
        dice: Dice<'_>,
    ) -> Option<(Armed, Option<PageContext>)> {
        if let Some(armed) = self.claim(tab, carried, dice) {
            return Some((armed, None));
        }
        let worn = self.worn(carried)?;
        let (context, origin) = (mint(dice)?, Origin::of(url).ok()?);
        Some((Armed { context, origin, once: false, leaving: false }, Some(worn)))
    }

    pub(super) fn redirected(&mut self, request: &str, url: String) -> Vec<Act> {
        let Some(sent) = self.pending.values_mut().find(|sent| sent.request == request) else {
            return Vec::new();
        };
        sent.url = url;
        vec![Act::Changed(sent.tab)]
    }

    /// No redirect follows any more, so the used context has served its request. A document may
    /// move on as soon as it is shown: the next one must be armed by then.
    pub(super) fn responded(&mut self, tab: i32, dice: Dice<'_>) -> Vec<Act> {
        let origin = self.expected(tab).and_then(|sent| Origin::of(&sent.url).ok());
        if let Some(origin) = origin {
            self.rearm(tab, Some(&origin), dice);
        }
        Vec::new()
    }

    pub(super) fn answered(
        &mut self,
        tab: i32,
        request: &str,
        (status, error): (Option<u16>, Option<String>),
        now: Timestamp,
    ) -> Vec<Act> {
        let shown = self.tabs.get(&tab).and_then(|tab| tab.page);
        let wire = match self.pending.values_mut().find(|sent| sent.request == request) {
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

    pub(super) fn committed(
        &mut self,
        tab: i32,
        url: &str,
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Vec<Act> {
        self.arrivals.commit(tab);
        let origin = Origin::of(url).ok();
        let sent = origin.as_ref().and_then(|origin| self.arriving(tab, url, &origin.host));
        let shown = self.tabs.get(&tab).and_then(|tab| tab.page);
        let shown = shown.and_then(|trace| self.pages.get_mut(&trace));
        if let (None, Some(page)) = (sent, shown.filter(|page| !page.committed)) {
            // The document's own hello came first and has opened the page already.
            page.committed = true;
            return Vec::new();
        }
        let mut acts = self.leave(tab, now);
        self.doubt(tab, origin.as_ref().filter(|_| sent.is_none()));
        if let Some(origin) = &origin {
            // A tab waits for one document: what it waited for before will not come any more.
            self.pending.retain(|trace, it| it.tab != tab || Some(*trace) == sent);
            acts.extend(sent.and_then(|trace| self.open(trace, tab, (origin, url), now)));
            if let Some(page) = sent.and_then(|trace| self.pages.get_mut(&trace)) {
                page.committed = true;
            }
        }
        self.rearm(tab, origin.as_ref(), dice);
        acts.push(Act::Changed(tab));
        acts
    }

    /// The pending document that a tab now shows at this address.
    fn arriving(&self, tab: i32, url: &str, host: &str) -> Option<TraceId> {
        let ours = || self.pending.values().filter(|sent| sent.tab == tab);
        let exact = |sent: &&Sent| address(&sent.url) == address(url);
        let near = |sent: &&Sent| Origin::of(&sent.url).is_ok_and(|origin| origin.host == host);
        let exact = ours().filter(exact).max_by_key(|sent| sent.wire.start);
        // Redirected to where the browser shows us nothing: it may have been sent on from there.
        let away = |sent: &&Sent| sent.ladder.hops.last().is_some_and(|hop| !hop.seen);
        let found = exact
            .or_else(|| ours().filter(near).max_by_key(|sent| sent.wire.start))
            .or_else(|| ours().find(away))?;
        Some(found.context.trace)
    }

    /// The tab's document is replaced: nothing more will be recorded of it.
    pub(super) fn leave(&mut self, tab: i32, now: Timestamp) -> Vec<Act> {
        let left = self.tabs.get_mut(&tab).and_then(|tab| tab.page.take());
        let Some((trace, page)) = left.and_then(|trace| Some((trace, self.pages.get_mut(&trace)?)))
        else {
            return Vec::new();
        };
        page.closed = true;
        page.left = Some(now);
        page.live = false;
        vec![Act::Ended(trace)]
    }

    /// A pending document is shown: it becomes the tab's page.
    fn open(
        &mut self,
        trace: TraceId,
        tab: i32,
        (origin, url): (&Origin, &str),
        now: Timestamp,
    ) -> Option<Act> {
        let Sent { context, once, wire, ladder, shared, session, host, .. } =
            self.pending.remove(&trace)?;
        let mut inside = self.sessions.values_mut();
        let inside = inside.find(|it| Some(it.id) == session && it.covers(&origin.host));
        let mut previous = None;
        let session = inside.map(|session| {
            // The session that came before is named once, on the first page.
            previous = session.previous.filter(|_| session.pages == 0);
            let traced = u32::from(!ladder.unsampled());
            session.pages += traced;
            session.requests = session.requests.saturating_add(traced);
            session.id
        });
        let page = Page {
            context,
            tab,
            origin: origin.clone(),
            url: url.to_owned(),
            session,
            previous,
            shared,
            requests: 1,
            wire,
            clock: None,
            toast: once,
            told: !once,
            watch: Watch::begin(now),
            // Elsewhere than it was armed for (a redirect led there) nothing gets its context.
            live: session.is_some() || host == origin.host,
            committed: false,
            closed: false,
            left: None,
            sealed: false,
            ladder,
            soft: None,
            softs: 0,
            dropped: 0,
            gaps: 0,
            awaits: false,
        };
        self.pages.insert(trace, page);
        self.tabs.or_default(tab).page = Some(trace);
        Some(Act::Begun(trace))
    }

    pub(super) fn abandoned(&mut self, tab: i32, url: &str, dice: Dice<'_>) -> Vec<Act> {
        self.arrivals.abandon(tab);
        let same = |sent: &&Sent| sent.tab == tab && address(&sent.url) == address(url);
        let lost = self.pending.values().find(same).map(|sent| sent.context.trace);
        lost.map(|trace| self.drop_sent(tab, trace, dice)).unwrap_or_default()
    }

    /// The answer makes no document. One that was not answered is another matter: who reloads often
    /// gives requests up whose context the next one may have.
    pub(super) fn unshown(&mut self, tab: i32, url: &str, dice: Dice<'_>) -> Vec<Act> {
        let answered = |sent: &&Sent| sent.ladder.way != Way::Open;
        let same = |sent: &&Sent| sent.tab == tab && address(&sent.url) == address(url);
        let lost = self.pending.values().filter(same).find(answered);
        let lost = lost.map(|sent| sent.context.trace);
        lost.map(|trace| self.drop_sent(tab, trace, dice)).unwrap_or_default()
    }

    /// A document that was asked for will not come.
    fn drop_sent(&mut self, tab: i32, trace: TraceId, dice: Dice<'_>) -> Vec<Act> {
        self.pending.remove(&trace);
        if let Some(tab) = self.tabs.get_mut(&tab) {
            // The context was used on the wire; a second document must not get it.
            tab.next.take_if(|armed| armed.context.trace == trace);
        }
        let origin = self.page(tab).map(|page| page.origin.clone());
        self.rearm(tab, origin.as_ref(), dice);
        vec![Act::Changed(tab)]
    }

    pub(super) fn hello(
        &mut self,
        tab: i32,
        url: &str,
        context: Option<TraceContext>,
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Vec<Act> {
        self.recover(tab, url, context, now, dice);
        let (Some(context), Ok(origin)) = (context, Origin::of(url)) else { return Vec::new() };
        // A page's own service worker may have asked for it, in no tab.
        let ours = self.pending.values().filter(|sent| sent.tab == tab || sent.tab < 0);
        let read = |sent: &&Sent| sent.shared.unwrap_or(sent.context).resources().meets(context);
        let Some(trace) = ours.filter(read).map(|sent| sent.context.trace).last() else {
            return Vec::new();
        };
        let mut acts = self.leave(tab, now);
        acts.extend(self.open(trace, tab, (&origin, url), now));
        self.rearm(tab, Some(&origin), dice);
        acts.push(Act::Changed(tab));
        acts
    }

    pub(super) fn loaded(&mut self, trace: TraceId) -> Vec<Act> {
        let tab = self.pages.get(&trace).map(|page| page.tab);
        if let Some(tab) = tab.and_then(|tab| self.tabs.get_mut(&tab)) {
            // What may have been on the wire beside it would have come by now.
            tab.unseen.clear();
        }
        match self.pages.get_mut(&trace) {
            // A single page trace covers the page's load; in a session the page goes on.
            Some(page) if page.live && page.session.is_none() => {
                page.live = false;
                vec![Act::Changed(page.tab)]
            }
            _ => Vec::new(),
        }
    }
}
