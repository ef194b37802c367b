//! Finds, on traces that are pictures, and on traces that no program would make.

use proptest::prelude::*;

use super::*;
use crate::waterfall::tests::{resource, span, spans};
use crate::{Span, Status, Value};

fn grown(spans: &[Span]) -> (Columns, Tree) {
    let columns = Columns::of(spans);
    let tree = Tree::grow(&columns);
    (columns, tree)
}

fn millis(nanos: u64) -> u64 {
    nanos / 1_000_000
}

const PAGE: &str = "\
page      |============|
  app.js  | ====       |
  fetch   |   =======  |
    GET   |    =====   |
      sql |     ==     |
      sql2|       ==   |
  late.js |       =    |
";

#[test]
fn self_time_counts_children_at_the_same_time_once() {
    let (columns, tree) = grown(&spans(PAGE));
    let own: Vec<u64> = own_times(&columns, &tree).into_iter().map(millis).collect();
    assert_eq!(own, [3, 4, 2, 1, 2, 2, 1]);
    let heaviest = heaviest(&columns, &own_times(&columns, &tree), 2);
    assert_eq!(
        heaviest.iter().map(|it| columns.name(it.worst)).collect::<Vec<_>>(),
        ["app.js", "page"]
    );
}

#[test]
fn children_that_reach_out_of_their_parent_count_inside_it_only() {
    let (columns, tree) = grown(&spans(
        "
page  |  ====    |
  a   |===       |
  b   |     =====|
",
    ));
    assert_eq!(own_times(&columns, &tree).into_iter().map(millis).collect::<Vec<_>>(), [2, 3, 5]);
}

/// The critical path as text: who from when to when.
fn path(spans: &[Span]) -> String {
    let (columns, tree) = grown(spans);
    let found = Critical::find(&columns, &tree, tree.main().unwrap());
    let begin = tree.start().nanos();
    let text = |it: &Stretch| {
        format!("{} {}-{}", columns.name(it.span), millis(it.from - begin), millis(it.to - begin))
    };
    found.stretches.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_critical_path_is_walked_back_from_the_end_through_what_ended_last() {
    assert_eq!(
        path(&spans(PAGE)),
        "page 0-3, fetch 3-4, GET 4-5, sql 5-7, sql2 7-9, fetch 9-10, page 10-12"
    );
    assert_eq!(
        path(&spans(
            "
root  |==========|
  a   | ===      |
  b   | =====    |
  c   |       == |
  d   |  ======= |
"
        )),
        "root 0-2, d 2-9, root 9-10"
    );
}

#[test]
fn the_critical_path_counts_what_reaches_out_of_its_parent_inside_it_only() {
    assert_eq!(
        path(&spans(
            "
root  |  ======  |
  a   |====      |
  b   |     =====|
"
        )),
        "a 2-4, root 4-5, b 5-8"
    );
}

/// A root with queries under two handlers.
fn queries(texts: &[&str]) -> (Vec<Span>, Vec<u32>, Vec<Value>) {
    let mut spans = vec![span(0, None, 0.0, 100.0)];
    let (mut of, mut values) = (vec![0], vec![Value::Empty]);
    for (at, text) in texts.iter().enumerate() {
        let from = at as f64 * 2.0;
        spans.push(Span { name: "SELECT".into(), ..span(at + 1, Some(0), from, from + 2.0) });
        values.push(Value::from(*text));
        of.push(u32::try_from(at + 1).unwrap());
    }
    (spans, of, values)
}

#[test]
fn repeats_are_the_same_question_of_one_parent() {
    let (spans, of, values) = queries(&[
        "SELECT * FROM a WHERE id = 1",
        "SELECT * FROM b WHERE id = 1",
        "SELECT * FROM a WHERE id = 2",
        "SELECT * FROM a WHERE id = 'x'",
    ]);
    let (columns, tree) = grown(&spans);
    let found = repeats(&columns, &tree, &[Detail { address: false, of: &of, values: &values }]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].parent, &*found[0].spans), (0, &[1, 3, 4][..]));
    assert_eq!(found[0].shape, "SELECT * FROM a WHERE id = ?");
    assert_eq!((millis(found[0].total), millis(found[0].covered)), (6, 6));
    assert!(found[0].in_turn());
    assert!((found[0].share(100_000_000) - 0.06).abs() < 1e-9);
    // Without the statements they are all the same.
    assert_eq!(repeats(&columns, &tree, &[])[0].spans.len(), 4);
}

#[test]
fn gaps_are_where_no_leaf_ran_and_name_the_deepest_that_did() {
    let (columns, tree) = grown(&spans(
        "
root   |============|
  a    | ========   |
    x  |  =         |
    y  |       =    |
  z    |          = |
",
    ));
    let begin = tree.start().nanos();
    let found = gaps(&columns, &tree, tree.main().unwrap(), 2_000_000);
    let text = |gap: &Gap| {
        let name = columns.name(gap.within);
        format!("{name} {}-{}", millis(gap.from - begin), millis(gap.to - begin))
    };
    assert_eq!(found.iter().map(text).collect::<Vec<_>>(), ["a 3-7", "root 0-2", "root 8-10"]);
}

