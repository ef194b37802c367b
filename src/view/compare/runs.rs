//! Several runs of one page as a reader has them before them: which count, what of them is here,
//! and what to say while there is nothing to show.

use std::sync::Arc;

use surface::lamp::Tone;
use surface::moment;
use trace::TraceId;

use super::course::{Course, Run};
use super::loaded::Loaded;
use super::many::Many;
use super::pair::Setting;
use surface::address::{self, Series};
use surface::naming::time;
use surface::standing::Standing;

/// Runs of one page.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    list: Vec<Kept>,
    /// Their course, while this page drives it or has driven it.
    pub course: Option<Course>,
    /// Those that count over each other, once they are here.
    pub many: Option<Many>,
    /// What is shown of them.
    pub setting: Setting,
    /// Grows when other runs count or are found.
    pub edition: u32,
}

/// A run.
#[derive(Clone, Debug)]
struct Kept {
    trace: TraceId,
    flaw: String,
    counts: bool,
    found: Option<Result<Arc<Loaded>, String>>,
}

/// A run in a line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Its number, from 1.
    pub number: usize,
    /// Its trace.
    pub trace: TraceId,
    /// Whether it counts.
    pub counts: bool,
    /// When it began, how long it took, spans, errors; empty while it is read.
    pub figures: [String; 4],
    /// What is wrong with it; may be empty.
    pub flaw: String,
}

impl Runs {
    /// Begins with what the address names.
    #[must_use]
    pub fn of(series: &Series) -> Self {
        let course = series.tab.zip(series.times).map(|(_, times)| Course::of(times));
        let kept = |trace: &TraceId| Kept {
            trace: *trace,
            flaw: String::new(),
            counts: !series.without.contains(trace),
            found: None,
        };
        Self { list: series.traces.iter().map(kept).collect(), course, ..Self::default() }
    }

    /// What its address names.
    #[must_use]
    pub fn series(&self) -> Series {
        let without = self.list.iter().filter(|run| !run.counts);
        Series {
            tab: None,
            times: None,
            traces: self.list.iter().map(|run| run.trace).collect(),
            without: without.map(|run| run.trace).collect(),
        }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> String {
        address::series(&self.series())
    }

    /// Takes in a run that is over. One that is incomplete does not count unless the reader says so.
    pub fn add(&mut self, run: Run) {
        let counts = run.flaw.is_empty();
        self.list.push(Kept { trace: run.trace, flaw: run.flaw, counts, found: None });
    }

    /// Takes in what was read of a trace.
    pub fn put(&mut self, trace: TraceId, read: &Result<Arc<Loaded>, String>) {
        for run in self.list.iter_mut().filter(|run| run.trace == trace) {
            run.found = Some(read.clone());
        }
        self.edition = self.edition.wrapping_add(1);
    }

    /// The traces that were not read yet.
    #[must_use]
    pub fn unread(&self) -> Vec<TraceId> {
        self.list.iter().filter(|run| run.found.is_none()).map(|run| run.trace).collect()
    }

    /// Whether one of the runs is this trace.
    #[must_use]
    pub fn has(&self, trace: TraceId) -> bool {
        self.list.iter().any(|run| run.trace == trace)
    }

    /// Lets a run count, or no longer.
    pub fn count(&mut self, trace: TraceId, counts: bool) {
        for run in self.list.iter_mut().filter(|run| run.trace == trace) {
            run.counts = counts;
        }
        self.edition = self.edition.wrapping_add(1);
    }

    /// Whether the first run counts, whose caches were cold; `None` while there is only one.
    #[must_use]
    pub fn warm(&self) -> Option<bool> {
        self.list.first().filter(|_| self.list.len() > 1).map(|run| !run.counts)
    }

    /// Leaves the first run out, or takes it in again.
    pub fn warm_up(&mut self, out: bool) {
        if let Some(first) = self.list.first().map(|run| run.trace) {
            self.count(first, !out);
        }
    }

    /// The traces that count and have spans.
    #[must_use]
    pub fn ready(&self) -> Vec<Arc<Loaded>> {
        let counted = self.list.iter().filter(|run| run.counts);
        let found = counted.filter_map(|run| match &run.found {
            Some(Ok(loaded)) if !loaded.sheet.is_empty() => Some(Arc::clone(loaded)),
            _ => None,
        });
        found.collect()
    }

    /// What the page is called, as its runs say.
    #[must_use]
    pub fn title(&self) -> String {
        let found = self.list.iter().filter_map(|run| run.found.as_ref()?.as_ref().ok());
        found.map(|loaded| loaded.title.clone()).find(|title| !title.is_empty()).unwrap_or_default()
    }

    /// The runs, for a reader in this zone.
    #[must_use]
    pub fn entries(&self, zone: i32) -> Vec<Entry> {
        (1..).zip(&self.list).map(|(number, run)| entry(number, run, zone)).collect()
    }

    /// What to say instead of a result; `None` when there is one.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        if self.many.is_some() {
            return None;
        }
        let going = self.course.as_ref().is_some_and(|course| course.end().is_none());
        Some(if going {
            let detail = "The result appears with the second run, and grows with each.";
            Standing::new(Tone::Busy, "No result yet", detail)
        } else if self.list.is_empty() {
            let detail = "Choose Run Page Trace 3 Times in Tracelight's popup on the page that you want to measure.";
            Standing::new(Tone::Idle, "No runs", detail)
        } else if !self.unread().is_empty() {
            Standing::new(Tone::Busy, "Reading the traces", "")
        } else {
            let detail = "A spread takes two runs that count and have spans. Let more of them count, or run the page again.";
            Standing::new(Tone::Warn, "Too few runs", detail)
        })
    }
}

fn entry(number: usize, run: &Kept, zone: i32) -> Entry {
    let (figures, broken) = match &run.found {
        None => (<[String; 4]>::default(), String::new()),
        Some(Err(trouble)) => (<[String; 4]>::default(), trouble.clone()),
        Some(Ok(it)) if it.sheet.is_empty() => {
            let text = "Neither the journal nor the trace store has a span of it.";
            (<[String; 4]>::default(), text.to_owned())
        }
        Some(Ok(it)) => (
            [
                moment::clock(it.start(), zone),
                time(it.length()),
                it.sheet.len().to_string(),
                it.errors.to_string(),
            ],
            it.trouble.clone(),
        ),
    };
    let flaw = match (run.flaw.is_empty(), broken.is_empty()) {
        (true, _) => broken,
        (false, true) => format!("Incomplete: {}", run.flaw),
        (false, false) => format!("Incomplete: {}. {broken}", run.flaw),
    };
    Entry { number, trace: run.trace, counts: run.counts, figures, flaw }
}
