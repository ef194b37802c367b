//! What real stores answered, and what breaks answers on their way.

use super::*;
use crate::Reply;
use trace::{Kind, Status, Value};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/", $name))
    };
}

pub(super) const NOW: Timestamp = Timestamp::from_nanos(1_795_220_700_000_000_000);
pub(super) const BASE: &str = "http://store.test:3200";
const TRACE: &str = "00a1b2c3d4e5f60718293a4b5c6d7e8f";
const TEMPO_V1_JSON: &[u8] = fixture!("otlp/tempo-v1-trace.json");
const TEMPO_V1_PROTO: &[u8] = fixture!("otlp/tempo-v1-trace.pb");
const TEMPO_V2_JSON: &[u8] = fixture!("otlp/tempo-v2-trace.json");
const TEMPO_V2_PROTO: &[u8] = fixture!("foreign/tempo-v2-trace.pb");
const VICTORIA: &[u8] = fixture!("foreign/victoriatraces-jaeger-trace.json");
const YELP: &[u8] = fixture!("foreign/zipkin-yelp.json");
const EXAMPLE: &[u8] = fixture!("otlp/otlp-example-trace.json");

const ALL: [Dialect; 5] =
    [Dialect::JaegerV3, Dialect::JaegerJson, Dialect::TempoV2, Dialect::TempoV1, Dialect::Zipkin];

pub(super) fn answer(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
    let content_type = content_type.to_owned();
    let reply = Reply { status, content_type, body: body.into(), ..Reply::default() };
    Answer { reply, ..Answer::default() }
}

/// An answer as it was recorded with its head.
pub(super) fn recorded(text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    };
    let mut answer = answer(status, header("content-type"), body.trim_end());
    answer.date = header("date").to_owned();
    answer
}

fn read(dialect: Dialect, answer: &Answer) -> Result<Found, Fault> {
    Store::new(BASE, dialect).read_trace(answer, NOW)
}

fn trace(dialect: Dialect, answer: &Answer) -> Trace {
    match read(dialect, answer) {
        Ok(Found::Trace(trace)) => trace,
        other => panic!("{dialect:?}: {other:?}"),
    }
}

fn fault(dialect: Dialect, answer: &Answer) -> String {
    read(dialect, answer).unwrap_err().to_string()
}

#[test]
fn a_trace_is_asked_for_where_each_store_has_it() {
    let id = TRACE.parse().unwrap();
    for (dialect, path) in [
        (Dialect::JaegerV3, "/api/v3/traces/"),
        (Dialect::JaegerJson, "/api/traces/"),
        (Dialect::TempoV2, "/api/v2/traces/"),
        (Dialect::TempoV1, "/api/traces/"),
        (Dialect::Zipkin, "/api/v2/trace/"),
    ] {
        let ask = Store::new("http://store.test:3200/x/ ", dialect).trace(id);
        assert_eq!(ask.request.url, format!("http://store.test:3200/x{path}{TRACE}"));
    }
}

#[test]
fn our_collector_is_asked_as_ever() {
    let id = TRACE.parse().unwrap();
    let ask = Store::new(BASE, Dialect::JaegerV3).trace(id);
    assert_eq!(ask.request, crate::jaeger::trace(BASE, id));
}

#[test]
fn one_trace_is_the_same_in_every_form_of_tempo() {
    let wanted = trace(Dialect::TempoV2, &answer(200, "application/protobuf", TEMPO_V2_PROTO));
    assert_eq!((wanted.accepted.spans.len(), &wanted.partial), (9, &None));
    for (dialect, content_type, body) in [
        (Dialect::TempoV2, "application/json", TEMPO_V2_JSON),
        (Dialect::TempoV2, "", TEMPO_V2_JSON),
        (Dialect::TempoV2, "", TEMPO_V2_PROTO),
        (Dialect::TempoV1, "application/json; charset=utf-8", TEMPO_V1_JSON),
        (Dialect::TempoV1, "application/protobuf", TEMPO_V1_PROTO),
        (Dialect::TempoV1, "application/octet-stream", TEMPO_V1_PROTO),
        // A gateway that says something else, or nothing right.
        (Dialect::TempoV1, "text/plain", TEMPO_V1_JSON),
        (Dialect::TempoV2, "application/protobuf", TEMPO_V2_JSON),
    ] {
        let found = trace(dialect, &answer(200, content_type, body));
        assert_eq!(found, wanted, "{dialect:?} {content_type}");
    }
    let root = wanted.accepted.spans.iter().find(|span| span.parent.is_none()).unwrap();
    assert_eq!((root.trace.to_string().as_str(), root.kind), (TRACE, Kind::Server));
    assert_eq!(root.attributes.get("big.int"), Some(&Value::Int(9_007_199_254_740_993)));
}

