//! Follows traces until they are complete: asks the store, backs off, shows how far it is.
//!
//! Two loops for a trace: one asks the store, which may take its time, and one ticks, so that the
//! numbers move and the wait ends whatever the store does.

use std::rc::Rc;
use std::time::Duration;

use backend::jaeger::Found;
use bridge::Notice;
use bridge::page::Mood;
use trace::TraceId;
use wasm_bindgen_futures::spawn_local;
use webext::{alarms, clock, message};

use crate::evidence;
use crate::page::Recorded;
use crate::toast;
use crate::worker::{Core, Worker};

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

/// Lets time pass for a trace until its wait is over and its toast has been there long enough.
async fn tick(worker: Rc<Worker>, trace: TraceId) {
    let mut said = None;
    let mut rest = TICK;
    loop {
        clock::sleep(rest).await;
        let mut core = worker.core.lock().await;
        let before = core.lights(trace);
        core.look(trace, clock::now());
        if before != core.lights(trace) {
            core.write(trace).await;
        }
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
    toast::show(worker, trace).await;
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
        let mut page = self.state.pages.get_mut(&trace);
        let late = |start| page.as_ref().is_some_and(|page| page.watch.late(start, page.live));
        let absorbed = match self.recorded.get_mut(&trace) {
            Some(recorded) => recorded.absorb(journal, trace, spans, late).await,
            // Not a page of ours, or one of long ago: somebody looks at it all the same.
            None => match Recorded::recall(journal, trace).await {
                Ok(mut recorded) => recorded.absorb(journal, trace, spans, late).await,
                Err(error) => Err(error),
            },
        };
        let Ok((new, services)) = absorbed else { return false };
        if let Some(page) = &mut page {
            services.iter().for_each(|service| page.watch.count_late(service));
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
}
