//! Settings of how far sessions reach, and when they end.

use trace::settings::Scope;

use super::{Field, Group, Kind, field};

const SCOPES: Kind = Kind::Choice(&[
    ("host", "This host: the page's own, with all its ports"),
    ("site", "This site: its registrable domain and all below it"),
]);

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[
    field(
        Group::Sessions,
        "scope",
        SCOPES,
        (
            |all| match all.settings.scope {
                Scope::Host => "host".to_owned(),
                Scope::Site => "site".to_owned(),
            },
            |all, text| {
                let scope = match text {
                    "host" => Some(Scope::Host),
                    "site" => Some(Scope::Site),
                    _ => None,
                };
                scope.map(|scope| all.settings.scope = scope).is_some()
            },
        ),
        [
            "Reach of a session",
            "Where its cookie is set and its context goes. The browser refuses a cookie for a domain \
         that is anybody's, such as co.uk.",
            "",
        ],
    ),
    field(
        Group::Sessions,
        "ending.minutes",
        Kind::Number,
        number!(settings.ending.minutes),
        [
            "End after minutes",
            "A session ends by itself after so many minutes. 0: it does not.",
            "0",
        ],
    ),
    field(
        Group::Sessions,
        "ending.requests",
        Kind::Number,
        number!(settings.ending.requests),
        [
            "End after requests",
            "A session ends by itself after so many traced requests. 0: it does not.",
            "0",
        ],
    ),
    field(
        Group::Sessions,
        "ending.panel",
        Kind::Switch,
        switch!(settings.ending.panel),
        [
            "End with the panel",
            "A session ends when the Tracelight panel of its tab's developer tools is closed.",
            "",
        ],
    ),
];
