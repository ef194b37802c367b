//! Everything that is known of one span, in the order in which a reader wants it.
//!
//! Cuts what a hostile recorder could send without end; what is cut is counted and said.

use std::time::Duration;

use trace::attribute::key;
use trace::framework::{self, Badge};
use trace::waterfall::{Row, label};
use trace::{Attributes, Event, Kind, Link, Span, SpanId, Status, TraceId, Value, quantity};

use crate::kin::{Kin, Relative};
use crate::meaning::meaning;
use crate::vitals::{Vital, vitals};

/// Attributes shown of one set, at most.
const MOST: usize = 400;
/// Characters shown of one value, at most.
const LONGEST: usize = 8_000;

/// A span's details, ready to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// As its row says.
    pub title: String,
    /// Its service; empty when it says none.
    pub service: String,
    /// The service's colour.
    pub colour: u8,
    /// Why it failed; `None` when it did not, empty when it did not say why.
    pub error: Option<String>,
    /// What it is to its framework.
    pub badges: Vec<&'static Badge>,
    /// What a span of its kind is; empty where its name says it.
    pub meaning: &'static str,
    /// The vitals of its page.
    pub vitals: Vec<Vital>,
    /// Times and kind: name and text.
    pub facts: Vec<(&'static str, String)>,
    /// Its id.
    pub id: SpanId,
    /// Its parent.
    pub parent: Option<SpanId>,
    /// Its trace.
    pub trace: TraceId,
    /// Its attributes by the first part of their names.
    pub groups: Vec<Group>,
    /// Its events in order of time.
    pub events: Vec<Moment>,
    /// What it refers to.
    pub links: Vec<Reference>,
    /// Traces that it opened.
    pub opened: Vec<Relative>,
    /// Who recorded it: attributes of resource and scope.
    pub recorder: Vec<Group>,
    /// What its recorder left out, in words; may be empty.
    pub dropped: String,
}

/// Attributes whose names begin alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What their names begin with; empty for the rest.
    pub name: String,
    /// Name and value.
    pub pairs: Vec<(String, String)>,
}

/// An event, ready to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// When, from the span's start: `+1.2 ms`.
    pub offset: String,
    /// What.
    pub name: String,
    /// What it says, and how often it did; of an exception. Else empty.
    pub summary: String,
    /// Where it was thrown, line by line; of an exception. Else empty.
    pub stack: String,
    /// More about it.
    pub groups: Vec<Group>,
}

/// A link, ready to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Where it leads.
    pub to: Relative,
    /// What the link means.
    pub groups: Vec<Group>,
}

impl Detail {
    /// The details of a row's span in a trace of this length, which has these kin.
    #[must_use]
    pub fn of(span: &Span, row: &Row, colour: u8, whole: Duration, kin: &Kin) -> Self {
        let mut events: Vec<&Event> = span.events.iter().collect();
        events.sort_by_key(|event| event.time);
        Self {
            title: label(span),
            service: span.service().to_owned(),
            colour,
            error: match &span.status {
                Status::Error(message) => Some(cut(message)),
                Status::Unset | Status::Ok => None,
            },
            badges: framework::badges(span).iter().collect(),
            meaning: meaning(span).unwrap_or_default(),
            vitals: vitals(span),
            facts: facts(span, row, whole),
            id: span.id,
            parent: span.parent,
            trace: span.trace,
            groups: groups(&span.attributes),
            events: events.into_iter().take(MOST).map(|event| moment(event, span)).collect(),
            links: span.links.iter().take(MOST).map(|link| reference(link, kin)).collect(),
            opened: kin.opened(span.id).iter().take(MOST).cloned().collect(),
            recorder: recorder(span),
            dropped: dropped(span),
        }
    }
}

