//! The messages of OTLP/JSON. A field that cannot be is its span's flaw, not the message's end.

use std::borrow::Cow;
use std::sync::Arc;

use trace::attribute::{Attributes, Pairs};
use trace::json::{Broken, Cursor, Mark, Opened};
use trace::span::{Event, Link, Resource, Scope, Status};

use crate::draft::{self, Draft, LinkRest};
use crate::proto::DEPTH;
use crate::{Accepted, Error, Reason};

pub(super) fn traces(text: &[u8]) -> Result<Accepted, Error> {
    let mut accepted = Accepted::default();
    let mut reader = Reader::at(text, Mark::default());
    match reader.objects(&mut accepted) {
        Ok(()) => Ok(accepted),
        Err(Broken) => Err(reader.cursor.error().into()),
    }
}

/// Reads messages from a place in the text.
pub(super) struct Reader<'a> {
    pub(super) cursor: Cursor<'a>,
    /// The first thing wrong with the span, resource or scope that is being read.
    flaw: Option<Reason>,
}

/// The spans of one scope, before their resource is known: it may come after them.
#[derive(Default)]
struct ScopeSpans {
    scope: Scope,
    flaw: Option<Reason>,
    spans: Vec<Result<Draft<'static>, Reason>>,
}

impl ScopeSpans {
    fn settle(self, resource: &Arc<Resource>, flaw: Option<Reason>, accepted: &mut Accepted) {
        let scope = Arc::new(self.scope);
        for draft in self.spans {
            let span = match flaw.or(self.flaw) {
                None => draft.and_then(|draft| draft.finish(resource, &scope)),
                Some(reason) => Err(reason),
            };
            match span {
                Ok(span) => accepted.spans.push(span),
                Err(reason) => accepted.rejected.add(reason),
            }
        }
    }
}

impl<'a> Reader<'a> {
    /// Stands at a place in a text.
    pub(super) fn at(text: &'a [u8], mark: Mark) -> Self {
        Self { cursor: Cursor::at(text, mark), flaw: None }
    }

    /// Takes the flaw that was found, if there was one.
    pub(super) fn unflawed(&mut self) -> Option<Reason> {
        self.flaw.take()
    }

    pub(super) fn flawed(&mut self, reason: Reason) {
        self.flaw.get_or_insert(reason);
    }

    /// One object after the other.
    fn objects(&mut self, accepted: &mut Accepted) -> Result<(), Broken> {
        loop {
            if !self.cursor.at_object() {
                return Err(self.cursor.wanted("an object"));
            }
            self.top(accepted, true)?;
            if self.cursor.finished() {
                return Ok(());
            }
        }
    }

