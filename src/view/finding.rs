//! What was found in a trace, in sentences: errors, what is odd, the critical path, repeats, gaps,
//! self times. Each leads to a span, or to a filter for all that it speaks of.
//!
//! Owns the words; what is found, and how, is `trace::find`'s. A few dozen spans are looked at, a
//! trace may have as many as it likes.

use std::sync::Arc;
use std::time::Duration;

use otlp::Sheet;
use trace::columns::Columns;
use trace::filter::{Op, condition};
use trace::find::{Fault, Finds, Gap, Heavy, Repeat};
use trace::skew::{Shift, Skew};
use trace::waterfall::{Waterfall, label};
use trace::{Status, quantity};

use crate::path::Path;
use crate::problem::{self, Problem};

/// Findings of one topic, at most; the rest is counted.
const MOST: usize = 24;
/// Bytes of a text from a trace, at most.
const LONGEST: usize = 240;

/// What findings are about, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What failed.
    Errors,
    /// What keeps the trace from being whole.
    Problems,
    /// What was asked again and again.
    Repeats,
    /// Where nothing is traced.
    Gaps,
    /// What came late.
    Late,
    /// What would have to be shorter for the whole to be shorter.
    Critical,
    /// What took the most time by itself.
    Own,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Errors,
        Self::Problems,
        Self::Repeats,
        Self::Gaps,
        Self::Late,
        Self::Critical,
        Self::Own,
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Errors => "Errors",
            Self::Problems => "Problems",
            Self::Repeats => "Repeats",
            Self::Gaps => "Gaps",
            Self::Late => "Late",
            Self::Critical => "Critical path",
            Self::Own => "Self times",
        }
    }

    /// Whether there being some is worth a number: every trace has a critical path.
    #[must_use]
    pub const fn odd(self) -> bool {
        !matches!(self, Self::Critical | Self::Own)
    }
}

/// Something found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// A word or two for it; may be empty.
    pub name: &'static str,
    /// What was found.
    pub text: String,
    /// The statement or address that it is about; may be empty.
    pub code: String,
    /// How much or how many; may be empty.
    pub number: String,
    /// Its part of the trace's time, in thousandths; `None` where it is not about time.
    pub share: Option<u16>,
    /// The span that it leads to.
    pub span: Option<usize>,
    /// The filter that lets through all that it speaks of; may be empty.
    pub filter: String,
}

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// By topic; those without any are left out.
    pub topics: Vec<(Topic, Vec<Finding>)>,
    /// The critical path, to be marked.
    pub path: Arc<Path>,
    /// Clocks that differ.
    pub shifts: Vec<Shift>,
}

/// What findings are told from.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// The spans.
    pub sheet: &'a Sheet,
    /// Their columns, with the times that are shown.
    pub columns: &'a Columns,
    /// Their layout.
    pub waterfall: &'a Waterfall,
    /// Whether clocks are put right.
    pub adjusted: bool,
}

impl Findings {
    /// Tells what was found.
    #[must_use]
    pub fn tell(finds: &Finds, skew: Skew, told: &Told<'_>) -> Self {
        let topic = |topic: Topic| match topic {
            Topic::Errors => told.curb(&finds.faults, "error:true", |it| told.fault(it)),
            Topic::Problems => told.problems(&skew),
            Topic::Repeats => told.curb(&finds.repeats, "", |it| told.repeat(it)),
            Topic::Gaps => told.curb(&finds.gaps, "", |it| told.gap(it)),
            Topic::Late => told.curb(&finds.flaws.late, "has:late", |it| told.late(*it)),
            Topic::Critical => told.curb(&finds.critical.parts, "", |it| told.part(*it)),
            Topic::Own => told.curb(&finds.heaviest, "", |it| told.heavy(it)),
        };
        let all = Topic::ALL.into_iter().map(|it| (it, topic(it)));
        Self {
            topics: all.filter(|(_, list)| !list.is_empty()).collect(),
            path: Arc::new(Path::new(&finds.critical)),
            shifts: skew.shifts,
        }
    }