#[test]
fn the_same_trace_comes_of_victoriatraces_in_its_own_words() {
    let tempo = trace(Dialect::TempoV2, &answer(200, "", TEMPO_V2_PROTO)).accepted.spans;
    let found = trace(Dialect::JaegerJson, &answer(200, "application/json", VICTORIA));
    let mut names: Vec<_> = found.accepted.spans.iter().map(|span| (span.id, &span.name)).collect();
    let mut wanted: Vec<_> = tempo.iter().map(|span| (span.id, &span.name)).collect();
    names.sort();
    wanted.sort();
    assert_eq!(names, wanted);
    let failed = |spans: &[trace::Span]| {
        spans.iter().filter(|span| matches!(span.status, Status::Error(_))).count()
    };
    assert_eq!(failed(&found.accepted.spans), failed(&tempo));
    // Texts for numbers and microseconds for nanoseconds are how it holds them, and no difference.
    for span in &tempo {
        let other = found.accepted.spans.iter().find(|other| other.id == span.id).unwrap();
        assert_eq!(trace::twin::differ(span, other), []);
        assert!(span.attributes != other.attributes || span.start != other.start);
    }
}

#[test]
fn zipkins_shared_spans_are_two() {
    let found = trace(Dialect::Zipkin, &answer(200, "application/json", YELP));
    assert_eq!(found.accepted.spans.len(), 16);
    let mut ids: Vec<_> = found.accepted.spans.iter().map(|span| span.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 16);
}

#[test]
fn what_is_not_there_yet_is_said_in_many_ways() {
    let not_yet = |dialect, answer: &Answer| {
        assert_eq!(read(dialect, answer), Ok(Found::NotYet), "{dialect:?} {answer:?}");
    };
    let text = |bytes: &'static [u8]| std::str::from_utf8(bytes).unwrap();
    not_yet(Dialect::TempoV1, &recorded(text(fixture!("foreign/tempo-v1-unknown.http"))));
    not_yet(Dialect::TempoV2, &recorded(text(fixture!("foreign/tempo-v2-unknown.http"))));
    not_yet(Dialect::JaegerJson, &recorded(text(fixture!("foreign/victoriatraces-unknown.http"))));
    not_yet(Dialect::TempoV2, &answer(200, "application/protobuf", [0x0a, 0, 0x12, 0]));
    let jaeger = "{\"error\":{\"httpCode\":404,\"message\":\"No traces found\"}}";
    not_yet(Dialect::JaegerV3, &answer(404, "application/json", jaeger));
    not_yet(Dialect::JaegerV3, &answer(200, "application/json", "{\"result\":{}}"));
    let older = "{\"data\":null,\"errors\":[{\"code\":404,\"msg\":\"trace not found\"}]}";
    not_yet(Dialect::JaegerJson, &answer(404, "application/json", older));
    not_yet(Dialect::Zipkin, &answer(404, "text/plain", format!("{TRACE} not found")));
    not_yet(Dialect::Zipkin, &answer(200, "application/json", "[]"));
    for dialect in ALL {
        not_yet(dialect, &answer(404, "", ""));
        not_yet(dialect, &answer(200, "", ""));
        not_yet(dialect, &answer(204, "", ""));
    }
}

#[test]
fn an_address_without_a_store_is_not_taken_for_not_yet() {
    let nginx = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>";
    for dialect in ALL {
        for lost in [answer(404, "text/plain", "404 page not found\n"), answer(404, "", nginx)] {
            let fault = read(dialect, &lost).unwrap_err();
            assert!(matches!(fault, Fault::Page { status: 404, .. }) && fault.is_doubt());
        }
    }
    let proxied = Store::new(&format!("{BASE}/api/datasources/proxy/uid/x"), Dialect::TempoV2);
    let gone = answer(404, "application/json", "{\"message\":\"Data source not found\"}");
    let said = proxied.read_trace(&gone, NOW).unwrap_err().to_string();
    assert_eq!(said, "store says 404: Data source not found");
}