fn facts(span: &Span, row: &Row, whole: Duration) -> Vec<(&'static str, String)> {
    let nanos = |nanos| quantity::duration(Duration::from_nanos(nanos));
    let mut facts = vec![("Duration", nanos(row.length))];
    if !whole.is_zero() {
        let whole = u64::try_from(whole.as_nanos()).unwrap_or(u64::MAX);
        facts.push(("Share of trace", quantity::share(row.length, whole)));
    }
    facts.push(("Starts at", format!("+{}", nanos(row.offset))));
    let kind = match span.kind {
        Kind::Unspecified => None,
        Kind::Internal => Some("internal"),
        Kind::Server => Some("server"),
        Kind::Client => Some("client"),
        Kind::Producer => Some("producer"),
        Kind::Consumer => Some("consumer"),
    };
    facts.extend(kind.map(|kind| ("Kind", kind.to_owned())));
    let status = if span.status == Status::Ok { Some("ok") } else { None };
    facts.extend(status.map(|status| ("Status", status.to_owned())));
    if !span.state.is_empty() {
        facts.push(("tracestate", cut(&span.state)));
    }
    facts
}

/// Attributes by what stands before the first dot of their names. They come in order of name, so
/// groups come in order too.
fn groups(attributes: &Attributes) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (name, value) in attributes.iter().take(MOST) {
        let prefix = name.split_once('.').map_or("", |(prefix, _)| prefix);
        let pair = (cut(name), text(value));
        match groups.iter_mut().find(|group| group.name == prefix) {
            Some(group) => group.pairs.push(pair),
            None => groups.push(Group { name: prefix.to_owned(), pairs: vec![pair] }),
        }
    }
    if let Some(more) = attributes.len().checked_sub(MOST).filter(|more| *more > 0) {
        let pair = ("…".to_owned(), format!("{} more", quantity::count(more as u64, "attribute")));
        groups.push(Group { name: String::new(), pairs: vec![pair] });
    }
    groups
}

/// A value as text; an empty one is said to be empty.
fn text(value: &Value) -> String {
    match value {
        Value::Empty => "(no value)".to_owned(),
        Value::Text(text) if text.is_empty() => "(empty)".to_owned(),
        Value::Text(text) => cut(text),
        other => cut(&other.to_string()),
    }
}

fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST);
    match text.len() - end {
        0 => text.to_owned(),
        more => format!("{}… ({} more)", &text[..end], quantity::count(more as u64, "byte")),
    }
}

fn moment(event: &Event, span: &Span) -> Moment {
    let (sign, offset) = if event.time < span.start {
        ('−', span.start.since(event.time))
    } else {
        ('+', event.time.since(span.start))
    };
    let mut attributes = event.attributes.clone();
    let stack = attributes.remove(key::EXCEPTION_STACKTRACE);
    Moment {
        offset: format!("{sign}{}", quantity::duration(offset)),
        name: cut(&event.name),
        summary: summary(&event.attributes),
        stack: stack.as_ref().and_then(Value::as_text).map(cut).unwrap_or_default(),
        groups: groups(&attributes),
    }
}

/// An exception in a line: `TypeError: cart is undefined, 3 times`.
fn summary(attributes: &Attributes) -> String {
    let text = |name: &str| attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    let words = [text(key::EXCEPTION_TYPE), text(key::EXCEPTION_MESSAGE)];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let said = cut(&words.join(": "));
    match attributes.get(key::EXCEPTION_COUNT).and_then(Value::as_int) {
        Some(count @ 2..) => format!("{said}, {count} times"),
        _ => said,
    }
}

fn reference(link: &Link, kin: &Kin) -> Reference {
    Reference { to: kin.target(link), groups: groups(&link.attributes) }
}

/// Resource and scope: who recorded it, and with what.
fn recorder(span: &Span) -> Vec<Group> {
    let mut recorder = groups(&span.resource.attributes);
    let scope = &span.scope;
    if !scope.name.is_empty() {
        let mut pairs = vec![("otel.scope.name".to_owned(), cut(&scope.name))];
        if !scope.version.is_empty() {
            pairs.push(("otel.scope.version".to_owned(), cut(&scope.version)));
        }
        let more = groups(&scope.attributes).into_iter().flat_map(|group| group.pairs);
        pairs.extend(more);
        recorder.push(Group { name: "otel".to_owned(), pairs });
    }
    recorder
}

