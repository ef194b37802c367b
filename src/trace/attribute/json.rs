//! Values as JSON, for whoever copies one or reads what is nested.

use super::Value;
use crate::json::quote;

impl Value {
    /// The value as JSON. Bytes are their hex digits; what is no finite number is a text.
    ///
    /// As deep as the value, which readers of OTLP bound.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, to: &mut String) {
        match self {
            Self::Empty => to.push_str("null"),
            Self::Bool(_) | Self::Int(_) => to.push_str(&self.to_string()),
            Self::Double(number) if number.is_finite() => to.push_str(&self.to_string()),
            Self::Double(_) | Self::Bytes(_) => quote(&self.to_string(), to),
            Self::Text(text) => quote(text, to),
            Self::List(values) => {
                to.push('[');
                for (at, value) in values.iter().enumerate() {
                    to.push_str(if at == 0 { "" } else { "," });
                    value.write(to);
                }
                to.push(']');
            }
            Self::Map(entries) => {
                to.push('{');
                for (at, (name, value)) in entries.iter().enumerate() {
                    to.push_str(if at == 0 { "" } else { "," });
                    quote(name, to);
                    to.push(':');
                    value.write(to);
                }
                to.push('}');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attributes;

    #[test]
    fn values_are_json_that_reads_as_they_are() {
        let map = Attributes::from([
            ("a\"b", Value::List(vec![1.into(), 2.5.into(), true.into(), Value::Empty])),
            ("c", Value::Bytes(vec![0, 255])),
            ("d", f64::NAN.into()),
            ("e", "line\nline".into()),
        ]);
        assert_eq!(
            Value::Map(map).to_json(),
            r#"{"a\"b":[1,2.5,true,null],"c":"00ff","d":"NaN","e":"line\nline"}"#
        );
    }

    #[test]
    fn what_is_nested_64_times_is_written() {
        let deep = (0..64).fold(Value::Int(1), |inner, _| Value::List(vec![inner]));
        assert_eq!(deep.to_json().len(), 129);
    }
}