#[test]
fn a_partial_answer_says_why() {
    let text = String::from_utf8(TEMPO_V2_JSON.to_vec()).unwrap();
    let end = text.trim_end().strip_suffix('}').unwrap();
    let json = format!("{end},\"status\":\"PARTIAL\",\"message\":\"trace exceeds max size\"}}");
    let found = trace(Dialect::TempoV2, &answer(200, "application/json", json));
    assert_eq!(found.accepted.spans.len(), 9);
    assert_eq!(found.partial.as_deref(), Some("trace exceeds max size"));
    let proto = [TEMPO_V2_PROTO, &[0x18, 1]].concat();
    let found = trace(Dialect::TempoV2, &answer(200, "application/protobuf", proto));
    assert_eq!(found.partial.as_deref(), Some("it is larger than the store's limit"));
    let nothing =
        trace(Dialect::TempoV2, &answer(200, "", "{\"trace\":{},\"status\":\"PARTIAL\"}"));
    assert!(nothing.accepted.spans.is_empty() && nothing.partial.is_some());
    let v1 = answer(422, "text/plain", "trace exceeds max size (max bytes: 5000000)");
    assert_eq!(
        fault(Dialect::TempoV1, &v1),
        "store says 422: trace exceeds max size (max bytes: 5000000)"
    );
}

#[test]
fn ids_come_in_upper_case_and_without_their_zeros() {
    let upper = String::from_utf8(VICTORIA.to_vec())
        .unwrap()
        .replace(TRACE, &TRACE.trim_start_matches('0').to_uppercase());
    assert!(upper.contains("A1B2C3D4E5F60718293A4B5C6D7E8F"));
    let found = trace(Dialect::JaegerJson, &answer(200, "application/json", upper));
    assert!(found.accepted.spans.iter().all(|span| span.trace.to_string() == TRACE));
    let zipkin =
        "[{\"traceId\":\"463AC35C9F6413AD\",\"id\":\"A2FB4A1D1A96D312\",\"name\":\"get\"}]";
    let found = trace(Dialect::Zipkin, &answer(200, "application/json", zipkin));
    assert_eq!(found.accepted.spans[0].trace.to_string(), "0000000000000000463ac35c9f6413ad");
    let example = String::from_utf8(EXAMPLE.to_vec()).unwrap();
    let under = format!("{{\"result\":{example}}}");
    let lower =
        under.replace("5B8EFFF798038103D269B633813FC60C", "5b8efff798038103d269b633813fc60c");
    assert_ne!(under, lower);
    let read = |text: String| trace(Dialect::JaegerV3, &answer(200, "application/json", text));
    assert_eq!(read(under), read(lower));
}

#[test]
fn a_page_instead_of_a_trace_is_told_by_its_title() {
    let page = "<!DOCTYPE html>\n<html><head><TITLE lang=en> Sign\n in &amp; go </TITLE>";
    let wanted = "found a page (200), wanted a trace store's API: “Sign in &amp; go”";
    for dialect in ALL {
        for content_type in ["text/html; charset=utf-8", "", "application/json"] {
            assert_eq!(fault(dialect, &answer(200, content_type, page)), wanted, "{dialect:?}");
        }
        let untitled = answer(200, "text/html", "<html>");
        assert!(fault(dialect, &untitled).ends_with("a page without a title"));
        let bad = answer(500, "text/html", page);
        assert_eq!(fault(dialect, &bad), "store says 500: “Sign in &amp; go”");
    }
}