    /// The findings of a topic.
    #[must_use]
    pub fn of(&self, topic: Topic) -> &[Finding] {
        self.topics.iter().find(|(it, _)| *it == topic).map_or(&[], |(_, list)| list)
    }

    /// How many are odd.
    #[must_use]
    pub fn odd(&self) -> usize {
        let odd = self.topics.iter().filter(|(topic, _)| topic.odd());
        odd.map(|(_, list)| list.len()).sum()
    }
}

/// By how much clocks differ, in a few words: `payment −250 ms`.
#[must_use]
pub fn clocks(shifts: &[Shift]) -> String {
    let said: Vec<String> = shifts.iter().take(3).map(clock).collect();
    match shifts.len().checked_sub(3) {
        Some(more @ 1..) => format!("{} and {more} more", said.join(", ")),
        _ => said.join(", "),
    }
}

fn clock(shift: &Shift) -> String {
    let service = if shift.service.is_empty() { "no service" } else { brief(&shift.service) };
    let sign = if shift.nanos < 0 { "−" } else { "+" };
    format!("{service} {sign}{}", time(shift.nanos.unsigned_abs()))
}

fn time(nanos: u64) -> String {
    quantity::duration(Duration::from_nanos(nanos))
}

/// As much of a text as somebody reads.
fn brief(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

impl Told<'_> {
    /// The first few, and how many more there are.
    fn curb<T>(&self, all: &[T], filter: &str, tell: impl Fn(&T) -> Finding) -> Vec<Finding> {
        let mut list: Vec<Finding> = all.iter().take(MOST).map(tell).collect();
        let more = all.len() - list.len();
        if more > 0 {
            let text = format!("And {} more like these.", quantity::grouped(more as u64));
            list.push(Finding { text, filter: filter.to_owned(), ..Finding::default() });
        }
        list
    }

    /// What a span is called, and who recorded it.
    fn called(&self, at: usize) -> String {
        let name = self.sheet.span(at).as_ref().map(label).unwrap_or_default();
        match brief(self.columns.service(at)) {
            "" => format!("“{name}”"),
            service => format!("“{name}” of {service}"),
        }
    }

    fn share(&self, nanos: u64) -> (String, Option<u16>) {
        let whole = u64::try_from(self.waterfall.length().as_nanos()).unwrap_or(u64::MAX);
        let part = u128::from(nanos.min(whole)) * 1_000 / u128::from(whole.max(1));
        (quantity::share(nanos.min(whole), whole), u16::try_from(part).ok())
    }

    fn fault(&self, fault: &Fault) -> Finding {
        let status = self.sheet.span(fault.span).map(|span| span.status);
        let why = match status {
            Some(Status::Error(why)) if !why.is_empty() => format!(": {}", brief(&why)),
            _ => String::new(),
        };
        let below = match fault.below {
            0 => String::new(),
            many => format!(", as did {} below it", quantity::count(many as u64, "span")),
        };
        let text = format!("{} failed{below}{why}", self.called(fault.span));
        let number = time(self.columns.lengths[fault.span]);
        Finding { text, number, span: Some(fault.span), ..Finding::default() }
    }

    fn problems(&self, skew: &Skew) -> Vec<Finding> {
        let all = problem::find(self.waterfall, self.sheet);
        let shown = all.into_iter().filter(|it| !(self.adjusted && it.name == problem::SKEW));
        let found = |Problem { name, text, span, filter }| Finding {
            name,
            text,
            span,
            filter,
            ..Finding::default()
        };
        let moved = skew.shifts.iter().filter(|_| self.adjusted).take(MOST);
        shown.map(found).chain(moved.map(moved_clock)).collect()
    }

    fn repeat(&self, repeat: &Repeat) -> Finding {
        let first = repeat.spans.first().copied().unwrap_or_default();
        let (count, turn) = (repeat.spans.len(), repeat.in_turn());
        let turn = if turn { "one after the other" } else { "at the same time" };
        let (share, part) = self.share(repeat.covered);
        let text = format!(
            "{} has {} {count} times, {turn}: {}, {share} of the trace.",
            self.called(repeat.parent),
            self.called(first),
            time(repeat.covered),
        );
        let parent = self.columns.id(repeat.parent).map(|id| id.to_string()).unwrap_or_default();
        let parent = condition("parent", Op::Is, &parent);
        let name = condition("name", Op::Is, self.columns.name(first));
        Finding {
            name: "",
            text,
            code: brief(&repeat.shape).to_owned(),
            number: format!("{count} ×"),
            share: part,
            span: Some(first),
            filter: format!("{parent} {name}"),
        }
    }

    fn gap(&self, gap: &Gap) -> Finding {
        let (share, part) = self.share(gap.length());
        let after = gap.from.saturating_sub(self.waterfall.start().nanos());
        let text = format!(
            "Nothing is traced for {} within {}, from {} on: {share} of the trace.",
            time(gap.length()),
            self.called(gap.within),
            if after == 0 { "the start".to_owned() } else { time(after) },
        );
        let number = time(gap.length());
        Finding { text, number, share: part, span: Some(gap.within), ..Finding::default() }
    }

    fn late(&self, at: usize) -> Finding {
        let text = format!("{} came when the trace was no longer waited for.", self.called(at));
        Finding { text, span: Some(at), ..Finding::default() }
    }

    fn part(&self, (at, nanos): (usize, u64)) -> Finding {
        let (number, share) = self.share(nanos);
        let text = format!("{}: {}", self.called(at), time(nanos));
        Finding { text, number, share, span: Some(at), ..Finding::default() }
    }

    fn heavy(&self, heavy: &Heavy) -> Finding {
        let words = self.columns.words();
        let (name, service) = (words.get(heavy.name), words.get(heavy.service));
        let of = if service.is_empty() { String::new() } else { format!(" of {}", brief(service)) };
        let spans = quantity::count(heavy.spans as u64, "span");
        let text = format!("“{}”{of}: {} in {spans}", brief(name), time(heavy.own));
        let (number, share) = self.share(heavy.own);
        let mut filter = condition("name", Op::Is, name);
        if !service.is_empty() {
            filter = format!("{} {filter}", condition("service", Op::Is, service));
        }
        Finding { text, number, share, span: Some(heavy.worst), filter, ..Finding::default() }
    }
}

