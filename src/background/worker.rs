//! The worker's state behind one lock, and the way of every event through it:
//! read, step, store, set, act.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use bridge::{Notice, ToPage};
use trace::arrival::Again;
use trace::observe::Seen;
use trace::session::{Act, Event};
use trace::settings::Settings;
use trace::state::{End, Place, Session, State};
use trace::table::Table;
use trace::wanted::wanted;
use trace::{SessionId, Timestamp, TraceId};
use webext::settings;
use webext::storage::{self, Area};
use webext::{Error, clock, message, recording, spawn, tabs, traffic};

use crate::browser::{self, Heard, Message, Unseen};
use crate::follow::News;
use crate::icon::{self, Icons};
use crate::lock::Lock;
use crate::packed::pack;
use crate::panels::BACK;
use crate::setting::Setting;
use crate::wake::gone;
use crate::{evidence, exporter, follow, menu, toast};

/// Key of the state in session storage, and of the sessions in local storage.
pub(crate) const STATE: &str = "state";
pub(crate) const SESSIONS: &str = "sessions";

/// The one worker of this extension.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    /// What it knows. Events are handled in the order in which they came.
    pub core: Lock<Core>,
    /// Held by a look at a page, which comes before the core's.
    pub looking: Lock<()>,
    /// The exporter's last pause: who wakes from an earlier one has nothing to do.
    pub turn: Cell<u32>,
    /// What the toolbar icons say.
    pub icons: Icons,
    /// The icon's menu.
    pub menu: menu::Menu,
    /// Traces that a loop follows.
    pub followed: RefCell<Vec<TraceId>>,
    /// Tabs whose panels are open, once for each panel.
    pub panels: RefCell<Vec<i32>>,
}

/// What the worker knows.
#[derive(Debug, Default)]
pub(crate) struct Core {
    /// Sessions, tabs and pages.
    pub state: State,
    /// What the user has set.
    pub settings: Settings,
    /// What the browser or the journal refused last, for the user.
    pub trouble: Option<String>,
    /// Why spans could not be sent last time; over when some are.
    pub unsent: Option<String>,
    /// Why the store could not be asked last time; over when it answers.
    pub unasked: Option<String>,
    /// Spans in the journal that wait to be sent; `None` while nobody has looked.
    pub waiting: Option<u32>,
    /// How often a look began or ended: each may write spans that wait.
    pub looks: u32,
    /// How often one had when the number was last known for sure.
    pub sure: u32,
    /// Spans that were written by this worker.
    pub written: u32,
    /// Messages and facts that were broken or forged.
    pub rejected: u32,
    /// The state as it was stored last. Most events change nothing of it.
    packed: String,
    /// The sessions as they were stored last.
    filed: Table<Place, Session>,
    /// The tabs whose requests are listened to that pages cannot see; `None` for all.
    heard: Option<Vec<i32>>,
    pub(crate) setting: Setting,
    pub(crate) awake: bool,
}

thread_local! {
    static WORKER: OnceCell<Rc<Worker>> = const { OnceCell::new() };
}

impl Worker {
    /// The worker.
    pub(crate) fn get() -> Rc<Self> {
        WORKER.with(|worker| Rc::clone(worker.get_or_init(Rc::default)))
    }

    /// Handles one event; answers a message with JSON text.
    pub(crate) async fn hear(
        self: Rc<Self>,
        name: &str,
        what: String,
        who: &str,
    ) -> Option<String> {
        // What the browser does cannot wait; who sends a message does.
        let mut core = self.core.turn(name != "message").await;
        let slept = !core.awake;
        if slept {
            let tabs = core.wake().await;
            self.icons.doubt(&tabs);
            let acts = core.look_around().await;
            self.act(&mut core, acts).await;
            self.look_for_panels(BACK);
            self.resume(&core);
        }
        spawn(icon::paint(Rc::clone(&self)));
        if matches!(name, "activated" | "committed" | "began") {
            spawn(menu::draw(Rc::clone(&self)));
        }
        let heard = browser::read(name, what, who, &core.settings.triggers)?;
        let message = self.take(&mut core, heard).await;
        // Not before: the event may tell that something was done.
        if slept {
            self.catch_up(&mut core).await;
        }
        self.answer(core, message?).await
    }

