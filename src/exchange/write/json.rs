//! JSON text that is being written.

use std::fmt::{Arguments, Write as _};

use otlp::json::base64;
use trace::attribute::Value;
use trace::json::quote;

/// JSON text so far.
#[derive(Debug, Default)]
pub(super) struct Out {
    pub(super) text: String,
}

impl Out {
    /// An object of what is written within.
    pub(super) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.text.push('{');
        write(self);
        self.text.push('}');
    }

    /// A list with one value for each item.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.text.push('[');
        for item in items {
            self.next('[');
            write(self, item);
        }
        self.text.push(']');
    }

    /// A comma, unless this is the first after an opening bracket.
    pub(super) fn next(&mut self, open: char) {
        // No value ends with an opening bracket: texts end with a quote.
        if !self.text.ends_with(open) {
            self.text.push(',');
        }
    }

    /// A name in an object.
    pub(super) fn key(&mut self, name: &str) {
        self.next('{');
        quote(name, &mut self.text);
        self.text.push(':');
    }

    /// A name with a text.
    pub(super) fn words(&mut self, name: &str, words: &str) {
        self.key(name);
        quote(words, &mut self.text);
    }

    /// A name with a number, or whatever is JSON as it prints.
    pub(super) fn plain(&mut self, name: &str, what: Arguments<'_>) {
        self.key(name);
        self.print(what);
    }

    pub(super) fn print(&mut self, what: Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.text.write_fmt(what);
    }

    /// An attribute's value, as JSON has it best. Bytes become base64; numbers that JSON lacks, words.
    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::Empty => self.text.push_str("null"),
            Value::Text(text) => quote(text, &mut self.text),
            Value::Bool(truth) => self.print(format_args!("{truth}")),
            Value::Int(number) => self.print(format_args!("{number}")),
            Value::Double(number) if number.is_finite() => self.print(format_args!("{number:?}")),
            Value::Double(number) => quote(odd(*number), &mut self.text),
            Value::Bytes(bytes) => {
                self.text.push('"');
                base64::encode(bytes, &mut self.text);
                self.text.push('"');
            }
            Value::List(values) => self.list(values, Self::value),
            Value::Map(map) => self.object(|out| {
                for (name, value) in map {
                    out.key(name);
                    out.value(value);
                }
            }),
        }
    }
}

/// The name of a number that JSON does not have.
pub(super) fn odd(number: f64) -> &'static str {
    match number {
        number if number.is_nan() => "NaN",
        number if number < 0.0 => "-Infinity",
        _ => "Infinity",
    }
}
