use super::*;
use crate::store::tests::{BASE, NOW, answer};
use trace::request::Api;

const VICTORIA: &[u8] =
    include_bytes!("../../../../tests/fixtures/foreign/victoriatraces-jaeger-search.json");
const SERVICES: &str =
    include_str!("../../../../tests/fixtures/foreign/victoriatraces-jaeger-services.json");
const TEMPO: &[u8] = include_bytes!("../../../../tests/fixtures/foreign/tempo-search.json");
const ZIPKIN: &str = include_str!("../../../../tests/fixtures/foreign/zipkin-yelp.json");
const OTLP: &str = include_str!("../../../../tests/fixtures/otlp/tempo-v2-trace.json");
const TRACE: &str = "00a1b2c3d4e5f60718293a4b5c6d7e8f";
const SESSION: &str = "7f3c2a1b9d8e4f60a1b2c3d4e5f60718";
const ALL: Within = Within { session: None, from: None, to: None };
const SUMMARY: &str = r#"{"summaries":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",
    "rootServiceName":"shop","rootOperationName":"GET /cart",
    "minStartTimeUnixNano":"2000000000","maxEndTimeUnixNano":"2500000000",
    "spanCount":7,"errorSpanCount":1,"services":[{"name":"shop","spanCount":7}]}]}"#;

fn within() -> Within {
    let second = |second: u64| Some(Timestamp::from_nanos(second * 1_000_000_000));
    Within { session: SESSION.parse().ok(), from: second(1_795_220_600), to: second(1_795_220_660) }
}

fn listing(dialect: Dialect, within: Within) -> Listing {
    Listing::new(Store::new(BASE, dialect), within, NOW)
}

/// Path and parameters of what is asked next, decoded as far as anybody reads it here.
fn asked(listing: &Listing) -> String {
    let Some(ask) = listing.next() else { return String::new() };
    let mut text = ask.request.url.strip_prefix(BASE).unwrap().to_owned();
    for (code, letter) in
        [("%7B", "{"), ("%7D", "}"), ("%22", "\""), ("%3A", ":"), ("%20", " "), ("%3D", "=")]
    {
        text = text.replace(code, letter);
    }
    text
}

impl Listing {
    fn gets(&mut self, status: u16, body: impl Into<Vec<u8>>) {
        self.heard(Ok(&answer(status, "application/json", body)), NOW);
    }
}

/// What is known of the one request that was listed.
fn only(listing: Listing) -> TracedRequest {
    let mut listed = listing.listed();
    assert_eq!((listed.requests.len(), &*listed.faults), (1, &[][..]));
    listed.requests.remove(0)
}

#[test]
fn our_collector_is_asked_without_a_time_and_what_it_sums_up_is_a_request() {
    let mut listing = listing(Dialect::JaegerV3, ALL);
    assert_eq!(asked(&listing), "/api/v3/trace-summaries?query.searchDepth=200");
    assert_eq!(asked(&listing), asked(&listing), "the same until it is answered");
    listing.gets(200, SUMMARY);
    assert_eq!(asked(&listing), "");
    assert_eq!(listing.clone().listed().since, None);
    let request = only(listing);
    assert_eq!((&*request.method, &*request.url), ("GET", "/cart"));
    assert_eq!((request.spans, request.errors, request.millis), (7, 1, Some(500.0)));
    assert_eq!((&*request.service, request.session), ("shop", None));
}

#[test]
fn what_a_browser_asked_for_has_its_address_and_session() {
    let head = r#","request":{"page":false,"method":"POST","url":"http://a.test/pay",
        "status":502,"session":"0af7651916cd43dd8448eb211c80319c"}}]}"#;
    let mut listing = listing(Dialect::JaegerV3, ALL);
    listing.gets(200, SUMMARY.replace("}]}]}", &format!("}}]{head}")));
    let request = only(listing);
    assert_eq!((request.api, &*request.method), (Api::Fetch, "POST"));
    assert_eq!((&*request.url, request.status), ("http://a.test/pay", Some(502)));
    assert_eq!(request.session, "0af7651916cd43dd8448eb211c80319c".parse().ok());
}

