//! The language as a whole: what is read, what is told, what is let through.

use proptest::prelude::*;

use super::*;
use crate::columns::Columns;
use crate::find::own_times;
use crate::tree::Tree;
use crate::waterfall::tests::{resource, span};
use crate::{Kind, Span, Status, Value};

fn parse(text: &str) -> Result<Query, Flaw> {
    Query::parse(text, &SPANS)
}

/// Rows of a trace of five spans, 100 ms long.
fn trace() -> Vec<Span> {
    let mut spans = vec![
        Span { kind: Kind::Server, name: "GET /cart".into(), ..span(0, None, 0.0, 100.0) },
        Span { name: "SELECT orders".into(), ..span(1, Some(0), 10.0, 60.0) },
        Span { name: "select items".into(), ..span(2, Some(0), 60.0, 62.0) },
        Span { kind: Kind::Client, name: "POST".into(), ..span(3, Some(0), 70.0, 90.0) },
        Span {
            resource: resource("pricing"),
            name: "quote(3)".into(),
            ..span(4, Some(3), 75.0, 85.0)
        },
    ];
    spans[4].status = Status::Error("no".into());
    let mut set = |at: usize, name: &str, value: Value| {
        spans[at].attributes.insert(name.to_owned(), value);
    };
    set(0, "http.response.status_code", Value::Int(200));
    set(4, "http.response.status_code", Value::Int(503));
    set(1, "db.query.text", "SELECT * FROM orders".into());
    set(1, "took_s", Value::Double(0.05));
    set(2, "name", "shadowed".into());
    set(3, "tags", Value::List(vec!["a".into(), Value::Int(7)]));
    set(3, "size", Value::Int(12_000));
    spans
}

/// A column made as the sheet makes it.
fn column(spans: &[Span], name: &str) -> (Vec<u32>, Vec<Value>) {
    let (mut of, mut values) = (Vec::new(), vec![Value::Empty]);
    for span in spans {
        let value = span.attributes.get(name).cloned().unwrap_or_default();
        let at = values.iter().position(|other| *other == value).unwrap_or(values.len());
        if at == values.len() {
            values.push(value);
        }
        of.push(u32::try_from(at).unwrap());
    }
    (of, values)
}

