//! Messages of surfaces and pages. Who may say what is decided here, by the browser's word about
//! the sender: a page's relay may state facts and click its toast, and nothing else.

use std::rc::Rc;

use bridge::page::Settle;
use bridge::{Command, FromPage, Looked, Notice, Reply, Tally, ToPage, Verb};
use serde::Serialize;
use trace::session::Event;
use trace::{PageClock, TraceContext, TraceId, json, redact};
use webext::{clock, message, recording, spawn};

use crate::browser::{Message, Sender};
use crate::exporter;
use crate::follow::{self, News};
use crate::lock::Held;
use crate::worker::{Core, Worker};

impl Worker {
    /// Answers a message, as JSON text. `None` for one that is not for us.
    pub(crate) async fn answer(
        self: &Rc<Self>,
        mut core: Held<'_, Core>,
        message: Message,
    ) -> Option<String> {
        let Message { body, sender } = message;
        if !sender.root.is_empty() && sender.url.starts_with(&sender.root) {
            let reply = match json::read(&body).ok()? {
                Command::Consult { task } => {
                    // It may take its time; nobody else is to wait for it.
                    drop(core);
                    return recording::carry_out(task).await.ok();
                }
                Command::Erase => {
                    // What is being written is written before it is removed.
                    drop(core);
                    let _turn = self.looking.lock().await;
                    self.erase(&mut *self.core.lock().await).await
                }
                command => self.command(&mut core, command).await,
            };
            return text(&reply);
        }
        let (Some(tab), 0) = (sender.tab.as_ref().map(|tab| tab.id), sender.frame_id) else {
            core.rejected = core.rejected.saturating_add(1);
            return None;
        };
        match json::read(&body) {
            Ok(said) => text(&self.from_page(core, tab, &sender, said).await?),
            Err(_) => {
                core.rejected = core.rejected.saturating_add(1);
                None
            }
        }
    }

    /// Carries out a command of a surface, of the icon's menu or of the keyboard.
    pub(crate) async fn command(self: &Rc<Self>, core: &mut Core, command: Command) -> Reply {
        match command {
            Command::View { tab } => {
                let mut view = core.view(tab).await;
                // What a look writes will wait.
                view.waiting = view.waiting.max(u32::from(self.looking.taken()));
                Reply::View(Box::new(view))
            }
            Command::Do { verb: Verb::View, tab, .. } => match core.state.page(tab) {
                Some(page) => core.open_page(page, page.shown(), tab).await,
                None => refused("This tab shows no traced page. Run Page Trace makes it one."),
            },
            Command::Do { verb: Verb::ViewSession, tab, .. } => core.open_session(tab).await,
            Command::Do { verb: Verb::ViewPrevious, tab, .. } => core.open_previous(tab).await,
            Command::Do { verb, tab, plan } => self.verb(core, tab, verb, plan).await,
            Command::Refresh { trace } => {
                let worker = Rc::clone(self);
                spawn(async move {
                    follow::ask(&worker, trace).await;
                });
                Reply::Done
            }
            // Answered before: what they wait for would hold up everybody else.
            Command::Erase | Command::Consult { .. } => Reply::Done,
            Command::Unknown => refused("This surface is of a later version than the background."),
        }
    }

    async fn from_page(
        self: &Rc<Self>,
        mut core: Held<'_, Core>,
        tab: i32,
        sender: &Sender,
        said: FromPage,
    ) -> Option<ToPage> {
        match said {
            FromPage::Hello { context } => Some(self.hello(&mut core, tab, sender, context).await),
            FromPage::Records { context, time_origin, records, dropped } => {
                let (context, clock) = (read(context), PageClock::new(time_origin));
                if core.state.speaker(tab, context, clock).is_none() {
                    // Its hello is on the way. Perhaps nobody saw its request: it counts as one.
                    self.introduce(&mut core, tab, sender, context).await;
                }
                let trace = core.state.speaker(tab, context, clock);
                if let Some(page) = trace.and_then(|trace| core.state.pages.get_mut(&trace)) {
                    page.dropped = page.dropped.saturating_add(dropped);
                }
                self.records(core, trace, time_origin, records).await
            }
            FromPage::Open => {
                let trace = core.state.page(tab)?.context.trace;
                core.state.pages.get_mut(&trace)?.told = true; // who looks needs no notification
                let page = core.state.page(tab)?;
                let shown = page.context.resources();
                let _said_by_the_verb = core.open_page(page, shown, tab).await;
                None
            }
            FromPage::Dismiss => {
                let trace = core.state.page(tab)?.context.trace;
                core.state.pages.get_mut(&trace)?.toast = false;
                core.save().await;
                Some(ToPage::Toast { toast: None })
            }
            FromPage::Unknown => None,
        }
    }

