//! Every setting: what it is called, what it means, what it does, and how it is read and written
//! as text. A table; the options, their checks and their files go through it.

use trace::choices::Limits;
use trace::settings::Scope;

use crate::chosen::Chosen;

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
            Self::Store => "Where spans are sent, and where the servers' spans are looked for.",
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
}

/// What a setting is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// A line of text that is nobody else's business.
    Secret,
    /// On or off, as `true` and `false`.
    Switch,
    /// A whole number.
    Number,
    /// Several texts, a line each.
    List,
    /// One of these words, each with what it means.
    Choice(&'static [(&'static str, &'static str)]),
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its path in files: `ending.minutes`.
    pub key: &'static str,
    /// Where it stands.
    pub group: Group,
    /// Its name.
    pub label: &'static str,
    /// What it means and what it does.
    pub meaning: &'static str,
    /// An example or a unit, shown while it is empty.
    pub example: &'static str,
    /// What it is made of.
    pub kind: Kind,
    /// Reads it as text.
    pub get: fn(&Chosen) -> String,
    /// Writes it; false where the text is of another kind.
    pub set: fn(&mut Chosen, &str) -> bool,
}

impl Field {
    /// The field of a key.
    #[must_use]
    pub fn of(key: &str) -> Option<&'static Self> {
        FIELDS.iter().find(|field| field.key == key)
    }

    /// Its default as text.
    #[must_use]
    pub fn default(&self) -> String {
        (self.get)(&Chosen::default())
    }

    /// Its default in words.
    #[must_use]
    pub fn default_words(&self) -> String {
        let default = self.default();
        match self.kind {
            Kind::Switch => if default == "true" { "on" } else { "off" }.to_owned(),
            Kind::Choice(words) => {
                let word = words.iter().find(|(word, _)| *word == default);
                word.map_or(default, |(_, meaning)| (*meaning).to_owned())
            }
            _ if default.is_empty() => "empty".to_owned(),
            _ => default,
        }
    }

    /// Whether a search finds it: every word of it stands somewhere in what is shown.
    #[must_use]
    pub fn matches(&self, search: &str) -> bool {
        let shown =
            [self.label, self.meaning, self.key, self.group.title()].join(" ").to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| shown.contains(word))
    }
}

const SCOPES: Kind = Kind::Choice(&[
    ("host", "This host: the page's own, with all its ports"),
    ("site", "This site: its registrable domain and all below it"),
]);

const LIMITS: Kind = Kind::Choice(&[
    ("webDev", "web.dev: LCP 2.5 s and 4 s, INP 200 ms and 500 ms, CLS 0.1 and 0.25"),
    ("sentry", "Sentry's documentation"),
]);

/// The four ways in which a setting is text.
macro_rules! text {
    ($($path:ident).+) => {
        (|all| all.$($path).+.clone(), |all, text| {
            text.trim().clone_into(&mut all.$($path).+);
            true
        })
    };
}
macro_rules! switch {
    ($($path:ident).+) => {
        (|all| all.$($path).+.to_string(), |all, text| {
            text.parse().map(|on| all.$($path).+ = on).is_ok()
        })
    };
}
macro_rules! number {
    ($($path:ident).+) => {
        (|all| all.$($path).+.to_string(), |all, text| {
            text.trim().parse().map(|number| all.$($path).+ = number).is_ok()
        })
    };
}

macro_rules! list {
    ($($path:ident).+) => {
        (|all| all.$($path).+.join("\n"), |all, text| {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            all.$($path).+ = lines.map(str::to_owned).collect();
            true
        })
    };
}

type Access = (fn(&Chosen) -> String, fn(&mut Chosen, &str) -> bool);

const fn field(
    group: Group,
    key: &'static str,
    kind: Kind,
    (get, set): Access,
    [label, meaning, example]: [&'static str; 3],
) -> Field {
    Field { key, group, label, meaning, example, kind, get, set }
}

/// All settings, in the order of the page.
pub const FIELDS: &[Field] = &[
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
    field(
        Group::Bodies,
        "bodies",
        Kind::List,
        list!(settings.bodies),
        [
            "Sites whose bodies are read",
            "Of requests that a traced page of the site makes with fetch. Fields: the names of what a \
         Next.js Server Action is called with; and the values of those fields that you list, never of \
         passwords and other secrets. Response: the first 4,096 characters that the action answers. \
         Operation: kind and name of a GraphQL request, where they stand only in its body. They become \
         attributes of the request's span, and go where spans go.",
            "https://shop.example",
        ],
    ),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Another text than the default, of the field's kind.
    fn other(field: &Field) -> String {
        match field.kind {
            Kind::Switch => (field.default() == "false").to_string(),
            Kind::Number => "17".to_owned(),
            Kind::Choice(words) => words[1].0.to_owned(),
            Kind::Text | Kind::Secret | Kind::List => "x: y".to_owned(),
        }
    }

    #[test]
    fn every_setting_is_in_the_table_and_stands_for_itself() {
        let mut all = Chosen::default();
        for field in FIELDS {
            assert!((field.set)(&mut all, &other(field)), "{}", field.key);
            assert_eq!((field.get)(&all), other(field), "{}", field.key);
        }
        // Whatever serde knows of settings has another value now: none is missing from the table, but
        // for the rules that Page Speed changes.
        let text = |all: &Chosen| {
            let choices = trace::json::write(&all.choices).replace("\"rules\":[],", "");
            format!("{},{choices}", trace::json::write(&all.settings))
        };
        let (ours, default) = (text(&all), text(&Chosen::default()));
        let fields = |text: &str| text.matches("\":").count() - text.matches("\":{").count();
        assert_eq!(fields(&default), FIELDS.len());
        for (ours, default) in ours.split(',').zip(default.split(',')) {
            assert_ne!(ours, default);
        }
    }

    #[test]
    fn what_is_of_another_kind_changes_nothing() {
        let mut all = Chosen::default();
        for (key, text) in [
            ("limit", "many"),
            ("dashboard.limits", "world"),
            ("dashboard.slow", "-1"),
            ("scope", "world"),
            ("triggers.b3", "yes"),
            ("ending.minutes", "-1"),
        ] {
            let field = Field::of(key).unwrap();
            assert!(!(field.set)(&mut all, text));
        }
        assert_eq!(all, Chosen::default());
    }

    #[test]
    fn a_setting_says_what_it_means_and_its_default() {
        for field in FIELDS {
            assert!(field.meaning.ends_with('.') && !field.label.is_empty(), "{}", field.key);
        }
        let default = |key| Field::of(key).unwrap().default_words();
        assert_eq!(default("triggers.w3c"), "on");
        assert_eq!(default("limit"), "1000000");
        assert_eq!(default("links.trace"), "empty");
        assert!(default("scope").starts_with("This host"));
    }

    #[test]
    fn a_search_finds_by_every_word() {
        let found = |search| FIELDS.iter().filter(|field| field.matches(search)).count();
        assert_eq!(found(""), FIELDS.len());
        assert_eq!(found("zipkin B3"), 2);
        assert_eq!(found("no such thing"), 0);
    }
}
