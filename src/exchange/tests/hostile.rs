//! Files that are broken, absurd or out to harm: a clear message or a correct picture, never a panic,
//! and never a lost good span.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking; helpers here are no tests to clippy"
)]

mod files;

use exchange::{File, Unknown, sniff};
use files::fixture;
use otlp::{Error, Sheet};
use proptest::prelude::*;
use trace::Span;

const FILES: [&str; 9] = [
    "foreign/crisp-critical-path-11.json",
    "foreign/zipkin-envoy.json",
    "foreign/zipkin-skew.json",
    "foreign/page.har",
    "foreign/chrome-devtools.json",
    "foreign/victoriatraces-jaeger-trace.json",
    "foreign/tempo-v2-trace.pb",
    "otlp/tempo-v2-trace.json",
    "otlp/otlp-example-trace.json",
];

/// Reads a file in steps of so many spans; an empty sheet where it is no trace.
fn read(bytes: impl Into<Vec<u8>>, spans: usize) -> (Sheet, Option<Error>) {
    let mut sheet = Sheet::default();
    let Ok(mut file) = File::open(bytes.into(), &mut sheet) else { return (sheet, None) };
    let mut last = file.step(&mut sheet, spans);
    while !last.done {
        let now = file.step(&mut sheet, spans);
        assert!(now.read >= last.read && now.read <= now.of, "{last:?} {now:?}");
        last = now;
    }
    (sheet, file.error())
}

fn spans(sheet: &Sheet) -> Vec<Span> {
    let spans: Vec<Span> = sheet.spans().collect();
    assert_eq!(spans.len(), sheet.len(), "every span can be built");
    spans
}

#[test]
fn steps_of_any_size_give_the_same() {
    for name in FILES {
        let (at_once, _) = read(fixture(name), usize::MAX);
        let (sheet, error) = read(fixture(name), 1);
        assert_eq!((spans(&sheet), error), (spans(&at_once), None), "{name}");
        assert_eq!(sheet.rejected(), at_once.rejected());
    }
}

#[test]
fn what_is_cut_short_keeps_what_was_whole_and_says_where() {
    for name in FILES {
        let whole = fixture(name);
        let (all, _) = read(whole.clone(), usize::MAX);
        let mut most = 0;
        for cut in (0..whole.len()).step_by(1 + whole.len() / 700) {
            let (sheet, error) = read(&whole[..cut], usize::MAX);
            let found = spans(&sheet).len();
            assert!(found <= all.len() && found + 1 >= most, "{name} at {cut}: {found} < {most}");
            most = most.max(found);
            match error {
                Some(Error::Json { at, .. }) => assert!(at <= cut, "{name} {at} {cut}"),
                None => {
                    assert!(found == 0 || whole[cut..].trim_ascii().len() < 9, "{name} at {cut}");
                }
                _ => {}
            }
        }
        assert!(most + 2 >= all.len(), "{name}: the last cut loses the last spans only");
    }
}

#[test]
fn no_changed_byte_is_too_much() {
    for name in FILES {
        let whole = fixture(name);
        for at in (0..whole.len()).step_by(1 + whole.len() / 500) {
            for with in [0x55_u8, 0xff, b'"', b'['] {
                let mut changed = whole.clone();
                changed[at] = if with == 0x55 { changed[at] ^ with } else { with };
                let (sheet, _) = read(changed, usize::MAX);
                spans(&sheet);
            }
        }
    }
}

