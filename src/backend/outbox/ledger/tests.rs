use super::*;
use crate::Reply;
use std::time::Duration;
use trace::json;

const NOW: Timestamp = Timestamp::from_nanos(1_795_218_972_000_000_000);

const LOAD: Load = Load { spans: 8, bytes: 1_000 };

fn destination(slot: u8, endpoint: &str) -> Destination {
    Destination { slot, endpoint: endpoint.to_owned(), ..Destination::default() }
}

fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.keep(&[destination(0, "http://a"), destination(3, "http://b")]);
    ledger
}

/// Sends 8 spans to a slot and takes the answer.
fn send(ledger: &mut Ledger, slot: u8, status: u16, body: &str) -> bool {
    let before = ledger.begin(slot, NOW, 0);
    let content_type = "application/json".to_owned();
    let reply = Reply { status, content_type, body: body.into(), ..Reply::default() };
    let answer = Answer { reply, ..Answer::default() };
    ledger.judge(slot, before, Some(&answer), LOAD, NOW, 0)
}

#[test]
fn each_destination_has_its_own_fate() {
    let mut ledger = ledger();
    assert!(send(&mut ledger, 0, 200, "{}"));
    assert!(!send(&mut ledger, 3, 503, ""));
    assert_eq!(ledger.trouble().as_deref(), Some("the store is busy (503) (http://b)"));
    let (a, b) = (ledger.0.get(&0).unwrap(), ledger.0.get(&3).unwrap());
    assert_eq!((a.took, a.spans, a.pace), (Some(NOW), 8, Pace::default()));
    assert_eq!((b.took, b.spans, b.pace.failures), (None, 0, 1));
}

#[test]
fn what_a_store_says_is_said_until_it_takes_all() {
    let mut ledger = Ledger::default();
    ledger.keep(&[destination(0, "http://a")]);
    let partial = r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"late"}}"#;
    for (status, body, wanted) in [
        (400, r#"{"message":"no"}"#, "the store refused 8 spans with 400: no"),
        (200, partial, "the store rejected 3 spans: late"),
        (0, "", "the store sends 8 spans elsewhere"),
        (200, r#"{"partialSuccess":{"errorMessage":"slow down"}}"#, "the store warns: slow down"),
    ] {
        assert!(send(&mut ledger, 0, status, body));
        assert_eq!(ledger.trouble().as_deref(), Some(wanted));
    }
    let before = ledger.begin(0, NOW, 0);
    assert!(!ledger.judge(0, before, None, LOAD, NOW, 0));
    assert_eq!(ledger.trouble().as_deref(), Some("nothing answers at http://a"));
    assert!(send(&mut ledger, 0, 200, ""));
    assert_eq!(ledger.trouble(), None);
    ledger.lose(0, Why::Full, 2);
    let account = ledger.0.get(&0).unwrap();
    assert_eq!(account.spans, 5 + 8 + 8);
    assert_eq!(account.drops.count(), 8 + 3 + 8 + 2);
}

#[test]
fn a_request_that_nobody_answers_is_a_failure_even_for_the_next_worker() {
    let mut ledger = ledger();
    let mut pauses = Vec::new();
    for _ in 0..3 {
        ledger.begin(0, NOW, 0);
        // The worker dies, and another reads what this one stored.
        ledger = json::read(&json::write(&ledger)).unwrap();
        pauses.push(ledger.pace(0).not_before.since(NOW).as_millis());
    }
    assert_eq!(pauses, [500, 1000, 2000]);
    let before = ledger.begin(0, NOW, 0);
    ledger.judge(0, before, None, LOAD, NOW, 0);
    let failed = ledger.pace(0);
    assert_eq!(failed.failures, 4, "a request that failed is one failure and not two");
    assert_eq!(failed.not_before, NOW.plus(Duration::from_secs(4)));
    assert!(send(&mut ledger, 0, 200, ""));
    assert_eq!(ledger.pace(0), Pace::default());
}

#[test]
fn accounts_go_with_their_destinations() {
    let mut ledger = ledger();
    ledger.lose(3, Why::Removed, 1);
    ledger.keep(&[destination(0, "http://else"), destination(3, "http://b")]);
    assert_eq!(ledger.0.get(&0).unwrap().endpoint, "http://else");
    assert_eq!(ledger.0.get(&3).unwrap().drops.count(), 1);
    send(&mut ledger, 0, 429, "");
    ledger.keep(&[destination(0, "http://a")]);
    assert_eq!(ledger.pace(0), Pace::default(), "another store in the slot begins anew");
    assert_eq!(ledger.0.len(), 1);
}

#[test]
fn what_is_kept_comes_back() {
    let mut ledger = ledger();
    send(&mut ledger, 0, 401, "who?");
    send(&mut ledger, 3, 200, "");
    let text = json::write(&ledger);
    assert_eq!(json::read::<Ledger>(&text), Ok(ledger), "{text}");
    assert_eq!(json::read("[[1,{}]]").map(|it: Ledger| it.0.len()), Ok(1));
}

#[test]
fn a_request_that_was_too_large_makes_the_next_ones_smaller() {
    let mut ledger = ledger();
    let bytes = |ledger: &Ledger, slot| ledger.limits(slot, Limits::DEFAULT).bytes;
    assert!(!send(&mut ledger, 0, 413, ""));
    assert_eq!((bytes(&ledger, 0), ledger.pace(0)), (500, Pace::default()));
    assert!(!send(&mut ledger, 0, 413, ""));
    assert_eq!((bytes(&ledger, 0), ledger.0.get(&0).unwrap().drops.count()), (250, 0));
    assert_eq!(bytes(&ledger, 3), Limits::DEFAULT.bytes, "to nobody else");
    assert!(send(&mut ledger, 0, 200, ""));
    assert_eq!(bytes(&ledger, 0), 254);
    // What is known is known to the next worker, and not of another store in the slot.
    ledger = json::read(&json::write(&ledger)).unwrap();
    assert_eq!(bytes(&ledger, 0), 254);
    ledger.keep(&[destination(0, "http://else")]);
    assert_eq!(bytes(&ledger, 0), Limits::DEFAULT.bytes);
}
