//! What frameworks do is told apart by headers, URLs and spans as they are met in the wild: the
//! headers of Next.js's router and of Apollo's client, the spans of Next.js's own tests.

use std::sync::Arc;

use super::*;
use crate::{Attributes, Kind, Resource, Scope, SpanId, Status, Timestamp, TraceId};

const SHOP: &str = "https://shop.example";

fn words(badges: Badges) -> Vec<&'static str> {
    badges.iter().map(|badge| badge.word).collect()
}

/// Badges, name and call of a request.
fn told(method: &str, place: &str, marks: &[&str]) -> (Vec<&'static str>, String, String) {
    let found = of(method, &format!("{SHOP}{place}"), &marks.join("\t"), "");
    let found = found.unwrap_or_default();
    (words(found.badges), found.name, found.call)
}

fn span(attributes: &[(&str, Value)], runtime: &str) -> Span {
    let owned = |pairs: &[(&str, Value)]| -> Attributes {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    };
    let resource = owned(&[("process.runtime.name", runtime.into())]);
    Span {
        trace: TraceId::mint([7; 16]).unwrap(),
        id: SpanId::mint([1; 8]).unwrap(),
        parent: None,
        state: String::new(),
        flags: 1,
        name: "GET".to_owned(),
        kind: Kind::Client,
        start: Timestamp::default(),
        end: Timestamp::default(),
        attributes: owned(attributes),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: crate::span::Dropped::default(),
        resource: Arc::new(Resource { attributes: resource, schema: String::new() }),
        scope: Arc::new(Scope::default()),
    }
}

fn spoken(kind: &str, runtime: &str) -> Vec<&'static str> {
    words(badges(&span(&[("next.span_type", kind.into())], runtime)))
}

#[test]
fn a_server_action_is_named_by_its_id_and_its_route() {
    let id = "7f8a2c4be19d3a56c0ffee0123456789abcdef0123";
    let mark = format!("next-action:{id}");
    let (badges, name, call) =
        told("POST", "/products/42?tab=a", &[&mark, "content-type:text/x-component"]);
    assert_eq!(badges, ["Server Action"]);
    assert_eq!(
        (name.as_str(), call.as_str()),
        ("Server Action 7f8a2c4be1 /products/42", "7f8a2c4be1")
    );
    let (_, name, _) = told("POST", "/products/42", &[&mark, "x-matched-path:/products/[id]"]);
    assert_eq!(name, "Server Action 7f8a2c4be1 /products/[id]");
    let (_, name, _) =
        told("POST", "/products/42", &[&mark, "x-nextjs-matched-path:/products/[id]"]);
    assert_eq!(name, "Server Action 7f8a2c4be1 /products/[id]", "a server of one's own");
}

#[test]
fn what_the_router_asks_for_is_told_apart_from_what_it_asks_for_ahead() {
    let marks = ["rsc:1", "next-url:/cart"];
    let (badges, name, _) = told("GET", "/checkout?_rsc=1a2b3", &marks);
    assert_eq!((badges, name.as_str()), (vec!["RSC"], "RSC GET /checkout"));
    let (badges, name, _) =
        told("GET", "/checkout?_rsc=1a2b3", &["rsc:1", "next-router-prefetch:1"]);
    assert_eq!((badges, name.as_str()), (vec!["RSC", "prefetch"], "RSC prefetch GET /checkout"));
    let (badges, ..) =
        told("GET", "/checkout?_rsc=1a2b3", &["rsc:1", "next-router-segment-prefetch:/_tree"]);
    assert_eq!(badges, ["RSC", "prefetch"], "of one segment, since version 16");
    let (badges, ..) = told("GET", "/checkout?_rsc=1a2b3", &[]);
    assert_eq!(badges, ["RSC"], "where nobody saw the headers");
}

#[test]
fn page_data_is_named_by_its_page() {
    let (badges, name, call) = told("GET", "/_next/data/kX2/products/42.json?id=42", &[]);
    assert_eq!(badges, ["page data"]);
    assert_eq!((name.as_str(), call.as_str()), ("page data /products/42", "/products/42"));
    let (badges, name, _) =
        told("GET", "/base/_next/data/kX2/index.json", &["x-nextjs-cache:STALE"]);
    assert_eq!((badges, name.as_str()), (vec!["page data", "getStaticProps"], "page data /"));
    assert_eq!(told("GET", "/_next/data/kX2", &[]).0, [""; 0]);
}

#[test]
fn middleware_and_edge_are_seen_in_the_response() {
    let marks = ["x-middleware-rewrite:/de/cart?x=1", "x-edge-runtime:1"];
    let found = of("GET", "https://shop.example/cart", &marks.join("\t"), "").unwrap();
    assert_eq!(words(found.badges), ["middleware", "edge"]);
    assert_eq!(found.name, "", "its method says what it is");
    assert_eq!(found.attributes, [(key::REWRITE, "/de/cart".to_owned())]);
    assert_eq!(of("GET", "https://shop.example/cart", "x-vercel-id:fra1::abc", ""), None);
}

