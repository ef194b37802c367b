//! Builds spans, resources and scopes from their messages. `raw::check` says yes to exactly what
//! this can read; a property test holds the two together.

use std::borrow::Cow;
use std::sync::Arc;

use trace::Timestamp;
use trace::attribute::{Pairs, Value};
use trace::span::{Event, Link, Resource, Scope, Span, Status};

use super::DEPTH;
use crate::draft::{self, Draft, LinkRest, uint32};
use crate::raw::check::text;
use crate::raw::outer;
use crate::wire::{Field, Fields};
use crate::{Accepted, Error, Reason};

pub(super) fn traces(whole: &[u8]) -> Result<Accepted, Error> {
    let mut accepted = Accepted::default();
    for field in outer(whole, whole) {
        if let (1, Field::Bytes(part)) = field? {
            resource_spans(whole, part, &mut accepted)?;
        }
    }
    Ok(accepted)
}

fn resource_spans(whole: &[u8], part: &[u8], accepted: &mut Accepted) -> Result<(), Error> {
    let (message, schema) = head(whole, part)?;
    let owner = text(schema).and_then(|schema| resource(message, schema));
    let owner = owner.map(Arc::new).map_err(|_| Reason::Resource);
    for field in outer(whole, part) {
        if let (2, Field::Bytes(part)) = field? {
            scope_spans(whole, part, owner.as_ref(), accepted)?;
        }
    }
    Ok(())
}

fn scope_spans(
    whole: &[u8],
    part: &[u8],
    resource: Result<&Arc<Resource>, &Reason>,
    accepted: &mut Accepted,
) -> Result<(), Error> {
    let (message, schema) = head(whole, part)?;
    let owner = text(schema).and_then(|schema| scope(message, schema));
    let owner = owner.map(Arc::new).map_err(|_| Reason::Scope);
    for field in outer(whole, part) {
        if let (2, Field::Bytes(message)) = field? {
            match (resource, &owner) {
                (Err(reason), _) | (_, Err(reason)) => accepted.rejected.add(*reason),
                (Ok(resource), Ok(scope)) => match span(message, resource, scope) {
                    Ok(span) => accepted.spans.push(span),
                    Err(reason) => accepted.rejected.add(reason),
                },
            }
        }
    }
    Ok(())
}

/// To whom the spans of a message belong, and by which schema. Looked for before the spans are
/// read, because fields may come in any order.
fn head<'a>(whole: &'a [u8], part: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), Error> {
    let (mut owner, mut schema): (&[u8], &[u8]) = (&[], &[]);
    for field in outer(whole, part) {
        match field? {
            (1, Field::Bytes(message)) => owner = message,
            (3, Field::Bytes(words)) => schema = words,
            _ => {}
        }
    }
    Ok((owner, schema))
}

pub(super) fn span(
    message: &[u8],
    resource: &Arc<Resource>,
    scope: &Arc<Scope>,
) -> Result<Span, Reason> {
    let mut draft = Draft::default();
    for field in Fields::new(message) {
        span_field(field?, &mut draft)?;
    }
    draft.finish(resource, scope)
}

fn span_field<'a>((number, field): (u64, Field<'a>), draft: &mut Draft<'a>) -> Result<(), Reason> {
    match (number, field) {
        (1, Field::Bytes(id)) => draft.trace = Cow::Borrowed(id),
        (2, Field::Bytes(id)) => draft.id = Cow::Borrowed(id),
        (3, Field::Bytes(state)) => text(state)?.clone_into(&mut draft.state),
        (4, Field::Bytes(id)) => draft.parent = Cow::Borrowed(id),
        (5, Field::Bytes(name)) => text(name)?.clone_into(&mut draft.name),
        (6, Field::Varint(number)) => draft.kind = draft::kind(number),
        (7, Field::Fixed64(time)) => draft.start = Timestamp::from_nanos(time),
        (8, Field::Fixed64(time)) => draft.end = Timestamp::from_nanos(time),
        (9, Field::Bytes(pair)) => attribute(pair, DEPTH, &mut draft.attributes)?,
        (10, Field::Varint(count)) => draft.dropped.attributes = uint32(count),
        (11, Field::Bytes(message)) => draft.events.push(event(message)?),
        (12, Field::Varint(count)) => draft.dropped.events = uint32(count),
        (13, Field::Bytes(message)) => match link(message)? {
            Some(link) => draft.links.push(link),
            None => draft.bad_links = draft.bad_links.saturating_add(1),
        },
        (14, Field::Varint(count)) => draft.dropped.links = uint32(count),
        (15, Field::Bytes(message)) => draft.status = status(message)?,
        (16, Field::Fixed32(flags)) => draft.flags = flags,
        (17.., _) => {}
        _ => return Err(Reason::Garbled),
    }
    Ok(())
}

