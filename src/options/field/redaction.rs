//! Settings of what is taken out of what is recorded.

use super::{Field, Group, Kind, field};

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[
    field(
        Group::Redaction,
        "redaction.names",
        Kind::List,
        list!(settings.redaction.names),
        [
            "Names whose values are never kept",
            "One a line: a header, a URL's parameter, or an attribute of a span, of your servers' too. \
         With * at its end: all that begin so.",
            "x-customer-id",
        ],
    ),
    field(
        Group::Redaction,
        "redaction.patterns",
        Kind::List,
        list!(settings.redaction.patterns),
        [
            "Patterns",
            "One a line: a text, or a regular expression between slashes, and after => what stands \
         instead ($1 is its first group); without, REDACTED. For every text that the browser's side \
         records: URLs, errors, names, details.",
            "/\\b\\d{16}\\b/ => card",
        ],
    ),
];