fn with_subject<T>(spans: &[Span], names: &BTreeSet<String>, look: impl Fn(&Spans<'_>) -> T) -> T {
    let columns = Columns::of(spans);
    let tree = Tree::grow(&columns);
    let own = own_times(&columns, &tree);
    let made: Vec<_> = names.iter().map(|name| (name, column(spans, name))).collect();
    let made: Vec<Attribute<'_>> = made
        .iter()
        .filter(|(_, (_, values))| values.len() > 1)
        .map(|(name, (of, values))| Attribute { name, of, values })
        .collect();
    let known = [("http.response.status_code".to_owned(), 2), ("name".to_owned(), 1)];
    let mut subject = Spans::new(&columns, &tree, &own);
    (subject.attributes, subject.names) = (&made, &known);
    look(&subject)
}

fn rows(text: &str) -> Vec<usize> {
    let query = parse(text).unwrap_or_else(|flaw| panic!("{text} {flaw}"));
    let attributes = query.attributes();
    with_subject(&trace(), &attributes, |subject| query.run(subject).rows().collect())
}

#[test]
fn a_filter_lets_through_what_it_names() {
    let cases: [(&str, &[usize]); 58] = [
        ("", &[0, 1, 2, 3, 4]),
        ("select", &[1, 2]),
        ("pricing", &[4]),
        ("quote(3)", &[4]),
        ("service:PRIC", &[4]),
        ("service=pric", &[]),
        ("service!=pricing", &[0, 1, 2, 3]),
        ("service:pricing,shop name~SELECT", &[1]),
        ("name~\"(?i)^select\"", &[1, 2]),
        ("name!~^[A-Z]+", &[2, 4]),
        ("kind:server,client", &[0, 3]),
        ("kind!=internal", &[0, 3]),
        ("status:error", &[4]),
        ("error:true", &[4]),
        ("error=false depth>0", &[1, 2, 3]),
        ("error!=true depth:0", &[0]),
        ("duration>=50ms", &[0, 1]),
        ("duration > 50", &[0]),
        ("duration:<15ms", &[2, 4]),
        ("duration:0.10s", &[0]),
        ("duration:2ms,10ms", &[2, 4]),
        ("self<=10ms", &[2, 3, 4]),
        ("start>=70ms", &[3, 4]),
        ("share>20%", &[0, 1]),
        ("share:20", &[3]),
        ("depth=2", &[4]),
        ("id:0000000000000003", &[2]),
        ("parent=0000000000000004", &[4]),
        ("-parent:*", &[0]),
        ("trace:0707", &[0, 1, 2, 3, 4]),
        ("scope:*", &[]),
        ("has:children", &[0, 3]),
        ("has:error,http.response.status_code", &[0, 4]),
        ("has!=parent", &[0]),
        ("-has:http.response.status_code", &[1, 2, 3]),
        ("http.response.status_code>=500", &[4]),
        ("http.response.status_code:5xx", &[4]),
        ("http.response.status_code:50", &[]),
        ("http.response.status_code=200,503", &[0, 4]),
        ("http.response.status_code!=200", &[4]),
        ("-http.response.status_code=200", &[1, 2, 3, 4]),
        ("http.response.status_code~^5", &[4]),
        ("http.response.status_code:*", &[0, 4]),
        ("db.query.text:from", &[1]),
        ("took_s>40ms", &[1]),
        ("took_s>0.04", &[1]),
        ("took_s>60ms", &[]),
        (".name:shadowed", &[2]),
        ("tags:a", &[3]),
        ("tags=7", &[3]),
        ("tags!=a", &[]),
        ("size>11kB", &[3]),
        ("size>11KiB", &[3]),
        ("nobody:x", &[]),
        ("not (service:shop or error:true)", &[]),
        ("GET or POST", &[0, 3]),
        ("service:shop AND (GET || POST) && !kind:client", &[0]),
        ("select -orders", &[2]),
    ];
    for (text, wanted) in cases {
        assert_eq!(rows(text), wanted, "{text}");
    }
}

#[test]
fn a_filter_has_one_written_form() {
    for (text, wanted) in [
        ("  a   and b ", "a b"),
        ("a or (b or c)", "a or b or c"),
        ("(a or b) c", "(a or b) c"),
        ("not not a", "a"),
        ("!(a b)", "-(a b)"),
        ("name = 'it\"s'", "name=\"it\\\"s\""),
        ("service:a, b ,c", "service:a,b,c"),
        ("duration:>50ms", "duration>50ms"),
        ("url.full:https://x/y?z=1", "url.full:\"https://x/y?z=1\""),
        ("https://x:80/y", "\"https://x:80/y\""),
        ("\"and\"", "\"and\""),
        ("name:\"*\"", "name:\"*\""),
        ("name:*", "name:*"),
        ("\"weird name\":1", "\"weird name\":1"),
        ("name~\"\\d+\\.\"", "name~\"\\\\d+\\\\.\""),
        ("-5", "-5"),
        ("", ""),
    ] {
        let query = parse(text).unwrap();
        assert_eq!(query.to_string(), wanted);
        assert_eq!(parse(wanted).unwrap(), query, "{wanted}");
    }
    assert_eq!(condition("http.route", Op::Is, "/a b"), "http.route=\"/a b\"");
}

#[test]
fn any_words_become_a_filter_that_looks_for_them() {
    for (text, wanted) in [
        ("post  orders", "post orders"),
        ("url:x (or", "\"url:x\" \"(or\""),
        ("not -5", "\"not\" \"-5\""),
        (" ", ""),
    ] {
        assert_eq!(words(text), wanted);
        let query = Query::parse(&words(text), &REQUESTS).unwrap();
        assert_eq!(query.texts(), text.split_whitespace().collect::<Vec<_>>());
    }
}

#[test]
fn a_flaw_says_where_what_was_found_and_what_was_wanted() {
    for (text, wanted) in [
        ("(a", "ends at character 3, wanted a “)”"),
        ("a)", "has “)” at character 2, wanted a “(” before it"),
        ("()", "has “)” at character 2, wanted a condition"),
        ("a or", "ends at character 5, wanted a condition"),
        ("ä >", "ends at character 4, wanted a value"),
        ("duration>fast", "has “fast” at character 10, wanted a time, as 50ms or 1.5s"),
        ("duration~5", "has “~” at character 9, wanted one of > >= < <= : = != for duration"),
        ("share>5ms", "has “5ms” at character 7, wanted a share, as 2.5%"),
        ("error:maybe", "has “maybe” at character 7, wanted true or false"),
        (
            "kind:sever",
            "has “sever” at character 6, wanted unspecified, internal, server, client, producer, consumer",
        ),
        ("name:\"a b", "ends at character 10, wanted \", which ends the text"),
        (">5", "has “>5” at character 1, wanted a field before it, or quotes around it"),
        ("service:a,", "ends at character 11, wanted a value"),
        ("http.x>abc", "has “abc” at character 8, wanted a number"),
        ("id:xyz", "has “xyz” at character 4, wanted hex digits"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), wanted, "{text}");
    }
    let flaw = parse("name~[").unwrap_err().to_string();
    assert!(flaw.starts_with("has “[” at character 6, wanted a regular expression ("), "{flaw}");
    assert!(parse("name~(?:a{500}){500}").is_err());
    let strict = Language { attributes: false, ..LOGS };
    let flaw = Query::parse("nmae:x", &strict).unwrap_err().to_string();
    assert!(
        flaw.starts_with("has “nmae” at character 1, wanted a field: level, message"),
        "{flaw}"
    );
}

