//! Keeps spans in SQLite. Owns the layout; `store/sql.rs` has the statements.
//!
//! The layout is bent on two things: few and nearby page writes for each span, and a trace that
//! lies in one piece.
//!
//! ```text
//! span     key → source, bytes       the Span message as it came; one row each, no other index
//! source   no → resource, scope      as they came, each pair once
//! trace    no → id, times, counts    one small row, kept up in the transaction of its spans
//! member   (service, trace)          which traces a service is in
//! session  (session.id, trace)       which traces a session has
//! service, operation                 the names that search offers
//! digest   trace → rows              what lists and statistics ask of a trace (`trace::digest`)
//! stale    trace → since, at         traces that grew since they were digested
//! waiting  no → keys, who wants them spans that are to be handed on (`outbox.rs`)
//! destination  slot → account        to whom, and what became of it
//! ```
//!
//! - Traces are numbered as they arrive. A span's key is its trace's number (31 bits) before a hash
//!   of its own id (32 bits): inserts fall at the hot end of the tree, a trace is read as one range,
//!   and the same span twice meets itself without a second index. Two ids with one hash sit side by
//!   side (`key.rs`).
//! - The oldest traces have the lowest numbers, so eviction is a range too.
//! - Nothing of a span is copied into columns: times, names and attributes are read from its bytes
//!   at two million spans a second, which is faster than SQLite writes one more index.
//! - Times are 64 bits without sign; SQLite's integers have one. [`ordered`] flips the top bit, so
//!   that even absurd times compare rightly.
//! - A digest is made of a trace once that is quiet, by somebody else (`digest.rs`) than the one who
//!   writes spans, for whom it is one small row to mark a trace.
//! - The file is in WAL mode, with one writer (`write.rs`) and several readers (`read.rs`).

mod digest;
mod evict;
mod intern;
mod key;
mod open;
mod outbox;
mod read;
mod roll;
mod search;
mod sql;
mod summary;
mod write;

use std::fmt;

pub(crate) use digest::Digests;
pub(crate) use evict::Limits;
pub(crate) use open::Files;
pub(crate) use outbox::{Lane, Note, Parcel, Slice};
pub(crate) use read::{Listed, Reader, Stored};
pub(crate) use search::Search;
pub(crate) use summary::Summary;
pub(crate) use write::{Totals, Writer};

/// Why the store cannot do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// SQLite says no.
    Sqlite {
        /// What was being done.
        doing: &'static str,
        /// What SQLite said.
        cause: rusqlite::Error,
    },
    /// The folder or the lock file cannot be used.
    File {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        cause: std::io::Error,
        /// The file.
        path: String,
    },
    /// The file belongs to another program.
    Foreign {
        /// The file.
        path: String,
    },
    /// The file was written by a later Tracelight.
    Later {
        /// The layout's version in the file.
        found: i64,
        /// The file.
        path: String,
    },
    /// Another collector has the file open.
    Taken {
        /// The file.
        path: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { doing, cause } => write!(f, "store cannot {doing}: {cause}"),
            Self::File { doing, cause, path } => write!(f, "cannot {doing}: {cause}: {path}"),
            Self::Foreign { path } => {
                write!(f, "database belongs to another program, choose another with --db: {path}")
            }
            Self::Later { found, path } => write!(
                f,
                "database has layout {found}, this collector knows up to {}; update it, or choose \
                 another file with --db: {path}",
                sql::VERSION
            ),
            Self::Taken { path } => write!(
                f,
                "another collector has this database open; stop it, or choose another file with \
                 --db: {path}"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Sqlite { cause, .. } => Some(cause),
            Self::File { cause, .. } => Some(cause),
            _ => None,
        }
    }
}

/// Says what was being done when SQLite said no.
trait Doing<T> {
    fn doing(self, what: &'static str) -> Result<T, Error>;
}

impl<T> Doing<T> for rusqlite::Result<T> {
    fn doing(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|cause| Error::Sqlite { doing: what, cause })
    }
}

/// A number without sign as one with, in the same order.
fn ordered(number: u64) -> i64 {
    (number ^ 1 << 63).cast_signed()
}

/// The way back from [`ordered`].
fn unordered(number: i64) -> u64 {
    number.cast_unsigned() ^ 1 << 63
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_times_keep_their_order_and_their_value() {
        let times = [0, 1, i64::MAX.unsigned_abs(), 1 << 63, u64::MAX];
        assert!(times.map(ordered).is_sorted());
        assert_eq!(times.map(ordered).map(unordered), times);
    }
}
