use trace::request::{Api, TracedRequest};
use trace::{SpanId, Timestamp};

use super::*;

const PAGE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn request() -> RequestRow {
    let request = TracedRequest {
        trace: PAGE.parse().unwrap(),
        span: "00f067aa0ba902b7".parse::<SpanId>().unwrap(),
        session: "0af7651916cd43dd8448eb211c80319c".parse().ok(),
        api: Api::Document,
        method: "GET".to_owned(),
        url: "http://shop.test/\"a\"".to_owned(),
        status: Some(200),
        start: Timestamp::from_nanos(1_795_218_972_339_697_001),
        millis: Some(12.5),
        error: None,
        ladder: trace::ladder::Ladder::default(),
        spans: 2,
        errors: 0,
        service: "shop".to_owned(),
        environment: String::new(),
        badges: trace::framework::Badges::default(),
        call: String::new(),
    };
    RequestRow { tab: 7, request }
}

/// Spans, a letter each, of the page's trace or of another.
fn chunk(side: Side, part: u32, others: &[&str]) -> (SpanChunk, Vec<Span>) {
    let traces = [PAGE].iter().chain(others);
    let spans: Vec<String> = traces
        .map(|trace| {
            format!(
                r#"{{"traceId":"{trace}","spanId":"00f067aa0ba902b{part}","name":"x","startTimeUnixNano":"5","endTimeUnixNano":"9"}}"#
            )
        })
        .collect();
    let text =
        format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#, spans.join(","));
    let spans = json::decode(text.as_bytes()).unwrap().spans;
    let chunk = SpanChunk {
        trace: PAGE.parse().unwrap(),
        side,
        part,
        open: false,
        unsent: None,
        since: None,
        late: part > 0,
        others: others.iter().map(|other| other.parse().unwrap()).collect(),
        apart: false,
        count: u32::try_from(spans.len()).unwrap(),
        bytes: otlp::proto::encode(&spans),
    };
    (chunk, spans)
}

fn read(text: &[u8]) -> Result<(Vec<RequestRow>, Vec<SpanChunk>), String> {
    let mut reader = Reader::begin(text);
    while !reader.step().map_err(|flaw| flaw.to_string())? {}
    Ok((reader.requests, reader.chunks))
}

#[test]
fn what_was_written_is_read_back_and_its_requests_are_of_no_tab() {
    let other = "00000000000000000000000000000001";
    let all = [
        chunk(Side::Browser, 0, &[other]),
        chunk(Side::Browser, 1, &[]),
        chunk(Side::Server, 0, &[]),
    ];
    let mut writer = Writer::begin("a \"session\"", &[request()]);
    all.iter().for_each(|(chunk, spans)| writer.chunk(chunk, spans));
    let (requests, chunks) = read(&writer.end()).unwrap();
    assert_eq!(requests, [RequestRow { tab: -1, ..request() }]);
    assert_eq!(chunks, all.map(|(chunk, _)| chunk));
}

#[test]
fn chunks_of_a_side_are_numbered_wherever_they_stand_in_the_file() {
    let all = [
        chunk(Side::Server, 0, &[]),
        chunk(Side::Browser, 0, &[]),
        chunk(Side::Server, 1, &[]),
        chunk(Side::Browser, 1, &[]),
    ];
    let mut writer = Writer::begin("a", &[]);
    all.iter().for_each(|(chunk, spans)| writer.chunk(chunk, spans));
    let (_, chunks) = read(&writer.end()).unwrap();
    let places: Vec<_> = chunks.iter().map(|chunk| (chunk.side, chunk.part)).collect();
    let (browser, server) = (Side::Browser, Side::Server);
    assert_eq!(places, [(browser, 0), (browser, 1), (server, 0), (server, 1)]);
}

#[test]
fn each_item_of_the_traces_is_otlp_by_itself() {
    let (chunk, spans) = chunk(Side::Server, 0, &[]);
    let mut writer = Writer::begin("s", &[]);
    writer.chunk(&chunk, &spans);
    let text = String::from_utf8(writer.end()).unwrap();
    let item = text.lines().nth(1).unwrap();
    assert_eq!(json::decode(item.as_bytes()).unwrap().spans, spans);
}

#[test]
fn a_file_that_is_no_session_says_what_it_is_and_what_was_wanted() {
    let said = |text: &str| read(text.as_bytes()).unwrap_err();
    let wanted = "wanted format tracelight-session, found har";
    assert_eq!(said(r#"{"format":"har"}"#), format!("The file is no exported session: {wanted}"));
    assert!(said(r#"{"format":"har","requests":[1]}"#).ends_with(wanted));
    assert!(said("[]").ends_with("it says no format, wanted tracelight-session"));
    assert!(said(r#"{"resourceSpans":[]}"#).contains("no format"));
    assert!(said("").starts_with("The file cannot be read: JSON is broken at byte 0"));
    assert!(said(r#"{"format":"tracelight-session","traces":["#).contains("JSON is broken"));
    let later = r#"{"format":"tracelight-session","version":2}"#;
    assert!(said(later).ends_with("wanted version 1, found 2"));
    let empty = r#"{"format":"tracelight-session","version":1,"requests":[],"traces":null}"#;
    assert!(said(empty).ends_with("with nothing in it"));
}

#[test]
fn what_is_wrong_within_is_named_by_its_number() {
    let said = |rest: &str| {
        let text = format!(r#"{{"format":"tracelight-session","version":1,{rest}}}"#);
        read(text.as_bytes()).unwrap_err()
    };
    let request = said(r#""requests":[{"tab":1}]"#);
    assert!(request.starts_with("Nothing was imported: request 1 cannot be read: "), "{request}");
    assert!(
        said(r#""traces":[{"page":"xyz"}]"#).ends_with("it names no page, wanted 32 hex digits")
    );
    assert!(said(r#""traces":[7]"#).ends_with("trace 1 cannot be read: it is no object"));
}
