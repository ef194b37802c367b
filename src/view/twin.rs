//! What the trace store says otherwise of spans that are here, in words: which parts differ, and
//! what both sides say.

use std::collections::BTreeMap;

use otlp::Sheet;
use trace::twin::{Part, differ};
use trace::waterfall::label;
use trace::{Kind, Span, Status, Timestamp, Value, quantity};

use crate::detail::Group;
use crate::pair::Pair;
use crate::problem::Problem;

/// The name of what is found.
pub const OTHERWISE: &str = "Otherwise in the store";
/// Spans that are compared for the findings, at most.
const MOST: usize = 1_000;
/// Parts that one sentence names, at most.
const NAMED: usize = 4;
/// Events and links that are told of one side, at most.
const LISTED: usize = 50;

/// What is said of spans of which the store has another word: one sentence for all that differ in
/// the same parts.
#[must_use]
pub fn problems(sheet: &Sheet) -> Vec<Problem> {
    let mut groups: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for said in sheet.heard().take(MOST) {
        let at = sheet
            .columns()
            .find(said.id)
            .filter(|at| sheet.columns().trace(*at) == Some(said.trace));
        let Some((at, own)) = at.and_then(|at| Some((at, sheet.span(at)?))) else { continue };
        let parts: Vec<String> = differ(&own, said).into_iter().map(called).collect();
        if !parts.is_empty() {
            groups.entry(parts).or_default().push(at);
        }
    }
    groups.into_iter().map(|(parts, spans)| problem(&parts, &spans, sheet)).collect()
}

fn problem(parts: &[String], spans: &[usize], sheet: &Sheet) -> Problem {
    let first = spans.first().copied();
    let name = first.and_then(|at| sheet.span(at)).as_ref().map(label).unwrap_or_default();
    let who = match spans.len() {
        1 => format!("“{name}”"),
        many => format!("“{name}” and {}", quantity::count(many as u64 - 1, "other span")),
    };
    let mut named = parts.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if let Some(more @ 1..) = parts.len().checked_sub(NAMED) {
        named.push_str(&format!(" and {more} more"));
    }
    let text = format!(
        "The trace store has other values of {who}: {named}. Counted once and shown as recorded here; \
         the details have both."
    );
    Problem { name: OTHERWISE, text, span: first, filter: String::new() }
}

/// A part, as people call it.
fn called(part: Part<'_>) -> String {
    match part {
        Part::Name => "name".to_owned(),
        Part::Kind => "kind".to_owned(),
        Part::Parent => "parent".to_owned(),
        Part::Start => "start".to_owned(),
        Part::End => "end".to_owned(),
        Part::Status => "status".to_owned(),
        Part::State => "tracestate".to_owned(),
        Part::Scope => "scope".to_owned(),
        Part::Events => "events".to_owned(),
        Part::Links => "links".to_owned(),
        Part::Attribute(name) => name.to_owned(),
        Part::Resource(name) => format!("{name} (resource)"),
    }
}

/// Each part in which the store has a span otherwise, with what both sides say.
#[must_use]
pub fn groups(own: &Span, others: &[&Span]) -> Vec<Group> {
    let pair = |name, value: Value| Pair::new(name, &value, false);
    let group = |other: &Span, part: Part<'_>| Group {
        heading: called(part),
        pairs: vec![
            pair("here", said(own, part, own.start)),
            pair("in the store", said(other, part, own.start)),
        ],
    };
    let of =
        |other: &&Span| differ(own, other).into_iter().map(|part| group(other, part)).collect();
    others.iter().flat_map(|other: &&Span| -> Vec<Group> { of(other) }).collect()
}

