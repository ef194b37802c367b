//! Writes stored spans as JSON straight from their protobuf bytes, five times as fast as by way of
//! [`trace::Span`]: a store answers with what it has, and builds nothing.
//!
//! Says exactly what decoding and encoding would say; a property test holds the two together.
//! Bytes that were never checked still give sound JSON, with what cannot be read left out.

use super::write::Out;
use crate::ids::{parent_id, span_id, trace_id};
use crate::proto::DEPTH;
use crate::raw::Group;
use crate::wire::{Field, Fields};

pub(super) fn traces(groups: &[(Group<'_>, Vec<&[u8]>)]) -> String {
    let mut out = Out::default();
    let size: usize = groups.iter().flat_map(|(_, spans)| spans).map(|span| span.len()).sum();
    // JSON takes about twice the room.
    out.text.reserve(size * 2);
    out.object(|out| {
        out.list("resourceSpans", groups, |out, (group, spans)| {
            resource_spans(out, group, spans);
        });
    });
    out.text
}

fn resource_spans(out: &mut Out, group: &Group<'_>, spans: &[&[u8]]) {
    out.key("resource");
    out.object(|out| attributes(out, "attributes", group.resource, 1, DEPTH));
    out.list("scopeSpans", [group], |out, group| {
        out.key("scope");
        out.object(|out| {
            out.words("name", text(last_bytes(group.scope, 1)));
            out.words("version", text(last_bytes(group.scope, 2)));
            attributes(out, "attributes", group.scope, 3, DEPTH);
        });
        out.list("spans", spans, |out, message| span(out, message));
        out.words("schemaUrl", group.scope_schema);
    });
    out.words("schemaUrl", group.resource_schema);
}

/// The fields of a span that stand alone. Of two the later counts, so none is written at sight.
#[derive(Default)]
struct Single<'a> {
    trace: &'a [u8],
    id: &'a [u8],
    parent: &'a [u8],
    state: &'a [u8],
    name: &'a [u8],
    status: &'a [u8],
    kind: u64,
    flags: u32,
    start: u64,
    end: u64,
    dropped: [u64; 3],
}

impl<'a> Single<'a> {
    fn read(message: &'a [u8]) -> Self {
        let mut single = Self::default();
        for field in Fields::new(message).map_while(Result::ok) {
            match field {
                (1, Field::Bytes(id)) => single.trace = id,
                (2, Field::Bytes(id)) => single.id = id,
                (3, Field::Bytes(state)) => single.state = state,
                (4, Field::Bytes(id)) => single.parent = id,
                (5, Field::Bytes(name)) => single.name = name,
                (6, Field::Varint(kind)) => single.kind = kind,
                (7, Field::Fixed64(time)) => single.start = time,
                (8, Field::Fixed64(time)) => single.end = time,
                (10, Field::Varint(count)) => single.dropped[0] = count,
                (12, Field::Varint(count)) => single.dropped[1] = count,
                (14, Field::Varint(count)) => single.dropped[2] = count,
                (15, Field::Bytes(status)) => single.status = status,
                (16, Field::Fixed32(flags)) => single.flags = flags,
                _ => {}
            }
        }
        single
    }
}

fn span(out: &mut Out, message: &[u8]) {
    let single = Single::read(message);
    out.hex("traceId", single.trace);
    out.hex("spanId", single.id);
    out.words("traceState", text(single.state));
    if let Ok(Some(parent)) = parent_id(single.parent) {
        out.hex("parentSpanId", parent.as_bytes());
    }
    out.number("flags", single.flags);
    out.words("name", text(single.name));
    out.number("kind", crate::draft::kind(single.kind).number().unsigned_abs());
    out.nanos("startTimeUnixNano", single.start);
    out.nanos("endTimeUnixNano", single.end);
    attributes(out, "attributes", message, 9, DEPTH);
    out.count("droppedAttributesCount", single.dropped[0]);
    out.list("events", each(message, 11), event);
    out.count("droppedEventsCount", single.dropped[1]);
    out.list("links", each(message, 13).filter(|link| leads(link)), link);
    let nowhere = each(message, 13).filter(|link| !leads(link)).count() as u64;
    out.count("droppedLinksCount", single.dropped[2].saturating_add(nowhere));
    status(out, single.status);
}

fn event(out: &mut Out, message: &[u8]) {
    let time = last(message, |field| match field {
        (1, Field::Fixed64(time)) => Some(time),
        _ => None,
    });
    out.nanos("timeUnixNano", time.unwrap_or_default());
    out.words("name", text(last_bytes(message, 2)));
    attributes(out, "attributes", message, 3, DEPTH);
}

/// Whether a link's ids are ids.
fn leads(message: &[u8]) -> bool {
    trace_id(last_bytes(message, 1)).is_ok() && span_id(last_bytes(message, 2)).is_ok()
}

fn link(out: &mut Out, message: &[u8]) {
    out.hex("traceId", last_bytes(message, 1));
    out.hex("spanId", last_bytes(message, 2));
    out.words("traceState", text(last_bytes(message, 3)));
    attributes(out, "attributes", message, 4, DEPTH);
    let flags = last(message, |field| match field {
        (6, Field::Fixed32(flags)) => Some(flags),
        _ => None,
    });
    out.number("flags", flags.unwrap_or_default());
}

fn status(out: &mut Out, message: &[u8]) {
    let code = last(message, |field| match field {
        (3, Field::Varint(code)) => Some(code),
        _ => None,
    });
    let (code, words) = match code {
        Some(1) => (1, ""),
        Some(2) => (2, text(last_bytes(message, 2))),
        _ => return,
    };
    out.key("status");
    out.object(|out| {
        out.words("message", words);
        out.number("code", code);
    });
}

/// A list of `KeyValue`s.
fn attributes(out: &mut Out, name: &str, message: &[u8], number: u64, depth: usize) {
    out.list(name, each(message, number), |out, pair| {
        out.key("key");
        out.quoted(text(last_bytes(pair, 1)));
        out.key("value");
        out.object(|out| value(out, last_bytes(pair, 2), depth));
    });
}

fn value(out: &mut Out, message: &[u8], depth: usize) {
    let Some(Ok((number, field))) = Fields::new(message).last() else { return };
    match (number, field) {
        (1, Field::Bytes(words)) => {
            out.key("stringValue");
            out.quoted(text(words));
        }
        (2, Field::Varint(truth)) => out.truth(truth != 0),
        (3, Field::Varint(bits)) => out.int(bits.cast_signed()),
        (4, Field::Fixed64(bits)) => {
            out.key("doubleValue");
            out.double(f64::from_bits(bits));
        }
        (5, Field::Bytes(list)) if depth > 0 => {
            out.key("arrayValue");
            out.object(|out| {
                out.list("values", each(list, 1), |out, item| value(out, item, depth - 1));
            });
        }
        (6, Field::Bytes(map)) if depth > 0 => {
            out.key("kvlistValue");
            out.object(|out| attributes(out, "values", map, 1, depth - 1));
        }
        (7, Field::Bytes(bytes)) => out.base64(bytes),
        _ => {}
    }
}

/// Every message under this field number.
fn each(message: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    Fields::new(message).map_while(Result::ok).filter_map(move |field| match field {
        (found, Field::Bytes(inner)) if found == number => Some(inner),
        _ => None,
    })
}

fn last<'a, T>(
    message: &'a [u8],
    mut pick: impl FnMut((u64, Field<'a>)) -> Option<T>,
) -> Option<T> {
    Fields::new(message).map_while(Result::ok).filter_map(&mut pick).last()
}

fn last_bytes(message: &[u8], number: u64) -> &[u8] {
    each(message, number).last().unwrap_or_default()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}
