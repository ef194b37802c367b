//! Waking: reads back what an earlier worker stored, and takes in what happened while nobody was
//! awake to hear of it.

use std::rc::Rc;

use trace::session::{Act, Event, Open};
use trace::state::{End, Place, Session, State};
use webext::storage::{self, Area};
use webext::{clock, cookies, settings, tabs};

use crate::packed::{entries, unpack};
use crate::setting::Setting;
use crate::worker::{Core, SESSIONS, STATE, Worker};

/// How a session ends whose cookie is not there, or holds something else.
pub(crate) const fn gone(absent: bool) -> End {
    if absent { End::Cleared } else { End::Overwritten }
}

impl Worker {
    /// Does what an earlier worker died before.
    pub(crate) async fn catch_up(self: &Rc<Self>, core: &mut Core) {
        let mut loading = Vec::new();
        for tab in core.state.waiting() {
            if tabs::get(tab).await.is_ok_and(|tab| tab.loading()) {
                loading.push(tab);
            }
        }
        let acts = core.step(Event::Resume { loading }, clock::now()).await;
        self.act(core, acts).await;
    }
}

impl Core {
    /// Reads everything back. What cannot be read is said, and begins anew. Returns the tabs that
    /// an earlier worker knew.
    pub(crate) async fn wake(&mut self) -> Vec<i32> {
        self.awake = true;
        let state = storage::load(Area::Session, STATE).await;
        let state: Option<State> = unpack(self.noted(state).flatten());
        let restarted = state.is_none();
        self.state = state.unwrap_or_default();
        self.waiting = self.state.waiting;
        self.sure = u32::from(self.waiting.is_none());
        let tabs = self.state.tabs.keys().copied().collect();
        if restarted {
            // After a restart of the browser the tabs are others, and the sessions are the same.
            let sessions = storage::load(Area::Local, SESSIONS).await;
            let sessions = entries::<Session>(self.noted(sessions).flatten());
            for session in sessions.unwrap_or_default() {
                self.state.sessions.insert(session.place(), session);
            }
        }
        let settings = settings::load().await;
        self.settings = self.noted(settings).unwrap_or_default();
        let setting = Setting::read().await;
        self.setting = self.noted(setting).unwrap_or_default();
        tabs
    }

    /// Takes in what happened while nobody was awake: tabs that were opened, cookies that went, time
    /// that passed.
    pub(crate) async fn look_around(&mut self) -> Vec<Act> {
        let mut acts = self.end_without_cookie().await;
        if !self.state.sessions.is_empty() {
            let open = self.open_tabs().await;
            let guarded = self.state.guarded;
            let found = Event::Found { open, guarded };
            acts.extend(self.state.step(found, clock::now(), &mut clock::entropy));
        }
        acts.extend(self.step(Event::Tick, clock::now()).await);
        acts
    }

    /// The tabs that are open. Whether tabs of other cookie stores may be among them is noted first:
    /// no rule may be set before that is known.
    pub(crate) async fn open_tabs(&mut self) -> Vec<Open> {
        let open = tabs::all().await;
        let open = self.noted(open).unwrap_or_default();
        self.state.guarded = tabs::guarded(&open).await.unwrap_or(true);
        open.into_iter().map(tabs::Tab::open).collect()
    }

    /// Ends the sessions whose cookie went while nobody was awake to hear of it: the session is the
    /// truth of the cookie jar.
    async fn end_without_cookie(&mut self) -> Vec<Act> {
        let places: Vec<Place> = self.state.sessions.keys().cloned().collect();
        let mut acts = Vec::new();
        for place in places {
            let Some(ours) = self.setting.cookie(&place) else { continue };
            let Ok(value) = cookies::get(ours).await else { continue };
            if value.as_ref() != Some(&ours.value) {
                let event = Event::Stop { place, end: gone(value.is_none()) };
                acts.extend(self.state.step(event, clock::now(), &mut clock::entropy));
            }
        }
        acts
    }
}
