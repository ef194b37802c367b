//! Files of every format, as they are found in the wild.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; helpers here are no tests to clippy"
)]

mod files;

use exchange::{File, Format, decode, sniff};
use files::fixture;
use otlp::{Error, Sheet};
use trace::{Kind, Span, Status, Value};

fn read(bytes: impl Into<Vec<u8>>) -> (Sheet, Option<Error>) {
    let mut sheet = Sheet::default();
    let mut file = File::open(bytes.into(), &mut sheet).unwrap();
    let error = file.finish(&mut sheet).err();
    assert!(file.step(&mut sheet, 1).done);
    assert_eq!(sheet.spans().count(), sheet.len(), "every span can be built");
    (sheet, error)
}

fn good(name: &str) -> Vec<Span> {
    let (sheet, error) = read(fixture(name));
    assert_eq!(error, None, "{name}");
    sheet.spans().collect()
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn every_file_is_known_by_its_content_and_gives_its_spans() {
    let files = [
        ("foreign/crisp-critical-path-1.json", Format::Jaeger, 1),
        ("foreign/crisp-critical-path-10.json", Format::Jaeger, 4),
        ("foreign/crisp-critical-path-11.json", Format::Jaeger, 2),
        ("foreign/victoriatraces-jaeger-trace.json", Format::Jaeger, 9),
        ("foreign/zipkin-envoy.json", Format::Zipkin, 1),
        ("foreign/zipkin-messaging-kafka.json", Format::Zipkin, 28),
        ("foreign/zipkin-skew.json", Format::Zipkin, 4),
        ("foreign/zipkin-yelp.json", Format::Zipkin, 16),
        ("foreign/page.har", Format::Har, 5),
        ("foreign/chrome-devtools.json", Format::Chrome, 5),
        ("foreign/tempo-v2-trace.pb", Format::OtlpProtobuf, 9),
        ("otlp/tempo-v1-trace.pb", Format::OtlpProtobuf, 9),
        ("otlp/tempo-v1-trace.json", Format::Tempo, 9),
        ("otlp/tempo-v2-trace.json", Format::Tempo, 9),
        ("otlp/otlp-example-trace.json", Format::OtlpJson, 1),
    ];
    for (name, format, count) in files {
        assert_eq!(sniff(&fixture(name)), Ok(format), "{name}");
        assert_eq!(good(name).len(), count, "{name}");
    }
}

#[test]
fn a_text_whose_format_is_known_is_read_at_once_and_as_in_steps() {
    for name in ["foreign/crisp-critical-path-10.json", "foreign/victoriatraces-jaeger-trace.json"]
    {
        assert_eq!(decode::jaeger(&fixture(name)).unwrap().spans, good(name), "{name}");
    }
    for name in ["foreign/zipkin-skew.json", "foreign/zipkin-yelp.json"] {
        assert_eq!(decode::zipkin(&fixture(name)).unwrap().spans, good(name), "{name}");
    }
    let cut = fixture("foreign/zipkin-skew.json");
    assert!(matches!(decode::zipkin(&cut[..cut.len() / 2]), Err(Error::Json { .. })));
    assert!(matches!(decode::jaeger(b"<html>"), Err(Error::Json { .. })));
}

#[test]
fn what_has_no_spans_says_what_it_is() {
    let said = |bytes: &[u8]| sniff(bytes).unwrap_err().to_string();
    for (name, wanted) in [
        ("foreign/tempo-search.json", "found a store's answer to a search, which has no spans"),
        ("foreign/tempo-v2-tags.json", "found a JSON object with \"scopes\""),
        ("foreign/victoriatraces-jaeger-services.json", "found a list of names, as a trace store"),
        ("foreign/tempo-v1-unknown.http", "found text that begins with \"HTTP/1.1 404 Not Found\""),
    ] {
        let said = said(&fixture(name));
        assert!(said.starts_with(wanted), "{name}: {said}");
        assert!(said.contains("wanted a trace: OTLP (JSON or protobuf), Jaeger"), "{said}");
    }
    for (bytes, wanted) in [
        (&b""[..], "found nothing"),
        (b" \n", "found nothing"),
        (b"{}", "found an empty JSON object"),
        (b"[]", "found a JSON list of something else"),
        (b"<!doctype html>", "found a page of HTML or XML"),
        (b"PK\x03\x04rest", "found a ZIP archive"),
        (b"\x1f\x8b\x08", "file is packed with gzip, wanted what is in it"),
        (b"\xff\xfe{\0", "found text in UTF-16, which is not read: save it as UTF-8"),
        (b"{\"resourceLogs\":[]}", "found OTLP logs"),
        (b"{\"data\":null}", "found an answer of a trace store without a trace"),
        (b"\x00\xff\x00", "found 3 bytes that are no text"),
    ] {
        assert!(said(bytes).starts_with(wanted), "{bytes:?}: {}", said(bytes));
    }
}

#[test]
fn a_store_of_another_make_gives_what_was_recorded() {
    let jaeger = good("foreign/victoriatraces-jaeger-trace.json");
    let otlp = good("otlp/tempo-v1-trace.json");
    for wanted in &otlp {
        let found = jaeger.iter().find(|span| span.id == wanted.id).unwrap();
        assert_eq!(found.trace, wanted.trace);
        assert_eq!((found.parent, &found.name), (wanted.parent, &wanted.name));
        assert_eq!((found.kind, found.service()), (wanted.kind, wanted.service()));
        assert_eq!(found.failed(), wanted.failed(), "{}", wanted.name);
        assert_eq!(found.start.nanos(), wanted.start.nanos() / 1_000 * 1_000);
        assert_eq!(
            (found.links.len(), found.events.len()),
            (wanted.links.len(), wanted.events.len())
        );
        assert_eq!(found.scope.name, wanted.scope.name);
        for (name, value) in &wanted.attributes {
            let said = found.attributes.get(name).map(ToString::to_string);
            // VictoriaTraces makes text of everything.
            let plain = |text: String| text.replace([' ', '"'], "");
            assert_eq!(said.map(plain), Some(plain(value.to_string())), "{name}");
        }
    }
}

#[test]
fn a_server_that_shares_its_clients_span_gets_one_of_its_own() {
    let spans = good("foreign/zipkin-yelp.json");
    let client = spans.iter().find(|span| span.id.to_string() == "7a778764a0d0b594").unwrap();
    assert_eq!((client.kind, client.service()), (Kind::Client, "mobile_api"));
    let server = spans.iter().find(|span| span.parent == Some(client.id)).unwrap();
    assert_eq!((server.kind, server.service()), (Kind::Server, "spectre"));
    let mut ids: Vec<_> = spans.iter().map(|span| span.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), spans.len(), "no id twice");
}

