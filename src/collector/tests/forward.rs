//! What is taken in is handed on: all of it, once, in whatever way the other side fails.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, SystemTime};

use backend::credential::{Access, Header, Secret};
use backend::stores::Destination;
use collector::Settings;
use otlp::answer::Partial;
use otlp::proto;
use rusqlite::Connection;
use serde_json::Value as Json;
use shop::gate::{Gate, Turn};
use shop::onward::{all_sent, handing_on, id, nobody, settings, to, until};
use shop::{Answer, JSON, PROTO, Shop, span};

#[tokio::test]
async fn another_collector_gets_what_came_in_either_form() {
    let store = Shop::open().await;
    let shop = handing_on(vec![to(&store.url("/v1/traces"))]).await;
    shop.send(&[span(1, 1), span(2, 2)]).await;
    let json = otlp::json::encode(&[span(1, 3)]);
    assert_eq!(shop.post(JSON, json).await.status, 200);
    // What is here already is not handed on again.
    shop.send(&[span(1, 1), span(2, 4)]).await;
    let standing = until(&shop, 0, all_sent(4)).await;
    assert_eq!((&standing["waiting"]["bytes"], &standing["said"]), (&0.into(), &"".into()));
    assert_eq!(store.spans(1).await, shop.spans(1).await);
    assert_eq!(store.spans(2).await, [span(2, 2), span(2, 4)]);
    assert_eq!(store.json("/healthz").await["spans"], 4);
}

#[tokio::test]
async fn a_bad_span_stays_behind_and_takes_no_other_with_it() {
    let gate = Gate::open(|_| Turn::Take).await;
    let shop = handing_on(vec![to(&gate.url())]).await;
    let mut bad = span(1, 2);
    bad.name = "turned around".to_owned();
    bad.end = trace::Timestamp::default();
    let mut body = proto::encode(&[span(1, 1), span(1, 3)]);
    // A span without an id.
    body.extend_from_slice(&[0x0a, 4, 0x12, 2, 0x12, 0]);
    assert_eq!(shop.post(PROTO, body).await.status, 200);
    until(&shop, 0, all_sent(2)).await;
    let taken: Vec<_> = gate.taken().into_keys().collect();
    assert_eq!(taken, [id(1, 1), id(1, 3)]);
}

#[tokio::test]
async fn a_store_that_was_down_gets_all_of_it_once_it_is_back() {
    let address = nobody();
    let shop = handing_on(vec![to(&format!("http://{address}"))]).await;
    for number in 1..=50 {
        shop.send(&[span(number, 1), span(number, 2)]).await;
    }
    let down = until(&shop, 0, |it| it["failures"].as_u64() > Some(0)).await;
    assert_eq!(down["waiting"]["spans"], 100);
    let said = down["said"].as_str().unwrap();
    assert!(said.contains(&address.to_string()) && said.contains("refused"), "{said}");
    let gate = Gate::at(address, |_| Turn::Take).await;
    let back = until(&shop, 0, all_sent(100)).await;
    assert_eq!((&back["failures"], &back["said"]), (&0.into(), &"".into()));
    let taken = gate.taken();
    assert!(taken.len() == 100 && taken.values().all(|times| *times == 1), "{taken:?}");
}

#[tokio::test]
async fn every_third_request_may_fail() {
    let busy = |number: usize| match number % 9 {
        2 => Turn::Say(503, vec![("retry-after", "0".to_owned())], Vec::new()),
        5 => Turn::Say(429, vec![("retry-after", "0".to_owned())], Vec::new()),
        8 => Turn::Say(502, vec![("retry-after", "0".to_owned())], b"<html>".to_vec()),
        _ => Turn::Take,
    };
    let gate = Gate::open(busy).await;
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::with(settings(&folder.path().join("traces.db"), vec![to(&gate.url())])).await;
    for number in 1..=40 {
        let mut fat = span(number, 1);
        // Two of them fill a request.
        fat.name = "x".repeat(700_000);
        shop.send(&[fat, span(number, 2)]).await;
    }
    until(&shop, 0, all_sent(80)).await;
    let taken = gate.taken();
    assert!(taken.len() == 80 && taken.values().all(|times| *times == 1), "{taken:?}");
    assert!(gate.came(<[_]>::len) > 20, "many requests were made");
}

