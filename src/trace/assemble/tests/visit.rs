//! A visit of several pages within one document: what becomes of what was asked, done, thrown and
//! measured in them.

use super::*;
use crate::record::{
    Attribution, Broken, Exception, Frame, Gap, Measure, Operation, Script, Soft, Turn, Vital,
};

/// The trace of a request or a page with that number, and of no other.
fn trace(number: u8) -> TraceId {
    TraceId::mint([number; 16]).unwrap()
}

fn context(number: u8, span: SpanId) -> TraceContext {
    TraceContext { trace: trace(number), span, flags: 3 }
}

fn click(at: f64) -> Record {
    Record::Operation(Operation {
        at: PageMillis(at),
        way: "click".to_owned(),
        role: "button".to_owned(),
        name: "Pay".to_owned(),
        selector: "#pay".to_owned(),
        key: String::new(),
    })
}

fn soft(number: u8, at: f64, way: &str) -> Record {
    Record::Page(Soft {
        at: PageMillis(at),
        way: way.to_owned(),
        url: format!("http://shop.test/{number}?token=abc"),
        context: context(number, id(200)),
    })
}

fn error(at: f64, message: &str) -> Record {
    Record::Error(Exception {
        at: PageMillis(at),
        source: "error".to_owned(),
        class: "TypeError".to_owned(),
        message: message.to_owned(),
        stack: "at pay (http://shop.test/app.js:1:2)".to_owned(),
        url: "http://shop.test/app.js".to_owned(),
        line: 1,
        column: 2,
    })
}

fn measure(name: &str, start: f64, end: f64) -> Record {
    Record::Measure(Measure {
        name: name.to_owned(),
        start_time: PageMillis(start),
        duration: PageMillis(end - start),
        detail: r#"{"rows":3}"#.to_owned(),
    })
}

fn own(number: u8, start: f64, end: f64) -> Request {
    let span = id(number);
    Request { context: Some(context(number, span)), ..request("/api", start, end, span) }
}

/// What happens in a visit, at moments that meet.
pub(super) fn any_happening() -> impl Strategy<Value = Record> {
    let times = || prop::sample::select(&[0.0, 10.0, 10.1, 20.0, 500.0, 1_600.0][..]);
    let message = || prop::sample::select(&["item 1", "item 2", "boom"][..]);
    let way = prop::sample::select(&["navigate", "back-forward-cache"][..]);
    let turn = |(at, visibility): (f64, String)| {
        let (at, connection) = (PageMillis(at), String::new());
        Record::Turn(Turn { at, visibility, online: None, connection })
    };
    let broken = |(at, url): (f64, String)| {
        let url = format!("http://shop.test{url}");
        Record::Broken(Broken { at: PageMillis(at), url, element: "img".to_owned() })
    };
    prop_oneof![
        3 => times().prop_map(click),
        3 => (times(), message()).prop_map(|(at, message)| error(at, message)),
        3 => (message(), times(), times()).prop_map(|(name, a, b)| measure(name, a.min(b), a.max(b))),
        2 => (6_u8..9, times()).prop_map(|(number, at)| soft(number, at, "push")),
        2 => ("LCP|CLS", 0.0..9.0, times(), way).prop_map(|(name, value, at, way)| vital(&name, value, at, way)),
        3 => (6_u8..9, times(), times()).prop_map(|(at, a, b)| Record::Request(own(at, a, b))),
        1 => (times(), "/[ab]").prop_map(broken),
        1 => (times(), "visible|hidden").prop_map(turn),
        1 => (0_u32..3).prop_map(|count| Record::Gap(Gap { count })),
    ]
}

pub(super) fn any_unseen() -> impl Strategy<Value = Unseen> {
    let times = prop::sample::select(&[0.0, 10.0, 20.0, 500.0, 1_600.0][..]);
    ("[12]", "/[ab]", times, any::<bool>(), prop::option::of(200_u16..202)).prop_map(
        |(id, url, start, carried, status)| {
            let one = unseen(&id, "ping", &format!("http://shop.test{url}"), start);
            let context = one.context.filter(|_| carried);
            Unseen { context, status, ..one }
        },
    )
}

