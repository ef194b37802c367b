use proptest::prelude::*;

use super::{MapError, SourceMap, excerpt, inline, mentioned, resolve};

/// Of two lines: `pay` at 1:1 stands at 10:5 of `a.ts`, 1:11 has no source, 2:1 stands at 11:1 of `b.ts`.
const MAP: &str = r#"{"version":3,"sourceRoot":"src","sources":["a.ts","b.ts"],
    "sourcesContent":["one\ntwo",null],"names":["pay"],"mappings":"AASIA,U;ACCJ"}"#;

fn at(map: &str, line: u32, column: u32) -> Option<(String, u32, u32, String)> {
    let map = SourceMap::parse(map).unwrap();
    map.at(line, column).map(|it| (it.source.to_owned(), it.line, it.column, it.name.to_owned()))
}

fn place(source: &str, line: u32, column: u32, name: &str) -> Option<(String, u32, u32, String)> {
    Some((source.to_owned(), line, column, name.to_owned()))
}

#[test]
fn a_place_is_that_of_the_last_mapping_before_it() {
    assert_eq!(at(MAP, 1, 1), place("src/a.ts", 10, 5, "pay"));
    assert_eq!(at(MAP, 1, 10), place("src/a.ts", 10, 5, "pay"));
    assert_eq!(at(MAP, 1, 11), None, "a mapping without a source ends the one before it");
    assert_eq!(at(MAP, 2, 99), place("src/b.ts", 11, 1, ""));
    assert_eq!(at(MAP, 3, 1), None);
    assert_eq!(at(MAP, 0, 0), None);
}

#[test]
fn a_source_is_there_where_the_map_has_it() {
    let map = SourceMap::parse(MAP).unwrap();
    assert_eq!(map.at(1, 1).unwrap().content, Some("one\ntwo"));
    assert_eq!(map.at(2, 1).unwrap().content, None);
    assert_eq!(excerpt("a\nb\nc\nd\ne", 3, 1), [(2, "b"), (3, "c"), (4, "d")]);
    assert_eq!(excerpt("a\nb", 1, 2), [(1, "a"), (2, "b")]);
    assert_eq!(excerpt("a", 9, 1), []);
}

#[test]
fn sections_lie_where_their_offset_says() {
    let part = |name: &str| {
        format!(r#"{{"version":3,"sources":["{name}"],"names":[],"mappings":"AAAA;AACA"}}"#)
    };
    let map = format!(
        r#"{{"version":3,"sections":[{{"offset":{{"line":0,"column":0}},"map":{}}},
        {{"offset":{{"line":1,"column":10}},"map":{}}}]}}"#,
        part("a"),
        part("b")
    );
    assert_eq!(at(&map, 2, 10), place("a", 2, 1, ""));
    assert_eq!(at(&map, 2, 11), place("b", 1, 1, ""));
    assert_eq!(at(&map, 3, 1), place("b", 2, 1, ""), "its column counts in its first line alone");
}

