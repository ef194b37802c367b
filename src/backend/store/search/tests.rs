use super::*;
use crate::store::tests::{BASE, NOW, answer};

const VICTORIA: &[u8] =
    include_bytes!("../../../../tests/fixtures/foreign/victoriatraces-jaeger-search.json");
const SERVICES: &str =
    include_str!("../../../../tests/fixtures/foreign/victoriatraces-jaeger-services.json");
const TEMPO: &[u8] = include_bytes!("../../../../tests/fixtures/foreign/tempo-search.json");
const TEMPO_TRACE: &[u8] = include_bytes!("../../../../tests/fixtures/otlp/tempo-v2-trace.json");
const TRACE: &str = "00a1b2c3d4e5f60718293a4b5c6d7e8f";
const SESSION: &str = "7f3c2a1b9d8e4f60a1b2c3d4e5f60718";

fn wanted() -> Wanted {
    Wanted {
        session: SESSION.parse().unwrap(),
        known: Vec::new(),
        services: Vec::new(),
        from: Timestamp::from_nanos(1_795_220_600_000_000_000),
        to: Timestamp::from_nanos(1_795_220_660_000_000_000),
    }
}

fn search(dialect: Dialect, wanted: Wanted) -> Search {
    Search::new(Store::new(BASE, dialect), wanted)
}

