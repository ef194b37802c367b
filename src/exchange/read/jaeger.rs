//! Jaeger's JSON, as its query API and its page write it (`{"data":[{"spans","processes"}]}`), and
//! others in its name: VictoriaTraces, Quickwit. Also one trace alone, and a list of traces.
//!
//! Who recorded spans is said beside them, mostly after. So the reader passes over them, learns the
//! processes, and goes back: twice over the text, and nothing kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use otlp::Reason;
use otlp::json::base64;
use trace::attribute::{Attributes, Value, key};
use trace::json::{Broken, Mark, float};
use trace::span::{Dropped, Event, Link};
use trace::{Kind, Resource, Scope, Span, Timestamp};

use super::{Found, Read, Reader, Shared};
use crate::{id, tag};

/// Says of a link that the other span is the caller; without it, it only came before.
pub(crate) const REFERENCE: &str = "opentracing.ref_type";
/// What Jaeger remarks about a span.
pub(crate) const WARNINGS: &str = "jaeger.warnings";

/// A Jaeger text.
#[derive(Debug, Default)]
pub(crate) struct Jaeger {
    levels: Vec<Level>,
    processes: BTreeMap<String, Arc<Resource>>,
    /// Where spans begin whose processes are not known yet.
    later: Option<Mark>,
    /// Where to go on when these are read.
    back: Option<Mark>,
    scopes: Shared<Scope>,
    twice: bool,
    begun: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// A list of traces.
    Traces,
    /// A trace, or what is around all.
    Trace,
    /// Spans that are passed over for now.
    Passing,
    /// Spans.
    Spans,
}

impl Read for Jaeger {
    fn advance(&mut self, reader: &mut Reader<'_>, found: &mut Found) -> Result<bool, Broken> {
        match self.levels.last() {
            None if self.begun => return Ok(true),
            None => self.begin(reader)?,
            Some(Level::Traces) => self.item(reader)?,
            Some(Level::Trace) => self.trace(reader)?,
            Some(Level::Passing) => {
                if reader.cursor.item()? {
                    reader.cursor.skip()?;
                } else {
                    self.levels.pop();
                }
            }
            Some(Level::Spans) => self.span(reader, found)?,
        }
        Ok(false)
    }

    /// Reads the spans that were passed over.
    fn salvage(&mut self, reader: &mut Reader<'_>) -> bool {
        let Some(later) = self.later.take() else { return false };
        reader.go(later);
        self.levels.clear();
        let opened = reader.list() == Ok(true);
        self.levels.push(Level::Spans);
        opened
    }

    fn walks(&self) -> usize {
        1 + usize::from(self.twice)
    }
}

impl Jaeger {
    fn begin(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        self.begun = true;
        if reader.cursor.at_list() {
            reader.list()?;
            self.levels.push(Level::Traces);
        } else if reader.object()? {
            self.levels.push(Level::Trace);
        }
        Ok(())
    }

    fn item(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        if !reader.cursor.item()? {
            self.levels.pop();
        } else if reader.object()? {
            self.processes.clear();
            self.levels.push(Level::Trace);
        }
        Ok(())
    }

