//! Why a store's answer is of no use, in words for people.

use std::fmt;
use std::time::Duration;

use trace::ladder::Asked;

/// Why a store's answer is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing answered.
    Silent,
    /// It took too long.
    Late {
        /// How long it was waited for.
        patience: Duration,
    },
    /// It wants credentials, or others.
    Denied {
        /// The status.
        status: u16,
        /// What it said, cut to a line.
        said: String,
    },
    /// It cannot answer now.
    Busy {
        /// The status.
        status: u16,
        /// When it wants to be asked again, if it said.
        after: Option<Duration>,
    },
    /// It refused, or failed.
    Status {
        /// The status.
        status: u16,
        /// What it said, cut to a line.
        said: String,
    },
    /// It sent us elsewhere.
    Redirected {
        /// To which origin; empty when that is not known.
        to: String,
    },
    /// It answered with a page for people, or has no such address.
    Page {
        /// The status.
        status: u16,
        /// What the page says, cut to a line.
        said: String,
    },
    /// There is more than is read.
    Large {
        /// So many bytes are read.
        limit: usize,
    },
    /// The answer broke off.
    Cut,
    /// What it answered is not what it should be, or is cut short.
    Garbled(otlp::Error),
    /// It speaks nothing that we know.
    Foreign {
        /// What it answered to the first question.
        said: String,
    },
}

impl Fault {
    /// Whether the store may have become another, so that its version is found out again. One that
    /// fails is the same that it was.
    #[must_use]
    pub const fn is_doubt(&self) -> bool {
        matches!(
            self,
            Self::Page { .. }
                | Self::Garbled(_)
                | Self::Foreign { .. }
                | Self::Status { status: ..500, .. }
        )
    }

    /// Whether the same question may be answered later, with nothing changed by anybody.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Silent | Self::Late { .. } | Self::Busy { .. } | Self::Cut)
    }

    /// What that is to a ladder, and the status that goes with it; 0 where none does.
    #[must_use]
    pub const fn asked(&self) -> (Asked, u16) {
        match self {
            Self::Silent | Self::Late { .. } => (Asked::Silent, 0),
            Self::Denied { status, .. }
            | Self::Busy { status, .. }
            | Self::Status { status, .. } => (Asked::Refused, *status),
            Self::Redirected { .. } => (Asked::Moved, 0),
            Self::Large { .. } => (Asked::Large, 0),
            Self::Page { status, .. } => (Asked::Garbled, *status),
            Self::Cut | Self::Garbled(_) | Self::Foreign { .. } => (Asked::Garbled, 0),
        }
    }

    /// Whether other questions would fare no better.
    #[must_use]
    pub const fn is_general(&self) -> bool {
        matches!(
            self,
            Self::Silent
                | Self::Late { .. }
                | Self::Denied { .. }
                | Self::Busy { .. }
                | Self::Redirected { .. }
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("nothing answers there"),
            Self::Late { patience } => {
                write!(
                    f,
                    "timed out: the store gave no whole answer within {} s",
                    patience.as_secs()
                )
            }
            Self::Cut => f.write_str("the store's answer broke off before its end"),
            Self::Denied { status, said } => {
                write!(f, "the store wants other credentials ({status}): {said}")
            }
            Self::Busy { status, after: Some(after) } => {
                write!(f, "the store is busy ({status}), wanted a pause of {} s", after.as_secs())
            }
            Self::Busy { status, after: None } => write!(f, "the store is busy ({status})"),
            Self::Status { status, said } => write!(f, "store says {status}: {said}"),
            Self::Redirected { to } if to.is_empty() => {
                f.write_str("the store sends us elsewhere, wanted its own address")
            }
            Self::Redirected { to } => {
                write!(f, "the store sends us on, wanted an answer of its own: {to}")
            }
            Self::Page { status, said } => {
                write!(f, "found a page ({status}), wanted a trace store's API: {said}")
            }
            Self::Large { limit } => {
                write!(f, "the store's answer is larger than {} MB", limit >> 20)
            }
            Self::Garbled(error) => write!(f, "store's answer cannot be read: {error}"),
            Self::Foreign { said } => {
                write!(f, "found no Jaeger, Tempo or Zipkin there: {said}")
            }
        }
    }
}

impl std::error::Error for Fault {}
