//! Settings of what tells servers to trace.

use super::{Field, Group, Kind, field};

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[
    field(
        Group::Triggers,
        "triggers.w3c",
        Kind::Switch,
        switch!(settings.triggers.w3c),
        [
            "W3C traceparent and baggage",
            "What OpenTelemetry reads by default. Off: servers that read nothing else start traces of \
         their own.",
            "",
        ],
    ),
    field(
        Group::Triggers,
        "triggers.random",
        Kind::Switch,
        switch!(settings.triggers.random),
        [
            "Random flag",
            "Says in traceparent that the trace id is random (Trace Context Level 2), which samplers \
         may rely on. Off, for servers that refuse flags they do not know.",
            "",
        ],
    ),
    field(
        Group::Triggers,
        "triggers.cookie",
        Kind::Switch,
        switch!(settings.triggers.cookie),
        [
            "Trace cookie",
            "Sets the session's cookie, which the browser sends with every request to the site. Off: no \
         cookie is set, and only headers tell the server. It goes to excluded paths too: a cookie is bound to \
         its host and knows no paths.",
            "",
        ],
    ),
    field(
        Group::Triggers,
        "triggers.b3",
        Kind::Switch,
        switch!(settings.triggers.b3),
        [
            "B3, single header",
            "b3, with the debug flag. Read by Zipkin, Brave, Istio and Spring Cloud Sleuth.",
            "",
        ],
    ),
    field(
        Group::Triggers,
        "triggers.b3Multi",
        Kind::Switch,
        switch!(settings.triggers.b3_multi),
        [
            "B3, several headers",
            "X-B3-TraceId, X-B3-SpanId, X-B3-Sampled and X-B3-Flags, for older Zipkin and Envoy.",
            "",
        ],
    ),
    field(
        Group::Triggers,
        "triggers.jaeger",
        Kind::Switch,
        switch!(settings.triggers.jaeger),
        ["Jaeger", "uber-trace-id, for services with Jaeger's own clients.", ""],
    ),
    field(
        Group::Triggers,
        "triggers.sentry",
        Kind::Switch,
        switch!(settings.triggers.sentry),
        [
            "Sentry",
            "sentry-trace, and Sentry's entries in baggage. Sentry's servers read nothing else.",
            "",
        ],
    ),
    field(
        Group::Triggers,
        "triggers.datadog",
        Kind::Switch,
        switch!(settings.triggers.datadog),
        [
            "Datadog",
            "x-datadog-trace-id and its companions, with the priority that keeps the trace.",
            "",
        ],
    ),
    field(
        Group::Triggers,
        "triggers.xray",
        Kind::Switch,
        switch!(settings.triggers.xray),
        ["AWS X-Ray", "X-Amzn-Trace-Id, with Sampled=1.", ""],
    ),
    field(
        Group::Triggers,
        "triggers.google",
        Kind::Switch,
        switch!(settings.triggers.google),
        ["Google Cloud", "X-Cloud-Trace-Context, with o=1.", ""],
    ),
    field(
        Group::Triggers,
        "triggers.meta",
        Kind::Switch,
        switch!(settings.triggers.meta),
        [
            "Meta element for the page's SDKs",
            "Puts <meta name=\"traceparent\"> into each traced document before its first script, where \
         OpenTelemetry's and Elastic's browser SDKs look for a trace to join. A server's own stays.",
            "",
        ],
    ),
    field(
        Group::Triggers,
        "triggers.header",
        Kind::Text,
        text!(settings.triggers.header),
        [
            "A header of your own",
            "Name and value of one more header. {traceId}, {spanId} and {sessionId} in the value stand \
         for the ids. It has no word for a request that is not sampled, and is on those too. Empty: none.",
            "x-debug-trace: {traceId}",
        ],
    ),
];
