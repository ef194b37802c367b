//! Settings of what the dashboard counts, keeps and names.

use trace::choices::Limits;

use super::{Field, Group, Kind, field};

const LIMITS: Kind = Kind::Choice(&[
    ("webDev", "web.dev: LCP 2.5 s and 4 s, INP 200 ms and 500 ms, CLS 0.1 and 0.25"),
    ("sentry", "Sentry's documentation"),
]);

/// In the order of the page.
pub(super) const FIELDS: &[Field] = &[
    field(
        Group::Dashboard,
        "dashboard.slow",
        Kind::Number,
        number!(choices.slow),
        [
            "Slow load",
            "From how many milliseconds on a page's load counts as slow, in sessions and in Page Speed.",
            "3000",
        ],
    ),
    field(
        Group::Dashboard,
        "dashboard.limits",
        LIMITS,
        (
            |all| match all.choices.limits {
                Limits::WebDev => "webDev".to_owned(),
                Limits::Sentry => "sentry".to_owned(),
            },
            |all, text| {
                let limits = match text {
                    "webDev" => Some(Limits::WebDev),
                    "sentry" => Some(Limits::Sentry),
                    _ => None,
                };
                limits.map(|limits| all.choices.limits = limits).is_some()
            },
        ),
        [
            "Thresholds of vitals",
            "Whose thresholds say whether a Web Vital is good, needs improvement or is poor. What is \
         recorded stays the same.",
            "",
        ],
    ),
    field(
        Group::Dashboard,
        "dashboard.userName",
        Kind::Text,
        text!(choices.user_name),
        [
            "Username",
            "Stands as user.name on the root span of each page that is recorded from now on, by which \
         sessions are found. It goes where spans go. Empty: no name.",
            "ada",
        ],
    ),
    field(
        Group::Dashboard,
        "dashboard.userId",
        Kind::Text,
        text!(choices.user_id),
        [
            "User ID",
            "Stands as user.id there, unless the page itself says who its user is. Empty: no id.",
            "42",
        ],
    ),
    field(
        Group::Dashboard,
        "dashboard.userFrom",
        Kind::Text,
        text!(choices.user_from),
        [
            "Where pages say who their user is",
            "A CSS selector, @ and an attribute of the element that it finds, such as \
         meta[name=user]@content. Read in traced pages only, each time that they speak, and kept as user.id. \
         Empty: no page is asked.",
            "#account@data-user",
        ],
    ),
    field(
        Group::Dashboard,
        "dashboard.room",
        Kind::Number,
        number!(choices.room),
        [
            "Room for what is recorded",
            "How many megabytes the browser may keep of Tracelight's. Beyond it the oldest pages are \
         removed, and Usage says how many.",
            "500",
        ],
    ),
];