#[test]
fn what_is_too_long_too_deep_or_too_much_is_told() {
    let told = |text: &str| parse(text).unwrap_err().wanted;
    assert_eq!(told(&"a".repeat(4_001)), "at most 4000 characters");
    assert_eq!(told(&"(".repeat(4_000)), "at most 50 brackets in each other");
    assert_eq!(told(&"a ".repeat(201)), "at most 200 conditions");
    assert_eq!(parse(&"-".repeat(3_999)).map(|it| it.to_string()), Ok("\"-\"".to_owned()));
    assert!(parse(&format!("{}a{}", "(".repeat(50), ")".repeat(50))).is_ok());
}

#[test]
fn attributes_that_are_asked_for_are_named() {
    let query = parse("a (http.route:x or -has:db.system,error) name:y .name:z").unwrap();
    let names: Vec<String> = query.attributes().into_iter().collect();
    assert_eq!(names, ["db.system", "http.route", "name"]);
    assert_eq!(query.texts(), ["a"]);
    assert!(!query.is_empty() && parse(" ").unwrap().is_empty());
}

/// Lines that were logged, with nothing but a level.
struct Lines(&'static [&'static str]);

impl Subject for Lines {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn field(&self, name: &str) -> Option<Facet<'_>> {
        let texts = Texts::List(self.0.iter().map(|level| (*level).into()).collect());
        (name == "level").then(|| Facet::Texts { of: (0..).take(self.len()).collect(), texts })
    }

    fn attribute(&self, _name: &str) -> Option<Facet<'_>> {
        None
    }

    fn search(&self, needle: &Needle) -> Bits {
        Bits::of(self.len(), |row| needle.is_in(self.0[row]))
    }
}

#[test]
fn levels_have_an_order() {
    let lines = Lines(&["INFO", "error", "", "debug", "warn", "odd"]);
    for (text, wanted) in [
        ("level>=warn", &[1, 4][..]),
        ("level<info", &[3]),
        ("level:info,Error", &[0, 1]),
        ("level!=debug", &[0, 1, 4, 5]),
        ("-level:*", &[2]),
        ("odd or span:x", &[5]),
    ] {
        let query = Query::parse(text, &LOGS).unwrap();
        assert_eq!(query.run(&lines).rows().collect::<Vec<_>>(), wanted, "{text}");
    }
    let flaw = Query::parse("level>loud", &LOGS).unwrap_err().to_string();
    assert_eq!(flaw, "has “loud” at character 7, wanted trace, debug, info, warn, error, fatal");
    let choices = Place::at("level:", 6).complete(&LOGS, &lines, 2).choices;
    assert_eq!(choices.len(), 2);
}

/// What is offered at the bar.
fn offered(text: &str) -> (std::ops::Range<usize>, Vec<String>) {
    let cursor = text.find('|').unwrap();
    let place = Place::at(&text.replace('|', ""), cursor);
    let names = place.attribute(&SPANS).map(str::to_owned).into_iter().collect();
    with_subject(&trace(), &names, |subject| {
        let found = place.complete(&SPANS, subject, 4);
        let text = |choice: Choice| match choice.count {
            Some(count) => format!("{} {count}", choice.text),
            None => choice.text,
        };
        (found.range, found.choices.into_iter().map(text).collect())
    })
}

