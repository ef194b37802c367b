//! Zipkin's JSON, version 2: a list of spans, or a list of such lists.
//!
//! Zipkin lets a server share the span of its client. Two spans with one id cannot be parent and
//! child of each other, so the server's half gets an id of its own here, below the client's; what
//! its service did goes below it. The first walk finds the halves, the second reads the spans.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use otlp::Reason;
use trace::attribute::{Attributes, key as names};
use trace::json::{Broken, Mark};
use trace::span::{Dropped, Event};
use trace::{Kind, Resource, Scope, Span, SpanId, Timestamp, TraceId};

use super::{Found, Read, Reader, Shared};
use crate::order::{self, Key};
use crate::{id, tag};

/// A Zipkin text.
#[derive(Debug, Default)]
pub(crate) struct Zipkin {
    /// Lists that were entered.
    depth: usize,
    begun: bool,
    second: bool,
    /// Spans of clients, by number.
    clients: Vec<Key>,
    /// Spans of servers, with their services; of the second walk on, those that share one.
    servers: Vec<Key>,
    /// Spans that have a time, with their services.
    timed: Vec<Key>,
    /// Where pieces without a time stand, by their spans and services; of the second walk on, those
    /// that belong to a span with one, which takes them.
    pieces: BTreeMap<(u64, u64), Vec<Mark>>,
    resources: Shared<Resource>,
    scopes: Shared<Scope>,
}

impl Read for Zipkin {
    fn advance(&mut self, reader: &mut Reader<'_>, found: &mut Found) -> Result<bool, Broken> {
        if self.depth == 0 {
            return self.begin(reader);
        }
        if !reader.cursor.item()? {
            self.depth -= 1;
            return Ok(false);
        }
        if reader.cursor.at_list() {
            self.depth += usize::from(reader.list()?);
            return Ok(false);
        }
        let mut draft = Draft::default();
        let mark = reader.mark();
        if !self.second {
            reader.fields(|reader, key| draft.glance(reader, key))?;
            self.note(&draft, mark);
            return Ok(false);
        }
        let read = reader.fields(|reader, key| draft.field(reader, key))?;
        if self.complete(&mut draft, reader)? {
            return Ok(false);
        }
        let span = if read { draft.finish(&self.servers) } else { Err(Reason::Garbled) };
        let span = span.map(|(mut span, resource, scope)| {
            (span.resource, span.scope) = (self.resources.one(resource), self.scopes.one(scope));
            span
        });
        match span {
            Ok(span) => found.spans.push(span),
            Err(reason) => found.rejected.add(reason),
        }
        Ok(false)
    }

    fn salvage(&mut self, reader: &mut Reader<'_>) -> bool {
        !self.second && {
            self.again(reader);
            true
        }
    }

    fn walks(&self) -> usize {
        2
    }
}

impl Zipkin {
    fn begin(&mut self, reader: &mut Reader<'_>) -> Result<bool, Broken> {
        if self.begun {
            if self.second {
                return Ok(true);
            }
            self.again(reader);
            return Ok(false);
        }
        self.begun = true;
        self.depth = usize::from(reader.list()?);
        Ok(false)
    }

    /// Goes back to the beginning, with what the first walk found.
    fn again(&mut self, reader: &mut Reader<'_>) {
        self.second = true;
        self.begun = false;
        self.depth = 0;
        let mut clients = std::mem::take(&mut self.clients);
        order::sort(&mut clients);
        self.servers.retain(|server| order::has(&clients, key(server[0], 0)));
        order::sort(&mut self.servers);
        let mut timed = std::mem::take(&mut self.timed);
        order::sort(&mut timed);
        self.pieces.retain(|(span, service), _| order::has(&timed, key(*span, *service)));
        reader.go(Mark::default());
    }

    fn note(&mut self, draft: &Draft<'_>, mark: Mark) {
        let Some((span, service)) = draft.numbers() else { return };
        match draft.kind {
            Some(Kind::Client) => self.clients.push(key(span, 0)),
            Some(Kind::Server) => self.servers.push(key(span, service)),
            _ => {}
        }
        match draft.start.nanos() {
            0 => self.pieces.entry((span, service)).or_default().push(mark),
            _ => self.timed.push(key(span, service)),
        }
    }

    /// Puts the pieces of a span to it. Whether it is itself a piece, told with its span.
    fn complete<'a>(
        &mut self,
        draft: &mut Draft<'a>,
        reader: &mut Reader<'a>,
    ) -> Result<bool, Broken> {
        let pieces = draft.numbers().and_then(|numbers| self.pieces.get_mut(&numbers));
        let Some(pieces) = pieces else { return Ok(false) };
        if draft.start.nanos() == 0 {
            return Ok(true);
        }
        let back = reader.mark();
        for mark in std::mem::take(pieces) {
            reader.go(mark);
            reader.fields(|reader, key| match key {
                "tags" | "annotations" => draft.field(reader, key),
                _ => reader.cursor.skip(),
            })?;
        }
        reader.go(back);
        Ok(false)
    }
}

fn key(span: u64, service: u64) -> Key {
    [span, service, 0, 0]
}

/// A span of a trace as a number.
fn number(trace: TraceId, span: SpanId) -> u64 {
    let mut bytes = [0; 24];
    bytes[..16].copy_from_slice(trace.as_bytes());
    bytes[16..].copy_from_slice(span.as_bytes());
    id::hash(&bytes)
}

