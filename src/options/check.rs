//! What is wrong with settings, whether typed or read from a file: field by field, what was found
//! and what is wanted. Regular expressions are the browser's to judge; here they are only named.

use std::fmt;

use backend::link::{self, Values};
use backend::stores;
use trace::body::{self, MOST_SITES};
use trace::choices::{self, Choices};
use trace::cookie;
use trace::propagation::{self, Custom};
use trace::redact;
use trace::sampler::{self, MOST_PATHS, MOST_RULES, Rule};
use trace::settings::Settings;
use trace::target;

use crate::chosen::Chosen;

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its key; of a file as a whole, `the file`.
    pub field: String,
    /// What was found.
    pub found: String,
    /// What was wanted.
    pub wanted: String,
}

impl Problem {
    /// A problem of a field.
    pub fn new(field: &str, found: impl Into<String>, wanted: impl Into<String>) -> Self {
        Self { field: field.to_owned(), found: found.into(), wanted: wanted.into() }
    }

    /// A problem in an error's words, which say what was found and then what was wanted.
    pub fn said(field: &str, error: &impl fmt::Display) -> Self {
        let said = error.to_string();
        let (found, wanted) = said.split_once(", wanted ").unwrap_or((&said, "another"));
        Self::new(field, found, wanted)
    }

    /// For a reader who knows which field it is about.
    #[must_use]
    pub fn text(&self) -> String {
        format!("Not saved: {}, wanted {}.", self.found, self.wanted)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, wanted {}", self.field, self.found, self.wanted)
    }
}

/// Spans a month beyond which the limit means nothing.
const MOST_SPANS: u64 = 1_000_000_000_000;
/// A year of minutes.
const MOST_MINUTES: u32 = 525_600;
const MOST_REQUESTS: u32 = 1_000_000_000;
/// Rules of the browser that others need too; each target takes one for each traced page.
const MOST_TARGETS: usize = 100;
/// Each is compared with every name that is seen.
const MOST_NAMES: usize = 100;
/// Each is tried on every text that is stored.
const MOST_PATTERNS: usize = 50;
/// Nobody waits for longer than this, milliseconds.
const MOST_SLOW: u64 = 600_000;
/// Megabytes below which a page or two would fill the journal.
const LEAST_ROOM: u64 = 20;
/// Megabytes beyond which the browser's own bound comes first.
const MOST_ROOM: u64 = 100_000;
/// Bytes of a user's name or id, as of one that a page says.
const MOST_NAME: usize = 256;

/// Everything that is wrong, in the order of the page.
#[must_use]
pub fn problems(all: &Chosen) -> Vec<Problem> {
    let Chosen { settings, choices, .. } = all;
    let Settings { store, triggers, cookie, targets, ending, answer, links, limit, .. } = settings;
    let Settings { excluded, sampling, bodies, redaction, .. } = settings;
    let path = |text: &str| sampler::excluded(text).map(drop);
    let rule = |line: &str| line.parse().map(|_: Rule| ());
    let all = [
        store_problem(store),
        answer_problem(answer),
        range("limit", *limit, 1, MOST_SPANS),
        header_problem(&triggers.header),
        cookie::check(&cookie.name).err().map(|error| Problem::said("cookie.name", &error)),
        lines_problem("targets", targets, MOST_TARGETS, |text| target::pattern(text).map(drop)),
        lines_problem("excluded", excluded, MOST_PATHS, path),
        lines_problem("sampling", sampling, MOST_RULES, rule),
        range("ending.minutes", ending.minutes.into(), 0, MOST_MINUTES.into()),
        range("ending.requests", ending.requests.into(), 0, MOST_REQUESTS.into()),
        lines_problem("bodies", bodies, MOST_SITES, body::check),
        link_problem("links.trace", &links.trace, &link::sample()),
        lines_problem("redaction.names", &redaction.names, MOST_NAMES, redact::check_name),
        lines_problem("redaction.patterns", &redaction.patterns, MOST_PATTERNS, redact::check),
        link_problem("links.session", &links.session, &session()),
    ];
    all.into_iter().flatten().chain(dashboard_problems(choices)).collect()
}