#[test]
fn a_bad_span_is_counted_and_the_others_stay() {
    let jaeger = r#"{"data":[{"traceID":"AB","spans":[
        {"traceID":"AB","spanID":"1","operationName":"good","startTime":1,"duration":1,"processID":"p1",
         "tags":[{"key":"k","type":"int64","value":"9007199254740993"},7,{"key":"o","value":{"a":[]}}]},
        {"traceID":"","spanID":"2"}, {"traceID":"ab","spanID":"0"}, 5, null, "span", {},
        {"traceID":"00ab","spanID":"0001","operationName":"good","startTime":1,"duration":1,"processID":"p1"},
        {"traceID":"ab","spanID":"3","operationName":"odd","startTime":"soon","duration":-5,"tags":{},"logs":"no",
         "references":[{"refType":"CHILD_OF","spanID":"01"},{"refType":"FOLLOWS_FROM","spanID":"0"}]}],
        "processes":{"p1":{"serviceName":"shop"},"p2":null}}]}"#;
    let (sheet, error) = read(jaeger, usize::MAX);
    assert_eq!((sheet.len(), sheet.copies(), error), (2, 1, None));
    assert_eq!(
        sheet.rejected().to_string(),
        "6 spans rejected: 2 without a trace id, 1 with an all-zero span id, 3 with a field that is \
         cut short or of a wrong type"
    );
    let found = spans(&sheet);
    assert_eq!((found[0].service(), found[1].service()), ("shop", ""));
    assert_eq!(found[0].attributes.get("k").and_then(trace::Value::as_int), Some(1 << 53 | 1));
    assert_eq!((found[1].parent, found[1].dropped.links), (Some(found[0].id), 1));
    let zipkin = r#"[{"traceId":"ab","id":"1"},{"id":"1"},[{"traceId":"ab","id":"2","tags":[]}],3,
        {"traceId":"ab","id":"4","timestamp":{},"tags":{"a":{"b":1},"c":null},"annotations":[1]}]"#;
    let (sheet, error) = read(zipkin, usize::MAX);
    assert_eq!((spans(&sheet).len(), sheet.rejected().count, error), (3, 2, None));
}

#[test]
fn depth_costs_one_span_or_says_itself() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let chrome = |args: &str| {
        format!(
            r#"[{{"ph":"X","name":"a","ts":1,"dur":1,"args":{{"deep":{args}}}}},{{"ph":"X","name":"b","ts":9}}]"#
        )
    };
    let (sheet, error) = read(chrome(&deep(100)), usize::MAX);
    assert_eq!((spans(&sheet).len(), error), (2, None));
    let first = format!("{:?}", sheet.span(0));
    assert!(first.contains("nested too deep"), "{first}");
    for text in [
        chrome(&deep(100_000)),
        format!(
            r#"{{"data":[{{"spans":[{{"traceID":"1","spanID":"1"}}],"more":{}}}]}}"#,
            deep(100_000)
        ),
        format!(r#"[{{"traceId":"1","id":"1"}},{{"tags":{}}}]"#, deep(100_000)),
        format!(r#"{{"log":{{"entries":[{{"request":{}}}]}}}}"#, deep(100_000)),
        deep(100_000),
    ] {
        let (sheet, error) = read(text.clone(), usize::MAX);
        assert!(matches!(error, None | Some(Error::Deep { .. })), "{error:?}");
        assert!(spans(&sheet).len() <= 1);
    }
}

#[test]
fn spans_that_hold_each_other_in_their_references_are_read() {
    // Jaeger's page saves each reference with its span, and that with its references.
    let mut span = r#"{"traceID":"1","spanID":"1","references":[]}"#.to_owned();
    for id in 2..40 {
        span = format!(
            r#"{{"traceID":"1","spanID":"{id:x}","references":[{{"refType":"CHILD_OF","spanID":"{:x}","span":{span}}}]}}"#,
            id - 1
        );
    }
    let (sheet, error) =
        read(format!(r#"{{"data":[{{"spans":[{span}],"processes":{{}}}}]}}"#), usize::MAX);
    assert_eq!((spans(&sheet).len(), error), (1, None));
}

#[test]
fn long_names_and_markup_are_kept_as_they_are() {
    let long = "x".repeat(1 << 20);
    let script = "<script>alert(1)</script>\u{202e}';--";
    for name in [&*long, script] {
        let quoted = serde_json::to_string(name).unwrap();
        for text in [
            format!(
                r#"{{"data":[{{"spans":[{{"traceID":{quoted},"spanID":{quoted},"operationName":{quoted},
                "tags":[{{"key":{quoted},"value":{quoted}}}],"processID":{quoted}}}],"processes":{{{quoted}:{{"serviceName":{quoted}}}}}}}]}}"#
            ),
            format!(
                r#"[{{"traceId":{quoted},"id":{quoted},"name":{quoted},"tags":{{{quoted}:{quoted}}},"localEndpoint":{{"serviceName":{quoted}}}}}]"#
            ),
            format!(
                r#"[{{"ph":"X","name":{quoted},"ts":1,"args":{{{quoted}:{quoted}}}}},{{"ph":"M","name":"process_name","args":{{"name":{quoted}}}}}]"#
            ),
        ] {
            let (sheet, error) = read(text, usize::MAX);
            assert_eq!(error, None);
            let span = sheet.span(0).unwrap();
            assert_eq!((&*span.name, span.service()), (name, name));
            assert_eq!(span.text(name), Some(name));
        }
    }
}

