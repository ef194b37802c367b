//! Everything that is known of one span, in the order in which a reader wants it.
//!
//! Values stay whole, for whoever copies one; lists that a hostile recorder could send without end
//! are cut, and what is cut is counted and said.

use std::sync::Arc;
use std::time::Duration;

use trace::attribute::key;
use trace::framework::{self, Badge};
use trace::order;
use trace::waterfall::{Marks, Row, label};
use trace::{Attributes, Event, Kind, Link, Span, Status, Value, quantity};

use crate::hits::holds;
use crate::kin::{Kin, Relative};
use crate::meaning::{Meaning, meaning};
use crate::namespace::heading;
use crate::pair::Pair;
use crate::vitals::{Vital, vitals};

/// Attributes, events and links shown of one set, at most.
const MOST: usize = 400;
/// Where a name stands that is too long for its row; no attribute of the span's own.
const WHOLE: &str = "span.name";

/// A span's details, ready to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The span itself.
    pub span: Arc<Span>,
    /// As its row says.
    pub title: String,
    /// The service's colour.
    pub colour: u8,
    /// Why it failed; `None` when it did not, empty when it did not say why.
    pub error: Option<Arc<str>>,
    /// What it is to its framework.
    pub badges: Vec<&'static Badge>,
    /// What a span of its kind is; `None` where only its name says it.
    pub meaning: Option<Meaning>,
    /// The vitals of its page.
    pub vitals: Vec<Vital>,
    /// How long it took.
    pub duration: String,
    /// Times and kind: name and text.
    pub facts: Vec<(&'static str, String)>,
    /// All that can be searched.
    pub body: Body,
    /// What its recorder left out, in words; may be empty.
    pub dropped: String,
}

/// What a span carries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Its attributes by their namespaces.
    pub groups: Vec<Group>,
    /// Its events in order of time.
    pub events: Vec<Moment>,
    /// What it refers to.
    pub links: Vec<Reference>,
    /// Traces that it opened.
    pub opened: Vec<Relative>,
    /// Who recorded it: attributes of resource and scope.
    pub recorder: Vec<Group>,
    /// In what the trace store has it otherwise, and what both sides say.
    pub otherwise: Vec<Group>,
    /// Attributes, events and links that are not here, because there are too many.
    pub more: u64,
}

/// Attributes of one namespace.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What people call it.
    pub heading: String,
    /// Name and value.
    pub pairs: Vec<Pair>,
}

/// An event, ready to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// When, from the span's start: `+1.2 ms`.
    pub offset: String,
    /// What.
    pub name: String,
    /// What it says, and how often it did; of an exception. Else empty.
    pub summary: Arc<str>,
    /// Where it was thrown, line by line; of an exception. Else empty.
    pub stack: Arc<str>,
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
    pub fn of(span: Span, row: &Row, colour: u8, whole: Duration, kin: &Kin) -> Self {
        Self {
            title: label(&span),
            colour,
            error: match &span.status {
                Status::Error(message) => Some(message.as_str().into()),
                Status::Unset | Status::Ok => None,
            },
            badges: framework::badges(&span).iter().collect(),
            meaning: meaning(&span),
            vitals: vitals(&span),
            duration: quantity::duration(Duration::from_nanos(row.length)),
            facts: facts(&span, row, whole),
            body: Body::of(&span, kin),
            dropped: dropped(&span),
            span: Arc::new(span),
        }
    }

    /// The span as OTLP JSON, which other tools read.
    #[must_use]
    pub fn otlp(&self) -> String {
        otlp::json::encode([&*self.span])
    }
}

impl Body {
    fn of(span: &Span, kin: &Kin) -> Self {
        let mut events: Vec<&Event> = span.events.iter().collect();
        order::sort_by_rank(&mut events, |event| event.time.nanos());
        let left = |length: usize| length.saturating_sub(MOST) as u64;
        let mut attributes = span.attributes.clone();
        // A name that its row must cut is told whole.
        if label(span).len() < span.name.trim().len() {
            attributes.insert(WHOLE, span.name.as_str().into());
        }
        let opened = kin.opened(span.id);
        Self {
            groups: groups(&attributes, true),
            events: events.into_iter().take(MOST).map(|event| moment(event, span)).collect(),
            links: span.links.iter().take(MOST).map(|link| reference(link, kin)).collect(),
            opened: opened.iter().take(MOST).cloned().collect(),
            recorder: recorder(span),
            otherwise: Vec::new(),
            more: left(attributes.len())
                + left(span.events.len())
                + left(span.links.len())
                + left(opened.len())
                + left(span.resource.attributes.len()),
        }
    }