fn dashboard_problems(choices: &Choices) -> impl Iterator<Item = Problem> {
    let Choices { slow, room, user_name, user_id, user_from, .. } = choices;
    let place = || (!user_from.is_empty()).then(|| choices::place(user_from).err())?;
    let all = [
        range("dashboard.slow", (*slow).into(), 1, MOST_SLOW),
        name_problem("dashboard.userName", user_name),
        name_problem("dashboard.userId", user_id),
        place().map(|error| Problem::said("dashboard.userFrom", &error)),
        range("dashboard.room", (*room).into(), LEAST_ROOM, MOST_ROOM),
    ];
    all.into_iter().flatten()
}

fn name_problem(field: &str, name: &str) -> Option<Problem> {
    let found = format!("{} bytes", name.len());
    (name.len() > MOST_NAME).then(|| Problem::new(field, found, format!("at most {MOST_NAME}")))
}

/// What is known of a session when its link is opened.
#[must_use]
pub fn session() -> Values<'static> {
    Values { trace: None, span: None, ..link::sample() }
}

fn store_problem(store: &str) -> Option<Problem> {
    let flaw = (!store.is_empty()).then(|| stores::check_address(store).err())??;
    Some(Problem::said("store", &flaw))
}

fn answer_problem(answer: &str) -> Option<Problem> {
    let strange = answer.chars().find(|letter| !propagation::token(*letter))?;
    let found = format!("{strange:?} in the header's name");
    Some(Problem::new("answer", found, "letters, digits and hyphens, without a colon"))
}

fn header_problem(header: &str) -> Option<Problem> {
    let error = (!header.is_empty()).then(|| header.parse::<Custom>().err())??;
    Some(Problem::said("triggers.header", &error))
}

fn range(field: &str, found: u64, least: u64, most: u64) -> Option<Problem> {
    let within = (least..=most).contains(&found);
    let wanted = format!("a whole number from {least} to {most}");
    (!within).then(|| Problem::new(field, found.to_string(), wanted))
}

/// What is wrong with a list of lines.
fn lines_problem<E: fmt::Display>(
    field: &str,
    lines: &[String],
    most: usize,
    check: impl Fn(&str) -> Result<(), E>,
) -> Option<Problem> {
    if lines.len() > most {
        let found = format!("{} lines", lines.len());
        return Some(Problem::new(field, found, format!("at most {most}")));
    }
    lines.iter().enumerate().find_map(|(at, line)| {
        let error = check(line).err()?;
        Some(Problem::said(field, &format_args!("line {} {error}", at + 1)))
    })
}

/// The expression of a target that is one.
#[must_use]
pub fn regex(target: &str) -> Option<&str> {
    target.strip_prefix('/')?.strip_suffix('/').filter(|regex| !regex.is_empty())
}

/// The browser's refusal of a selector.
#[must_use]
pub fn unselected(selector: &str) -> Problem {
    let found = format!("{selector} is no selector that the browser can read");
    Problem::new("dashboard.userFrom", found, "a CSS selector")
}

/// What the browser's refusal of a regular expression means.
#[must_use]
pub fn refused(regex: &str, reason: &str) -> Problem {
    let why = match reason {
        "syntaxError" => "is not one that the browser can read",
        "memoryLimitExceeded" => "takes the browser more memory than it gives",
        other => other,
    };
    Problem::new("targets", format!("/{regex}/ {why}"), "one in RE2's syntax")
}

