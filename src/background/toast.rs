//! Tells people how far a trace is: surfaces and the toast while it is under way, and a
//! notification of the browser's at its end where the page can show no toast.

use std::rc::Rc;

use bridge::page::Mood;
use bridge::{Notice, Toast};
use trace::TraceId;
use trace::completion::Progress;
use trace::waterfall;
use webext::{clock, message, notification, tabs};

use crate::icon;
use crate::worker::{Core, Worker};

/// Tells everybody how far a trace is.
pub(crate) async fn show(worker: &Rc<Worker>, trace: TraceId) {
    let (tab, message) = {
        let core = worker.core.lock().await;
        let Some(page) = core.state.pages.get(&trace) else { return };
        (page.tab, core.toast(trace))
    };
    icon::paint(Rc::clone(worker)).await;
    message::tell(Notice::Changed { tab }).await;
    let Some(toast) = message else { return };
    let over = toast.as_ref().is_some_and(|toast| toast.mood != Mood::Busy);
    let seen = message::show_toast(tab, toast.clone()).await;
    if over {
        conclude(worker, trace, toast.filter(|_| !seen)).await;
    }
}

/// The end of a trace is told once, by a notification if it was not seen in the page.
async fn conclude(worker: &Worker, trace: TraceId, unseen: Option<Toast>) {
    let mut core = worker.core.lock().await;
    let Some(page) = core.state.pages.get_mut(&trace).filter(|page| !page.told) else { return };
    page.told = true;
    let name = format!("{trace} {}", page.tab);
    let place = waterfall::path(&page.url).to_owned();
    core.save().await;
    drop(core);
    if let Some(Toast { title, detail, .. }) = unseen {
        // Where the user switched notifications off, the icon still says it.
        let _not_shown = notification::show(&name, &title, &format!("{place}\n{detail}")).await;
    }
}

/// A document that was to be traced and was not has no toast: that it came to nothing is told once.
pub(crate) async fn miss(core: &mut Core, tab: i32) {
    let missed = core.state.tabs.get_mut(&tab).and_then(|tab| tab.missed.as_mut());
    let Some(missed) = missed.filter(|missed| missed.toast && missed.shown) else { return };
    missed.toast = false;
    let Toast { title, detail, .. } = toast(&missed.progress());
    let place = waterfall::path(&missed.url).to_owned();
    let trace = missed.ladder.armed.map(|context| context.trace.to_string());
    let name = format!("{} {tab}", trace.unwrap_or_default());
    core.save().await;
    // Where the user switched notifications off, the popup still says it.
    let _not_shown = notification::show(&name, &title, &format!("{place}\n{detail}")).await;
}

impl Worker {
    /// A notification of ours was clicked.
    pub(crate) async fn clicked(&self, core: &Core, name: &str) {
        let _stays = notification::clear(name).await;
        let Some((trace, tab)) = name.split_once(' ') else { return };
        let (Ok(trace), Ok(tab)) = (trace.parse::<TraceId>(), tab.parse()) else { return };
        match core.state.pages.get(&trace) {
            Some(page) => drop(core.open_page(page, page.context.resources(), tab).await),
            None => {
                let path = format!("app.html?view=dashboard&trace={trace}&tab={tab}");
                let _refused_by_browser = tabs::open(path, None).await;
            }
        }
    }
}

impl Core {
    /// What the toast of a page is to be, if one follows it; `Some(None)` when it has been there
    /// long enough.
    pub(crate) fn toast(&self, trace: TraceId) -> Option<Option<Toast>> {
        let page = self.state.pages.get(&trace).filter(|page| page.toast)?;
        // A page that its tab has left has no say in it any more.
        let shown = self.state.page(page.tab)?.context.trace == trace;
        let now = clock::now();
        shown.then(|| page.watch.fresh(now).then(|| toast(&page.watch.progress(now))))
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