#[tokio::test]
async fn both_forms_of_retry_after_are_waited_for() {
    let turn = |number: usize| match number {
        0 => Turn::Say(429, vec![("retry-after", "2".to_owned())], Vec::new()),
        1 => {
            // By its own clock, which is wrong by years.
            let headers = vec![
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT".to_owned()),
                ("retry-after", "Sun, 06 Nov 1994 08:49:39 GMT".to_owned()),
            ];
            Turn::Say(503, headers, Vec::new())
        }
        _ => Turn::Take,
    };
    let gate = Gate::open(turn).await;
    let shop = handing_on(vec![to(&gate.url())]).await;
    shop.send(&[span(1, 1)]).await;
    until(&shop, 0, all_sent(1)).await;
    let waits = gate.came(|came| {
        came.windows(2).map(|two| two[1].at.duration_since(two[0].at)).collect::<Vec<_>>()
    });
    let two = Duration::from_secs(2)..Duration::from_secs(20);
    assert!(waits.len() == 2 && waits.iter().all(|wait| two.contains(wait)), "{waits:?}");
}

#[tokio::test]
async fn what_a_store_will_not_have_is_given_up_and_counted_by_reason() {
    let partial = Partial { rejected: 1, message: "1 span is too old".to_owned() }.to_proto();
    let proto_type = vec![("content-type", PROTO.to_owned())];
    let turn = move |number: usize| match number {
        0 => Turn::Say(200, proto_type.clone(), partial.clone()),
        1 => Turn::Say(401, Vec::new(), b"who are you?".to_vec()),
        2 => Turn::Say(413, Vec::new(), Vec::new()),
        3 => Turn::Say(400, Vec::new(), b"no tenant".to_vec()),
        _ => Turn::Take,
    };
    let gate = Gate::open(turn).await;
    let shop = handing_on(vec![to(&gate.url())]).await;
    let mut said = Vec::new();
    for number in 1..=5 {
        // What is too large and more than one span would be halved.
        let spans = [span(number, 1), span(number, 2)];
        shop.send(if number == 3 { &spans[..1] } else { &spans }).await;
        let wanted = usize::from(number);
        // One request for each of them.
        let settled = |it: &Json| it["waiting"]["spans"] == 0 && gate.came(<[_]>::len) == wanted;
        said.push(until(&shop, 0, settled).await["said"].as_str().unwrap().to_owned());
    }
    let standing = until(&shop, 0, |_| true).await;
    assert_eq!(standing["sent"], 3);
    let dropped = serde_json::json!({
        "rejected by the store": 1,
        "for want of credentials": 2,
        "too large for the store": 1,
        "refused by the store": 2,
    });
    assert_eq!(standing["dropped"], dropped);
    assert!(said[0].contains("1 span is too old"), "{said:?}");
    assert!(said[1].contains("401") && said[1].contains("who are you?"), "{said:?}");
    assert!(said[3].contains("400") && said[3].contains("no tenant"), "{said:?}");
    assert_eq!(said[4], "");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_nobody_else_sees_a_header() {
    let other = Gate::open(|_| Turn::Take).await;
    let elsewhere = other.url();
    let gate = Gate::open(move |_| {
        Turn::Say(307, vec![("location", format!("{elsewhere}/v1/traces"))], Vec::new())
    })
    .await;
    let header = Header { name: "X-Key".to_owned(), value: Secret("open sesame".to_owned()) };
    let access = Access { headers: vec![header], tenant: "7".to_owned(), ..Access::default() };
    let shop = handing_on(vec![Destination { access, packed: true, ..to(&gate.url()) }]).await;
    shop.send(&[span(1, 1)]).await;
    let standing = until(&shop, 0, |it| it["waiting"]["spans"] == 0).await;
    assert_eq!(standing["dropped"], serde_json::json!({ "because the store is elsewhere": 1 }));
    assert_eq!(other.came(<[_]>::len), 0);
    gate.came(|came| {
        let header = |name| came[0].headers[name].to_str().unwrap();
        assert_eq!((header("x-key"), header("x-scope-orgid")), ("open sesame", "7"));
        assert_eq!((header("content-encoding"), header("content-type")), ("gzip", PROTO));
        assert_eq!((came.len(), &*came[0].path), (1, "/v1/traces"));
    });
    let health = shop.get("/healthz").await.text();
    assert!(!health.contains("sesame"), "{health}");
}

#[tokio::test]
async fn the_oldest_are_given_up_where_too_much_waits() {
    let address = nobody();
    let forward = vec![to(&format!("http://{address}"))];
    let few = Settings { forward, forward_bytes: 1 << 20, ..Settings::ephemeral() };
    let shop = Shop::with(few).await;
    for number in 1..=20 {
        let mut fat = span(number, 1);
        fat.name = "x".repeat(100_000);
        shop.send(&[fat]).await;
    }
    let full = |it: &Json| it["waiting"]["bytes"].as_u64() <= Some(1 << 20);
    let standing = until(&shop, 0, full).await;
    let lost = standing["dropped"]["because too much waited"].as_u64().unwrap();
    assert!((10..20).contains(&lost), "{standing}");
    let gate = Gate::at(address, |_| Turn::Take).await;
    let standing = until(&shop, 0, |it| it["waiting"]["spans"] == 0).await;
    assert_eq!(standing["sent"], 20 - lost);
    assert_eq!(gate.taken().len() as u64, 20 - lost);
    // All of it is kept here, whatever is handed on.
    assert_eq!(shop.spans(1).await.len(), 1);
}

#[tokio::test]
async fn what_was_evicted_while_it_waited_is_counted() {
    let address = nobody();
    let folder = tempfile::tempdir().unwrap();
    let forward = vec![to(&format!("http://{address}"))];
    let path = folder.path().join("traces.db");
    let few = Settings { max_bytes: Some(2 << 20), ..settings(&path, forward) };
    let shop = Shop::with(few.clone()).await;
    for number in 1..=200 {
        let mut fat = span(number, 1);
        fat.name = "x".repeat(80_000);
        shop.send(&[fat]).await;
    }
    // What just came in is at hand whatever is evicted, but for the next collector.
    shop.running.stop().await;
    let shop = Shop::with(few).await;
    let gate = Gate::at(address, |_| Turn::Take).await;
    let standing = until(&shop, 0, |it| it["waiting"]["spans"] == 0).await;
    let lost = standing["dropped"]["evicted here before they were sent"].as_u64().unwrap();
    assert!(lost > 50, "{standing}");
    assert_eq!((&standing["sent"], gate.taken().len() as u64), (&(200 - lost).into(), 200 - lost));
}

#[tokio::test]
async fn one_that_is_down_keeps_no_other_waiting_and_one_that_is_gone_wants_nothing() {
    let (gate, address) = (Gate::open(|_| Turn::Take).await, nobody());
    let away = format!("http://{address}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path, vec![to(&away), to(&gate.url())])).await;
    for number in 1..=10 {
        shop.send(&[span(number, 1)]).await;
    }
    until(&shop, 1, all_sent(10)).await;
    let waiting = until(&shop, 0, |it| it["failures"].as_u64() > Some(0)).await;
    assert_eq!(waiting["waiting"]["spans"], 10);
    shop.running.stop().await;

    // The same two in another order, and what they are known by.
    let shop = Shop::with(settings(&path, vec![to(&gate.url()), to(&away)])).await;
    let standing = shop.json("/healthz").await["forward"].clone();
    let of = |at: usize| {
        let it = standing
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["endpoint"] == [&gate.url(), &away][at].as_str());
        it.unwrap()["waiting"]["spans"].clone()
    };
    assert_eq!((of(0), of(1)), (0.into(), 10.into()));
    shop.running.stop().await;

    let shop = Shop::with(settings(&path, vec![to(&gate.url())])).await;
    shop.send(&[span(11, 1)]).await;
    until(&shop, 0, all_sent(11)).await;
    shop.running.stop().await;
    let file = Connection::open(&path).unwrap();
    let left = file.query_row("SELECT count(*) FROM waiting", [], |row| row.get::<_, i64>(0));
    assert_eq!(left.unwrap(), 0);
}

#[tokio::test]
async fn collectors_that_hand_on_to_each_other_come_to_an_end() {
    let port = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    // Both at once, or they would be one.
    let [one, two] = [port(), port()].map(|port| port.local_addr().unwrap());
    let at = |http: SocketAddr, other: SocketAddr| Settings {
        http,
        forward: vec![to(&format!("http://{other}"))],
        ..Settings::ephemeral()
    };
    let (first, second) = (Shop::with(at(one, two)).await, Shop::with(at(two, one)).await);
    first.send(&[span(1, 1), span(1, 2)]).await;
    second.send(&[span(2, 1)]).await;
    // What comes from the other is new once, and known when it comes back.
    until(&first, 0, all_sent(3)).await;
    until(&second, 0, all_sent(3)).await;
    for shop in [first, second] {
        assert_eq!(shop.json("/healthz").await["spans"], 3);
    }
}

#[tokio::test]
async fn a_file_of_the_layout_before_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let shop = Shop::with(settings(&path, Vec::new())).await;
    shop.send(&[span(1, 1)]).await;
    shop.running.stop().await;
    let file = Connection::open(&path).unwrap();
    file.execute_batch("DROP TABLE waiting; DROP TABLE destination; PRAGMA user_version = 2")
        .unwrap();
    drop(file);
    let gate = Gate::open(|_| Turn::Take).await;
    let shop = Shop::with(settings(&path, vec![to(&gate.url())])).await;
    shop.send(&[span(1, 2)]).await;
    until(&shop, 0, all_sent(1)).await;
    // What was there before somebody was named is not his.
    assert_eq!(gate.taken().into_keys().collect::<Vec<_>>(), [id(1, 2)]);
    assert_eq!(shop.spans(1).await.len(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn killed_in_the_middle_it_loses_nothing_and_repeats_one_request_at_most() {
    use shop::program::Program;
    const KILLS: u8 = 4;
    let turn = |number: usize| match number % 3 {
        2 => Turn::Say(503, vec![("retry-after", "0".to_owned())], Vec::new()),
        _ => Turn::Take,
    };
    let gate = Gate::open(turn).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let arguments = ["--db", path.to_str().unwrap(), "--forward", &gate.url()];
    let client = reqwest::Client::new();
    for round in 0..KILLS {
        let mut program = Program::start(&arguments);
        let url = format!("http://{}/v1/traces", program.http());
        for number in 1..=60 {
            let mut fat = span(round + 1, number);
            fat.name = "x".repeat(100_000);
            let request = client.post(&url).header("content-type", PROTO);
            let request = request.body(proto::encode(&[fat]));
            assert_eq!(Answer::of(request).await.status, 200);
        }
        program.child.kill().unwrap();
        program.child.wait().unwrap();
    }
    let program = Program::start(&arguments);
    let url = format!("http://{}/healthz", program.http());
    let asked = SystemTime::now();
    while Answer::of(client.get(&url)).await.json()["forward"][0]["waiting"]["spans"] != 0 {
        assert!(asked.elapsed().unwrap() < Duration::from_secs(60));
    }
    let taken = gate.taken();
    let wanted: Vec<_> =
        (0..KILLS).flat_map(|round| (1..=60).map(move |at| id(round + 1, at))).collect();
    assert!(wanted.iter().all(|id| taken.contains_key(id)), "{} of {}", taken.len(), wanted.len());
    let mut starts: Vec<_> = gate.came(|came| {
        came.iter().filter(|it| it.taken).map(|it| it.spans.first().copied()).collect()
    });
    let requests = starts.len();
    starts.sort_unstable();
    starts.dedup();
    assert!(requests - starts.len() <= usize::from(KILLS), "{} repeated", requests - starts.len());
}
