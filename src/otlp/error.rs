//! Why a whole message cannot be read. A single bad span is a [`Reason`](crate::Reason) instead.

use std::fmt;

use trace::json::SyntaxError;

/// Why a message is not OTLP. Positions are bytes from the beginning of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The protobuf around the spans is cut short or garbled.
    Protobuf {
        /// Where reading stopped.
        at: usize,
    },
    /// The text is not JSON.
    Json {
        /// Where reading stopped.
        at: usize,
        /// What was wanted there.
        wanted: &'static str,
    },
    /// Objects and lists lie deeper in each other than any trace needs.
    Deep {
        /// Where the limit was passed.
        at: usize,
        /// How deep is allowed.
        limit: usize,
    },
    /// There is no room for it beside what is open already.
    Large {
        /// Its size in bytes.
        size: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Protobuf { at } => {
                write!(f, "protobuf is cut short or garbled at byte {at}, wanted TracesData")
            }
            Self::Json { at, wanted } => write!(f, "JSON is broken at byte {at}, wanted {wanted}"),
            Self::Deep { at, limit } => {
                write!(f, "JSON is nested deeper than {limit} at byte {at}")
            }
            Self::Large { size } => {
                write!(f, "{size} bytes are too many, wanted less than 4 GB in all")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Self {
        match error {
            SyntaxError::Wanted { at, wanted } => Self::Json { at, wanted },
            SyntaxError::Deep { at, limit } => Self::Deep { at, limit },
        }
    }
}