/// Path and parameters of what is asked next, decoded.
fn asked(search: &Search) -> Option<String> {
    let url = search.next()?.request.url;
    let mut text = Vec::new();
    let mut rest = url.strip_prefix(BASE).unwrap().bytes();
    while let Some(byte) = rest.next() {
        text.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    Some(String::from_utf8(text).unwrap())
}

fn ids(search: Search) -> Vec<String> {
    search.findings().traces.keys().map(ToString::to_string).collect()
}

#[test]
fn tempo_is_asked_by_id_first_then_with_a_range_and_its_short_ids_are_made_whole() {
    let other: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
    let mut search = search(Dialect::TempoV2, Wanted { known: vec![other], ..wanted() });
    assert_eq!(asked(&search).unwrap(), format!("/api/v2/traces/{other}"));
    assert_eq!(asked(&search), asked(&search), "the same until it is answered");
    search.heard(Ok(&answer(200, "application/json", "{\"trace\":{}}")), NOW);
    let range = "start=1795217000&end=1795224261&limit=100&spss=1";
    assert_eq!(
        asked(&search).unwrap(),
        format!("/api/search?q={{ .session.id = \"{SESSION}\" }}&{range}")
    );
    search.heard(Ok(&answer(200, "application/json", TEMPO)), NOW);
    assert_eq!(asked(&search).unwrap(), format!("/api/v2/traces/{TRACE}"));
    search.heard(Ok(&answer(200, "application/json", TEMPO_TRACE)), NOW);
    assert_eq!(asked(&search), None);
    let findings = search.findings();
    assert_eq!((findings.absent, findings.more, findings.faults), (vec![other], false, vec![]));
    assert_eq!(findings.traces[&TRACE.parse().unwrap()].accepted.spans.len(), 9);
}

#[test]
fn a_trace_that_is_known_by_id_is_not_asked_for_again() {
    let known = vec![TRACE.parse().unwrap()];
    let mut search = search(Dialect::TempoV2, Wanted { known, ..wanted() });
    search.heard(Ok(&answer(200, "application/json", TEMPO_TRACE)), NOW);
    search.heard(Ok(&answer(200, "application/json", TEMPO)), NOW);
    assert_eq!(asked(&search), None);
    assert_eq!(ids(search), [TRACE]);
}

#[test]
fn a_store_that_answers_a_search_with_anything_is_asked_for_some_and_believed_in_none() {
    let mut search = search(Dialect::TempoV2, wanted());
    let names: Vec<_> = (1..=5_000).map(|at| format!("{{\"traceID\":\"{at:x}\"}}")).collect();
    let many = format!("{{\"traces\":[{}]}}", names.join(","));
    search.heard(Ok(&answer(200, "application/json", many)), NOW);
    let other = String::from_utf8(TEMPO_TRACE.to_vec()).unwrap();
    let other = other.replace(SESSION, "11111111111111111111111111111111");
    let mut asked = 0;
    while search.next().is_some() {
        search.heard(Ok(&answer(200, "application/json", other.as_str())), NOW);
        asked += 1;
    }
    let findings = search.findings();
    assert_eq!((asked, findings.more, findings.traces.len()), (LIMIT, true, 0));
}

#[test]
fn a_range_is_never_longer_than_tempo_takes() {
    let from = Timestamp::from_nanos(1_700_000_000_000_000_000);
    let search = search(Dialect::TempoV1, Wanted { from, ..wanted() });
    let text = asked(&search).unwrap();
    let number = |name: &str| {
        let (_, rest) = text.split_once(name).unwrap();
        rest.split('&').next().unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(number("end=") - number("start="), 168 * 3600 + 1);
    assert!(search.findings().more, "what came before was not looked for");
}

#[test]
fn older_jaeger_is_asked_for_its_services_and_then_by_each() {
    let mut search = search(Dialect::JaegerJson, wanted());
    assert_eq!(asked(&search).unwrap(), "/api/services");
    search.heard(Ok(&answer(200, "application/json", SERVICES)), NOW);
    for service in ["payment", "pricing", "shop-web"] {
        assert_eq!(
            asked(&search).unwrap(),
            format!(
                "/api/traces?service={service}&tags={{\"session.id\":\"{SESSION}\"}}\
                 &start=1795217000000000&end=1795224260000000&limit=100"
            )
        );
        search.heard(Ok(&answer(200, "application/json", VICTORIA)), NOW);
    }
    assert_eq!(asked(&search), None);
    let findings = search.findings();
    assert_eq!(findings.traces.len(), 1, "found three times, and one");
    assert_eq!(findings.traces[&TRACE.parse().unwrap()].accepted.spans.len(), 9);
}

#[test]
fn services_that_are_known_are_not_asked_for() {
    let services = vec!["a b&c".to_owned()];
    let search = search(Dialect::JaegerJson, Wanted { services, ..wanted() });
    assert!(search.next().unwrap().request.url.contains("service=a%20b%26c&"));
    let services = (0..99).map(|number| format!("s{number}")).collect();
    let mut search = super::tests::search(Dialect::JaegerJson, Wanted { services, ..wanted() });
    let mut count = 0;
    while search.next().is_some() {
        search.heard(Ok(&answer(200, "application/json", "{\"data\":[]}")), NOW);
        count += 1;
    }
    assert_eq!((count, search.findings().more), (30, true));
}

#[test]
fn jaeger_is_asked_in_both_spellings_and_by_service_where_its_storage_wants_one() {
    let mut search = search(Dialect::JaegerV3, wanted());
    let text = asked(&search).unwrap();
    for part in [
        &*format!("/api/v3/traces?query.attributes={{\"session.id\":\"{SESSION}\"}}&"),
        "query.startTimeMin=2026-11-20T23:23:20.000000000Z&",
        "query.startTimeMax=2026-11-21T01:24:20.000000000Z&",
        "query.start_time_min=2026-11-20T23:23:20.000000000Z&",
        "query.searchDepth=100",
    ] {
        assert!(text.contains(part), "{text} {part}");
    }
    assert!(!text.contains("service"));
    let wants = "{\"error\":{\"httpCode\":400,\"message\":\"this storage backend requires a service name to search\"}}";
    search.heard(Ok(&answer(400, "application/json", wants)), NOW);
    assert_eq!(asked(&search).unwrap(), "/api/v3/services");
    search.heard(Ok(&answer(200, "application/json", "{\"services\":[\"shop\"]}")), NOW);
    let text = asked(&search).unwrap();
    assert!(text.ends_with("&query.serviceName=shop&query.service_name=shop"), "{text}");
    search.heard(Ok(&answer(400, "application/json", wants)), NOW);
    assert_eq!(asked(&search), None, "no circle");
    let findings = search.findings();
    assert_eq!(findings.faults.len(), 1);
}

#[test]
fn traces_of_other_sessions_are_left_out() {
    let span = |trace: &str, session: &str| {
        format!(
            "{{\"traceId\":\"{trace}\",\"id\":\"1\",\"name\":\"a\",\"timestamp\":1,\
             \"tags\":{{\"session.id\":\"{session}\"}}}}"
        )
    };
    let other = "00000000000000000000000000000001";
    let body = format!("[[{}],[{}],[]]", span("a1", &SESSION.to_uppercase()), span("b2", other));
    let mut search = search(Dialect::Zipkin, wanted());
    assert_eq!(
        asked(&search).unwrap(),
        format!(
            "/api/v2/traces?annotationQuery=session.id={SESSION}&endTs=1795224260000&lookback=7260000&limit=100"
        )
    );
    search.heard(Ok(&answer(200, "application/json", body)), NOW);
    assert_eq!(ids(search), ["000000000000000000000000000000a1"]);
}

#[test]
fn what_ends_all_ends_the_search_and_what_does_not_is_noted() {
    let known = vec![TRACE.parse().unwrap()];
    let mut search = search(Dialect::TempoV2, Wanted { known: known.clone(), ..wanted() });
    search.heard(Ok(&answer(500, "text/plain", "boom")), NOW);
    assert!(asked(&search).unwrap().starts_with("/api/search"), "one trace is not all");
    search.heard(Ok(&answer(200, "application/json", &TEMPO[..900])), NOW);
    assert_eq!(asked(&search), None);
    let faults = search.findings().faults;
    assert!(matches!(faults[..], [Fault::Status { status: 500, .. }, Fault::Garbled(_)]));
    let busy = Fault::Busy { status: 429, after: None };
    for general in [Err(Fault::Silent), Err(busy), Ok(answer(401, "", "")), Ok(answer(429, "", ""))]
    {
        let mut search =
            super::tests::search(Dialect::TempoV2, Wanted { known: known.clone(), ..wanted() });
        search.heard(general.as_ref().map_err(Clone::clone), NOW);
        assert_eq!(asked(&search), None);
        assert_eq!(search.findings().faults.len(), 1);
    }
}

#[test]
fn a_search_for_what_just_came_is_not_believed() {
    let search = search(Dialect::TempoV2, wanted());
    let to = wanted().to;
    assert_eq!(search.again(to), Some(LAG));
    assert_eq!(search.again(to.plus(Duration::from_secs(40))), Some(Duration::from_secs(5)));
    assert_eq!(search.again(to.plus(LAG)), None);
}

#[test]
fn ids_of_searches_are_padded_and_what_is_none_is_left_out() {
    let body =
        br#"{"traces":[{"traceID":"D6E9329d67b6146a"},{"traceID":"xyz"},{"traceID":null},{},7,
        {"traceID":"d6e9329d67b6146a"},{"traceID":"0"}],"traces2":[]}"#;
    let ids = summary::tempo(body).unwrap();
    assert_eq!(ids.len(), 1);
    assert_eq!(ids[0].to_string(), "0000000000000000d6e9329d67b6146a");
    let services = |text: &str| summary::services(text.as_bytes());
    assert_eq!(services("[\"a\",\"\",\"b\",null]"), Ok(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(services("{\"data\":null}"), Ok(vec![]));
    assert!(matches!(services("{\"data\":"), Err(Fault::Garbled(_))));
}
