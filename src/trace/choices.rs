//! What the user chose for the dashboard: kept beside the settings, because the worker, whose size
//! counts, needs none of it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Key of the choices in local storage.
pub const KEY: &str = "choices";

/// The choices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Choices {
    /// From how many milliseconds on a load is slow.
    pub slow: u32,
    /// Under whose thresholds vitals are rated.
    pub limits: Limits,
    /// How ids in paths are folded, a rule a line; empty for the usual ones.
    pub rules: Vec<String>,
    /// How much the journal may hold, megabytes: beyond it the oldest pages go.
    pub room: u32,
    /// `user.name` of what is recorded; empty for none.
    pub user_name: String,
    /// `user.id` of what is recorded; empty for none.
    pub user_id: String,
    /// Where pages say who their user is: a selector and an attribute with `@` between them; empty
    /// for nowhere.
    pub user_from: String,
}

/// Whose thresholds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Limits {
    /// web.dev's.
    #[default]
    WebDev,
    /// Those of Sentry's documentation.
    Sentry,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            slow: 3_000,
            limits: Limits::default(),
            rules: Vec::new(),
            room: 500,
            user_name: String::new(),
            user_id: String::new(),
            user_from: String::new(),
        }
    }
}

/// Why a text is no place where a page says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceError {
    /// There is no `@` in it.
    Whole,
    /// Nothing stands before it.
    Selector,
    /// What stands behind it is no attribute's name.
    Attribute,
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Whole => "it has no @, wanted a selector, @ and an attribute's name",
            Self::Selector => "nothing stands before its @, wanted a selector",
            Self::Attribute => "what stands behind its last @ is no name, wanted an attribute's",
        })
    }
}

impl std::error::Error for PlaceError {}

/// The selector and the attribute of a place where a page says something: `meta[name=user]@content`.
///
/// # Errors
/// Why it is none. Whether the selector is one, browsers judge.
pub fn place(text: &str) -> Result<(&str, &str), PlaceError> {
    let (selector, attribute) = text.rsplit_once('@').ok_or(PlaceError::Whole)?;
    let (selector, attribute) = (selector.trim(), attribute.trim());
    let strange = |letter: char| letter.is_whitespace() || "\"'<>/=]".contains(letter);
    match (selector.is_empty(), attribute.is_empty() || attribute.contains(strange)) {
        (true, _) => Err(PlaceError::Selector),
        (_, true) => Err(PlaceError::Attribute),
        _ => Ok((selector, attribute)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_selector_and_an_attribute() {
        assert_eq!(place("meta[name=user]@content"), Ok(("meta[name=user]", "content")));
        assert_eq!(place(" [title=\"a@b\"] @ data-user "), Ok(("[title=\"a@b\"]", "data-user")));
    }

    #[test]
    fn what_is_no_place_says_what_is_wanted() {
        assert_eq!(place("#account"), Err(PlaceError::Whole));
        assert_eq!(place("@content"), Err(PlaceError::Selector));
        for text in ["#a@", "[title=\"a@b\"]", "#a@b c"] {
            assert_eq!(place(text), Err(PlaceError::Attribute), "{text}");
        }
        for error in [PlaceError::Whole, PlaceError::Selector, PlaceError::Attribute] {
            assert!(error.to_string().contains(", wanted "));
        }
    }

    #[test]
    fn choices_read_back_and_what_is_not_named_has_its_default() {
        let choices = Choices { limits: Limits::Sentry, room: 9, ..Choices::default() };
        assert_eq!(crate::json::read(&crate::json::write(&choices)), Ok(choices));
        assert_eq!(crate::json::read("{}"), Ok(Choices::default()));
    }
}
