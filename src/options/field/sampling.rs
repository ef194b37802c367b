//! Settings of which requests are traced.

use super::{Field, Group, Kind, field};

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[
    field(
        Group::Sampling,
        "targets",
        Kind::List,
        list!(settings.targets),
        [
            "Other origins that get the context",
            "One a line: what a URL begins with, or a regular expression between slashes. Requests of \
         a traced page to these carry its context too. Empty: only the page's own origin.",
            "https://api.example.com",
        ],
    ),
    field(
        Group::Sampling,
        "excluded",
        Kind::List,
        list!(settings.excluded),
        [
            "Excluded paths",
            "One a line: what a path begins with on any host, or what a URL begins with; * stands for \
         anything. Requests there carry no header of ours, whatever the rules say.",
            "/health",
        ],
    ),
    field(
        Group::Sampling,
        "sampling",
        Kind::List,
        list!(settings.sampling),
        [
            "Sampling rules",
            "The first rule that a request meets decides how many of its kind are traced, from 0 for \
         none to 1 for all, by the trace's id: so a server that knows the rate decides the same. A \
         request's name is its method and path; * in a text stands for anything. What meets no rule \
         is traced.",
            "0.05 * name /health",
        ],
    ),
];
