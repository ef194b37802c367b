//! What spans say under one of several names, cut to a sane length.

use crate::Span;
use crate::attribute::{Attributes, Value};

/// Longest word that is kept, bytes: names, ids, kinds.
pub(super) const WORD: usize = 256;
/// Longest text that is kept, bytes.
pub(super) const TEXT: usize = 1024;
/// Longest address that is kept, bytes.
pub(super) const ADDRESS: usize = 4096;

/// The beginning of a text.
pub(super) fn cut(text: &str, limit: usize) -> String {
    text[..text.floor_char_boundary(limit)].to_owned()
}

/// A value as a word; empty for what is none.
fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => cut(text, WORD),
        Value::Int(_) | Value::Bool(_) => value.to_string(),
        Value::List(values) if values.len() == 1 => match values.first() {
            Some(Value::Text(text)) => cut(text, WORD),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// The first of some names under which there is a word; empty where there is none.
pub(super) fn first(attributes: &Attributes, names: &[&str]) -> String {
    let words = names.iter().filter_map(|name| attributes.get(name).map(word));
    words.into_iter().find(|word| !word.is_empty()).unwrap_or_default()
}

/// As above, of a span, else of its resource.
pub(super) fn of(span: &Span, names: &[&str]) -> String {
    let own = first(&span.attributes, names);
    if own.is_empty() { first(&span.resource.attributes, names) } else { own }
}

/// The text under the first name that has one; empty where none has.
pub(super) fn text<'a>(attributes: &'a Attributes, names: &[&str]) -> &'a str {
    let texts = names.iter().filter_map(|name| attributes.get(name)?.as_text());
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

/// A number of either kind.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        #[allow(clippy::cast_precision_loss, reason = "a measure is far below 2^53")]
        Value::Int(number) => Some(*number as f64),
        Value::Double(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}

/// A whole number that cannot be below zero, also as text; 0 where there is none.
pub(super) fn count(attributes: &Attributes, name: &str) -> u32 {
    match attributes.get(name) {
        Some(Value::Int(count)) => u32::try_from(*count).unwrap_or_default(),
        Some(Value::Text(text)) => text.parse().unwrap_or_default(),
        _ => 0,
    }
}

/// Milliseconds of nanoseconds.
#[allow(clippy::cast_precision_loss, reason = "beyond 104 days nanoseconds do not matter")]
pub(super) fn millis(nanos: u64) -> f64 {
    nanos as f64 / 1e6
}