    async fn hello(
        self: &Rc<Self>,
        core: &mut Core,
        tab: i32,
        sender: &Sender,
        context: Option<String>,
    ) -> ToPage {
        let context = read(context);
        self.introduce(core, tab, sender, context).await;
        let page =
            core.state.speaker(tab, context, None).and_then(|trace| core.state.pages.get(&trace));
        let traced = page.is_some_and(|page| page.live || core.active(page.session));
        ToPage::Welcome {
            traced,
            context: page.map(|page| page.context.resources().to_string()),
            toast: page.and_then(|page| core.toast(page.context.trace)?),
            settle: Settle::default(),
        }
    }

    /// A document says which context it read.
    async fn introduce(
        self: &Rc<Self>,
        core: &mut Core,
        tab: i32,
        sender: &Sender,
        context: Option<TraceContext>,
    ) {
        let hello = Event::Hello { tab, url: redact::url(&sender.url), context };
        let acts = core.step(hello, clock::now()).await;
        self.act(core, acts).await;
    }

    async fn records(
        self: &Rc<Self>,
        mut core: Held<'_, Core>,
        trace: Option<TraceId>,
        time_origin: f64,
        facts: Vec<String>,
    ) -> Option<ToPage> {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let Some(trace) = trace else {
            core.rejected = core.rejected.saturating_add(number(facts.len()));
            return Some(ToPage::Stored { kept: 0, rejected: number(facts.len()) });
        };
        let page = core.state.pages.get_mut(&trace)?;
        page.clock = page.clock.or_else(|| PageClock::new(time_origin));
        drop(core);
        // No answer when it could not be stored: the relay keeps the batch and sends it again.
        let Tally { kept, rejected } = self.learn(trace, News { facts, wires: Vec::new() }).await?;
        Some(ToPage::Stored { kept, rejected })
    }

    /// Takes in what is new of a page, and sees what follows.
    pub(crate) async fn learn(self: &Rc<Self>, trace: TraceId, news: News) -> Option<Tally> {
        let (looked, tab) = self.look(trace, None, news, true).await?;
        let tally = looked.tally?;
        let mut core = self.core.lock().await;
        core.rejected = core.rejected.saturating_add(tally.rejected);
        self.digest(&mut core, trace, tab, &looked).await;
        Some(tally)
    }

    /// Facts are stored and spans made of them; now see what follows, and tell who looks.
    async fn digest(self: &Rc<Self>, core: &mut Core, trace: TraceId, tab: i32, looked: &Looked) {
        let Looked { requests, softs, .. } = *looked;
        let counted = core.state.pages.get(&trace).map(|page| (page.requests, page.softs));
        if counted.is_some_and(|counted| counted.0 < requests || counted.1 < softs) {
            let acts = core.step(Event::Counted { trace, requests, softs }, clock::now()).await;
            self.act(core, acts).await;
            spawn(message::tell(Notice::Changed { tab }));
        }
        if core.state.pages.get(&trace).is_some_and(|page| page.pause(clock::now()).is_some()) {
            spawn(follow::follow(Rc::clone(self), trace));
        }
        if looked.settled {
            let acts = core.step(Event::Loaded { trace }, clock::now()).await;
            self.act(core, acts).await;
            spawn(exporter::send(Rc::clone(self)));
        }
        for notice in [Notice::Grew { trace }, Notice::Requests { tab }] {
            spawn(message::tell(notice));
        }
    }
}

fn read(context: Option<String>) -> Option<TraceContext> {
    context.and_then(|text| text.parse().ok())
}

/// What is not done, and why.
pub(crate) fn refused(reason: &str) -> Reply {
    Reply::Refused { reason: reason.to_owned() }
}

fn text<T: Serialize>(answer: &T) -> Option<String> {
    Some(json::write(answer))
}
