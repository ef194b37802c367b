//! What the user did. Never what was typed.

use serde::{Deserialize, Serialize};

use super::{NAME_LIMIT, TEXT_LIMIT, Texts, WORD_LIMIT};
use crate::PageMillis;

/// One user operation.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Operation {
    /// When.
    pub at: PageMillis,
    /// `click`, `submit`, `change` or `key`.
    #[serde(default, rename = "type")]
    pub way: String,
    /// The element's role: `button`.
    #[serde(default)]
    pub role: String,
    /// Its accessible name.
    #[serde(default)]
    pub name: String,
    /// A short selector of it.
    #[serde(default)]
    pub selector: String,
    /// The command: `Enter`, `ctrl+s`. Never text.
    #[serde(default)]
    pub key: String,
}

impl Operation {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        vec![
            (&mut self.way, WORD_LIMIT),
            (&mut self.role, WORD_LIMIT),
            (&mut self.name, NAME_LIMIT),
            (&mut self.selector, TEXT_LIMIT),
            (&mut self.key, WORD_LIMIT),
        ]
    }
}
