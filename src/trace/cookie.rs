//! The trace cookie: its name and what stands in it.
//!
//! `v1.<session id, 32 hex>.<expiry, unix seconds or 0>`: readable by any server, and small. It may be
//! signed: then there is a fourth part, the HMAC-SHA-256 of what stands before the last dot. The
//! browser computes it; here is what is signed, and how it is joined.

use std::fmt;
use std::str::FromStr;

use crate::SessionId;

/// The cookie's name.
pub const NAME: &str = "_trace_session";

/// What the cookie says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceCookie {
    /// The session.
    pub session: SessionId,
    /// When the session ends by itself, unix seconds; 0 when it does not.
    pub expiry: u64,
}

/// Bytes of a signature.
const SIGNATURE: usize = 32;

/// A cookie's value with its signature: `signed` is the text whose HMAC-SHA-256 `signature` is.
#[must_use]
pub fn seal(signed: &str, signature: &[u8]) -> String {
    format!("{signed}.{}", base64url(signature))
}

/// Whether a cookie's value says what an unsigned one says, with a signature or without.
#[must_use]
pub fn says(value: &str, unsigned: &str) -> bool {
    let rest = value.strip_prefix(unsigned);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Base64 in the alphabet for URLs, without padding (RFC 4648, 5).
fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let at = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..=group.len() {
            let index = bits >> (18 - 6 * digit) & 63;
            text.push(char::from(DIGITS[index as usize]));
        }
    }
    text
}

/// Bytes of a name, at most. Every request carries it.
const LONGEST: usize = 64;
/// Beginnings, in any case, that browsers take only with attributes that ours has not everywhere:
/// on http both are refused, and a site's cookie has a domain.
const PREFIXES: [&str; 2] = ["__Host-", "__Secure-"];

/// Checks a cookie's name.
///
/// # Errors
/// When it is empty, too long or has a character that no cookie's name has, and when browsers make
/// conditions to names that begin like it.
pub fn check(name: &str) -> Result<(), NameError> {
    if let Some(found) = name.chars().find(|letter| !crate::propagation::token(*letter)) {
        return Err(NameError::Letter { found });
    }
    let begins = |prefix: &&str| {
        name.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
    };
    match PREFIXES.into_iter().find(begins) {
        Some(found) => Err(NameError::Prefix { found }),
        None if name.is_empty() => Err(NameError::Empty),
        None if name.len() > LONGEST => Err(NameError::Long { found: name.len() }),
        None => Ok(()),
    }
}

/// Why a text is no name of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameError {
    /// It is empty.
    Empty,
    /// It has a character that no token has (RFC 6265, 4.1.1).
    Letter {
        /// It.
        found: char,
    },
    /// It begins as only cookies of https may (RFC 6265bis, 4.1.3).
    Prefix {
        /// The beginning.
        found: &'static str,
    },
    /// It is too long.
    Long {
        /// Its characters.
        found: usize,
    },
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "cookie's name is empty, wanted at least one character"),
            Self::Letter { found } => {
                write!(f, "cookie's name has '{found}', wanted letters, digits, - and _")
            }
            Self::Prefix { found } => {
                let wanted = "wanted another beginning: browsers refuse this one on http";
                write!(f, "cookie's name begins with {found}, {wanted}")
            }
            Self::Long { found } => {
                write!(f, "cookie's name has {found} characters, wanted at most {LONGEST}")
            }
        }
    }
}

impl std::error::Error for NameError {}

/// Why a text is not a trace cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieError {
    /// It does not begin with `v1.`.
    Version,
    /// The second part is not a session id.
    Session,
    /// The third part is not a number of seconds.
    Expiry,
    /// The fourth part is not a signature.
    Signature,
    /// There are more parts than this version has.
    Trailing,
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self {
            Self::Version => "version, wanted v1",
            Self::Session => "session id, wanted 32 hex digits",
            Self::Expiry => "expiry, wanted unix seconds or 0",
            Self::Signature => "signature, wanted 43 characters of base64url",
            Self::Trailing => "end, wanted three parts or four",
        };
        write!(f, "trace cookie has a wrong {part}")
    }
}

impl std::error::Error for CookieError {}

impl FromStr for TraceCookie {
    type Err = CookieError;

