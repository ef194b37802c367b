//! Follows traces until they are complete: asks the store, backs off, shows how far it is.
//!
//! Two loops for a trace: one asks the store, which may take its time, and one ticks, so that the
//! numbers move and the wait ends whatever the store does.

use std::rc::Rc;
use std::time::Duration;

use backend::jaeger::Found;
use bridge::page::Mood;
use bridge::{Notice, ToPage, Toast};
use trace::TraceId;
use trace::completion::Progress;
use wasm_bindgen_futures::spawn_local;
use webext::{alarms, clock, message};

use crate::evidence;
use crate::page::Recorded;
use crate::worker::{Core, Worker};

/// The alarm that brings a worker back that died while a trace was awaited.
const ALARM: &str = "follow";
/// When it rings: the shortest time that browsers allow.
const AWAKE: Duration = Duration::from_secs(30);
/// Time between two looks at a trace that is waited for.
const TICK: Duration = Duration::from_millis(500);

/// Follows one trace to its end. Only one pair of loops runs for a trace.
pub(crate) async fn follow(worker: Rc<Worker>, trace: TraceId) {
    if worker.followed.borrow().contains(&trace) {
        return;
    }
    worker.followed.borrow_mut().push(trace);
    spawn_local(tick(Rc::clone(&worker), trace));
    while let Some(pause) = pause(&worker, trace).await {
        // Set anew each time: the worker may die in any pause.
        let _checked_at_every_wake = alarms::set(ALARM, AWAKE).await;
        clock::sleep(pause).await;
        ask(&worker, trace).await;
    }
    worker.followed.borrow_mut().retain(|other| *other != trace);
    let mut core = worker.core.lock().await;
    core.state.tidy(clock::now());
    core.forget();
    core.save().await;
}

async fn pause(worker: &Worker, trace: TraceId) -> Option<Duration> {
    let core = worker.core.lock().await;
    core.state.pages.get(&trace)?.pause(clock::now())
}

/// Lets time pass for a trace until its wait is over.
async fn tick(worker: Rc<Worker>, trace: TraceId) {
    let mut over = false;
    while !over {
        clock::sleep(TICK).await;
        let mut core = worker.core.lock().await;
        let before = core.lights(trace);
        core.look(trace, clock::now());
        if before != core.lights(trace) {
            core.write(trace).await;
        }
        let Some(page) = core.state.pages.get(&trace) else { return };
        over = page.watch.progress(clock::now()).over();
        drop(core);
        show(&worker, trace).await;
    }
}

/// Asks the store for a trace once and takes in what it has.
pub(crate) async fn ask(worker: &Worker, trace: TraceId) {
    let (store, others) = {
        let core = worker.core.lock().await;
        let others = core.recorded.get(&trace).map(|recorded| recorded.others().to_vec());
        (core.settings.store.clone(), others.unwrap_or_default())
    };
    let (found, told) = evidence::ask(worker, &store, trace).await;
    let mut more = Vec::new();
    for other in others.into_iter().filter(|_| found.is_ok()) {
        if let (Ok(Found::Spans(accepted)), _) = evidence::ask(worker, &store, other).await {
            more.extend(accepted.spans);
        }
    }
    let mut core = worker.core.lock().await;
    let before = core.lights(trace);
    core.told(trace, told);
    let grew = core.keep(trace, more).await | core.absorb(trace, found).await;
    let proved = before != core.lights(trace);
    if grew || proved {
        core.write(trace).await; // The requests' counts and lamps changed.
    }
    core.save().await;
    let tab = core.state.pages.get(&trace).map(|page| page.tab);
    drop(core);
    if grew {
        message::tell(Notice::Grew { trace }).await;
    }
    if let Some(tab) = tab.filter(|_| grew || proved) {
        message::tell(Notice::Requests { tab }).await;
    }
    show(worker, trace).await;
}

/// Tells surfaces and page how far a trace is.
async fn show(worker: &Worker, trace: TraceId) {
    let core = worker.core.lock().await;
    let Some(tab) = core.state.pages.get(&trace).map(|page| page.tab) else { return };
    let toast = core.toast(trace);
    drop(core);
    message::tell(Notice::Changed { tab }).await;
    if let Some(toast) = toast {
        message::tell_page(tab, ToPage::Toast { toast: Some(toast) }).await;
    }
}

impl Core {
    /// Takes in the store's answer. Whether there are new spans.
    async fn absorb(&mut self, trace: TraceId, found: Result<Found, String>) -> bool {
        let (grew, trouble) = match found {
            Ok(Found::Spans(accepted)) => (self.keep(trace, accepted.spans).await, None),
            Ok(Found::NotYet) => (false, None),
            Err(trouble) => (false, Some(trouble)),
        };
        self.unasked.clone_from(&trouble);
        if let Some(page) = self.state.pages.get_mut(&trace) {
            page.watch.answered(trouble);
        }
        self.look(trace, clock::now());
        grew
    }

    /// Keeps spans that the store has. Whether any were new.
    async fn keep(&mut self, trace: TraceId, spans: Vec<trace::Span>) -> bool {
        let Some(journal) = &self.journal else { return false };
        let watch = self.state.pages.get_mut(&trace).map(|page| &mut page.watch);
        let late = |start| watch.as_ref().is_some_and(|watch| watch.late(start));
        let absorbed = match self.recorded.get_mut(&trace) {
            Some(recorded) => recorded.absorb(journal, trace, spans, late).await,
            // Not a page of ours, or one of long ago: somebody looks at it all the same.
            None => match Recorded::recall(journal, trace).await {
                Ok(mut recorded) => recorded.absorb(journal, trace, spans, late).await,
                Err(error) => Err(error),
            },
        };
        let Ok((new, services)) = absorbed else { return false };
        if let Some(watch) = watch {
            services.iter().for_each(|service| watch.count_late(service));
        }
        new > 0
    }

    /// Lets a page's watch see what is there now.
    pub(crate) fn look(&mut self, trace: TraceId, now: trace::Timestamp) {
        let Some(page) = self.state.pages.get_mut(&trace) else { return };
        if let Some(recorded) = self.recorded.get(&trace) {
            evidence::meet(page, recorded.server());
            let sight = recorded.sight(page, self.settings.store.is_empty());
            page.ladder.missing = sight.missing;
            page.watch.see(now, sight);
        }
        page.watch.settle(now);
        evidence::prove(page, now);
    }

    /// The toast of a page, if one follows it.
    pub(crate) fn toast(&self, trace: TraceId) -> Option<Toast> {
        let page = self.state.pages.get(&trace).filter(|page| page.toast)?;
        // A page that its tab has left has no say in it any more.
        let shown = self.state.page(page.tab)?.context.trace == trace;
        shown.then(|| toast(&page.watch.progress(clock::now())))
    }
}

/// A progress as a toast says it.
fn toast(progress: &Progress) -> Toast {
    let mood = match progress {
        Progress::Complete { .. } => Mood::Done,
        Progress::TimedOut { .. } => Mood::Failed,
        _ => Mood::Busy,
    };
    // Even an unfinished trace can be looked at; only before there is one is there nothing to open.
    let early = matches!(progress, Progress::Reloading | Progress::Armed | Progress::Requested);
    let action = (!early).then(|| "View Page Trace".to_owned());
    Toast { mood, title: progress.title().to_owned(), detail: progress.detail(), action }
}
