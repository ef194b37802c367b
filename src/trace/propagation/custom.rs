//! The header that the user names: `name: value`, where the value may have gaps for ids.

use std::fmt;
use std::str::FromStr;

use super::profile;

/// A header that may be set, with gaps in its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    /// Its name, in lower case.
    pub name: String,
    /// Its value, with `{traceId}`, `{spanId}` and `{sessionId}` where ids go.
    pub value: String,
}

/// Why a text is not a header that may be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// There is no colon.
    Colon,
    /// The name is empty or has a character that no header's name has.
    Name,
    /// The browser or the page owns that header.
    Forbidden {
        /// Its name.
        name: String,
    },
    /// A trigger of its own writes that header.
    Written {
        /// Its name.
        name: String,
    },
    /// The value is empty.
    Empty,
    /// The value has a character that no header's value has.
    Letter {
        /// It.
        found: char,
    },
    /// A gap has a name that is not known.
    Gap {
        /// The name.
        found: String,
    },
    /// The value is too long.
    Length {
        /// Its bytes.
        found: usize,
    },
}

/// Bytes of a value, at most: it is on every request and, for the recorder, on every response.
const LONGEST: usize = 1_024;
const GAPS: [&str; 3] = ["traceId", "spanId", "sessionId"];

/// Headers that pages may not set (Fetch, forbidden request-header) or that say what a request is:
/// setting them would change the request, or fail.
const FORBIDDEN: &str = " accept accept-charset accept-encoding accept-language \
    access-control-request-headers access-control-request-method \
    access-control-request-private-network authorization cache-control connection \
    content-encoding content-language content-length content-type cookie cookie2 date dnt expect \
    host if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive origin \
    pragma range referer set-cookie te trailer transfer-encoding upgrade \
    upgrade-insecure-requests user-agent via x-http-method x-http-method-override \
    x-method-override ";

impl FromStr for Custom {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        let (name, value) = text.split_once(':').ok_or(HeaderError::Colon)?;
        let name = name.trim().to_ascii_lowercase();
        if name.is_empty() || !name.chars().all(token) {
            return Err(HeaderError::Name);
        }
        if forbidden(&name) {
            return Err(HeaderError::Forbidden { name });
        }
        if profile::written(&name) {
            return Err(HeaderError::Written { name });
        }
        let value = value.trim();
        check(value)?;
        Ok(Self { name, value: value.to_owned() })
    }
}

/// Whether a header's or a cookie's name may have a character: that of a token (RFC 9110, 5.6.2).
#[must_use]
pub fn token(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || "!#$%&'*+-.^_`|~".bytes().any(|other| letter == char::from(other))
}

fn forbidden(name: &str) -> bool {
    name.starts_with("sec-")
        || name.starts_with("proxy-")
        || FORBIDDEN.split(' ').any(|word| word == name)
}

fn check(value: &str) -> Result<(), HeaderError> {
    if value.is_empty() {
        return Err(HeaderError::Empty);
    }
    if value.len() > LONGEST {
        return Err(HeaderError::Length { found: value.len() });
    }
    if let Some(found) = value.chars().find(|letter| !matches!(letter, ' '..='~')) {
        return Err(HeaderError::Letter { found });
    }
    // A word in braces is a gap, and one that we do not know a slip; other braces are the user's. So
    // that none of those is taken for a gap of the recorder's, what joins its parts counts as well.
    for part in value.split('{').skip(1) {
        let Some((gap, _)) = part.split_once('}') else { continue };
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-#|".contains(&byte);
        let word = !gap.is_empty() && gap.bytes().all(letter);
        if word && !GAPS.contains(&gap) {
            return Err(HeaderError::Gap { found: gap.to_owned() });
        }
    }
    Ok(())
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Colon => write!(f, "header has no colon, wanted name: value"),
            Self::Name => {
                write!(f, "header's name is not one, wanted letters, digits and dashes")
            }
            Self::Forbidden { name } => {
                write!(f, "{name} belongs to the browser or the page, wanted a name of your own")
            }
            Self::Written { name } => {
                write!(f, "{name} is written by a trigger of its own: switch that one on")
            }
            Self::Empty => write!(f, "header's value is empty, wanted at least one character"),
            Self::Letter { found } => {
                let code = u32::from(*found);
                write!(f, "header's value has U+{code:04X}, wanted visible ASCII and spaces")
            }
            Self::Gap { found } => {
                write!(
                    f,
                    "{{{found}}} is not known, wanted {{traceId}}, {{spanId}} or {{sessionId}}"
                )
            }
            Self::Length { found } => {
                write!(f, "header's value has {found} bytes, wanted {LONGEST} at most")
            }
        }
    }
}

impl std::error::Error for HeaderError {}