#[test]
fn a_graphql_operation_is_named_by_header_url_or_hash() {
    let (badges, name, call) = told("POST", "/api", &["x-apollo-operation-name:GetCart"]);
    assert_eq!(
        (badges, name.as_str(), call.as_str()),
        (vec!["GraphQL"], "GraphQL GetCart", "GetCart")
    );
    let (_, name, _) = told("GET", "/graphql?operationName=GetCart&variables=%7B%7D", &[]);
    assert_eq!(name, "GraphQL query GetCart");
    let (_, name, _) = told("GET", "/api?query=query+Bestsellers+%7B+top+%7D", &[]);
    assert_eq!(name, "GraphQL query Bestsellers");
    let hash = "%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22ecf4edb46db40b5132295c0291d62fb65d6759a9%22%7D%7D";
    let (_, name, _) = told("GET", &format!("/api?extensions={hash}"), &[]);
    assert_eq!(name, "GraphQL persisted ecf4edb4");
    let (badges, name, _) = told("POST", "/graphql", &["content-type:application/json"]);
    assert_eq!((badges, name.as_str()), (vec!["GraphQL"], ""), "its name is in the body");
}

#[test]
fn a_body_that_may_be_read_names_its_operation_wherever_it_is_sent() {
    let named = |url: &str, operation: &str| of("POST", url, "", operation).unwrap_or_default();
    let found = named("https://shop.example/api", "mutation Pay");
    assert_eq!(
        (found.name.as_str(), found.call.as_str()),
        ("GraphQL mutation Pay", "mutation Pay")
    );
    assert_eq!(named("https://shop.example/api", " Pay").name, "GraphQL Pay");
    assert_eq!(named("https://shop.example/api", "query ").name, "GraphQL query");
    for strange in ["", " ", "drop Pay!", "<b>"] {
        assert_eq!(named("https://shop.example/api", strange), Framework::default(), "{strange}");
    }
    for (document, name, wanted) in [
        ("mutation Pay { pay }", "", "mutation Pay"),
        ("query A { a } mutation B { b }", "B", "mutation B"),
        ("{ cart }", "", "query "),
        ("", "Kept", " Kept"),
        ("red shoes", "", ""),
        ("red shoes {", "a b", ""),
    ] {
        assert_eq!(operation(document, name), wanted, "{document}");
    }
}

#[test]
fn a_search_is_no_graphql_and_a_hostile_name_names_nothing() {
    assert_eq!(told("GET", "/search?query=red+shoes", &[]).0, [""; 0]);
    let (badges, name, _) = told("POST", "/graphql", &["x-apollo-operation-name:<b>\u{202e}"]);
    assert_eq!((badges, name.as_str()), (vec!["GraphQL"], ""));
    let long = format!("x-graphql-operation-name:{}", "a".repeat(100_000));
    assert_eq!(told("POST", "/x", &[&long]).2.len(), CALL_LIMIT);
    let long = format!("next-action:{}", "é".repeat(100_000));
    let (_, name, call) = told("POST", &"/x".repeat(100_000), &[&long]);
    assert!(call.len() <= 10 && name.len() < 300, "{}", name.len());
}

#[test]
fn a_server_s_spans_say_what_they_are() {
    assert_eq!(spoken("Middleware.execute", "edge"), ["middleware", "edge"]);
    assert_eq!(spoken("Middleware.execute", "nodejs"), ["middleware"]);
    assert_eq!(spoken("AppRouteRouteHandlers.runHandler", "nodejs"), ["route handler"]);
    assert_eq!(spoken("Node.runHandler", "edge"), ["API route", "edge"]);
    assert_eq!(spoken("Render.getServerSideProps", "nodejs"), ["getServerSideProps"]);
    assert_eq!(spoken("Render.getStaticProps", "nodejs"), ["getStaticProps"]);
    assert_eq!(spoken("BaseServer.handleRequest", "nodejs"), [""; 0]);
    let kind = ("next.span_type", "BaseServer.handleRequest".into());
    assert_eq!(words(badges(&span(&[kind, ("next.rsc", true.into())], "nodejs"))), ["RSC"]);
    let sentry = ("sentry.op", "function.server_action".into());
    assert_eq!(words(badges(&span(&[sentry], "node"))), ["Server Action"]);
}

#[test]
fn a_described_span_says_the_same_as_its_request() {
    let mut one = span(&[], "");
    let marks = "next-action:7f8a2c4be19d\tx-edge-runtime:1";
    let found = of("POST", "https://shop.example/cart", marks, "").unwrap();
    let badges_of_request = found.badges;
    found.describe(&mut one);
    assert_eq!(badges(&one), badges_of_request);
    assert_eq!(one.name, "Server Action 7f8a2c4be1 /cart");
    assert_eq!(one.text(key::CALL), Some("7f8a2c4be1"));
    assert_eq!(one.text(key::ACTION_ID), Some("7f8a2c4be19d"));
}

#[test]
fn a_badge_keeps_its_bit_since_rows_are_stored_with_it() {
    let all: Vec<u16> = BADGES.iter().map(|badge| badge.set.0).collect();
    assert_eq!(all, (0..11).map(|bit| 1 << bit).collect::<Vec<u16>>());
    assert_eq!(crate::json::write(&(Badges::RSC | Badges::EDGE)), "514");
    assert_eq!(crate::json::read::<Badges>("65535").map(|badges| badges.iter().count()), Ok(11));
}