pub(super) fn resource(message: &[u8], schema: &str) -> Result<Resource, Reason> {
    let mut pairs = Pairs::new();
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(pair)) => attribute(pair, DEPTH, &mut pairs)?,
            (2, Field::Varint(_)) | (3.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(Resource { schema: schema.to_owned(), attributes: pairs.into() })
}

pub(super) fn scope(message: &[u8], schema: &str) -> Result<Scope, Reason> {
    let mut scope = Scope { schema: schema.to_owned(), ..Scope::default() };
    let mut pairs = Pairs::new();
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(name)) => text(name)?.clone_into(&mut scope.name),
            (2, Field::Bytes(version)) => text(version)?.clone_into(&mut scope.version),
            (3, Field::Bytes(pair)) => attribute(pair, DEPTH, &mut pairs)?,
            (4, Field::Varint(_)) | (5.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    scope.attributes = pairs.into();
    Ok(scope)
}

/// An event's message.
pub(crate) fn event(message: &[u8]) -> Result<Event, Reason> {
    let mut event = Event::default();
    let mut pairs = Pairs::new();
    for field in Fields::new(message) {
        match field? {
            (1, Field::Fixed64(time)) => event.time = Timestamp::from_nanos(time),
            (2, Field::Bytes(name)) => event.name = text(name)?.to_owned().into(),
            (3, Field::Bytes(pair)) => attribute(pair, DEPTH, &mut pairs)?,
            (4, Field::Varint(_)) | (5.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    event.attributes = pairs.into();
    Ok(event)
}

/// `None` when an id of it cannot be.
fn link(message: &[u8]) -> Result<Option<Link>, Reason> {
    let (mut trace, mut span): (&[u8], &[u8]) = (&[], &[]);
    let mut rest = LinkRest::default();
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(id)) => trace = id,
            (2, Field::Bytes(id)) => span = id,
            (3, Field::Bytes(state)) => text(state)?.clone_into(&mut rest.state),
            (4, Field::Bytes(pair)) => attribute(pair, DEPTH, &mut rest.attributes)?,
            (6, Field::Fixed32(flags)) => rest.flags = flags,
            (5, Field::Varint(_)) | (7.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(draft::link(trace, span, rest))
}

fn status(message: &[u8]) -> Result<Status, Reason> {
    let (mut code, mut words) = (0, "");
    for field in Fields::new(message) {
        match field? {
            (2, Field::Bytes(message)) => words = text(message)?,
            (3, Field::Varint(number)) => code = number,
            (1 | 4.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(draft::status(code, words))
}

/// Reads a `KeyValue`; of two with one name the later counts, as in JSON.
fn attribute(message: &[u8], depth: usize, into: &mut Pairs) -> Result<(), Reason> {
    let (mut name, mut content) = ("", Value::Empty);
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(key)) => name = text(key)?,
            (2, Field::Bytes(message)) => content = value_in(message, depth)?,
            (3.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    into.push((name.to_owned().into(), content));
    Ok(())
}

/// Reads an `AnyValue` message.
pub(crate) fn value(message: &[u8]) -> Result<Value, Reason> {
    value_in(message, DEPTH)
}

fn value_in(message: &[u8], depth: usize) -> Result<Value, Reason> {
    let mut content = Value::Empty;
    for field in Fields::new(message) {
        content = match field? {
            (1, Field::Bytes(words)) => Value::Text(text(words)?.to_owned()),
            (2, Field::Varint(truth)) => Value::Bool(truth != 0),
            (3, Field::Varint(number)) => Value::Int(number.cast_signed()),
            (4, Field::Fixed64(bits)) => Value::Double(f64::from_bits(bits)),
            (5, Field::Bytes(list)) => list_of(list, depth)?,
            (6, Field::Bytes(map)) => map_of(map, depth)?,
            (7, Field::Bytes(bytes)) => Value::Bytes(bytes.to_vec()),
            (8.., _) => Value::Empty,
            _ => return Err(Reason::Garbled),
        };
    }
    Ok(content)
}

fn list_of(message: &[u8], depth: usize) -> Result<Value, Reason> {
    let depth = depth.checked_sub(1).ok_or(Reason::Deep)?;
    let mut values = Vec::new();
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(item)) => values.push(value_in(item, depth)?),
            (2.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(Value::List(values))
}

fn map_of(message: &[u8], depth: usize) -> Result<Value, Reason> {
    let depth = depth.checked_sub(1).ok_or(Reason::Deep)?;
    let mut entries = Pairs::new();
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(pair)) => attribute(pair, depth, &mut entries)?,
            (2.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(Value::Map(entries.into()))
}
