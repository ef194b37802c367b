//! How long questions take that a dashboard asks of the rows of a million spans: 2,000 sessions,
//! 20,000 pages, 200,000 calls and 5,000 errors, of which none lies where its session does.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench fails by panicking, and reads the clock"
)]

extern crate tracelight_bridge as bridge;

use std::hint::black_box;
use std::time::{Duration, Instant};

use bridge::query::{Question, Range, Rows, SessionFilter, answer};
use trace::digest::{CallRow, ErrorRow, PageRow, Phases, Vitals};
use trace::{SpanId, Timestamp, TraceId};

const SESSIONS: u64 = 2_000;
const PAGES: u64 = 20_000;
const CALLS: u64 = 200_000;
const ERRORS: u64 = 5_000;
/// The strictest bar that a question has in the browser, where all takes longer than here.
const BAR: Duration = Duration::from_millis(200);
/// Each is measured so often, and the fastest counts: the rest is the machine's other work.
const ROUNDS: usize = 5;

fn main() {
    let rows = rows();
    let range = Range { since: Timestamp::default(), until: Timestamp::from_nanos(u64::MAX) };
    let (method, route) = ("GET".to_owned(), "shop.test/api/orders/:id".to_owned());
    let filter = SessionFilter { user: "ann7".to_owned(), ..SessionFilter::default() };
    let rules = Vec::new;
    let questions = [
        ("sessions", Question::Sessions(SessionFilter::default())),
        ("sessions of a user", Question::Sessions(filter)),
        ("session", Question::Session { session: session(7), slow: 3_000 }),
        ("pages", Question::Pages { range, rules: rules() }),
        ("errors", Question::Errors { range }),
        ("error", Question::Error { fingerprint: "f7".to_owned() }),
        ("calls", Question::Calls { range, rules: rules() }),
        ("route", Question::Route { range, rules: rules(), method, route, failed: true }),
        ("usage", Question::Usage { range, zone: 60 }),
    ];
    for (name, question) in questions {
        let took = (0..ROUNDS).map(|_| round(&rows, &question)).min().unwrap();
        let judged = if took < BAR { "met" } else { "MISSED" };
        let millis = took.as_secs_f64() * 1e3;
        println!("query.{name}  {millis:.1} ms  bar {} ms: {judged}", BAR.as_millis());
    }
}

fn round(rows: &Rows, question: &Question) -> Duration {
    let begun = Instant::now();
    black_box(answer(rows, question));
    begun.elapsed()
}

/// Numbers that look like ids (SplitMix64), the same in every run.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn session(number: u64) -> String {
    format!("{:016x}{:016x}", mix(number), mix(number + 1))
}

fn trace(page: u64) -> Option<TraceId> {
    let mut bytes = [1; 16];
    bytes[8..].copy_from_slice(&mix(page).to_be_bytes());
    TraceId::mint(bytes)
}

fn id(number: u64) -> Option<SpanId> {
    SpanId::mint(mix(number).to_be_bytes())
}

fn time(number: u64) -> Timestamp {
    Timestamp::from_nanos(1_795_000_000_000_000_000 + number * 1_000_000_000)
}

fn millis(number: u64) -> f64 {
    f64::from(u32::try_from(mix(number) % 5_000_000).unwrap()) / 1e3
}

fn rows() -> Rows {
    let pages = (0..PAGES).map(|at| PageRow {
        trace: trace(at),
        span: id(at),
        session: session(at % SESSIONS),
        start: time(at * 30),
        millis: millis(at),
        url: format!("https://shop.test/orders/{at}/part{}?page={}", at % 40, at % 7),
        user_name: format!("ann{}", at % SESSIONS),
        browser: "Chrome".to_owned(),
        version: "156".to_owned(),
        vitals: Vitals { lcp: Some(millis(at + 1)), cls: Some(0.1), ..Vitals::default() },
        phases: Phases { wait: millis(at + 2), ..Phases::default() },
        spans: 50,
        ..PageRow::default()
    });
    let calls = (0..CALLS).map(|at| CallRow {
        trace: trace(at % PAGES),
        span: id(at),
        page: trace(at % PAGES),
        session: session(at % PAGES % SESSIONS),
        start: time(at * 3),
        millis: millis(at),
        method: "GET".to_owned(),
        url: if at % 2 == 0 {
            format!("https://shop.test/api/orders/{at}")
        } else {
            format!("https://shop.test/api/part{}", at % 60)
        },
        error: if at % 20 == 0 { "500".to_owned() } else { String::new() },
        service: "orders".to_owned(),
        ..CallRow::default()
    });
    let errors = (0..ERRORS).map(|at| ErrorRow {
        trace: trace(at % PAGES),
        span: id(at),
        session: session(at % SESSIONS),
        start: time(at * 100),
        fingerprint: format!("f{}", at % 300),
        count: 2,
        url: format!("https://shop.test/orders/{at}"),
        browser: "Chrome".to_owned(),
        version: "156".to_owned(),
        ..ErrorRow::default()
    });
    Rows { pages: pages.collect(), calls: calls.collect(), errors: errors.collect() }
}
