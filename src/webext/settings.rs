//! The user's settings in the extension's storage.

use trace::settings::Settings;

use crate::Error;
use crate::storage::{self, Area};

/// Key under which the background keeps whom it has spoken with (`trace::contact`).
pub const CONTACTS: &str = "contacts";
/// Key of the settings in local storage.
pub const KEY: &str = "settings";

/// Reads the settings; defaults where nothing is set.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn load() -> Result<Settings, Error> {
    Ok(storage::load(Area::Local, KEY).await?.unwrap_or_default())
}

/// Takes an origin off the targets, or puts it back, and returns the settings.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn pause(origin: &str, off: bool) -> Result<Settings, Error> {
    let mut settings = load().await?;
    settings.paused.retain(|paused| paused != origin);
    settings.paused.extend(off.then(|| origin.to_owned()));
    save(&settings).await?;
    Ok(settings)
}

/// Keeps the settings. Every part of the extension hears of it.
///
/// # Errors
/// When the browser refuses.
pub async fn save(settings: &Settings) -> Result<(), Error> {
    storage::store(Area::Local, KEY, settings).await
}
