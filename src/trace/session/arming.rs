//! Which context a tab's next document gets: none is ever handed out twice on purpose.

use super::{Act, Dice, Open, mint};
use crate::context::PageContext;
use crate::origin::Origin;
use crate::state::{Armed, State};
use crate::{Timestamp, TraceContext};

impl State {
    pub(super) fn trace(&mut self, tab: i32, origin: &Origin, dice: Dice<'_>) -> Vec<Act> {
        let armed = self.tabs.get(&tab).and_then(|tab| tab.next.as_ref());
        let sent = self.expected(tab).is_some_and(|sent| sent.once);
        if sent || armed.is_some_and(|armed| armed.once) {
            // It is under way: whoever asked did not hear the answer, and asks again.
            return vec![Act::Changed(tab)];
        }
        self.arm(tab, origin, true, dice);
        self.tabs.or_default(tab).reload = true;
        vec![Act::Changed(tab), Act::Reload(tab)]
    }

    /// Takes a page trace back, however far it is. A session's page goes on without its toast.
    pub(super) fn cancel(&mut self, tab: i32, now: Timestamp, dice: Dice<'_>) -> Vec<Act> {
        let mut acts = vec![Act::Untoast(tab)];
        self.reloaded(tab);
        if let Some(part) = self.tabs.get_mut(&tab) {
            part.unseen.clear();
        }
        let armed = self.tabs.get_mut(&tab).and_then(|tab| tab.next.take_if(|armed| armed.once));
        let coming = self.expected(tab).filter(|sent| sent.once);
        let coming = coming.map(|sent| (sent.context.trace, sent.session.is_some()));
        match coming {
            Some((trace, false)) => drop(self.pending.remove(&trace)),
            Some((trace, true)) => {
                if let Some(sent) = self.pending.get_mut(&trace) {
                    sent.once = false;
                }
            }
            None if armed.is_none() => acts.extend(self.drop_page(tab, now)),
            None => {}
        }
        if let Some(armed) = armed {
            self.rearm(tab, Some(&armed.origin), dice);
        }
        acts.push(Act::Changed(tab));
        acts
    }

    /// Takes back the trace of a page that is shown.
    fn drop_page(&mut self, tab: i32, now: Timestamp) -> Vec<Act> {
        let shown = self.tabs.get(&tab).and_then(|tab| tab.page);
        let Some(page) = shown.and_then(|trace| self.pages.get_mut(&trace)) else {
            return Vec::new();
        };
        page.toast = false;
        if page.session.is_some() {
            return Vec::new();
        }
        let mut acts = vec![Act::Silence(tab)];
        acts.extend(self.leave(tab, now));
        acts
    }

    /// Learns which tabs are open, and arms those that a session covers.
    pub(super) fn found(&mut self, open: &[Open], guarded: bool, dice: Dice<'_>) -> Vec<Act> {
        self.guarded = guarded;
        let gone = |tab: &i32| !open.iter().any(|open| open.tab == *tab);
        self.stores.retain(|tab, _| !gone(tab));
        for open in open {
            self.opened(open, dice);
        }
        Vec::new()
    }

    /// Notes which cookie store a tab belongs to. What it was armed with was another store's.
    pub(super) fn learn(&mut self, open: &Open) {
        let Some(store) = open.store.as_deref() else { return };
        if store == self.store(open.tab) {
            return;
        }
        if let Some(tab) = self.tabs.get_mut(&open.tab) {
            (tab.next, tab.after) = (None, None);
        }
        if store.is_empty() {
            self.stores.remove(&open.tab);
        } else {
            self.stores.insert(open.tab, store.to_owned());
        }
    }

