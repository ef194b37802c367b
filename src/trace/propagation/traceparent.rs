//! `traceparent` (W3C Trace Context), read strictly and written canonically.

use std::fmt;
use std::str::FromStr;

use crate::TraceContext;
use crate::id::IdError;

/// Why a text is not a `traceparent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceparentError {
    /// Too short, or too long for its version.
    Length {
        /// Bytes in the text.
        found: usize,
    },
    /// The version is not two lower-case hex digits, or is `ff`.
    Version,
    /// A dash is missing.
    Dash {
        /// Where it was wanted.
        at: usize,
    },
    /// The trace id is not one.
    Trace(IdError),
    /// The parent id is not one.
    Parent(IdError),
    /// The flags are not two lower-case hex digits.
    Flags,
    /// A hex digit is upper case, which the specification forbids.
    Case,
}

impl fmt::Display for TraceparentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => write!(f, "traceparent has {found} bytes, wanted 55"),
            Self::Version => write!(f, "traceparent's version is not 00 to fe"),
            Self::Dash { at } => write!(f, "traceparent has no dash at {at}"),
            Self::Trace(error) => write!(f, "traceparent's trace {error}"),
            Self::Parent(error) => write!(f, "traceparent's parent {error}"),
            Self::Flags => write!(f, "traceparent's flags are not two hex digits"),
            Self::Case => write!(f, "traceparent has upper-case hex, wanted lower case"),
        }
    }
}

impl std::error::Error for TraceparentError {}

const LENGTH: usize = 55;

impl FromStr for TraceContext {
    type Err = TraceparentError;

    /// Reads a `traceparent` (W3C Trace Context, 3.2). A later version is read as version 00 and
    /// may be longer, if a dash follows.
    fn from_str(text: &str) -> Result<Self, TraceparentError> {
        let bytes = text.as_bytes();
        if bytes.len() < LENGTH || !text.is_ascii() {
            return Err(TraceparentError::Length { found: bytes.len() });
        }
        if bytes[..LENGTH].iter().any(u8::is_ascii_uppercase) {
            return Err(TraceparentError::Case);
        }
        let part = |range| text.get(range).unwrap_or_default();
        let number = |range| u8::from_str_radix(part(range), 16).ok();
        let version = number(0..2).ok_or(TraceparentError::Version)?;
        if version == 0xff || text.starts_with('+') {
            return Err(TraceparentError::Version);
        }
        let whole = bytes.len() == LENGTH || (version > 0 && bytes[LENGTH] == b'-');
        if !whole {
            return Err(TraceparentError::Length { found: bytes.len() });
        }
        if let Some(at) = [2, 35, 52].into_iter().find(|at| bytes[*at] != b'-') {
            return Err(TraceparentError::Dash { at });
        }
        if !bytes[53..LENGTH].iter().all(u8::is_ascii_hexdigit) {
            return Err(TraceparentError::Flags);
        }
        Ok(Self {
            trace: part(3..35).parse().map_err(TraceparentError::Trace)?,
            span: part(36..52).parse().map_err(TraceparentError::Parent)?,
            flags: number(53..LENGTH).ok_or(TraceparentError::Flags)?,
        })
    }
}

/// Writes a `traceparent` of version 00.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { trace, span, flags } = self;
        write!(f, "00-{trace}-{span}-{flags:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_reads_and_writes_back() {
        let context: TraceContext = GOOD.parse().unwrap();
        assert!(context.sampled());
        assert_eq!(context.to_string(), GOOD);
    }

    #[test]
    fn what_the_specification_forbids_is_refused_with_the_reason() {
        let read = |text: &str| text.parse::<TraceContext>();
        assert_eq!(read(&GOOD[..54]), Err(TraceparentError::Length { found: 54 }));
        assert_eq!(read(&format!("{GOOD}-x")), Err(TraceparentError::Length { found: 57 }));
        assert_eq!(read(&GOOD.replacen("00-", "ff-", 1)), Err(TraceparentError::Version));
        assert_eq!(read(&GOOD.to_uppercase()), Err(TraceparentError::Case));
        assert_eq!(
            read("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
            Err(TraceparentError::Trace(IdError::Zero))
        );
        assert_eq!(
            read("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"),
            Err(TraceparentError::Parent(IdError::Zero))
        );
        assert_eq!(read(&GOOD.replacen("-01", "-0g", 1)), Err(TraceparentError::Flags));
        assert_eq!(read(&GOOD.replacen("-01", "-+1", 1)), Err(TraceparentError::Flags));
    }

    #[test]
    fn a_later_version_may_be_longer() {
        let later = GOOD.replacen("00-", "01-", 1);
        assert!(later.parse::<TraceContext>().is_ok());
        assert!(format!("{later}-more").parse::<TraceContext>().is_ok());
        assert!(format!("{later}more").parse::<TraceContext>().is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            let _ = text.parse::<TraceContext>();
        }
    }
}