/// A clock that was put right.
fn moved_clock(shift: &Shift) -> Finding {
    let (by, way) = (time(shift.nanos.unsigned_abs()), shift.nanos < 0);
    let way = if way { "earlier" } else { "later" };
    let service = if shift.service.is_empty() { "a service" } else { brief(&shift.service) };
    let requests = quantity::count(shift.requests as u64, "request");
    let text = format!(
        "Spans of {service} are shown {by} {way} than recorded, which puts answers into {} of \
         {requests}.",
        shift.fits
    );
    Finding { name: "Clock adjusted", text, ..Finding::default() }
}

#[cfg(test)]
mod tests {
    use trace::find::{Detail, own_times};
    use trace::tree::Tree;
    use trace::{Span, SpanId};

    use super::*;
    use surface::sample;

    fn found(spans: &[Span]) -> Findings {
        let mut sheet = Sheet::of(spans);
        let column = sheet.values("db.query.text");
        let details = [Detail { address: false, of: &column.of, values: column.values() }];
        let columns = sheet.columns();
        let tree = Tree::grow(columns);
        let (finds, skew) = (Finds::look(columns, &tree, &details), Skew::find(columns, &tree));
        assert_eq!(own_times(columns, &tree).len(), columns.len());
        let waterfall = &Waterfall::build(columns);
        let told = Told { sheet: &sheet, columns, waterfall, adjusted: false };
        Findings::tell(&finds, skew, &told)
    }

    fn said(findings: &Findings, topic: Topic) -> Vec<&str> {
        findings.of(topic).iter().map(|it| &*it.text).collect()
    }

