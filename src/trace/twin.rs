//! A span that is here, and what a store has under its id: whether they are the same, and if not,
//! which parts differ.
//!
//! Owns what "the same" means. A store holds a span as its format lets it, so what the format must do
//! is no difference: times of whole microseconds, numbers as text, lists as JSON, names in lower
//! case, and nothing at all where it has no place for something. What somebody on the way added,
//! changed or took out is one. Refuses to say which of both is right.

use crate::attribute::key;
use crate::json::{Node, float};
use crate::order;
use crate::{Attributes, Event, Kind, Resource, Span, Status, Timestamp, Value};

/// A part of a span in which it differs from its twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part<'a> {
    /// Its name.
    Name,
    /// Its kind.
    Kind,
    /// The span that caused it.
    Parent,
    /// When it began.
    Start,
    /// When it ended.
    End,
    /// How it ended.
    Status,
    /// W3C `tracestate`.
    State,
    /// The instrumentation that recorded it.
    Scope,
    /// What happened during it.
    Events,
    /// Spans that it refers to, by their ids.
    Links,
    /// An attribute, by its name.
    Attribute(&'a str),
    /// An attribute of its resource, by its name.
    Resource(&'a str),
}

/// Whether two spans of one id are the same span.
#[must_use]
pub fn same(here: &Span, there: &Span) -> bool {
    differ(here, there).is_empty()
}

/// The parts in which a span that is here and what a store has there differ; none where they are the
/// same. Only of resources it matters which is which: one with nothing but a service is all that
/// Zipkin has.
#[must_use]
pub fn differ<'a>(here: &'a Span, there: &'a Span) -> Vec<Part<'a>> {
    let coarse = whole(here) || whole(there);
    let ended = |span: &Span| span.end.max(span.start);
    let lacks = |one: &str, other: &str| one.is_empty() || other.is_empty() || one == other;
    let scoped = lacks(&here.scope.name, &there.scope.name)
        && lacks(&here.scope.version, &there.scope.version);
    let parts = [
        (Part::Name, called(&here.name, &there.name)),
        (Part::Kind, kind(here.kind) == kind(there.kind)),
        (Part::Parent, here.parent == there.parent),
        (Part::Start, near(here.start, there.start, coarse, 1)),
        // Start and length are both cut off.
        (Part::End, near(ended(here), ended(there), coarse, 2)),
        (Part::Status, ends(&here.status, &there.status)),
        (Part::State, lacks(&here.state, &there.state)),
        (Part::Scope, scoped),
        (Part::Events, events(here, there, coarse)),
        (Part::Links, links(here, there)),
    ];
    let mut parts: Vec<Part<'a>> =
        parts.into_iter().filter(|(_, alike)| !alike).map(|(part, _)| part).collect();
    let [own, other] = [here, there].map(|span| (&span.attributes, &span.resource.attributes));
    names(own.0, other.0, &mut |name| {
        if !held(name, own, other) {
            parts.push(Part::Attribute(name));
        }
    });
    let bare = bare(&there.resource);
    names(own.1, other.1, &mut |name| {
        let alike = match name {
            key::SERVICE_NAME => called(here.service(), there.service()),
            // Zipkin has no place for more than the service.
            _ if bare => true,
            _ => held(name, (own.1, own.0), (other.1, other.0)),
        };
        if !alike {
            parts.push(Part::Resource(name));
        }
    });
    parts
}

/// Whether a span's times are whole microseconds, as most older formats have them.
fn whole(span: &Span) -> bool {
    let whole = |time: Timestamp| time.nanos().is_multiple_of(1_000);
    whole(span.start) && whole(span.end)
}

/// Whether two times are one; `coarse` where one of them was cut to microseconds, so often.
fn near(one: Timestamp, other: Timestamp, coarse: bool, cuts: u64) -> bool {
    let by = one.nanos().abs_diff(other.nanos());
    by == 0 || coarse && by < cuts * 1_000
}

/// Whether two names are one: Zipkin writes all in lower case.
fn called(one: &str, other: &str) -> bool {
    let lower = |one: &str, other: &str| one.chars().flat_map(char::to_lowercase).eq(other.chars());
    one == other || lower(one, other) || lower(other, one)
}

/// OTLP lets a reader take what is not said for internal, and older formats have no word for that.
fn kind(kind: Kind) -> Kind {
    if kind == Kind::Unspecified { Kind::Internal } else { kind }
}

/// Older formats only tell whether it failed.
fn ends(one: &Status, other: &Status) -> bool {
    match (one, other) {
        (Status::Error(one), Status::Error(other)) => {
            one.is_empty() || other.is_empty() || one == other
        }
        (Status::Error(_), _) | (_, Status::Error(_)) => false,
        _ => true,
    }
}

fn events(here: &Span, there: &Span, coarse: bool) -> bool {
    let sorted = |span: &'_ Span| {
        let place = |at: usize| span.events.get(at).map_or(0, |event| event.time.nanos() / 1_000);
        let name = |at: usize| span.events.get(at).map(|event| &event.name);
        order::order(span.events.len(), &place, &|one, other| name(one).cmp(&name(other)))
    };
    let (own, other) = (sorted(here), sorted(there));
    let alike = |(one, other): (usize, usize)| match (here.events.get(one), there.events.get(other))
    {
        (Some(one), Some(other)) => {
            near(one.time, other.time, coarse, 1)
                && (noted(one, other) || noted(other, one) || happened(one, other))
        }
        _ => false,
    };
    own.len() == other.len() && own.into_iter().zip(other).all(alike)
}

