//! Why a text does not read as what was wanted.

use std::cell::Cell;
use std::fmt;

use serde::de;

use super::SyntaxError;

/// Why a text does not read as what was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is not JSON.
    Syntax(SyntaxError),
    /// A field is missing, or of another kind or form.
    Field {
        /// The field; empty for the whole.
        name: &'static str,
        /// What is there.
        found: &'static str,
        /// What should be.
        wanted: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => error.fmt(f),
            Self::Field { name, found, wanted } => {
                let name = if name.is_empty() { "the whole" } else { name };
                write!(f, "{name} is {found}, wanted {wanted}")
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Self {
        Self::Syntax(error)
    }
}

/// Where a reader stands: the last field that was looked up, and what was found there. Kept beside
/// the walk rather than in its errors, which every field of every type would have to pass on.
#[derive(Debug)]
pub(super) struct Place {
    name: Cell<&'static str>,
    found: Cell<&'static str>,
    /// Whether a broken field is taken for one that is not there.
    pub(super) lenient: bool,
}

impl Place {
    pub(super) fn new(found: &'static str) -> Self {
        Self { name: Cell::new(""), found: Cell::new(found), lenient: false }
    }

    pub(super) fn lenient(found: &'static str) -> Self {
        Self { lenient: true, ..Self::new(found) }
    }

    pub(super) fn field(&self, name: &'static str, found: &'static str) {
        self.name.set(name);
        self.found.set(found);
    }

    pub(super) fn item(&self, found: &'static str) {
        self.found.set(found);
    }

    pub(super) fn error(&self, flaw: Flaw) -> Error {
        Error::Field { name: self.name.get(), found: self.found.get(), wanted: flaw.0 }
    }
}

/// What was wanted where something else was found. One pointer, because each field of each type
/// passes it on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flaw(pub(super) &'static &'static str);

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wanted {}", self.0)
    }
}

impl std::error::Error for Flaw {}

/// None of these looks at what it is given: to print that would cost more than all the rest.
impl de::Error for Flaw {
    fn custom<T: fmt::Display>(_said: T) -> Self {
        Self(&"one of its form")
    }

    fn invalid_value(_found: de::Unexpected<'_>, _wanted: &dyn de::Expected) -> Self {
        Self(&"one in its range")
    }

    fn invalid_type(_found: de::Unexpected<'_>, _wanted: &dyn de::Expected) -> Self {
        Self(&"another kind")
    }

    /// How the derive says that a field without a default is not there.
    fn invalid_length(_found: usize, _wanted: &dyn de::Expected) -> Self {
        Self(&"a value")
    }

    fn unknown_variant(_found: &str, _wanted: &'static [&'static str]) -> Self {
        Self(&"a known word")
    }
}
