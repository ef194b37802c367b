//! Follows traces until they are complete: asks the store, backs off, shows how far it is.

use std::rc::Rc;
use std::time::Duration;

use backend::jaeger::{self, Found};
use bridge::page::Mood;
use bridge::{Notice, ToPage, Toast};
use trace::TraceId;
use trace::completion::Progress;
use webext::{alarms, clock, message};

use crate::exporter;
use crate::page::Recorded;
use crate::worker::{Core, Worker};

/// The alarm that brings a worker back that died while a trace was awaited.
const ALARM: &str = "follow";
/// When it rings: the shortest time that browsers allow.
const AWAKE: Duration = Duration::from_secs(30);

/// Follows one trace to its end. Only one loop runs for a trace.
pub(crate) async fn follow(worker: Rc<Worker>, trace: TraceId) {
    if worker.followed.borrow().contains(&trace) {
        return;
    }
    worker.followed.borrow_mut().push(trace);
    let _checked_at_every_wake = alarms::set(ALARM, AWAKE).await;
    loop {
        let pause = {
            let core = worker.core.lock().await;
            core.state.pages.get(&trace).and_then(|page| page.watch.pause(clock::now()))
        };
        let Some(pause) = pause else { break };
        clock::sleep(pause).await;
        ask(&worker, trace).await;
    }
    worker.followed.borrow_mut().retain(|other| *other != trace);
    let mut core = worker.core.lock().await;
    core.state.tidy(clock::now());
    core.forget();
    core.save().await;
}

/// Asks the store for a trace once and takes in what it has.
pub(crate) async fn ask(worker: &Worker, trace: TraceId) {
    let store = worker.core.lock().await.settings.store.clone();
    let found = if store.is_empty() {
        Err("no trace store is set, so only the browser's side is recorded".to_owned())
    } else {
        let reply = exporter::ask(&store, jaeger::trace(&store, trace)).await;
        reply.and_then(|reply| jaeger::read_trace(&reply).map_err(|error| error.to_string()))
    };
    let mut core = worker.core.lock().await;
    let grew = core.absorb(trace, found).await;
    core.save().await;
    let tab = core.state.pages.get(&trace).map(|page| page.tab);
    let toast = core.toast(trace);
    drop(core);
    if grew {
        message::tell(Notice::Grew { trace }).await;
    }
    if let Some(tab) = tab {
        message::tell(Notice::Changed { tab }).await;
        if let Some(toast) = toast {
            message::tell_page(tab, ToPage::Toast { toast: Some(toast) }).await;
        }
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

    async fn keep(&mut self, trace: TraceId, spans: Vec<trace::Span>) -> bool {
        let Some(journal) = &self.journal else { return false };
        let new = match self.recorded.get_mut(&trace) {
            Some(recorded) => recorded.absorb(journal, trace, spans).await,
            // Not a page of ours, or one of long ago: somebody looks at it all the same.
            None => match Recorded::recall(journal, trace).await {
                Ok(mut recorded) => recorded.absorb(journal, trace, spans).await,
                Err(error) => Err(error),
            },
        };
        new.is_ok_and(|new| new > 0)
    }

    /// Lets a page's watch see what is there now.
    pub(crate) fn look(&mut self, trace: TraceId, now: trace::Timestamp) {
        let Some(page) = self.state.pages.get_mut(&trace) else { return };
        if let Some(recorded) = self.recorded.get(&trace) {
            let sight = recorded.sight(page);
            page.watch.see(now, sight);
        }
        page.watch.settle(now);
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
