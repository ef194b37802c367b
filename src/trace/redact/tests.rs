//! No secret survives in any field of any kind of record, and what is none stays.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::Timestamp;
use crate::span::{Dropped, Kind, Status};

/// Part of every secret that is made up here; no other text has it.
const MARK: &str = "SQUEAMISH9";

/// A record of each kind with every text that it may have.
fn kinds() -> Vec<Json> {
    let timing = |kind: &str| {
        json!({"kind": kind, "name": "u", "startTime": 1, "responseEnd": 2, "nextHopProtocol": "h2",
            "deliveryType": "cache", "serverTiming": [{"name": "db", "duration": 1, "description": "d"}],
            "type": "reload", "initiatorType": "script", "renderBlockingStatus": "blocking"})
    };
    vec![
        json!({"kind": "document", "url": "u", "referrer": "r", "userAgent": "a", "language": "en",
            "visibility": "visible", "platform": "p", "brands": "b", "connection": "c", "sdk": "otel:s",
            "user": "u"}),
        timing("navigation"),
        timing("resource"),
        json!({"kind": "paint", "name": "first-paint", "startTime": 1}),
        json!({"kind": "request", "api": "fetch", "method": "GET", "url": "u", "span": "00f067aa0ba902b7",
            "context": null, "own": false, "start": 1, "end": 2, "error": "e", "marks": "rsc:1"}),
        json!({"kind": "error", "at": 1, "source": "error", "type": "T", "message": "m", "stack": "s",
            "url": "u", "line": 1, "column": 1}),
        json!({"kind": "broken", "at": 1, "url": "u", "element": "img"}),
        json!({"kind": "operation", "at": 1, "type": "click", "role": "button", "name": "n",
            "selector": "s", "key": "Enter"}),
        json!({"kind": "vital", "name": "LCP", "value": 1, "id": "i", "navigationType": "reload", "at": 1,
            "attribution": {"target": "t", "url": "u", "interactionTarget": "t", "loadState": "s",
                "interactionType": "pointer", "largestShiftTarget": "t"}}),
        json!({"kind": "long-animation-frame", "startTime": 1, "duration": 60, "scripts": [{
            "invoker": "i", "invokerType": "t", "sourceURL": "u", "sourceFunctionName": "f"}]}),
        json!({"kind": "longtask", "startTime": 1, "duration": 60, "name": "self"}),
        json!({"kind": "measure", "name": "n", "startTime": 1, "duration": 1, "detail": "d"}),
        json!({"kind": "page", "at": 1, "way": "push", "url": "u",
            "context": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"}),
        json!({"kind": "body", "at": 1, "until": 2, "url": "u", "fields": "f", "operation": "query A",
            "document": "d", "response": "r"}),
        json!({"kind": "turn", "at": 1, "visibility": "hidden", "connection": "4g"}),
    ]
}

/// Fields that are no free text: what they may be is checked when they are read.
const CLOSED: [&str; 4] = ["kind", "api", "span", "context"];

/// The record of each kind with this in all of its texts.
fn filled(with: &str) -> Vec<Record> {
    fn fill(json: &mut Json, with: &str) {
        match json {
            Json::String(text) => with.clone_into(text),
            Json::Array(items) => items.iter_mut().for_each(|item| fill(item, with)),
            Json::Object(fields) => {
                let free = fields.iter_mut().filter(|(name, _)| !CLOSED.contains(&name.as_str()));
                free.for_each(|(_, value)| fill(value, with));
            }
            _ => {}
        }
    }
    let records = kinds().into_iter().map(|mut json| {
        fill(&mut json, with);
        // A method has no spaces; it is tried with the others' texts.
        if json["kind"] == "request" {
            json["method"] = "GET".into();
        }
        Record::parse(&json.to_string()).unwrap()
    });
    records.collect()
}

/// What is stored of them.
fn stored(redaction: &Redaction, with: &str) -> Vec<String> {
    filled(with).into_iter().map(|record| crate::json::write(&redaction.record(record))).collect()
}

fn with(names: &[&str], patterns: &[&str]) -> Redaction {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Redaction::new(&RedactionSettings { names: owned(names), patterns: owned(patterns) })
}

fn span() -> Span {
    Span {
        trace: "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap(),
        id: "00f067aa0ba902b7".parse().unwrap(),
        parent: None,
        state: String::new(),
        flags: 0,
        name: "GET".to_owned(),
        kind: Kind::Client,
        start: Timestamp::from_nanos(0),
        end: Timestamp::from_nanos(1),
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Arc::default(),
        scope: Arc::default(),
    }
}

/// Ways in which a secret stands in a text.
const PLACES: [&str; 23] = [
    "https://me:SECRET@shop.test/",
    "https://shop.test/?token=SECRET",
    "https://shop.test/?a=1&access_token=SECRET&b=2",
    "https://shop.test/cb?code=SECRET&state=1",
    "https://shop.test/#id_token=SECRET",
    "https://shop.test/#/reset?key=SECRET",
    "https://shop.test/a;jsessionid=SECRET/b",
    "https://shop.test/in?next=%2Fa%3Fpassword%3DSECRET",
    "/relative?session_id=SECRET",
    "login failed for https://shop.test/?password=SECRET (401)",
    "Authorization: Bearer SECRET",
    "Authorization: Basic SECRET",
    "no luck with Bearer SECRETSECRET",
    "Cookie: a=1; b=SECRET",
    "{\"user\":{\"password\":\"SECRET\"}}",
    "{\"tokens\":[\"SECRET\"]}",
    "{\\\"client_secret\\\":\\\"SECRET\\\"}",
    "password=SECRET",
    "password: 'SECRET'",
    "<password>SECRET</password>",
    "eyJSECRET.eyJSECRET.SECRET",
    "https://shop.test/reset/eyJSECRET.eyJSECRET.SECRET/now",
    "ghp_SECRETSECRETSECRETSECRET",
];

/// What is stored of the fields of a body whose site lists all of them.
fn fields(redaction: &Redaction, fields: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
    let mut text = String::new();
    for (name, value) in fields {
        text.push_str(&format!("\u{1e}{name}\u{1f}{value}"));
    }
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    let line = format!("https://shop.test fields={}", names.join(","));
    let fact = json!({"kind": "body", "at": 1, "until": 2, "url": "u", "fields": text});
    let record = Record::parse(&fact.to_string()).unwrap();
    let page = Origin::of("https://shop.test/").unwrap();
    let Some(Record::Body(body)) = redaction.clone().reading(&[line]).fact(&page, record) else {
        panic!()
    };
    body.fields.into_iter().map(|Field { name, value }| (name, value)).collect()
}

#[test]
fn a_listed_field_keeps_its_value_unless_it_is_a_secret() {
    let redaction = with(&["tenant"], &["/\\d{16}/ => card"]);
    let all = [
        ("product", "7"),
        ("password", "x"),
        ("user[new_password]", "x"),
        ("csrf_token", "x"),
        ("tenant", "x"),
        ("card", "4111111111111111"),
        ("note", "see https://shop.test/?token=abc"),
        ("url", "Bearer abcdefghijkl"),
    ];
    let kept = |name: &str| {
        let found = fields(&redaction, &all).into_iter().find(|(it, _)| it == name);
        found.unwrap().1
    };
    assert_eq!(kept("product").as_deref(), Some("7"));
    for name in ["password", "user[new_password]", "csrf_token", "tenant"] {
        assert_eq!(kept(name), None, "{name}");
    }
    assert_eq!(kept("card").as_deref(), Some("card"));
    assert_eq!(kept("note").as_deref(), Some("see https://shop.test/?token=REDACTED"));
    assert_eq!(kept("url").as_deref(), Some("Bearer REDACTED"));
}

#[test]
fn no_secret_survives_in_any_field_of_any_record() {
    for place in PLACES {
        for text in stored(&Redaction::default(), &place.replace("SECRET", MARK)) {
            assert!(!text.contains(MARK), "{place}: {}", &text[..40]);
        }
    }
}

#[test]
fn a_secret_that_the_limit_cuts_does_not_survive_either() {
    for place in PLACES {
        for text in stored(&Redaction::default(), &place.replacen("SECRET", &MARK.repeat(150), 1)) {
            assert!(!text.contains(MARK), "{place}: {}", &text[..40]);
        }
    }
}

#[test]
fn the_users_patterns_reach_every_field() {
    let redaction = with(&[], &["/SQUEAM\\w+/ => user $0!", "user => x"]);
    for text in stored(&with(&[], &["/SQUEAM(\\w+?)9/"]), "hello SQUEAMISH9 there") {
        assert!(!text.contains("ISH9"), "{text}");
    }
    assert_eq!(redaction.text("SQUEAMISH9"), "x SQUEAMISH9!");
}

#[test]
fn what_holds_no_secret_stays_as_it_is() {
    for text in ["https://shop.test/a?page=2#top", "Add to cart", "TypeError: x is undefined"] {
        let known = filled(text);
        let clean: Vec<_> =
            known.clone().into_iter().map(|it| Redaction::default().record(it)).collect();
        assert_eq!(clean, known);
    }
}

#[test]
fn what_the_user_denies_by_name_is_kept_by_nobody() {
    let redaction = with(&["user_agent.original", "x-tenant", "db.*"], &[]);
    let agents = stored(&redaction, "Mozilla/5.0");
    assert!(agents[0].contains(r#""userAgent":"REDACTED""#), "{}", agents[0]);
    let mut span = span();
    for name in ["http.request.header.x-tenant", "db.query.text", "db.system.name", "url.path"] {
        span.attributes.insert(name.to_owned(), Value::from(MARK));
    }
    let mut spans = [span.clone(), span];
    redaction.spans(&mut spans);
    let kept: Vec<_> =
        spans[0].attributes.iter().filter(|(_, it)| **it == Value::from(MARK)).collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(Arc::ptr_eq(&spans[0].resource, &spans[1].resource));
}

#[test]
fn headers_go_by_their_names_and_json_by_its_fields() {
    let redaction = with(&["x-tenant"], &[]);
    assert_eq!(
        redaction.headers("next-url:/a?token=x\tx-tenant:7\tauthorization:y\trsc:1"),
        "next-url:/a?token=REDACTED\tx-tenant:REDACTED\tauthorization:REDACTED\trsc:1"
    );
    assert_eq!(
        redaction
            .json(r#"{"a":[1,true,null,"x-tenant: 7"],"pwd":{"b":1},"e":[],"o":{},"session":1}"#),
        r#"{"a":[1,true,null,"x-tenant: REDACTED"],"pwd":"REDACTED","e":[],"o":{},"session":1}"#
    );
}

#[test]
fn a_text_that_is_tried_says_what_met_it() {
    let redaction = with(&[], &["/\\d{4}/ => #", "ACME"]);
    let trial = redaction.try_out("https://shop.test/?token=x&card=1234&year=2020");
    assert_eq!(trial.text, "https://shop.test/?token=REDACTED&card=#&year=#");
    assert_eq!((trial.ours, trial.met), (true, vec![2, 0]));
    assert!(!redaction.try_out("plain").ours);
}

#[test]
fn a_text_of_any_kind_takes_time_in_proportion_to_its_length() {
    let redaction = with(&[], &["/(a*)*b/", "/(?:x+x+)+y/"]);
    for piece in
        ["a", "x", "\"", "\\", "password:", "[", "=", "%3D", "eyJ.", "-----BEGIN", "//", "é"]
    {
        let text = piece.repeat(16 * 1024 / piece.len());
        let _ = (redaction.text(&text), redaction.url(&text), redaction.json(&text));
    }
}

proptest! {
    #[test]
    fn redacting_twice_changes_nothing_more(text in "[a-z:/?#&=@;.%… \"'{}<>\\\\tokenéJ]{0,80}") {
        let redaction = Redaction::default();
        let (once, line) = (redaction.url(&text), redaction.text(&text));
        prop_assert_eq!(redaction.url(&once), once);
        prop_assert_eq!(redaction.text(&line), line);
        prop_assert_eq!(url(&url(&text)), url(&text));
    }

    #[test]
    fn a_named_secret_never_survives_in_an_address(
        name in prop::sample::select(&name::NAMES[..]),
        before in "[a-z=&]{0,9}",
        place in prop::sample::select(&["?", "#", "#/r?", "?a=b&", "#x=1&", "?#"][..]),
    ) {
        let clean = url(&format!("https://shop.test/{before}{place}{name}=SQUEAMISH"));
        prop_assert!(!clean.contains("SQUEAMISH"), "{}", clean);
    }

    #[test]
    fn a_secret_never_survives_among_other_words(
        before in "[A-Za-z0-9 ,.(]{0,12}",
        place in prop::sample::select(&PLACES[..]),
        after in "[ ,.)]?[A-Za-z0-9 ,.]{0,12}",
    ) {
        // A word that goes on is another word: `mypassword`, `SECRETmore`.
        let place = place.replace("SECRET", MARK);
        for text in stored(&Redaction::default(), &format!("{before} {place} {after}")) {
            prop_assert!(!text.contains(MARK), "{}", text);
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}") {
        let redaction = Redaction::default();
        let _ = (redaction.url(&text), redaction.text(&text), redaction.json(&text), redaction.headers(&text));
    }
}
