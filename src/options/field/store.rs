//! Settings of the trace store.

use super::{Field, Group, Kind, field};

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[
    field(
        Group::Store,
        "store",
        Kind::Text,
        text!(settings.store),
        [
            "Store's URL",
            "Base URL of a trace store: Tracelight's collector, Jaeger, Grafana Tempo, Zipkin, or what speaks \
         like one of them. The servers' spans are asked of it, and the browser's are sent to it unless \
         destinations are listed below. Empty: nothing is asked, and only the browser's side is seen.",
            "http://127.0.0.1:4318",
        ],
    ),
    field(
        Group::Store,
        "answer",
        Kind::Text,
        text!(settings.answer),
        [
            "Answer header",
            "Response header in which your server names the trace that it made, if it is not \
         traceparent, traceresponse or Server-Timing. When its trace is another than ours, \
         Tracelight follows it.",
            "x-trace-id",
        ],
    ),
    field(
        Group::Store,
        "limit",
        Kind::Number,
        number!(settings.limit),
        [
            "Spans a month",
            "How many spans may be recorded in a calendar month (UTC) and sent. Popup, panel and Logs show \
         how far you are. Beyond it recording goes on, and what is recorded waits here until the next \
         month begins or the limit is raised.",
            "1000000",
        ],
    ),
];