fn link_problem(field: &str, link: &str, values: &Values<'_>) -> Option<Problem> {
    if link.is_empty() {
        return None;
    }
    if let Err(flaw) = link::check(link) {
        return Some(Problem::said(field, &flaw));
    }
    match link::fill(link, values) {
        Err(link::Error::Lacks { name }) => {
            let found = format!("{{{name}}}, which belongs to one trace");
            Some(Problem::new(field, found, "{sessionId} or a time: a session has many traces"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    /// What is said when a field is set so.
    fn said(key: &str, text: &str) -> String {
        let mut chosen = Chosen::default();
        assert!((Field::of(key).unwrap().set)(&mut chosen, text));
        let all: Vec<_> = problems(&chosen).iter().map(ToString::to_string).collect();
        all.join("; ")
    }

    #[test]
    fn defaults_are_fine() {
        assert_eq!(problems(&Chosen::default()), []);
    }

    #[test]
    fn what_works_is_fine() {
        for (key, text) in [
            ("store", ""),
            ("store", "https://collector.example:4318/otlp"),
            ("answer", "x-trace-id"),
            ("triggers.header", "x-debug: {traceId}"),
            ("targets", "https://api.example.com\n/^https:\\/\\/[a-z]+\\.example\\//"),
            ("ending.minutes", "15"),
            ("links.trace", "https://x.test/{traceId}/{spanId}"),
            ("links.session", "https://x.test/{sessionId}?from={startS}&site={origin}"),
            ("dashboard.userFrom", "meta[name=user]@content"),
            ("dashboard.room", "20"),
        ] {
            assert_eq!(said(key, text), "", "{text}");
        }
    }

    #[test]
    fn what_does_not_is_said_with_what_was_found_and_wanted() {
        for (key, text, wanted) in [
            (
                "store",
                "localhost:4318",
                "store: it begins with “localhost:4318”, wanted http:// or https://",
            ),
            (
                "store",
                "http://x/{traceId}",
                "store: a brace at character 10, wanted a URL without placeholders",
            ),
            (
                "store",
                "http://x/?a",
                "store: it has a query or a fragment, wanted a base URL, to which paths are added",
            ),
            (
                "store",
                "http://u:p@x/",
                "store: it has a user name or password, wanted a URL without them",
            ),
            (
                "store",
                "http://x y",
                "store: ' ' at character 9 is in no URL, wanted it percent-encoded",
            ),
            (
                "answer",
                "x trace",
                "answer: ' ' in the header's name, wanted letters, digits and hyphens, without a colon",
            ),
            ("limit", "0", "limit: 0, wanted a whole number from 1 to 1000000000000"),
            (
                "ending.minutes",
                "525601",
                "ending.minutes: 525601, wanted a whole number from 0 to 525600",
            ),
            (
                "targets",
                "https://x\napi.example",
                "targets: line 2 does not begin with http:// or https:// and a host, wanted the beginning of such a URL, or /a regular expression/",
            ),
            (
                "targets",
                "https://x\nhttp://a b",
                "targets: line 2 has ' ' in its host, wanted a to z, digits, hyphens and dots",
            ),
            (
                "targets",
                "http://a/b\u{1}c",
                "targets: line 1 has '\\u{1}', which is in no URL, wanted it percent-encoded",
            ),
            (
                "cookie.name",
                "__secure-trace",
                "cookie.name: cookie's name begins with __Secure-, wanted another beginning: browsers refuse this one on http",
            ),
            (
                "targets",
                "/^https",
                "targets: line 1 begins a regular expression that does not end, wanted a slash at its end",
            ),
            (
                "links.trace",
                "javascript:alert(1)",
                "links.trace: it begins with “javascript:alert(1)”, wanted http:// or https://",
            ),
            ("dashboard.slow", "0", "dashboard.slow: 0, wanted a whole number from 1 to 600000"),
            ("dashboard.room", "19", "dashboard.room: 19, wanted a whole number from 20 to 100000"),
            (
                "dashboard.userFrom",
                "#account",
                "dashboard.userFrom: it has no @, wanted a selector, @ and an attribute's name",
            ),
            (
                "links.session",
                "https://x/{traceId}",
                "links.session: {traceId}, which belongs to one trace, wanted {sessionId} or a time: a session has many traces",
            ),
        ] {
            assert_eq!(said(key, text), wanted);
        }
        for (key, text) in [
            ("cookie.name", "a b"),
            ("cookie.name", ""),
            ("triggers.header", "cookie: x"),
            ("triggers.header", "x"),
        ] {
            assert!(said(key, text).contains(", wanted "), "{key} {text}: {}", said(key, text));
        }
    }

    #[test]
    fn the_browsers_word_on_an_expression_is_put_in_ours() {
        let problem = refused("(", "syntaxError");
        assert_eq!(
            problem.to_string(),
            "targets: /(/ is not one that the browser can read, wanted one in RE2's syntax"
        );
    }
}
