//! What the user allowed to be read of requests' bodies, beside the requests.

use super::*;
use crate::record::{Body, Field};

const ACTION: &str = "next-action:7f8a2c4be19d";

fn field(name: &str, value: Option<&str>) -> Field {
    Field { name: name.to_owned(), value: value.map(str::to_owned) }
}

fn body(url: &str, at: f64, until: f64, fields: Vec<Field>) -> Body {
    let url = format!("http://shop.test{url}");
    Body { at: PageMillis(at), until: PageMillis(until), url, fields, ..Body::default() }
}

fn act(start: f64, span: u8) -> Request {
    Request {
        method: "POST".to_owned(),
        marks: ACTION.to_owned(),
        ..request("/cart", start, start + 20.0, id(span))
    }
}

/// What is told of the request with this number.
fn told(records: &[Record], number: u8) -> Vec<(String, String)> {
    let assembly = assemble(&page(), records, &[]);
    let span = assembly.spans.iter().find(|span| span.id == id(number)).unwrap();
    let ours = |name: &str| name.starts_with(key::FORM) || name == key::ACTION_RESPONSE;
    let ours = span.attributes.iter().filter(|(name, _)| ours(name));
    ours.map(|(name, value)| (name.replace("tracelight.", ""), value.to_string())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn an_action_says_its_fields_and_what_it_answered() {
    let fields = vec![
        field("size", Some("L")),
        field("card", None),
        field("size", Some("XL")),
        field("product", Some("7")),
    ];
    let call = body("/cart", 10.0, 10.2, fields);
    let answer = Body { fields: Vec::new(), response: "0:{}".to_owned(), ..call.clone() };
    let records =
        [Record::Request(act(10.1, 1)), Record::Body(answer.into()), Record::Body(call.into())];
    assert_eq!(
        told(&records, 1),
        pairs(&[
            ("form.card", "REDACTED"),
            ("form.product", "7"),
            ("form.size", "[L, XL]"),
            ("next.action_response", "0:{}"),
        ])
    );
}

/// ```text
///  bodies    |a| |b|        |c|
///  requests   1   2       3       a is 1's, b is 2's, and 3 began shortly before c
/// ```
#[test]
fn each_body_finds_its_own_request_in_any_order_of_the_scripts() {
    let named =
        |name, at| Record::Body(body("/cart", at, at + 0.2, vec![field(name, None)]).into());
    let records = [
        named("c", 50.0),
        named("b", 10.3),
        named("a", 10.0),
        Record::Request(act(49.0, 3)),
        Record::Request(act(10.1, 1)),
        Record::Request(act(10.4, 2)),
    ];
    for (span, name) in [(1, "form.a"), (2, "form.b"), (3, "form.c")] {
        assert_eq!(told(&records, span), pairs(&[(name, "REDACTED")]), "{span}");
    }
}

#[test]
fn calls_of_one_moment_have_their_bodies_in_order() {
    let mut records = vec![Record::Request(act(10.0, 1)), Record::Request(act(10.1, 2))];
    for (name, at) in [("a", 10.0), ("b", 10.1)] {
        records.push(Record::Body(body("/cart", at, 10.1, vec![field(name, None)]).into()));
    }
    for (span, name) in [(1, "form.a"), (2, "form.b")] {
        assert_eq!(told(&records, span), pairs(&[(name, "REDACTED")]), "{span}");
    }
}

#[test]
fn a_body_without_its_request_says_nothing_and_neither_does_one_of_another_address() {
    let call = |url, at: f64| Record::Body(body(url, at, at, vec![field("x", None)]).into());
    for body in [call("/other", 10.0), call("/cart", 40.0), call("/cart", 9.0)] {
        assert_eq!(told(&[Record::Request(act(10.0, 1)), body], 1), []);
    }
    let plain = Request { marks: String::new(), ..act(10.0, 1) };
    assert_eq!(told(&[Record::Request(plain), call("/cart", 10.0)], 1), [], "it is no action");
}

#[test]
fn an_operation_of_the_body_names_its_request() {
    let asked =
        Body { operation: "mutation Pay".to_owned(), ..body("/graphql", 10.0, 10.0, vec![]) };
    let request = Request { method: "POST".to_owned(), ..request("/graphql", 10.0, 30.0, id(1)) };
    let records = [Record::Request(request), Record::Body(asked.into())];
    let assembly = assemble(&page(), &records, &[]);
    let span = assembly.spans.iter().find(|span| span.id == id(1)).unwrap();
    assert_eq!(span.name, "GraphQL mutation Pay");
    assert_eq!(span.text(key::GRAPHQL_OPERATION_NAME), Some("Pay"));
}

#[test]
fn a_flood_of_forged_bodies_takes_time_in_proportion() {
    let mut records = vec![Record::Request(act(10.0, 1))];
    let one = body("/nowhere", 10.0, 10.0, vec![]);
    records.extend((1..=5_000_u32).map(|at| {
        let [.., high, low] = at.to_be_bytes();
        let span = SpanId::mint([1, 2, 3, 4, 5, 6, high, low]).unwrap();
        Record::Request(Request { span, context: None, ..act(10.0, 2) })
    }));
    records.extend((0..5_000).map(|at| {
        let until = PageMillis(10.0 + f64::from(at) / 1e4);
        Record::Body(Box::new(Body { until, ..one.clone() }))
    }));
    assert_eq!(told(&records, 1), []);
}
