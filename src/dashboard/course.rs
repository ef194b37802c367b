//! What happened in a page, in order: its load, what it asked for, what it threw, what its user did.
//!
//! Made of the page's spans with the rows that `trace::digest` takes out of them, so that the steps
//! of a kind are as many as the numbers beside them say.

use std::cmp::Ordering;

use surface::board::Only;
use trace::attribute::key;
use trace::digest::{CallRow, ErrorRow, PageRow, digest};
use trace::{Event, Span, SpanId, Timestamp, TraceId, order, quantity};

/// Milliseconds with their unit.
#[must_use]
pub fn millis(millis: f64) -> String {
    let nanos = Timestamp::from_millis(millis).nanos();
    quantity::duration(std::time::Duration::from_nanos(nanos))
}

/// What kind of thing a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The load of a page.
    Load,
    /// A request that a script made.
    Call,
    /// A script error.
    Error,
    /// Something that the user did.
    Act,
}

impl Sort {
    /// What it is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Load => "Page load",
            Self::Call => "API call",
            Self::Error => "JS error",
            Self::Act => "User operation",
        }
    }

    /// Its class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Call => "call",
            Self::Error => "error",
            Self::Act => "act",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What kind of thing.
    pub sort: Sort,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in words; empty for what takes no time.
    pub took: String,
    /// In a line.
    pub title: String,
    /// How it ended, in a word: a status, a count.
    pub ended: String,
    /// Whether that is bad.
    pub failed: bool,
    /// Whether it is a load that took as long as is slow.
    pub slow: bool,
    /// The span that tells of it.
    pub place: Option<(TraceId, SpanId)>,
    /// What else is known of it: names and values, none of them empty.
    pub facts: Vec<(&'static str, String)>,
    /// The stack of an error; empty where none is told.
    pub stack: String,
    /// What names errors that are the same; empty of all else.
    pub fingerprint: String,
}

impl Step {
    /// Whether it is among what is wanted.
    #[must_use]
    pub fn is(&self, only: Only) -> bool {
        match only {
            Only::All => true,
            Only::Errors => self.sort == Sort::Error,
            Only::Calls => self.sort == Sort::Call,
            Only::Failures => self.sort == Sort::Call && self.failed,
            Only::Slow => self.sort == Sort::Load && self.slow,
        }
    }
}

/// The steps of a page, by time. Its load is slow from so many milliseconds on.
#[must_use]
pub fn course(spans: &[Span], page: &PageRow, slow: u32) -> Vec<Step> {
    let rows = digest(spans);
    let mut steps = vec![load(page, slow)];
    let known = Known::of(spans);
    steps.extend(rows.calls.iter().filter(|it| it.page == page.trace).map(|it| call(it, &known)));
    let errors = rows.errors.iter().filter(|it| it.trace == page.trace);
    steps.extend(errors.map(|it| error(it, &known)));
    let acts = spans.iter().filter(|span| Some(span.trace) == page.trace);
    steps.extend(acts.filter_map(act));
    // What a page's load begins with comes before all that happens at the same moment.
    let load = |step: &Step| step.sort != Sort::Load;
    order::sort(&mut steps, |step| step.at.nanos(), |a, b| load(a).cmp(&load(b)));
    steps.dedup_by(|later, kept| later.sort == Sort::Act && later.place == kept.place);
    steps
}

/// Spans by their ids.
struct Known<'a> {
    spans: &'a [Span],
    sorted: Vec<usize>,
}

impl<'a> Known<'a> {
    fn of(spans: &'a [Span]) -> Self {
        let compare = |a: usize, b: usize| place(&spans[a]).cmp(&place(&spans[b]));
        Self { spans, sorted: order::order(spans.len(), &|_| 0, &compare) }
    }

    /// All spans of an id: client and server may share one.
    fn find(&self, trace: TraceId, id: SpanId) -> impl Iterator<Item = &'a Span> {
        let first = self
            .sorted
            .partition_point(|at| place(&self.spans[*at]).cmp(&(trace, id)) == Ordering::Less);
        let rest = self.sorted[first..].iter().map(|at| &self.spans[*at]);
        rest.take_while(move |span| place(span) == (trace, id))
    }
}

const fn place(span: &Span) -> (TraceId, SpanId) {
    (span.trace, span.id)
}

