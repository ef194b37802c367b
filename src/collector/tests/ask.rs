//! Questions of the dashboard, from spans that came in to answers.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bridge::query::{self, Answer, Question, Range, Rows, SessionFilter};
use collector::origin::EXTENSION_ID;
use collector::{Database, Settings};
use otlp::proto;
use proptest::prelude::{Just, Strategy as _, proptest};
use reqwest::{Client, RequestBuilder};
use rusqlite::Connection;
use shop::{JSON, PROTO, Shop, attributes, span, span_id, trace_id};
use trace::attribute::Value;
use trace::digest::digest;
use trace::span::{Event, Kind, Link, Resource, Scope, Span, Status};
use trace::{Timestamp, json};

const ASK: &str = "/api/tracelight/query";

/// A span as our extension sends it, in a session.
fn browser(trace: u8, number: u8) -> Span {
    let resource = attributes(&[
        ("service.name", "browser"),
        ("telemetry.sdk.name", "tracelight"),
        ("telemetry.sdk.language", "webjs"),
    ]);
    Span {
        kind: Kind::Internal,
        attributes: attributes(&[("session.id", "s1")]),
        resource: Arc::new(Resource { attributes: resource, schema: String::new() }),
        scope: Arc::new(Scope { name: "tracelight".to_owned(), ..Scope::default() }),
        ..span(trace, number)
    }
}

fn with(mut span: Span, pairs: &[(&str, &str)]) -> Span {
    span.attributes.extend(attributes(pairs));
    span
}

/// A page: its root, its document with the server's answer, a call that failed, and an error.
fn visit(trace: u8) -> Vec<Span> {
    let url = [("url.full", "https://shop.example/cart")];
    let mut root = with(browser(trace, 1), &url);
    root.name = "page load".to_owned();
    let thrown = attributes(&[("exception.type", "TypeError"), ("exception.message", "x is null")]);
    root.events.push(Event { name: "exception".into(), time: root.start, attributes: thrown });
    let mut document = with(browser(trace, 2), &url);
    document.parent = Some(span_id(1));
    document.kind = Kind::Client;
    let mut served = shop::child(trace, 3, 2);
    served.attributes = attributes(&[("client.address", "192.0.2.7")]);
    let call = Span { parent: Some(span_id(1)), ..call(trace, 4) };
    vec![root, document, served, call]
}

/// A script's request that failed.
fn call(trace: u8, number: u8) -> Span {
    let mut call = with(
        browser(trace, number),
        &[
            ("url.full", "https://shop.example/api/price"),
            ("http.request.method", "GET"),
            ("browser.resource_timing.initiator_type", "fetch"),
        ],
    );
    call.kind = Kind::Client;
    call.attributes.insert("http.response.status_code".to_owned(), Value::Int(503));
    call.status = Status::Error("503".to_owned());
    call
}

/// A later request of a page, which is a trace of its own.
fn later(trace: u8, page: u8) -> Span {
    let attributes = attributes(&[("tracelight.link", "page")]);
    let link = Link {
        trace: trace_id(page),
        span: span_id(1),
        state: String::new(),
        flags: 0,
        attributes,
    };
    Span { links: vec![link], ..call(trace, 1) }
}

/// A page that OpenTelemetry's own instrumentation recorded, and nothing but its name says so.
fn foreign(trace: u8) -> Span {
    let mut load =
        with(span(trace, 1), &[("session.id", "s2"), ("http.url", "https://a.example/")]);
    load.name = "documentLoad".to_owned();
    Span { kind: Kind::Internal, ..load }
}

fn ever() -> Range {
    Range { since: Timestamp::from_nanos(0), until: Timestamp::from_nanos(i64::MAX as u64) }
}

/// A question of each kind.
fn questions() -> Vec<Question> {
    let (range, rules) = (ever(), Vec::new());
    let all = Rows { errors: digest(&visit(1)).errors, ..Rows::default() };
    let fingerprint = all.errors.first().map(|row| row.fingerprint.clone()).unwrap_or_default();
    let Answer::Calls(calls) =
        query::answer(&digest(&visit(1)), &Question::Calls { range, rules: rules.clone() })
    else {
        unreachable!("calls are answered with calls");
    };
    let route = calls.routes.first().map(|line| line.route.clone()).unwrap_or_default();
    vec![
        Question::Sessions(SessionFilter { ip: "192.0.2".to_owned(), ..SessionFilter::default() }),
        Question::Session { session: "s1".to_owned(), slow: 500 },
        Question::Pages { range, rules: rules.clone() },
        Question::Errors { range },
        Question::Error { fingerprint },
        Question::Calls { range, rules: rules.clone() },
        Question::Route { range, rules, method: "GET".to_owned(), route, failed: true },
        Question::Usage {
            range: Range { until: Timestamp::from_nanos(1 << 40), ..range },
            zone: 0,
        },
    ]
}

fn request(shop: &Shop, body: impl Into<Vec<u8>>) -> RequestBuilder {
    Client::new().post(shop.url(ASK)).header("content-type", JSON).body(body.into())
}

