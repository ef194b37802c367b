//! A long visit to a shop, as its records: loads, calls with and without traces of their own, what
//! the user did, what went wrong.

use trace::assemble::{Page, User};
use trace::context::PageContext;
use trace::record::{
    Exception, Frame, Measure, Metric, Operation, Record, Request, Resource, Script, Soft, Timing,
};
use trace::request::Api;
use trace::{PageClock, PageMillis, SpanId, TraceContext, TraceId};

/// Sampled and random, as the recorder sends them.
const FLAGS: u8 = 3;

pub(crate) fn page() -> Page {
    Page {
        context: PageContext::mint(std::array::from_fn(|at| u8::try_from(at + 1).unwrap()))
            .unwrap(),
        session: "5e5510115e5510115e5510115e551011".parse().ok(),
        previous: None,
        shared: None,
        clock: PageClock::new(1_795_218_972_000.0).unwrap(),
        url: "https://shop.test/checkout".to_owned(),
        document: None,
        dropped: 0,
        user: User::default(),
    }
}

/// So many records, in the order in which a relay sends them.
pub(crate) fn records(count: u32) -> Vec<Record> {
    (0..count).map(|at| record(at / 10, at % 10)).collect()
}

/// Ten kinds in 40 ms of the visit.
fn record(round: u32, kind: u32) -> Record {
    let at = f64::from(round) * 40.0;
    match kind {
        0 => Record::Operation(Operation {
            at: PageMillis(at),
            way: "click".to_owned(),
            role: "button".to_owned(),
            name: "Add to cart".to_owned(),
            selector: "main > button.add".to_owned(),
            ..Operation::default()
        }),
        1 | 3 => Record::Request(request(round, kind, at)),
        2 | 4 => resource("fetch", &call(round, kind - 1), at + 5.5),
        5 => Record::Measure(Measure {
            name: "render cart".to_owned(),
            start_time: PageMillis(at + 2.0),
            duration: PageMillis(20.0),
            detail: r#"{"items":3,"cached":true}"#.to_owned(),
        }),
        6 => other(round, at),
        _ => resource("img", &format!("https://cdn.test/img/{round}-{kind}.webp"), at + 9.0),
    }
}

fn call(round: u32, kind: u32) -> String {
    format!("https://shop.test/api/products/{}?page={round}&kind={kind}", round % 50)
}

fn request(round: u32, kind: u32, at: f64) -> Request {
    let number = u64::from(round) * 10 + u64::from(kind);
    let span = SpanId::mint((number | 1 << 60).to_be_bytes()).unwrap();
    let mut bytes = [7; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    let trace = if round < 100 { page().context.trace } else { TraceId::mint(bytes).unwrap() };
    Request {
        api: Api::Fetch,
        method: "GET".to_owned(),
        url: call(round, kind),
        span,
        context: Some(TraceContext { trace, span, flags: FLAGS }),
        own: false,
        start: PageMillis(at + 5.0),
        end: PageMillis(at + 25.0),
        status: Some(200),
        error: None,
        marks: "content-type:application/json".to_owned(),
    }
}

fn resource(initiator: &str, url: &str, start: f64) -> Record {
    let moment = |after: f64| PageMillis(start + after);
    let metric = Metric { name: "db".to_owned(), duration: PageMillis(3.0), ..Metric::default() };
    Record::Resource(Box::new(Resource {
        timing: Timing {
            name: url.to_owned(),
            start_time: moment(0.0),
            fetch_start: moment(0.0),
            domain_lookup_start: moment(1.0),
            domain_lookup_end: moment(1.0),
            connect_start: moment(1.0),
            connect_end: moment(1.0),
            request_start: moment(2.0),
            response_start: moment(15.0),
            response_end: moment(19.0),
            next_hop_protocol: "h2".to_owned(),
            response_status: 200,
            transfer_size: 1_500,
            encoded_body_size: 1_200,
            decoded_body_size: 4_000,
            server_timing: vec![metric],
            ..Timing::default()
        },
        initiator_type: initiator.to_owned(),
        ..Resource::default()
    }))
}

/// What is rarer, in turn.
fn other(round: u32, at: f64) -> Record {
    match round % 4 {
        0 => Record::Frame(Frame {
            start_time: PageMillis(at),
            duration: PageMillis(60.0),
            blocking_duration: PageMillis(10.0),
            render_start: PageMillis(at + 50.0),
            style_and_layout_start: PageMillis(at + 52.0),
            first_input: PageMillis(0.0),
            scripts: vec![Script {
                start_time: PageMillis(at + 1.0),
                duration: PageMillis(45.0),
                invoker: "BUTTON.onclick".to_owned(),
                source_url: "https://shop.test/app.js".to_owned(),
                ..Script::default()
            }],
        }),
        1 if round % 40 == 1 => {
            let mut bytes = [9; 16];
            bytes[12..].copy_from_slice(&round.to_be_bytes());
            let trace = TraceId::mint(bytes).unwrap();
            let span = SpanId::mint([9; 8]).unwrap();
            Record::Page(Soft {
                at: PageMillis(at + 1.0),
                way: "push".to_owned(),
                url: format!("https://shop.test/product/{round}"),
                context: TraceContext { trace, span, flags: FLAGS },
            })
        }
        _ => Record::Error(Exception {
            at: PageMillis(at + 3.0),
            source: "error".to_owned(),
            class: "TypeError".to_owned(),
            message: format!("item {round} is undefined"),
            stack: "TypeError: x\n    at add (https://shop.test/app.js:10:20)\n    at click \
                    (https://shop.test/app.js:30:5)"
                .to_owned(),
            url: "https://shop.test/app.js".to_owned(),
            line: 10,
            column: 20,
        }),
    }
}
