//! Settings of the trace cookie.

use super::{Field, Group, Kind, field};

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[
    field(
        Group::Cookie,
        "cookie.name",
        Kind::Text,
        text!(settings.cookie.name),
        [
            "Cookie's name",
            "A running session keeps the name that it began with; the next one has this.",
            "_trace_session",
        ],
    ),
    field(
        Group::Cookie,
        "cookie.secret",
        Kind::Secret,
        text!(settings.cookie.secret),
        [
            "Cookie's secret",
            "The cookie is signed with it (HMAC-SHA-256), so that your server can tell it from a forged \
         one. Kept in this browser; left out of exports unless you ask. Empty: not signed.",
            "",
        ],
    ),
];
