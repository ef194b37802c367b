//! Pages drawn as pictures, one column for 10 ms, and what becomes of them.

use super::*;
use crate::record::{Hidden, Metric, Navigation, Paint, Request, Resource, Timing};
use crate::{TraceContext, Value};
use proptest::prelude::*;

mod body;
mod user;
mod visit;

const COLUMN: f64 = 10.0;
const ORIGIN: f64 = 1_795_218_972_000.0;
const FOREIGN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn the_root_names_the_session_before_and_a_context_that_was_shared() {
    let shared = PageContext { trace: TraceId::from_bytes(&[9; 16]).unwrap(), ..page().context };
    let previous = SessionId::from_bytes(&[8; 16]).unwrap();
    let page = Page { previous: Some(previous), shared: Some(shared), ..page() };
    let root = &assemble(&page, &[], &[]).spans[0];
    assert_eq!(root.text("session.previous_id"), Some("08".repeat(16).as_str()));
    assert_eq!(root.text("tracelight.shared_trace"), Some("09".repeat(16).as_str()));
    assert_eq!((root.links[0].trace, root.links[0].span), (shared.trace, shared.document));
}

#[test]
fn a_page_that_is_not_sampled_leaves_only_requests_in_traces_of_their_own() {
    let own = TraceContext { trace: TraceId::from_bytes(&[7; 16]).unwrap(), ..ours(id(2)) };
    let alone = Request { context: Some(own), own: true, ..request("/b", 1.0, 2.0, id(2)) };
    let first = Record::Request(request("/a", 1.0, 2.0, id(1)));
    let records = [first, Record::Request(alone)];
    let left = assemble(&page(), &records, &[]).without(page().context.trace);
    let traces: Vec<_> = left.spans.iter().map(|span| span.trace).collect();
    assert_eq!((traces, left.requests.len()), (vec![own.trace], 1));
}

fn page() -> Page {
    Page {
        previous: None,
        shared: None,
        context: PageContext::mint(std::array::from_fn(|at| u8::try_from(at + 1).unwrap()))
            .unwrap(),
        session: Some("5e5510115e5510115e5510115e551011".parse().unwrap()),
        clock: PageClock::new(ORIGIN).unwrap(),
        url: "http://shop.test/checkout?token=abc".to_owned(),
        document: None,
        dropped: 0,
        user: User::default(),
    }
}

fn at(millis: f64) -> Timestamp {
    page().clock.at(PageMillis(millis))
}

fn id(number: u8) -> SpanId {
    SpanId::mint([0xf0, 0, 0, 0, 0, 0, 0, number]).unwrap()
}

fn ours(span: SpanId) -> TraceContext {
    TraceContext { span, ..page().context.resources() }
}

fn request(url: &str, start: f64, end: f64, span: SpanId) -> Request {
    Request {
        api: Api::Fetch,
        method: "GET".to_owned(),
        url: format!("http://shop.test{url}"),
        span,
        context: Some(ours(span)),
        own: false,
        start: PageMillis(start),
        end: PageMillis(end),
        status: Some(200),
        error: None,
        marks: String::new(),
    }
}

fn timing(url: &str, start: f64, end: f64) -> Timing {
    Timing {
        name: format!("http://shop.test{url}"),
        start_time: PageMillis(start),
        fetch_start: PageMillis(start),
        response_end: PageMillis(end),
        ..Timing::default()
    }
}

fn resource(initiator: &str, url: &str, start: f64, end: f64) -> Record {
    Record::Resource(Box::new(Resource {
        timing: timing(url, start, end),
        initiator_type: initiator.to_owned(),
        ..Resource::default()
    }))
}

/// Reads a picture. Each line is one record: `load` for the whole navigation, `call` for what the
/// recorder saw of a fetch, any other word for a resource of that initiator.
fn records(picture: &str) -> Vec<Record> {
    let mut calls = 0;
    let mut read = |line: &str| {
        let (words, bar) = line.split_once('|').unwrap();
        let mut words = words.split_whitespace();
        let (kind, url) = (words.next().unwrap(), words.next().unwrap());
        let edge = |column: usize| f64::from(u32::try_from(column).unwrap()) * COLUMN;
        let start = edge(bar.find('=').unwrap());
        let end = edge(bar.rfind('=').unwrap() + 1);
        match kind {
            "load" => Record::Navigation(Box::new(Navigation {
                timing: timing(url, start, COLUMN * 3.0),
                load_event_end: PageMillis(end),
                ..Navigation::default()
            })),
            "call" => {
                calls += 1;
                Record::Request(request(url, start, end, id(calls)))
            }
            initiator => resource(initiator, url, start, end),
        }
    };
    picture.lines().filter(|line| line.contains('|')).map(&mut read).collect()
}