    /// Takes in all but a message, which is returned.
    async fn take(self: &Rc<Self>, core: &mut Core, heard: Heard) -> Option<Message> {
        match heard {
            Heard::Event(event, time) => {
                let acts = core.step(event, time).await;
                self.act(core, acts).await;
            }
            Heard::Seen { tab, request, seen, event, time } => {
                if matches!(event, Some(Event::Committed { .. })) {
                    self.icons.forget(tab);
                }
                let acts = core.observe((tab, &request), seen, event, time).await;
                self.act(core, acts).await;
                toast::miss(core, tab).await;
            }
            Heard::Cookie { place, alone, expired, name, value } => {
                let ours = core.setting.cookie(&place);
                let ours = ours.filter(|ours| ours.name == name && ours.domain.is_empty() == alone);
                if ours.is_some_and(|ours| value.as_ref() != Some(&ours.value)) {
                    let end = if expired { End::Expired } else { gone(value.is_none()) };
                    let acts = core.step(Event::Stop { place, end }, clock::now()).await;
                    self.act(core, acts).await;
                }
            }
            Heard::Panel(panel) => {
                self.panel(panel);
            }
            Heard::Unseen(requests) => {
                let mut pages: Vec<(TraceId, Vec<String>)> = Vec::new();
                for Unseen { tab, start, text } in requests {
                    let start = Timestamp::from_millis(start);
                    let Some(trace) = core.state.asker(tab, start) else { continue };
                    match pages.iter_mut().find(|(other, _)| *other == trace) {
                        Some((_, wires)) => wires.push(text),
                        None => pages.push((trace, vec![text])),
                    }
                }
                for (trace, wires) in pages {
                    let worker = Rc::clone(self);
                    spawn(async move {
                        let news = News { facts: Vec::new(), wires };
                        // What cannot be written is lost: nobody could send it again.
                        let _lost = worker.learn(trace, news).await;
                    });
                }
            }
            Heard::Clicked { name } => {
                self.clicked(core, &name).await;
            }
            Heard::Verb(verb, tab) => {
                self.chosen(core, verb, tab).await;
            }
            Heard::Message(message) => return Some(*message),
            Heard::Settings => {
                let settings = settings::load().await;
                core.settings = core.noted(settings).unwrap_or_default();
                core.set().await;
                spawn(exporter::send(Rc::clone(self)));
            }
            Heard::Began => {
                // What is left of an extension that was removed is in no ledger.
                let swept = core.setting.sweep(&core.settings.cookie.name).await;
                core.note(swept);
                self.resume(core);
            }
            Heard::Woke => {
                let acts = core.step(Event::Tick, clock::now()).await;
                self.act(core, acts).await;
                self.resume(core);
            }
        }
        None
    }

    /// Takes up what an earlier worker was doing when it died.
    fn resume(self: &Rc<Self>, core: &Core) {
        for trace in core.state.pages.keys() {
            spawn(follow::follow(Rc::clone(self), *trace));
        }
        spawn(exporter::send(Rc::clone(self)));
    }

    /// Carries out what a step returned.
    pub(crate) async fn act(self: &Rc<Self>, core: &mut Core, acts: Vec<Act>) {
        for act in acts {
            match act {
                Act::Reload(tab) => {
                    recording::prepare();
                    core.reload(tab).await;
                }
                Act::Changed(tab) => {
                    spawn(menu::draw(Rc::clone(self)));
                    // Not awaited: a page or surface that is slow to answer must not hold us up.
                    spawn(message::tell(Notice::Changed { tab }));
                }
                Act::Begun(trace) | Act::Ended(trace) => {
                    spawn(follow::write(Rc::clone(self), trace));
                }
                Act::Untoast(tab) => {
                    spawn(message::tell_page(tab, ToPage::Toast { toast: None }));
                }
                Act::Silence(tab) => spawn(message::tell_page(tab, ToPage::Stop)),
            }
        }
    }
}