    /// Arms a tab of a session before its first document, so that tabs which are opened at once do
    /// not share the spare.
    pub(super) fn opened(&mut self, open: &Open, dice: Dice<'_>) -> Vec<Act> {
        self.learn(open);
        let armed = self.tabs.get(&open.tab).is_some_and(|tab| tab.next.is_some());
        let sent = self.expected(open.tab).is_some();
        if let (false, false, Ok(origin)) = (armed, sent, Origin::of(&open.url)) {
            self.rearm(open.tab, Some(&origin), dice);
        }
        Vec::new()
    }

    pub(super) fn leaving(&mut self, tab: i32) -> Vec<Act> {
        self.reloaded(tab);
        match self.tabs.get_mut(&tab).and_then(|tab| tab.next.as_mut()) {
            Some(armed) if armed.once && !armed.leaving => {
                armed.leaving = true;
                vec![Act::Changed(tab)]
            }
            _ => Vec::new(),
        }
    }

    pub(crate) fn arm(&mut self, tab: i32, origin: &Origin, once: bool, dice: Dice<'_>) {
        let origin = origin.clone();
        let next = mint(dice).map(|context| Armed { context, origin, once, leaving: false });
        self.tabs.or_default(tab).next = next;
    }

    /// Sees to it that the tab's next document has a context that no other has had, in a session,
    /// and none otherwise.
    pub(super) fn rearm(&mut self, tab: i32, origin: Option<&Origin>, dice: Dice<'_>) {
        let covered = origin.filter(|origin| self.session(tab, &origin.host).is_some());
        let part = self.tabs.get_mut(&tab);
        let (next, after) = part.map(|it| (it.next.take(), it.after.take())).unwrap_or_default();
        let Some(origin) = covered else { return };
        let fresh = |armed: &Armed| {
            let host = &armed.origin.host;
            let same = self.session(tab, host).is_some_and(|it| it.covers(&origin.host));
            same && !armed.once && !self.used(armed.context)
        };
        match next.filter(fresh).or_else(|| after.filter(fresh)) {
            Some(armed) => self.tabs.or_default(tab).next = Some(armed),
            None => self.arm(tab, origin, false, dice),
        }
    }

    /// Whether a document has had this context.
    fn used(&self, context: PageContext) -> bool {
        self.pending.contains(&context.trace) || self.pages.contains(&context.trace)
    }

    /// A tab's document was asked for in a session: mints what the next one will get.
    pub(super) fn prepare(&mut self, tab: i32, origin: &Origin, dice: Dice<'_>) {
        if self.session(tab, &origin.host).is_none() {
            return;
        }
        let origin = origin.clone();
        let after =
            mint(dice).map(|context| Armed { context, origin, once: false, leaving: false });
        self.tabs.or_default(tab).after = after;
    }

    /// The context that a document request carries, if it was minted for its tab, or is the spare
    /// of a session. The spare is minted anew at once, because any tab may want it.
    pub(super) fn claim(
        &mut self,
        tab: i32,
        carried: TraceContext,
        dice: Dice<'_>,
    ) -> Option<Armed> {
        let part = self.tabs.get(&tab);
        let armed = part.into_iter();
        let armed = armed.flat_map(|it| it.next.iter().chain(&it.after).chain(&it.unseen));
        let mut armed = armed.filter(|armed| armed.context.request().meets(carried));
        if let Some(armed) = armed.next().filter(|armed| !self.used(armed.context)) {
            return Some(armed.clone());
        }
        let meets = |spare: PageContext| spare.request().meets(carried);
        let spared = self.sessions.values_mut().find(|it| it.spare.is_some_and(meets))?;
        let context = std::mem::replace(&mut spared.spare, mint(dice))?;
        let origin = spared.origin.clone();
        Some(Armed { context, origin, once: false, leaving: false })
    }

    /// The context that a document request carries, if an earlier document had it already: it left
    /// before a fresh one could be set.
    pub(super) fn worn(&self, carried: TraceContext) -> Option<PageContext> {
        let pending = self.pending.values().map(|sent| sent.context);
        let mut all = pending.chain(self.pages.values().map(|page| page.context));
        all.find(|context| context.request().meets(carried))
    }
}
