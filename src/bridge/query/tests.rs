use super::*;
use proptest::prelude::*;
use trace::digest::{CallRow, ErrorRow, PageRow, Phases, Vitals};
use trace::order::rank;
use trace::{SpanId, Timestamp, TraceId};

mod counted;
mod statistics;

const MINUTE: u64 = 60_000;

fn trace(number: u16) -> Option<TraceId> {
    let mut bytes = [1; 16];
    bytes[14..].copy_from_slice(&number.to_be_bytes());
    TraceId::mint(bytes)
}

fn id(number: u16) -> Option<SpanId> {
    SpanId::mint((u64::from(number) + 1).to_be_bytes())
}

fn at_millis(millis: u64) -> Timestamp {
    Timestamp::from_nanos(millis * 1_000_000)
}

fn ever() -> Range {
    Range { since: Timestamp::default(), until: Timestamp::from_nanos(u64::MAX) }
}

fn page(session: &str, number: u16, start: u64, millis: f64, path: &str) -> PageRow {
    PageRow {
        trace: trace(number),
        span: id(number),
        session: session.to_owned(),
        start: at_millis(start),
        millis,
        url: format!("https://shop.test{path}"),
        spans: 10,
        ..PageRow::default()
    }
}

fn call(session: &str, of: u16, number: u16, start: u64, millis: f64, path: &str) -> CallRow {
    CallRow {
        trace: trace(of),
        span: id(number),
        page: trace(of),
        session: session.to_owned(),
        start: at_millis(start),
        millis,
        method: "GET".to_owned(),
        url: format!("https://shop.test{path}"),
        ..CallRow::default()
    }
}

fn error(session: &str, of: u16, start: u64, fingerprint: &str, count: u32) -> ErrorRow {
    ErrorRow {
        trace: trace(of),
        span: id(of),
        session: session.to_owned(),
        start: at_millis(start),
        fingerprint: fingerprint.to_owned(),
        message: format!("thrown at {start}"),
        count,
        url: format!("https://shop.test/orders/{of}"),
        ..ErrorRow::default()
    }
}

/// Two sessions: ann's with a failing call and errors, bob's with one page within a document.
fn rows() -> Rows {
    let mut first = page("aa11", 1, 1_000, 3_200.0, "/cart");
    first.user_name = "ann".to_owned();
    (first.browser, first.version) = ("Chrome".to_owned(), "156".to_owned());
    (first.ip, first.region) = ("203.0.113.42".to_owned(), "DE, BE, Berlin".to_owned());
    let mut second = page("aa11", 2, 60_000, 900.0, "/orders/7");
    second.user_name = "Ann B.".to_owned();
    second.connection = "4g".to_owned();
    let mut third = page("bb22", 3, 90_000, 9_000.0, "/orders/8");
    third.soft = true;
    let mut failed = call("aa11", 2, 20, 61_000, 40.0, "/api/orders/7");
    failed.error = "500".to_owned();
    let mut later = call("aa11", 9, 22, 70_000, 10.0, "/api/orders/9");
    (later.page, later.spans) = (trace(2), 4);
    Rows {
        pages: vec![third, second, first],
        calls: vec![call("aa11", 1, 21, 2_000, 20.0, "/api/cart"), later, failed],
        errors: vec![error("aa11", 2, 65_000, "f1", 3), error("aa11", 1, 1_500, "f1", 1)],
    }
}

fn sessions(filter: SessionFilter) -> Vec<SessionLine> {
    match answer(&rows(), &Question::Sessions(filter)) {
        Answer::Sessions(lines) => lines,
        other => panic!("{other:?}"),
    }
}

fn ids(filter: SessionFilter) -> String {
    let lines = sessions(filter);
    lines.iter().map(|line| &*line.session).collect::<Vec<_>>().join(" ")
}

#[test]
fn sessions_come_newest_first_with_what_can_be_counted() {
    let lines = sessions(SessionFilter::default());
    let [bob, ann] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&*bob.session, bob.pages, bob.calls), ("bb22", 1, 0));
    assert_eq!((ann.pages, ann.errors, ann.calls, ann.failures), (2, 4, 3, 1));
    assert_eq!(ann.spans, 24, "of two pages, and of a call in a trace of its own");
    assert_eq!((&*ann.user_name, &*ann.browser), ("Ann B.", "Chrome 156"));
    assert_eq!((ann.since, ann.until), (at_millis(1_000), at_millis(70_010)));
    assert_eq!(ann.url, "https://shop.test/cart");
}

#[test]
fn all_filters_that_are_set_must_hold_whatever_the_case() {
    let none = SessionFilter::default;
    let text = str::to_owned;
    assert_eq!(ids(SessionFilter { user: text("ANN"), ..none() }), "aa11");
    assert_eq!(ids(SessionFilter { session: text("BB"), ..none() }), "bb22");
    assert_eq!(ids(SessionFilter { session: text("b2"), ..none() }), "", "from its beginning");
    assert_eq!(ids(SessionFilter { ip: text("113.4"), ..none() }), "aa11");
    assert_eq!(ids(SessionFilter { url: text("/ORDERS/"), ..none() }), "bb22 aa11");
    assert_eq!(ids(SessionFilter { browser: text("chrome"), ..none() }), "aa11");
    assert_eq!(ids(SessionFilter { version: text("56"), ..none() }), "", "from its beginning");
    assert_eq!(ids(SessionFilter { connection: text("4G"), ..none() }), "aa11");
    assert_eq!(ids(SessionFilter { region: text("berlin"), ..none() }), "aa11");
    let both = SessionFilter { region: text("berlin"), connection: text("4g"), ..none() };
    assert_eq!(ids(both), "aa11", "of one session, though of two pages");
    let range = |since, until| {
        let range = Range { since: at_millis(since), until: at_millis(until) };
        ids(SessionFilter { range: Some(range), ..none() })
    };
    assert_eq!(range(50_000, 90_000), "aa11");
    assert_eq!(range(50_000, 90_001), "bb22 aa11");
    assert_eq!(range(2_000, 60_000), "", "calls are no pages");
    assert_eq!(ids(SessionFilter { user: text("carol"), ..none() }), "");
}