    /// The next name in an object that was entered.
    pub(super) fn key(&mut self) -> Result<Option<Cow<'a, str>>, Broken> {
        self.cursor.key()
    }

    /// Enters an object. `null` stands for an empty one; anything else is a flaw.
    pub(super) fn object(&mut self) -> Result<bool, Broken> {
        let opened = self.cursor.object()?;
        if opened == Opened::Other {
            self.flawed(Reason::Garbled);
        }
        Ok(opened == Opened::Yes)
    }

    /// Reads every value of a list. `null` stands for an empty one; anything else is a flaw.
    pub(super) fn each(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        if self.opened_list()? {
            while self.cursor.item()? {
                read(self)?;
            }
        }
        Ok(())
    }

    /// Enters a list. `null` stands for an empty one; anything else is a flaw.
    pub(super) fn opened_list(&mut self) -> Result<bool, Broken> {
        let opened = self.cursor.list()?;
        if opened == Opened::Other {
            self.flawed(Reason::Garbled);
        }
        Ok(opened == Opened::Yes)
    }

    /// `{"resourceSpans"}` or Tempo's `{"batches"}`, perhaps under Jaeger's `result` or Tempo's
    /// `trace`.
    fn top(&mut self, accepted: &mut Accepted, outermost: bool) -> Result<(), Broken> {
        if !self.object()? {
            return Ok(());
        }
        while let Some(key) = self.key()? {
            match &*key {
                "resourceSpans" | "resource_spans" | "batches" => {
                    self.each(|reader| reader.resource_spans(accepted))?;
                }
                "result" | "trace" if outermost => self.top(accepted, false)?,
                _ => self.cursor.skip()?,
            }
        }
        Ok(())
    }

    fn resource_spans(&mut self, accepted: &mut Accepted) -> Result<(), Broken> {
        let mut resource = Resource::default();
        let mut flaw = None;
        let mut scopes = Vec::new();
        if !self.object()? {
            return Ok(());
        }
        while let Some(key) = self.key()? {
            self.flaw = None;
            match &*key {
                "resource" => resource.attributes = self.resource()?,
                "schemaUrl" | "schema_url" => resource.schema = self.text()?,
                "scopeSpans" | "scope_spans" => {
                    self.each(|reader| reader.scope_spans().map(|group| scopes.push(group)))?;
                    continue;
                }
                _ => self.cursor.skip()?,
            }
            flaw = flaw.or(self.flaw.map(|_| Reason::Resource));
        }
        let resource = Arc::new(resource);
        scopes.into_iter().for_each(|group| group.settle(&resource, flaw, accepted));
        Ok(())
    }

    pub(super) fn resource(&mut self) -> Result<Attributes, Broken> {
        let mut pairs = Pairs::new();
        if self.object()? {
            while let Some(key) = self.key()? {
                match &*key {
                    "attributes" => self.attributes(&mut pairs, DEPTH)?,
                    _ => self.cursor.skip()?,
                }
            }
        }
        Ok(pairs.into())
    }

    fn scope_spans(&mut self) -> Result<ScopeSpans, Broken> {
        let mut group = ScopeSpans::default();
        if !self.object()? {
            return Ok(group);
        }
        while let Some(key) = self.key()? {
            self.flaw = None;
            match &*key {
                "scope" => self.scope(&mut group.scope)?,
                "schemaUrl" | "schema_url" => group.scope.schema = self.text()?,
                "spans" => {
                    self.each(|reader| reader.span().map(|span| group.spans.push(span)))?;
                    continue;
                }
                _ => self.cursor.skip()?,
            }
            group.flaw = group.flaw.or(self.flaw.map(|_| Reason::Scope));
        }
        Ok(group)
    }

    pub(super) fn scope(&mut self, scope: &mut Scope) -> Result<(), Broken> {
        if !self.object()? {
            return Ok(());
        }
        let mut pairs = Pairs::new();
        while let Some(key) = self.key()? {
            match &*key {
                "name" => scope.name = self.text()?,
                "version" => scope.version = self.text()?,
                "attributes" => self.attributes(&mut pairs, DEPTH)?,
                _ => self.cursor.skip()?,
            }
        }
        scope.attributes.extend(pairs);
        Ok(())
    }

    /// The span, or why it cannot be kept.
    fn span(&mut self) -> Result<Result<Draft<'static>, Reason>, Broken> {
        self.flaw = None;
        let mut draft = Draft::default();
        if self.object()? {
            while let Some(key) = self.key()? {
                self.span_field(&key, &mut draft)?;
            }
        }
        Ok(self.flaw.take().map_or(Ok(draft), Err))
    }

    fn span_field(&mut self, key: &str, draft: &mut Draft<'static>) -> Result<(), Broken> {
        match key {
            "traceId" | "trace_id" => {
                draft.trace = self.id_of::<16>(Reason::TraceForm)?.bytes().to_vec().into();
            }
            "spanId" | "span_id" => {
                draft.id = self.id_of::<8>(Reason::SpanForm)?.bytes().to_vec().into();
            }
            "parentSpanId" | "parent_span_id" => {
                draft.parent = self.id_of::<8>(Reason::ParentForm)?.bytes().to_vec().into();
            }
            "traceState" | "trace_state" => draft.state = self.text()?,
            "flags" => draft.flags = self.uint32()?,
            "name" => draft.name = self.text()?,
            "kind" => draft.kind = self.kind()?,
            "startTimeUnixNano" | "start_time_unix_nano" => draft.start = self.time()?,
            "endTimeUnixNano" | "end_time_unix_nano" => draft.end = self.time()?,
            "attributes" => self.attributes(&mut draft.attributes, DEPTH)?,
            "events" => self.each(|reader| reader.event().map(|event| draft.events.push(event)))?,
            "links" => self.each(|reader| {
                match reader.link()? {
                    Some(link) => draft.links.push(link),
                    None => draft.bad_links = draft.bad_links.saturating_add(1),
                }
                Ok(())
            })?,
            "status" => draft.status = self.status()?,
            "droppedAttributesCount" | "dropped_attributes_count" => {
                draft.dropped.attributes = self.uint32()?;
            }
            "droppedEventsCount" | "dropped_events_count" => {
                draft.dropped.events = self.uint32()?;
            }
            "droppedLinksCount" | "dropped_links_count" => draft.dropped.links = self.uint32()?,
            _ => self.cursor.skip()?,
        }
        Ok(())
    }

    fn event(&mut self) -> Result<Event, Broken> {
        let mut event = Event::default();
        let mut pairs = Pairs::new();
        if self.object()? {
            while let Some(key) = self.key()? {
                match &*key {
                    "timeUnixNano" | "time_unix_nano" => event.time = self.time()?,
                    "name" => event.name = self.text()?.into(),
                    "attributes" => self.attributes(&mut pairs, DEPTH)?,
                    _ => self.cursor.skip()?,
                }
            }
        }
        event.attributes = pairs.into();
        Ok(event)
    }

    /// `None` when an id of it cannot be.
    fn link(&mut self) -> Result<Option<Link>, Broken> {
        let (mut trace, mut span) = (None, None);
        let mut rest = LinkRest::default();
        if self.object()? {
            while let Some(key) = self.key()? {
                match &*key {
                    "traceId" | "trace_id" => trace = self.any_id::<16>()?,
                    "spanId" | "span_id" => span = self.any_id::<8>()?,
                    "traceState" | "trace_state" => rest.state = self.text()?,
                    "flags" => rest.flags = self.uint32()?,
                    "attributes" => self.attributes(&mut rest.attributes, DEPTH)?,
                    _ => self.cursor.skip()?,
                }
            }
        }
        Ok(trace.zip(span).and_then(|(trace, span)| draft::link(trace.bytes(), span.bytes(), rest)))
    }

    fn status(&mut self) -> Result<Status, Broken> {
        let (mut code, mut message) = (0, String::new());
        if self.object()? {
            while let Some(key) = self.key()? {
                match &*key {
                    "code" => code = self.code()?,
                    "message" => message = self.text()?,
                    _ => self.cursor.skip()?,
                }
            }
        }
        Ok(draft::status(code, &message))
    }
}
