use super::*;
use crate::Reply;

const NOW: Timestamp = Timestamp::from_nanos(1_795_218_972_000_000_000);

fn limits() -> Limits {
    Limits { bytes: 100, spans: 10, linger: Duration::from_secs(5), held: 300 }
}

fn chunk(bytes: usize, spans: u32, age: u64) -> Waiting {
    Waiting { bytes, spans, since: Timestamp::from_nanos(NOW.nanos() - age * 1_000_000_000) }
}

fn due(waiting: &[Waiting]) -> Due {
    limits().due(waiting, Pace::default(), NOW, false)
}

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

#[test]
fn spans_wait_for_others_until_there_are_enough_or_the_oldest_waited_long_enough() {
    assert_eq!(due(&[]), Due::Nothing);
    assert_eq!(due(&[chunk(10, 1, 2), chunk(10, 1, 0)]), Due::Wait { until: later(3) });
    assert_eq!(due(&[chunk(10, 1, 5), chunk(10, 1, 0)]), Due::Send { chunks: 2 }, "by time");
    assert_eq!(due(&[chunk(60, 1, 0), chunk(60, 1, 0)]), Due::Send { chunks: 1 }, "by size");
    assert_eq!(due(&[chunk(60, 1, 0), chunk(40, 1, 0)]), Due::Send { chunks: 2 }, "just full");
    assert_eq!(due(&[chunk(1, 9, 0), chunk(1, 2, 0)]), Due::Send { chunks: 1 }, "by number");
    assert_eq!(due(&[chunk(900, 1, 0), chunk(1, 1, 0)]), Due::Send { chunks: 1 }, "too large");
    let at_the_end = limits().due(&[chunk(10, 1, 0)], Pace::default(), NOW, true);
    assert_eq!(at_the_end, Due::Send { chunks: 1 });
}

#[test]
fn nothing_is_sent_before_the_pause_is_over_and_no_clock_makes_it_last() {
    let waiting = [chunk(60, 1, 9), chunk(60, 1, 9)];
    let paused = |until| Pace { failures: 1, not_before: until };
    let due = |pace| limits().due(&waiting, pace, NOW, true);
    assert_eq!(due(paused(later(30))), Due::Wait { until: later(30) });
    assert_eq!(due(paused(NOW)), Due::Send { chunks: 1 });
    assert_eq!(due(paused(later(400 * 24 * 3600))), Due::Send { chunks: 1 }, "a wrong clock");
    let ahead = Waiting { since: later(3600), ..chunk(10, 1, 0) };
    let due = limits().due(&[ahead], Pace::default(), NOW, false);
    assert_eq!(due, Due::Send { chunks: 1 }, "the clock was set back by an hour");
}

#[test]
fn what_does_not_fit_goes_oldest_first() {
    let overflow = |waiting: &[Waiting]| limits().overflow(waiting);
    assert_eq!(overflow(&[]), 0);
    assert_eq!(overflow(&[chunk(100, 1, 0); 3]), 0);
    assert_eq!(overflow(&[chunk(100, 1, 0); 5]), 2);
    assert_eq!(overflow(&[chunk(1, 1, 0), chunk(400, 1, 0)]), 2);
}

fn judge(pace: &mut Pace, reply: Reply) -> Fate {
    pace.judge(Some(&Answer { reply, ..Answer::default() }), 8, NOW, 0)
}

fn reply(status: u16, body: &str) -> Reply {
    let content_type = "application/json".to_owned();
    Reply { status, content_type, body: body.into(), ..Reply::default() }
}

fn done(lost: Option<(Why, u64)>, said: &str) -> Fate {
    Fate::Done { lost, said: said.to_owned() }
}

#[test]
fn only_four_statuses_and_silence_are_tried_again() {
    for status in 0..600 {
        let mut pace = Pace::default();
        let again = judge(&mut pace, reply(status, "")) == Fate::Again;
        assert_eq!(again, [429, 502, 503, 504].contains(&status), "{status}");
        assert_eq!(pace.failures, u32::from(again), "{status}");
    }
    let mut pace = Pace::default();
    assert_eq!(pace.judge(None, 8, NOW, 0), Fate::Again);
}

#[test]
fn pauses_grow_and_end_with_the_first_success() {
    let mut pace = Pace::default();
    let mut waited = Vec::new();
    for _ in 0..4 {
        assert_eq!(pace.judge(None, 8, NOW, 0), Fate::Again);
        waited.push(pace.not_before.since(NOW).as_millis());
    }
    assert_eq!(waited, [500, 1000, 2000, 4000]);
    let busy = Reply { retry_after: "77".to_owned(), ..reply(503, "") };
    assert_eq!(judge(&mut pace, busy), Fate::Again);
    assert_eq!(pace.not_before, later(77));
    let date = Reply { retry_after: "Sun, 22 Nov 2026 11:00:30 GMT".to_owned(), ..reply(429, "") };
    let answer = Answer {
        reply: date,
        date: "Sun, 22 Nov 2026 11:00:00 GMT".to_owned(),
        ..Answer::default()
    };
    assert_eq!(pace.judge(Some(&answer), 8, NOW, 0), Fate::Again);
    assert_eq!(pace.not_before, later(30), "by the server's clock");
    assert_eq!(judge(&mut pace, reply(200, "{}")), done(None, ""));
    assert_eq!(pace, Pace::default());
}

