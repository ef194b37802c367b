use super::*;
use crate::PageMillis;
use proptest::prelude::*;
use serde_json::json;

const CONTEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

fn request() -> serde_json::Value {
    json!({
        "kind": "request", "api": "fetch", "method": "GET", "url": "http://shop.test/api",
        "span": "00f067aa0ba902b7", "context": CONTEXT, "own": false,
        "start": 10.5, "end": 30, "status": 200, "error": null,
    })
}

fn with(field: &str, value: serde_json::Value) -> Result<Record, RecordError> {
    let mut request = request();
    request[field] = value;
    Record::parse(&request.to_string())
}

#[test]
fn every_kind_reads_and_writes_back() {
    let texts = [
        request(),
        json!({"kind": "document", "url": "http://shop.test/", "referrer": "", "width": 1280}),
        json!({"kind": "navigation", "name": "http://shop.test/", "type": "reload",
            "loadEventEnd": 412.5, "serverTiming": [{"name": "db", "duration": 5}]}),
        json!({"kind": "resource", "name": "http://shop.test/a.js", "startTime": 20,
            "initiatorType": "script", "transferSize": 4321, "nextHopProtocol": "h2"}),
        json!({"kind": "paint", "name": "first-paint", "startTime": 44.1}),
        json!({"kind": "hidden", "at": 5000}),
        json!({"kind": "error", "at": 5000.5, "source": "rejection", "type": "TypeError",
            "message": "x is undefined", "stack": "at f (http://shop.test/a.js:1:2)",
            "url": "http://shop.test/a.js", "line": 1, "column": 2}),
        json!({"kind": "body", "at": 5, "until": 5.5, "url": "http://shop.test/a",
            "fields": "\u{1e}product\u{1f}7\u{1e}card", "operation": "query Cart",
            "response": "0:{}"}),
        json!({"kind": "broken", "at": 50, "url": "http://shop.test/a.png", "element": "img"}),
        json!({"kind": "operation", "at": 900, "type": "click", "role": "button", "name": "Pay",
            "selector": "button#pay", "key": ""}),
        json!({"kind": "vital", "name": "LCP", "value": 812.4, "id": "v6-1", "at": 1000,
            "navigationType": "navigate", "attribution": {"target": "#hero", "url":
            "http://shop.test/hero.png", "timeToFirstByte": 80, "elementRenderDelay": 0.5}}),
        json!({"kind": "long-animation-frame", "startTime": 700, "duration": 120,
            "blockingDuration": 70, "scripts": [{"startTime": 701, "duration": 90,
            "invoker": "BUTTON.onclick", "sourceURL": "http://shop.test/a.js",
            "sourceCharPosition": -1}]}),
        json!({"kind": "longtask", "startTime": 700, "duration": 120, "name": "self"}),
        json!({"kind": "measure", "name": "render", "startTime": 1, "duration": 2,
            "detail": "{\"rows\":4}"}),
        json!({"kind": "page", "at": 4000, "way": "push", "url": "http://shop.test/b",
            "context": CONTEXT}),
        json!({"kind": "turn", "at": 4000, "visibility": "hidden", "online": false,
            "connection": "3g"}),
        json!({"kind": "gap", "count": 12}),
    ];
    let kinds = texts.clone().map(|text| text["kind"].as_str().unwrap().to_owned());
    assert_eq!(kinds.len(), KINDS.len());
    for text in texts {
        let record = Record::parse(&text.to_string()).unwrap();
        let again = crate::json::write(&record);
        assert_eq!(Record::parse(&again), Ok(record));
    }
}