#[test]
fn what_is_no_map_says_why() {
    let flaw = |text: &str| SourceMap::parse(text).unwrap_err();
    let mapped = |mappings: &str| {
        format!(r#"{{"version":3,"sources":["a"],"names":[],"mappings":"{mappings}"}}"#)
    };
    assert!(matches!(flaw("<!doctype html>"), MapError::Json(_)));
    assert_eq!(flaw(r#"{"version":2,"mappings":""}"#), MapError::Version(2));
    assert_eq!(flaw(&mapped("AA!A")), MapError::Mappings(2));
    assert_eq!(flaw(&mapped("AA")), MapError::Mappings(2), "two numbers are no mapping");
    assert_eq!(flaw(&mapped("AAAAAA")), MapError::Mappings(6));
    assert_eq!(flaw(&mapped("ggggggggA")), MapError::Mappings(7), "a number without an end");
    assert_eq!(flaw(&mapped("AAAg")), MapError::Mappings(4));
    assert_eq!(flaw(&mapped("D")), MapError::Far, "a column before the first");
    assert_eq!(flaw(&mapped("AADA")), MapError::Far);
    let nested =
        r#"{"version":3,"sections":[{"offset":{"line":0,"column":0},"map":{"sections":[]}}]}"#;
    assert_eq!(flaw(nested), MapError::Section);
    assert_eq!(flaw(&" ".repeat(super::LARGEST + 1)), MapError::Large(super::LARGEST + 1));
    assert!(SourceMap::parse(&format!(")]}}' x\n{}", mapped("AAAA"))).is_ok());
}

#[test]
fn what_points_nowhere_has_no_place() {
    let map = r#"{"version":3,"sources":["a"],"names":[],"mappings":"ACAA,UDAAA"}"#;
    assert_eq!(at(map, 1, 1), None);
    assert_eq!(at(map, 1, 11), place("a", 1, 1, ""));
}

#[test]
fn more_mappings_than_are_kept_are_refused() {
    let many = "A,".repeat(super::MOST + 1);
    let map = format!(r#"{{"version":3,"mappings":"{many}"}}"#);
    assert_eq!(SourceMap::parse(&map), Err(MapError::Many));
}

#[test]
fn a_script_names_its_map_in_its_last_comment() {
    assert_eq!(mentioned("a()\n//# sourceMappingURL=a.js.map\n"), Some("a.js.map"));
    assert_eq!(mentioned("//@ sourceMappingURL=a.map"), Some("a.map"));
    assert_eq!(mentioned("'//# sourceMappingURL=a.map' + b\nc()"), None);
    assert_eq!(mentioned("//# sourceMappingURL=\n"), None);
    assert_eq!(mentioned("a()"), None);
}

#[test]
fn an_inline_map_is_read() {
    assert_eq!(inline("data:application/json;base64,eyJhIjoxfQ==").as_deref(), Some("{\"a\":1}"));
    assert_eq!(inline("data:application/json,%7B%7D").as_deref(), Some("{}"));
    assert_eq!(inline("data:application/json;base64,!"), None);
    assert_eq!(inline("data:,%4"), None);
    assert_eq!(inline("a.map"), None);
}

#[test]
fn an_address_is_relative_to_its_file() {
    let base = "https://shop.test:81/js/app/a.js?v=1";
    let of = |address| resolve(base, address);
    assert_eq!(of("a.js.map").as_deref(), Some("https://shop.test:81/js/app/a.js.map"));
    assert_eq!(of("../m/./a.map?x=..").as_deref(), Some("https://shop.test:81/js/m/a.map?x=.."));
    assert_eq!(of("../../../../a").as_deref(), Some("https://shop.test:81/a"));
    assert_eq!(of("/a").as_deref(), Some("https://shop.test:81/a"));
    assert_eq!(of("//cdn.test/a").as_deref(), Some("https://cdn.test/a"));
    assert_eq!(of("http://cdn.test/a").as_deref(), Some("http://cdn.test/a"));
    assert_eq!(of("file:///etc/passwd"), None);
    assert_eq!(resolve("blob:https://x", "a"), None);
    assert_eq!(resolve("https://shop.test", "a").as_deref(), Some("https://shop.test/a"));
}

proptest! {
    #[test]
    fn no_map_panics(mappings in "[A-Za-z0-9+/,;]{0,80}", line in 0_u32..9, column: u32) {
        let text = format!(r#"{{"version":3,"sources":["a",null],"names":["b"],"mappings":"{mappings}"}}"#);
        if let Ok(map) = SourceMap::parse(&text) {
            let _ = map.at(line, column);
        }
    }

    #[test]
    fn no_address_panics(base in "\\PC{0,30}", address in "\\PC{0,30}", script in "\\PC{0,60}") {
        let _ = (resolve(&base, &address), mentioned(&script), inline(&format!("data:{address}")));
        let _ = (resolve("https://a.test/b", &address), inline(&format!("data:;base64,{address}")));
    }
}