/// A span while its fields come in.
#[derive(Default)]
struct Draft<'a> {
    trace: Cow<'a, str>,
    id: Cow<'a, str>,
    parent: Cow<'a, str>,
    name: String,
    kind: Option<Kind>,
    start: Timestamp,
    length: u64,
    tags: Attributes,
    events: Vec<Event>,
    local: Endpoint,
    remote: Endpoint,
}

/// Who took part.
#[derive(Default)]
struct Endpoint {
    name: String,
    address: String,
    port: Option<i64>,
}

impl<'a> Draft<'a> {
    /// Span and service as numbers; `None` when it has no ids.
    fn numbers(&self) -> Option<(u64, u64)> {
        let (trace, span) = (id::trace(&self.trace).ok()?, id::span(&self.id).ok()?);
        Some((number(trace, span), id::hash(self.local.name.as_bytes())))
    }

    /// What the first walk wants.
    fn glance(&mut self, reader: &mut Reader<'a>, key: &str) -> Result<(), Broken> {
        match key {
            "traceId" | "id" | "kind" | "timestamp" | "localEndpoint" => self.field(reader, key),
            _ => reader.cursor.skip(),
        }
    }

    fn field(&mut self, reader: &mut Reader<'a>, key: &str) -> Result<(), Broken> {
        match key {
            "traceId" => self.trace = reader.words()?,
            "id" => self.id = reader.words()?,
            "parentId" => self.parent = reader.words()?,
            "name" => self.name = reader.string()?,
            "kind" => self.kind = tag::kind(&reader.words()?),
            "timestamp" => self.start = reader.micros()?,
            "duration" => self.length = reader.nanos(3)?.unwrap_or_default(),
            "localEndpoint" => self.local = endpoint(reader)?,
            "remoteEndpoint" => self.remote = endpoint(reader)?,
            "annotations" => {
                reader.each(|reader| note(reader).map(|event| self.events.push(event)))?;
            }
            "tags" => {
                reader.fields(|reader, key| {
                    let value = reader.string()?;
                    self.tags.insert(key.to_owned(), value.into());
                    Ok(())
                })?;
            }
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    /// The span, and who recorded it with what.
    fn finish(self, shared: &[Key]) -> Result<(Span, Resource, Scope), Reason> {
        let (trace, own) = (id::trace(&self.trace)?, id::span(&self.id)?);
        let service = id::hash(self.local.name.as_bytes());
        let half = |of: SpanId| order::has(shared, key(number(trace, of), service));
        let below = |of: SpanId| id::made(id::hash(of.as_bytes()), service);
        let parent = id::parent(&self.parent);
        let (id, parent) = if self.kind == Some(Kind::Server) && half(own) {
            (below(own), Some(own))
        } else {
            (own, parent.map(|parent| if half(parent) { below(parent) } else { parent }))
        };
        let mut attributes = self.tags;
        self.remote.describe(&mut attributes);
        let status = tag::take_status(&mut attributes);
        let scope = tag::take_scope(&mut attributes);
        let kind = self.kind.or_else(|| tag::take_kind(&mut attributes));
        let span = Span {
            trace,
            id,
            parent,
            state: tag::take_text(&mut attributes, tag::STATE).unwrap_or_default(),
            flags: 0,
            name: self.name,
            kind: kind.unwrap_or_default(),
            start: self.start,
            end: Timestamp::from_nanos(self.start.nanos().saturating_add(self.length)),
            attributes,
            events: self.events,
            links: Vec::new(),
            status,
            dropped: Dropped::default(),
            resource: Arc::default(),
            scope: Arc::default(),
        };
        Ok((span, self.local.resource(), scope))
    }
}

impl Endpoint {
    fn resource(self) -> Resource {
        let mut attributes = Attributes::new();
        for (name, text) in [(names::SERVICE_NAME, self.name), ("host.ip", self.address)] {
            if !text.is_empty() {
                attributes.insert(name.to_owned(), text.into());
            }
        }
        Resource { attributes, ..Resource::default() }
    }

    /// Puts the other side into a span's attributes.
    fn describe(self, attributes: &mut Attributes) {
        for (name, text) in [("peer.service", self.name), ("network.peer.address", self.address)] {
            if !text.is_empty() {
                attributes.insert_new(name, text);
            }
        }
        if let Some(port) = self.port {
            attributes.insert_new("network.peer.port", port);
        }
    }
}

fn endpoint(reader: &mut Reader<'_>) -> Result<Endpoint, Broken> {
    let mut endpoint = Endpoint::default();
    reader.fields(|reader, key| {
        match key {
            "serviceName" => endpoint.name = reader.string()?,
            "ipv4" | "ipv6" => endpoint.address = reader.string()?,
            "port" => endpoint.port = reader.words()?.parse().ok().filter(|port| *port != 0),
            _ => reader.cursor.skip()?,
        }
        Ok(())
    })?;
    Ok(endpoint)
}

fn note(reader: &mut Reader<'_>) -> Result<Event, Broken> {
    let mut event = Event::default();
    reader.fields(|reader, key| {
        match key {
            "timestamp" => event.time = reader.micros()?,
            "value" => event.name = reader.string()?.into(),
            _ => reader.cursor.skip()?,
        }
        Ok(())
    })?;
    Ok(event)
}
