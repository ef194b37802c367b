//! Trace context on the wire: which headers say it, in every format that the user has switched on.
//!
//! A profile is a few header names, each with a template; writing fills the templates, and a
//! document gets them left open, so that its recorder gives each request a trace and span of its own.
//! Knows nothing of rules or requests: it returns names and values.

mod custom;
mod profile;
mod read;
mod template;
mod traceparent;

use std::borrow::Cow;

use crate::context::RANDOM;
use crate::settings::Triggers;
use crate::{SessionId, TraceContext};

pub use custom::{Custom, HeaderError, token};
pub use read::{carried, find, read};
pub use traceparent::TraceparentError;

use template::Filling;

/// Header of the context itself (W3C Trace Context).
pub const TRACEPARENT: &str = "traceparent";
/// Header of what travels beside it (W3C Baggage).
pub const BAGGAGE: &str = "baggage";
/// Name of the `Server-Timing` metric by which a document learns its own context. The rule that
/// puts the context on a document request adds this to its response inside the browser, so the
/// recorder can read it in the document's first turn, before any script of the page.
pub const SERVER_TIMING: &str = "tracelight";

/// Headers that tell of a request and that its recorder states: contexts in other formats, which
/// [`carried`] reads, and what frameworks say; two spaces, and those that tell in its answer.
pub const MARKS: &str = "sentry-trace b3 x-b3-traceid x-b3-spanid x-b3-sampled x-datadog-trace-id \
    x-datadog-parent-id x-datadog-sampling-priority x-datadog-tags next-action rsc next-url \
    next-router-prefetch next-router-segment-prefetch x-nextjs-data x-apollo-operation-name \
    x-graphql-operation-name  x-nextjs-cache x-nextjs-matched-path x-matched-path \
    x-middleware-rewrite x-edge-runtime x-vercel-id content-type";

/// A request header: name in lower case, value.
pub type Header = (Cow<'static, str>, String);

/// The request headers that say a context.
#[must_use]
pub fn headers(
    triggers: &Triggers,
    context: TraceContext,
    session: Option<SessionId>,
) -> Vec<Header> {
    let filling = Filling { context: flagged(triggers, context), session, open: false };
    let mut headers: Vec<Header> = Vec::new();
    for (name, value) in profile::groups(triggers, &filling).into_iter().flatten() {
        // A rule sets each header once; baggage is a list, of which every profile has its part.
        match headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, list)) => {
                list.push(',');
                list.push_str(&value);
            }
            None => headers.push((name, value)),
        }
    }
    headers
}

/// The `Server-Timing` metrics by which a document learns its context, and which headers
/// tell of its requests, and how it says one on requests of its own: all headers with their gaps (see `template`), a tab between headers and
/// two between profiles.
#[must_use]
pub fn metrics(triggers: &Triggers, context: TraceContext, session: Option<SessionId>) -> String {
    let context = flagged(triggers, context);
    let mut text = String::new();
    push(&mut text, "", &context.to_string());
    push(&mut text, "-marks", MARKS);
    let filling = Filling { context, session, open: true };
    let groups: Vec<String> = profile::groups(triggers, &filling).iter().map(group).collect();
    push(&mut text, "-headers", &groups.join("\t\t"));
    text
}

/// A metric of lines, to be added to the others: `rules`, by which a document's recorder learns how
/// its requests are sampled ([`crate::sampler::Sampler::lines`]), or `bodies`, what may be read of them
/// ([`crate::body::lines`]). Empty where there is none.
#[must_use]
pub fn told(part: &str, lines: &str) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut text = format!(", {SERVER_TIMING}-{part};desc=\"");
    for byte in lines.bytes() {
        // What `decodeURIComponent` and a quoted string leave alone.
        match char::from(byte) {
            '"' | '\\' | '%' | '\0'..=' ' | '\x7f'.. => text.push_str(&format!("%{byte:02X}")),
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}

fn group(headers: &Vec<Header>) -> String {
    let lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    lines.join("\t")
}

/// One metric; its description is a quoted string (RFC 9110, 5.6.4).
fn push(text: &mut String, part: &str, description: &str) {
    if !text.is_empty() {
        text.push_str(", ");
    }
    text.push_str(SERVER_TIMING);
    text.push_str(part);
    text.push_str(";desc=\"");
    for letter in description.chars() {
        if matches!(letter, '"' | '\\') {
            text.push('\\');
        }
        text.push(letter);
    }
    text.push('"');
}

/// The random flag is a choice: code that compares the whole byte of flags with 01 would take 03
/// for another decision.
fn flagged(triggers: &Triggers, context: TraceContext) -> TraceContext {
    let flags = if triggers.random { context.flags } else { context.flags & !RANDOM };
    TraceContext { flags, ..context }
}

#[cfg(test)]
mod tests;
