//! Spans that nobody honest makes.

use super::*;
use crate::Event;
use proptest::prelude::*;

/// A span of few ids, so that cycles, doubles and orphans are common.
fn span() -> impl Strategy<Value = Span> {
    let names = ["page load", "navigation", "documentLoad", "documentFetch", "GET", "exception"];
    let ids = (0_u8..5, 0_u8..6, 0_u8..3, 0_i32..6);
    let marks = prop::collection::vec((0_usize..12, any::<u8>()), 0..8);
    let times = (prop_oneof![Just(0), Just(u64::MAX), any::<u64>()], any::<u64>());
    (ids, 0..names.len(), marks, times).prop_map(
        move |((id_, parent, of, kind), name, marks, times)| {
            let parent = (parent > 0).then(|| id(parent));
            let mut span = server(trace(of + 1), id_ + 1, parent, if of == 0 { "a" } else { "b" });
            span.name = names[name].to_owned();
            span.kind = Kind::from_number(kind);
            span.start = Timestamp::from_nanos(times.0);
            span.end = Timestamp::from_nanos(times.1);
            for (mark, value) in marks {
                let (name, value) = match mark {
                    0 => (key::INITIATOR_TYPE, Value::from("fetch")),
                    1 => (key::UNSEEN_TYPE, Value::from("xmlhttprequest")),
                    2 => (key::URL_FULL, Value::from("é".repeat(usize::from(value) * 40))),
                    3 => (key::URL_FULL, Value::from("http://a.test/")),
                    4 => (key::HTTP_REQUEST_METHOD, Value::from("GET")),
                    5 => (key::OPERATION_TYPE, Value::from("click")),
                    6 => (key::USER_ID, Value::Int(i64::from(value))),
                    7 => ("tracelight.vital.lcp", Value::Double(f64::NAN)),
                    8 => (key::SESSION_ID, Value::from("s")),
                    9 => (key::HTTP_RESPONSE_STATUS_CODE, Value::Int(i64::from(value) * -7)),
                    10 => (
                        key::BROWSER_BRANDS,
                        Value::List(vec![Value::from(" "), Value::from("a ")]),
                    ),
                    _ => (key::LOST_FACTS, Value::Int(i64::MAX)),
                };
                span.attributes.insert(name, value);
            }
            if of < 2 {
                let scope = Scope { name: "tracelight".to_owned(), ..Scope::default() };
                span.scope = Arc::new(scope);
            } else {
                span.resource = Arc::new(Resource {
                    attributes: Attributes::from([(
                        "telemetry.sdk.language",
                        Value::from("webjs"),
                    )]),
                    schema: String::new(),
                });
            }
            let attributes = span.attributes.clone();
            span.events = vec![Event { time: span.end, name: names[name].into(), attributes }];
            span
        },
    )
}

proptest! {
    #[test]
    fn no_spans_panic_and_each_counts_at_most_once(spans in prop::collection::vec(span(), 0..24)) {
        let found = digest(&spans);
        let counted: u32 = found.pages.iter().map(|page| page.spans).sum::<u32>()
            + found.calls.iter().map(|call| call.spans).sum::<u32>();
        prop_assert!(usize::try_from(counted).unwrap() <= spans.len());
        for page in &found.pages {
            prop_assert!(page.url.len() <= said::ADDRESS && page.vitals.lcp.is_none());
        }
        let mut twice = spans.clone();
        twice.extend(spans);
        prop_assert_eq!(digest(&twice).pages.len(), found.pages.len());
    }
}

#[test]
fn a_chain_and_a_crowd_of_pages_take_no_square_of_their_number() {
    const MANY: u32 = 60_000;
    let mut spans: Vec<Span> = Vec::new();
    for number in 0..MANY {
        let own = SpanId::mint(u64::from(number + 1).to_be_bytes()).unwrap();
        // A chain whose far end comes first, below pages of another SDK.
        let parent = SpanId::mint(u64::from(number + 2).to_be_bytes());
        let mut span = server(trace(8), 1, parent, "x");
        span.id = own;
        if number > MANY / 2 {
            span.name = "documentLoad".to_owned();
        } else if number % 2 == 0 {
            span.name = "documentFetch".to_owned();
        }
        spans.push(span);
    }
    let found = digest(&spans);
    assert_eq!(found.pages.len(), (MANY / 2 - 1) as usize);
}