    /// What of it holds a text, and how many attributes, events and links these are.
    #[must_use]
    pub fn sift(&self, wanted: &str) -> (Self, usize) {
        let events = self.events.iter().filter_map(|event| {
            let said = [&*event.name, &*event.summary, &*event.stack];
            let whole = said.iter().any(|text| holds(text, wanted));
            let groups = if whole { event.groups.clone() } else { sift(&event.groups, wanted) };
            (whole || !groups.is_empty()).then(|| Moment { groups, ..event.clone() })
        });
        let leads = |to: &Relative| {
            let ids = [to.trace.to_string(), to.span.to_string()];
            holds(&to.name, wanted) || ids.iter().any(|id| holds(id, wanted))
        };
        let links = self.links.iter().filter_map(|link| {
            let whole = leads(&link.to);
            let groups = if whole { link.groups.clone() } else { sift(&link.groups, wanted) };
            (whole || !groups.is_empty()).then(|| Reference { groups, ..link.clone() })
        });
        let found = Self {
            groups: sift(&self.groups, wanted),
            events: events.collect(),
            links: links.collect(),
            opened: self.opened.iter().filter(|to| leads(to)).cloned().collect(),
            recorder: sift(&self.recorder, wanted),
            otherwise: sift(&self.otherwise, wanted),
            more: self.more,
        };
        let groups = found.groups.iter().chain(&found.recorder).chain(&found.otherwise);
        let pairs = groups.map(|group| group.pairs.len());
        let lists = found.events.len() + found.links.len() + found.opened.len();
        let count = pairs.sum::<usize>() + lists;
        (found, count)
    }
}

/// The pairs that hold a text, in their groups.
fn sift(groups: &[Group], wanted: &str) -> Vec<Group> {
    let group = |group: &Group| {
        let pairs = group.pairs.iter().filter(|pair| pair.holds(wanted)).cloned();
        Group { heading: group.heading.clone(), pairs: pairs.collect() }
    };
    groups.iter().map(group).filter(|group| !group.pairs.is_empty()).collect()
}

fn facts(span: &Span, row: &Row, whole: Duration) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Duration", quantity::duration(Duration::from_nanos(row.length)))];
    let length = u64::try_from(whole.as_nanos()).unwrap_or(u64::MAX);
    if length > 0 {
        facts.push(("Share of trace", quantity::share(row.length, length)));
    }
    let offset = match row.marks.has(Marks::UNTIMED) {
        true => "not recorded".to_owned(),
        false => format!("+{}", quantity::duration(Duration::from_nanos(row.offset))),
    };
    facts.push(("Starts at", offset));
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

/// By how much a span is shown at another time than its recorder said; `None` for none.
#[must_use]
pub fn clock(nanos: i64) -> Option<(&'static str, String)> {
    let by = quantity::duration(Duration::from_nanos(nanos.unsigned_abs()));
    let way = if nanos < 0 { "earlier" } else { "later" };
    (nanos != 0).then(|| ("Clock", format!("shown {by} {way} than recorded")))
}

/// Attributes under their headings, in the headings' order; those of a span can be filtered by.
fn groups(attributes: &Attributes, filters: bool) -> Vec<Group> {
    let mut groups: Vec<((usize, &str), Vec<Pair>)> = Vec::new();
    for (name, value) in attributes.iter().take(MOST) {
        let place = heading(name);
        let pair = Pair::new(name, value, filters && name != WHOLE);
        match groups.iter_mut().find(|(other, _)| *other == place) {
            Some((_, pairs)) => pairs.push(pair),
            None => groups.push((place, vec![pair])),
        }
    }
    // Insertion is fine: there are few groups.
    order::sort_by_rank(&mut groups, |(place, _)| place.0 as u64);
    let named =
        |((_, heading), pairs): ((usize, &str), Vec<Pair>)| Group { heading: cut(heading), pairs };
    groups.into_iter().map(named).collect()
}

/// What has no room for more.
fn cut(text: &str) -> String {
    const LONGEST: usize = 600;
    let end = text.floor_char_boundary(LONGEST);
    match text.len() - end {
        0 => text.to_owned(),
        more => format!("{}… ({} more)", &text[..end], quantity::bytes(more as u64)),
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
        summary: summary(&event.attributes).into(),
        stack: stack.as_ref().and_then(Value::as_text).unwrap_or_default().into(),
        groups: groups(&attributes, false),
    }
}

/// An exception in a line: `TypeError: cart is undefined, 3 times`.
fn summary(attributes: &Attributes) -> String {
    let text = |name: &str| attributes.get(name).and_then(Value::as_text).unwrap_or_default();
    let words = [text(key::EXCEPTION_TYPE), text(key::EXCEPTION_MESSAGE)];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let said = words.join(": ");
    match attributes.get(key::EXCEPTION_COUNT).and_then(Value::as_int) {
        Some(count @ 2..) => format!("{said}, {count} times"),
        _ => said,
    }
}

