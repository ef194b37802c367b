//! Writes strict OTLP/JSON: what every receiver must read.

use std::fmt::Write as _;

use trace::attribute::{Attributes, Value};
use trace::span::{Event, Link, Scope, Span, Status};

use super::base64;
use crate::draft::uint32;
use crate::group::{self, Owner};

pub(super) fn traces<'a>(spans: impl IntoIterator<Item = &'a Span>) -> String {
    let mut out = Out::default();
    out.object(|out| {
        out.list("resourceSpans", group::by_owner(spans), |out, owner| resource(out, &owner));
    });
    out.text
}

fn resource(out: &mut Out, owner: &Owner<'_>) {
    out.key("resource");
    out.object(|out| attributes(out, &owner.resource.attributes));
    out.list("scopeSpans", &owner.scopes, |out, (of, spans)| {
        out.key("scope");
        out.object(|out| scope(out, of));
        out.list("spans", spans, |out, each| span(out, each));
        out.words("schemaUrl", &of.schema);
    });
    out.words("schemaUrl", &owner.resource.schema);
}

fn scope(out: &mut Out, of: &Scope) {
    out.words("name", &of.name);
    out.words("version", &of.version);
    attributes(out, &of.attributes);
}

fn span(out: &mut Out, of: &Span) {
    out.hex("traceId", of.trace.as_bytes());
    out.hex("spanId", of.id.as_bytes());
    out.words("traceState", &of.state);
    if let Some(parent) = of.parent {
        out.hex("parentSpanId", parent.as_bytes());
    }
    out.number("flags", of.flags);
    out.words("name", &of.name);
    out.number("kind", of.kind.number().unsigned_abs());
    out.nanos("startTimeUnixNano", of.start.nanos());
    out.nanos("endTimeUnixNano", of.end.nanos());
    attributes(out, &of.attributes);
    out.number("droppedAttributesCount", of.dropped.attributes);
    out.list("events", &of.events, event);
    out.number("droppedEventsCount", of.dropped.events);
    out.list("links", &of.links, link);
    out.number("droppedLinksCount", of.dropped.links);
    let (code, message) = match &of.status {
        Status::Unset => return,
        Status::Ok => (1, ""),
        Status::Error(message) => (2, &**message),
    };
    out.key("status");
    out.object(|out| {
        out.words("message", message);
        out.number("code", code);
    });
}

fn event(out: &mut Out, of: &Event) {
    out.nanos("timeUnixNano", of.time.nanos());
    out.words("name", &of.name);
    attributes(out, &of.attributes);
}

fn link(out: &mut Out, of: &Link) {
    out.hex("traceId", of.trace.as_bytes());
    out.hex("spanId", of.span.as_bytes());
    out.words("traceState", &of.state);
    attributes(out, &of.attributes);
    out.number("flags", of.flags);
}

fn attributes(out: &mut Out, of: &Attributes) {
    pairs(out, "attributes", of);
}

fn pairs(out: &mut Out, key: &str, of: &Attributes) {
    out.list(key, of, |out, (name, content)| {
        // Written even when it is empty: a pair without a key is none.
        out.key("key");
        out.quoted(name);
        out.key("value");
        out.object(|out| value(out, content));
    });
}

fn value(out: &mut Out, of: &Value) {
    match of {
        Value::Empty => {}
        Value::Text(words) => {
            out.key("stringValue");
            out.quoted(words);
        }
        Value::Bool(truth) => out.truth(*truth),
        Value::Int(number) => out.int(*number),
        Value::Double(number) => {
            out.key("doubleValue");
            out.double(*number);
        }
        Value::Bytes(bytes) => out.base64(bytes),
        Value::List(values) => {
            out.key("arrayValue");
            out.object(|out| out.list("values", values, value));
        }
        Value::Map(entries) => {
            out.key("kvlistValue");
            out.object(|out| pairs(out, "values", entries));
        }
    }
}

/// JSON text that is being written.
#[derive(Default)]
pub(crate) struct Out {
    pub(crate) text: String,
}

impl Out {
    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.text.push('{');
        write(self);
        self.text.push('}');
    }

    /// A name, after a comma if it is not the first of its object.
    pub(crate) fn key(&mut self, name: &str) {
        if !self.text.ends_with('{') {
            self.text.push(',');
        }
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    /// A list of objects; nothing at all when it is empty.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut Self, T),
    ) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return;
        }
        self.key(name);
        self.text.push('[');
        for item in items {
            if !self.text.ends_with('[') {
                self.text.push(',');
            }
            self.object(|out| write(out, item));
        }
        self.text.push(']');
    }

    pub(crate) fn words(&mut self, name: &str, words: &str) {
        if !words.is_empty() {
            self.key(name);
            self.quoted(words);
        }
    }

    pub(crate) fn number(&mut self, name: &str, number: u32) {
        if number != 0 {
            self.key(name);
            self.display(format_args!("{number}"));
        }
    }

    /// A count of 64 bits goes in as the 32 that it has in OTLP.
    pub(super) fn count(&mut self, name: &str, count: u64) {
        self.number(name, uint32(count));
    }

    pub(super) fn nanos(&mut self, name: &str, nanos: u64) {
        if nanos != 0 {
            self.key(name);
            self.display(format_args!("\"{nanos}\""));
        }
    }

    pub(super) fn truth(&mut self, truth: bool) {
        self.key("boolValue");
        self.text.push_str(if truth { "true" } else { "false" });
    }

    pub(super) fn int(&mut self, number: i64) {
        self.key("intValue");
        self.display(format_args!("\"{number}\""));
    }

    pub(super) fn base64(&mut self, bytes: &[u8]) {
        self.key("bytesValue");
        self.text.push('"');
        base64::encode(bytes, &mut self.text);
        self.text.push('"');
    }

    pub(super) fn hex(&mut self, name: &str, bytes: &[u8]) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        self.key(name);
        self.text.push('"');
        for byte in bytes {
            self.text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            self.text.push(char::from(DIGITS[usize::from(byte & 0xf)]));
        }
        self.text.push('"');
    }

    /// JSON has no words for these three; proto3's JSON mapping gives them.
    pub(super) fn double(&mut self, number: f64) {
        match number {
            _ if number.is_nan() => self.text.push_str("\"NaN\""),
            f64::INFINITY => self.text.push_str("\"Infinity\""),
            f64::NEG_INFINITY => self.text.push_str("\"-Infinity\""),
            // Debug changes to an exponent where Display would write hundreds of zeros.
            _ => self.display(format_args!("{number:?}")),
        }
    }

    fn display(&mut self, what: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.text.write_fmt(what);
    }

    pub(super) fn quoted(&mut self, words: &str) {
        self.text.push('"');
        let mut from = 0;
        for (at, byte) in words.bytes().enumerate() {
            let escaped = match byte {
                b'"' => "\\\"",
                b'\\' => "\\\\",
                b'\n' => "\\n",
                b'\r' => "\\r",
                b'\t' => "\\t",
                0..=0x1f => "",
                _ => continue,
            };
            self.text.push_str(&words[from..at]);
            if escaped.is_empty() {
                self.display(format_args!("\\u{byte:04x}"));
            } else {
                self.text.push_str(escaped);
            }
            from = at + 1;
        }
        self.text.push_str(&words[from..]);
        self.text.push('"');
    }
}