/// Asks until nothing is missing; the clock only bounds a failure.
async fn ask(shop: &Shop, question: &Question) -> Answer {
    let asked = async {
        loop {
            let response = request(shop, json::write(question)).send().await.unwrap();
            assert_eq!(response.status(), 200);
            let behind = response.headers()["tracelight-behind"].to_str().unwrap().to_owned();
            let text = response.text().await.unwrap();
            if behind == "0" {
                return Answer::read(question, &text).unwrap();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap()
}

/// What the rows of these spans say, each trace by itself, as it is read by who asks.
fn expected(spans: &[Span], question: &Question) -> Answer {
    let mut traces: Vec<_> = spans.iter().map(|span| span.trace).collect();
    traces.sort_unstable();
    traces.dedup();
    let mut rows = Rows::default();
    for trace in traces {
        let own: Vec<_> = spans.iter().filter(|span| span.trace == trace).cloned().collect();
        let digest = digest(&own);
        rows.pages.extend(digest.pages);
        rows.calls.extend(digest.calls);
        rows.errors.extend(digest.errors);
    }
    Answer::read(question, &query::answer(&rows, question).write()).unwrap()
}

async fn check(shop: &Shop, spans: &[Span]) {
    for question in questions() {
        assert_eq!(ask(shop, &question).await, expected(spans, &question), "{question:?}");
    }
}

fn settings(path: &Path) -> Settings {
    Settings { database: Database::File(path.to_owned()), ..Settings::ephemeral() }
}

#[tokio::test]
async fn every_question_is_answered_out_of_what_came_in_and_a_restart_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let others = vec![span(4, 1), foreign(5)];
    let spans = [visit(1), visit(2), vec![later(3, 1)], others].concat();
    let shop = Shop::with(settings(&path)).await;
    shop.send(&spans).await;
    let all = Question::Sessions(SessionFilter::default());
    let Answer::Sessions(lines) = ask(&shop, &all).await else { unreachable!("it was asked") };
    assert_eq!(lines.len(), 2);
    let line = lines.iter().find(|line| line.session == "s1").unwrap();
    assert_eq!(line.ip, "192.0.2.7");
    assert_eq!((line.pages, line.calls, line.failures, line.errors), (2, 3, 3, 2));
    check(&shop, &spans).await;
    shop.running.stop().await;
    let shop = Shop::with(settings(&path)).await;
    check(&shop, &spans).await;
}

#[tokio::test]
async fn what_comes_later_to_a_trace_that_is_digested_counts_too() {
    let shop = Shop::open().await;
    let spans = visit(1);
    shop.send(&spans[..2]).await;
    check(&shop, &spans[..2]).await;
    shop.send(&spans[2..]).await;
    check(&shop, &spans).await;
}

#[tokio::test]
async fn a_file_of_the_first_layout_is_brought_up_to_date_and_digested() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path)).await;
    shop.send(&visit(1)).await;
    shop.running.stop().await;
    // As a collector of the first layout has left it.
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "DROP TABLE digest; DROP TABLE stale; ALTER TABLE meta DROP COLUMN rules;
         DROP TABLE waiting; DROP TABLE destination; PRAGMA user_version = 1",
    )
    .unwrap();
    drop(file);
    let shop = Shop::with(settings(&path)).await;
    shop.send(&visit(2)).await;
    check(&shop, &[visit(1), visit(2)].concat()).await;
    shop.running.stop().await;
    let file = Connection::open(&path).unwrap();
    let version: i64 = file.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 3);
}

#[tokio::test]
async fn digests_of_other_rules_are_made_anew_and_damaged_ones_harm_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path)).await;
    let spans = [visit(1), visit(2)].concat();
    shop.send(&spans).await;
    check(&shop, &spans).await;
    shop.running.stop().await;
    let damage = |statement: &str| {
        Connection::open(&path).unwrap().execute_batch(statement).unwrap();
    };
    damage("UPDATE digest SET text = 'nonsense' WHERE trace = 2");
    let shop = Shop::with(settings(&path)).await;
    check(&shop, &visit(1)).await;
    shop.running.stop().await;
    damage("UPDATE meta SET rules = 0");
    let shop = Shop::with(settings(&path)).await;
    check(&shop, &spans).await;
}

