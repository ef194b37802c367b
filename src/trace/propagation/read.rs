//! Reads the context that a request carries: strictly, because what is not of the form was not
//! meant for us.

use std::str::FromStr;

use super::TRACEPARENT;
use crate::context::SAMPLED;
use crate::settings::Triggers;
use crate::{SpanId, TraceContext, TraceId};

/// Reads the context of a request in the first of the formats that are on. `header` gives the
/// value of the header of a name in lower case.
#[must_use]
pub fn find<'a>(
    triggers: &Triggers,
    header: &dyn Fn(&str) -> Option<&'a str>,
) -> Option<TraceContext> {
    let alone = |on: bool, name| read(name, header(name).filter(|_| on)?);
    alone(triggers.w3c, TRACEPARENT)
        .or_else(|| alone(triggers.b3, "b3"))
        .or_else(|| triggers.b3_multi.then(|| b3_multi(header)).flatten())
        .or_else(|| alone(triggers.jaeger, "uber-trace-id"))
        .or_else(|| alone(triggers.sentry, "sentry-trace"))
        .or_else(|| triggers.datadog.then(|| datadog(header)).flatten())
        .or_else(|| alone(triggers.xray, "x-amzn-trace-id"))
        .or_else(|| alone(triggers.google, "x-cloud-trace-context"))
}

/// Reads the context that headers say in any format: `name:value`, a tab between them.
#[must_use]
pub fn carried(headers: &str) -> Option<TraceContext> {
    let all = Triggers {
        b3: true,
        b3_multi: true,
        jaeger: true,
        sentry: true,
        datadog: true,
        xray: true,
        google: true,
        ..Triggers::default()
    };
    find(&all, &|name| {
        headers.split('\t').find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    })
}

/// Reads a header that says a whole context by itself; its name is in lower case.
#[must_use]
pub fn read(name: &str, value: &str) -> Option<TraceContext> {
    match name {
        TRACEPARENT => value.parse().ok(),
        "b3" => b3(value),
        "uber-trace-id" => jaeger(value),
        "sentry-trace" => sentry(value),
        "x-amzn-trace-id" => xray(value),
        "x-cloud-trace-context" => google(value),
        _ => None,
    }
}

/// `{trace}-{span}[-{0, 1 or d}[-{parent}]]`, the trace in 16 or 32 digits.
fn b3(text: &str) -> Option<TraceContext> {
    let mut parts = text.split('-');
    let (trace, span) = (parts.next()?, parts.next()?);
    let sampled = match parts.next() {
        None | Some("0") => false,
        Some("1" | "d") => true,
        Some(_) => return None,
    };
    if let Some(parent) = parts.next() {
        hex::<SpanId>(parent)?;
    }
    ended(&mut parts)?;
    Some(context(either(trace)?, hex(span)?, sampled))
}

fn b3_multi<'a>(header: &dyn Fn(&str) -> Option<&'a str>) -> Option<TraceContext> {
    let sampled = header("x-b3-flags") == Some("1") || header("x-b3-sampled") == Some("1");
    Some(context(either(header("x-b3-traceid")?)?, hex(header("x-b3-spanid")?)?, sampled))
}

/// `{trace}:{span}:{parent}:{flags}`; zeros before an id may be left out.
fn jaeger(text: &str) -> Option<TraceContext> {
    let mut parts = text.split(':');
    let (trace, span) = (parts.next()?, parts.next()?);
    let (parent, flags) = (parts.next()?, parts.next()?);
    ended(&mut parts)?;
    let written = |text: &str, most| (1..=most).contains(&text.len()) && lower(text);
    if !(written(trace, 32) && written(span, 16) && written(parent, 16) && written(flags, 2)) {
        return None;
    }
    let flags = u8::from_str_radix(flags, 16).ok()?;
    let trace = format!("{trace:0>32}").parse().ok()?;
    Some(context(trace, format!("{span:0>16}").parse().ok()?, flags & SAMPLED != 0))
}

/// `{trace}-{span}[-{0 or 1}]`.
fn sentry(text: &str) -> Option<TraceContext> {
    let mut parts = text.split('-');
    let (trace, span) = (parts.next()?, parts.next()?);
    let sampled = match parts.next() {
        None | Some("0") => false,
        Some("1") => true,
        Some(_) => return None,
    };
    ended(&mut parts)?;
    Some(context(hex(trace)?, hex(span)?, sampled))
}

/// The low half of the trace and the span in decimal, the high half in hex among tags.
fn datadog<'a>(header: &dyn Fn(&str) -> Option<&'a str>) -> Option<TraceContext> {
    let tags = header("x-datadog-tags").unwrap_or_default();
    let high = match tags.split(',').find_map(|tag| tag.strip_prefix("_dd.p.tid=")) {
        Some(text) if text.len() == 16 && lower(text) => u64::from_str_radix(text, 16).ok()?,
        Some(_) => return None,
        None => 0,
    };
    let low = decimal(header("x-datadog-trace-id")?)?;
    let id = (u128::from(high) << 64) | u128::from(low);
    let span = decimal(header("x-datadog-parent-id")?)?;
    let priority = header("x-datadog-sampling-priority");
    let sampled = matches!(priority, Some("1" | "2"));
    Some(context(TraceId::mint(id.to_be_bytes())?, SpanId::mint(span.to_be_bytes())?, sampled))
}

/// `Root=1-{8 digits}-{24 digits};Parent={span};Sampled={0, 1 or ?}`, in any order; what else there
/// is belongs to others.
fn xray(text: &str) -> Option<TraceContext> {
    let fields = || text.split(';').filter_map(|field| field.trim().split_once('='));
    let field = |name| {
        let mut found = fields().filter(|(known, _)| *known == name).map(|(_, value)| value);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    };
    let (time, rest) = field("Root")?.strip_prefix("1-")?.split_once('-')?;
    let trace = (time.len() == 8).then(|| format!("{time}{rest}"))?;
    Some(context(hex(&trace)?, hex(field("Parent")?)?, field("Sampled") == Some("1")))
}

/// `{trace}/{span in decimal}[;o={0 or 1}]`.
fn google(text: &str) -> Option<TraceContext> {
    let (ids, sampled) = match text.split_once(';') {
        None => (text, false),
        Some((ids, "o=0")) => (ids, false),
        Some((ids, "o=1")) => (ids, true),
        Some(_) => return None,
    };
    let (trace, span) = ids.split_once('/')?;
    Some(context(hex(trace)?, SpanId::mint(decimal(span)?.to_be_bytes())?, sampled))
}

// No format but W3C's says whether an id is random.
fn context(trace: TraceId, span: SpanId, sampled: bool) -> TraceContext {
    TraceContext { trace, span, flags: if sampled { SAMPLED } else { 0 } }
}

fn ended(parts: &mut std::str::Split<'_, char>) -> Option<()> {
    parts.next().is_none().then_some(())
}

/// An id in lower-case hex, whole.
fn hex<T: FromStr>(text: &str) -> Option<T> {
    lower(text).then(|| text.parse().ok()).flatten()
}

/// A trace's id, or the low half of one.
fn either(text: &str) -> Option<TraceId> {
    if text.len() == 16 { hex(&format!("{text:0>32}")) } else { hex(text) }
}

fn lower(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn decimal(text: &str) -> Option<u64> {
    // `parse` would take a sign.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
