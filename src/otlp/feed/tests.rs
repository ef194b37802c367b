//! Files are read step by step, whatever is wrong with them.

use std::sync::Arc;

use trace::attribute::key;
use trace::span::{Dropped, Kind};
use trace::{Attributes, Resource, Scope, Span, SpanId, Status, Timestamp, TraceId, Value};

use super::*;
use crate::{Reason, json, proto};

/// A span of a service, by number.
pub(crate) fn plain(number: u64) -> Span {
    let shop = [(key::SERVICE_NAME.to_owned(), Value::from("shop"))];
    Span {
        trace: TraceId::mint([7; 16]).unwrap(),
        id: SpanId::mint((number + 1).to_be_bytes()).unwrap(),
        parent: SpanId::mint(number.to_be_bytes()),
        state: String::new(),
        flags: 1,
        name: format!("GET /items/{number}"),
        kind: Kind::Server,
        start: Timestamp::from_nanos(1_000 + number),
        end: Timestamp::from_nanos(2_000 + number),
        attributes: Attributes::from([(key::HTTP_ROUTE.to_owned(), "/items/{id}".into())]),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Arc::new(Resource { attributes: shop.into(), schema: "resource".to_owned() }),
        scope: Arc::new(Scope { name: "tests".to_owned(), ..Scope::default() }),
    }
}

/// As many spans, each the child of the one before it.
pub(crate) fn trace_of(count: u64) -> Vec<Span> {
    let first = plain(0);
    let span = |number| Span {
        resource: Arc::clone(&first.resource),
        scope: Arc::clone(&first.scope),
        ..plain(number)
    };
    (0..count).map(span).collect()
}

fn read(bytes: impl Into<Vec<u8>>) -> (Sheet, Option<Error>) {
    let mut sheet = Sheet::default();
    let mut feed = Feed::new(bytes.into(), &mut sheet);
    let error = feed.finish(&mut sheet).err();
    assert!(feed.progress().done);
    (sheet, error)
}

fn spans(sheet: &Sheet) -> Vec<Span> {
    sheet.spans().collect()
}

#[test]
fn both_formats_give_the_spans() {
    let wanted = trace_of(5);
    let (sheet, error) = read(proto::encode(&wanted));
    assert_eq!((spans(&sheet), error), (wanted.clone(), None));
    let (sheet, error) = read(json::encode(&wanted));
    assert_eq!((spans(&sheet), error), (wanted, None));
    assert_eq!(sheet.columns().by().resources().len(), 2, "its schema came after the spans");
}

#[test]
fn reading_stops_behind_any_span_and_goes_on() {
    let wanted = trace_of(40);
    for bytes in [proto::encode(&wanted), json::encode(&wanted).into_bytes()] {
        let size = bytes.len();
        let mut sheet = Sheet::default();
        let mut feed = Feed::new(bytes, &mut sheet);
        let (mut steps, mut last) = (0, feed.progress());
        while !last.done {
            let before = sheet.len();
            let now = feed.step(&mut sheet, 4);
            assert!(now.read >= last.read && now.of == size && sheet.len() - before <= 4);
            let names = |spans: &[Span]| -> Vec<String> {
                spans.iter().map(|span| span.name.clone()).collect()
            };
            assert_eq!(names(&spans(&sheet)), names(&wanted[..sheet.len()]));
            (steps, last) = (steps + 1, now);
        }
        assert!(steps >= 10 && last.read == size, "{steps} {last:?}");
        assert_eq!(spans(&sheet), wanted);
    }
}

#[test]
fn what_is_cut_short_keeps_what_was_whole_and_says_where() {
    let wanted = trace_of(9);
    let whole = json::encode(&wanted);
    let last = whole.find("items/6").unwrap();
    let (sheet, error) = read(&whole.as_bytes()[..last]);
    assert_eq!(sheet.len(), 6);
    assert_eq!(error, Some(Error::Json { at: last, wanted: "a closing quote" }));
    let whole = proto::encode(&wanted);
    let (sheet, error) = read(&whole[..whole.len() - 100]);
    assert_eq!(sheet.len(), 8);
    assert!(matches!(error, Some(Error::Protobuf { at: 0 })), "{error:?}");
}

#[test]
fn no_cut_and_no_changed_byte_is_too_much() {
    let wanted = trace_of(4);
    for bytes in [proto::encode(&wanted), json::encode(&wanted).into_bytes()] {
        let mut most = 0;
        for cut in 0..bytes.len() {
            let (sheet, _) = read(&bytes[..cut]);
            assert!(sheet.len() >= most, "more bytes, fewer spans");
            most = sheet.len();
            let mut changed = bytes.clone();
            changed[cut] ^= 0x55;
            let (sheet, _) = read(changed);
            assert_eq!(sheet.spans().count(), sheet.len(), "every span can be built");
        }
    }
}