fn dropped(span: &Span) -> String {
    let counts = [
        (span.dropped.attributes, "attribute"),
        (span.dropped.events, "event"),
        (span.dropped.links, "link"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> =
        counts.map(|(count, noun)| quantity::count(u64::from(count), noun)).collect();
    if words.is_empty() {
        return String::new();
    }
    format!("Its recorder left out {}.", words.join(", "))
}

#[cfg(test)]
mod tests {
    use trace::columns::Columns;
    use trace::waterfall::Waterfall;

    use super::*;
    use surface::sample;

    fn detail(at: usize, change: impl Fn(&mut Span)) -> Detail {
        let mut spans = sample::spans();
        change(&mut spans[at]);
        let waterfall = Waterfall::build(&Columns::of(&spans));
        let row = waterfall.rows(0..99).find(|row| row.span == at).unwrap();
        Detail::of(&spans[at], &row, 3, waterfall.length(), &Kin::default())
    }

    #[test]
    fn facts_come_first_and_attributes_in_groups() {
        let detail = detail(3, |_| {});
        assert_eq!(detail.title, "SELECT orders");
        assert_eq!(
            detail.facts,
            [
                ("Duration", "88 ms".to_owned()),
                ("Share of trace", "14.7 %".to_owned()),
                ("Starts at", "+120 ms".to_owned()),
                ("Kind", "client".to_owned()),
            ]
        );
        let names: Vec<&str> = detail.groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["db"]);
        assert_eq!(detail.recorder.last().map(|group| group.name.as_str()), Some("otel"));
    }

    #[test]
    fn an_error_says_why_or_that_it_is_one() {
        assert_eq!(detail(5, |_| {}).error.as_deref(), Some("card declined"));
        assert_eq!(detail(3, |_| {}).error, None);
        let silent = detail(3, |span| span.status = Status::Error(String::new()));
        assert_eq!(silent.error.as_deref(), Some(""));
    }

    #[test]
    fn events_are_in_order_and_may_lie_before_their_span() {
        let detail = detail(5, |span| {
            let mut early = span.events[0].clone();
            early.time = trace::Timestamp::from_nanos(span.start.nanos() - 1_500_000);
            span.events.push(early);
        });
        let offsets: Vec<&str> = detail.events.iter().map(|event| event.offset.as_str()).collect();
        assert_eq!(offsets, ["−1.5 ms", "+12 ms"]);
        assert_eq!(detail.events[1].groups[0].pairs[0].0, "exception.message");
    }

    #[test]
    fn an_exception_is_a_line_and_a_stack_that_can_be_read() {
        let page = sample::page().0;
        let detail = detail(0, |span| span.events.clone_from(&page.events));
        let event = detail.events.iter().find(|event| event.name == "exception").unwrap();
        assert_eq!(event.summary, "TypeError: cart is <undefined>, 3 times");
        assert_eq!(event.stack.lines().count(), 2);
        assert_eq!(detail.vitals.len(), 2);
    }

    #[test]
    fn what_has_no_end_is_cut_and_counted() {
        let detail = detail(3, |span| {
            span.attributes = (0..10_000).map(|at| (format!("a.{at:05}"), 1.into())).collect();
            span.attributes.insert("a".to_owned(), "é".repeat(100_000).into());
            span.dropped.events = 2;
        });
        let pairs: Vec<_> = detail.groups.iter().flat_map(|group| &group.pairs).collect();
        assert_eq!(pairs.len(), 401);
        assert!(pairs[0].1.ends_with("… (192\u{202f}000 bytes more)"), "{}", pairs[0].1.len());
        assert_eq!(pairs[400].1, "9601 attributes more");
        assert_eq!(detail.dropped, "Its recorder left out 2 events.");
    }

    #[test]
    fn empty_values_are_said_to_be_empty() {
        let detail = detail(3, |span| {
            span.attributes = Attributes::from([
                ("none".to_owned(), Value::Empty),
                ("text".to_owned(), "".into()),
            ]);
        });
        let values: Vec<&str> =
            detail.groups[0].pairs.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["(no value)", "(empty)"]);
    }
}