    #[test]
    fn an_error_is_told_with_its_reason() {
        let findings = found(&sample::spans());
        assert_eq!(
            said(&findings, Topic::Errors),
            ["“POST /api/orders” of shop failed: card declined"]
        );
        assert_eq!(findings.of(Topic::Errors)[0].number, "110 ms");
        assert_eq!(findings.topics[0].0, Topic::Errors, "errors come first");
    }

    #[test]
    fn the_critical_path_says_what_contributes_most() {
        let findings = found(&sample::spans());
        let first = &findings.of(Topic::Critical)[0];
        assert_eq!(first.text, "“GET /checkout” of shop: 212 ms");
        assert_eq!((first.number.as_str(), first.share), ("35.3 %", Some(353)));
        assert_eq!(findings.path.of(2).len(), 2, "before and after the statement");
    }

    /// A statement of the sample, five times in turn, each with another number.
    fn repeated() -> Vec<Span> {
        let mut spans = sample::spans();
        let statement = spans.remove(3);
        spans.extend((0..5_u64).map(|at| {
            let mut span = statement.clone();
            span.id = SpanId::mint((50 + at).to_be_bytes()).unwrap();
            let after = Duration::from_millis(10 * at);
            (span.start, span.end) =
                (span.start.plus(after), span.start.plus(after + Duration::from_millis(9)));
            let text = format!("SELECT * FROM orders WHERE cart = {at}");
            span.attributes.insert("db.query.text".to_owned(), text.into());
            span
        }));
        spans
    }

    #[test]
    fn a_repeat_is_counted_and_can_be_filtered() {
        let findings = found(&repeated());
        let repeat = &findings.of(Topic::Repeats)[0];
        assert_eq!(
            repeat.text,
            "“GET /checkout” of shop has “SELECT orders” of shop 5 times, one after the other: \
             45 ms, 7.5 % of the trace."
        );
        assert_eq!((repeat.number.as_str(), repeat.share), ("5 ×", Some(75)));
        assert_eq!(repeat.code, "SELECT * FROM orders WHERE cart = ?");
        assert_eq!(repeat.filter, "parent=0000000000000003 name=\"SELECT orders\"");
    }

    #[test]
    fn a_gap_names_who_would_have_to_be_traced_better() {
        let findings = found(&sample::spans());
        let said = said(&findings, Topic::Gaps);
        assert!(said[0].starts_with("Nothing is traced for 232 ms within"), "{said:?}");
    }

    #[test]
    fn a_clock_that_differs_is_told_with_its_shift() {
        let mut spans = sample::spans();
        for span in spans.iter_mut().filter(|span| span.service() == "shop") {
            span.start = span.start.plus(Duration::from_millis(400));
            span.end = span.end.plus(Duration::from_millis(400));
        }
        let findings = found(&spans);
        assert_eq!(clocks(&findings.shifts), "shop −400 ms");
        assert!(said(&findings, Topic::Problems)[0].contains("clock of shop differs"));
        let moved = moved_clock(&findings.shifts[0]);
        assert_eq!(
            moved.text,
            "Spans of shop are shown 400 ms earlier than recorded, which puts answers into 2 of 2 \
             requests."
        );
    }

    #[test]
    fn many_of_a_kind_are_counted() {
        let mut spans = sample::spans();
        let failed = spans.remove(5);
        spans.extend((0..60_u64).map(|at| Span {
            id: SpanId::mint((70 + at).to_be_bytes()).unwrap(),
            ..failed.clone()
        }));
        let findings = found(&spans);
        let errors = findings.of(Topic::Errors);
        assert_eq!((errors.len(), errors[24].text.as_str()), (25, "And 36 more like these."));
        assert_eq!(errors[24].filter, "error:true");
    }

    #[test]
    fn in_nothing_nothing_is_found() {
        assert_eq!(found(&[]), Findings::default());
        assert_eq!(clocks(&[]), "");
    }
}
