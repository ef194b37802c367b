//! A session's own life: it begins, is begun anew, and ends, for one of several reasons.

use super::{Act, Dice, Open, mint};
use crate::origin::Origin;
use crate::state::{Armed, End, Ended, Place, Plan, Session, State};
use crate::{SessionId, Timestamp, TraceId};

/// Sessions that are over and remembered, at most.
const REMEMBERED: usize = 20;

impl State {
    pub(super) fn start(
        &mut self,
        (tab, origin): (i32, Origin),
        plan: Plan,
        open: &[Open],
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Vec<Act> {
        for open in open {
            self.learn(open);
        }
        if self.session(tab, &origin.host).is_some() {
            return vec![Act::Changed(tab)];
        }
        let Some(session) = self.begin((tab, &origin), plan, now, dice) else { return Vec::new() };
        let mut acts = self.supersede(&session, now);
        self.sessions.insert(session.place(), session);
        self.rearm(tab, Some(&origin), dice);
        for open in open {
            self.opened(open, dice);
        }
        self.tabs.or_default(tab).reload = true;
        acts.extend([Act::Reload(tab), Act::Changed(tab)]);
        acts
    }

    /// A session that has just begun. `None` when the dice make no id.
    fn begin(
        &self,
        (tab, origin): (i32, &Origin),
        plan: Plan,
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Option<Session> {
        let id = mint(dice)?.trace;
        let minutes = u64::from(plan.ending.minutes);
        Some(Session {
            id: SessionId::from_bytes(id.as_bytes()).ok()?,
            origin: origin.clone(),
            since: now,
            pages: 0,
            spare: mint(dice),
            previous: None,
            expiry: if minutes == 0 { 0 } else { now.millis() / 1_000 + minutes * 60 },
            ending: plan.ending,
            store: self.store(tab).to_owned(),
            domain: plan.domain,
            tab,
            requests: 0,
        })
    }

    /// One host has one session: those that a new one reaches over end.
    fn supersede(&mut self, new: &Session, now: Timestamp) -> Vec<Act> {
        let old = |old: &&Session| old.store == new.store && new.covers(&old.origin.host);
        let old: Vec<_> = self.sessions.values().filter(old).map(Session::place).collect();
        old.iter().flat_map(|place| self.end(place, End::Restarted, now)).collect()
    }

    /// The same session under a new id, which names the old one.
    pub(super) fn restart(
        &mut self,
        (tab, origin): (i32, &Origin),
        open: &[Open],
        now: Timestamp,
        dice: Dice<'_>,
    ) -> Vec<Act> {
        let Some(old) = self.session(tab, &origin.host).cloned() else { return Vec::new() };
        let place = old.place();
        let plan = Plan { domain: old.domain, ending: old.ending };
        let mut acts = self.end(&place, End::Restarted, now);
        acts.extend(self.start((tab, old.origin), plan, open, now, dice));
        if let Some(session) = self.sessions.get_mut(&place) {
            session.previous = Some(old.id);
        }
        acts
    }

    /// Ends a session: nothing of it is wanted any more.
    pub(super) fn end(&mut self, place: &Place, end: End, now: Timestamp) -> Vec<Act> {
        let Some(session) = self.sessions.remove(place) else { return Vec::new() };
        let Self { tabs, stores, pages, pending, .. } = self;
        let mut acts = vec![Act::Changed(session.tab)];
        for (id, tab) in tabs.iter_mut() {
            let here = stores.get(id).map_or("", String::as_str) == place.store;
            let ours = tab.next.as_ref().is_some_and(|armed| session.covers(&armed.origin.host));
            if here && ours && tab.next.take_if(|armed| !armed.once).is_some() {
                acts.push(Act::Changed(*id));
                tab.reload = false;
            }
            tab.after = None;
            let over = |it: &Armed| here && !it.once && session.covers(&it.origin.host);
            tab.unseen.retain(|armed| !over(armed));
        }
        // What was asked for within it arrives as an untraced document; a page trace goes on.
        pending.retain(|_, sent| sent.once || sent.session != Some(session.id));
        for page in pages.values_mut().filter(|page| page.session == Some(session.id)) {
            if std::mem::replace(&mut page.live, false) {
                acts.extend([Act::Silence(page.tab), Act::Changed(page.tab)]);
            }
        }
        self.ended.retain(|ended| ended.place != *place);
        self.ended.push(Ended { place: place.clone(), id: session.id, at: now, end });
        let many = self.ended.len().saturating_sub(REMEMBERED);
        self.ended.drain(..many);
        acts
    }

    /// Ends the sessions that fit a question.
    fn end_where(&mut self, end: End, now: Timestamp, over: impl Fn(&Session) -> bool) -> Vec<Act> {
        let over: Vec<_> =
            self.sessions.values().filter(|it| over(it)).map(Session::place).collect();
        over.iter().flat_map(|place| self.end(place, end, now)).collect()
    }

    /// Ends the sessions whose time is over, or that have traced what they were to.
    pub(super) fn expire(&mut self, now: Timestamp) -> Vec<Act> {
        let over = |it: &Session| it.expiry > 0 && it.expiry <= now.millis() / 1_000;
        let full = |it: &Session| it.ending.requests > 0 && it.requests >= it.ending.requests;
        let mut acts = self.end_where(End::Expired, now, over);
        acts.extend(self.end_where(End::Counted, now, full));
        acts
    }

    /// Ends the sessions whose panel is not open.
    pub(super) fn watched(&mut self, tabs: &[i32], now: Timestamp) -> Vec<Act> {
        let over = |it: &Session| it.ending.panel && !tabs.contains(&it.tab);
        self.end_where(End::Unwatched, now, over)
    }

    pub(super) fn counted(
        &mut self,
        trace: TraceId,
        [requests, softs]: [u32; 2],
        now: Timestamp,
    ) -> Vec<Act> {
        let Some(page) = self.pages.get_mut(&trace) else { return Vec::new() };
        let more = requests.saturating_sub(page.requests);
        page.requests += more;
        let pages = softs.saturating_sub(page.softs);
        page.softs += pages;
        let id = page.session;
        let Some(session) = self.sessions.values_mut().find(|it| Some(it.id) == id) else {
            return Vec::new();
        };
        session.requests = session.requests.saturating_add(more);
        session.pages = session.pages.saturating_add(pages);
        self.expire(now)
    }

    pub(super) fn closed(&mut self, tab: i32, now: Timestamp) -> Vec<Act> {
        self.arrivals.close(tab);
        let acts = self.leave(tab, now);
        self.tabs.remove(&tab);
        self.stores.remove(&tab);
        self.pending.retain(|_, sent| sent.tab != tab);
        acts
    }
}