fn reference(link: &Link, kin: &Kin) -> Reference {
    Reference { to: kin.target(link), groups: groups(&link.attributes, false) }
}

/// Resource and scope: who recorded it, and with what.
fn recorder(span: &Span) -> Vec<Group> {
    let mut recorder = groups(&span.resource.attributes, true);
    let scope = &span.scope;
    let named = [("otel.scope.name", &scope.name), ("otel.scope.version", &scope.version)];
    let named = named.into_iter().filter(|(_, value)| !value.is_empty());
    let mut pairs: Vec<Pair> =
        named.map(|(name, value)| Pair::new(name, &value.as_str().into(), false)).collect();
    pairs.extend(groups(&scope.attributes, false).into_iter().flat_map(|group| group.pairs));
    if !pairs.is_empty() {
        recorder.push(Group { heading: "Scope".to_owned(), pairs });
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
        Detail::of(spans.swap_remove(at), &row, 3, waterfall.length(), &Kin::default())
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
        let names: Vec<&str> =
            detail.body.groups.iter().map(|group| group.heading.as_str()).collect();
        assert_eq!(names, ["Database"]);
        assert_eq!(detail.duration, "88 ms");
        let last = detail.body.recorder.last().map(|group| group.heading.as_str());
        assert_eq!(last, Some("Scope"));
    }

    #[test]
    fn a_time_that_is_not_the_recorded_one_says_so() {
        assert_eq!(clock(0), None);
        let said = |nanos| clock(nanos).unwrap().1;
        assert_eq!(said(-250_000_000), "shown 250 ms earlier than recorded");
        assert_eq!(said(1), "shown 1 ns later than recorded");
        let start = |detail: Detail| detail.facts.into_iter().find(|it| it.0 == "Starts at");
        let untimed = detail(3, |span| span.start = trace::Timestamp::default());
        assert_eq!(start(untimed).unwrap().1, "not recorded");
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
        let offsets: Vec<&str> =
            detail.body.events.iter().map(|event| event.offset.as_str()).collect();
        assert_eq!(offsets, ["−1.5 ms", "+12 ms"]);
        assert_eq!(detail.body.events[1].groups[0].pairs[0].name(), "exception.message");
    }

    #[test]
    fn an_exception_is_a_line_and_a_stack_that_can_be_read() {
        let page = sample::page().0;
        let detail = detail(0, |span| span.events.clone_from(&page.events));
        let event = detail.body.events.iter().find(|event| event.name == "exception").unwrap();
        assert_eq!(&*event.summary, "TypeError: cart is <undefined>, 3 times");
        assert_eq!(event.stack.lines().count(), 2);
        assert_eq!(detail.vitals.len(), 2);
    }

    #[test]
    fn what_has_no_end_is_cut_and_counted() {
        let detail = detail(3, |span| {
            span.attributes = (0..10_000).map(|at| (format!("a.{at:05}"), 1.into())).collect();
            span.attributes.insert("a".to_owned(), "é".repeat(100_000).into());
            span.state = "é".repeat(1_000);
            span.dropped.events = 2;
        });
        let pairs: Vec<_> = detail.body.groups.iter().flat_map(|group| &group.pairs).collect();
        assert_eq!(pairs.len(), 400);
        assert_eq!(detail.body.more, 9_601);
        let state = detail.facts.iter().find(|(name, _)| *name == "tracestate");
        assert!(state.unwrap().1.ends_with("… (1.4 kB more)"), "{state:?}");
        assert_eq!(detail.dropped, "Its recorder left out 2 events.");
    }

    #[test]
    fn a_name_that_is_cut_is_told_whole() {
        let long = detail(3, |span| span.name = "x".repeat(1_000_000));
        let pairs = || long.body.groups.iter().flat_map(|group| &group.pairs);
        let name = pairs().find(|pair| pair.name() == "span.name").unwrap();
        assert_eq!(name.text().len(), 1_000_000);
        assert!(detail(3, |_| {}).body.groups.iter().all(|group| group.heading == "Database"));
    }

    #[test]
    fn a_search_keeps_what_holds_the_text_and_counts_it() {
        let body = detail(5, |_| {}).body;
        let (found, count) = body.sift("DECLINED");
        assert_eq!((found.events.len(), found.groups.len(), count), (1, 0, 1));
        let (found, count) = body.sift("shop");
        assert!(found.events.is_empty() && !found.recorder.is_empty());
        assert_eq!(count, 2, "service.name and the scope's name");
        assert_eq!(body.sift("nowhere").1, 0);
        let (found, _) = body.sift("abababab");
        assert_eq!(found.links.len(), 1, "by the id of its trace");
    }
}