impl Core {
    /// One step of the session machine: the state is stored before anything follows from it, and
    /// everything is set before the caller acts.
    pub(crate) async fn step(&mut self, event: Event, time: Timestamp) -> Vec<Act> {
        // A document may load or move on as soon as its head is there, and what its requests get was
        // minted and stored before: only here the rule does not wait for the state.
        let hurry = matches!(event, Event::Sent(_) | Event::Responded { .. });
        let acts = self.state.step(event, time, &mut clock::entropy);
        if let Some(storing) = if hurry { self.store() } else { None } {
            self.set().await;
            let done = storing.await;
            self.stored(done);
        }
        self.save().await;
        self.set().await;
        acts
    }

    /// Takes evidence in, then what follows from it.
    async fn observe(
        &mut self,
        (tab, request): (i32, &str),
        seen: Seen,
        event: Option<Event>,
        time: Timestamp,
    ) -> Vec<Act> {
        let event = event.or_else(|| self.state.infer(tab, &seen, request, &self.settings));
        let changed = self.state.observe(tab, seen, &self.settings);
        evidence::bar(&mut self.state, tab).await;
        let mut acts = match event {
            Some(event) => self.step(event, time).await,
            None if changed => {
                self.save().await;
                Vec::new()
            }
            None => Vec::new(),
        };
        if changed && !acts.contains(&Act::Changed(tab)) {
            acts.push(Act::Changed(tab));
        }
        acts
    }

    /// Sets in the browser what is wanted.
    pub(crate) async fn set(&mut self) {
        let heard = self.state.heard();
        if self.heard.as_ref() != Some(&heard) {
            traffic::watch(&heard);
            self.heard = Some(heard);
        }
        let wanted = wanted(&self.state, &self.settings);
        let done = self.setting.change(&wanted, &self.settings.cookie.secret).await;
        self.note(done);
    }

    /// Reads back that nothing is set but what is wanted.
    pub(crate) async fn verify(&mut self) {
        let wanted = wanted(&self.state, &self.settings);
        let done = self.setting.verify(&wanted).await;
        self.note(done);
    }

    /// Loads a tab's document again, in a way that sends no form again.
    async fn reload(&mut self, tab: i32) {
        let done = match self.state.arrivals.again(tab) {
            Again::Reload => tabs::reload(tab).await,
            Again::Address => tabs::revisit(tab).await,
            Again::Never => Ok(()),
        };
        self.note(done);
        self.state.reloaded(tab);
        self.save().await;
    }

    /// Begins to store the state. `None` when it is stored already.
    pub(crate) fn store(&mut self) -> Option<impl Future<Output = Result<(), Error>> + use<>> {
        self.state.waiting = self.waiting.filter(|_| self.sure == self.looks);
        let packed = pack(&self.state);
        if packed == self.packed {
            return None;
        }
        let stored = storage::store(Area::Session, STATE, &packed);
        self.packed = packed;
        Some(stored)
    }

    /// Takes in how that went.
    pub(crate) fn stored(&mut self, done: Result<(), Error>) {
        if done.is_err() {
            self.packed = String::new();
        }
        self.note(done);
    }

    /// Stores the state.
    pub(crate) async fn save(&mut self) {
        // The whole first: it has the sessions too, and the next worker stores them again.
        if let Some(storing) = self.store() {
            let done = storing.await;
            self.stored(done);
        }
        if self.filed != self.state.sessions {
            let packed = pack(&self.state.sessions.values().collect::<Vec<_>>());
            let done = storage::store(Area::Local, SESSIONS, &packed).await;
            self.filed = self.state.sessions.clone();
            self.note(done);
        }
    }

    /// Whether a session is still active.
    pub(crate) fn active(&self, session: Option<SessionId>) -> bool {
        session.is_some_and(|id| self.state.sessions.values().any(|session| session.id == id))
    }

    /// Keeps an error for the user, and says nothing of success.
    pub(crate) fn note(&mut self, done: Result<(), Error>) {
        let _noted = self.noted(done);
    }

    pub(crate) fn noted<T>(&mut self, done: Result<T, Error>) -> Option<T> {
        match done {
            Ok(value) => Some(value),
            Err(error) => {
                self.trouble = Some(error.to_string());
                None
            }
        }
    }
}