#[test]
fn pieces_of_a_span_that_came_late_are_put_to_it() {
    let text = r#"[{"traceId":"a","id":"2","parentId":"1","tags":{"late":"x"},"localEndpoint":{"serviceName":"b"}},
        {"traceId":"a","id":"2","parentId":"1","kind":"CLIENT","timestamp":5,"localEndpoint":{"serviceName":"a"}},
        {"traceId":"a","id":"2","parentId":"1","kind":"SERVER","timestamp":6,"shared":true,"tags":{"k":"v"},
         "localEndpoint":{"serviceName":"b"}},
        {"traceId":"a","id":"3","parentId":"2","localEndpoint":{"serviceName":"b"}}]"#;
    let (sheet, error) = read(text);
    assert_eq!((sheet.len(), error), (3, None));
    let spans: Vec<Span> = sheet.spans().collect();
    assert_eq!((spans[1].text("late"), spans[1].text("k")), (Some("x"), Some("v")));
    assert_eq!(spans[0].attributes.len(), 0);
    assert_eq!(spans[2].parent, Some(spans[1].id), "its own service's work");
}

#[test]
fn a_network_log_becomes_pages_with_their_requests() {
    let (sheet, error) = read(fixture("foreign/page.har"));
    assert_eq!((error, sheet.rejected().count), (None, 1));
    let spans: Vec<Span> = sheet.spans().collect();
    let page = named(&spans, "page /checkout");
    let document = named(&spans, "GET /checkout");
    assert_eq!((document.parent, document.kind), (Some(page.id), Kind::Client));
    assert_eq!(document.start.nanos(), 1_795_253_400_100_000_000);
    assert_eq!(document.duration().as_micros(), 120_500);
    assert_eq!(page.duration().as_micros(), 410_250);
    let events: Vec<&str> = document.events.iter().map(|event| &*event.name).collect();
    let wanted = [
        "fetchStart",
        "connectStart",
        "connectEnd",
        "requestStart",
        "responseStart",
        "responseEnd",
    ];
    assert_eq!(events, wanted);
    assert_eq!(document.events[5].time, document.end);
    assert_eq!(document.links[0].span.to_string(), "00f067aa0ba902b7");
    assert!(!format!("{spans:?}").contains("secret"), "headers stay in the log");
    let pay = named(&spans, "POST /pay");
    assert_eq!(pay.start.nanos(), 1_795_253_400_250_000_000);
    assert_eq!(pay.attributes.get("network.protocol.version"), Some(&"1.1".into()));
    assert!(pay.failed());
    let lost = named(&spans, "request ");
    assert_eq!(lost.status, Status::Error("net::ERR_FAILED".into()));
    assert_eq!(lost.parent, Some(named(&spans, "requests without a page").id));
}