#[tokio::test]
async fn rows_go_with_their_traces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path)).await;
    shop.send(&visit(1)).await;
    check(&shop, &visit(1)).await;
    shop.running.stop().await;
    let file = Connection::open(&path).unwrap();
    file.execute_batch("UPDATE trace SET born = born - 86400").unwrap();
    drop(file);
    let hour = Some(Duration::from_secs(3600));
    let shop = Shop::with(Settings { max_age: hour, ..settings(&path) }).await;
    shop.send(&visit(2)).await;
    let all = Question::Sessions(SessionFilter::default());
    let gone = async {
        loop {
            let Answer::Sessions(lines) = ask(&shop, &all).await else { continue };
            if lines.len() == 1 && lines[0].pages == 1 {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.unwrap();
    check(&shop, &visit(2)).await;
    shop.running.stop().await;
    let file = Connection::open(&path).unwrap();
    let rows = |table: &str| -> i64 {
        file.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((rows("digest"), rows("stale")), (1, 0));
}

#[tokio::test]
async fn the_spans_of_a_session_and_of_a_page_come_as_they_were_sent() {
    let shop = Shop::open().await;
    let mut other = visit(4);
    for span in &mut other {
        span.attributes.insert("session.id".to_owned(), Value::from("s 2/é+&="));
    }
    shop.send(&[visit(1), visit(2), vec![later(3, 1)], other.clone()].concat()).await;
    let get = async |path: &str| {
        let answer = shop.get(path).await;
        assert_eq!((answer.status, &*answer.content_type), (200, PROTO), "{}", answer.text());
        let mut found: Vec<_> = proto::decode(&answer.body)
            .unwrap()
            .spans
            .into_iter()
            .map(|span| (span.trace, span.id))
            .collect();
        found.sort_unstable();
        found
    };
    let ids =
        |spans: &[Span]| -> Vec<_> { spans.iter().map(|span| (span.trace, span.id)).collect() };
    let session = [visit(1), visit(2), vec![later(3, 1)]].concat();
    assert_eq!(get("/api/tracelight/session/s1").await, ids(&session));
    assert_eq!(get("/api/tracelight/session/s%202%2F%C3%A9+&=").await, ids(&other));
    // Which requests are a page's is known by the rows.
    ask(&shop, &Question::Errors { range: ever() }).await;
    let page = format!("/api/tracelight/page/{}", trace_id(1));
    assert_eq!(get(&page).await, ids(&[visit(1), vec![later(3, 1)]].concat()));
    for unknown in ["session/s9", "session/", "page/00000000000000000000000000000009"] {
        assert_eq!(shop.get(&format!("/api/tracelight/{unknown}")).await.status, 404, "{unknown}");
    }
    assert_eq!(shop.get("/api/tracelight/page/x").await.status, 400);
}

#[tokio::test]
async fn what_is_no_question_is_refused_with_what_was_found_and_wanted() {
    let shop = Shop::open().await;
    let long = format!("{{\"kind\":\"{}\"}}", "x".repeat(70_000));
    for (body, status, said) in [
        ("", 400, "question cannot be read"),
        ("{", 400, "question cannot be read"),
        (
            "[]",
            400,
            "question cannot be read: kind is missing, wanted a word that says what this is",
        ),
        ("{\"kind\":\"weather\"}", 400, "wanted a known word"),
        ("{\"kind\":\"errors\"}", 400, "question cannot be read: range is missing, wanted a value"),
        ("{\"kind\":\"session\",\"session\":5,\"slow\":1}", 400, "session is a number"),
        (&long, 413, "larger than 64 KiB"),
    ] {
        let answer = shop::Answer::of(request(&shop, body)).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(said), "wanted {said}: {}", answer.text());
    }
    let answer = shop::Answer::of(request(&shop, vec![0xff, 0xfe])).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    let plain = Client::new().post(shop.url(ASK)).header("content-type", "text/plain").body("{}");
    assert_eq!(plain.send().await.unwrap().status(), 415);
    let response = shop.request(ASK).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), response.headers()["allow"].to_str().unwrap()),
        (405, "POST")
    );
}

#[tokio::test]
async fn only_our_own_pages_may_ask() {
    let shop = Shop::open().await;
    let port = shop.running.http.port();
    let question = json::write(&Question::Sessions(SessionFilter::default()));
    for (origin, status) in [
        (format!("chrome-extension://{EXTENSION_ID}"), 200),
        (format!("http://127.0.0.1:{port}"), 200),
        ("http://localhost:3000".to_owned(), 403),
        ("http://attacker.example".to_owned(), 403),
        ("null".to_owned(), 403),
    ] {
        let asked =
            request(&shop, question.clone()).header("origin", &origin).send().await.unwrap();
        assert_eq!(asked.status(), status, "{origin}");
        for path in ["session/s1", "page/01010101010101010101010101010101"] {
            let asked = shop.request(&format!("/api/tracelight/{path}")).header("origin", &origin);
            let refused = asked.send().await.unwrap().status() == 403;
            assert_eq!(refused, status == 403, "{origin} {path}");
        }
    }
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4))]

    #[test]
    fn pieces_in_any_order_make_the_rows_of_the_whole(
        spans in Just([visit(1), vec![later(2, 1)], visit(3)].concat()).prop_shuffle(),
        pieces in 1_usize..5,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shop = Shop::open().await;
            for piece in spans.chunks(spans.len().div_ceil(pieces)) {
                shop.send(piece).await;
                // So that some are digested before the rest is there.
                if pieces == 2 {
                    ask(&shop, &Question::Errors { range: ever() }).await;
                }
            }
            check(&shop, &spans).await;
        });
    }
}