#[test]
fn completion_offers_fields_operators_and_values_that_there_are() {
    let cases: [(&str, std::ops::Range<usize>, &[&str]); 15] = [
        ("|", 0..0, &["service:", "name:", "kind:", "status:"]),
        ("se|", 0..2, &["service:", "self>", "http.response.status_code: 2"]),
        ("a dur|", 2..5, &["duration>"]),
        ("duration|", 0..8, &["duration>", "duration>=", "duration<", "duration<="]),
        ("sta|tus:ok", 0..6, &["status:", "start>", "http.response.status_code: 2"]),
        ("service:|", 8..8, &["shop 4", "pricing 1"]),
        ("service:pr|", 8..10, &["pricing 1"]),
        ("service:shop,|", 13..13, &["shop 4", "pricing 1"]),
        ("kind=|", 5..5, &["internal 3", "server 1", "client 1", "unspecified 0"]),
        ("error:t|", 6..7, &["true 1"]),
        ("duration>5|", 9..10, &["5us 5", "5ms 4", "5s 0", "5m 0"]),
        ("http.response.status_code:5|", 26..27, &["503 1"]),
        ("has:chi|", 4..7, &["children 2"]),
        ("(.na|", 1..4, &[".name: 1"]),
        ("name:\"sel|", 5..9, &["\"SELECT orders\" 1", "\"select items\" 1"]),
    ];
    for (text, range, wanted) in cases {
        let (place, choices) = offered(text);
        assert_eq!(choices, wanted, "{text}");
        assert_eq!(place, range, "{text}");
    }
}

fn texts() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "(", ")", " ", " ", "and", "or", "not", "-", "!", "\"", "'", "\\", ",", ":", "=", "!=",
        "<", ">=", "~", "*", "service", "duration", "kind", "server", "50ms", "http.x", "ä", "//",
        "5xx", "has", "error", "true", ".", "[", "\n", "%",
    ]);
    prop::collection::vec(parts, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_written_reads_as_the_same(text in texts()) {
        if let Ok(query) = parse(&text) {
            let written = query.to_string();
            let again = parse(&written);
            prop_assert_eq!(again.as_ref(), Ok(&query), "{}", &written);
            prop_assert_eq!(again.unwrap().to_string(), written);
        }
    }

    #[test]
    fn no_text_and_no_cursor_panics(text in any::<String>(), cursor in 0_usize..40) {
        let _ = parse(&text).map(|query| query.to_string());
        let place = Place::at(&text, cursor);
        prop_assert!(text.get(place.range).is_some());
    }

    #[test]
    fn a_flaw_lies_in_the_text(text in texts()) {
        if let Err(flaw) = parse(&text) {
            prop_assert!(text.get(flaw.range.clone()).is_some());
            prop_assert!(!flaw.wanted.is_empty() && flaw.at <= text.chars().count());
        }
        let place = Place::at(&text, text.len());
        prop_assert!(text.get(place.range).is_some());
    }

    #[test]
    fn not_is_the_rest(text in texts()) {
        if let (Ok(query), Ok(not)) = (parse(&text), parse(&format!("-({text})"))) {
            let names = query.attributes();
            let (yes, no) = with_subject(&trace(), &names, |it| (query.run(it), not.run(it)));
            let mut rest = yes;
            rest.invert();
            prop_assert_eq!(rest, no);
        }
    }
}

#[test]
fn a_filter_is_narrowed_by_what_a_reader_points_at() {
    let narrowed = |text, by| narrow(text, by, &SPANS);
    assert_eq!(narrowed(" ", "error:true"), "error:true");
    assert_eq!(narrowed("service:shop", "error:true"), "service:shop error:true");
    assert_eq!(narrowed("error:true duration>1s", "error:true"), "error:true duration>1s");
    assert_eq!(narrowed("a or b", "error:true"), "(a or b) error:true");
    assert_eq!(narrowed("duration>", "error:true"), "error:true", "what does not read gives way");
    assert_eq!(narrowed("error:true", "error:true"), "error:true");
}
