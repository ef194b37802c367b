//! How each system says a context: names and templates. A sampled context is said with the values
//! that force a trace to be kept: what the user asks for must not be lost to another's sampling.

use std::borrow::Cow;

use super::template::Filling;
use super::{Custom, Header};
use crate::settings::Triggers;

/// Headers that belong together: a page that sets one of them itself keeps all.
type Profile = &'static [(&'static str, &'static str)];

const W3C: Profile = &[("traceparent", "00-{traceId}-{spanId}-{flags}")];
/// The member of the baggage that names a session.
const MEMBER: &str = "session.id={sessionId}";
const SESSION: Profile = &[("baggage", MEMBER)];
// `d` is debug: accept, whatever the sampler says.
const B3: Profile = &[("b3", "{traceId}-{spanId}-{d|0}")];
const B3_MULTI: Profile = &[
    ("x-b3-traceid", "{traceId}"),
    ("x-b3-spanid", "{spanId}"),
    // Debug implies it, but not every reader knows of debug.
    ("x-b3-sampled", "{1|0}"),
    ("x-b3-flags", "{1|0}"),
];
// Flags: 1 sampled and 2 debug. Its baggage has a header for each member.
const JAEGER: Profile =
    &[("uber-trace-id", "{traceId}:{spanId}:0:{3|0}"), ("uberctx-session.id", "{sessionId}")];
// Without its part of the baggage a server would draw the sampling context anew.
const SENTRY: Profile = &[
    ("sentry-trace", "{traceId}-{spanId}-{1|0}"),
    ("baggage", "sentry-trace_id={traceId},sentry-sample_rate=1,sentry-sampled={true|false}"),
];
// Priority 2: the user wants it kept; -1: the user does not.
const DATADOG: Profile = &[
    ("x-datadog-trace-id", "{traceLow}"),
    ("x-datadog-parent-id", "{spanNumber}"),
    ("x-datadog-sampling-priority", "{2|-1}"),
    ("x-datadog-origin", "rum"),
    ("x-datadog-tags", "_dd.p.tid={traceHigh}"),
];
const XRAY: Profile =
    &[("x-amzn-trace-id", "Root=1-{traceTime}-{traceRest};Parent={spanId};Sampled={1|0}")];
const GOOGLE: Profile = &[("x-cloud-trace-context", "{traceId}/{spanNumber};o={1|0}")];

/// Every name that a profile writes.
pub(super) fn written(name: &str) -> bool {
    [W3C, B3, B3_MULTI, JAEGER, SENTRY, DATADOG, XRAY, GOOGLE]
        .iter()
        .any(|profile| profile.iter().any(|(known, _)| *known == name))
}

/// The headers of each profile that is on.
pub(super) fn groups(triggers: &Triggers, filling: &Filling) -> Vec<Vec<Header>> {
    let session = filling.session.is_some() && (triggers.w3c || triggers.sentry);
    let profiles = [
        (triggers.w3c, W3C),
        (session, SESSION),
        (triggers.b3, B3),
        (triggers.b3_multi, B3_MULTI),
        (triggers.jaeger, JAEGER),
        (triggers.sentry, SENTRY),
        (triggers.datadog, DATADOG),
        (triggers.xray, XRAY),
        (triggers.google, GOOGLE),
    ];
    let on = profiles.into_iter().filter(|(on, _)| *on);
    let mut groups: Vec<Vec<Header>> = on.map(|(_, profile)| group(profile, filling)).collect();
    // One that cannot be read is not sent; the options say what is wrong with it.
    if let Ok(Custom { name, value }) = triggers.header.parse() {
        let value = filling.fill(&value);
        if !value.is_empty() {
            groups.push(vec![(Cow::Owned(name), value)]);
        }
    }
    groups
}

fn group(profile: Profile, filling: &Filling) -> Vec<Header> {
    let headers = profile.iter().map(|(name, value)| (Cow::Borrowed(*name), filling.fill(value)));
    // What names the session is empty outside one.
    headers.filter(|(_, value)| !value.is_empty()).collect()
}
