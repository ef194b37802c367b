//! Follows traces until they are complete: asks the store, backs off, shows how far it is.
//!
//! Two loops for a trace: one asks the store, which may take its time, and one ticks, so that the
//! numbers move and the wait ends whatever the store does.

use std::mem;
use std::rc::Rc;
use std::time::Duration;

use bridge::page::Mood;
use bridge::{Look, Looked, Notice, Task, Told};
use trace::TraceId;
use webext::{alarms, clock, message, recording, spawn};

use crate::worker::{Core, Worker};
use crate::{exporter, toast};

/// The alarm that brings a worker back that died while a trace was awaited.
const ALARM: &str = "follow";
/// When it rings: the shortest time that browsers allow.
const AWAKE: Duration = Duration::from_secs(30);
/// Time between two looks at a trace that is waited for.
const TICK: Duration = Duration::from_millis(500);
/// The same for a trace whose page nobody looks at any more.
const UNSEEN_TICK: Duration = Duration::from_secs(5);

/// Follows one trace to its end. Only one pair of loops runs for a trace.
pub(crate) async fn follow(worker: Rc<Worker>, trace: TraceId) {
    if worker.followed.borrow().contains(&trace) {
        return;
    }
    worker.followed.borrow_mut().push(trace);
    spawn(tick(Rc::clone(&worker), trace));
    while let Some(pause) = pause(&worker, trace).await {
        // Set anew each time: the worker may die in any pause.
        let _checked_at_every_wake = alarms::set(ALARM, AWAKE).await;
        clock::sleep(pause).await;
        // Who had everything removed meanwhile does not want it asked for any more.
        if !worker.core.lock().await.state.pages.contains(&trace) {
            break;
        }
        ask(&worker, trace).await;
    }
    worker.followed.borrow_mut().retain(|other| *other != trace);
    let mut core = worker.core.lock().await;
    core.state.tidy(clock::now());
    core.save().await;
}

/// A page began or is over: writes what is known of it, sends what waits, and follows its trace.
pub(crate) async fn write(worker: Rc<Worker>, trace: TraceId) {
    worker.look(trace, None, News::default(), true).await;
    spawn(exporter::send(Rc::clone(&worker)));
    follow(worker, trace).await;
}

/// What is new of a page.
#[derive(Default)]
pub(crate) struct News {
    /// Facts that it stated.
    pub facts: Vec<String>,
    /// Requests that it cannot see.
    pub wires: Vec<String>,
}

async fn pause(worker: &Worker, trace: TraceId) -> Option<Duration> {
    let core = worker.core.lock().await;
    core.state.pages.get(&trace)?.pause(clock::now())
}

/// Lets time pass for a trace until its wait is over and its toast has been there long enough.
async fn tick(worker: Rc<Worker>, trace: TraceId) {
    let mut said = None;
    let mut rest = TICK;
    loop {
        clock::sleep(rest).await;
        let turned = {
            let mut core = worker.core.lock().await;
            let Some(page) = core.state.pages.get_mut(&trace) else { return };
            page.turn(clock::now())
        };
        if turned {
            worker.look(trace, None, News::default(), false).await;
        }
        let core = worker.core.lock().await;
        let Some(page) = core.state.pages.get(&trace) else { return };
        let progress = page.watch.progress(clock::now());
        rest = if page.closed { UNSEEN_TICK } else { TICK };
        let toast = core.toast(trace);
        drop(core);
        let says = Some((progress.title(), progress.detail(), toast.clone()));
        if said != says {
            toast::show(&worker, trace).await;
            said = says;
        }
        if progress.over() && toast.flatten().is_none_or(|toast| toast.mood == Mood::Failed) {
            return;
        }
    }
}

/// Asks the store for a trace once and takes in what it has.
pub(crate) async fn ask(worker: &Rc<Worker>, trace: TraceId) {
    let told = recording::ask::<Told>(&Task::Ask { trace }).await;
    let Some(told) = worker.core.lock().await.noted(told) else { return };
    let (grew, tab) = match worker.look(trace, Some(told), News::default(), false).await {
        Some((looked, tab)) => (looked.grew, looked.changed.then_some(tab)),
        // Not a page of ours, or one of long ago: somebody looks at it all the same.
        None => (recording::ask(&Task::Keep { trace }).await.unwrap_or(false), None),
    };
    if grew {
        message::tell(Notice::Grew { trace }).await;
    }
    if let Some(tab) = tab {
        message::tell(Notice::Requests { tab }).await;
    }
    toast::show(worker, trace).await;
}

impl Worker {
    /// Has a page looked at, with what the store told and new facts of it if there are any; `write`
    /// as in [`Look`]. Returns the page's tab too; `None` for a trace that is no page of ours.
    ///
    /// Nobody may hold the core who waits for this: a look writes to disk, and documents that follow
    /// one another are asked for faster than that.
    pub(crate) async fn look(
        &self,
        trace: TraceId,
        told: Option<Told>,
        news: News,
        write: bool,
    ) -> Option<(Looked, i32)> {
        // A page's journal and watch are one look's at a time.
        let _turn = self.looking.lock().await;
        let look = self.core.lock().await.begin_look(trace, told, news, write).await?;
        let (tab, closed) = (look.page.tab, look.page.closed);
        let looked = recording::ask::<Looked>(&Task::Look(Box::new(look))).await;
        let (storing, looked) = {
            let mut core = self.core.lock().await;
            core.looks = core.looks.wrapping_add(1);
            let mut looked = core.noted(looked)?;
            core.end_look(trace, closed, &mut looked);
            (core.store(), looked)
        };
        if let Some(storing) = storing {
            let done = storing.await;
            self.core.lock().await.stored(done);
        }
        Some((looked, tab))
    }
}

impl Core {
    async fn begin_look(
        &mut self,
        trace: TraceId,
        told: Option<Told>,
        News { facts, wires }: News,
        write: bool,
    ) -> Option<Look> {
        if let Some(told) = told {
            self.told(trace, told);
        }
        let page = self.state.pages.get(&trace)?.clone();
        // What a look writes has to be sent, even by one who knows of it from the journal alone.
        self.looks = self.looks.wrapping_add(1);
        if self.state.waiting == Some(0) {
            self.save().await;
        }
        let kept = self.state.pages.keys().copied().collect();
        let alone = self.settings.store.is_empty();
        Some(Look { page, facts, wires, alone, write, kept })
    }

    /// Takes in what was seen. The page may be forgotten by now.
    fn end_look(&mut self, trace: TraceId, closed: bool, looked: &mut Looked) {
        if let Some(page) = self.state.pages.get_mut(&trace) {
            page.ladder = mem::take(&mut looked.ladder);
            page.soft = looked.soft.take();
            page.awaits = looked.awaits;
            page.gaps = looked.gaps;
            page.sealed = closed && looked.trouble.is_none();
            if let Some(watch) = looked.watch.take() {
                page.watch = watch;
            }
        }
        if looked.trouble.is_some() {
            self.trouble.clone_from(&looked.trouble);
        }
        self.written = self.written.wrapping_add(looked.waiting);
        // Where it is not known how many wait, it is asked for as if some did.
        self.waiting = self.waiting.map(|waiting| waiting.saturating_add(looked.waiting));
        if closed {
            self.state.tidy(clock::now());
        }
    }
}