fn vital(name: &str, value: f64, at: f64, way: &str) -> Record {
    Record::Vital(Box::new(Vital {
        name: name.to_owned(),
        value,
        id: "v6-1".to_owned(),
        navigation_type: way.to_owned(),
        at: PageMillis(at),
        attribution: Attribution {
            target: "#hero".to_owned(),
            element_render_delay: Some(12.5),
            ..Attribution::default()
        },
    }))
}

fn named<'a>(assembly: &'a Assembly, name: &str) -> &'a Span {
    let found: Vec<_> = assembly.spans.iter().filter(|span| span.name == name).collect();
    assert_eq!(found.len(), 1, "{name} in {:?}", names(assembly));
    found[0]
}

fn names(assembly: &Assembly) -> Vec<&str> {
    assembly.spans.iter().map(|span| &*span.name).collect()
}

fn made(records: &[Record]) -> Assembly {
    assemble(&page(), records, &[])
}

fn links(span: &Span) -> Vec<(TraceId, SpanId, &str)> {
    let kind = |link: &crate::Link| (link.trace, link.span);
    let links = span.links.iter().map(|link| {
        let (trace, span) = kind(link);
        (trace, span, link.attributes[key::LINK_KIND].as_text().unwrap())
    });
    links.collect()
}

#[test]
fn a_request_after_settling_is_the_root_of_its_own_trace_and_links_to_what_caused_it() {
    let call = own(7, 1_050.0, 1_090.0);
    let load = resource("fetch", "/api", 1_051.0, 1_120.0);
    let assembly = made(&[click(1_000.0), Record::Request(call), load]);
    let [_, _, click, call] = &assembly.spans[..] else { panic!("{:?}", names(&assembly)) };
    let PageContext { trace: home, root, .. } = page().context;
    assert_eq!((call.trace, call.id, call.parent), (trace(7), id(7), None));
    assert_eq!(links(call), [(home, root, "page"), (home, click.id, "operation")]);
    assert_eq!((click.trace, click.parent), (home, Some(root)));
    assert_eq!(click.end, at(1_120.0), "until the end of what it caused, by the browser's word");
    let rows: Vec<_> = assembly.requests.iter().map(|row| (row.trace, row.api)).collect();
    assert_eq!(rows, [(home, Api::Document), (trace(7), Api::Fetch)]);
    assert!(assembly.requests[1].ladder.armed.is_some());
}

#[test]
fn a_request_within_the_pages_trace_hangs_below_the_operation_that_caused_it() {
    let caused = request("/a", 1_100.0, 1_150.0, id(1));
    let late = request("/b", 1_100.2, 1_150.0, id(2));
    let records = [click(1_000.0), Record::Request(caused), Record::Request(late)];
    let assembly = made(&records);
    let parent =
        |span: u8| assembly.spans.iter().find(|it| it.id == id(span)).and_then(|span| span.parent);
    assert_eq!(parent(1), Some(named(&assembly, "click button \"Pay\"").id));
    assert_eq!(parent(2), Some(page().context.root), "more than 100 ms later");
}

#[test]
fn what_is_not_sampled_leaves_no_span_and_no_row_and_takes_its_load_with_it() {
    let mut call = own(7, 10.0, 20.0);
    call.context = call.context.map(|context| TraceContext { flags: 2, ..context });
    let load = resource("fetch", "/api", 11.0, 19.0);
    let assembly = made(&[Record::Request(call), load]);
    assert_eq!((assembly.spans.len(), assembly.requests.len()), (2, 1));
}

#[test]
fn an_excluded_request_stays_in_the_trace_of_the_page_that_was_shown() {
    let plain = |start, span| Request { context: None, ..request("/health", start, start, span) };
    let records = [
        Record::Request(plain(10.0, id(1))),
        soft(9, 1_000.0, "push"),
        Record::Request(plain(1_200.0, id(2))),
    ];
    let assembly = made(&records);
    let of = |span: u8| assembly.spans.iter().find(|it| it.id == id(span)).unwrap();
    assert_eq!((of(1).trace, of(1).parent), (page().context.trace, Some(page().context.root)));
    assert_eq!((of(2).trace, of(2).parent), (trace(9), Some(id(200))));
    assert_eq!(assembly.requests.len(), 2, "the document and the page within it");
}

