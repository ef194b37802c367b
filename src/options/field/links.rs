//! Settings of where links lead.

use super::{Field, Group, Kind, field};

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[
    field(
        Group::Links,
        "links.trace",
        Kind::Text,
        text!(settings.links.trace),
        [
            "Link of a trace",
            "Opened by View Page Trace and View Trace. Empty: Tracelight's own dashboard.",
            "https://dashboard.example/trace/{traceId}",
        ],
    ),
    field(
        Group::Links,
        "links.session",
        Kind::Text,
        text!(settings.links.session),
        [
            "Link of a session",
            "Opened by View Session Traces. Empty: Tracelight's own Logs.",
            "https://dashboard.example/search?session={sessionId}&from={startMs}&to={endMs}",
        ],
    ),
];
