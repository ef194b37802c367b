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
            "Base URL of an OTLP receiver with Jaeger's query API, version 3. Spans of the browser are \
         sent to it, and the servers' spans are asked of it. Empty: nothing leaves the browser, \
         and only the browser's side is recorded.",
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
