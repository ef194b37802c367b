//! The traces of a sheet, for a reader to choose from: a file may hold many.

use std::time::Duration;

use trace::columns::{Columns, Flags};
use trace::order;
use trace::{Timestamp, TraceId};

/// One trace among those of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub trace: TraceId,
    /// What its longest root is called; of a trace without a root, its first span.
    pub name: String,
    /// Whose that span is; may be empty.
    pub service: String,
    /// Spans in all.
    pub spans: usize,
    /// Spans that failed.
    pub errors: usize,
    /// When it began.
    pub start: Timestamp,
    /// How long it took.
    pub length: Duration,
}

/// What is counted of a trace.
#[derive(Clone, Copy, Default)]
struct Count {
    spans: usize,
    errors: usize,
    /// From when to when, as far as times are known.
    reach: Option<(u64, u64)>,
    /// The span that names it, and by what it is better than others: being a root, and long, or
    /// else early.
    head: Option<(usize, (bool, u64))>,
}

/// The traces of a sheet, the largest first.
#[must_use]
pub fn list(columns: &Columns) -> Vec<Found> {
    let traces = columns.known_traces();
    let mut counts = vec![Count::default(); traces.len()];
    for at in 0..columns.len() {
        let Some(count) = counts.get_mut(columns.traces[at] as usize) else { continue };
        let (start, flags) = (columns.starts[at], columns.flags[at]);
        count.spans += 1;
        count.errors += usize::from(flags.has(Flags::ERROR));
        if !flags.has(Flags::UNTIMED) {
            let (from, to) = count.reach.unwrap_or((start, start));
            count.reach = Some((from.min(start), to.max(columns.end(at))));
        }
        let root = columns.parents[at] == 0;
        let worth = (root, if root { columns.lengths[at] } else { u64::MAX - start });
        if count.head.is_none_or(|(_, best)| worth > best) {
            count.head = Some((at, worth));
        }
    }
    let found = |(trace, count): (&TraceId, Count)| {
        let (at, _) = count.head?;
        let (from, to) = count.reach.unwrap_or_default();
        Some(Found {
            trace: *trace,
            name: columns.name(at).to_owned(),
            service: columns.service(at).to_owned(),
            spans: count.spans,
            errors: count.errors,
            start: Timestamp::from_nanos(from),
            length: Duration::from_nanos(to - from),
        })
    };
    let mut list: Vec<Found> = traces.iter().zip(counts).filter_map(found).collect();
    order::sort_by_rank(&mut list, |found| !(found.spans as u64));
    list
}

#[cfg(test)]
mod tests {
    use otlp::Sheet;

    use super::*;
    use surface::sample;

    #[test]
    fn traces_of_a_sheet_are_told_by_their_roots_the_largest_first() {
        let (page, mut request) = sample::page();
        request.parent = Some(page.id);
        let spans = sample::spans();
        let sheet = Sheet::of([&request, &page].into_iter().chain(&spans[1..4]));
        let list = list(sheet.columns());
        let told: Vec<_> = list.iter().map(|it| (it.trace, it.spans, it.name.as_str())).collect();
        assert_eq!(told[0].0, sample::trace_id());
        assert_eq!(told.iter().map(|it| it.1).sum::<usize>(), 5);
        assert!(told.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{told:?}");
        let page = list.iter().find(|it| it.trace == page.trace).unwrap();
        assert_eq!(page.name, "page load");
        assert!(page.length > Duration::ZERO);
    }

    #[test]
    fn spans_without_times_make_no_huge_trace() {
        let mut spans = sample::spans();
        spans[1].start = Timestamp::from_nanos(0);
        spans[1].end = spans[1].start;
        let all = list(Sheet::of(&spans).columns());
        let timed = list(Sheet::of(spans.iter().skip(2).chain(&spans[..1])).columns());
        assert_eq!(all[0].length, timed[0].length);
    }
}