#[test]
fn a_page_within_the_document_has_a_trace_with_a_root_a_row_and_links_to_what_was_before() {
    let inside =
        Request { context: Some(context(8, id(3))), ..request("/x", 2_010.0, 2_090.0, id(3)) };
    let records = [
        click(1_950.0),
        soft(8, 2_000.0, "push"),
        Record::Request(inside),
        resource("fetch", "/x", 2_011.0, 2_100.0),
        // One thing leads to the next within a second, and then it is quiet.
        resource("img", "/far.png", 2_900.0, 3_000.0),
        resource("img", "/poll.png", 9_000.0, 9_100.0),
        error(2_050.0, "x"),
        soft(9, 20_000.0, "restore"),
    ];
    let assembly = made(&records);
    let roots: Vec<_> = assembly.spans.iter().filter(|span| span.name == SOFT).collect();
    let [first, second] = &roots[..] else { panic!("{:?}", names(&assembly)) };
    let PageContext { trace: home, root, .. } = page().context;
    let click = named(&assembly, "click button \"Pay\"");
    assert_eq!((first.trace, first.id, first.parent), (trace(8), id(200), None));
    assert_eq!(links(first), [(home, root, "page"), (home, click.id, "operation")]);
    assert_eq!((first.start, first.end), (at(2_000.0), at(3_000.0)));
    assert_eq!(first.text(key::URL_FULL), Some("http://shop.test/8?token=REDACTED"));
    assert_eq!(first.text(key::SOFT_TYPE), Some("push"));
    assert_eq!(first.events[0].name, "exception");
    assert!(assembly.spans[0].events.is_empty(), "thrown in another page");
    assert_eq!(links(second), [(trace(8), id(200), "page")]);
    assert_eq!(second.attributes[key::SAME_DOCUMENT], Value::from(false));
    let inside = assembly.spans.iter().find(|span| span.id == id(3)).unwrap();
    assert_eq!((inside.trace, inside.parent), (trace(8), Some(id(200))));
    // Rules know of one page only: what goes to its own origin carries the document's context.
    assert!(
        assembly
            .spans
            .iter()
            .filter(|it| it.text(key::INITIATOR_TYPE) == Some("img"))
            .all(|it| it.trace == home && it.parent == Some(root))
    );
    let rows: Vec<_> = assembly.requests.iter().map(|row| (row.api, row.trace)).collect();
    let wanted = [Api::Document, Api::Page, Api::Fetch, Api::Page];
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), wanted);
    assert_eq!(assembly.requests[1].millis, Some(1_000.0));
    assert_eq!(assembly.requests[1].url, "http://shop.test/8?token=REDACTED");
}

#[test]
fn errors_are_grouped_on_the_root_and_told_to_what_they_happened_in() {
    let mut records: Vec<_> =
        (0..40_u32).map(|at| error(f64::from(at), &format!("item {at} is gone"))).collect();
    records.extend([error(1_010.0, "boom"), click(1_000.0), measure("render", 1_005.0, 1_020.0)]);
    let assembly = made(&records);
    let root = &assembly.spans[0];
    let told = |event: &crate::Event| {
        let text = event.attributes[key::EXCEPTION_MESSAGE].to_string();
        (text, event.attributes[key::EXCEPTION_COUNT].clone())
    };
    let groups: Vec<_> = root.events.iter().map(told).collect();
    assert_eq!(
        groups,
        [("item 0 is gone".to_owned(), Value::from(40)), ("boom".to_owned(), Value::from(1))]
    );
    assert_eq!(root.attributes[key::EXCEPTIONS], Value::from(41));
    assert!(!root.failed(), "the load is none the worse");
    let render = named(&assembly, "render");
    assert_eq!(render.status, Status::Error("boom".to_owned()));
    assert_eq!(render.events[0].attributes[key::EXCEPTION_TYPE], Value::from("TypeError"));
    assert_eq!(render.parent, Some(named(&assembly, "click button \"Pay\"").id));
}