#[test]
fn times_at_the_ends_of_what_numbers_hold_stay_in_order() {
    let text = r#"[{"ph":"X","name":"a","ts":18446744073709551615,"dur":18446744073709551615},
        {"ph":"X","name":"b","ts":-5,"dur":1e300},{"ph":"X","name":"c","ts":1e15,"dur":"x"},
        {"ph":"B","name":"d","ts":18446744073709551},{"ph":"E","ts":0}]"#;
    let (sheet, _) = read(text, usize::MAX);
    assert!(spans(&sheet).iter().all(|span| span.end >= span.start));
    let text =
        r#"[{"traceId":"1","id":"1","timestamp":18446744073709551,"duration":18446744073709551}]"#;
    let (sheet, _) = read(text, usize::MAX);
    assert!(spans(&sheet).iter().all(|span| span.end >= span.start));
}

#[test]
fn parts_that_all_belong_to_each_other_take_no_square_of_time() {
    const MANY: usize = 20_000;
    let zipkin = [
        r#"{"traceId":"1","id":"1"},"#.repeat(MANY),
        r#"{"traceId":"1","id":"1","timestamp":1},"#.repeat(MANY),
    ];
    let (sheet, _) = read(format!("[{}1]", zipkin.concat()), usize::MAX);
    assert_eq!(sheet.len(), 1);
    let chrome = [
        r#"{"ph":"X","name":"a","ts":1,"args":{"span_id":"1"}},"#.repeat(MANY),
        r#"{"ph":"i","name":"a","ts":1,"args":{"event_of_span_id":"1"}},"#.repeat(MANY),
    ];
    let (sheet, _) = read(format!("[{}1]", chrome.concat()), usize::MAX);
    assert_eq!(sheet.span(0).unwrap().events.len(), MANY);
}

#[test]
fn a_file_beyond_all_limits_is_refused_before_it_is_read() {
    // Zeros from the system take no memory until somebody looks at them.
    let size = (1 << 30) + 1;
    let huge = vec![0; size];
    assert_eq!(sniff(&huge), Err(Unknown::Large { size }));
    assert_eq!(
        Unknown::Large { size }.to_string(),
        "file has 1073741825 bytes, wanted at most 1073741824"
    );
}

proptest! {
    #[test]
    fn no_bytes_are_too_much(bytes: Vec<u8>, text in "[\\[{:,\"a-z0-9}\\]]{0,60}") {
        spans(&read(bytes, 3).0);
        spans(&read(text, 3).0);
    }

    #[test]
    fn no_event_of_chrome_is_too_much(
        events in proptest::collection::vec((0_usize..8, 0_u64..9, 0_u64..9, 0_u8..3), 0..30)
    ) {
        let phases = ["X", "B", "E", "b", "e", "i", "n", "M"];
        let event = |(phase, ts, dur, tid): &(usize, u64, u64, u8)| {
            let phase = phases[*phase];
            format!(r#"{{"ph":"{phase}","name":"n","ts":{ts},"dur":{dur},"tid":{tid},"id":{tid}}}"#)
        };
        let text = format!("[{}]", events.iter().map(event).collect::<Vec<_>>().join(","));
        let (sheet, error) = read(text, 2);
        prop_assert_eq!(error, None);
        let spans = spans(&sheet);
        for span in &spans {
            if let Some(parent) = span.parent {
                let parent = spans.iter().find(|other| other.id == parent).unwrap();
                prop_assert!(parent.start <= span.start && span.end <= parent.end);
            }
        }
    }
}
