//! Threads, tracks and requests of a trace: which event begins a slice, which ends it, and which
//! slice lies in which.

use std::collections::BTreeMap;
use std::sync::Arc;

use trace::attribute::{Attributes, key};
use trace::json::Mark;
use trace::{Resource, SpanId};

use super::Slice;
use super::event::Event;
use crate::id::{self, hash};
use crate::order;

/// All lanes, by the numbers that texts hash to.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    pub(super) slices: Vec<Slice>,
    /// The number of each lane: a thread or a track of a process.
    numbers: BTreeMap<(u64, u64), u32>,
    processes: Vec<u64>,
    names: BTreeMap<u64, String>,
    /// Slices that are open, innermost last.
    open: BTreeMap<(u64, u64), Vec<Open>>,
    requests: BTreeMap<u64, Open>,
    /// Whether a browser wrote it.
    pub(super) browser: bool,
    /// Where events of spans stand, by the spans' ids.
    moments: BTreeMap<SpanId, Vec<Mark>>,
    last: u64,
}

/// A slice that was begun.
#[derive(Clone, Copy, Debug)]
struct Open {
    lane: u32,
    start: u64,
    mark: Mark,
    more: Option<Mark>,
}

impl Lanes {
    pub(super) fn note(&mut self, event: &Event<'_>, mark: Mark) {
        if event.phase == "M" {
            if event.name == "process_name" {
                self.names.insert(hash(event.process.as_bytes()), event.said.to_string());
            }
            return;
        }
        let Some(start) = event.start else { return };
        self.last = self.last.max(start.saturating_add(event.length.unwrap_or_default()));
        self.learn(event);
        if let Ok(span) = id::span(&event.of) {
            self.moments.entry(span).or_default().push(mark);
        } else if !self.request(event, start, mark)
            && (!self.browser || event.is_of("blink.user_timing"))
        {
            self.slice(event, start, mark);
        }
    }

    /// Looks whether a browser wrote the trace.
    fn learn(&mut self, event: &Event<'_>) {
        if !self.browser && event.is_browsers() {
            self.browser = true;
            // What came before was the browser at work, too.
            self.slices.clear();
            self.open.clear();
        }
    }

    /// Begins a slice, ends one, or both.
    fn slice(&mut self, event: &Event<'_>, start: u64, mark: Mark) {
        match &*event.phase {
            "X" => {
                let lane = self.lane(event, false);
                let length = event.length.unwrap_or_default();
                self.push(
                    Open { lane, start, mark, more: None },
                    start.saturating_add(length),
                    None,
                );
            }
            "B" | "b" | "S" => {
                let lane = self.lane(event, event.phase != "B");
                let open = Open { lane, start, mark, more: None };
                self.open.entry(track(event)).or_default().push(open);
            }
            "E" | "e" | "F" => self.end(event, start, mark),
            "R" | "I" | "i" | "n" => {
                let lane = self.lane(event, event.phase == "n");
                self.push(Open { lane, start, mark, more: None }, start, None);
            }
            _ => {}
        }
    }

    fn end(&mut self, event: &Event<'_>, end: u64, mark: Mark) {
        if let Some(open) = self.open.get_mut(&track(event)).and_then(Vec::pop) {
            self.push(open, end, Some(mark));
        }
    }

    fn push(&mut self, open: Open, end: u64, last: Option<Mark>) {
        let Open { lane, start, mark, more } = open;
        let length = end.saturating_sub(start);
        self.slices.push(Slice {
            lane,
            start,
            length,
            mark,
            more,
            last,
            parent: None,
            network: false,
        });
    }