#[test]
fn a_bad_span_is_counted_and_the_others_stay() {
    let text = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[
        {"traceId":"0","spanId":"0000000000000001"},
        {"traceId":"07070707070707070707070707070707","spanId":"00000000000000AB","name":"good"},
        {"traceId":"07070707070707070707070707070707","spanId":"00000000000000ab","name":"good"},
        {"traceId":"07070707070707070707070707070707","spanId":"00000000000000ac","name":7},
        null, "span"]}, 5, null]}, {"scopeSpans":{}}], "more":[[[]]]}"#;
    let (sheet, error) = read(text);
    assert_eq!((sheet.len(), error), (1, None));
    assert_eq!(sheet.columns().name(0), "good");
    assert_eq!((sheet.rejected().count, sheet.copies()), (4, 1), "ids of either case are one");
    let reasons: Vec<(Reason, u64)> =
        sheet.rejected().reasons.iter().map(|(reason, count)| (*reason, *count)).collect();
    assert!(reasons.contains(&(Reason::TraceMissing, 1)), "{reasons:?}");
}

#[test]
fn who_recorded_spans_may_be_said_after_them() {
    let span = r#"{"traceId":"07070707070707070707070707070707","spanId":"00000000000000ab"}"#;
    let text = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[
            {{"spans":[{span}],"schemaUrl":"s","scope":{{"name":"late"}}}},
            {{"scope":{{"name":"early"}},"spans":[{}]}}],
        "schemaUrl":"r",
        "resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}},
            {{"value":{{"stringValue":"en"}},"key":"browser.language"}}]}}}}]}}"#,
        span.replace("ab", "ac")
    );
    let (sheet, error) = read(text);
    assert_eq!(error, None);
    let of: Vec<Span> = spans(&sheet);
    let said = |span: &Span| {
        let (scope, resource) = (&span.scope, &span.resource);
        [&scope.name, &scope.schema, span.service(), &resource.schema].map(str::to_owned)
    };
    assert_eq!(said(&of[0]), ["late", "s", "shop", "r"]);
    assert_eq!(said(&of[1]), ["early", "", "shop", "r"]);
    assert!(sheet.columns().flags[1].has(trace::columns::Flags::BROWSER));
    assert_eq!(sheet.columns().service(0), "shop");
}

#[test]
fn attributes_sixty_four_levels_deep_are_read_and_deeper_ones_cost_their_span_alone() {
    let nested = |depth| {
        let mut span = plain(1);
        let nest = |inner, _| Value::Map(Attributes::from([("in", inner)]));
        span.attributes.insert("deep".to_owned(), (0..depth).fold(Value::Int(1), nest));
        [plain(0), span, plain(2)]
    };
    let files = |spans: &[Span]| [proto::encode(spans), json::encode(spans).into_bytes()];
    for bytes in files(&nested(64)) {
        let (sheet, error) = read(bytes);
        assert_eq!((sheet.len(), error), (3, None));
        assert_eq!(spans(&sheet)[1].attributes, nested(64)[1].attributes);
    }
    for bytes in files(&nested(110)) {
        let (sheet, error) = read(bytes);
        assert_eq!((sheet.len(), error), (2, None));
        assert_eq!(sheet.rejected().to_string(), "1 span rejected: 1 with values nested too deep");
    }
    let (sheet, error) = read("{\"resourceSpans\":".to_owned() + &"[".repeat(100_000));
    assert!(sheet.is_empty() && matches!(error, Some(Error::Deep { .. })));
}

#[test]
fn what_is_no_trace_says_so() {
    for bytes in [&b""[..], b"hello", b"[]", b"{", b"\x89PNG\r\n\x1a\n", b"\xff\xff\xff"] {
        let (sheet, error) = read(bytes);
        assert!(sheet.is_empty());
        assert_eq!(error.is_none(), bytes.is_empty(), "{bytes:?} {error:?}");
    }
    let (sheet, error) = read("\u{feff} \n{}\n{}");
    assert!(sheet.is_empty() && error.is_none());
}

#[test]
fn json_is_told_from_protobuf() {
    let message = proto::encode(&trace_of(1));
    assert!(!is_json(&message) && is_json(json::encode(&trace_of(1)).as_bytes()));
    assert!(!is_json(b"\n{\n\"\n\x04"), "a resource of 123 bytes with one of 34");
    assert!(is_json(b"\n{\n\"resourceSpans\":[]}"));
}

#[test]
fn wide_flat_and_timeless_traces_are_read() {
    let mut all = trace_of(2_000);
    for span in &mut all {
        (span.start, span.end) = (Timestamp::from_nanos(5), Timestamp::from_nanos(5));
    }
    all[7].start = Timestamp::default();
    all[9].end = Timestamp::from_nanos(1);
    let script = "<script>alert(1)</script>\u{0}\"'";
    all[11].name = script.to_owned();
    all[12].attributes.insert(script.to_owned(), script.into());
    let (sheet, _) = read(json::encode(&all));
    assert_eq!(spans(&sheet), all);
    let (sheet, _) = read(proto::encode(&all));
    assert_eq!(spans(&sheet), all);
}
