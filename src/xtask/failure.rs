//! Why a command stopped. One type for the whole crate: nobody here reacts to a failure but by
//! showing it, so it is a text that says what was found, what was wanted and what to do.

use std::fmt;

/// What went wrong, for a person to read.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// What every step here returns.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A failure to do something to a file: `cannot read x: no such file`.
    pub(crate) fn file(verb: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self(format!("cannot {verb} {}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
