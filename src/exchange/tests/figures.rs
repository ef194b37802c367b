//! Figures of traces that real stores recorded, counted again in the plainest way there is.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; helpers here are no tests to clippy"
)]

mod files;

use std::collections::BTreeMap;

use exchange::File;
use files::fixture;
use otlp::Sheet;
use trace::columns::Columns;
use trace::find::{Finds, own_times};
use trace::statistics::operations;
use trace::tree::Tree;
use trace::waterfall::Waterfall;

const FILES: [&str; 10] = [
    "foreign/crisp-critical-path-1.json",
    "foreign/crisp-critical-path-10.json",
    "foreign/crisp-critical-path-11.json",
    "foreign/victoriatraces-jaeger-trace.json",
    "foreign/zipkin-messaging-kafka.json",
    "foreign/zipkin-skew.json",
    "foreign/zipkin-yelp.json",
    "foreign/page.har",
    "otlp/tempo-v2-trace.json",
    "otlp/otlp-example-trace.json",
];

fn read(name: &str) -> Sheet {
    let mut sheet = Sheet::default();
    File::open(fixture(name), &mut sheet).unwrap().finish(&mut sheet).unwrap();
    sheet
}

/// Nanoseconds in which at least one of these ran, between two moments: moment by moment.
fn union(times: &[(u64, u64)], from: u64, to: u64) -> u64 {
    let mut moments: Vec<u64> =
        times.iter().flat_map(|it| [it.0, it.1]).chain([from, to]).collect();
    moments.retain(|at| (from..=to).contains(at));
    moments.sort_unstable();
    let runs = |at: u64| times.iter().any(|it| it.0 <= at && at < it.1);
    moments.windows(2).filter(|pair| runs(pair[0])).map(|pair| pair[1] - pair[0]).sum()
}

fn time(spans: &Columns, at: usize) -> (u64, u64) {
    (spans.starts[at], spans.end(at))
}

/// Checks every figure of a trace.
fn count_again(name: &str, spans: &Columns) {
    let tree = Tree::grow(spans);
    let own = own_times(spans, &tree);
    for row in 0..tree.len() {
        let at = tree.span(row);
        let below: Vec<_> = tree.children(row).map(|row| time(spans, tree.span(row))).collect();
        let (from, to) = time(spans, at);
        assert_eq!(own[at], to - from - union(&below, from, to), "{name}: self time of {at}");
    }
    let mut lengths: BTreeMap<(u32, u32), Vec<u64>> = BTreeMap::new();
    for at in 0..spans.len() {
        let key = (spans.owner_of(at).service, spans.names[at]);
        lengths.entry(key).or_default().push(spans.lengths[at]);
    }
    let all = operations(spans, &own, None);
    assert_eq!(all.len(), lengths.len(), "{name}");
    for it in &all {
        let mut of = lengths[&(it.service, it.name)].clone();
        of.sort_unstable();
        let least = |percent: usize| {
            let enough =
                |v: &&u64| of.iter().filter(|x| x <= v).count() * 100 >= of.len() * percent;
            *of.iter().find(enough).unwrap()
        };
        assert_eq!((it.middle, it.high), (least(50), least(95)), "{name}");
        assert_eq!((it.least, it.most), (of[0], of[of.len() - 1]), "{name}");
        assert_eq!((it.spans, it.total), (of.len() as u64, of.iter().sum()), "{name}");
    }
    let finds = Finds::look(spans, &tree, &[]);
    let root = tree.main().map(|row| time(spans, tree.span(row))).unwrap();
    let path = &finds.critical.stretches;
    assert_eq!(finds.critical.length(), root.1 - root.0, "{name}: the path is the root's time");
    assert!(path.windows(2).all(|pair| pair[0].to == pair[1].from), "{name}: {path:?}");
    for stretch in path {
        let (from, to) = time(spans, stretch.span);
        assert!(from <= stretch.from && stretch.to <= to, "{name}: {stretch:?}");
    }
    for repeat in &finds.repeats {
        let times: Vec<_> = repeat.spans.iter().map(|at| time(spans, *at)).collect();
        assert_eq!(repeat.total, times.iter().map(|it| it.1 - it.0).sum::<u64>(), "{name}");
        assert_eq!(repeat.covered, union(&times, 0, u64::MAX), "{name}");
    }
    let waterfall = Waterfall::build(spans);
    let timed = (0..spans.len()).filter(|at| spans.starts[*at] > 0).map(|at| time(spans, at));
    let whole = timed.fold((u64::MAX, 0), |all, it| (all.0.min(it.0), all.1.max(it.1)));
    assert_eq!(waterfall.length().as_nanos(), u128::from(whole.1 - whole.0), "{name}");
}

#[test]
fn figures_of_recorded_traces_are_what_a_plain_count_says() {
    for name in FILES {
        count_again(name, read(name).columns());
    }
}

#[test]
fn they_are_so_where_children_overlap_reach_out_have_no_length_or_run_for_a_year() {
    let sheet = read("foreign/zipkin-yelp.json");
    let spans = sheet.columns();
    const YEAR: u64 = 365 * 86_400_000_000_000;
    for turn in 0..64_u64 {
        let mut spans = spans.clone();
        for at in 0..spans.len() {
            // The same chance every time: a few bits of a product.
            let chance = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ (turn << 7));
            spans.lengths[at] = match chance >> 61 {
                0 => 0,
                1 => YEAR,
                2 => 1,
                _ => spans.lengths[at] / (1 + (chance >> 50 & 7)),
            };
            let by = (chance >> 40 & 0xf_ffff) * 100;
            spans.starts[at] =
                if chance >> 32 & 1 == 0 { spans.starts[at] - by } else { spans.starts[at] + by };
        }
        count_again(&format!("turn {turn}"), &spans);
    }
}
