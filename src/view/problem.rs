//! Names what keeps a trace from being whole, for a reader: what was found, and what it means.
//!
//! Alike problems share a sentence, and a broken trace does not fill the screen with them.

use std::collections::BTreeMap;
use std::time::Duration;

use otlp::Sheet;
use trace::attribute::key;
use trace::columns::Columns;
use trace::filter::{Op, condition};
use trace::order;
use trace::waterfall::{Detached, Marks, Waterfall, label};
use trace::{SpanId, Value, quantity};

use crate::twin;

/// The name of what follows from clocks that differ.
pub const SKEW: &str = "Clock skew";

/// Sentences of one name, at most; the rest is counted.
const MOST: usize = 8;

/// Something odd about a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A word or two for it.
    pub name: &'static str,
    /// What was found, and what it means.
    pub text: String,
    /// A span to look at, by its index; `None` when no span stands for it.
    pub span: Option<usize>,
    /// The filter that lets through all that it speaks of; empty where that is one span or none.
    pub filter: String,
}

impl Problem {
    fn at(span: usize, name: &'static str, text: String) -> Self {
        Self { name, text, span: Some(span), filter: String::new() }
    }
}

/// Every problem of a trace, the weightiest first.
#[must_use]
pub fn find(waterfall: &Waterfall, sheet: &Sheet) -> Vec<Problem> {
    let with = |mark| -> Vec<usize> {
        let rows = waterfall.flawed().filter(|row| row.marks.has(mark));
        rows.map(|row| row.span).collect()
    };
    // Those below a group are explained with it.
    let orphans = waterfall.flawed().filter(|row| row.marks.has(Marks::ORPHAN) && row.depth == 0);
    let orphans = by_parent(orphans.map(|row| row.span), sheet);
    let kinds = [
        lost(waterfall, sheet),
        apart(waterfall),
        curb(&orphans, |(parent, children)| missing(*parent, children, sheet)),
        curb(waterfall.groups(), |group| detached(group, sheet)),
        curb(&with(Marks::CYCLE), |at| cycle(*at, sheet)),
        curb(&with(Marks::DUPLICATE), |at| duplicate(*at, sheet)),
        curb(&clocks(&with(Marks::SKEWED), sheet), |clock| skewed(clock, sheet)),
        curb(&with(Marks::BACKWARD), |at| backward(*at, sheet)),
        curb(&with(Marks::UNTIMED), |at| untimed(*at, sheet)),
        curb(&twin::problems(sheet), Problem::clone),
    ];
    kinds.into_iter().flatten().collect()
}

/// The first few, and how many more there are.
fn curb<T>(all: &[T], say: impl Fn(&T) -> Problem) -> Vec<Problem> {
    let mut problems: Vec<Problem> = all.iter().take(MOST).map(say).collect();
    let more = all.len() - problems.len();
    if let Some(last) = problems.last().filter(|_| more > 0) {
        let text = format!("And {more} more like these.");
        let filter = rest(last.name).to_owned();
        problems.push(Problem { name: last.name, text, span: None, filter });
    }
    problems
}

/// The filter for all problems of a name, where the language has a word for it.
fn rest(name: &str) -> &'static str {
    match name {
        "Missing parent" => "has:orphan",
        "Cycle" => "has:cycle",
        "Duplicate id" => "has:duplicate",
        "Backward" => "has:backward",
        "No time" => "has:untimed",
        _ => "",
    }
}

/// What a span is called.
fn called(at: usize, sheet: &Sheet) -> String {
    sheet.span(at).as_ref().map(label).unwrap_or_default()
}

/// What was dropped before it could be recorded.
fn lost(waterfall: &Waterfall, sheet: &Sheet) -> Vec<Problem> {
    let root = waterfall.main_root().and_then(|row| Some((row.span, sheet.span(row.span)?)));
    let Some((at, root)) = root else { return Vec::new() };
    let entries = "the browser's buffer was full before they could be read";
    let facts = "the page stated more of them, or longer ones, than are kept";
    let causes = [
        (key::LOST_ENTRIES, ["timing entry", "timing entries"], entries),
        (key::LOST_FACTS, ["fact", "facts"], facts),
    ];
    let sentence = |(name, nouns, why): (&str, [&str; 2], &str)| {
        let count = root.attributes.get(name).and_then(Value::as_int)?;
        let noun = nouns[usize::from(count != 1)];
        let text = format!("{count} {noun} of this page are missing: {why}.");
        Some(Problem::at(at, "Dropped", text))
    };
    causes.into_iter().filter_map(sentence).collect()
}

