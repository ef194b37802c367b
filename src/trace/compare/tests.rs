//! Traces beside each other, as pictures.

use proptest::prelude::*;

use super::*;
use crate::Span;
use crate::waterfall::tests::{id, span, spans};

fn grown(spans: &[Span]) -> (Columns, Tree) {
    let columns = Columns::of(spans);
    let tree = Tree::grow(&columns);
    (columns, tree)
}

fn told(before: &str, after: &str) -> Vec<String> {
    // Ids are others each time.
    let mut later = spans(after);
    for span in &mut later {
        let other = |it: crate::SpanId| {
            crate::SpanId::mint((u64::from_be_bytes(*it.as_bytes()) + 900).to_be_bytes()).unwrap()
        };
        (span.id, span.parent) = (other(span.id), span.parent.map(other));
    }
    let ((a, at), (b, bt)) = (grown(&spans(before)), grown(&later));
    let paths = Paths::of(&[(&a, &at), (&b, &bt)]);
    let found = compare(&paths, &a, &b, Threshold::default());
    let text = |change: &Change| {
        let path = paths.get(change.path).unwrap();
        let indent = "  ".repeat(path.depth as usize);
        let by = change.by / 1_000_000;
        format!("{indent}{} {} {:?} {by}", path.name, path.nth, change.verdict)
    };
    found.iter().map(text).collect()
}

#[test]
fn spans_are_compared_by_their_path() {
    let before = "
page   |============|
  sql  | ==         |
  sql  |    ==      |
    net|    =       |
  old  |       =    |
";
    let after = "
page   |============|
  sql  | ====       |
  new  |      =     |
    sql|      =     |
  sql  |       =    |
    net|       =    |
  sql  |          = |
";
    assert_eq!(
        told(before, after),
        [
            "page 0 Same 0",
            "  sql 0 Slower 2",
            "  sql 1 Faster -1",
            "    net 0 Same 0",
            "  old 0 Gone -1",
            "  new 0 Added 1",
            "    sql 0 Added 1",
            "  sql 2 Added 1",
        ]
    );
    assert!(told(before, before).iter().all(|line| line.contains("Same")));
}

#[test]
fn a_difference_counts_from_both_thresholds_on() {
    let threshold = Threshold { absolute: 10, relative: 0.1 };
    for (was, is, wanted) in [
        (100, 109, Verdict::Same),
        (100, 110, Verdict::Slower),
        (1_000, 1_050, Verdict::Same),
        (110, 100, Verdict::Faster),
        (0, 10, Verdict::Slower),
        (0, 9, Verdict::Same),
        (u64::MAX, 0, Verdict::Faster),
    ] {
        assert_eq!(threshold.judge(was, is), wanted, "{was} {is}");
    }
    assert_eq!(Threshold { absolute: 0, relative: 0.0 }.judge(5, 5), Verdict::Same);
}

#[test]
fn several_traces_of_a_page_have_a_median_and_a_spread() {
    let all: Vec<(Columns, Tree)> = [4, 8, 5, 7]
        .iter()
        .map(|length| {
            let mut spans =
                vec![span(0, None, 0.0, 20.0), span(1, Some(0), 1.0, 1.0 + f64::from(*length))];
            spans[1].name = "fetch".into();
            if *length == 8 {
                spans.push(span(2, Some(1), 2.0, 3.0));
            }
            grown(&spans)
        })
        .collect();
    let grown: Vec<Grown<'_>> = all.iter().map(|(columns, tree)| (columns, tree)).collect();
    let paths = Paths::of(&grown);
    let columns: Vec<&Columns> = all.iter().map(|(columns, _)| columns).collect();
    let found = spreads(&paths, &columns);
    let fetch = &found[1];
    assert_eq!(
        (fetch.count, fetch.least, fetch.median, fetch.most),
        (4, 4_000_000, 6_000_000, 8_000_000)
    );
    assert_eq!((fetch.low, fetch.high, fetch.width()), (4_750_000, 7_250_000, 2_500_000));
    assert_eq!((fetch.usual, found[2].count), (2, 1));
    assert_eq!(paths.get(2).map(|path| (path.parent, path.depth)), Some((Some(1), 2)));
    assert_eq!(paths.traces(), 4);
}

#[test]
fn a_hundred_thousand_spans_of_any_shape_are_compared() {
    let named = |span: Span| Span { name: "same".into(), ..span };
    let deep: Vec<Span> =
        (0..100_000).map(|at: usize| named(span(at, at.checked_sub(1), 0.0, 9.0))).collect();
    let wide: Vec<Span> =
        (0..100_000).map(|at: usize| named(span(at, (at > 0).then_some(0), 0.0, 9.0))).collect();
    let ((a, at), (b, bt)) = (grown(&deep), grown(&wide));
    let paths = Paths::of(&[(&a, &at), (&b, &bt)]);
    let found = compare(&paths, &a, &b, Threshold::default());
    assert_eq!(found.len(), 200_000 - 2);
    assert!(Paths::of(&[]).is_empty());
}

proptest! {
    /// Every span of every trace stands at one path, and paths stand behind their parents.
    #[test]
    fn every_span_has_one_path(
        given in prop::collection::vec(prop::collection::vec((0_usize..8, 0_usize..3), 0..12), 0..4)
    ) {
        let traces: Vec<(Columns, Tree)> = given
            .iter()
            .map(|rows| {
                let spans: Vec<Span> = rows
                    .iter()
                    .enumerate()
                    .map(|(at, (parent, name))| Span {
                        name: format!("n{name}"),
                        parent: (at > 0).then(|| id(*parent)),
                        ..span(at, None, at as f64, 20.0)
                    })
                    .collect();
                grown(&spans)
            })
            .collect();
        let all: Vec<Grown<'_>> = traces.iter().map(|(columns, tree)| (columns, tree)).collect();
        let paths = Paths::of(&all);
        for (number, (columns, _)) in traces.iter().enumerate() {
            let mut seen: Vec<usize> = (0..paths.len()).filter_map(|at| paths.span(at, number)).collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..columns.len()).collect::<Vec<_>>());
        }
        for at in 0..paths.len() {
            let path = paths.get(at).unwrap();
            prop_assert!(path.parent.is_none_or(|parent| parent < at));
            prop_assert!((0..paths.traces()).any(|trace| paths.span(at, trace).is_some()));
            let first = paths.get(path.first).unwrap();
            prop_assert_eq!((first.nth, first.parent, first.name), (0, path.parent, path.name));
            let last = at.checked_sub(1).and_then(|last| paths.get(last));
            prop_assert!(path.depth <= last.map_or(0, |last| last.depth + 1));
        }
    }
}
