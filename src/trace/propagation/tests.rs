use super::*;
use crate::context::SAMPLED;
use crate::settings::Settings;
use proptest::prelude::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";
const SESSION: &str = "7f3c2a1b9d8e4f60a1b2c3d4e5f60718";

fn context() -> TraceContext {
    let flags = SAMPLED | RANDOM;
    TraceContext { trace: TRACE.parse().unwrap(), span: SPAN.parse().unwrap(), flags }
}

fn session() -> Option<SessionId> {
    SESSION.parse().ok()
}

/// Nothing but what is switched on.
fn only(on: impl FnOnce(&mut Triggers)) -> Triggers {
    let mut triggers = Triggers { w3c: false, cookie: false, ..Triggers::default() };
    on(&mut triggers);
    triggers
}

fn custom(header: &str) -> Triggers {
    only(|triggers| header.clone_into(&mut triggers.header))
}

fn written(triggers: &Triggers) -> Vec<String> {
    let headers = headers(triggers, context(), session());
    headers.into_iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

/// Reads back what was written.
fn found(triggers: &Triggers, headers: &[(&str, &str)]) -> Option<TraceContext> {
    find(triggers, &|name| {
        headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    })
}

type Switch = fn(&mut Triggers);

/// Each format with what it writes in a session.
const VECTORS: &[(Switch, &[&str])] = &[
    (
        |on| on.w3c = true,
        &[
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03",
            "baggage: session.id=7f3c2a1b9d8e4f60a1b2c3d4e5f60718",
        ],
    ),
    (|on| on.b3 = true, &["b3: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d"]),
    (
        |on| on.b3_multi = true,
        &[
            "x-b3-traceid: 4bf92f3577b34da6a3ce929d0e0e4736",
            "x-b3-spanid: 00f067aa0ba902b7",
            "x-b3-sampled: 1",
            "x-b3-flags: 1",
        ],
    ),
    (
        |on| on.jaeger = true,
        &[
            "uber-trace-id: 4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:3",
            "uberctx-session.id: 7f3c2a1b9d8e4f60a1b2c3d4e5f60718",
        ],
    ),
    (
        |on| on.sentry = true,
        &[
            "baggage: session.id=7f3c2a1b9d8e4f60a1b2c3d4e5f60718,\
             sentry-trace_id=4bf92f3577b34da6a3ce929d0e0e4736,\
             sentry-sample_rate=1,sentry-sampled=true",
            "sentry-trace: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        ],
    ),
    (
        |on| on.datadog = true,
        &[
            // 0xa3ce929d0e0e4736 and 0x00f067aa0ba902b7
            "x-datadog-trace-id: 11803532876627986230",
            "x-datadog-parent-id: 67667974448284343",
            "x-datadog-sampling-priority: 2",
            "x-datadog-origin: rum",
            "x-datadog-tags: _dd.p.tid=4bf92f3577b34da6",
        ],
    ),
    (
        |on| on.xray = true,
        &[
            "x-amzn-trace-id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1",
        ],
    ),
    (
        |on| on.google = true,
        &["x-cloud-trace-context: 4bf92f3577b34da6a3ce929d0e0e4736/67667974448284343;o=1"],
    ),
];

#[test]
fn each_format_writes_what_forces_a_trace_and_is_read_back() {
    for (on, wanted) in VECTORS {
        let triggers = only(*on);
        let lines = written(&triggers);
        assert_eq!(lines, *wanted);
        let headers: Vec<_> = lines.iter().filter_map(|line| line.split_once(": ")).collect();
        let read = found(&triggers, &headers).unwrap();
        assert!(read.meets(context()) && read.sampled(), "{lines:?}");
        assert_eq!(found(&Triggers { w3c: false, ..Triggers::default() }, &headers), None);
    }
}

#[test]
fn what_is_not_sampled_is_said_so_in_every_format() {
    let context = TraceContext { flags: RANDOM, ..context() };
    for (on, _) in VECTORS {
        let triggers = only(*on);
        let headers = headers(&triggers, context, session());
        let read = find(&triggers, &|name| {
            headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
        });
        let read = read.unwrap();
        assert!(read.meets(context) && !read.sampled(), "{headers:?}");
        assert!(headers.iter().all(|(_, value)| !value.contains(['{', '|'])), "{headers:?}");
    }
}

/// What the recorder does with a gap, said once more.
fn filled(template: &str, context: TraceContext) -> String {
    let whole = context.to_string();
    let mut text = String::new();
    for part in template.split_inclusive(['{', '}']) {
        let Some(gap) = part.strip_suffix('}') else {
            text.push_str(part.trim_end_matches('{'));
            continue;
        };
        let place = gap.find(['-', '#', '|']).unwrap();
        let (from, to) = (&gap[..place], &gap[place + 1..]);
        if gap[place..].starts_with('|') {
            text.push_str(if context.sampled() { from } else { to });
            continue;
        }
        let part = &whole[from.parse().unwrap()..to.parse().unwrap()];
        let number = || u64::from_str_radix(part, 16).unwrap().to_string();
        text.push_str(&if gap[place..].starts_with('#') { number() } else { part.to_owned() });
    }
    text
}

#[test]
fn a_template_filled_by_the_recorder_says_what_a_rule_says() {
    for flags in [SAMPLED | RANDOM, RANDOM] {
        let context = TraceContext { flags, ..context() };
        for (on, _) in VECTORS {
            let triggers = only(*on);
            let open = Filling { context, session: session(), open: true };
            let templates = profile::groups(&triggers, &open).concat();
            for (name, value) in headers(&triggers, context, session()) {
                let same = templates.iter().filter(|(known, _)| *known == name);
                let said: Vec<String> = same.map(|(_, text)| filled(text, context)).collect();
                assert_eq!(said.join(","), value);
            }
        }
    }
}

#[test]
fn several_formats_at_once_say_each_header_once_and_share_the_baggage() {
    let all = only(|on| {
        for (switch, _) in VECTORS {
            switch(on);
        }
        on.header = "X-Debug: {traceId}".to_owned();
    });
    let headers = headers(&all, context(), session());
    let mut names: Vec<_> = headers.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names.len(), 18);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 18);
    let baggage = headers.iter().find(|(name, _)| name == BAGGAGE).unwrap();
    assert!(baggage.1.starts_with("session.id=7f3c") && baggage.1.contains(",sentry-sampled=true"));
}

