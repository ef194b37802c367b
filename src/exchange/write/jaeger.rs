//! Jaeger's JSON, as its page reads it. Times lose what is finer than a microsecond: it has no room
//! for that.

use std::collections::BTreeSet;

use otlp::Sheet;
use otlp::json::base64;
use trace::attribute::{Value, key};
use trace::json::quote;
use trace::span::Link;
use trace::{Resource, Span, SpanId, TraceId};

use super::json::{Out, odd};
use crate::read::{REFERENCE, WARNINGS};
use crate::{order, tag};

/// Whole numbers above this are written as text: JavaScript would round them.
const EXACT: u64 = 1 << 53;

/// All spans as Jaeger's JSON.
#[must_use]
pub fn jaeger(sheet: &Sheet) -> String {
    let columns = sheet.columns();
    let order = order::by(sheet.len(), |at| [columns.traces[at].into(), 0, 0]);
    let mut out = Out::default();
    out.object(|out| {
        out.key("data");
        out.list(order.chunk_by(|a, b| columns.traces[*a] == columns.traces[*b]), |out, spans| {
            out.object(|out| trace(out, sheet, spans));
        });
        out.plain("total", format_args!("0"));
        out.plain("limit", format_args!("0"));
        out.plain("offset", format_args!("0"));
        out.plain("errors", format_args!("null"));
    });
    out.text
}

/// The spans of one trace, by their places in the sheet.
fn trace(out: &mut Out, sheet: &Sheet, spans: &[usize]) {
    let columns = sheet.columns();
    let id = spans.first().and_then(|at| columns.trace(*at));
    if let Some(id) = id {
        out.plain("traceID", format_args!("\"{id}\""));
    }
    let mut resources = BTreeSet::new();
    out.key("spans");
    let whole = spans.iter().filter_map(|at| Some((*at, sheet.span(*at)?)));
    out.list(whole, |out, (at, each)| {
        let resource = columns.owner_of(at).resource;
        resources.insert(resource);
        out.object(|out| span(out, &each, resource));
    });
    out.key("processes");
    out.object(|out| {
        for number in &resources {
            if let Some(resource) = columns.by().resources().get(*number as usize) {
                out.key(&format!("p{}", number + 1));
                out.object(|out| process(out, resource));
            }
        }
    });
    out.plain("warnings", format_args!("null"));
}

fn process(out: &mut Out, resource: &Resource) {
    out.words("serviceName", resource.service());
    out.key("tags");
    tags(out, resource.attributes.iter().filter(|(name, _)| *name != key::SERVICE_NAME));
}

fn span(out: &mut Out, of: &Span, resource: u32) {
    out.plain("traceID", format_args!("\"{}\"", of.trace));
    out.plain("spanID", format_args!("\"{}\"", of.id));
    if of.flags & 1 != 0 {
        out.plain("flags", format_args!("1"));
    }
    out.words("operationName", &of.name);
    out.key("references");
    let parent = of.parent.map(|parent| (of.trace, parent, true));
    let links = of.links.iter().map(|link| (link.trace, link.span, is_caller(link)));
    out.list(parent.into_iter().chain(links), reference);
    out.plain("startTime", format_args!("{}", of.start.nanos() / 1_000));
    let end = of.end.nanos() / 1_000;
    out.plain("duration", format_args!("{}", end.saturating_sub(of.start.nanos() / 1_000)));
    let mut all = of.attributes.clone();
    let warnings = all.remove(WARNINGS);
    tag::put(of.kind, &of.status, &of.scope, &of.state, &mut all);
    out.key("tags");
    tags(out, &all);
    out.key("logs");
    out.list(&of.events, |out, event| {
        out.object(|out| {
            out.plain("timestamp", format_args!("{}", event.time.nanos() / 1_000));
            let mut fields = event.attributes.clone();
            fields.insert("event", (&*event.name).into());
            out.key("fields");
            tags(out, &fields);
        });
    });
    out.plain("processID", format_args!("\"p{}\"", resource + 1));
    out.key("warnings");
    out.value(&warnings.unwrap_or_default());
}

fn is_caller(link: &Link) -> bool {
    link.attributes.get(REFERENCE).and_then(Value::as_text) == Some("child_of")
}

fn reference(out: &mut Out, (trace, span, caller): (TraceId, SpanId, bool)) {
    out.object(|out| {
        out.words("refType", if caller { "CHILD_OF" } else { "FOLLOWS_FROM" });
        out.plain("traceID", format_args!("\"{trace}\""));
        out.plain("spanID", format_args!("\"{span}\""));
    });
}

fn tags<'a>(out: &mut Out, all: impl IntoIterator<Item = (&'a str, &'a Value)>) {
    let all: Vec<_> = all.into_iter().collect();
    out.list(all, |out, (name, value)| {
        out.object(|out| {
            out.words("key", name);
            typed(out, value);
        });
    });
}

/// `"type":…,"value":…`
fn typed(out: &mut Out, value: &Value) {
    let form = match value {
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Double(_) => "float64",
        Value::Bytes(_) => "binary",
        _ => "string",
    };
    out.words("type", form);
    out.key("value");
    match value {
        Value::Int(number) if number.unsigned_abs() > EXACT => {
            out.print(format_args!("\"{number}\""));
        }
        Value::Double(number) if !number.is_finite() => quote(odd(*number), &mut out.text),
        Value::Bytes(bytes) => {
            let mut text = String::new();
            base64::encode(bytes, &mut text);
            quote(&text, &mut out.text);
        }
        // Its tags are flat: what is nested is written as the text of its JSON.
        Value::List(_) | Value::Map(_) => {
            let mut nested = Out::default();
            nested.value(value);
            quote(&nested.text, &mut out.text);
        }
        Value::Empty => out.text.push_str("\"\""),
        _ => out.value(value),
    }
}
