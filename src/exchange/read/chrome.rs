//! Chrome's trace events, as DevTools, `chrome://tracing`, Perfetto's tools and many compilers write
//! them. Of a browser's own trace user timing and the network are read, as the rest is the browser at
//! work on itself, in hundreds of thousands of events; of any other trace everything.
//!
//! Beginnings and ends are events of their own, names of processes come anywhere, and what lies in
//! what follows from times. So the first walk notes where each slice stands, and the second reads
//! those that are kept.

mod event;
mod lane;
mod slice;

use std::collections::BTreeMap;
use std::sync::Arc;

use trace::json::{Broken, Mark};
use trace::{Resource, Scope, Span};

use super::{Found, Read, Reader};
use crate::moment;
use event::Event;
use lane::Lanes;

/// The arguments in which our own writer keeps what a trace event has no place for.
pub(crate) const TRACE: &str = "trace_id";
pub(crate) const SPAN: &str = "span_id";
pub(crate) const PARENT: &str = "parent_span_id";
/// Of an event of a span: the span.
pub(crate) const OF: &str = "event_of_span_id";
/// The name in `otherData` of the moment that is 0 in the file, nanoseconds since 1970.
pub(crate) const BASE: &str = "startTimeUnixNano";

/// A Chrome trace.
#[derive(Debug, Default)]
pub(crate) struct Chrome {
    level: Level,
    lanes: Lanes,
    /// The moment of the trace's zero, nanoseconds since 1970.
    base: Option<u64>,
    /// When recording began, nanoseconds since 1970.
    began: Option<u64>,
    seed: u64,
    /// The next slice to give.
    next: usize,
    resources: BTreeMap<u64, Arc<Resource>>,
    scope: Arc<Scope>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Level {
    #[default]
    Begin,
    Top,
    /// A list of events; whether it is the whole text.
    Events(bool),
    /// All events are noted, and are given now.
    Giving,
}

impl Read for Chrome {
    fn advance(&mut self, reader: &mut Reader<'_>, found: &mut Found) -> Result<bool, Broken> {
        match self.level {
            Level::Begin => {
                self.seed = reader.seed();
                self.level = match reader.cursor.at_list() {
                    true => Level::Events(true),
                    false => Level::Top,
                };
                if !(if self.level == Level::Top { reader.object()? } else { reader.list()? }) {
                    return Ok(true);
                }
            }
            Level::Top => self.top(reader)?,
            Level::Events(alone) => self.event(reader, found, alone)?,
            Level::Giving => return self.give(reader, found),
        }
        Ok(false)
    }

    fn salvage(&mut self, _: &mut Reader<'_>) -> bool {
        let again = self.level != Level::Giving;
        if again {
            self.settle();
        }
        again
    }
}

impl Chrome {
    fn top(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        let Some(key) = reader.cursor.key()? else {
            self.settle();
            return Ok(());
        };
        match &*key {
            "traceEvents" => {
                if reader.list()? {
                    self.level = Level::Events(false);
                }
            }
            "metadata" | "otherData" => {
                reader.fields(|reader, key| {
                    match key {
                        "startTime" | "start-time" => self.began = moment::date(&reader.words()?),
                        BASE => self.base = reader.words()?.parse().ok(),
                        _ => reader.cursor.skip()?,
                    }
                    Ok(())
                })?;
            }
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    fn event(
        &mut self,
        reader: &mut Reader<'_>,
        found: &mut Found,
        alone: bool,
    ) -> Result<(), Broken> {
        // A list that nobody closed is a whole trace: the format allows it, because whoever writes
        // one may crash.
        if alone && reader.cursor.finished() {
            self.settle();
            return Ok(());
        }
        if !reader.cursor.item()? {
            match alone {
                true => self.settle(),
                false => self.level = Level::Top,
            }
            return Ok(());
        }
        if alone && reader.cursor.finished() {
            self.settle();
            return Ok(());
        }
        let mark = reader.mark();
        let mut event = Event::default();
        if reader.fields(|reader, key| event.glance(reader, key))? {
            self.lanes.note(&event, mark);
        } else {
            found.rejected.add(otlp::Reason::Garbled);
        }
        Ok(())
    }

    /// All events are noted: what lies in what is found out.
    fn settle(&mut self) {
        self.level = Level::Giving;
        self.lanes.settle();
        let first = self.lanes.slices.iter().map(|slice| slice.start).min().unwrap_or_default();
        let base = self.base.or_else(|| self.began.map(|began| began.saturating_sub(first)));
        // Without a date, 0 would stand for a time that is not said.
        self.base = base.or(Some(u64::from(first == 0)));
        self.scope = Arc::new(Scope { name: "chrome".to_owned(), ..Scope::default() });
    }

    fn give(&mut self, reader: &mut Reader<'_>, found: &mut Found) -> Result<bool, Broken> {
        let at = self.next;
        self.next += 1;
        let Some(slice) = self.lanes.slices.get(at).copied() else {
            found.spans.extend((at == self.lanes.slices.len()).then(|| self.root()).flatten());
            return Ok(true);
        };
        let mut whole = slice::Whole::default();
        for mark in [Some(slice.mark), slice.more, slice.last].into_iter().flatten() {
            reader.go(mark);
            reader.fields(|reader, key| whole.field(reader, key))?;
        }
        let process = self.lanes.process(&slice);
        let resource =
            self.resources.entry(process).or_insert_with(|| self.lanes.resource(process));
        let root = self.lanes.browser.then_some(self.lanes.slices.len());
        let parent = slice.parent.map(|parent| parent as usize).or(root);
        let mut span = whole.span(slice::Place {
            seed: self.seed,
            at,
            parent,
            start: slice.start.saturating_add(self.base.unwrap_or_default()),
            length: slice.length,
            network: slice.network,
            resource: Arc::clone(resource),
            scope: Arc::clone(&self.scope),
        });
        for mark in self.lanes.moments(span.id) {
            reader.go(mark);
            span.events.push(slice::moment(reader, self.base.unwrap_or_default())?);
        }
        found.spans.push(span);
        Ok(false)
    }

    /// Of a browser's trace: what holds its requests and measures together.
    fn root(&self) -> Option<Span> {
        let slices = &self.lanes.slices;
        let first = slices.first().filter(|_| self.lanes.browser)?;
        let start = slices.iter().map(|slice| slice.start).min()?;
        let end = slices.iter().map(|slice| slice.start.saturating_add(slice.length)).max()?;
        let process = self.lanes.process(first);
        let whole = slice::Whole::named("recording");
        Some(whole.span(slice::Place {
            seed: self.seed,
            at: slices.len(),
            parent: None,
            start: start.saturating_add(self.base.unwrap_or_default()),
            length: end.saturating_sub(start),
            network: false,
            resource: self.lanes.resource(process),
            scope: Arc::clone(&self.scope),
        }))
    }
}

/// What the first walk notes of a slice, about a hundred bytes.
#[derive(Clone, Copy, Debug)]
struct Slice {
    lane: u32,
    start: u64,
    length: u64,
    /// Where its event stands, and where more is said of it.
    mark: Mark,
    more: Option<Mark>,
    last: Option<Mark>,
    parent: Option<u32>,
    network: bool,
}