    fn trace(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        let Some(key) = reader.cursor.key()? else {
            return self.end(reader);
        };
        match &*key {
            "data" => {
                if reader.list()? {
                    self.levels.push(Level::Traces);
                }
            }
            "processes" => self.processes(reader)?,
            "spans" => {
                let mark = reader.mark();
                if reader.list()? {
                    let known = !self.processes.is_empty();
                    self.later = (!known).then_some(mark).or(self.later);
                    self.twice |= !known;
                    self.levels.push(if known { Level::Spans } else { Level::Passing });
                }
            }
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    /// A trace is at its end: goes back for its spans, or on.
    fn end(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        self.levels.pop();
        if let Some(later) = self.later.take() {
            self.back = Some(reader.mark());
            reader.go(later);
            if reader.list()? {
                self.levels.push(Level::Spans);
            }
        }
        Ok(())
    }

    fn processes(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        reader.fields(|reader, name| {
            let resource = process(reader)?;
            self.processes.insert(name.to_owned(), resource);
            Ok(())
        })?;
        Ok(())
    }

    fn span(&mut self, reader: &mut Reader<'_>, found: &mut Found) -> Result<(), Broken> {
        if !reader.cursor.item()? {
            self.levels.pop();
            if let Some(back) = self.back.take() {
                reader.go(back);
            }
            return Ok(());
        }
        let mut draft = Draft::default();
        let read = reader.fields(|reader, key| draft.field(reader, key))?;
        let span = if read {
            draft.finish(&self.processes, &mut self.scopes)
        } else {
            Err(Reason::Garbled)
        };
        match span {
            Ok(span) => found.spans.push(span),
            Err(reason) => found.rejected.add(reason),
        }
        Ok(())
    }
}

/// `{"serviceName","tags"}`
fn process(reader: &mut Reader<'_>) -> Result<Arc<Resource>, Broken> {
    let (mut service, mut attributes) = (String::new(), Attributes::new());
    reader.fields(|reader, key| {
        match key {
            "serviceName" => service = reader.string()?,
            "tags" => tags(reader, &mut attributes)?,
            _ => reader.cursor.skip()?,
        }
        Ok(())
    })?;
    Ok(named(service, attributes))
}

fn named(service: String, mut attributes: Attributes) -> Arc<Resource> {
    if !service.is_empty() {
        attributes.insert(key::SERVICE_NAME.to_owned(), service.into());
    }
    Arc::new(Resource { attributes, ..Resource::default() })
}

/// A span while its fields come in.
#[derive(Default)]
struct Draft<'a> {
    trace: Cow<'a, str>,
    id: Cow<'a, str>,
    parent: Cow<'a, str>,
    name: String,
    flags: u32,
    start: Timestamp,
    length: u64,
    tags: Attributes,
    events: Vec<Event>,
    references: Vec<Reference<'a>>,
    process: Cow<'a, str>,
    resource: Option<Arc<Resource>>,
}

#[derive(Default)]
struct Reference<'a> {
    child: bool,
    trace: Cow<'a, str>,
    span: Cow<'a, str>,
}

impl<'a> Draft<'a> {
    fn field(&mut self, reader: &mut Reader<'a>, key: &str) -> Result<(), Broken> {
        match key {
            "traceID" => self.trace = reader.words()?,
            "spanID" => self.id = reader.words()?,
            "parentSpanID" => self.parent = reader.words()?,
            "operationName" => self.name = reader.string()?,
            "flags" => self.flags = reader.words()?.parse().unwrap_or(0) & 1,
            "startTime" => self.start = reader.micros()?,
            "duration" => self.length = reader.nanos(3)?.unwrap_or_default(),
            "tags" => tags(reader, &mut self.tags)?,
            "logs" => reader.each(|reader| log(reader).map(|event| self.events.push(event)))?,
            "references" => reader.each(|reader| {
                reference(reader).map(|reference| self.references.push(reference))
            })?,
            "processID" => self.process = reader.words()?,
            "process" => self.resource = Some(process(reader)?),
            "warnings" => {
                let warnings = reader.value()?;
                if matches!(&warnings, Value::List(all) if !all.is_empty()) {
                    self.tags.insert(WARNINGS.to_owned(), warnings);
                }
            }
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    fn finish(
        mut self,
        processes: &BTreeMap<String, Arc<Resource>>,
        scopes: &mut Shared<Scope>,
    ) -> Result<Span, Reason> {
        let trace = id::trace(&self.trace)?;
        let caller = self.caller();
        let parent = id::parent(caller.map_or(&*self.parent, |at| &*self.references[at].span));
        let others = self.references.iter().enumerate().filter(|(at, _)| Some(*at) != caller);
        let all: Vec<Option<Link>> = others.map(|(_, other)| other.link(&self.trace)).collect();
        let lost = all.iter().filter(|link| link.is_none()).count();
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        // A process that nobody describes is known by its number.
        let known = self.resource.or_else(|| processes.get(&*self.process).cloned());
        let resource = known.unwrap_or_else(|| named(self.process.into(), Attributes::new()));
        let mut tags = self.tags;
        let kind = tag::take_kind(&mut tags);
        let status = tag::take_status(&mut tags);
        let scope = tag::take_scope(&mut tags);
        Ok(Span {
            trace,
            id: id::span(&self.id)?,
            parent,
            state: tag::take_text(&mut tags, tag::STATE).unwrap_or_default(),
            flags: self.flags,
            name: std::mem::take(&mut self.name),
            kind: kind.unwrap_or(Kind::Unspecified),
            start: self.start,
            end: Timestamp::from_nanos(self.start.nanos().saturating_add(self.length)),
            attributes: tags,
            events: self.events,
            links: all.into_iter().flatten().collect(),
            status,
            dropped: Dropped { links: lost, ..Dropped::default() },
            resource,
            scope: scopes.one(scope),
        })
    }

    /// The reference to the caller: the first of this trace that says so, or else the first that
    /// this span followed.
    fn caller(&self) -> Option<usize> {
        let here = |at: &&Reference<'_>| at.trace.is_empty() || at.trace == self.trace;
        let find =
            |child: bool| self.references.iter().position(|at| at.child == child && here(&at));
        let follows = || self.parent.is_empty().then(|| find(false)).flatten();
        find(true).or_else(follows)
    }
}

impl Reference<'_> {
    fn link(&self, trace: &str) -> Option<Link> {
        let trace = if self.trace.is_empty() { trace } else { &self.trace };
        let mut attributes = Attributes::new();
        if self.child {
            attributes.insert(REFERENCE.to_owned(), "child_of".into());
        }
        Some(Link {
            trace: id::trace(trace).ok()?,
            span: id::span(&self.span).ok()?,
            state: String::new(),
            flags: 0,
            attributes,
        })
    }
}

fn reference<'a>(reader: &mut Reader<'a>) -> Result<Reference<'a>, Broken> {
    let mut reference = Reference::default();
    reader.fields(|reader, key| {
        match key {
            "refType" => reference.child = reader.words()?.eq_ignore_ascii_case("CHILD_OF"),
            "traceID" => reference.trace = reader.words()?,
            "spanID" => reference.span = reader.words()?,
            // Jaeger's page puts the whole other span here, with its own, and so on.
            _ => reader.cursor.skip()?,
        }
        Ok(())
    })?;
    Ok(reference)
}

