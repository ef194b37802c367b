//! Deep links: a URL template and what is known of a trace or session make an address.
//!
//! Owns the placeholders, their values' form, and which templates are links at all: http and https
//! only, so that no setting and no file can make a verb run a script. Opens nothing.

mod check;

use std::fmt;

use trace::{SessionId, SpanId, Timestamp, TraceId, json};

pub use check::{Flaw, check, sample};

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

/// Every placeholder.
pub const NAMES: [&str; 12] = [
    "traceId",
    "spanId",
    "sessionId",
    "startMs",
    "endMs",
    "startUs",
    "endUs",
    "startS",
    "endS",
    "origin",
    "xrayId",
    "spanNumber",
];

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
    Lacks {
        /// Which.
        name: String,
    },
}

/// What is wanted is short: this is linked into the worker, and the options know more.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme { found } => {
                write!(f, "it begins with \u{201c}{found}\u{201d}, wanted http:// or https://")
            }
            Self::Unknown { at, name } => {
                write!(f, "{{{name}}} at character {at} is no placeholder")
            }
            Self::Open { at } => write!(f, "{{ at character {at} has no end, wanted }}"),
            Self::Lacks { name } => write!(f, "it wants {{{name}}}, which is not known here"),
        }
    }
}

impl std::error::Error for Error {}

/// Makes the address.
///
/// # Errors
/// When the template is no link, or wants a value that is not known.
pub fn fill(template: &str, values: &Values<'_>) -> Result<String, Error> {
    // Only pages of the web: a setting or a file must not make a verb run a script.
    if !["http://", "https://"].iter().any(|scheme| begins(template, scheme)) {
        return Err(Error::Scheme { found: short(template) });
    }
    let mut url = String::new();
    let mut rest = template;
    while let Some((text, tail)) = rest.split_once('{') {
        let at = character(template, template.len() - tail.len() - 1);
        let (name, tail) = tail.split_once('}').ok_or(Error::Open { at })?;
        let value = value(name, values).ok_or_else(|| Error::Unknown { at, name: short(name) })?;
        url.push_str(text);
        url.push_str(&value.ok_or_else(|| Error::Lacks { name: name.to_owned() })?);
        rest = tail;
    }
    url.push_str(rest);
    Ok(url)
}

/// Whether a text begins with a scheme, in either case.
fn begins(text: &str, scheme: &str) -> bool {
    let begin = text.as_bytes().get(..scheme.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(scheme.as_bytes()))
}

/// As much of a text as an error repeats.
fn short(text: &str) -> String {
    text.chars().take(30).collect()
}

/// Which character of a text begins at a byte, from 1.
fn character(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count() + 1
}

/// What stands for a placeholder: `None` when there is none of that name, within it `None` when its
/// value is not known.
fn value(name: &str, values: &Values<'_>) -> Option<Option<String>> {
    Some(match name {
        "traceId" => values.trace.map(|trace| trace.to_string()),
        // As AWS X-Ray writes it: the first 8 digits are a time of its own.
        "xrayId" => values.trace.and_then(|trace| {
            let id = trace.to_string();
            let (time, rest) = id.split_at_checked(8)?;
            Some(format!("1-{time}-{rest}"))
        }),
        "spanId" => values.span.map(|span| span.to_string()),
        // As Datadog writes it.
        "spanNumber" => values.span.map(|span| json::write(&u64::from_be_bytes(*span.as_bytes()))),
        "sessionId" => values.session.map(|session| session.to_string()),
        "origin" => (!values.origin.is_empty()).then(|| encode(values.origin)),
        _ => return moment(name, values),
    })
}

/// Beginning and end in three units. An end is rounded up: a range that ends with the second in
/// which the trace began would not hold it.
fn moment(name: &str, values: &Values<'_>) -> Option<Option<String>> {
    let (time, unit, up) = match name.strip_prefix("start") {
        Some(unit) => (values.start, unit, 0),
        None => (values.end, name.strip_prefix("end")?, 1),
    };
    let unit: u64 = match unit {
        "S" => 1_000_000_000,
        "Ms" => 1_000_000,
        "Us" => 1_000,
        _ => return None,
    };
    Some(time.map(|time| json::write(&(time.nanos().saturating_add(up * (unit - 1)) / unit))))
}

/// Everything but the unreserved characters (RFC 3986, 2.3) is encoded, so that a value stays a
/// value wherever the template puts it.
pub(crate) fn encode(text: &str) -> String {
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
        for template in [
            "javascript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,{traceId}",
            "https:/x.test",
            "//x.test/{traceId}",
            "",
        ] {
            let wanted = format!("it begins with “{template}”, wanted http:// or https://");
            assert_eq!(said(template), wanted);
        }
        assert!(said(&"j".repeat(31)).contains(&format!("“{}”", "j".repeat(30))));
    }

    #[test]
    fn an_unknown_or_open_placeholder_is_shown_with_its_place() {
        assert_eq!(said("https://ä.test/{trace}"), "{trace} at character 16 is no placeholder");
        assert_eq!(
            said("https://x.test/{traceId}/{span"),
            "{ at character 26 has no end, wanted }"
        );
        assert!(said("https://x.test/{{traceId}}").starts_with("{{traceId} at character 16"));
        for name in ["", "start", "end", "startNs", "endms", "TraceId", "traceId "] {
            assert!(
                said(&format!("https://x.test/{{{name}}}")).contains("no placeholder"),
                "{name}"
            );
        }
    }

    #[test]
    fn a_value_that_is_not_known_is_named() {
        let nothing = Values::default();
        for name in NAMES {
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
