//! The trace cookie: its name and what stands in it.
//!
//! `v1.<session id, 32 hex>.<expiry, unix seconds or 0>`: readable by any server, and small.

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

/// Why a text is not a trace cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieError {
    /// It does not begin with `v1.`.
    Version,
    /// The second part is not a session id.
    Session,
    /// The third part is not a number of seconds.
    Expiry,
    /// There are more parts than this version has.
    Trailing,
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self {
            Self::Version => "version, wanted v1",
            Self::Session => "session id, wanted 32 hex digits",
            Self::Expiry => "expiry, wanted unix seconds or 0",
            Self::Trailing => "end, wanted three parts",
        };
        write!(f, "trace cookie has a wrong {part}")
    }
}

impl std::error::Error for CookieError {}

impl FromStr for TraceCookie {
    type Err = CookieError;

    fn from_str(text: &str) -> Result<Self, CookieError> {
        let mut parts = text.split('.');
        if parts.next() != Some("v1") {
            return Err(CookieError::Version);
        }
        let session = parts.next().and_then(|id| id.parse().ok()).ok_or(CookieError::Session)?;
        let digits = parts.next().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let expiry = digits.and_then(|text| text.parse().ok()).ok_or(CookieError::Expiry)?;
        match parts.next() {
            None => Ok(Self { session, expiry }),
            Some(_) => Err(CookieError::Trailing),
        }
    }
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
        assert_eq!(read(&format!("{GOOD}.x")), Err(CookieError::Trailing));
    }
}
