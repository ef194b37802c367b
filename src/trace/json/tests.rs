use super::*;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One of everything that the dialect has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Everything {
    small: u8,
    large_number: u64,
    below: i32,
    truth: bool,
    millis: f64,
    words: String,
    #[serde(default)]
    perhaps: Option<u16>,
    list: Vec<(String, Mood)>,
    #[serde(rename = "")]
    inner: Inner,
    act: Act,
}

/// Lies in the object of [`Everything`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Inner {
    depth: u32,
    label: String,
}

/// Bare words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Mood {
    Busy,
    AllDone,
}

/// Objects that say what they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Act {
    Open,
    Reload {
        tab_id: i32,
    },
    Label(Inner),
    #[default]
    #[serde(other)]
    Unknown,
}

fn everything() -> Everything {
    Everything {
        small: 255,
        large_number: 9_007_199_254_740_993,
        below: -5,
        truth: true,
        millis: 12.5,
        words: "é \"quoted\" \\ \n\t\u{1}".to_owned(),
        perhaps: None,
        list: vec![("a".to_owned(), Mood::Busy), (String::new(), Mood::AllDone)],
        inner: Inner { depth: 3, label: "x".to_owned() },
        act: Act::Reload { tab_id: 7 },
    }
}

#[test]
fn everything_is_written_as_json_and_comes_back() {
    let text = write(&everything());
    let value: Value = serde_json::from_str(&text).unwrap();
    let wanted = json!({
        "small": 255, "largeNumber": 9_007_199_254_740_993_u64, "below": -5, "truth": true,
        "millis": 12.5, "words": "é \"quoted\" \\ \n\t\u{1}", "perhaps": null,
        "list": [["a", "busy"], ["", "allDone"]], "depth": 3, "label": "x",
        "act": {"kind": "reload", "tabId": 7},
    });
    assert_eq!(value, wanted);
    assert_eq!(read(&text), Ok(everything()));
    // In another order, with strangers among the fields, as JavaScript may send it.
    let mut shuffled: Vec<_> = wanted.as_object().unwrap().iter().collect();
    shuffled.sort_by_key(|(name, _)| name.chars().rev().collect::<String>());
    let fields = shuffled.iter().map(|(name, value)| format!("{name:?} : {value}"));
    let text = format!("{{\"new\":[{{}}], {} }}", fields.collect::<Vec<_>>().join(" , "));
    assert_eq!(read(&text), Ok(everything()));
}

#[test]
fn a_variant_lies_beside_its_fields_whatever_it_has() {
    for (act, text) in [
        (Act::Open, r#"{"kind":"open"}"#),
        (Act::Reload { tab_id: -1 }, r#"{"kind":"reload","tabId":-1}"#),
        (
            Act::Label(Inner { depth: 1, label: String::new() }),
            r#"{"kind":"label","depth":1,"label":""}"#,
        ),
    ] {
        assert_eq!(write(&act), text);
        assert_eq!(read(text), Ok(act));
    }
    assert_eq!(read(r#"{"v":9,"kind":"fold","depth":"?"}"#), Ok(Act::Unknown));
    assert_eq!(read(r#"{"kind":"label"}"#), Ok(Act::Label(Inner::default())));
}

#[test]
fn what_does_not_fit_says_what_was_found_and_what_was_wanted() {
    let error = |name: &str, value: Value| {
        let mut text: Value = serde_json::from_str(&write(&everything())).unwrap();
        text[name] = value;
        read::<Everything>(&text.to_string()).unwrap_err().to_string()
    };
    assert_eq!(error("small", json!(256)), "small is a number, wanted one in its range");
    assert_eq!(error("below", json!(1.5)), "below is a number, wanted a whole number");
    assert_eq!(error("millis", json!("1")), "millis is a text, wanted a number");
    assert_eq!(error("words", json!(null)), "words is null, wanted a text");
    assert_eq!(error("list", json!([["a"]])), "list is a text, wanted a value");
    assert_eq!(error("list", json!([["a", "sad"]])), "list is a text, wanted a known word");
    assert_eq!(error("depth", json!([])), "depth is a list, wanted a whole number");
    assert_eq!(error("act", json!({})), "kind is missing, wanted a word that says what this is");
    assert_eq!(error("act", json!({"kind": "reload"})), "tabId is missing, wanted a value");
    let said = |text: &str| read::<Inner>(text).unwrap_err().to_string();
    assert_eq!(said("7"), "the whole is a number, wanted an object");
    assert_eq!(said("{} {}"), "JSON is broken at byte 3, wanted the end");
    assert_eq!(
        said(r#"{"depth":1,"depth":2}"#),
        "JSON is broken at byte 19, wanted each name once"
    );
    let names: Vec<_> = (0..2_000).map(|name| format!("\"{name}\":0")).collect();
    assert!(said(&format!("{{{}}}", names.join(","))).ends_with("wanted fewer names"));
    assert_eq!(said(&"[".repeat(999)), "JSON is nested deeper than 512 at byte 512");
}

#[test]
fn a_field_can_be_read_alone() {
    assert_eq!(read_field(r#"{"a":1,"b":{"depth":2}}"#, "a"), Ok(Some(1_u8)));
    assert_eq!(read_field::<u8>("{}", "a"), Ok(None));
    assert!(read_field::<u8>(r#"{"a":"1"}"#, "a").is_err());
    assert!(read_field::<u8>("{", "a").is_err());
}

#[test]
fn fractions_have_six_digits_at_most() {
    for (number, text) in [
        (0.0, "0"),
        (-0.5, "-0.5"),
        (1_795_218_972_339.7, "1795218972339.699951"),
        (412.000_000_9, "412.000001"),
        (0.999_999_9, "1"),
        (1e-9, "0"),
        (3e13, "30000000000000"),
        (f64::NAN, "null"),
        (f64::INFINITY, "null"),
    ] {
        assert_eq!(write(&number), text);
    }
}

#[test]
fn what_the_dialect_does_not_have_is_not_written() {
    let map = std::collections::BTreeMap::from([("a", 1)]);
    assert_eq!(write(&map), "");
    assert!(read::<std::collections::BTreeMap<String, u8>>(r#"{"a":1}"#).is_err());
}

proptest! {
    #[test]
    fn every_text_comes_back_and_is_read_alike_by_others(words in any::<String>()) {
        let text = write(&words);
        prop_assert_eq!(read(&text), Ok(words.clone()));
        prop_assert_eq!(serde_json::from_str::<String>(&text).ok(), Some(words));
    }

    #[test]
    fn whatever_others_write_is_read(words in any::<String>(), number in any::<i64>()) {
        let text = json!([words.clone(), number]).to_string();
        prop_assert_eq!(read(&text), Ok((words, number)));
    }

    #[test]
    fn a_number_that_was_written_once_stays_the_same(number in -1e15..1e15_f64) {
        let once: f64 = read(&write(&number)).unwrap();
        prop_assert!((once - number).abs() <= 1e-6_f64.max(number.abs() * 1e-15));
        prop_assert_eq!(read::<f64>(&write(&once)), Ok(once));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,80}", at in 0_usize..200) {
        let _ = read::<Everything>(&text);
        let mut broken = write(&everything());
        let at = broken.floor_char_boundary(at.min(broken.len()));
        broken.insert_str(at, &text);
        let _ = read::<Everything>(&broken);
    }
}