#[test]
fn errors_are_named_where_they_began_first() {
    let mut spans = spans(PAGE);
    for at in [0, 2, 4, 6] {
        spans[at].status = Status::Error(String::new());
    }
    let (columns, tree) = grown(&spans);
    let found: Vec<_> = faults(&columns, &tree).iter().map(|it| (it.span, it.below)).collect();
    assert_eq!(found, [(4, 0), (6, 0), (0, 3), (2, 1)]);
}

#[test]
fn what_keeps_a_trace_from_being_a_tree_is_named() {
    let spans = vec![
        span(0, None, 0.0, 9.0),
        span(1, Some(0), 1.0, 2.0),
        span(2, Some(77), 3.0, 4.0),
        span(3, Some(77), 5.0, 4.0),
        span(4, Some(5), 6.0, 7.0),
        span(5, Some(4), 7.0, 8.0),
        Span { name: "twin".into(), ..span(1, Some(0), 2.0, 3.0) },
    ];
    let (columns, tree) = grown(&spans);
    let found = Flaws::find(&columns, &tree);
    assert_eq!(found.missing.len(), 1);
    assert_eq!(found.missing[0].children, [2, 3]);
    assert_eq!((&*found.cycles, &*found.doubled, &*found.backward), (&[4][..], &[6][..], &[3][..]));
    assert_eq!(found.loose, [2, 3, 4]);
}

/// Traces that no program would make.
fn hostile(shape: &str, count: usize) -> Vec<Span> {
    let of = |at: usize| match shape {
        "deep" => span(at, at.checked_sub(1), at as f64 / 1e3, 1e3),
        "wide" => span(at, (at > 0).then_some(0), at as f64 / 1e3, at as f64 / 1e3 + 0.5),
        "instant" => span(at, at.checked_sub(1).map(|it| it / 2), 5.0, 5.0),
        "backward" => span(at, at.checked_sub(1).map(|it| it / 3), 90.0, 4.0),
        _ => span(at, Some((at + 1) % count), 0.0, 9.0),
    };
    (0..count).map(of).collect()
}

#[test]
fn a_hundred_thousand_spans_of_any_shape_are_looked_through() {
    for shape in ["deep", "wide", "instant", "backward", "circle"] {
        let (columns, tree) = grown(&hostile(shape, 100_000));
        let found = Finds::look(&columns, &tree, &[]);
        let root = tree.main().map(|row| columns.lengths[tree.span(row)]);
        assert_eq!(Some(found.critical.length()), root, "{shape}");
        assert_eq!(found.own.len(), 100_000);
    }
}

#[test]
fn nothing_is_found_in_nothing() {
    let (columns, tree) = grown(&[]);
    assert_eq!(Finds::look(&columns, &tree, &[]), Finds::default());
    assert!(gaps(&columns, &tree, 0, 0).is_empty());
}

proptest! {
    /// Whatever the spans say, each moment of the root is on the critical path once, and self time
    /// is what a look at each moment says.
    #[test]
    fn every_moment_belongs_to_one_span(
        given in prop::collection::vec((0_usize..30, 0_u32..40, 0_u32..40), 1..30)
    ) {
        let spans: Vec<Span> = given
            .iter()
            .enumerate()
            .map(|(at, (parent, from, to))| {
                let parent = (at > 0).then_some(*parent);
                let resource = resource(if from % 2 == 0 { "a" } else { "b" });
                Span { resource, ..span(at, parent, f64::from(*from), f64::from(*to)) }
            })
            .collect();
        let (columns, tree) = grown(&spans);
        let found = Finds::look(&columns, &tree, &[]);
        let root = tree.span(tree.main().unwrap());
        let mut at = columns.starts[root];
        for stretch in &found.critical.stretches {
            prop_assert_eq!(stretch.from, at);
            at = stretch.to;
        }
        prop_assert_eq!(at, columns.end(root));
        for row in 0..tree.len() {
            let span = tree.span(row);
            let moments = (0..columns.lengths[span] / 1_000_000).map(|it| columns.starts[span] + it * 1_000_000);
            let runs = |at: usize, moment: u64| columns.starts[at] <= moment && moment < columns.end(at);
            let free = moments.filter(|moment| !tree.children(row).any(|child| runs(tree.span(child), *moment)));
            prop_assert_eq!(found.own[span], free.count() as u64 * 1_000_000);
        }
        for gap in &found.gaps {
            let leaf = |row: usize| tree.end(row) == row + 1;
            let main = tree.main().unwrap();
            for row in (main..tree.end(main)).filter(|row| leaf(*row)) {
                let (from, to) = (columns.starts[tree.span(row)], columns.end(tree.span(row)));
                prop_assert!(to <= gap.from || from >= gap.to || from == to);
            }
        }
    }
}