#[test]
fn a_session_and_a_time_are_asked_for_as_each_store_wants_it() {
    let of = format!("{{\"session.id\":\"{SESSION}\"}}");
    for (dialect, path) in [
        (
            Dialect::JaegerV3,
            format!(
                "/api/v3/trace-summaries?query.searchDepth=200\
                 &query.startTimeMin=FIRST&query.startTimeMax=LAST&query.attributes={of}"
            ),
        ),
        (
            Dialect::TempoV2,
            format!(
                "/api/search?q={{ .session.id = \"{SESSION}\" }}\
                 &start=1795220600&end=1795220660&limit=200&spss=1"
            ),
        ),
        (
            Dialect::Zipkin,
            format!(
                "/api/v2/traces?endTs=1795220660000&lookback=60000&limit=20\
                 &annotationQuery=session.id={SESSION}"
            ),
        ),
    ] {
        let text = asked(&listing(dialect, within()));
        let time = |second: u64| moment(Timestamp::from_nanos(second * 1_000_000_000));
        let path = path.replace("FIRST", &time(1_795_220_600));
        assert_eq!(text, path.replace("LAST", &time(1_795_220_660)));
    }
}

#[test]
fn jaeger_that_wants_a_time_and_sums_nothing_up_gives_whole_traces() {
    let mut listing = listing(Dialect::JaegerV3, ALL);
    listing.gets(400, r#"{"error":{"message":"query.startTimeMin is required"}}"#);
    assert!(asked(&listing).starts_with("/api/v3/trace-summaries?"));
    assert!(asked(&listing).contains("&query.startTimeMin=20"), "{}", asked(&listing));
    listing.heard(Ok(&answer(200, "text/html", "<!doctype html><title>Jaeger UI</title>")), NOW);
    let text = asked(&listing);
    assert!(text.starts_with("/api/v3/traces?query.searchDepth=20&query.num_traces=20"), "{text}");
    assert!(text.contains("&query.start_time_min=20"), "{text}");
    listing.gets(200, OTLP.replacen("\"trace\"", "\"result\"", 1));
    let week = Duration::from_hours(168);
    let since = listing.clone().listed().since.unwrap();
    assert_eq!(NOW.plus(SLACK).since(since), week, "and says how far back");
    assert_eq!(only(listing).trace.to_string(), TRACE);
}

#[test]
fn jaeger_whose_storage_wants_a_service_is_asked_by_each() {
    let mut listing = listing(Dialect::JaegerV3, within());
    let said = r#"{"error":{"message":"this storage backend requires a service name"}}"#;
    listing.gets(400, said);
    assert_eq!(asked(&listing), "/api/v3/services");
    listing.gets(200, r#"{"services":["shop","stock"]}"#);
    assert!(asked(&listing).contains("&query.serviceName=shop&"), "{}", asked(&listing));
    listing.gets(200, SUMMARY);
    listing.gets(404, r#"{"error":{"httpCode":404,"message":"No traces found"}}"#);
    assert_eq!(only(listing).session, SESSION.parse().ok());
}

#[test]
fn older_jaeger_is_asked_by_each_service_and_a_trace_of_all_is_listed_once() {
    let mut listing = listing(Dialect::JaegerJson, within());
    assert_eq!(asked(&listing), "/api/services");
    listing.gets(200, SERVICES);
    for service in ["payment", "pricing", "shop-web"] {
        assert_eq!(
            asked(&listing),
            format!(
                "/api/traces?service={service}&start=1795220600000000&end=1795220660000000\
                 &limit=20&tags={{\"session.id\":\"{SESSION}\"}}"
            )
        );
        listing.gets(200, VICTORIA);
    }
    assert_eq!(asked(&listing), "");
    let request = only(listing);
    assert_eq!(request.trace.to_string(), TRACE);
    assert_eq!((&*request.service, &*request.method), ("shop-web", "GET"));
    assert_eq!((&*request.url, request.status), ("/checkout", Some(200)));
    assert_eq!((request.spans, request.errors), (9, 2));
    assert_eq!(request.environment, "staging");
}

#[test]
fn tempo_is_asked_for_no_longer_than_it_takes_and_says_what_it_knows() {
    let mut listing = listing(Dialect::TempoV2, ALL);
    let text = asked(&listing);
    let number = |name: &str| {
        let (_, rest) = text.split_once(name).unwrap();
        rest.split('&').next().unwrap().parse::<u64>().unwrap()
    };
    assert!(text.starts_with("/api/search?q={ }&"), "{text}");
    assert_eq!(number("end=") - number("start="), 168 * 3600);
    listing.gets(200, TEMPO);
    assert!(listing.clone().listed().since.is_some());
    let request = only(listing);
    assert_eq!(request.trace.to_string(), TRACE, "ids are made whole");
    assert_eq!((&*request.service, &*request.method), ("shop-web", "GET"));
    assert_eq!((&*request.url, request.millis), ("/checkout", Some(52.0)));
}

#[test]
fn a_week_is_a_week_to_tempo_and_a_month_is_said_to_be_cut() {
    let back = |days: u64| {
        let from = Timestamp::from_nanos(NOW.nanos() - days * 86_400 * 1_000_000_000);
        listing(Dialect::TempoV1, Within { from: Some(from), ..ALL }).listed().since
    };
    assert_eq!(back(7), None);
    assert!(back(30).is_some());
}

#[test]
fn tempo_counts_spans_where_it_can_and_a_root_that_is_not_there_has_no_name() {
    let body = r#"{"traces":[{"traceID":"1f","rootServiceName":"<root span not yet received>",
        "startTimeUnixNano":"5","serviceStats":{"a":{"spanCount":3,"errorCount":1},"b":{"spanCount":2}}},
        {"traceID":"nonsense"}]}"#;
    let mut listing = listing(Dialect::TempoV2, within());
    listing.gets(200, body);
    let request = only(listing);
    assert_eq!((request.spans, request.errors), (5, 1));
    assert_eq!((&*request.service, &*request.url), ("", ""));
}

