use super::*;
use crate::record::Metric;
use crate::{PageMillis, json};

fn context() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03".parse().unwrap()
}

const ABOUT: About<'_> =
    About { method: "GET", url: "http://a.test/checkout?x=1", store: "http://127.0.0.1:4318" };

fn evidence(ladder: &Ladder) -> [String; 5] {
    Lamp::ALL.map(|lamp| ladder.evidence(lamp, ABOUT))
}

fn answered() -> Ladder {
    let mut ladder = Ladder::armed(context());
    ladder.left("http://a.test/checkout", Some(context()), true);
    ladder.way = Way::Network;
    ladder
}

#[test]
fn each_lamp_has_a_sentence_that_holds_its_evidence() {
    let mut ladder = answered();
    let metric = Metric {
        name: "traceparent".to_owned(),
        description: context().to_string(),
        ..Metric::default()
    };
    ladder.answer = Answer::timed(&[metric]);
    (ladder.asked, ladder.spans, ladder.joined, ladder.complete) = (Asked::Spans, 12, true, true);
    assert_eq!(
        evidence(&ladder),
        [
            "traceparent 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03 was minted for it",
            "traceparent 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03 left with GET /checkout",
            "Server-Timing traceparent came back with the same trace id",
            "12 spans at http://127.0.0.1:4318",
            "no parent is missing, and nothing more came",
        ]
    );
    assert_eq!(ladder.lights(), [Light::Lit; 5]);
}

#[test]
fn a_ladder_reads_back_with_all_its_evidence() {
    let mut ladder = answered();
    ladder.redirected("http://b.test/y");
    ladder.answer = Answer::read(&[("x-trace-id", &"1".repeat(32))], "");
    (ladder.ahead, ladder.status, ladder.at) = (-3_600_000, 404, 1_795_218_972_339);
    assert_eq!(json::read(&json::write(&ladder)), Ok(ladder));
    assert_eq!(json::read("{}"), Ok(Ladder::default()));
}

#[test]
fn a_chain_of_redirects_is_kept_to_a_length() {
    let mut ladder = answered();
    for _ in 0..500 {
        ladder.redirected("http://a.test/again");
    }
    assert!(ladder.hops.len() <= 32);
}

#[test]
fn what_the_cache_or_a_worker_answered_was_not_sent() {
    let timing = Timing { delivery_type: "cache".to_owned(), ..Timing::default() };
    let of = |timing: &Timing| Ladder::of(ABOUT.url, context(), Some(timing), false);
    assert_eq!(of(&timing).light(Lamp::Sent), Light::Dark);
    let timing = Timing { worker_start: PageMillis(3.0), ..Timing::default() };
    assert_eq!(of(&timing).way, Way::Worker);
    let timing = Timing { transfer_size: 300, ..timing };
    assert_eq!(of(&timing).light(Lamp::Sent), Light::Lit, "the worker asked the server");
}

#[test]
fn what_the_cache_had_and_the_server_found_good_was_sent() {
    let cached = |said: TraceContext| {
        let said = format!("trace;desc=\"{said}\"");
        let headers = [("server-timing".to_owned(), said)];
        let said = Said::of(&headers, "");
        Ladder { way: Way::Cache, said, ..answered() }.heard()
    };
    assert_eq!(cached(context()).light(Lamp::Acknowledged), Light::Lit);
    let kept: TraceContext =
        "00-11111111111111111111111111111111-00f067aa0ba902b7-01".parse().unwrap();
    assert_eq!(cached(kept).light(Lamp::Sent), Light::Dark, "the cache keeps headers as well");

    let bare = crate::waterfall::tests::span(1, None, 0.0, 1.0);
    let span = |trace| Span { trace, parent: Some(context().span), ..bare.clone() };
    let window = (Timestamp::default(), Timestamp::default());
    for (trace, light) in [(context().trace, Light::Lit), (kept.trace, Light::Dark)] {
        let mut ladder = Ladder { way: Way::Cache, ..answered() };
        ladder.meet(context().span, window, &[span(trace)]);
        assert_eq!(ladder.light(Lamp::Sent), light, "a server that answers nothing has spans");
    }
}

#[test]
fn clocks_are_judged_by_the_requests_window_with_some_slack() {
    let second = |number: u64| Timestamp::from_nanos(1_000_000_000_000 + number * 1_000_000_000);
    let window = (second(10), second(12));
    assert_eq!([10, 12, 13].map(|began| ahead(window, second(began))), [0; 3]);
    assert_eq!(ahead(window, second(3_612)), 3_602_000);
    assert_eq!(ahead(window, second(5)), -5_000);
}
