//! Writes spans as a `TracesData` message.

use trace::attribute::{Attributes, Value};
use trace::span::{Event, Link, Resource, Scope, Span, Status};

use crate::group;
use crate::wire::Out;

pub(super) fn traces<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Vec<u8> {
    let mut out = Out::default();
    for owner in group::by_owner(spans) {
        out.message(1, |out| {
            out.message(1, |out| resource(out, owner.resource));
            for (scope_of, spans) in &owner.scopes {
                out.message(2, |out| {
                    out.message(1, |out| scope(out, scope_of));
                    for each in spans {
                        out.message(2, |out| span(out, each));
                    }
                    out.bytes(3, scope_of.schema.as_bytes());
                });
            }
            out.bytes(3, owner.resource.schema.as_bytes());
        });
    }
    out.bytes
}

/// Bytes that are equal exactly where the resources are.
pub(crate) fn resource_key(of: &Resource) -> Vec<u8> {
    let mut out = Out::default();
    out.always_bytes(3, of.schema.as_bytes());
    resource(&mut out, of);
    out.bytes
}

/// Bytes that are equal exactly where the scopes are.
pub(crate) fn scope_key(of: &Scope) -> Vec<u8> {
    let mut out = Out::default();
    out.always_bytes(3, of.schema.as_bytes());
    scope(&mut out, of);
    out.bytes
}

/// The content of a `Resource` message.
pub(crate) fn resource(out: &mut Out, of: &Resource) {
    attributes(out, 1, &of.attributes);
}

/// The content of an `InstrumentationScope` message.
pub(crate) fn scope(out: &mut Out, of: &Scope) {
    out.bytes(1, of.name.as_bytes());
    out.bytes(2, of.version.as_bytes());
    attributes(out, 3, &of.attributes);
}

/// The content of a `Span` message.
pub(crate) fn span(out: &mut Out, of: &Span) {
    out.bytes(1, of.trace.as_bytes());
    out.bytes(2, of.id.as_bytes());
    out.bytes(3, of.state.as_bytes());
    if let Some(parent) = of.parent {
        out.bytes(4, parent.as_bytes());
    }
    out.bytes(5, of.name.as_bytes());
    out.varint(6, u64::from(of.kind.number().unsigned_abs()));
    out.fixed64(7, of.start.nanos());
    out.fixed64(8, of.end.nanos());
    attributes(out, 9, &of.attributes);
    out.varint(10, of.dropped.attributes.into());
    for each in &of.events {
        out.message(11, |out| event(out, each));
    }
    out.varint(12, of.dropped.events.into());
    for each in &of.links {
        out.message(13, |out| link(out, each));
    }
    out.varint(14, of.dropped.links.into());
    status(out, &of.status);
    out.fixed32(16, of.flags);
}

fn event(out: &mut Out, of: &Event) {
    out.fixed64(1, of.time.nanos());
    out.bytes(2, of.name.as_bytes());
    attributes(out, 3, &of.attributes);
}

fn link(out: &mut Out, of: &Link) {
    out.bytes(1, of.trace.as_bytes());
    out.bytes(2, of.span.as_bytes());
    out.bytes(3, of.state.as_bytes());
    attributes(out, 4, &of.attributes);
    out.fixed32(6, of.flags);
}

fn status(out: &mut Out, of: &Status) {
    match of {
        Status::Unset => {}
        Status::Ok => out.message(15, |out| out.varint(3, 1)),
        Status::Error(words) => out.message(15, |out| {
            out.bytes(2, words.as_bytes());
            out.varint(3, 2);
        }),
    }
}

fn attributes(out: &mut Out, field: u32, of: &Attributes) {
    for (name, content) in of {
        out.message(field, |out| {
            out.bytes(1, name.as_bytes());
            out.message(2, |out| value(out, content));
        });
    }
}

/// An `AnyValue` message.
pub(crate) fn value_message(of: &Value) -> Vec<u8> {
    let mut out = Out::default();
    value(&mut out, of);
    out.bytes
}

fn value(out: &mut Out, of: &Value) {
    match of {
        Value::Empty => {}
        Value::Text(words) => out.always_bytes(1, words.as_bytes()),
        Value::Bool(truth) => out.always_varint(2, u64::from(*truth)),
        Value::Int(number) => out.always_varint(3, number.cast_unsigned()),
        Value::Double(number) => out.always_fixed64(4, number.to_bits()),
        Value::List(values) => out.message(5, |out| {
            for each in values {
                out.message(1, |out| value(out, each));
            }
        }),
        Value::Map(entries) => out.message(6, |out| attributes(out, 1, entries)),
        Value::Bytes(bytes) => out.always_bytes(7, bytes),
    }
}