#[test]
fn zipkins_traces_are_summed_up_and_those_of_other_sessions_are_left_out() {
    let mut listed = listing(Dialect::Zipkin, ALL);
    assert!(asked(&listed).ends_with("&lookback=604800000&limit=20"), "{}", asked(&listed));
    listed.gets(200, format!("[{ZIPKIN}]"));
    assert_eq!(only(listed).trace.to_string(), "0000000000000000a03ee8fff1dcd9b9");

    let mut of_session = listing(Dialect::Zipkin, within());
    of_session.gets(200, format!("[{ZIPKIN}]"));
    assert_eq!(of_session.listed(), Listed::default());
}

#[test]
fn what_ends_all_ends_the_listing_and_what_does_not_is_noted() {
    let mut listed = listing(Dialect::JaegerJson, within());
    listed.gets(200, SERVICES);
    listed.gets(500, "{}");
    listed.heard(Err(Fault::Silent), NOW);
    assert_eq!(asked(&listed), "", "others would fare no better");
    let faults = listed.listed().faults;
    assert!(matches!(&*faults, [Fault::Status { status: 500, .. }, Fault::Silent]));

    for body in ["<html>", r#"{"error":{}}"#, "{"] {
        let mut listed = listing(Dialect::JaegerV3, within());
        listed.whole = body == "<html>";
        listed.gets(200, body);
        assert_eq!((asked(&listed).as_str(), listed.listed().faults.len()), ("", 1), "{body}");
    }
}

#[test]
fn where_there_is_more_it_is_said() {
    let one = SUMMARY.split_once('[').unwrap().1.rsplit_once(']').unwrap().0;
    let many = |count: usize| {
        let of = |at| one.replace("4bf92f35", &format!("{at:08x}"));
        let all: Vec<_> = (1..=count).map(of).collect();
        format!("{{\"summaries\":[{}]}}", all.join(","))
    };
    for (count, more) in [(199, false), (200, true), (300, true)] {
        let mut listed = listing(Dialect::JaegerV3, ALL);
        listed.gets(200, many(count));
        let listed = listed.listed();
        assert_eq!((listed.requests.len(), listed.more), (count.min(200), more));
    }
}