#[test]
fn partial_success_is_final_and_a_message_alone_is_a_warning() {
    let mut pace = Pace::default();
    let partial = |rejected: u64| {
        format!(
            "{{\"partialSuccess\":{{\"rejectedSpans\":\"{rejected}\",\"errorMessage\":\"late\"}}}}"
        )
    };
    let lost = Some((Why::Rejected, 3));
    assert_eq!(judge(&mut pace, reply(200, &partial(3))), done(lost, "late"));
    assert_eq!(judge(&mut pace, reply(200, &partial(0))), done(None, "late"));
    let lost = Some((Why::Rejected, 8));
    assert_eq!(
        judge(&mut pace, reply(200, &partial(99))),
        done(lost, "late"),
        "not more than sent"
    );
    let bytes = Partial { rejected: 1, message: "no".to_owned() }.to_proto();
    let content_type = "application/x-protobuf".to_owned();
    let proto = Reply { status: 200, content_type, body: bytes, ..Reply::default() };
    assert_eq!(judge(&mut pace, proto), done(Some((Why::Rejected, 1)), "no"));
}

#[test]
fn what_is_too_large_is_less_the_next_time_and_one_span_is_lost() {
    let mut pace = Pace { failures: 3, not_before: NOW };
    assert_eq!(judge(&mut pace, reply(413, "")), Fate::Less);
    assert_eq!(pace, Pace::default(), "whoever says so is there: nothing is waited for");
    let answer = Answer { reply: reply(413, "{\"message\":\"huge\"}"), ..Answer::default() };
    let fate = pace.judge(Some(&answer), 1, NOW, 0);
    assert_eq!(fate, done(Some((Why::Large, 1)), "huge"));
}

#[test]
fn what_is_lost_is_counted_by_reason() {
    let mut drops = Drops::default();
    drops.add(Why::Full, 2);
    for (status, why) in [
        (400, Why::Refused),
        (500, Why::Refused),
        (401, Why::Denied),
        (308, Why::Redirected),
        (0, Why::Redirected),
    ] {
        let fate = judge(&mut Pace::default(), reply(status, "{\"message\":\"why\"}"));
        assert_eq!(fate, done(Some((why, 8)), "why"), "{status}");
        drops.add(why, 8);
    }
    drops.add(Why::Large, 8);
    let page = judge(&mut Pace::default(), reply(200, "<!doctype html><title>Sign in</title>"));
    assert_eq!(page, done(Some((Why::Refused, 8)), "“Sign in”"), "a page took nothing");
    drops.add(Why::Rejected, 0);
    assert_eq!(drops.count(), 50);
    let said = drops.to_string();
    assert!(said.starts_with("50 spans dropped: "), "{said}");
    for part in
        ["2 because too much waited", "16 refused by the store", "8 too large for the store"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("rejected"), "{said}");
}

/// 100,000 spans through a store that fails every third request, by a worker that forgets all but
/// what is kept, at every turn: each arrives once for each answer that came.
#[test]
fn all_spans_arrive_through_a_store_that_fails_every_third_request() {
    let limits = Limits::default();
    let mut queue: Vec<Waiting> = (0..1000).map(|_| chunk(30_000, 100, 9)).collect();
    let (mut now, mut pace, mut arrived, mut requests) = (NOW, Pace::default(), 0, 0_u32);
    loop {
        match limits.due(&queue, pace, now, false) {
            Due::Nothing => break,
            Due::Wait { until } => {
                assert!(until > now);
                now = until;
            }
            Due::Send { chunks } => {
                requests += 1;
                let spans: u32 = queue[..chunks].iter().map(|chunk| chunk.spans).sum();
                let status = if requests.is_multiple_of(3) { 503 } else { 200 };
                let answer = Answer { reply: reply(status, ""), ..Answer::default() };
                match pace.judge(Some(&answer), spans.into(), now, requests << 20) {
                    Fate::Done { lost: None, .. } => {
                        arrived += spans;
                        queue.drain(..chunks);
                    }
                    Fate::Done { lost, said } => panic!("{lost:?} {said}"),
                    Fate::Again => assert_eq!(status, 503),
                    Fate::Less => panic!("nothing was too large"),
                }
            }
        }
    }
    assert_eq!(arrived, 100_000);
    assert!(requests < 100, "{requests}");
}
