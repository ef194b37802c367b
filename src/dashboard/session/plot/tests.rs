use super::*;
use bridge::query::SessionLine;
use trace::digest::PageRow;
use trace::{SpanId, TraceId};

use crate::course::Step;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_nanos(millis * 1_000_000)
}

fn place(number: u8) -> Place {
    (TraceId::mint([number; 16]).unwrap(), SpanId::mint([number; 8]).unwrap())
}

fn page(number: u8, start: u64, millis: f64, errors: u32, slow: bool) -> PageLine {
    let (trace, span) = place(number);
    let page = PageRow {
        trace: Some(trace),
        span: Some(span),
        start: at(start),
        millis,
        url: format!("https://shop.example/{number}"),
        ..PageRow::default()
    };
    PageLine { page, errors, calls: 0, failures: 0, slow }
}

/// ```text
/// 0        200                     800    1000
/// |1===-----|2==========------------|3==---|
/// ```
fn details() -> SessionDetails {
    let line = SessionLine { since: at(0), until: at(1_000), ..SessionLine::default() };
    let pages = vec![
        page(1, 0, 100.0, 2, false),
        page(2, 200, 300.0, 0, true),
        page(3, 800, 50.0, 0, false),
    ];
    SessionDetails { line, slow: 1, pages, ..SessionDetails::default() }
}

#[test]
fn pages_lie_side_by_side_as_long_as_they_were_open() {
    let plot = plot(&details(), &[]);
    let bars: Vec<_> = plot.bars.iter().map(|bar| [bar.left, bar.load, bar.width]).collect();
    let wanted = [[0.0, 10.0, 20.0], [20.0, 30.0, 60.0], [80.0, 5.0, 20.0]];
    for (bar, wanted) in bars.iter().flatten().zip(wanted.iter().flatten()) {
        assert!((bar - wanted).abs() < 1e-9, "{bars:?}");
    }
}

#[test]
fn marks_are_where_a_page_begins_until_it_was_read() {
    let names = |courses: &[(Place, Course)]| {
        let marks = plot(&details(), courses).marks;
        marks.into_iter().map(|mark| (mark.left.round(), mark.name)).collect::<Vec<_>>()
    };
    let marks = names(&[]);
    assert_eq!(marks[0].1, "/1 at 0, load 100 ms");
    assert_eq!(marks[1], (0.0, "2 JS errors on /1".to_owned()));
    assert_eq!(marks[3], (20.0, "1 slow load on /2".to_owned()));
    let step = Step {
        sort: Sort::Error,
        at: at(150),
        took: String::new(),
        title: "TypeError: no".to_owned(),
        ended: "2 times".to_owned(),
        failed: true,
        slow: false,
        place: None,
        facts: Vec::new(),
        stack: String::new(),
        fingerprint: String::new(),
    };
    let marks = names(&[(place(1), Course::There(vec![step]))]);
    assert_eq!(marks[1], (15.0, "JS error: TypeError: no 2 times at 150 ms".to_owned()));
}
