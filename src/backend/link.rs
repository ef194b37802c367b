//! Deep links: a URL template and what is known of a trace or session make an address.
//!
//! Owns the placeholders, their values' form, and which templates are links at all: http and https
//! only, so that no setting and no file can make a verb run a script. Opens nothing.

mod check;

use std::fmt;

use trace::{SessionId, SpanId, Timestamp, TraceId};

pub use check::{Flaw, check};

/// What is known of the thing that a link leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values<'a> {
    /// The trace.
    pub trace: Option<TraceId>,
    /// A span in it.
    pub span: Option<SpanId>,
    /// The session.
    pub session: Option<SessionId>,
    /// When it began.
    pub start: Option<Timestamp>,
    /// When it ended; for what goes on, now.
    pub end: Option<Timestamp>,
    /// Scheme, host and port of the page. Empty when not known.
    pub origin: &'a str,
}

/// A placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The trace, 32 hex digits.
    TraceId,
    /// The trace as AWS X-Ray writes it: `1-`, 8 hex digits, `-`, 24.
    XrayId,
    /// The span, 16 hex digits.
    SpanId,
    /// The span as a decimal number, as Datadog writes it.
    SpanNumber,
    /// The session, 32 hex digits.
    SessionId,
    /// The beginning, milliseconds since the epoch.
    StartMs,
    /// The end, milliseconds since the epoch.
    EndMs,
    /// The beginning, microseconds since the epoch.
    StartUs,
    /// The end, microseconds since the epoch.
    EndUs,
    /// The beginning, seconds since the epoch.
    StartS,
    /// The end, seconds since the epoch.
    EndS,
    /// Scheme, host and port of the page.
    Origin,
}

const MICRO: u64 = 1_000;
const MILLI: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;

impl Key {
    /// Every placeholder, with its name.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::TraceId, "traceId"),
        (Self::SpanId, "spanId"),
        (Self::SessionId, "sessionId"),
        (Self::StartMs, "startMs"),
        (Self::EndMs, "endMs"),
        (Self::StartUs, "startUs"),
        (Self::EndUs, "endUs"),
        (Self::StartS, "startS"),
        (Self::EndS, "endS"),
        (Self::Origin, "origin"),
        (Self::XrayId, "xrayId"),
        (Self::SpanNumber, "spanNumber"),
    ];

    fn value(self, values: &Values<'_>) -> Option<String> {
        Some(match self {
            Self::TraceId => values.trace?.to_string(),
            Self::XrayId => {
                let id = values.trace?.to_string();
                let (time, rest) = id.split_at_checked(8)?;
                format!("1-{time}-{rest}")
            }
            Self::SpanId => values.span?.to_string(),
            Self::SpanNumber => u64::from_be_bytes(*values.span?.as_bytes()).to_string(),
            Self::SessionId => values.session?.to_string(),
            Self::StartMs => start(values, MILLI)?,
            Self::EndMs => end(values, MILLI)?,
            Self::StartUs => start(values, MICRO)?,
            Self::EndUs => end(values, MICRO)?,
            Self::StartS => start(values, SECOND)?,
            Self::EndS => end(values, SECOND)?,
            Self::Origin => Some(encode(values.origin)).filter(|origin| !origin.is_empty())?,
        })
    }
}

fn start(values: &Values<'_>, unit: u64) -> Option<String> {
    Some((values.start?.nanos() / unit).to_string())
}

/// Rounded up: a range that ends with the second in which the trace began would not hold it.
fn end(values: &Values<'_>, unit: u64) -> Option<String> {
    Some(values.end?.nanos().div_ceil(unit).to_string())
}

/// Everything but the unreserved characters (RFC 3986, 2.3) is encoded, so that a value stays a
/// value wherever the template puts it.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Why a template is no link, or none to this. Characters are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It does not begin with http:// or https://.
    Scheme {
        /// How it begins.
        found: String,
    },
    /// There is no such placeholder.
    Unknown {
        /// Where it begins.
        at: usize,
        /// What stands between the braces, cut short.
        name: String,
    },
    /// A placeholder has no end.
    Open {
        /// Where it begins.
        at: usize,
    },
    /// A value is not known for what the link leads to.
    Lacks(&'static str),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme { found } => {
                write!(f, "it begins with {found:?}, wanted http:// or https://")
            }
            Self::Unknown { at, name } => {
                write!(f, "{{{name}}} at character {at} is no placeholder, wanted one of")?;
                Key::ALL.iter().try_for_each(|(_, name)| write!(f, " {{{name}}}"))
            }
            Self::Open { at } => write!(f, "{{ at character {at} has no end, wanted }}"),
            Self::Lacks(name) => write!(f, "it wants {{{name}}}, which is not known here"),
        }
    }
}

impl std::error::Error for Error {}

