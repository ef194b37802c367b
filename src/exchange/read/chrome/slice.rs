//! A whole slice: the events that told of it, as a span.

use std::sync::Arc;

use trace::attribute::{Attributes, Value, key};
use trace::json::Broken;
use trace::span::{Dropped, Event};
use trace::{Kind, Resource, Scope, Span, Status, Timestamp, waterfall};

use super::{OF, PARENT, SPAN, TRACE};
use crate::read::Reader;
use crate::{id, tag};

/// Everything that events say of a slice.
#[derive(Default)]
pub(super) struct Whole {
    name: String,
    category: String,
    arguments: Attributes,
}

/// Where a slice belongs.
pub(super) struct Place {
    pub(super) seed: u64,
    pub(super) at: usize,
    pub(super) parent: Option<usize>,
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) network: bool,
    pub(super) resource: Arc<Resource>,
    pub(super) scope: Arc<Scope>,
}

/// Reads an event of a span.
pub(super) fn moment(reader: &mut Reader<'_>, base: u64) -> Result<Event, Broken> {
    let mut event = Event::default();
    reader.fields(|reader, key| {
        match key {
            "name" => event.name = reader.string()?.into(),
            "ts" => {
                let after = reader.nanos(3)?.unwrap_or_default();
                event.time = Timestamp::from_nanos(after.saturating_add(base));
            }
            "args" => event.attributes = reader.attributes()?,
            _ => reader.cursor.skip()?,
        }
        Ok(())
    })?;
    event.attributes.remove(OF);
    Ok(event)
}

impl Whole {
    /// One that nothing is said of but its name.
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn field(&mut self, reader: &mut Reader<'_>, key: &str) -> Result<(), Broken> {
        match key {
            // The first event is the one that names it.
            "name" => {
                let name = reader.string()?;
                if self.name.is_empty() {
                    self.name = name;
                }
            }
            "cat" => self.category = reader.string()?,
            "args" => {
                for (name, value) in reader.attributes()? {
                    match (self.arguments.get_mut(&name), value) {
                        // Each event of a request tells a part of its `data`.
                        (Some(Value::Map(known)), Value::Map(more)) => known.extend(more),
                        (_, value) => self.arguments.insert(name, value),
                    }
                }
            }
            _ => reader.cursor.skip()?,
        }
        Ok(())
    }

    pub(super) fn span(mut self, place: Place) -> Span {
        let own = |at: usize| id::made(place.seed, at as u64);
        let mut take = |name: &str| tag::take_text(&mut self.arguments, name);
        let (trace, span, parent, state) =
            (take(TRACE), take(SPAN), take(PARENT), take(tag::STATE));
        let ours = span.as_deref().and_then(|text| id::span(text).ok());
        let parent = match ours {
            Some(_) => parent.as_deref().and_then(id::parent),
            None => place.parent.map(own),
        };
        let trace = trace.as_deref().and_then(|text| id::trace(text).ok());
        if place.network {
            self.describe();
        } else if ours.is_none() && !self.category.is_empty() {
            self.arguments.insert("chrome.category".to_owned(), self.category.into());
        }
        let kind = tag::take_kind(&mut self.arguments);
        let status = tag::take_status(&mut self.arguments);
        let scope = tag::take_scope(&mut self.arguments);
        let failed = self.arguments.get(key::HTTP_RESPONSE_STATUS_CODE).and_then(Value::as_int);
        let failed = place.network && failed.is_some_and(|status| status >= 400);
        Span {
            trace: trace.unwrap_or_else(|| id::made_trace(place.seed)),
            id: ours.unwrap_or_else(|| own(place.at)),
            parent,
            state: state.unwrap_or_default(),
            flags: 0,
            name: self.name,
            kind: kind.unwrap_or(if place.network { Kind::Client } else { Kind::Unspecified }),
            start: Timestamp::from_nanos(place.start),
            end: Timestamp::from_nanos(place.start.saturating_add(place.length)),
            attributes: self.arguments,
            events: Vec::new(),
            links: Vec::new(),
            status: if failed { Status::Error(String::new()) } else { status },
            dropped: Dropped::default(),
            resource: place.resource,
            scope: if ours.is_some() { Arc::new(scope) } else { place.scope },
        }
    }

    /// Puts what DevTools says of a request under the names of the conventions.
    fn describe(&mut self) {
        let Some(Value::Map(mut data)) = self.arguments.remove("data") else { return };
        let names = [
            ("url", key::URL_FULL),
            ("requestMethod", key::HTTP_REQUEST_METHOD),
            ("statusCode", key::HTTP_RESPONSE_STATUS_CODE),
            ("mimeType", "http.response.header.content-type"),
            ("encodedDataLength", key::TRANSFER_SIZE),
            ("decodedBodyLength", key::DECODED_BODY_SIZE),
            ("protocol", key::NETWORK_PROTOCOL_NAME),
            ("resourceType", key::INITIATOR_TYPE),
            ("renderBlocking", key::RENDER_BLOCKING),
        ];
        for (theirs, ours) in names {
            if let Some(value) = data.remove(theirs) {
                self.arguments.insert(ours.to_owned(), value);
            }
        }
        let text = |name: &str| self.arguments.get(name).and_then(Value::as_text);
        let method = text(key::HTTP_REQUEST_METHOD).unwrap_or("GET");
        self.name =
            format!("{method} {}", waterfall::path(text(key::URL_FULL).unwrap_or_default()));
    }
}