#[test]
fn measures_nest_in_each_other_and_in_operations_and_carry_their_detail() {
    let records = [
        click(100.0),
        measure("outer", 110.0, 300.0),
        measure("inner", 120.0, 200.0),
        measure("apart", 150.0, 400.0),
    ];
    let assembly = made(&records);
    let id = |name: &str| named(&assembly, name).id;
    assert_eq!(named(&assembly, "inner").parent, Some(id("outer")));
    assert_eq!(named(&assembly, "outer").parent, Some(id("click button \"Pay\"")));
    assert_eq!(named(&assembly, "apart").parent, Some(id("click button \"Pay\"")));
    assert_eq!(named(&assembly, "click button \"Pay\"").end, at(400.0));
    assert_eq!(named(&assembly, "inner").attributes["rows"], Value::from(3));
    assert_eq!(named(&assembly, "inner").kind, Kind::Internal);
}

#[test]
fn vitals_are_the_documents_unless_they_say_otherwise_and_the_last_word_counts() {
    let records = [
        soft(8, 5_000.0, "restore"),
        vital("LCP", 2_600.0, 3_000.0, "navigate"),
        vital("CLS", 0.02, 1_000.0, "navigate"),
        vital("CLS", 0.3, 9_000.0, "navigate"),
        vital("TTFB", 3.0, 6_000.0, "back-forward-cache"),
        vital("XYZ", 1.0, 1.0, "navigate"),
    ];
    let assembly = made(&records);
    let told = |span: &Span| {
        let events = span.events.iter().filter(|event| event.name == "browser.web_vital");
        let texts = events.map(|event| {
            let text = |name: &str| event.attributes[name].to_string();
            format!(
                "{}={} {}",
                text(key::VITAL_NAME),
                text(key::VITAL_VALUE),
                text(key::VITAL_RATING)
            )
        });
        texts.collect::<Vec<_>>()
    };
    let root = &assembly.spans[0];
    assert_eq!(told(root), ["lcp=2600 needs-improvement", "cls=0.3 poor"]);
    assert_eq!(told(named(&assembly, SOFT)), ["ttfb=3 good"]);
    assert_eq!(root.attributes["tracelight.vital.lcp"], Value::from(2_600.0));
    let lcp = &root.events[0];
    assert_eq!(lcp.time, at(2_600.0));
    assert_eq!(lcp.attributes["tracelight.web_vital.element"], Value::from("#hero"));
    assert_eq!(lcp.attributes["tracelight.web_vital.element_render_delay"], Value::from(12.5));
}

#[test]
fn a_failed_resource_fails_its_load_or_has_a_span_of_its_own() {
    let broken = |url: &str, at: f64| {
        let url = format!("http://shop.test{url}");
        Record::Broken(Broken { at: PageMillis(at), url, element: "img".to_owned() })
    };
    let records = [
        resource("img", "/a.png", 10.0, 20.0),
        resource("img", "/b.png", 10.0, 20.0),
        broken("/a.png", 21.0),
        broken("/blocked.png", 30.0),
    ];
    let assembly = made(&records);
    let failed = assembly.spans.iter().filter(|span| span.failed());
    let failed: Vec<_> =
        failed.map(|span| (span.text(key::URL_FULL).unwrap(), span.start)).collect();
    assert_eq!(
        failed,
        [("http://shop.test/a.png", at(10.0)), ("http://shop.test/blocked.png", at(30.0))]
    );
    assert_eq!(assembly.spans.len(), 5);
}

#[test]
fn a_long_frame_names_the_script_that_held_it_up() {
    let script = |url: &str, duration| Script {
        source_url: url.to_owned(),
        duration: PageMillis(duration),
        start_time: PageMillis(500.0),
        ..Script::default()
    };
    let frame = Frame {
        start_time: PageMillis(500.0),
        duration: PageMillis(120.0),
        blocking_duration: PageMillis(70.0),
        render_start: PageMillis(0.0),
        style_and_layout_start: PageMillis(0.0),
        first_input: PageMillis(0.0),
        scripts: vec![script("http://shop.test/a.js", 20.0), script("http://shop.test/b.js", 90.0)],
    };
    let assembly = made(&[Record::Frame(frame)]);
    let frame = named(&assembly, "long-animation-frame");
    assert_eq!(frame.text(key::CODE_FILE), Some("http://shop.test/b.js"));
    assert_eq!(frame.attributes[key::BLOCKING], Value::from(70.0));
    assert_eq!((frame.start, frame.end, frame.events.len()), (at(500.0), at(620.0), 2));
}

