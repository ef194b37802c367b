//! Runs one page several times in a row and has each run traced: what to do next, how far it is,
//! and why it ended.
//!
//! Plain state: it is told what the background says of the tab, and says what to ask for. A run
//! that fails ends the course, and what was traced before it stays.

use bridge::{Reply, Site, TabView};
use surface::course::POSTED;
use surface::lamp::Tone;
use trace::completion::Progress;
use trace::{TraceId, quantity};

use surface::standing::Standing;

/// Looks at the tab without news of the document that was asked for, after which it will not come.
const PATIENCE: u32 = 75;

/// A course of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    times: usize,
    done: usize,
    step: Step,
    /// The trace that the tab had before the run.
    before: Option<TraceId>,
    /// Looks since the run began, while its trace is not there.
    looks: u32,
    /// Where the runs are, once one was.
    url: String,
    /// How far the run is, in words.
    detail: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// The tab is to be looked at before the first run.
    Look,
    /// The next run is to begin.
    Run,
    /// One is under way; its trace, once it is known.
    Wait(Option<TraceId>),
    Over(End),
}

/// How a course ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All runs are done.
    Done,
    /// The user ended it.
    Cancelled,
    /// A run failed: why, and what next.
    Failed(String),
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Ask what is true of the tab.
    Look,
    /// Ask for a page trace.
    Run,
    /// Wait a moment, then look.
    Wait,
    /// Nothing.
    Stop,
}

/// A run that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its trace.
    pub trace: TraceId,
    /// Why it is incomplete; empty when it is not.
    pub flaw: String,
}

impl Course {
    /// A course of so many runs.
    #[must_use]
    pub fn of(times: usize) -> Self {
        Self {
            times,
            done: 0,
            step: Step::Look,
            before: None,
            looks: 0,
            url: String::new(),
            detail: String::new(),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self) -> Act {
        match self.step {
            Step::Look => Act::Look,
            Step::Run => Act::Run,
            Step::Wait(_) => Act::Wait,
            Step::Over(_) => Act::Stop,
        }
    }

    /// How it ended; `None` while it goes on.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        match &self.step {
            Step::Over(end) => Some(end),
            _ => None,
        }
    }

    /// Runs that are over, and how many are wanted.
    #[must_use]
    pub fn done(&self) -> (usize, usize) {
        (self.done, self.times)
    }

    /// The user ends it.
    pub fn cancel(&mut self) {
        if self.end().is_none() {
            self.step = Step::Over(End::Cancelled);
        }
    }

    /// The tab is not there any more.
    pub fn gone(&mut self) {
        self.fail("The tab was closed");
    }

    fn fail(&mut self, why: &str) {
        if self.end().is_none() {
            let kept = match self.done {
                0 => "No run was finished.".to_owned(),
                done => format!("{} is kept.", quantity::count(done as u64, "finished run")),
            };
            let kept = if self.done > 1 { kept.replace(" is ", " are ") } else { kept };
            self.step = Step::Over(End::Failed(format!("{why}. {kept}")));
        }
    }

    /// Takes in what the background says of the tab; the run that is over with it, if one is.
    pub fn saw(&mut self, answer: Result<Reply, String>) -> Option<Run> {
        let view = match answer {
            Ok(Reply::View(view)) => view,
            Ok(Reply::Refused { reason } | Reply::Asks { reason, .. }) | Err(reason) => {
                self.fail(reason.trim_end_matches('.'));
                return None;
            }
            Ok(_) => return None,
        };
        match self.step {
            Step::Look => self.look(&view),
            Step::Run => self.step = Step::Wait(None),
            Step::Wait(_) | Step::Over(_) => {}
        }
        match self.step {
            Step::Wait(trace) => self.wait(&view, trace),
            _ => None,
        }
    }

    /// Whether the tab can be run at all.
    fn look(&mut self, view: &TabView) {
        self.before = view.page.as_ref().map(|page| page.trace);
        self.looks = 0;
        match &view.site {
            _ if view.posted => self.fail(POSTED.trim_end_matches('.')),
            Site::Ready { .. } => self.step = Step::Run,
            Site::NeedsPermission { origin, .. } => {
                self.fail(&format!("Tracelight has no permission for {origin}"));
            }
            Site::Barred { reason, .. } | Site::Unsupported { reason } => {
                self.fail(reason.trim_end_matches('.'));
            }
        }
    }

    fn wait(&mut self, view: &TabView, known: Option<TraceId>) -> Option<Run> {
        let page = view.page.as_ref().filter(|page| Some(page.trace) != self.before);
        let Some(page) = page else {
            self.looks += 1;
            match known {
                Some(_) => self.fail("The tab went to another page before its trace was complete"),
                None if self.looks > PATIENCE => {
                    self.fail("The page was not loaded again in half a minute");
                }
                None => {}
            }
            return None;
        };
        if known.is_some_and(|known| known != page.trace) {
            self.fail("The page was loaded anew before its trace was complete");
            return None;
        }
        self.step = Step::Wait(Some(page.trace));
        self.detail = [page.progress.title().to_owned(), page.progress.detail()].join(". ");
        let flaw = match &page.progress {
            Progress::Complete { .. } => String::new(),
            Progress::TimedOut { reason, .. } => reason.clone(),
            Progress::Spared { reason } => {
                self.fail(reason.clone().trim_end_matches('.'));
                return None;
            }
            _ => return None,
        };
        self.finish(page.trace, &page.url, flaw)
    }

    fn finish(&mut self, trace: TraceId, url: &str, flaw: String) -> Option<Run> {
        if self.url.is_empty() {
            url.clone_into(&mut self.url);
        }
        if self.url != url {
            self.fail("The tab went to another page, whose trace would not compare");
            return None;
        }
        self.done += 1;
        self.before = Some(trace);
        self.looks = 0;
        self.detail = String::new();
        self.step = if self.done < self.times { Step::Run } else { Step::Over(End::Done) };
        Some(Run { trace, flaw })
    }

    /// How it stands, in words.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let (done, times) = (self.done, self.times);
        let many = format!("{done} of {times} runs");
        match self.end() {
            None => {
                let title = format!("Run {} of {times}", (done + 1).min(times));
                Standing::new(Tone::Busy, &title, self.detail.as_str())
            }
            Some(End::Done) => Standing::new(Tone::Good, &format!("{times} runs are traced"), ""),
            Some(End::Cancelled) => {
                let kept = if done > 0 { "What was finished is kept." } else { "" };
                Standing::new(Tone::Idle, &format!("Cancelled after {many}"), kept)
            }
            Some(End::Failed(why)) => {
                Standing::new(Tone::Bad, &format!("Ended after {many}"), why.as_str())
            }
        }
    }
}
