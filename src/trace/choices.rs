//! What the user chose for the dashboard: kept beside the settings, because the worker, whose size
//! counts, needs none of it.

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