/// Browser and server that did not come together.
fn apart(waterfall: &Waterfall) -> Vec<Problem> {
    let text = "No server span hangs under a request of the browser: the server has not exported \
                it yet, exports to another store, or does not heed the sampling of its caller.";
    let apart = waterfall.browsed() && !waterfall.joined();
    let problem =
        Problem { name: "Not joined", text: text.to_owned(), span: None, filter: String::new() };
    apart.then_some(problem).into_iter().collect()
}

/// Orphans, by the parent that they name.
fn by_parent(orphans: impl Iterator<Item = usize>, sheet: &Sheet) -> Vec<(SpanId, Vec<usize>)> {
    let mut wanted: BTreeMap<SpanId, Vec<usize>> = BTreeMap::new();
    for at in orphans {
        if let Some(parent) = sheet.columns().parent(at) {
            wanted.entry(parent).or_default().push(at);
        }
    }
    wanted.into_iter().collect()
}

fn missing(parent: SpanId, children: &[usize], sheet: &Sheet) -> Problem {
    let first = children.first().copied().unwrap_or_default();
    let name = called(first, sheet);
    let who = match children.len() {
        1 => format!("“{name}” names"),
        many => format!("“{name}” and {} name", quantity::count(many as u64 - 1, "other span")),
    };
    let text = format!(
        "{who} {parent} as parent, which is not here: not sampled, not exported, or still to \
         come. Shown as a root."
    );
    let filter = condition("parent", Op::Is, &parent.to_string());
    Problem { filter, ..Problem::at(first, "Missing parent", text) }
}

fn detached(group: &Detached, sheet: &Sheet) -> Problem {
    let span = group.roots.first().copied();
    let host = group.host.and_then(|host| sheet.span(host));
    let text = group.explain(host.as_ref());
    Problem { name: "Detached", text, span, filter: String::new() }
}

fn cycle(at: usize, sheet: &Sheet) -> Problem {
    let (columns, name) = (sheet.columns(), called(at, sheet));
    let text = match columns.parent(at).filter(|parent| Some(*parent) != columns.id(at)) {
        Some(parent) => format!("“{name}” names {parent} as parent, which is below it."),
        None => format!("“{name}” names itself as parent."),
    };
    Problem::at(at, "Cycle", format!("{text} Opened here and shown as a root."))
}

fn duplicate(at: usize, sheet: &Sheet) -> Problem {
    let name = called(at, sheet);
    let id = sheet.columns().id(at).map(|id| id.to_string()).unwrap_or_default();
    let text = format!("“{name}” has the id {id} of an earlier span. Both are shown.");
    Problem::at(at, "Duplicate id", text)
}

/// Server spans outside their request, by service: one clock, one sentence.
struct Clock {
    service: String,
    first: usize,
    count: usize,
    /// Nanoseconds that the worst of them reaches out.
    by: u64,
}

fn clocks(skewed: &[usize], sheet: &Sheet) -> Vec<Clock> {
    let columns = sheet.columns();
    let mut clocks: BTreeMap<u32, Clock> = BTreeMap::new();
    for at in skewed.iter().copied() {
        let request = columns.parent(at).and_then(|parent| columns.find(parent));
        let by = request.map(|request| overhang(columns, request, at)).unwrap_or_default();
        let clock = clocks.entry(columns.owner_of(at).service).or_insert_with(|| Clock {
            service: columns.service(at).to_owned(),
            first: at,
            count: 0,
            by: 0,
        });
        (clock.count, clock.by) = (clock.count + 1, clock.by.max(by));
    }
    let mut clocks: Vec<Clock> = clocks.into_values().collect();
    order::sort(&mut clocks, |_| 0, |one, other| one.service.cmp(&other.service));
    clocks
}

fn skewed(clock: &Clock, sheet: &Sheet) -> Problem {
    let by = quantity::duration(Duration::from_nanos(clock.by));
    let who = match clock.count {
        1 => format!("“{}” reaches {by} out of its request", called(clock.first, sheet)),
        many => format!("{many} server spans reach up to {by} out of their requests"),
    };
    let service = if clock.service.is_empty() { "that service" } else { &clock.service };
    let text = format!(
        "{who}: the clock of {service} differs from its caller's, or the caller did not wait. \
         Times are shown as recorded."
    );
    Problem::at(clock.first, SKEW, text)
}

/// How far a span reaches out of its request, on the side where it is more, nanoseconds.
fn overhang(columns: &Columns, request: usize, answer: usize) -> u64 {
    let early = columns.starts[request].saturating_sub(columns.starts[answer]);
    early.max(columns.end(answer).saturating_sub(columns.end(request)))
}

