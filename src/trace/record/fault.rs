//! What went wrong in a page: its scripts' errors, and what failed to load.

use serde::{Deserialize, Serialize};

use super::{NAME_LIMIT, TEXT_LIMIT, Texts, URL_LIMIT, WORD_LIMIT};
use crate::PageMillis;

/// Longest stack, bytes: some thirty frames.
const STACK_LIMIT: usize = 4 * 1024;

/// An error that no script of the page handled. A page can forge it.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Exception {
    /// When.
    pub at: PageMillis,
    /// `error`, or `unhandledrejection` for a promise.
    #[serde(default)]
    pub source: String,
    /// Its class: `TypeError`.
    #[serde(default, rename = "type")]
    pub class: String,
    /// What it says.
    #[serde(default)]
    pub message: String,
    /// Where it was thrown, as the engine writes it.
    #[serde(default)]
    pub stack: String,
    /// The script.
    #[serde(default)]
    pub url: String,
    /// The line in it; 0 where that is not known.
    #[serde(default)]
    pub line: u32,
    /// The column in that.
    #[serde(default)]
    pub column: u32,
}

impl Exception {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        vec![
            (&mut self.source, WORD_LIMIT),
            (&mut self.class, NAME_LIMIT),
            (&mut self.message, TEXT_LIMIT),
            (&mut self.stack, STACK_LIMIT),
            (&mut self.url, URL_LIMIT),
        ]
    }
}

/// Something that an element wanted and that failed to load.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Broken {
    /// When that was known.
    pub at: PageMillis,
    /// What.
    #[serde(default)]
    pub url: String,
    /// Tag name of the element.
    #[serde(default)]
    pub element: String,
}

impl Broken {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        vec![(&mut self.url, URL_LIMIT), (&mut self.element, WORD_LIMIT)]
    }
}