/// Facts, as far as they are told.
fn facts<const N: usize>(told: [(&'static str, String); N]) -> Vec<(&'static str, String)> {
    told.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn load(page: &PageRow, slow: u32) -> Step {
    let phase = |time: f64| if time > 0.0 { millis(time) } else { String::new() };
    let phases = page.phases;
    Step {
        sort: Sort::Load,
        at: page.start,
        took: millis(page.millis),
        title: if page.soft { "Page within the document" } else { "Document" }.to_owned(),
        ended: page.status.map(|status| status.to_string()).unwrap_or_default(),
        failed: page.status.is_some_and(|status| status >= 400),
        slow: !page.soft && page.millis >= f64::from(slow),
        place: page.trace.zip(page.span),
        facts: facts([
            ("URL", page.url.clone()),
            ("Service", page.service.clone()),
            ("Environment", page.environment.clone()),
            ("Redirects", phase(phases.redirect)),
            ("DNS", phase(phases.dns)),
            ("Connection", phase(phases.connect)),
            ("TLS", phase(phases.tls)),
            ("Waiting for the server", phase(phases.wait)),
            ("Download", phase(phases.download)),
            ("Until the DOM was there", phase(phases.dom)),
            ("Load event", phase(phases.load)),
        ]),
        stack: String::new(),
        fingerprint: String::new(),
    }
}

fn call(row: &CallRow, known: &Known<'_>) -> Step {
    let status = row.status.map(|status| status.to_string()).unwrap_or_default();
    let failed = row.failed();
    let spans = row.trace.zip(row.span).map(|(trace, id)| known.find(trace, id));
    let client = spans.and_then(|mut spans| spans.next());
    let body = client.and_then(|span| span.attributes.get(key::HTTP_RESPONSE_BODY_SIZE)?.as_int());
    let body = body.and_then(|bytes| u64::try_from(bytes).ok());
    let ended = if status.is_empty() { row.error.clone() } else { status.clone() };
    Step {
        sort: Sort::Call,
        at: row.start,
        took: millis(row.millis),
        title: format!("{} {}", row.method, path(&row.url)).trim().to_owned(),
        ended,
        failed,
        slow: false,
        place: row.trace.zip(row.span),
        facts: facts([
            ("Method", row.method.clone()),
            ("URL", row.url.clone()),
            ("Status", status),
            ("Error", row.error.clone()),
            ("Duration", millis(row.millis)),
            ("Service", row.service.clone()),
            ("Route", row.route.clone()),
            ("Response size", body.map(quantity::bytes).unwrap_or_default()),
        ]),
        stack: String::new(),
        fingerprint: String::new(),
    }
}

fn error(row: &ErrorRow, known: &Known<'_>) -> Step {
    let mut spans = row.trace.zip(row.span).map(|(trace, id)| known.find(trace, id));
    let text = |event: &Event, name| {
        event
            .attributes
            .get(name)
            .and_then(|it| it.as_text().map(str::to_owned))
            .unwrap_or_default()
    };
    let told = |event: &&Event| event.name == "exception" && event.time == row.start;
    let same = |event: &&Event| text(event, key::EXCEPTION_MESSAGE).starts_with(&row.message);
    let mut events = spans.iter_mut().flatten().flat_map(|span| &span.events).filter(told);
    let event = events.find(same);
    let place = match (row.line, row.column) {
        (0, _) => row.file.clone(),
        (line, 0) => format!("{}:{line}", row.file),
        (line, column) => format!("{}:{line}:{column}", row.file),
    };
    let class = if row.class.is_empty() { "Error" } else { &row.class };
    Step {
        sort: Sort::Error,
        at: row.start,
        took: String::new(),
        title: format!("{class}: {}", row.message),
        ended: if row.count > 1 { format!("{} times", row.count) } else { String::new() },
        failed: true,
        slow: false,
        place: row.trace.zip(row.span),
        facts: facts([
            ("Class", row.class.clone()),
            ("Message", row.message.clone()),
            ("Thrown", quantity::count(u64::from(row.count), "time")),
            ("Script", place),
        ]),
        stack: event.map(|event| text(event, key::EXCEPTION_STACKTRACE)).unwrap_or_default(),
        fingerprint: row.fingerprint.clone(),
    }
}

/// Something that the user did; `None` of any other span.
fn act(span: &Span) -> Option<Step> {
    let way = span.text(key::OPERATION_TYPE).or_else(|| span.text("event_type"))?;
    let text = |name: &str| span.text(name).unwrap_or_default().to_owned();
    Some(Step {
        sort: Sort::Act,
        at: span.start,
        took: String::new(),
        title: span.name.clone(),
        ended: String::new(),
        failed: false,
        slow: false,
        place: Some((span.trace, span.id)),
        facts: facts([
            ("Operation", way.to_owned()),
            ("Role", text(key::OPERATION_ROLE)),
            ("Name", text(key::WIDGET_NAME)),
            ("Key", text(key::OPERATION_KEY)),
            ("Element", text(key::CSS_SELECTOR)),
            ("Kept the page busy", quantity::duration(span.duration())),
        ]),
        stack: String::new(),
        fingerprint: String::new(),
    })
}

/// An address without its origin, as far as it has one.
#[must_use]
pub fn path(url: &str) -> &str {
    let rest = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    rest.unwrap_or(url)
}

#[cfg(test)]
mod tests;