#[test]
fn the_device_is_told_with_what_changed_and_what_was_lost_is_counted() {
    let document = Document {
        brands: "Chromium 156, Not A Brand 99".to_owned(),
        mobile: Some(false),
        platform: "Linux".to_owned(),
        connection: "4g".to_owned(),
        online: Some(true),
        visibility: "visible".to_owned(),
        sdk: "otel:0af7\nfaro:x1".to_owned(),
        ..Document::default()
    };
    let turn = |at: f64, visibility: &str, online| {
        let (visibility, connection) = (visibility.to_owned(), "4g".to_owned());
        Record::Turn(Turn { at: PageMillis(at), visibility, online: Some(online), connection })
    };
    let records = [
        Record::Document(Box::new(document)),
        turn(10.0, "hidden", true),
        turn(20.0, "visible", false),
        Record::Gap(Gap { count: 5 }),
        Record::Gap(Gap { count: 12 }),
    ];
    let assembly = assemble(&Page { dropped: 3, ..page() }, &records, &[]);
    let root = &assembly.spans[0];
    let events: Vec<_> = root.events.iter().map(|event| &*event.name).collect();
    assert_eq!(events, ["visibilitychange", "visibilitychange", "offline"]);
    let resource = &root.resource.attributes;
    assert_eq!(resource[key::BROWSER_BRANDS].to_string(), "[Chromium 156, Not A Brand 99]");
    assert_eq!(resource[key::BROWSER_MOBILE], Value::from(false));
    assert_eq!(root.text(key::CONNECTION_EFFECTIVE), Some("4g"));
    assert_eq!(root.text("tracelight.peer_session.otel"), Some("0af7"));
    assert_eq!(root.attributes[key::LOST_ENTRIES], Value::from(12));
    assert_eq!(root.attributes[key::LOST_FACTS], Value::from(3));
}

fn unseen(id: &str, way: &str, url: &str, start: f64) -> Unseen {
    Unseen {
        id: id.to_owned(),
        way: way.to_owned(),
        method: "POST".to_owned(),
        url: url.to_owned(),
        context: Some(page().context.resources()),
        status: Some(204),
        start: at(start),
        end: Some(at(start + 30.0)),
        error: None,
        cached: false,
        marks: String::new(),
    }
}

#[test]
fn what_page_code_cannot_see_is_a_span_unless_somebody_else_tells_of_it() {
    let beacon = unseen("1", "ping", "http://shop.test/log", 100.0);
    let timed = unseen("2", "ping", "http://shop.test/timed", 205.0);
    let socket = unseen("3", "websocket", "ws://shop.test/live", 300.0);
    let mut stated = unseen("4", "xmlhttprequest", "http://shop.test/api", 400.0);
    stated.context = Some(ours(id(1)));
    let records = [
        resource("beacon", "/timed", 200.0, 220.0),
        Record::Request(request("/api", 400.0, 420.0, id(1))),
    ];
    let told = [beacon, timed, socket, stated];
    let assembly = assemble(&page(), &records, &told);
    let drawn: Vec<_> = assembly.spans[2..]
        .iter()
        .map(|span| {
            let kind = span.text(key::UNSEEN_TYPE).unwrap_or("recorded");
            format!("{} {} {kind}", span.name, span.text(key::URL_FULL).unwrap())
        })
        .collect();
    assert_eq!(
        drawn,
        [
            "POST http://shop.test/log ping",
            "POST http://shop.test/timed ping",
            "POST ws://shop.test/live websocket",
            "GET http://shop.test/api recorded",
        ]
    );
    let timed = &assembly.spans[3];
    assert_eq!(timed.attributes[key::HTTP_RESPONSE_STATUS_CODE], Value::from(204));
    assert_eq!(timed.text(key::INITIATOR_TYPE), Some("beacon"));
    assert_eq!(assembly.spans[4].text(key::SERVER_ADDRESS), Some("shop.test"));
}

