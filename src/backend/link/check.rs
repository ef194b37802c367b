//! Whether a template is a URL, checked as it is typed: more than opening it needs, for people.

use std::fmt;

use trace::{SessionId, SpanId, Timestamp, TraceId};

use super::{Error, NAMES, Values, character, fill, short};

/// Why a template is no link. Characters are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It cannot be filled.
    Link(Error),
    /// There is no host, or a placeholder is in it.
    Host {
        /// Where it should be.
        at: usize,
    },
    /// The port is not a number up to 65535.
    Port {
        /// Where it begins.
        at: usize,
    },
    /// A part that the user is to replace by a name of his own is still there.
    Blank {
        /// Where it begins.
        at: usize,
        /// What it asks for.
        name: String,
    },
    /// A character that no URL has.
    Character {
        /// Where it stands.
        at: usize,
        /// The character.
        found: char,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Link(error @ Error::Unknown { .. }) => {
                write!(f, "{error}, wanted one of")?;
                NAMES.iter().try_for_each(|name| write!(f, " {{{name}}}"))
            }
            Self::Link(error) => error.fmt(f),
            Self::Host { at } => {
                write!(
                    f,
                    "there is no plain host at character {at}, wanted one without placeholders"
                )
            }
            Self::Port { at } => {
                write!(f, "there is no port at character {at}, wanted a number up to 65535")
            }
            Self::Blank { at, name } => {
                write!(f, "<{name}> at character {at} is a blank, wanted your own in its place")
            }
            Self::Character { at, found } => {
                write!(f, "{found:?} at character {at} is in no URL, wanted it percent-encoded")
            }
        }
    }
}

impl std::error::Error for Flaw {}

impl From<Error> for Flaw {
    fn from(error: Error) -> Self {
        Self::Link(error)
    }
}

/// Checks a template: all that filling it checks, and that it is a URL.
///
/// # Errors
/// When it is none; the error says where.
pub fn check(template: &str) -> Result<(), Flaw> {
    fill(template, &sample())?;
    characters(template)?;
    authority(template)
}

/// Values for a template that is only looked at: all are known.
#[must_use]
pub fn sample() -> Values<'static> {
    Values {
        trace: TraceId::mint(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes()),
        span: SpanId::mint(0x00f0_67aa_0ba9_02b7_u64.to_be_bytes()),
        session: SessionId::mint(0x8b1f_0c52_97d3_4e6a_b1c0_5d7e_92f4_a386_u128.to_be_bytes()),
        start: Some(Timestamp::from_nanos(1_795_218_972_339_697_001)),
        end: Some(Timestamp::from_nanos(1_795_218_973_120_000_000)),
        origin: "https://shop.example",
    }
}

fn authority(template: &str) -> Result<(), Flaw> {
    let begin = template.find("://").map_or(template.len(), |at| at + 3);
    let rest = template.get(begin..).unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        // A colon inside brackets belongs to an IPv6 address.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if host.is_empty() || authority.contains('{') {
        return Err(Flaw::Host { at: character(template, begin) });
    }
    match port {
        Some(port) if port.parse::<u16>().is_err() => {
            Err(Flaw::Port { at: character(template, begin + host.len() + 1) })
        }
        _ => Ok(()),
    }
}

/// No URL has these (RFC 3986, 2); browsers encode some of them, each in its own way.
fn characters(template: &str) -> Result<(), Flaw> {
    let mut within = false;
    for (byte, found) in template.char_indices() {
        match found {
            '{' => within = true,
            '}' if within => within = false,
            _ if within || !strange(found) => {}
            _ => return Err(flaw(template, byte, found)),
        }
    }
    Ok(())
}

fn strange(letter: char) -> bool {
    letter.is_control() || letter.is_whitespace() || "<>\"{}|\\^`".contains(letter)
}

fn flaw(template: &str, byte: usize, found: char) -> Flaw {
    let at = character(template, byte);
    let blank = template.get(byte..).and_then(|rest| rest.strip_prefix('<')?.split_once('>'));
    match blank {
        Some((name, _)) => Flaw::Blank { at, name: short(name) },
        None => Flaw::Character { at, found },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(template: &str) -> String {
        check(template).map_or_else(|flaw| flaw.to_string(), |()| "fine".to_owned())
    }

    #[test]
    fn a_url_with_placeholders_is_fine() {
        for template in [
            "https://x.test/{traceId}?span={spanId}#{startMs}",
            "http://127.0.0.1:16686/trace/{traceId}",
            "http://[::1]:3000/{traceId}",
            "https://ü.test/~(query~(expression~'a*20*22{sessionId}*22))",
        ] {
            assert_eq!(said(template), "fine", "{template}");
        }
    }

    #[test]
    fn an_unknown_placeholder_is_answered_with_those_that_there_are() {
        let flaw = said("http://x/{trace}");
        assert!(flaw.starts_with(
            "{trace} at character 10 is no placeholder, wanted one of {traceId} {spanId}"
        ));
        assert!(NAMES.iter().all(|name| flaw.contains(&format!("{{{name}}}"))));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (template, wanted) in [
            (
                "https:///x",
                "there is no plain host at character 9, wanted one without placeholders",
            ),
            (
                "http://{origin}/x",
                "there is no plain host at character 8, wanted one without placeholders",
            ),
            (
                "http://x:{startS}/",
                "there is no plain host at character 8, wanted one without placeholders",
            ),
            ("http://ä:80a/", "there is no port at character 10, wanted a number up to 65535"),
            ("http://x:70000", "there is no port at character 10, wanted a number up to 65535"),
            ("http://x/ä b", "' ' at character 11 is in no URL, wanted it percent-encoded"),
            (
                "http://x/{traceId}/\"",
                "'\"' at character 20 is in no URL, wanted it percent-encoded",
            ),
            ("http://x/{traceId}}", "'}' at character 19 is in no URL, wanted it percent-encoded"),
            (
                "http://x/<team>/{traceId}",
                "<team> at character 10 is a blank, wanted your own in its place",
            ),
            ("ftp://x", "it begins with “ftp://x”, wanted http:// or https://"),
        ] {
            assert_eq!(said(template), wanted, "{template}");
        }
    }
}