#[test]
fn the_random_flag_is_a_choice() {
    let mut triggers = only(|on| on.w3c = true);
    triggers.random = false;
    assert!(written(&triggers)[0].ends_with("-01"));
    assert!(metrics(&triggers, context(), None).ends_with("-{01|00}\""));
}

#[test]
fn outside_a_session_nothing_names_one() {
    for (on, _) in VECTORS {
        let headers = headers(&only(*on), context(), None);
        assert!(headers.iter().all(|(name, value)| !format!("{name}{value}").contains("session")));
    }
}

#[test]
fn with_every_format_off_nothing_is_set_and_a_document_still_learns_its_context() {
    let triggers = only(|_| ());
    assert!(written(&triggers).is_empty());
    let wanted = format!(
        "tracelight;desc=\"00-{TRACE}-{SPAN}-03\", tracelight-marks;desc=\"{MARKS}\", tracelight-headers;desc=\"\""
    );
    assert_eq!(metrics(&triggers, context(), session()), wanted);
}

#[test]
fn a_document_is_told_its_headers_with_trace_and_span_left_open() {
    let told = metrics(&Triggers::default(), context(), session());
    let wanted = format!(
        "tracelight;desc=\"00-{TRACE}-{SPAN}-03\", tracelight-marks;desc=\"{MARKS}\", tracelight-headers;desc=\"traceparent:\
         00-{{3-35}}-{{36-52}}-{{03|02}}\t\tbaggage:session.id={SESSION}\""
    );
    assert_eq!(told, wanted);
    let triggers = only(|on| {
        on.b3 = true;
        on.datadog = true;
        on.header = r#"X-Say: "{spanId}\" {traceId}"#.to_owned();
    });
    let told = metrics(&triggers, context(), session());
    let (_, headers) = told.split_once("tracelight-headers;desc=").unwrap();
    let wanted = "\"b3:{3-35}-{36-52}-{d|0}\t\tx-datadog-trace-id:{19#35}\tx-datadog-parent-id:{36#52}\t\
         x-datadog-sampling-priority:{2|-1}\tx-datadog-origin:rum\tx-datadog-tags:_dd.p.tid={3-19}\
         \t\tx-say:\\\"{36-52}\\\\\\\" {3-35}\"";
    assert_eq!(headers, wanted);
}