fn log(reader: &mut Reader<'_>) -> Result<Event, Broken> {
    let mut event = Event::default();
    reader.fields(|reader, key| {
        match key {
            "timestamp" => event.time = reader.micros()?,
            "fields" => tags(reader, &mut event.attributes)?,
            _ => reader.cursor.skip()?,
        }
        Ok(())
    })?;
    event.name = tag::take_text(&mut event.attributes, "event").map_or("log".into(), Into::into);
    Ok(event)
}

/// A list of `{"key","type","value"}`.
fn tags(reader: &mut Reader<'_>, into: &mut Attributes) -> Result<(), Broken> {
    reader.each(|reader| {
        let (mut name, mut form, mut value) = (String::new(), Cow::default(), Value::Empty);
        reader.fields(|reader, key| {
            match key {
                "key" => name = reader.string()?,
                "type" => form = reader.words()?,
                "value" => value = reader.value()?,
                _ => reader.cursor.skip()?,
            }
            Ok(())
        })?;
        if !name.is_empty() {
            into.insert(name, typed(&form, value));
        }
        Ok(())
    })
}

/// The value that is meant: large numbers and bytes are written as text.
#[allow(clippy::cast_precision_loss, reason = "JSON's number was written as a double's")]
fn typed(form: &str, value: Value) -> Value {
    match (form, &value) {
        ("int64", Value::Text(text)) => text.parse().map_or(value, Value::Int),
        ("float64", Value::Int(whole)) => Value::Double(*whole as f64),
        ("float64", Value::Text(text)) => match &**text {
            "NaN" => Value::Double(f64::NAN),
            "Infinity" => Value::Double(f64::INFINITY),
            "-Infinity" => Value::Double(f64::NEG_INFINITY),
            digits => float(digits).map_or(value, Value::Double),
        },
        ("bool", Value::Text(text)) => text.parse().map_or(value, Value::Bool),
        ("binary", Value::Text(text)) => base64::decode(text).map_or(value, Value::Bytes),
        _ => value,
    }
}