fn happened(one: &Event, other: &Event) -> bool {
    let (own, others) = (&one.attributes, &other.attributes);
    let mut alike = one.name == other.name;
    if alike && !own.is_empty() && !others.is_empty() {
        let none = Attributes::new();
        names(own, others, &mut |name| alike &= held(name, (own, &none), (others, &none)));
    }
    alike
}

/// Whether the other is an event as Zipkin has it: `name|{"its":"attributes"}|0`.
fn noted(event: &Event, other: &Event) -> bool {
    let rest = other.name.strip_prefix(&*event.name);
    rest.is_some_and(|rest| rest.starts_with('|')) && other.attributes.is_empty()
}

/// Zipkin has no links.
fn links(here: &Span, there: &Span) -> bool {
    let targets = |span: &Span| {
        let target = |link: &crate::Link| (link.trace, link.span);
        span.links.iter().map(target).collect::<Vec<_>>()
    };
    let (own, other) = (targets(here), targets(there));
    own.is_empty() || other.is_empty() || own == other
}

/// Tells every name in two sets, once.
fn names<'a>(one: &'a Attributes, other: &'a Attributes, tell: &mut dyn FnMut(&'a str)) {
    one.keys().for_each(&mut *tell);
    other.keys().filter(|name| !one.contains_key(name)).for_each(tell);
}

/// Whether two sides say the same under a name. Each side is where the name should stand, and where
/// a store may have put it instead: Zipkin's tags are the span's and the resource's in one.
fn held(
    name: &str,
    (own, beside): (&Attributes, &Attributes),
    (other, aside): (&Attributes, &Attributes),
) -> bool {
    let (one, two) = match (own.get(name), other.get(name)) {
        (Some(one), Some(two)) => (one, two),
        (Some(one), None) if formal(name) || empty(one) => return true,
        (None, Some(two)) if formal(name) || empty(two) => return true,
        (Some(one), None) => (one, &aside[name]),
        (None, Some(two)) => (&beside[name], two),
        (None, None) => return true,
    };
    alike(one, two)
}

/// Whether a name is a word of a store's format rather than somebody's: what it says stands in the
/// span's own fields, or was never there.
fn formal(name: &str) -> bool {
    name.starts_with("otel.")
        || [
            "error",
            "span.kind",
            "internal.span.format",
            "peer.service",
            "network.peer.address",
            "network.peer.port",
        ]
        .contains(&name)
}

/// Whether a resource is no more than Zipkin's: a service and its address.
fn bare(resource: &Resource) -> bool {
    resource.attributes.keys().all(|name| [key::SERVICE_NAME, "host.ip"].contains(&name))
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Empty => true,
        Value::Text(text) => text.is_empty(),
        Value::List(values) => values.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

/// Whether two values are one, as far as a store that knows fewer kinds of them can say.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Text(text), value) | (value, Value::Text(text)) => reads(text, value),
        #[allow(clippy::cast_precision_loss, reason = "the other is a double already")]
        (Value::Int(whole), Value::Double(number)) | (Value::Double(number), Value::Int(whole)) => {
            order::rank(*whole as f64) == order::rank(*number)
        }
        #[allow(clippy::float_cmp, reason = "the same number is wanted, not one that is near")]
        (Value::Double(one), Value::Double(other)) => {
            one == other || one.is_nan() && other.is_nan()
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let same =
                |(name, one): (&str, &Value)| other.get(name).is_some_and(|it| alike(one, it));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other || empty(one) && empty(other),
    }
}

/// Whether a text is how a value is written where there are only texts. It is read rather than the
/// value written: writing numbers is 10 kB of code that nothing else in `recording` needs.
fn reads(text: &str, value: &Value) -> bool {
    match value {
        Value::Empty => text.is_empty(),
        Value::Text(words) => text == words,
        Value::Bool(truth) => text == if *truth { "true" } else { "false" },
        Value::Int(number) => text.parse() == Ok(*number),
        Value::Double(number) if number.is_nan() => text == "NaN",
        #[allow(clippy::float_cmp, reason = "as above")]
        Value::Double(number) => match text {
            "Infinity" | "inf" => *number == f64::INFINITY,
            "-Infinity" | "-inf" => *number == f64::NEG_INFINITY,
            _ => float(text).is_some_and(|it| it == *number),
        },
        Value::Bytes(bytes) => text == base64(bytes),
        Value::List(_) | Value::Map(_) => Node::parse(text).is_ok_and(|node| means(&node, value)),
    }
}

/// Whether JSON is how a value is written.
fn means(node: &Node<'_>, value: &Value) -> bool {
    match (node, value) {
        (Node::Null, value) => empty(value),
        (Node::List(nodes), Value::List(values)) => {
            let same = |(node, value)| means(node, value);
            nodes.len() == values.len() && nodes.iter().zip(values).all(same)
        }
        (Node::Object(fields), Value::Map(entries)) => {
            let same = |(name, value): (&str, &Value)| {
                node.field(name).is_some_and(|node| means(node, value))
            };
            fields.len() == entries.len() && entries.iter().all(same)
        }
        (Node::Bool(truth), value) => *value == Value::Bool(*truth),
        (Node::Number(digits), value) => reads(digits, value),
        (Node::Text(text), value) => reads(text, value),
        _ => false,
    }
}

/// Bytes as most formats of text have them (RFC 4648, 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number =
            (0..3).fold(0, |sum, at| sum << 8 | three.get(at).map_or(0, |it| usize::from(*it)));
        for at in 0..4 {
            let digit = DIGITS[number >> (18 - 6 * at) & 63];
            text.push(if at > three.len() { '=' } else { char::from(digit) });
        }
    }
    text
}

#[cfg(test)]
mod tests;