#[test]
fn the_pages_own_context_is_read_from_the_headers_that_are_stated() {
    let read = |lines: &str| carried(lines).map(|context| context.to_string());
    for (lines, wanted) in [
        (
            "sentry-trace:80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1\trsc:1",
            Some("00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01"),
        ),
        (
            "b3:64fe8b2a57d3eff7-e457b5a2e4d86bd1-0",
            Some("00-000000000000000064fe8b2a57d3eff7-e457b5a2e4d86bd1-00"),
        ),
        (
            "x-b3-traceid:64fe8b2a57d3eff7\tx-b3-spanid:e457b5a2e4d86bd1\tx-b3-sampled:1",
            Some("00-000000000000000064fe8b2a57d3eff7-e457b5a2e4d86bd1-01"),
        ),
        (
            "x-datadog-trace-id:255\tx-datadog-parent-id:16\tx-datadog-sampling-priority:1\t\
             x-datadog-tags:_dd.p.tid=640cfd8d00000000",
            Some("00-640cfd8d0000000000000000000000ff-0000000000000010-01"),
        ),
        ("rsc:1\tx-datadog-trace-id:255", None),
        ("", None),
    ] {
        assert_eq!(read(lines).as_deref(), wanted, "{lines}");
    }
}

#[test]
fn all_formats_together_keep_the_response_header_modest() {
    let triggers = only(|on| {
        for (switch, _) in VECTORS {
            switch(on);
        }
    });
    let length = metrics(&triggers, context(), session()).len();
    assert!(length < 1_536, "{length}");
}