    /// Notes an event of the network. Whether it is one.
    fn request(&mut self, event: &Event<'_>, at: u64, mark: Mark) -> bool {
        let Some(what) = event.name.strip_prefix("Resource") else { return false };
        if event.request.is_empty() || !event.is_of("devtools.timeline") {
            return false;
        }
        let number = hash(event.request.as_bytes());
        match what {
            "SendRequest" => {
                let lane = self.lane(event, true);
                let open = Open { lane, start: at, mark, more: None };
                // A redirect begins again; what was open ended there.
                if let Some(before) = self.requests.insert(number, open) {
                    self.push_request(before, at, None);
                }
            }
            "ReceiveResponse" => {
                if let Some(open) = self.requests.get_mut(&number) {
                    open.more = Some(mark);
                }
            }
            "Finish" => {
                if let Some(open) = self.requests.remove(&number) {
                    self.push_request(open, at, Some(mark));
                }
            }
            _ => {}
        }
        true
    }

    fn push_request(&mut self, open: Open, end: u64, last: Option<Mark>) {
        self.push(open, end, last);
        if let Some(slice) = self.slices.last_mut() {
            slice.network = true;
        }
    }

    /// The lane of an event: its thread's, or its track's.
    fn lane(&mut self, event: &Event<'_>, track: bool) -> u32 {
        let process = hash(event.process.as_bytes());
        let lane = match track {
            true => hash(event.category.as_bytes()) ^ hash(event.id.as_bytes()).rotate_left(1),
            false => hash(event.thread.as_bytes()),
        };
        let next = u32::try_from(self.processes.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry((process, lane)).or_insert(next);
        if number == next {
            self.processes.push(process);
        }
        number
    }

    /// Ends what nobody ended, with the trace; and finds what each slice of a thread or track lies
    /// in. Requests lie in nothing.
    pub(super) fn settle(&mut self) {
        for open in std::mem::take(&mut self.open).into_values().flatten() {
            self.push(open, self.last, None);
        }
        for open in std::mem::take(&mut self.requests).into_values() {
            self.push_request(open, self.last, None);
        }
        // Of those that start together the longest first: it may be around the others.
        let order = order::by(self.slices.len(), |at| {
            let Slice { lane, start, length, .. } = self.slices[at];
            [lane.into(), start, !length]
        });
        self.slices = order.into_iter().map(|at| self.slices[at]).collect();
        let mut above: Vec<u32> = Vec::new();
        for at in 0..self.slices.len() {
            let (lane, end) = (self.slices[at].lane, end(&self.slices[at]));
            while let Some(top) = above.last().map(|top| &self.slices[*top as usize]) {
                if top.lane == lane && end <= self::end(top) {
                    break;
                }
                above.pop();
            }
            let parent = above.last().copied().filter(|_| !self.slices[at].network);
            self.slices[at].parent = parent;
            if !self.slices[at].network {
                above.push(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
    }

    /// Takes where the events of a span stand.
    pub(super) fn moments(&mut self, span: SpanId) -> Vec<Mark> {
        self.moments.remove(&span).unwrap_or_default()
    }

    pub(super) fn process(&self, slice: &Slice) -> u64 {
        self.processes.get(slice.lane as usize).copied().unwrap_or_default()
    }

    /// Who a process is.
    pub(super) fn resource(&self, process: u64) -> Arc<Resource> {
        let name = self.names.get(&process).filter(|name| !name.is_empty());
        let name = name.map_or("process", |name| name);
        let mut attributes = Attributes::new();
        attributes.insert(key::SERVICE_NAME.to_owned(), name.into());
        if self.browser {
            attributes.insert(key::BROWSER_BRANDS.to_owned(), name.into());
        }
        Arc::new(Resource { attributes, ..Resource::default() })
    }
}

fn end(slice: &Slice) -> u64 {
    slice.start.saturating_add(slice.length)
}

/// What a beginning and its end have in common: the thread, or the id and category with the name.
fn track(event: &Event<'_>) -> (u64, u64) {
    let process = hash(event.process.as_bytes());
    match &*event.phase {
        "B" | "E" => (process, hash(event.thread.as_bytes())),
        _ => {
            let id = hash(event.id.as_bytes()) ^ hash(event.category.as_bytes()).rotate_left(1);
            (process ^ 1, id ^ hash(event.name.as_bytes()).rotate_left(2))
        }
    }
}