/// A stretch of a template.
enum Part<'a> {
    /// To be copied, and the byte at which it begins.
    Text(usize, &'a str),
    /// To be replaced.
    Value(Key, &'static str),
}

/// Makes the address.
///
/// # Errors
/// When the template is no link, or wants a value that is not known.
pub fn fill(template: &str, values: &Values<'_>) -> Result<String, Error> {
    web(template)?;
    let mut url = String::new();
    for part in parts(template)? {
        match part {
            Part::Text(_, text) => url.push_str(text),
            Part::Value(key, name) => {
                url.push_str(&key.value(values).ok_or(Error::Lacks(name))?);
            }
        }
    }
    Ok(url)
}

/// Only pages of the web: a setting or a file must not make a verb run a script.
fn web(template: &str) -> Result<(), Error> {
    let begins = |scheme: &str| {
        let begin = template.as_bytes().get(..scheme.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    if begins("http://") || begins("https://") {
        return Ok(());
    }
    let scheme = template.split_inclusive(':').next().unwrap_or_default();
    Err(Error::Scheme { found: short(scheme) })
}

/// As much of a text as an error repeats.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

fn parts(template: &str) -> Result<Vec<Part<'_>>, Error> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((text, tail)) = rest.split_once('{') {
        let at = character(template, template.len() - tail.len() - 1);
        let (name, tail) = tail.split_once('}').ok_or(Error::Open { at })?;
        let (key, name) = Key::ALL
            .into_iter()
            .find(|(_, known)| *known == name)
            .ok_or_else(|| Error::Unknown { at, name: short(name) })?;
        parts.push(Part::Text(template.len() - rest.len(), text));
        parts.push(Part::Value(key, name));
        rest = tail;
    }
    parts.push(Part::Text(template.len() - rest.len(), rest));
    Ok(parts)
}

/// Which character of a text begins at a byte, from 1.
fn character(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values<'static> {
        Values {
            trace: "4bf92f3577b34da6a3ce929d0e0e4736".parse().ok(),
            span: "00f067aa0ba902b7".parse().ok(),
            session: "0123456789abcdef0123456789abcdef".parse().ok(),
            start: Some(Timestamp::from_nanos(1_795_218_972_339_697_001)),
            end: Some(Timestamp::from_nanos(1_795_218_973_000_000_001)),
            origin: "http://shop.test:8080",
        }
    }

    fn filled(template: &str) -> String {
        fill(template, &values()).unwrap()
    }

    fn said(template: &str) -> String {
        fill(template, &values()).unwrap_err().to_string()
    }

    #[test]
    fn every_placeholder_has_its_form() {
        for (name, wanted) in [
            ("traceId", "4bf92f3577b34da6a3ce929d0e0e4736"),
            ("xrayId", "1-4bf92f35-77b34da6a3ce929d0e0e4736"),
            ("spanId", "00f067aa0ba902b7"),
            ("spanNumber", "67667974448284343"),
            ("sessionId", "0123456789abcdef0123456789abcdef"),
            ("startMs", "1795218972339"),
            ("startUs", "1795218972339697"),
            ("startS", "1795218972"),
            ("endMs", "1795218973001"),
            ("endUs", "1795218973000001"),
            ("endS", "1795218974"),
            ("origin", "http%3A%2F%2Fshop.test%3A8080"),
        ] {
            assert_eq!(
                filled(&format!("https://x.test/{{{name}}}")),
                format!("https://x.test/{wanted}")
            );
        }
        assert_eq!(Key::ALL.len(), 12, "and these are all");
    }

    #[test]
    fn a_template_is_copied_around_its_values() {
        assert_eq!(
            filled("HTTPS://x.test/ä?a={startS}&b={endS}#c"),
            "HTTPS://x.test/ä?a=1795218972&b=1795218974#c"
        );
        assert_eq!(filled("http://x.test"), "http://x.test");
    }

    #[test]
    fn only_the_web_is_opened() {
        for (template, found) in [
            ("javascript:alert({traceId})", "\"javascript:\""),
            (" javascript:alert(1)", "\" javascript:\""),
            ("data:text/html,{traceId}", "\"data:\""),
            ("https:/x.test", "\"https:\""),
            ("//x.test/{traceId}", "\"//x.test/{traceId}\""),
            ("", "\"\""),
        ] {
            assert_eq!(
                said(template),
                format!("it begins with {found}, wanted http:// or https://")
            );
        }
    }

    #[test]
    fn an_unknown_or_open_placeholder_is_shown_with_its_place() {
        let unknown = said("https://ä.test/{trace}");
        assert!(
            unknown.starts_with(
                "{trace} at character 16 is no placeholder, wanted one of {traceId} {spanId}"
            ),
            "{unknown}"
        );
        assert_eq!(
            said("https://x.test/{traceId}/{span"),
            "{ at character 26 has no end, wanted }"
        );
        assert!(said("https://x.test/{{traceId}}").starts_with("{{traceId} at character 16"));
    }

    #[test]
    fn a_value_that_is_not_known_is_named() {
        let nothing = Values::default();
        for (_, name) in Key::ALL {
            let error = fill(&format!("https://x.test/{{{name}}}"), &nothing).unwrap_err();
            assert_eq!(error.to_string(), format!("it wants {{{name}}}, which is not known here"));
        }
        assert_eq!(fill("https://x.test/", &nothing), Ok("https://x.test/".to_owned()));
    }

    #[test]
    fn a_value_cannot_leave_its_place() {
        let values = Values { origin: "http://x/?a=1&b=2#ü\"", ..Values::default() };
        let url = fill("https://x.test/?from={origin}", &values);
        let wanted = "https://x.test/?from=http%3A%2F%2Fx%2F%3Fa%3D1%26b%3D2%23%C3%BC%22";
        assert_eq!(url.as_deref(), Ok(wanted));
    }
}