#[test]
fn formats_are_read_as_their_owners_write_them() {
    let unsampled = |name: &str, value: &str| read(name, value).map(TraceContext::sampled);
    for (name, value, sampled) in [
        ("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90", true),
        ("b3", "80f198ee56343ba8-e457b5a2e4d86bd1-0", false),
        ("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1", false),
        ("uber-trace-id", "80f198ee56343ba864fe8b2a57d3eff7:e457b5a2e4d86bd1:0:01", true),
        ("uber-trace-id", "3ba8:1:0:0", false),
        ("sentry-trace", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1", false),
        (
            "x-amzn-trace-id",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            true,
        ),
        (
            "x-amzn-trace-id",
            "Sampled=?; Parent=53995c3f42cd8ad8; Root=1-5759e988-bd862e3fe1be46a994272793",
            false,
        ),
        ("x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/1;o=1", true),
        ("x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/1", false),
    ] {
        assert_eq!(unsampled(name, value), Some(sampled), "{name}: {value}");
    }
}

#[test]
fn what_is_not_of_the_form_is_not_read() {
    for (name, value) in [
        ("b3", "0"),
        ("b3", "4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-1"),
        ("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-x"),
        ("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-1"),
        ("b3", "00000000000000000000000000000000-00f067aa0ba902b7-1"),
        ("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0"),
        ("uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:3:4"),
        ("uber-trace-id", "04bf92f3577b34da6a3ce929d0e0e47360:00f067aa0ba902b7:0:3"),
        ("uber-trace-id", "0:0:0:1"),
        ("uber-trace-id", "1:1::1"),
        ("sentry-trace", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d"),
        ("sentry-trace", "4bf92f3577b34da6-00f067aa0ba902b7-1"),
        ("x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793"),
        ("x-amzn-trace-id", "Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8"),
        ("x-amzn-trace-id", "Root=1-5759e9-88bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8"),
        (
            "x-amzn-trace-id",
            "Parent=53995c3f42cd8ad8;Parent=53995c3f42cd8ad8;Root=1-5759e988-bd862e3fe1be46a994272793",
        ),
        ("x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/+1;o=1"),
        ("x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/0;o=1"),
        ("x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/18446744073709551616"),
        ("x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/1;o=2"),
        ("x-unknown", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ] {
        assert_eq!(read(name, value), None, "{name}: {value}");
    }
    let datadog = only(|on| on.datadog = true);
    let ids = [("x-datadog-trace-id", "5"), ("x-datadog-parent-id", "6")];
    assert!(found(&datadog, &ids).is_some_and(|context| !context.sampled()));
    let crooked = [ids[0], ids[1], ("x-datadog-tags", "_dd.p.dm=-4,_dd.p.tid=4bf92f35")];
    assert_eq!(found(&datadog, &crooked), None);
    assert_eq!(found(&datadog, &ids[..1]), None);
}

#[test]
fn a_header_of_the_users_own_has_its_gaps_filled() {
    let filled = |header: &str| written(&custom(header));
    assert_eq!(filled("X-Trace: {traceId}/{spanId}"), [format!("x-trace: {TRACE}/{SPAN}")]);
    assert_eq!(filled("x-debug:1"), ["x-debug: 1"]);
    assert_eq!(filled(r#"X-J: {"s":"{sessionId}"}"#), [format!(r#"x-j: {{"s":"{SESSION}"}}"#)]);
    let alone = headers(&custom("X-Session: {sessionId}"), context(), None);
    assert_eq!(alone, [], "there is nothing to say outside a session");
}

#[test]
fn a_header_that_may_not_be_set_is_refused_with_the_reason() {
    let reason = |text: &str| text.parse::<Custom>().unwrap_err().to_string();
    assert_eq!(reason("X-Trace"), "header has no colon, wanted name: value");
    assert!(reason("X Trace: 1").contains("name"));
    assert!(reason(": 1").contains("name"));
    for name in ["Cookie", "HOST", "sec-fetch-site", "Proxy-Authorization", "authorization"] {
        assert!(reason(&format!("{name}: 1")).contains("belongs to the browser"), "{name}");
    }
    for name in ["traceparent", "Baggage", "X-B3-TraceId", "sentry-trace"] {
        assert!(reason(&format!("{name}: 1")).contains("trigger of its own"), "{name}");
    }
    assert_eq!(reason("X-A:  "), "header's value is empty, wanted at least one character");
    assert_eq!(reason("X-A: a\tb"), "header's value has U+0009, wanted visible ASCII and spaces");
    assert!(reason("X-A: é").contains("U+00E9"));
    for gap in ["traceid", "s", "flags", "3-35", "36#52", "d|0", "2|-1"] {
        let wanted =
            format!("{{{gap}}} is not known, wanted {{traceId}}, {{spanId}} or {{sessionId}}");
        assert_eq!(reason(&format!("X-A: {{{gap}}}")), wanted);
    }
    assert!(reason(&format!("X-A: {}", "a".repeat(1_025))).contains("1025 bytes"));
    let mut triggers = Settings::default().triggers;
    triggers.header = "Cookie: x=1".to_owned();
    assert_eq!(headers(&triggers, context(), None).len(), 1, "what is wrong is not sent");
}

proptest! {
    #[test]
    fn no_text_panics(name in "b3|uber-trace-id|sentry-trace|x-amzn-trace-id|x-cloud-trace-context",
        text in "(\\PC|[-0-9a-f:;/=]){0,80}") {
        let _ = read(&name, &text);
        let _ = text.parse::<Custom>();
        let _ = written(&custom(&text));
        let all = only(|on| (on.datadog, on.b3_multi) = (true, true));
        let _ = find(&all, &|_| Some(text.as_str()));
    }

    #[test]
    fn whatever_is_written_is_read_back(trace in any::<[u8; 16]>(), span in any::<[u8; 8]>()) {
        let (Ok(trace), Ok(span)) =
            (crate::TraceId::from_bytes(&trace), crate::SpanId::from_bytes(&span)) else { return Ok(()) };
        let context = TraceContext { trace, span, flags: SAMPLED };
        for (on, _) in VECTORS {
            let triggers = only(*on);
            let headers = headers(&triggers, context, None);
            let read = find(&triggers, &|name| {
                headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
            });
            prop_assert_eq!(read, Some(context));
        }
    }

    #[test]
    fn a_description_is_one_quoted_string(value in "[ -~]{1,60}") {
        let told = metrics(&custom(&format!("x-any: {value}")), context(), session());
        let (_, quoted) = told.split_once("-headers;desc=\"").unwrap();
        let mut letters = quoted.chars();
        let mut text = String::new();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => text.extend(letters.next()),
                _ => text.push(letter),
            }
        }
        prop_assert_eq!(letters.next(), None, "nothing after it");
        if let Ok(header) = format!("x-any: {value}").parse::<Custom>()
            && !header.value.contains('{')
        {
            prop_assert_eq!(text, format!("x-any:{}", header.value));
        }
    }
}
