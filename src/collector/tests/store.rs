//! The collector is a store like others to whoever reads stores: found out, searched and sent to.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; helpers here are no tests to clippy"
)]

mod shop;

use backend::outbox::{self, Fate, Form, Pace};
use backend::store::{self, Ask, Dialect, Hint, Memory, Search, Step, Store, Wanted};
use backend::{Method, Reply};
use shop::{Answer, Shop, attributes, span, trace_id};
use trace::{Span, Timestamp};

const SESSION: &str = "7f3c2a1b9d8e4f60a1b2c3d4e5f60718";

fn second(number: u64) -> Timestamp {
    Timestamp::from_nanos(number * 1_000_000_000)
}

fn visit(trace: u8, number: u8, session: &str) -> Span {
    Span { attributes: attributes(&[("session.id", session)]), ..span(trace, number) }
}

/// Sends what a shell is to send.
async fn sent(ask: &Ask) -> store::Answer {
    let client = reqwest::Client::new();
    let mut request = match ask.request.method {
        Method::Get => client.get(&ask.request.url),
        Method::Post => client.post(&ask.request.url).body(ask.request.body.clone()),
    };
    for (name, value) in &ask.request.headers {
        request = request.header(name, value);
    }
    let Answer { status, content_type, body, .. } = Answer::of(request).await;
    let reply = Reply { status, content_type, body, ..Reply::default() };
    store::Answer { reply, url: ask.request.url.clone(), ..store::Answer::default() }
}

#[tokio::test]
async fn it_is_found_out_at_the_first_question() {
    let shop = Shop::open().await;
    let mut finder = Memory::default().finder(&shop.url("/"), Hint::Any);
    let Step::Ask(ask) = finder.next() else { panic!("nothing to ask") };
    let found = finder.heard(Some(&sent(&ask).await), second(1));
    assert_eq!(found, Step::Found(Store::new(&shop.url(""), Dialect::JaegerV3)));
}

#[tokio::test]
async fn a_session_is_found_by_id_and_by_search() {
    let shop = Shop::open().await;
    let other = "00000000000000000000000000000001";
    shop.send(&[visit(1, 10, SESSION), visit(2, 20, SESSION), visit(3, 30, other)]).await;
    let wanted = Wanted {
        session: SESSION.parse().unwrap(),
        known: vec![trace_id(1), trace_id(9)],
        services: Vec::new(),
        from: second(5),
        to: second(60),
    };
    let mut search = Search::new(Store::new(&shop.url(""), Dialect::JaegerV3), wanted);
    let mut asked = 0;
    while let Some(ask) = search.next() {
        search.heard(Ok(&sent(&ask).await), second(61));
        asked += 1;
    }
    let findings = search.findings();
    assert_eq!((asked, findings.faults, findings.absent), (3, vec![], vec![trace_id(9)]));
    let found: Vec<_> = findings.traces.into_keys().collect();
    assert_eq!(found, [trace_id(1), trace_id(2)]);
}

#[tokio::test]
async fn what_is_sent_in_either_form_arrives() {
    let shop = Shop::open().await;
    for (number, form) in [(1, Form::Protobuf), (2, Form::Json)] {
        let chunk = otlp::proto::encode(&[span(number, number)]);
        let body = if form == Form::Json { outbox::to_json([&*chunk]).0 } else { chunk };
        let answer = sent(&outbox::export(&shop.url("/v1/traces"), body, form, false)).await;
        let fate = Pace::default().judge(Some(&answer), 1, second(1), 0);
        assert_eq!(fate, Fate::Done { lost: None, said: String::new() });
        assert_eq!(shop.spans(number).await, [span(number, number)]);
    }
}