#[test]
fn of_a_browsers_trace_its_user_timing_and_network_are_read() {
    let spans = good("foreign/chrome-devtools.json");
    let root = named(&spans, "recording");
    let script = named(&spans, "GET /app.js");
    assert_eq!((script.parent, script.kind, script.failed()), (Some(root.id), Kind::Client, true));
    assert_eq!(script.duration().as_micros(), 50_250);
    assert_eq!(script.start.nanos(), 1_795_253_400_000_000_000, "the file says when it began");
    let size = script.attributes.get("browser.resource_timing.transfer_size");
    assert_eq!(size, Some(&Value::Int(1_234)));
    let hydrate = named(&spans, "hydrate");
    assert_eq!(hydrate.duration().as_nanos(), 77_500_250);
    assert_eq!(named(&spans, "ready").duration().as_nanos(), 0);
    assert_eq!(named(&spans, "GET /never.png").end, root.end, "what nobody ended ends with all");
    assert!(spans.iter().all(|span| span.service() == "Renderer"));
}

#[test]
fn slices_of_any_other_trace_lie_in_each_other_as_their_times_say() {
    let text = r#"[{"name":"main","ph":"B","pid":1,"tid":1,"ts":0},
        {"name":"inner","cat":"work","ph":"X","pid":1,"tid":1,"ts":10,"dur":5,"args":{"n":{"a":[1,2.5]}}},
        {"name":"other","ph":"X","pid":1,"tid":2,"ts":11,"dur":1},
        {"ph":"E","pid":1,"tid":1,"ts":100},
        {"name":"process_name","ph":"M","pid":1,"args":{"name":"compiler"}},"#;
    // Nobody closed the list: the format allows that.
    let (sheet, error) = read(text);
    assert_eq!((sheet.len(), error), (3, None));
    let spans: Vec<Span> = sheet.spans().collect();
    let (main, inner) = (named(&spans, "main"), named(&spans, "inner"));
    assert_eq!((main.parent, inner.parent), (None, Some(main.id)));
    assert_eq!(named(&spans, "other").parent, None);
    assert_eq!((main.service(), main.duration().as_micros()), ("compiler", 100));
    assert_eq!(
        inner.attributes.get("n").map(ToString::to_string).as_deref(),
        Some("{a: [1, 2.5]}")
    );
}

#[test]
fn lists_and_lines_of_otlp_are_read() {
    let span = r#"{"traceId":"07070707070707070707070707070707","spanId":"00000000000000ab"}"#;
    let resource = format!(r#"{{"scopeSpans":[{{"spans":[{span}]}}]}}"#);
    let message = format!(r#"{{"resourceSpans":[{resource}]}}"#);
    let other = message.replace("ab", "ac");
    for text in [
        format!("{message}\n{other}\n"),
        format!("[{message},\n{other}]"),
        format!("\u{feff}[{resource},{}]", resource.replace("ab", "ac")),
        format!("{{\"result\":{message}}}\n{{\"result\":{other}}}"),
    ] {
        let (sheet, error) = read(text.clone());
        assert_eq!((sheet.len(), error), (2, None), "{text}");
    }
    let (sheet, error) = read(format!("[{resource},{{\"scopeSpans\":[{{\"spans\":[x"));
    let at = resource.len() + 27;
    assert_eq!(sheet.len(), 1);
    assert_eq!(error, Some(Error::Json { at, wanted: "a value" }));
}
