//! A span while its fields come in, from either format. Becomes a span once its ids are good.

use std::borrow::Cow;
use std::sync::Arc;

use trace::Timestamp;
use trace::attribute::Pairs;
use trace::span::{Dropped, Event, Kind, Link, Resource, Scope, Span, Status};

use crate::Reason;
use crate::ids::{parent_id, span_id, trace_id};

#[derive(Debug, Default)]
pub(crate) struct Draft<'a> {
    pub(crate) trace: Cow<'a, [u8]>,
    pub(crate) id: Cow<'a, [u8]>,
    pub(crate) parent: Cow<'a, [u8]>,
    pub(crate) state: String,
    pub(crate) flags: u32,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) attributes: Pairs,
    pub(crate) events: Vec<Event>,
    pub(crate) links: Vec<Link>,
    /// Links whose ids cannot be: they lead nowhere, and must not cost the span.
    pub(crate) bad_links: u32,
    pub(crate) status: Status,
    pub(crate) dropped: Dropped,
}

impl Draft<'_> {
    pub(crate) fn finish(
        self,
        resource: &Arc<Resource>,
        scope: &Arc<Scope>,
    ) -> Result<Span, Reason> {
        let links = self.dropped.links.saturating_add(self.bad_links);
        Ok(Span {
            trace: trace_id(&self.trace)?,
            id: span_id(&self.id)?,
            parent: parent_id(&self.parent)?,
            state: self.state,
            flags: self.flags,
            name: self.name,
            kind: self.kind,
            start: self.start,
            end: self.end,
            attributes: self.attributes.into(),
            events: self.events,
            links: self.links,
            status: self.status,
            dropped: Dropped { links, ..self.dropped },
            resource: Arc::clone(resource),
            scope: Arc::clone(scope),
        })
    }
}

/// A link, or `None` when an id of it cannot be.
pub(crate) fn link(trace: &[u8], span: &[u8], rest: LinkRest) -> Option<Link> {
    let LinkRest { state, flags, attributes } = rest;
    let (trace, span) = (trace_id(trace).ok()?, span_id(span).ok()?);
    Some(Link { trace, span, state, flags, attributes: attributes.into() })
}

/// What a link has besides its ids.
#[derive(Debug, Default)]
pub(crate) struct LinkRest {
    pub(crate) state: String,
    pub(crate) flags: u32,
    pub(crate) attributes: Pairs,
}

/// A status from its number; a message counts only beside an error (OTLP, `Status`).
pub(crate) fn status(code: u64, message: &str) -> Status {
    match code {
        1 => Status::Ok,
        2 => Status::Error(message.to_owned()),
        _ => Status::Unset,
    }
}

/// A kind from its number; what the future adds is unspecified.
pub(crate) fn kind(number: u64) -> Kind {
    Kind::from_number(i32::try_from(number).unwrap_or_default())
}

/// A count that 32 bits do not hold is said as the largest that they do.
pub(crate) fn uint32(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