#[test]
fn an_answer_that_breaks_off_is_told_from_one_that_is_whole() {
    for (dialect, body) in [
        (Dialect::JaegerV3, EXAMPLE),
        (Dialect::JaegerJson, VICTORIA),
        (Dialect::TempoV2, TEMPO_V2_JSON),
        (Dialect::TempoV2, TEMPO_V2_PROTO),
        (Dialect::TempoV1, TEMPO_V1_JSON),
        (Dialect::TempoV1, TEMPO_V1_PROTO),
        (Dialect::Zipkin, YELP),
    ] {
        for at in [2, body.len() / 3, body.len() / 2, body.trim_ascii_end().len() - 1] {
            let fault = read(dialect, &answer(200, "", &body[..at])).unwrap_err();
            assert!(matches!(fault, Fault::Garbled(_)) && fault.is_doubt(), "{dialect:?} {at}");
        }
    }
    for dialect in ALL {
        let prose = answer(200, "text/plain", "hello");
        assert!(matches!(read(dialect, &prose), Err(Fault::Garbled(_))), "{dialect:?}");
    }
}

#[test]
fn more_than_is_read_is_refused_and_not_half_shown() {
    for dialect in ALL {
        let ask = Store::new(BASE, dialect).trace(TRACE.parse().unwrap());
        assert_eq!(ask.most, 64 << 20);
        let large = Answer { over: true, ..answer(200, "", TEMPO_V1_JSON) };
        assert_eq!(fault(dialect, &large), "the store's answer is larger than 64 MB");
    }
}

#[test]
fn an_answer_of_another_host_is_refused() {
    for dialect in ALL {
        let whole = answer(200, "", EXAMPLE);
        let own = Answer { url: format!("{BASE}/other/path"), ..whole.clone() };
        assert!(!matches!(read(dialect, &own), Err(Fault::Redirected { .. })));
        let other = Answer { url: "https://login.test/x?token=1".to_owned(), ..whole };
        assert_eq!(
            fault(dialect, &other),
            "the store sends us on, wanted an answer of its own: https://login.test"
        );
        for status in [0, 301, 302, 307, 308] {
            let fault = read(dialect, &answer(status, "", "")).unwrap_err();
            assert_eq!(fault, Fault::Redirected { to: String::new() });
            assert!(fault.is_general() && !fault.is_doubt());
        }
    }
}

#[test]
fn a_busy_store_names_its_time_in_seconds_or_by_date() {
    let busy = |status, retry_after: &str, date: &str| {
        let mut answer = answer(status, "", "");
        answer.reply.retry_after = retry_after.to_owned();
        answer.date = date.to_owned();
        let fault = read(Dialect::TempoV2, &answer).unwrap_err();
        assert!(fault.is_passing() && !fault.is_doubt());
        fault.to_string()
    };
    assert_eq!(busy(429, "7", ""), "the store is busy (429), wanted a pause of 7 s");
    let (at, date) = ("Sat, 21 Nov 2026 00:24:51 GMT", "Sat, 21 Nov 2026 00:23:51 GMT");
    assert_eq!(busy(503, at, date), "the store is busy (503), wanted a pause of 60 s");
    assert_eq!(busy(429, at, ""), "the store is busy (429), wanted a pause of 0 s");
    assert_eq!(busy(502, "", ""), "the store is busy (502)");
}

#[test]
fn refusals_are_one_short_line() {
    let said = |status, body: &str| fault(Dialect::JaegerJson, &answer(status, "", body));
    assert_eq!(
        said(401, "{\"message\":\"Invalid API key\",\"traceID\":\"\"}"),
        "the store wants other credentials (401): Invalid API key"
    );
    assert_eq!(
        said(400, "{\"data\":null,\"errors\":[{\"code\":400,\"msg\":\"malformed id\"}]}"),
        "store says 400: malformed id"
    );
    let tempo = fixture!("foreign/tempo-search-bad-query.txt");
    assert_eq!(
        said(400, std::str::from_utf8(tempo).unwrap()),
        "store says 400: invalid TraceQL query: parse error at line 1, col 21: syntax error: \
         unexpected $end"
    );
    assert_eq!(said(500, "a\u{202e}b\u{7}c  d\nsecond line"), "store says 500: abc d");
    assert_eq!(said(500, "\u{202e}"), "store says 500: nothing more");
    assert_eq!(said(500, &"x".repeat(5000)).len(), "store says 500: ".len() + 200);
    assert_eq!(
        said(500, "{\"errors\":[1,{\"x\":[2]},{\"msg\":3}]"),
        "store says 500: {\"errors\":[1,{\"x\":[2]},{\"msg\":3}]"
    );
}