/// What a span says of a part; times from some moment.
fn said(span: &Span, part: Part<'_>, from: Timestamp) -> Value {
    let listed = |lines: Vec<String>| Value::List(lines.into_iter().map(Value::Text).collect());
    match part {
        Part::Name => span.name.as_str().into(),
        Part::Kind => kind(span.kind).into(),
        Part::Parent => span.parent.map_or(Value::Empty, |parent| parent.to_string().into()),
        Part::Start => offset(span.start, from).into(),
        Part::End => offset(span.end, from).into(),
        Part::Status => match &span.status {
            Status::Unset => "unset".into(),
            Status::Ok => "ok".into(),
            Status::Error(why) if why.is_empty() => "error".into(),
            Status::Error(why) => format!("error: {why}").into(),
        },
        Part::State => span.state.as_str().into(),
        Part::Scope => format!("{} {}", span.scope.name, span.scope.version).trim().into(),
        Part::Events => {
            let event = |event: &trace::Event| {
                let more = Value::Map(event.attributes.clone());
                format!("{} {} {more}", offset(event.time, from), event.name)
            };
            listed(span.events.iter().take(LISTED).map(event).collect())
        }
        Part::Links => {
            let link = |link: &trace::Link| format!("{} in trace {}", link.span, link.trace);
            listed(span.links.iter().take(LISTED).map(link).collect())
        }
        Part::Attribute(name) => span.attributes[name].clone(),
        Part::Resource(name) => span.resource.attributes[name].clone(),
    }
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Unspecified => "not said",
        Kind::Internal => "internal",
        Kind::Server => "server",
        Kind::Client => "client",
        Kind::Producer => "producer",
        Kind::Consumer => "consumer",
    }
}

/// A time from the span's own start: as people say it, and to the nanosecond where that is less.
fn offset(time: Timestamp, from: Timestamp) -> String {
    let (sign, by) = if time < from { ('−', from.since(time)) } else { ('+', time.since(from)) };
    let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
    let whole = format!("{sign}{} ns", quantity::grouped(nanos));
    if nanos < 1_000 { whole } else { format!("{sign}{} ({whole})", quantity::duration(by)) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use surface::sample;

    use super::*;

    fn changed(at: usize) -> Span {
        let mut span = sample::spans().swap_remove(at);
        Arc::make_mut(&mut span.resource).attributes.insert("host.name", "edge-1".into());
        span
    }

    #[test]
    fn alike_words_of_the_store_share_a_sentence_and_lead_to_the_first() {
        let mut sheet = Sheet::of(&sample::spans());
        assert_eq!(problems(&sheet), []);
        sheet.hear(changed(0));
        sheet.hear(changed(1));
        let mut renamed = sample::spans().swap_remove(3);
        renamed.name = "SELECT carts".to_owned();
        renamed.end = renamed.end.shifted(5_000);
        sheet.hear(renamed);
        let found: Vec<_> = problems(&sheet).into_iter().map(|it| (it.span, it.text)).collect();
        let both = "Counted once and shown as recorded here; the details have both.";
        assert_eq!(
            found,
            [
                (
                    Some(0),
                    format!(
                        "The trace store has other values of “page load /checkout” and 1 other span: host.name (resource). {both}"
                    )
                ),
                (
                    Some(3),
                    format!(
                        "The trace store has other values of “SELECT orders”: name, end. {both}"
                    )
                ),
            ]
        );
    }

    #[test]
    fn the_details_have_what_both_sides_say() {
        let own = sample::spans().swap_remove(5);
        let mut other = changed(5);
        other.start = other.start.shifted(-2_500);
        (other.status, other.parent) = (Status::Ok, None);
        other.events.clear();
        let groups = groups(&own, &[&other]);
        let said: Vec<String> = groups
            .iter()
            .map(|it| format!("{}: {} / {}", it.heading, it.pairs[0].text(), it.pairs[1].text()))
            .collect();
        assert_eq!(said[0], "parent: 0000000000000005 / ");
        assert_eq!(said[1], "start: +0 ns / −2.5 µs (−2500 ns)");
        assert_eq!(said[2], "status: error: card declined / ok");
        assert!(said[3].starts_with("events: [\"+") && said[3].ends_with(" / []"), "{}", said[3]);
        assert_eq!(said[4], "host.name (resource):  / edge-1");
        assert_eq!(said.len(), 5);
    }
}
