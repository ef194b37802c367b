//! What the user has set, with the defaults.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::storage::{self, Area};

/// Key of the settings in local storage.
const KEY: &str = "settings";
/// Where the embedded collector listens.
const COLLECTOR: &str = "http://127.0.0.1:4318";

/// What the user has set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Settings {
    /// Base URL of the trace store, for sending and asking. Empty for none: then nothing leaves
    /// the browser.
    pub store: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { store: COLLECTOR.to_owned() }
    }
}

/// Reads the settings; defaults where nothing is set.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn load() -> Result<Settings, Error> {
    Ok(storage::load(Area::Local, KEY).await?.unwrap_or_default())
}
