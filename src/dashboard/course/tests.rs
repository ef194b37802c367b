use super::*;
use std::sync::Arc;
use surface::sample;
use trace::{Attributes, Resource};

/// A page of our own with a call that failed, an error that was thrown twice, and a click.
fn spans() -> Vec<Span> {
    let mut spans = sample::spans();
    let attributes = Attributes::from([(key::TELEMETRY_SDK_NAME.to_owned(), "tracelight".into())]);
    let resource = Arc::new(Resource { attributes, ..Resource::default() });
    for at in [0, 1, 4] {
        spans[at].resource = resource.clone();
    }
    let mut put = |at: usize, name: &str, value: trace::Value| {
        spans[at].attributes.insert(name.to_owned(), value);
    };
    put(4, key::INITIATOR_TYPE, "fetch".into());
    put(4, key::HTTP_REQUEST_METHOD, "POST".into());
    put(4, key::HTTP_RESPONSE_STATUS_CODE, 500.into());
    let told = [
        (key::EXCEPTION_TYPE, "TypeError".into()),
        (key::EXCEPTION_MESSAGE, "cart is empty".into()),
        (key::EXCEPTION_STACKTRACE, "TypeError: cart is empty\n    at pay (app.js:3:7)".into()),
        (key::EXCEPTION_COUNT, 2.into()),
        (key::CODE_FILE, "https://shop.example/app.js".into()),
        (key::CODE_LINE, 3.into()),
        (key::CODE_COLUMN, 7.into()),
    ];
    let attributes = told.map(|(name, value): (&str, trace::Value)| (name.to_owned(), value));
    let start = spans[0].start.nanos();
    spans[0].events.push(Event {
        time: Timestamp::from_nanos(start + 300_000_000),
        name: "exception".into(),
        attributes: Attributes::from(attributes),
    });
    let mut click = spans[0].clone();
    click.id = SpanId::mint(9_u64.to_be_bytes()).unwrap();
    click.parent = Some(spans[0].id);
    click.name = "click button \"Pay\"".to_owned();
    click.start = Timestamp::from_nanos(spans[0].start.nanos() + 290_000_000);
    click.events = Vec::new();
    click.attributes = Attributes::from([(key::OPERATION_TYPE.to_owned(), "click".into())]);
    spans.push(click);
    spans
}

fn page(spans: &[Span]) -> PageRow {
    digest(spans).pages.into_iter().next().unwrap()
}

fn steps(slow: u32) -> Vec<Step> {
    let spans = spans();
    course(&spans, &page(&spans), slow)
}

#[test]
fn load_operations_errors_and_calls_stand_in_order_of_time() {
    let steps = steps(3_000);
    let said: Vec<_> = steps.iter().map(|it| (it.sort, &*it.title, &*it.ended)).collect();
    let wanted = [
        (Sort::Load, "Document", ""),
        (Sort::Act, "click button \"Pay\"", ""),
        (Sort::Error, "TypeError: cart is empty", "2 times"),
        (Sort::Call, "POST /api/orders", "500"),
    ];
    assert_eq!(said, wanted);
}

#[test]
fn a_step_tells_what_belongs_to_its_kind() {
    let steps = steps(3_000);
    let fact = |sort: Sort, name: &str| {
        let step = steps.iter().find(|step| step.sort == sort).unwrap();
        step.facts.iter().find(|(it, _)| *it == name).map(|(_, value)| value.clone())
    };
    assert_eq!(fact(Sort::Call, "URL").as_deref(), Some("https://shop.example/api/orders"));
    assert_eq!(fact(Sort::Call, "Duration").as_deref(), Some("130 ms"));
    assert_eq!(fact(Sort::Error, "Script").as_deref(), Some("https://shop.example/app.js:3:7"));
    assert_eq!(fact(Sort::Act, "Operation").as_deref(), Some("click"));
    assert_eq!(fact(Sort::Load, "DNS"), None, "what is not told is not there");
    let error = steps.iter().find(|step| step.sort == Sort::Error).unwrap();
    assert!(error.stack.contains("at pay (app.js:3:7)"), "{error:?}");
    assert_eq!(error.fingerprint.len(), 16);
}

#[test]
fn what_is_wanted_alone_is_told_from_the_rest() {
    let count = |only| steps(600).iter().filter(|step| step.is(only)).count();
    let all = [Only::All, Only::Errors, Only::Calls, Only::Failures, Only::Slow];
    assert_eq!(all.map(count), [4, 1, 1, 1, 1]);
    assert_eq!(steps(601).iter().filter(|step| step.is(Only::Slow)).count(), 0);
}

#[test]
fn an_address_is_named_by_what_follows_its_origin() {
    assert_eq!(path("https://shop.example/a?b=1"), "/a?b=1");
    assert_eq!(path("/a"), "/a");
    assert_eq!(path("https://shop.example"), "https://shop.example");
}