fn backward(at: usize, sheet: &Sheet) -> Problem {
    let by = sheet.span(at).map(|span| span.start.since(span.end)).unwrap_or_default();
    let text = format!("“{}” ends {} before it starts.", called(at, sheet), quantity::duration(by));
    Problem::at(at, "Backward", text)
}

fn untimed(at: usize, sheet: &Sheet) -> Problem {
    let text = format!("“{}” has no start time. Shown at the trace's start.", called(at, sheet));
    Problem::at(at, "No time", text)
}

#[cfg(test)]
mod tests {
    use trace::{Span, Timestamp};

    use super::*;
    use surface::sample;

    fn said(spans: &[Span]) -> Vec<String> {
        let sheet = Sheet::of(spans);
        let problems = find(&Waterfall::build(sheet.columns()), &sheet);
        problems.into_iter().map(|problem| format!("{}: {}", problem.name, problem.text)).collect()
    }

    #[test]
    fn a_whole_trace_has_no_problem() {
        assert_eq!(said(&sample::spans()), [""; 0]);
    }

    #[test]
    fn a_trace_without_its_server_side_says_why_that_may_be() {
        let mut spans = sample::spans();
        spans.retain(|span| span.service() == "browser");
        assert!(said(&spans)[0].starts_with("Not joined: No server span hangs under"));
    }

    #[test]
    fn what_was_dropped_is_said() {
        let mut spans = sample::spans();
        spans[0].attributes.insert(key::LOST_ENTRIES.to_owned(), 12.into());
        assert_eq!(
            said(&spans),
            ["Dropped: 12 timing entries of this page are missing: the browser's buffer was full \
              before they could be read."]
        );
    }

    #[test]
    fn loose_parts_are_explained_once() {
        let mut spans = sample::spans();
        (spans[3].parent, spans[3].kind) = (None, trace::Kind::Internal);
        let said = said(&spans);
        assert_eq!(said.len(), 1);
        let wanted = "Detached: 1 part, probably of “GET /checkout”: same service (shop)";
        assert!(said[0].starts_with(wanted), "{said:?}");
    }

    #[test]
    fn a_missing_parent_is_named_once_for_all_its_children() {
        let mut spans = sample::spans();
        spans.remove(0);
        assert_eq!(
            said(&spans),
            ["Missing parent: “GET /checkout” and 1 other span name 0000000000000001 as parent, \
              which is not here: not sampled, not exported, or still to come. Shown as a root."]
        );
    }

    #[test]
    fn cycles_and_doubled_ids_are_named() {
        let mut spans = sample::spans();
        spans[0].parent = Some(spans[0].id);
        spans[5].id = spans[1].id;
        assert_eq!(
            said(&spans),
            [
                "Cycle: “page load /checkout” names itself as parent. Opened here and shown as a \
                 root.",
                "Duplicate id: “POST /api/orders” has the id 0000000000000002 of an earlier span. \
                 Both are shown.",
            ]
        );
        spans[0].parent = Some(spans[3].id);
        assert!(said(&spans)[0].contains("names 0000000000000004 as parent, which is below it."));
    }

    #[test]
    fn skew_is_named_with_its_size_and_its_clock() {
        let mut spans = sample::spans();
        spans[2].start = Timestamp::from_nanos(spans[1].start.nanos() - 2_100_000);
        assert_eq!(
            said(&spans),
            ["Clock skew: “GET /checkout” reaches 2.1 ms out of its request: the clock of shop \
              differs from its caller's, or the caller did not wait. Times are shown as recorded."]
        );
        spans[5].end = Timestamp::from_nanos(spans[4].end.nanos() + 3_000_000_000);
        assert!(said(&spans)[0].contains("2 server spans reach up to 3 s out of their requests"));
    }

    #[test]
    fn crooked_times_are_named() {
        let mut spans = sample::spans();
        spans[3].end = Timestamp::from_nanos(spans[3].start.nanos() - 2_000_000);
        spans[4].start = Timestamp::default();
        let said = said(&spans);
        assert!(said.contains(&"Backward: “SELECT orders” ends 2 ms before it starts.".to_owned()));
        assert!(said.iter().any(|text| text.starts_with("No time: “POST /api/orders” has")));
    }

    #[test]
    fn many_alike_are_counted() {
        let root = &sample::spans()[0];
        let selfish = |number: u64| {
            let id = SpanId::mint((number + 100).to_be_bytes()).unwrap();
            Span { id, parent: Some(id), kind: trace::Kind::Internal, ..root.clone() }
        };
        let mut spans = sample::spans();
        spans.extend((0..30).map(selfish));
        let said = said(&spans);
        assert_eq!((said.len(), said[8].as_str()), (9, "Cycle: And 22 more like these."));
    }
}