#[test]
fn what_is_no_record_says_why() {
    let error = |text: &str| Record::parse(text).unwrap_err();
    let long = format!("\"{}\"", "x".repeat(LIMIT));
    assert_eq!(error(&long), RecordError::Length { found: LIMIT + 2 });
    assert_eq!(error(r#"{"kind":"wire"}"#), RecordError::Kind("wire".to_owned()));
    assert!(matches!(error("{"), RecordError::Json(_)));
    assert!(matches!(error("[]"), RecordError::Json(_)));
    assert!(matches!(error(r#"{"kind":"paint"}"#), RecordError::Json(_)));
    // Two readers of one text must not see two kinds.
    assert!(matches!(error(r#"{"kind":"hidden","kind":"paint"}"#), RecordError::Json(_)));
}

#[test]
fn a_forged_request_is_refused_with_the_reason() {
    assert_eq!(with("start", json!(-1)), Err(RecordError::Time("start")));
    assert_eq!(with("end", json!(-0.5)), Err(RecordError::Time("end")));
    assert_eq!(with("method", json!("")), Err(RecordError::Method));
    assert_eq!(with("method", json!("GE T")), Err(RecordError::Method));
    assert_eq!(with("method", json!("A".repeat(33))), Err(RecordError::Method));
    assert_eq!(with("api", json!("document")), Err(RecordError::Api));
    for (field, value) in [
        ("span", json!("0000000000000000")),
        ("span", json!(7)),
        ("end", json!(null)),
        ("end", json!("1e999")),
    ] {
        assert!(matches!(with(field, value), Err(RecordError::Json(_))), "{field}");
    }
    let huge = request().to_string().replace("10.5", "1e999");
    assert!(matches!(Record::parse(&huge), Err(RecordError::Json(_))));
}

#[test]
fn a_context_that_cannot_be_read_is_none() {
    let Ok(Record::Request(request)) = with("context", json!("nonsense")) else { panic!() };
    assert_eq!(request.context, None);
    let Ok(Record::Request(request)) = with("context", json!(CONTEXT)) else { panic!() };
    assert_eq!(request.context.unwrap().to_string(), CONTEXT);
}

#[test]
fn long_texts_are_cut_at_a_character_and_marked() {
    let Ok(Record::Request(request)) = with("url", json!("é".repeat(5_000))) else { panic!() };
    assert_eq!(request.url.len(), URL_LIMIT + CUT.len_utf8());
    assert!(request.url.ends_with("é…"));
    let Ok(Record::Request(request)) = with("error", json!("E".repeat(99))) else { panic!() };
    assert_eq!(request.error.unwrap().len(), WORD_LIMIT + CUT.len_utf8());
}

#[test]
fn a_browsers_time_before_the_origin_is_the_origin() {
    let paint = r#"{"kind":"paint","name":"first-paint","startTime":-0.2}"#;
    let Ok(Record::Paint(paint)) = Record::parse(paint) else { panic!() };
    assert_eq!(paint.start_time, PageMillis(0.0));
}

#[test]
fn a_broken_field_becomes_its_default_where_the_record_says_something_without_it() {
    let Ok(Record::Request(request)) = with("status", json!(70_000)) else { panic!() };
    assert_eq!(request.status, None);
    let entry = r#"{"kind":"resource","name":"http://shop.test/a.js","startTime":20,
        "transferSize":-1,"decodedBodySize":1e400,"serverTiming":[7],"nextHopProtocol":null}"#;
    let Ok(Record::Resource(entry)) = Record::parse(entry) else { panic!() };
    assert_eq!((&*entry.timing.name, entry.timing.transfer_size), ("http://shop.test/a.js", 0));
    let frame = r#"{"kind":"long-animation-frame","startTime":7,"duration":60,"scripts":"none"}"#;
    let Ok(Record::Frame(frame)) = Record::parse(frame) else { panic!() };
    assert_eq!(frame.duration, PageMillis(60.0));
    // Without these there is nothing to tell.
    for broken in [
        r#"{"kind":"operation","at":null,"type":"click"}"#,
        r#"{"kind":"vital","name":"LCP","value":"x","at":1}"#,
        r#"{"kind":"page","at":1,"context":"00-0-0-00"}"#,
        r#"{"kind":"gap","count":-1}"#,
    ] {
        assert!(matches!(Record::parse(broken), Err(RecordError::Json(_))), "{broken}");
    }
}

#[test]
fn of_a_body_the_operation_stays_and_not_its_document() {
    let text = json!({"kind": "body", "at": 1, "until": 2, "url": "u", "operation": "Pay",
        "document": "query No { a } mutation Pay { pay(note: \"private\") }"});
    let record = Record::parse(&text.to_string()).unwrap();
    let Record::Body(body) = &record else { panic!() };
    assert_eq!(body.operation, "mutation Pay");
    assert!(!crate::json::write(&record).contains("private"));
}

#[test]
fn of_a_flood_of_fields_the_first_stay_each_within_its_limit() {
    let long = "x".repeat(3_000);
    let mut fields = format!("no name\u{1e}{long}\u{1f}{long}");
    fields.push_str(&"\u{1e}y".repeat(100));
    let text = json!({"kind": "body", "at": 1, "until": 2, "url": "u", "fields": fields});
    let Ok(Record::Body(body)) = Record::parse(&text.to_string()) else { panic!() };
    assert_eq!(body.fields.len(), 64);
    let Field { name, value } = &body.fields[0];
    assert_eq!(name.len(), NAME_LIMIT + CUT.len_utf8());
    assert_eq!(value.as_ref().unwrap().len(), 1024 + CUT.len_utf8());
}

#[test]
fn lone_surrogates_are_replaced() {
    let text = r#"{"kind":"error","at":1,"message":"a\ud800b"}"#;
    let Ok(Record::Error(error)) = Record::parse(text) else { panic!() };
    assert_eq!(error.message, "a\u{fffd}b");
}

#[test]
fn a_detail_that_is_too_long_is_left_out_and_of_many_scripts_the_longest_stay() {
    let detail = "x".repeat(4_097);
    let text = json!({"kind": "measure", "name": "m", "startTime": 1, "detail": detail});
    let Ok(Record::Measure(measure)) = Record::parse(&text.to_string()) else { panic!() };
    assert_eq!(measure.detail, "");
    let scripts: Vec<_> = (0..40).map(|at| json!({"duration": (at * 7) % 40})).collect();
    let text = json!({"kind": "long-animation-frame", "startTime": 1, "duration": 99,
        "scripts": scripts});
    let Ok(Record::Frame(frame)) = Record::parse(&text.to_string()) else { panic!() };
    assert_eq!(frame.scripts.len(), 16);
    assert!(frame.scripts.iter().all(|script| script.duration.0 >= 24.0));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Record::parse(&text);
    }

    #[test]
    fn no_broken_request_panics(at in 0_usize..300, with in "\\PC{0,4}") {
        let mut text = request().to_string();
        let at = text.floor_char_boundary(at.min(text.len()));
        text.insert_str(at, &with);
        let _ = Record::parse(&text);
    }
}

#[test]
fn a_request_claims_the_trace_that_its_context_names() {
    let trace: crate::TraceId = CONTEXT[3..35].parse().unwrap();
    let record = Record::parse(&request().to_string()).unwrap();
    assert!(record.claims(&[trace]) && !record.claims(&[]));
    assert!(!with("context", serde_json::Value::Null).unwrap().claims(&[trace]));
}

#[test]
fn a_document_keeps_of_other_tracers_their_sessions_ids_and_nothing_else() {
    let sdk = "_dd_s=aid=1&rum=0&id=ab-1,\notel{\"user\":\"me, I\",\"id\":\"0af7,\nfaro{\"sessionId\":\"x1";
    let agent = json!({"platform": "Linux", "mobile": false,
        "brands": [{"brand": "Chromium", "version": "156"}, {"brand": "Not A", "version": "8"}]});
    let document = json!({"kind": "document", "url": "", "sdk": sdk, "agent": agent});
    let Record::Document(document) = Record::parse(&document.to_string()).unwrap() else {
        panic!()
    };
    assert_eq!(document.sdk, "datadog:ab-1\notel:0af7\nfaro:x1");
    assert_eq!((&*document.platform, document.mobile), ("Linux", Some(false)));
    assert_eq!(document.brands, "Chromium 156, Not A 8");
    let again = crate::json::write(&Record::Document(document.clone()));
    assert_eq!(Record::parse(&again), Ok(Record::Document(document)));
    let none = Record::parse(r#"{"kind":"document","url":"","sdk":"null"}"#).unwrap();
    assert!(matches!(none, Record::Document(it) if it.sdk.is_empty()));
}

#[test]
fn what_we_measured_ourselves_is_known() {
    let of = |detail: &str| {
        let text = json!({"kind": "measure", "name": "m", "startTime": 1, "detail": detail});
        let Ok(Record::Measure(measure)) = Record::parse(&text.to_string()) else { panic!() };
        measure.is_ours()
    };
    assert!(of(r#"{"devtools":{"track":"shop","trackGroup":"Tracelight","color":"error"}}"#));
    assert!(!of(r#"{"devtools":{"track":"shop","trackGroup":"Mine"}}"#));
}