fn details(session: &str, slow: u32) -> Option<Box<SessionDetails>> {
    match answer(&rows(), &Question::Session { session: session.to_owned(), slow }) {
        Answer::Session(details) => details,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_that_its_page_aborted_is_a_call_and_no_failure() {
    let mut rows = rows();
    let failures = |rows: &Rows| match answer(rows, &Question::Sessions(SessionFilter::default())) {
        Answer::Sessions(lines) => lines
            .iter()
            .map(|it| (it.calls, it.failures))
            .fold((0, 0), |all, it| (all.0 + it.0, all.1 + it.1)),
        _ => unreachable!("sessions were asked for"),
    };
    let before = failures(&rows);
    let gone = |error: &str, number, status| CallRow {
        error: error.to_owned(),
        status,
        ..call("a", 1, number, 5, 1.0, "/gone")
    };
    rows.calls.push(gone("AbortError", 91, None));
    rows.calls.push(gone("TimeoutError", 92, None));
    // What was answered and then thrown away failed or did not by its answer.
    rows.calls.push(gone("AbortError", 93, Some(500)));
    assert_eq!(failures(&rows), (before.0 + 3, before.1 + 2));
    let rules = Vec::new();
    let Answer::Calls(calls) = answer(&rows, &Question::Calls { range: ever(), rules }) else {
        unreachable!("calls were asked for")
    };
    let line = calls.routes.iter().find(|it| it.route.ends_with("/gone")).unwrap();
    assert_eq!((line.calls, line.failures), (3, 2));
}

#[test]
fn a_session_s_numbers_lead_to_its_pages() {
    let ann = details("aa11", 3_000).unwrap();
    assert_eq!(ann.line, sessions(SessionFilter::default())[1]);
    let pages: Vec<_> = ann
        .pages
        .iter()
        .map(|it| (it.page.trace, it.errors, it.calls, it.failures, it.slow))
        .collect();
    assert_eq!(pages, [(trace(1), 1, 1, 0, true), (trace(2), 3, 2, 1, false)]);
    assert_eq!(ann.slow, 1);
    assert_eq!(details("aa11", 3_200).unwrap().slow, 1, "as long as that is slow");
    assert_eq!(details("aa11", 3_201).unwrap().slow, 0);
    assert_eq!(details("bb22", 1).unwrap().slow, 0, "a page within a document loads no document");
    assert_eq!(details("cc", 1), None);
    assert_eq!(details("", 1), None);
}

#[test]
fn answers_are_read_as_they_were_written() {
    for question in [
        Question::Sessions(SessionFilter::default()),
        Question::Session { session: "aa11".to_owned(), slow: 1 },
        Question::Session { session: "none".to_owned(), slow: 1 },
        Question::Pages { range: ever(), rules: Vec::new() },
        Question::Calls { range: ever(), rules: Vec::new() },
        Question::Errors { range: ever() },
        Question::Error { fingerprint: "f1".to_owned() },
        Question::Usage { range: ever(), zone: -90 },
    ] {
        let found = answer(&rows(), &question);
        assert_eq!(Answer::read(&question, &found.write()).as_ref(), Ok(&found), "{question:?}");
    }
}

#[test]
fn a_clock_set_back_between_two_visits_leaves_a_session_with_all_its_pages_once() {
    const DAY: u64 = 86_400_000;
    let mut rows = Rows {
        pages: vec![page("aa11", 1, DAY + MINUTE, 900.0, "/cart")],
        calls: vec![call("aa11", 1, 11, DAY + MINUTE + 100, 20.0, "/api/cart")],
        errors: vec![error("aa11", 1, DAY + MINUTE + 200, "f1", 2)],
    };
    // A minute later, by the clock a day earlier.
    rows.pages.push(page("aa11", 2, 2 * MINUTE, 800.0, "/pay"));
    rows.calls.push(call("aa11", 2, 12, 2 * MINUTE + 100, 20.0, "/api/pay"));
    let question = Question::Session { session: "aa11".to_owned(), slow: 1 };
    let Answer::Session(Some(details)) = answer(&rows, &question) else { panic!("it is known") };
    let path: Vec<_> =
        details.pages.iter().map(|it| (it.page.trace, it.errors, it.calls)).collect();
    assert_eq!(path, [(trace(2), 0, 1), (trace(1), 2, 1)], "by what the clock said, each its own");
    let line = &details.line;
    assert_eq!((line.since, line.until), (at_millis(2 * MINUTE), at_millis(DAY + MINUTE + 900)));
    assert_eq!((line.pages, line.calls, line.errors), (2, 2, 2));
    let filter = |since, until| {
        let range = Range { since: at_millis(since), until: at_millis(until) };
        Question::Sessions(SessionFilter { range: Some(range), ..SessionFilter::default() })
    };
    let listed = |since, until| match answer(&rows, &filter(since, until)) {
        Answer::Sessions(lines) => lines.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!([listed(0, DAY), listed(DAY, 2 * DAY)], [1, 1], "on each day once");
}