#[test]
fn marks_become_headers_and_no_other_name_does() {
    let marks = "next-action:7f00\tcontent-type:text/x-component\tauthorization:secret";
    let call = Request { marks: marks.to_owned(), ..request("/", 1.0, 2.0, id(1)) };
    let assembly = made(&[Record::Request(call)]);
    let span = assembly.spans.iter().find(|span| span.id == id(1)).unwrap();
    assert_eq!(span.attributes["http.request.header.next-action"].to_string(), "[7f00]");
    assert_eq!(
        span.attributes["http.response.header.content-type"].to_string(),
        "[text/x-component]"
    );
    assert!(!span.attributes.values().any(|value| value.to_string().contains("secret")));
}

#[test]
fn a_forged_request_or_error_changes_neither_roots_nor_documents_nor_pages() {
    let honest = [
        resource("img", "/a.png", 10.0, 20.0),
        soft(8, 1_000.0, "push"),
        resource("fetch", "/x", 1_011.0, 1_100.0),
        click(1_200.0),
        measure("render", 1_210.0, 1_300.0),
    ];
    let before = made(&honest);
    let forged = [
        Request { context: Some(context(8, id(200))), ..request("/f", 1.0, 3e13, id(200)) },
        Request { context: Some(context(8, id(9))), ..request("/f", 1_001.0, 3e13, id(9)) },
        Request { own: true, context: Some(context(8, id(200))), ..request("/f", 1.0, 2.0, id(4)) },
        own(8, 1_250.0, 3e13),
        request("/f", 1_210.0, 3e13, id(5)),
    ];
    let mut all = honest.to_vec();
    all.extend(forged.map(Record::Request));
    all.push(error(3e13, "forged"));
    all.push(error(500.0, "forged"));
    let after = made(&all);
    let mut plain = after.clone();
    for span in &mut plain.spans {
        // All that an error may add.
        span.events.retain(|event| event.name != "exception");
        span.attributes.remove(key::EXCEPTIONS);
    }
    for span in &before.spans {
        assert!(plain.spans.contains(span), "{} changed", span.name);
    }
}

#[test]
fn a_root_is_open_until_the_page_was_hidden_and_told_its_vitals_or_a_minute_is_over() {
    let load = |end: f64| {
        Record::Navigation(Box::new(Navigation {
            load_event_end: PageMillis(end),
            ..Navigation::default()
        }))
    };
    let hidden = |at: f64| Record::Hidden(Hidden { at: PageMillis(at) });
    let open = |records: &[Record]| made(records).open.len();
    assert_eq!(open(&[load(100.0)]), 1);
    assert_eq!(open(&[load(100.0), hidden(5_000.0)]), 1, "its vitals are on their way");
    let told = [load(100.0), hidden(5_000.0), vital("CLS", 0.1, 5_000.0, "navigate")];
    assert_eq!(open(&told), 0);
    assert_eq!(open(&[load(100.0), click(60_101.0)]), 0);
    assert_eq!(made(&[load(100.0), soft(8, 60_101.0, "push")]).open, [(trace(8), id(200))]);
}

#[test]
fn a_page_trace_by_itself_covers_what_the_page_does_until_it_has_settled_and_no_more() {
    let load = Record::Navigation(Box::new(Navigation {
        load_event_end: PageMillis(100.0),
        ..Navigation::default()
    }));
    let (early, late) = (measure("early", 1_000.0, 9_000.0), measure("late", 1_200.0, 1_300.0));
    let alone = Page { session: None, ..page() };
    let count = |page: &Page, records: &[Record]| assemble(page, records, &[]).spans.len();
    let all = [load, early, late];
    assert_eq!((count(&alone, &all), count(&page(), &all)), (3, 4));
    assert_eq!(count(&alone, &all[1..]), 4, "it is loading still");
}
