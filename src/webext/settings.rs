//! The user's settings in the extension's storage.

use serde::Deserialize;
use trace::settings::Settings;

use crate::Error;
use crate::storage::{self, Area};

/// Key under which the background keeps whom it has spoken with (`trace::contact`).
pub const CONTACTS: &str = "contacts";
/// Key of the settings in local storage.
pub const KEY: &str = "settings";

/// Key of the origins that are taken off the targets.
const PAUSED: &str = "paused";

/// Key of what is set about trace stores (`backend::stores`).
const STORES: &str = "stores";

/// What is kept of where spans go, without anybody's secrets.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wanted {
    settings: Store,
    stores: Sent,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Store {
    store: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    sent: Vec<Slot>,
}

#[derive(Deserialize)]
struct Slot {
    slot: u32,
}

/// What is kept, by [`KEY`] and [`PAUSED`].
#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    settings: Settings,
    #[serde(default)]
    paused: Vec<String>,
}

/// Reads the settings; defaults where nothing is set.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn load() -> Result<Settings, Error> {
    let Kept { settings, paused } = storage::all(Area::Local, &[KEY, PAUSED]).await?;
    Ok(Settings { paused, ..settings })
}

/// The destinations that want spans, a bit each, as chunks of the journal have them: those that are
/// listed, or else the store that is asked, which is the first.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn destinations() -> Result<u8, Error> {
    let Wanted { settings, stores } = storage::all(Area::Local, &[KEY, STORES]).await?;
    let bits = stores.sent.iter().map(|it| 1_u8.checked_shl(it.slot).unwrap_or_default());
    let listed = bits.fold(0, |all, bit| all | bit);
    Ok(if stores.sent.is_empty() { u8::from(!settings.store.is_empty()) } else { listed })
}

/// Puts all origins back among the targets.
///
/// # Errors
/// When the browser refuses.
pub async fn unpause() -> Result<(), Error> {
    let none = paused().await?.is_empty();
    if none { Ok(()) } else { storage::store(Area::Local, PAUSED, &[(); 0]).await }
}

/// The origins that are taken off the targets for now.
///
/// # Errors
/// When the browser refuses.
pub async fn paused() -> Result<Vec<String>, Error> {
    Ok(storage::load(Area::Local, PAUSED).await?.unwrap_or_default())
}

/// Takes an origin off the targets, or puts it back. Every part of the extension hears of it.
///
/// # Errors
/// When the browser refuses.
pub async fn pause(origin: &str, off: bool) -> Result<(), Error> {
    let mut all = paused().await?;
    all.retain(|paused| paused != origin);
    all.extend(off.then(|| origin.to_owned()));
    storage::store(Area::Local, PAUSED, &all).await
}

/// Keeps the settings. Every part of the extension hears of it.
///
/// # Errors
/// When the browser refuses.
pub async fn save(settings: &Settings) -> Result<(), Error> {
    storage::store(Area::Local, KEY, settings).await
}
