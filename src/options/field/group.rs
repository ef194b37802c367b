//! What belongs together on the options page.

use super::{
    Field, bodies, cookie, dashboard, links, redaction, sampling, sessions, store, triggers,
};

/// What belongs together on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Where traces are kept.
    Store,
    /// What tells servers to trace.
    Triggers,
    /// The trace cookie.
    Cookie,
    /// How far sessions reach, and when they end.
    Sessions,
    /// Which requests are traced.
    Sampling,
    /// What is read of requests' bodies.
    Bodies,
    /// What is taken out of what is recorded.
    Redaction,
    /// Where links lead.
    Links,
    /// What the dashboard counts, keeps and names.
    Dashboard,
}

impl Group {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 9] = [
        Self::Store,
        Self::Triggers,
        Self::Cookie,
        Self::Sessions,
        Self::Sampling,
        Self::Bodies,
        Self::Redaction,
        Self::Links,
        Self::Dashboard,
    ];

    /// Its heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Store => "Trace store",
            Self::Triggers => "Triggers",
            Self::Cookie => "Cookie",
            Self::Sessions => "Sessions",
            Self::Sampling => "Propagation and sampling",
            Self::Bodies => "Server Actions and GraphQL",
            Self::Redaction => "Redaction",
            Self::Links => "Links",
            Self::Dashboard => "Dashboard",
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Store => {
                "Where the servers' spans are looked for, and spans are sent unless you list others."
            }
            Self::Triggers => {
                "What a traced request carries, so that a server records it. Any number at once."
            }
            Self::Cookie => "Stands for a session: as long as it is there, the session is on.",
            Self::Sessions => "How a session starts, unless the popup says otherwise.",
            Self::Sampling => {
                "Which requests of a traced page carry its context, and how many are traced. Run Page \
                 Trace is always sampled."
            }
            Self::Bodies => {
                "What is recorded of the bodies of requests, on the sites that you name here and \
                 nowhere else. Without a site, no body is read."
            }
            Self::Redaction => {
                "Taken out before anything is stored. Passwords, tokens, session ids and other \
                 credentials always are; what is typed on a page is never recorded, but for the \
                 fields that you list above."
            }
            Self::Links => {
                "Which dashboard View Page Trace, View Trace and View Session Traces open."
            }
            Self::Dashboard => {
                "What Tracelight's own dashboard calls slow and good, how much is kept for it, and \
                 whose visits they are. How ids in addresses are folded is changed in Page Speed."
            }
        }
    }

    /// Its settings, in the order of the page.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::Store => store::FIELDS,
            Self::Triggers => triggers::FIELDS,
            Self::Cookie => cookie::FIELDS,
            Self::Sessions => sessions::FIELDS,
            Self::Sampling => sampling::FIELDS,
            Self::Bodies => bodies::FIELDS,
            Self::Redaction => redaction::FIELDS,
            Self::Links => links::FIELDS,
            Self::Dashboard => dashboard::FIELDS,
        }
    }
}