/// Draws spans as pictures are drawn, indented below their parents.
fn draw(assembly: &Assembly) -> String {
    let mut lines = Vec::new();
    for span in &assembly.spans {
        let indent = if span.parent.is_some() { "  " } else { "" };
        let url = span.text(key::URL_FULL).unwrap_or_default();
        let path = url.strip_prefix("http://shop.test").unwrap_or(url);
        let column =
            |time: Timestamp| usize::try_from(time.since(at(0.0)).as_millis() / 10).unwrap();
        let (start, end) = (column(span.start), column(span.end));
        let bar = format!("{}{}", " ".repeat(start), "=".repeat(end - start));
        let text = format!("{indent}{} {path}", span.name);
        lines.push(format!("{text:34}|{bar:14}|"));
    }
    lines.join("\n")
}

fn picture(text: &str) -> String {
    let lines = text.lines().filter(|line| line.contains('|'));
    let indent = text.lines().find(|line| line.contains('|')).unwrap();
    let indent = indent.len() - indent.trim_start().len();
    lines.map(|line| line[indent..].to_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_page_becomes_one_tree_under_its_load() {
    let records = records(
        "
        load    /checkout     | ==========|
        script  /app.js       |   ===     |
        img     /logo.png     |    =====  |
        call    /api/cart     |      ==   |
        fetch   /api/cart     |      ==== |
        call    /api/stock    |       =   |
        ",
    );
    let assembly = assemble(&page(), &records, &[]);
    assert_eq!(
        draw(&assembly),
        picture(
            "
            page load /checkout?token=REDACTED|===========   |
              GET /checkout?token=REDACTED    | ==           |
              GET /app.js                     |   ===        |
              GET /logo.png                   |    =====     |
              GET /api/cart                   |      ====    |
              GET /api/stock                  |       =      |
            "
        )
    );
    assert!(assembly.settled);
    let urls: Vec<_> = assembly.requests.iter().map(|request| &*request.url).collect();
    assert_eq!(
        urls,
        [
            "http://shop.test/checkout?token=REDACTED",
            "http://shop.test/api/cart",
            "http://shop.test/api/stock"
        ]
    );
    let session = page().session.unwrap().to_string();
    for span in &assembly.spans {
        assert_eq!(span.text(key::SESSION_ID), Some(&*session), "{}", span.name);
        assert_eq!(span.service(), "browser");
        assert_eq!(span.flags, 0x103);
    }
}

#[test]
fn calls_of_one_address_pair_with_loads_by_their_time() {
    let records = records(
        "
        call    /poll   |==           |
        fetch   /poll   |===          |
        call    /poll   |   =         |
        call    /poll   |     ===     |
        fetch   /poll   |     =====   |
        fetch   /poll   |           ==|
        ",
    );
    assert_eq!(
        draw(&assemble(&page(), &records, &[])),
        picture(
            "
            page load /checkout?token=REDACTED|============= |
              GET /checkout?token=REDACTED    |============= |
              GET /poll                       |===           |
              GET /poll                       |   =          |
              GET /poll                       |     =====    |
              HTTP /poll                      |           == |
            "
        ),
        "the second call found no load: it never reached the network; the last load has no call"
    );
}

#[test]
fn a_page_that_is_still_loading_ends_with_what_was_seen_last() {
    let mut page = page();
    let wire = Wire {
        method: "POST".to_owned(),
        status: Some(303),
        start: at(10.0),
        end: None,
        error: None,
    };
    page.document = Some(wire.clone());
    let empty = assemble(&page, &[], &[]);
    assert_eq!((empty.spans[1].start, empty.spans[1].end), (at(10.0), at(10.0)));
    assert_eq!(empty.requests[0].millis, None);
    assert!(!empty.settled);

    page.document = Some(Wire { end: Some(at(40.0)), ..wire });
    let records = records("script /app.js | =====|");
    let assembly = assemble(&page, &records, &[]);
    let [root, document, _] = &assembly.spans[..] else { panic!() };
    assert_eq!((root.start, root.end), (at(0.0), at(60.0)));
    assert_eq!((document.start, document.end), (at(10.0), at(40.0)));
    assert_eq!(document.name, "POST");
    assert_eq!(assembly.requests[0].millis, Some(30.0));
    let hidden = Record::Hidden(Hidden { at: PageMillis(90.0) });
    assert_eq!(assemble(&page, &[hidden], &[]).spans[0].end, at(90.0));
}

#[test]
fn a_document_that_never_came_says_why() {
    let error = Some("net::ERR_CONNECTION_REFUSED".to_owned());
    let wire =
        Wire { method: "GET".to_owned(), status: None, start: at(1.0), end: Some(at(3.0)), error };
    let assembly = assemble(&Page { document: Some(wire), ..page() }, &[], &[]);
    let document = &assembly.spans[1];
    assert_eq!(document.status, Status::Error("net::ERR_CONNECTION_REFUSED".to_owned()));
    assert_eq!(assembly.requests[0].error.as_deref(), Some("net::ERR_CONNECTION_REFUSED"));
    assert!(!assembly.spans[0].failed(), "the root tells of the page, not of the request");
}

fn texts(span: &Span) -> Vec<(&str, String)> {
    span.attributes.iter().map(|(name, value)| (name, value.to_string())).collect()
}

#[test]
fn a_document_tells_its_network_phases_and_the_root_its_milestones() {
    let timing = Timing {
        fetch_start: PageMillis(2.0),
        connect_start: PageMillis(3.0),
        connect_end: PageMillis(4.0),
        request_start: PageMillis(5.0),
        response_start: PageMillis(20.0),
        next_hop_protocol: "h2".to_owned(),
        response_status: 200,
        encoded_body_size: 1_000,
        transfer_size: 1_300,
        decoded_body_size: 4_000,
        server_timing: vec![
            Metric { name: "db".into(), duration: PageMillis(5.5), description: String::new() },
            Metric {
                name: "tracelight".into(),
                duration: PageMillis(1.0),
                description: "x".into(),
            },
        ],
        ..timing("/checkout", 0.0, 25.0)
    };
    let navigation = Navigation {
        timing,
        way: "reload".to_owned(),
        unload_event_end: PageMillis(9.0),
        dom_interactive: PageMillis(40.0),
        load_event_end: PageMillis(60.0),
        ..Navigation::default()
    };
    let document = Document {
        url: "http://shop.test/checkout".to_owned(),
        user_agent: "Browser/1".to_owned(),
        language: "en".to_owned(),
        width: 1280,
        height: 720,
        ..Document::default()
    };
    let paint = |name: &str, millis| {
        Record::Paint(Paint { name: name.to_owned(), start_time: PageMillis(millis) })
    };
    let records = [
        paint("first-contentful-paint", 50.0),
        Record::Navigation(Box::new(navigation)),
        Record::Document(Box::new(document)),
        paint("first-paint", 45.0),
    ];
    let assembly = assemble(&page(), &records, &[]);
    let [root, document] = &assembly.spans[..] else { panic!() };
    let names = |span: &Span| span.events.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(root),
        ["unloadEventEnd", "domInteractive", "firstPaint", "firstContentfulPaint", "loadEventEnd"]
    );
    assert_eq!(
        names(document),
        [
            "fetchStart",
            "connectStart",
            "connectEnd",
            "requestStart",
            "responseStart",
            "responseEnd"
        ]
    );
    let session = page().session.unwrap().to_string();
    assert_eq!(
        texts(document),
        [
            ("browser.resource_timing.decoded_body_size", "4000".to_owned()),
            ("browser.resource_timing.transfer_size", "1300".to_owned()),
            ("http.request.method", "GET".to_owned()),
            ("http.response.body.size", "1000".to_owned()),
            ("http.response.status_code", "200".to_owned()),
            ("network.protocol.version", "2".to_owned()),
            ("server.address", "shop.test".to_owned()),
            ("server.port", "80".to_owned()),
            ("session.id", session.clone()),
            ("tracelight.server_timing.db", "5.5".to_owned()),
            ("url.full", "http://shop.test/checkout?token=REDACTED".to_owned()),
        ]
    );
    assert_eq!(
        texts(root),
        [
            ("browser.navigation_timing.type", "reload".to_owned()),
            ("session.id", session),
            ("tracelight.document.viewport", "1280x720".to_owned()),
            ("url.full", "http://shop.test/checkout?token=REDACTED".to_owned()),
        ]
    );
    assert_eq!(root.resource.attributes[key::USER_AGENT_ORIGINAL], Value::from("Browser/1"));
    assert_eq!(root.resource.attributes[key::BROWSER_LANGUAGE], Value::from("en"));
}

#[test]
fn a_client_calls_400_and_above_an_error_and_a_failure_by_its_name() {
    let ended = |status: Option<u16>, error: Option<&str>| {
        let error = error.map(str::to_owned);
        let request = Request { status, error, ..request("/api", 0.0, 9.0, id(1)) };
        let assembly = assemble(&page(), &[Record::Request(request)], &[]);
        let [_, _, span] = &assembly.spans[..] else { panic!() };
        (span.status.clone(), span.text(key::ERROR_TYPE).map(str::to_owned))
    };
    let named = |text: &str| (Status::Error(text.to_owned()), Some(text.to_owned()));
    assert_eq!(ended(Some(399), None), (Status::Unset, None));
    assert_eq!(ended(Some(404), None), (Status::Error(String::new()), Some("404".to_owned())));
    assert_eq!(ended(None, Some("TypeError")), named("TypeError"));
    assert_eq!(ended(None, Some("TimeoutError")), named("timeout"));
    assert_eq!(ended(Some(0), Some("abort")), named("AbortError"));
    assert_eq!(ended(Some(0), None), (Status::Unset, None));
}

#[test]
fn methods_are_named_as_they_go_out() {
    let named = |method: &str| {
        let request = Request { method: method.into(), ..request("/api", 0.0, 9.0, id(1)) };
        let assembly = assemble(&page(), &[Record::Request(request)], &[]);
        let original = assembly.spans[2].text(key::HTTP_REQUEST_METHOD_ORIGINAL).map(str::to_owned);
        (assembly.spans[2].name.clone(), original, assembly.requests[1].method.clone())
    };
    assert_eq!(named("post"), ("POST".into(), None, "POST".into()));
    assert_eq!(named("PATCH"), ("PATCH".into(), None, "PATCH".into()));
    // The browser sends it as it is, and no server knows it.
    assert_eq!(named("patch"), ("HTTP".into(), Some("patch".into()), "patch".into()));
}

#[test]
fn a_request_to_another_origin_is_a_span_without_a_row() {
    let cdn = Request {
        url: "https://cdn.test:8443/x".to_owned(),
        context: None,
        ..request("", 0.0, 9.0, id(1))
    };
    let assembly = assemble(&page(), &[Record::Request(cdn)], &[]);
    let span = &assembly.spans[2];
    assert_eq!(span.text(key::SERVER_ADDRESS), Some("cdn.test"));
    assert_eq!(span.attributes[key::SERVER_PORT], Value::Int(8443));
    assert_eq!(assembly.requests.len(), 1, "the document's");
}

#[test]
fn a_pages_own_context_is_kept_in_its_own_trace() {
    let context: TraceContext = FOREIGN.parse().unwrap();
    let own = Request { own: true, context: Some(context), ..request("/api", 0.0, 9.0, id(1)) };
    let assembly = assemble(&page(), &[Record::Request(own.clone())], &[]);
    let span = &assembly.spans[2];
    assert_eq!((span.trace, span.id, span.parent), (context.trace, context.span, None));
    assert_eq!(span.links[0].span, page().context.root);
    assert_eq!(assembly.requests[1].trace, context.trace);

    let unreadable = Request { context: None, ..own };
    let assembly = assemble(&page(), &[Record::Request(unreadable)], &[]);
    assert_eq!(assembly.spans[2].id, id(1));
    assert_eq!(assembly.requests.len(), 1);
}

#[test]
fn what_asks_no_server_is_no_span() {
    let local = ["data:text/plain,x", "blob:http://shop.test/1", "chrome-extension://abc/x.js"];
    for url in local {
        let call = Request { url: url.to_owned(), ..request("", 0.0, 9.0, id(1)) };
        let mut load = timing("", 0.0, 9.0);
        load.name = url.to_owned();
        let load = Resource { timing: load, ..Resource::default() };
        let records = [Record::Request(call), Record::Resource(Box::new(load))];
        assert_eq!(assemble(&page(), &records, &[]).spans.len(), 2, "{url}");
    }
}

#[test]
fn a_forged_request_changes_neither_root_nor_document() {
    let honest = records("load /checkout |======|\ncall /api |  ==  |");
    let before = assemble(&page(), &honest, &[]);
    let PageContext { root, document, .. } = page().context;
    let forged = [
        request("/forged", 0.0, 1.0, root),
        request("/forged", 0.0, 1.0, document),
        Request { own: true, context: Some(ours(root)), ..request("/forged", 1.0, 0.0, id(8)) },
        request("/checkout", 0.0, 3e13, id(9)),
        request("/forged", 3e13, 0.0, id(1)),
        Request { context: FOREIGN.parse().ok(), ..request("/forged", 5.0, 6.0, id(7)) },
    ];
    let mut all = honest.clone();
    all.extend(forged.map(Record::Request));
    let after = assemble(&page(), &all, &[]);
    assert_eq!(after.spans[..2], before.spans[..2]);
    assert!(before.spans[2..].iter().all(|span| after.spans.contains(span)));
    let mut ids: Vec<_> = after.spans.iter().map(|span| (span.trace, span.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), after.spans.len(), "each span has an id of its own");
    // Only the one with a context of its own that nobody else has gets a row.
    let rows: Vec<_> = after.requests.iter().map(|row| row.span).collect();
    assert_eq!(rows, [document, id(9), id(1)]);
}

#[test]
fn a_flood_of_equal_claims_leaves_each_a_span() {
    let flood: Vec<_> = (0..20_000_u16)
        .map(|status| {
            Record::Request(Request { status: Some(status), ..request("/x", 1.0, 2.0, id(1)) })
        })
        .collect();
    assert_eq!(assemble(&page(), &flood, &[]).spans.len(), flood.len() + 2);
}

fn any_request() -> impl Strategy<Value = Record> {
    let span = (0_u8..4).prop_map(id);
    let times = prop::sample::select(&[0.0, 10.0, 10.1, 20.0, 500.0, 3e13][..]);
    let context = prop::option::of(prop::sample::select(
        &[FOREIGN, "00-0102030405060708090a0b0c0d0e0f10-1112131415161718-03"][..],
    ));
    (span, times.clone(), times, context, any::<bool>(), 0_u16..3).prop_map(
        |(span, start, end, context, own, status)| {
            let context = context.map_or(Some(ours(span)), |context| context.parse().ok());
            let url = if status == 0 { "/a" } else { "/b" };
            let status = Some(status * 200);
            Record::Request(Request { context, own, status, ..request(url, start, end, span) })
        },
    )
}

fn any_record() -> impl Strategy<Value = Record> {
    let times = prop::sample::select(&[0.0, 10.0, 10.1, 20.0, 500.0][..]);
    let load = ("(fetch|script)", "/[ab]", times.clone(), times.clone())
        .prop_map(|(initiator, url, start, end)| resource(&initiator, &url, start, end));
    let navigation = (times.clone(), "[ab]").prop_map(|(end, way)| {
        let load_event_end = PageMillis(end);
        Record::Navigation(Box::new(Navigation { load_event_end, way, ..Navigation::default() }))
    });
    let paint = ("first-paint|first-contentful-paint", times.clone())
        .prop_map(|(name, start)| Record::Paint(Paint { name, start_time: PageMillis(start) }));
    let document =
        "[ab]".prop_map(|url| Record::Document(Box::new(Document { url, ..Document::default() })));
    let hidden = times.prop_map(|at| Record::Hidden(Hidden { at: PageMillis(at) }));
    prop_oneof![
        4 => any_request(),
        4 => load,
        1 => navigation,
        1 => paint,
        1 => document,
        1 => hidden,
        6 => visit::any_happening(),
    ]
}

proptest! {
    #[test]
    fn order_and_repeats_change_nothing(
        records in prop::collection::vec(any_record(), 0..24),
        unseen in prop::collection::vec(visit::any_unseen(), 0..4),
        seed in any::<u64>(),
    ) {
        let wanted = assemble(&page(), &records, &unseen);
        let mut mixed: Vec<_> = records.iter().chain(records.iter().step_by(2)).cloned().collect();
        let mut told: Vec<_> = unseen.iter().chain(unseen.iter().step_by(2)).cloned().collect();
        // Fisher-Yates with a small congruential generator: the order is the seed's.
        let mut state = seed;
        let mut draw = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).unwrap() % below
        };
        for at in (1..mixed.len()).rev() {
            mixed.swap(at, draw(at + 1));
        }
        for at in (1..told.len()).rev() {
            told.swap(at, draw(at + 1));
        }
        prop_assert_eq!(assemble(&page(), &mixed, &told), wanted);
    }

    #[test]
    fn every_span_has_an_id_of_its_own_and_a_parent_that_is_there(
        records in prop::collection::vec(any_record(), 0..24),
        unseen in prop::collection::vec(visit::any_unseen(), 0..4),
    ) {
        let Assembly { spans, requests, .. } = assemble(&page(), &records, &unseen);
        let mut ids: Vec<_> = spans.iter().map(|span| (span.trace, span.id)).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), spans.len());
        prop_assert_eq!(spans[0].parent, None);
        for span in &spans[1..] {
            let Some(parent) = span.parent else {
                prop_assert!(ids.binary_search(&(span.links[0].trace, span.links[0].span)).is_ok());
                continue;
            };
            prop_assert!(ids.binary_search(&(span.trace, parent)).is_ok());
        }
        for request in requests {
            prop_assert!(ids.binary_search(&(request.trace, request.span)).is_ok());
        }
    }
}