    /// Reads a cookie, signed or not. That a signature has the form of one does not make it true:
    /// who has the secret computes it anew.
    fn from_str(text: &str) -> Result<Self, CookieError> {
        let mut parts = text.split('.');
        if parts.next() != Some("v1") {
            return Err(CookieError::Version);
        }
        let session = parts.next().and_then(|id| id.parse().ok()).ok_or(CookieError::Session)?;
        let digits = parts.next().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let expiry = digits.and_then(|text| text.parse().ok()).ok_or(CookieError::Expiry)?;
        if parts.next().is_some_and(|signature| !signature_like(signature)) {
            return Err(CookieError::Signature);
        }
        match parts.next() {
            None => Ok(Self { session, expiry }),
            Some(_) => Err(CookieError::Trailing),
        }
    }
}

fn signature_like(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == (SIGNATURE * 4).div_ceil(3) && text.bytes().all(digit)
}

impl fmt::Display for TraceCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{}.{}", self.session, self.expiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "v1.7f3c2a1b9d8e4f60a1b2c3d4e5f60718.0";

    #[test]
    fn a_cookie_reads_and_writes_back() {
        let cookie: TraceCookie = GOOD.parse().unwrap();
        assert_eq!(cookie.expiry, 0);
        assert_eq!(cookie.to_string(), GOOD);
    }

    #[test]
    fn what_somebody_else_wrote_is_refused_with_the_part_that_is_wrong() {
        let read = |text: &str| text.parse::<TraceCookie>();
        assert_eq!(read("1"), Err(CookieError::Version));
        assert_eq!(read("v1.abc.0"), Err(CookieError::Session));
        assert_eq!(read(&GOOD.replace(".0", ".+1")), Err(CookieError::Expiry));
        assert_eq!(read(&GOOD.replace(".0", ".")), Err(CookieError::Expiry));
        assert_eq!(read(&format!("{GOOD}.x")), Err(CookieError::Signature));
        assert_eq!(read(&format!("{SIGNED}=")), Err(CookieError::Signature));
        assert_eq!(read(&format!("{SIGNED}.x")), Err(CookieError::Trailing));
    }

    /// Computed by Node: `createHmac('sha256', 'correct horse').update(GOOD).digest('base64url')`.
    const SIGNED: &str =
        "v1.7f3c2a1b9d8e4f60a1b2c3d4e5f60718.0.J4VouEZpUNQYeyv5F7m2iDAaNN8nLjz2qVVzCMeFGNM";
    const MAC: [u8; 32] = [
        39, 133, 104, 184, 70, 105, 80, 212, 24, 123, 43, 249, 23, 185, 182, 136, 48, 26, 52, 223,
        39, 46, 60, 246, 169, 85, 115, 8, 199, 133, 24, 211,
    ];

    #[test]
    fn a_signature_is_the_fourth_part() {
        assert_eq!(seal(GOOD, &MAC), SIGNED);
        assert_eq!(SIGNED.parse(), GOOD.parse::<TraceCookie>());
        assert!(says(SIGNED, GOOD) && says(GOOD, GOOD));
        assert!(!says(&format!("{GOOD}1"), GOOD) && !says("v1", GOOD));
    }

    #[test]
    fn base64url_agrees_with_the_vectors_of_its_specification() {
        // RFC 4648, 10, without the padding; and both digits that differ from plain base64.
        for (bytes, text) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")]
        {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xfb, 0xef, 0xff]), "--__");
    }

    #[test]
    fn a_name_is_a_token() {
        for name in ["_trace_session", "__Host", "__Hosts-x", "t-__Host-", "t.1"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        assert_eq!(check(""), Err(NameError::Empty));
        for (name, found) in [("a b", ' '), ("a=b", '='), ("a;b", ';'), ("é", 'é'), ("a\nb", '\n')]
        {
            assert_eq!(check(name), Err(NameError::Letter { found }), "{name}");
        }
    }

    #[test]
    fn a_name_that_browsers_refuse_on_http_is_refused_in_any_case() {
        for name in ["__Host-trace", "__HOST-", "__host-Http-x"] {
            assert_eq!(check(name), Err(NameError::Prefix { found: "__Host-" }), "{name}");
        }
        for name in ["__Secure-trace", "__secure-trace"] {
            assert_eq!(check(name), Err(NameError::Prefix { found: "__Secure-" }), "{name}");
        }
        assert_eq!(
            check("__host-x").unwrap_err().to_string(),
            "cookie's name begins with __Host-, wanted another beginning: browsers refuse this one on http"
        );
    }

    #[test]
    fn a_name_has_at_most_64_characters() {
        assert_eq!(check(&"x".repeat(64)), Ok(()));
        assert_eq!(check(&"x".repeat(65)), Err(NameError::Long { found: 65 }));
        assert_eq!(
            check(&"x".repeat(5000)).unwrap_err().to_string(),
            "cookie's name has 5000 characters, wanted at most 64"
        );
    }
}
