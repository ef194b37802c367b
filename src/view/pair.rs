//! An attribute as a reader handles it: shown, searched, copied, filtered by.

use std::borrow::Cow;
use std::sync::Arc;

use trace::Value;
use trace::filter::{Op, SPANS, condition};
use trace::json::quote;
use trace::listing::Language;

use crate::hits::holds;

/// Longest text that one filters by, bytes: nobody reads a longer one in the filter's field.
const LONGEST: usize = 200;
/// Shortest text that is laid out: what fits on a line is read as it stands.
const SHORTEST: usize = 48;

/// Name and value; cheap to copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    name: Arc<str>,
    value: Arc<Value>,
    filters: bool,
}

impl Pair {
    /// An attribute, and whether spans can be filtered by it.
    #[must_use]
    pub fn new(name: &str, value: &Value, filters: bool) -> Self {
        Self { name: name.into(), value: Arc::new(value.clone()), filters }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value, whole: text as it is, what is nested as JSON.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &*self.value {
            Value::Text(text) => Cow::Borrowed(text),
            Value::List(_) | Value::Map(_) => Cow::Owned(self.value.to_json()),
            other => Cow::Owned(other.to_string()),
        }
    }

    /// What is said where there is nothing to show; empty where there is.
    #[must_use]
    pub fn void(&self) -> &'static str {
        match &*self.value {
            Value::Empty => "(no value)",
            Value::Text(text) if text.is_empty() => "(empty)",
            Value::Bytes(bytes) if bytes.is_empty() => "(no bytes)",
            _ => "",
        }
    }

    /// Whether name or value hold a text.
    #[must_use]
    pub fn holds(&self, wanted: &str) -> bool {
        holds(&self.name, wanted) || holds(&self.text(), wanted)
    }

    /// The pair as JSON: `{"http.route": "/checkout"}`.
    #[must_use]
    pub fn json(&self) -> String {
        let mut text = "{".to_owned();
        quote(&self.name, &mut text);
        text.push_str(": ");
        text.push_str(&self.value.to_json());
        text.push('}');
        text
    }

    /// The language in which its value is laid out; `None` where it is shown as it stands.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        match &*self.value {
            Value::Text(text) if text.len() > SHORTEST => Language::of(&self.name, text),
            Value::List(_) | Value::Map(_) if self.text().len() > SHORTEST => Some(Language::Json),
            _ => None,
        }
    }

    /// Whether its value is a stack trace.
    #[must_use]
    pub fn is_stack(&self) -> bool {
        let named = self.name.ends_with("stacktrace") || self.name.ends_with(".stack");
        named && matches!(&*self.value, Value::Text(text) if text.contains('\n'))
    }

    /// The filter that lets through spans with this value, or those with another one. `None` where
    /// no filter can say it.
    #[must_use]
    pub fn condition(&self, exclude: bool) -> Option<String> {
        let plain = match &*self.value {
            Value::Text(text) => !text.is_empty() && text.len() <= LONGEST,
            Value::Bool(_) | Value::Int(_) | Value::Double(_) => true,
            Value::Empty | Value::Bytes(_) | Value::List(_) | Value::Map(_) => false,
        };
        let plain = plain && self.filters && self.name.len() <= LONGEST && !self.name.is_empty();
        plain.then(|| {
            // With a dot it is certainly an attribute, and not a field of that name.
            let dot = if SPANS.field(&self.name).is_some() { "." } else { "" };
            let is = condition(&format!("{dot}{}", self.name), Op::Is, &self.text());
            if exclude { format!("-{is}") } else { is }
        })
    }
}

#[cfg(test)]
mod tests {
    use trace::Attributes;
    use trace::filter::Query;

    use super::*;

    fn pair(name: &str, value: impl Into<Value>) -> Pair {
        Pair::new(name, &value.into(), true)
    }

    #[test]
    fn a_pair_is_copied_as_json() {
        assert_eq!(pair("a\"b", "c\nd").json(), r#"{"a\"b": "c\nd"}"#);
        assert_eq!(
            pair("http.response.status_code", 200).json(),
            r#"{"http.response.status_code": 200}"#
        );
    }

    #[test]
    fn empty_values_are_said_to_be_empty() {
        assert_eq!(pair("x", Value::Empty).void(), "(no value)");
        assert_eq!(pair("x", "").void(), "(empty)");
        assert_eq!(pair("x", Value::Bytes(Vec::new())).void(), "(no bytes)");
        assert_eq!(pair("x", false).void(), "");
    }

    #[test]
    fn filters_by_a_value_can_be_read_as_filters() {
        let hostile =
            ["/checkout", "a b", "\"", "\\", "line\nline", "(", "*", "-x", "é", "//", "a,b"];
        for value in hostile {
            for exclude in [false, true] {
                let text = pair("http.route", value).condition(exclude).unwrap();
                assert!(Query::parse(&text, &SPANS).is_ok(), "{text}");
            }
        }
        assert_eq!(pair("http.route", "/a").condition(false).unwrap(), "http.route=/a");
        assert_eq!(pair("n", 7).condition(true).unwrap(), "-n=7");
        assert_eq!(pair("name", "x").condition(false).unwrap(), ".name=x");
        for name in ["a b", "name", "<b>", "x:y", "é"] {
            let text = pair(name, "v").condition(false).unwrap();
            assert!(Query::parse(&text, &SPANS).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_no_filter_can_say_is_not_offered() {
        assert_eq!(pair("x", "").condition(false), None);
        assert_eq!(pair("x", "x".repeat(201)).condition(false), None);
        assert_eq!(pair("x", Value::List(vec![1.into()])).condition(true), None);
        assert_eq!(Pair::new("x", &"of an event".into(), false).condition(false), None);
    }

    #[test]
    fn what_is_nested_or_long_is_laid_out() {
        let deep = (0..60).fold(Value::Int(1), |inner, at| {
            Value::Map(Attributes::from([(format!("k{at}"), inner)]))
        });
        assert_eq!(pair("x", deep).language(), Some(Language::Json));
        assert_eq!(pair("x", Value::List(vec![1.into()])).language(), None, "short");
        let sql = "SELECT id, name, price FROM products WHERE id IN (1, 2, 3)";
        assert_eq!(pair("db.query.text", sql).language(), Some(Language::Sql));
        assert_eq!(pair("message", sql).language(), None);
        assert!(pair("exception.stacktrace", "a\nb").is_stack());
    }
}
