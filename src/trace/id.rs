//! Identifiers of traces, spans and sessions.
//!
//! All of them are lower-case hex outside and bytes inside; none of them can be all zero.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdError {
    /// The text has another length than the identifier.
    Length {
        /// Bytes in the text.
        found: usize,
        /// Hex digits wanted.
        wanted: usize,
    },
    /// A character is not a hex digit.
    Digit {
        /// Where it stands, counted in bytes from 0.
        at: usize,
    },
    /// All digits are zero, which W3C Trace Context (trace-id, parent-id) forbids.
    Zero,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found, wanted } => {
                write!(f, "id has {found} characters, wanted {wanted} hex digits")
            }
            Self::Digit { at } => write!(f, "id has no hex digit at {at}, wanted 0-9 or a-f"),
            Self::Zero => write!(f, "id is all zero, wanted at least one other digit"),
        }
    }
}

impl std::error::Error for IdError {}

/// Reads hex of either case into `N` bytes.
fn unhex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return Err(IdError::Length { found: digits.len(), wanted: N * 2 });
    }
    let mut bytes = [0; N];
    for (at, digit) in digits.iter().enumerate() {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => return Err(IdError::Digit { at }),
        };
        bytes[at / 2] = bytes[at / 2] << 4 | value;
    }
    Ok(bytes)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Makes an identifier of random bytes. `None` when they are all zero, which the
            /// specification forbids: draw again rather than set a bit.
            #[must_use]
            pub fn mint(entropy: [u8; $bytes]) -> Option<Self> {
                (entropy != [0; $bytes]).then_some(Self(entropy))
            }

            /// Reads the bytes of a protobuf field.
            ///
            /// # Errors
            /// When there are too few or too many bytes, or all are zero.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, IdError> {
                let array = <[u8; $bytes]>::try_from(bytes)
                    .map_err(|_| IdError::Length { found: bytes.len() * 2, wanted: $bytes * 2 })?;
                Self::mint(array).ok_or(IdError::Zero)
            }

            /// The identifier's bytes, most significant first.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::mint(unhex(text)?).ok_or(IdError::Zero)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// Names a trace (W3C Trace Context, trace-id): 16 bytes, 32 hex digits.
    TraceId,
    16
);
id!(
    /// Names a span within its trace (W3C Trace Context, parent-id): 8 bytes, 16 hex digits.
    SpanId,
    8
);
id!(
    /// Names what the user started; goes out as `session.id`. 16 bytes, 32 hex digits.
    SessionId,
    16
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_of_either_case_reads_and_lower_case_is_written() {
        let id: SpanId = "00F067AA0BA902B7".parse().unwrap();
        assert_eq!(id.to_string(), "00f067aa0ba902b7");
    }

    #[test]
    fn zero_short_and_crooked_ids_say_what_is_wrong() {
        assert_eq!("0000000000000000".parse::<SpanId>(), Err(IdError::Zero));
        assert_eq!("abc".parse::<SpanId>(), Err(IdError::Length { found: 3, wanted: 16 }));
        assert_eq!("00f067aa0ba902bx".parse::<SpanId>(), Err(IdError::Digit { at: 15 }));
        assert_eq!(SpanId::mint([0; 8]), None);
        assert_eq!(TraceId::from_bytes(&[1; 15]), Err(IdError::Length { found: 30, wanted: 32 }));
    }

    #[test]
    fn non_ascii_text_of_the_right_length_is_refused_without_a_panic() {
        assert_eq!("ééééééé1".len(), 15);
        assert!("ééééééé11".parse::<SpanId>().is_err());
    }
}
