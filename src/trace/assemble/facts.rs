//! A page's records by kind, in an order that has nothing to do with their arrival, each once.

use std::cmp::Ordering;

use crate::PageMillis;
use crate::record::{
    Body, Broken, Document, Exception, Frame, Measure, Navigation, Operation, Paint, Record,
    Request, Resource, Soft, Task, Turn, Vital,
};

use crate::order::{arrange, rank};

/// Records by kind, each kind by time.
#[derive(Default)]
pub(super) struct Facts<'a> {
    pub(super) document: Option<&'a Document>,
    /// Session ids of tracers in the page: these write them down after its first turn.
    pub(super) sdk: &'a str,
    /// Who the page says that its user is, since when.
    pub(super) user: (PageMillis, &'a str),
    /// Only of a page whose load event is over.
    pub(super) navigation: Option<&'a Navigation>,
    pub(super) resources: Vec<&'a Resource>,
    pub(super) requests: Vec<&'a Request>,
    pub(super) paints: Vec<&'a Paint>,
    pub(super) errors: Vec<&'a Exception>,
    pub(super) bodies: Vec<&'a Body>,
    pub(super) broken: Vec<&'a Broken>,
    pub(super) operations: Vec<&'a Operation>,
    pub(super) vitals: Vec<&'a Vital>,
    pub(super) frames: Vec<&'a Frame>,
    pub(super) tasks: Vec<&'a Task>,
    pub(super) measures: Vec<&'a Measure>,
    pub(super) softs: Vec<&'a Soft>,
    pub(super) turns: Vec<&'a Turn>,
    /// Timing entries that the browser dropped: each record says how many so far.
    pub(super) lost: u32,
    pub(super) hidden: Option<PageMillis>,
}

/// Where a record stands among the others.
fn time(record: &Record) -> PageMillis {
    match record {
        Record::Document(_) | Record::Gap(_) => PageMillis(0.0),
        Record::Navigation(it) => it.load_event_end,
        Record::Resource(it) => it.timing.start_time,
        Record::Paint(it) => it.start_time,
        Record::Request(it) => it.start,
        Record::Hidden(it) => it.at,
        Record::Error(it) => it.at,
        Record::Body(it) => it.at,
        Record::Broken(it) => it.at,
        Record::Operation(it) => it.at,
        Record::Vital(it) => it.at,
        Record::Frame(it) => it.start_time,
        Record::Task(it) => it.start_time,
        Record::Measure(it) => it.start_time,
        Record::Page(it) => it.at,
        Record::Turn(it) => it.at,
    }
}

impl<'a> Facts<'a> {
    /// Sorts by time first; then by everything, so that only equal facts are equal.
    pub(super) fn sort(records: &'a [Record]) -> Self {
        let order = |a: &&Record, b: &&Record| {
            let earlier = time(a).0.total_cmp(&time(b).0);
            earlier.then_with(|| a.partial_cmp(b).unwrap_or(Ordering::Equal))
        };
        let begun = |record: &&Record| rank(time(record).0);
        let mut sorted = arrange(records.iter().collect(), begun, order);
        sorted.dedup_by(|a, b| order(a, b).is_eq());
        let mut facts = Self::default();
        sorted.into_iter().for_each(|record| facts.take(record));
        facts
    }

    fn take(&mut self, record: &'a Record) {
        match record {
            Record::Document(it) => {
                // One that tells of tracers or of the user alone tells nothing else.
                let bare = self.document.is_none_or(|known| known.user_agent.is_empty());
                self.document = if bare { Some(it) } else { self.document };
                self.sdk = if it.sdk.len() > self.sdk.len() { &it.sdk } else { self.sdk };
                if !it.user.is_empty() && it.since >= self.user.0 {
                    self.user = (it.since, &it.user);
                }
            }
            Record::Navigation(it) if it.load_event_end.0 > 0.0 => self.navigation = Some(it),
            Record::Navigation(_) => {}
            Record::Resource(it) => self.resources.push(it),
            Record::Paint(it) => self.paints.push(it),
            Record::Request(it) => self.requests.push(it),
            Record::Hidden(it) => self.hidden = Some(it.at),
            Record::Error(it) => self.errors.push(it),
            Record::Body(it) => self.bodies.push(it),
            Record::Broken(it) => self.broken.push(it),
            Record::Operation(it) => self.operations.push(it),
            Record::Vital(it) => self.vitals.push(it),
            Record::Frame(it) => self.frames.push(it),
            Record::Task(it) => self.tasks.push(it),
            Record::Measure(it) if it.is_ours() => {}
            Record::Measure(it) => self.measures.push(it),
            Record::Page(it) => self.softs.push(it),
            Record::Turn(it) => self.turns.push(it),
            Record::Gap(it) => self.lost = self.lost.max(it.count),
        }
    }

    /// The last moment of which the browser itself told something. What the page's own world
    /// stated does not count: it may be forged.
    pub(super) fn last(&self) -> PageMillis {
        let resources = self.resources.iter().map(|it| it.timing.response_end);
        let paints = self.paints.iter().map(|it| it.start_time);
        let moments = resources.chain(paints).chain(self.hidden);
        moments.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
    }

    /// The last moment that anything is told of, by the browser: as above, with what the user did.
    pub(super) fn told(&self) -> f64 {
        let later = [
            self.operations.last().map(|it| it.at),
            self.softs.last().map(|it| it.at),
            self.turns.last().map(|it| it.at),
            self.vitals.last().map(|it| it.at),
        ];
        later.into_iter().flatten().fold(self.last().0, |last, at| last.max(at.0))
    }
}
