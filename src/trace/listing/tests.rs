//! Texts laid out, drawn as they would be read.

use super::*;

fn drawn(language: Language, text: &str) -> String {
    let line = |line: &Line<'_>| {
        let pieces = line
            .pieces
            .iter()
            .map(|piece| format!("{}{}", if piece.spaced { " " } else { "" }, piece.text));
        format!("{}{}", "  ".repeat(line.depth), pieces.collect::<String>())
    };
    language.list(text).lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn tones(language: Language, text: &str) -> Vec<(Tone, &str)> {
    let lines = language.list(text).lines.into_iter();
    lines.flat_map(|line| line.pieces).map(|piece| (piece.tone, piece.text)).collect()
}

#[test]
fn json_has_a_line_for_each_value() {
    let text = r#"{"id":7,"tags":["a","b\"}"],"none":null,"empty":{},"deep":{"x":[{"y":-1.5e3}]}}"#;
    let wanted = r#"{
  "id": 7,
  "tags": [
    "a",
    "b\"}"
  ],
  "none": null,
  "empty": {},
  "deep": {
    "x": [
      {
        "y": -1.5e3
      }
    ]
  }
}"#;
    assert_eq!(drawn(Language::Json, text), wanted);
    let listing = Language::Json.list(text);
    let ends: Vec<_> = listing.lines.iter().map(|line| line.end).take(4).collect();
    assert_eq!(ends, [Some(15), None, Some(5), None], "what folds, and to where");
    assert_eq!(
        tones(Language::Json, r#"{"a":"b","c":true}"#),
        [
            (Tone::Sign, "{"),
            (Tone::Name, "\"a\""),
            (Tone::Sign, ":"),
            (Tone::Text, "\"b\""),
            (Tone::Sign, ","),
            (Tone::Name, "\"c\""),
            (Tone::Sign, ":"),
            (Tone::Word, "true"),
            (Tone::Sign, "}"),
        ]
    );
}

#[test]
fn sql_has_a_line_for_each_clause_and_condition() {
    let text = "select o.id, count(*) from orders o left join lines l on l.order_id = o.id \
                where o.total between $1 and $2 and o.state <> 'it''s from' \
                and o.id in (select id from paid where at > now() - interval '1 day') \
                group by o.id order by extract(year from o.at) desc limit 5";
    let wanted = "\
select o.id, count(*)
from orders o
left join lines l
  on l.order_id = o.id
where o.total between $1 and $2
  and o.state <> 'it''s from'
  and o.id in (
  select id
  from paid
  where at > now() - interval '1 day'
)
group by o.id
order by extract(year from o.at) desc
limit 5";
    assert_eq!(drawn(Language::Sql, text), wanted);
    let text =
        "INSERT INTO a (x, y) VALUES (?, ?) ON CONFLICT (x) DO UPDATE SET y = 1 RETURNING id";
    let wanted =
        "INSERT INTO a (x, y)\nVALUES (?, ?) ON CONFLICT (x) DO UPDATE SET y = 1\nRETURNING id";
    assert_eq!(drawn(Language::Sql, text), wanted);
    assert_eq!(
        drawn(Language::Sql, "delete from a where \"from\" = 1"),
        "delete from a\nwhere \"from\" = 1"
    );
    let text = "SELECT a -- the first\nFROM b; UPDATE c SET d = 1";
    assert_eq!(drawn(Language::Sql, text), "SELECT a -- the first\nFROM b;\nUPDATE c\nSET d = 1");
}

#[test]
fn sql_s_words_are_in_order_because_they_are_searched() {
    assert!(super::sql::keyword("select") && super::sql::keyword("With"));
    assert!(super::sql::keyword("RETURNING") && super::sql::keyword("ADD"));
    assert!(!super::sql::keyword("orders") && !super::sql::keyword(""));
}

#[test]
fn graphql_has_a_line_for_each_field() {
    let text = "query Cart($id: ID!, $n: [Int!] = [1]) { cart(id: $id, by: {a: 1}) { id items { ...Line price: cost(in: EUR) @include(if: $n) name } } } fragment Line on Item { sku }";
    let wanted = "\
query Cart($id: ID!, $n: [Int!] = [1]) {
  cart(id: $id, by: {a: 1}) {
    id
    items {
      ...Line
      price: cost(in: EUR) @include(if: $n)
      name
    }
  }
}
fragment Line on Item {
  sku
}";
    assert_eq!(drawn(Language::GraphQl, text), wanted);
}

#[test]
fn a_language_is_known_by_the_attribute_and_the_text() {
    let of = |name, text| Language::of(name, text);
    assert_eq!(of("db.query.text", " SELECT 1"), Some(Language::Sql));
    assert_eq!(of("db.query.text", "GET cart:7"), None, "Redis");
    assert_eq!(of("db.query.text", "{\"find\":\"x\"}"), Some(Language::Json), "MongoDB");
    assert_eq!(of("graphql.document", "{ a }"), Some(Language::GraphQl));
    assert_eq!(of("body", "{\"a\": 1, \"b"), Some(Language::Json), "cut");
    assert_eq!(of("body", "[1, 2]"), Some(Language::Json));
    for text in ["", "{", "[info] started", "{a}", "select", "[", "é", "{é"] {
        assert_eq!(of("message", text), None, "{text}");
    }
}

#[test]
fn hostile_texts_are_laid_out_in_one_pass() {
    let cases = [
        "{".repeat(1_000_000),
        "[".repeat(1_000_000),
        "}".repeat(1_000_000),
        "(select ".repeat(100_000),
        "(".repeat(1_000_000),
        "\"".repeat(999_999),
        "'".repeat(999_999),
        format!("\"{}", "a".repeat(1_000_000)),
        format!("{{\"a\":\"{}", "\\".repeat(999_999)),
        "{\"a\":".repeat(200_000),
        "/*".repeat(500_000),
        "$$".repeat(500_001),
        "\"\"\"\"".repeat(100_000),
        "--\n".repeat(300_000),
        "1,".repeat(500_000),
        "é😀\u{feff}".repeat(100_000),
        "... on @x(a:".repeat(90_000),
        "\n".repeat(1_000_000),
    ];
    for text in &cases {
        for language in [Language::Json, Language::Sql, Language::GraphQl] {
            let listing = language.list(text);
            assert!(listing.lines.len() <= LINES + 1, "{}", listing.lines.len());
            let pieces: usize = listing.lines.iter().map(|line| line.pieces.len()).sum();
            assert!(pieces <= PIECES + 1, "{pieces}");
            for (at, line) in listing.lines.iter().enumerate() {
                assert!(line.end.is_none_or(|end| end > at && end < listing.lines.len()));
            }
        }
    }
}

#[test]
fn nothing_is_lost_but_spaces() {
    let text = "{\"a\": [1, {\"b\": \"c d\"}], 'odd' } } trailing select ( x ) ... @y #z";
    for language in [Language::Json, Language::Sql, Language::GraphQl] {
        let pieces: String = tones(language, text).into_iter().map(|(_, text)| text).collect();
        let bare = |text: &str| text.replace([' ', '\n'], "");
        assert_eq!(bare(&pieces), bare(text));
    }
}
