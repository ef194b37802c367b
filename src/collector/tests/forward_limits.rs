//! What is handed on fits those who take it, and goes to nobody whom this machine does not trust.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;
#[allow(dead_code, reason = "the doctor is another test")]
mod town;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use backend::outbox::Form;
use backend::stores::Destination;
use otlp::proto;
use shop::gate::{Gate, Turn};
use shop::onward::{all_sent, handing_on, id, settings, to, until};
use shop::program::Program;
use shop::{Answer, PROTO, Shop, span};
use town::{Asked, Says, Server};
use trace::Span;

/// A span of so many bytes.
fn fat(trace: u8, number: u8, bytes: usize) -> Span {
    Span { name: "x".repeat(bytes), ..span(trace, number) }
}

fn some(trace: u8, count: u8, bytes: usize) -> Vec<Span> {
    (1..=count).map(|number| fat(trace, number, bytes)).collect()
}

#[tokio::test]
async fn what_is_too_large_is_halved_and_only_a_span_that_is_too_large_alone_is_dropped() {
    let plain = |url: String| to(&url);
    let other = |url: String| Destination { form: Form::Json, packed: true, ..to(&url) };
    for dress in [&plain as &dyn Fn(String) -> Destination, &other] {
        let gate = Gate::open(|_| Turn::Fit(20_000)).await;
        let shop = handing_on(vec![dress(gate.url())]).await;
        let mut spans = some(1, 60, 2_000);
        spans.insert(7, fat(1, 99, 30_000));
        shop.send(&spans).await;
        shop.send(&some(2, 5, 2_000)).await;
        let standing = until(&shop, 0, all_sent(65)).await;
        assert_eq!(standing["dropped"], serde_json::json!({ "too large for the store": 1 }));
        assert!(standing["said"].as_str().unwrap_or_default().is_empty(), "{standing}");
        let taken = gate.taken();
        let wanted = (1..=60).map(|at| id(1, at)).chain((1..=5).map(|at| id(2, at)));
        assert_eq!(taken, wanted.map(|id| (id, 1)).collect::<BTreeMap<_, _>>());
        let large = gate.came(|came| came.iter().filter(|it| !it.taken).count());
        assert!(large < 10, "{large} were too large: what fits is remembered");
    }
}

#[tokio::test]
async fn whoever_stops_within_a_parcel_goes_on_where_it_was() {
    let away = Arc::new(AtomicBool::new(true));
    let gone = Arc::clone(&away);
    // Two are too large, some are taken, and then nobody is there.
    let gate = Gate::open(move |number| match number {
        7.. if gone.load(Ordering::Relaxed) => Turn::Say(503, Vec::new(), Vec::new()),
        _ => Turn::Fit(20_000),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path, vec![to(&gate.url())])).await;
    shop.send(&some(1, 60, 2_000)).await;
    let halted = until(&shop, 0, |it| it["failures"].as_u64() > Some(0)).await;
    let sent = halted["sent"].as_u64().unwrap();
    assert!((1..60).contains(&sent), "{halted}");
    assert_eq!(halted["waiting"]["spans"], 60 - sent, "what is there waits no more");
    shop.running.stop().await;

    away.store(false, Ordering::Relaxed);
    let shop = Shop::with(settings(&path, vec![to(&gate.url())])).await;
    until(&shop, 0, all_sent(60)).await;
    let taken = gate.taken();
    assert!(taken.len() == 60 && taken.values().all(|times| *times == 1), "{taken:?}");
}

#[tokio::test]
async fn small_batches_go_in_few_requests_and_a_batch_with_a_bad_span_among_them() {
    let gate = Gate::open(|_| Turn::Take).await;
    let shop = handing_on(vec![to(&gate.url())]).await;
    for number in 1..=100 {
        let mut body = proto::encode(&[span(number, 1), span(number, 2)]);
        if number % 10 == 0 {
            // A span without an id.
            body.extend_from_slice(&[0x0a, 4, 0x12, 2, 0x12, 0]);
        }
        assert_eq!(shop.post(PROTO, body).await.status, 200);
    }
    until(&shop, 0, all_sent(200)).await;
    assert_eq!(gate.taken().len(), 200);
    let requests = gate.came(<[_]>::len);
    assert!(requests < 20, "{requests} requests for 100 batches");
}

/// What waits for the first destination of a program.
async fn forward(program: &Program, wanted: impl Fn(&serde_json::Value) -> bool) -> String {
    let (client, url) = (reqwest::Client::new(), format!("http://{}/healthz", program.http()));
    let asked = SystemTime::now();
    loop {
        let health = Answer::of(client.get(&url)).await.json();
        if wanted(&health["forward"][0]) {
            return health["forward"][0].to_string();
        }
        assert!(asked.elapsed().unwrap() < Duration::from_secs(60), "{health}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn spans_wait_for_whom_nobody_vouches_for_and_go_once_it_is_trusted() {
    let server = Server::secure(|_: &Asked| Says::new(200, "")).await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name| folder.path().join(name).to_str().unwrap().to_owned();
    let (database, authority) = (file("traces.db"), file("ca.pem"));
    let arguments = ["--db", &database, "--forward", &server.url];
    let mut program = Program::start(&arguments);
    let url = format!("http://{}/v1/traces", program.http());
    let request = reqwest::Client::new().post(url).header("content-type", PROTO);
    let request = request.body(proto::encode(&[span(1, 1), span(1, 2)]));
    assert_eq!(Answer::of(request).await.status, 200);
    let health = forward(&program, |it| it["failures"].as_u64() > Some(0)).await;
    assert!(health.contains("no secure connection: invalid peer certificate"), "{health}");
    assert!(health.contains(r#""dropped":{}"#) && health.contains(r#""spans":2"#), "{health}");
    assert_eq!(server.asked().len(), 0, "nothing was said to it");
    assert!(program.signal("-TERM"));

    std::fs::write(&authority, &server.pem).unwrap();
    let program = Program::within(&arguments, &[("SSL_CERT_FILE", &authority)]);
    forward(&program, |it| it["sent"] == 2 && it["waiting"]["spans"] == 0).await;
    let asked = server.asked();
    let read = |asked: &Asked| proto::decode(&asked.body).unwrap().spans;
    let ids: Vec<_> = asked.iter().flat_map(read).map(|span| (span.trace, span.id)).collect();
    assert_eq!((ids, &*asked[0].path), (vec![id(1, 1), id(1, 2)], "/v1/traces"));
}
