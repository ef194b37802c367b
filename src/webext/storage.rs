//! The extension's key-value storage: `local` survives the browser, `session` the worker only.

use serde::Serialize;
use serde::de::DeserializeOwned;
use trace::json;

use crate::Error;
use crate::call::{ask, begin, misread, settle};

/// Where a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// On disk, until the extension is removed.
    Local,
    /// In memory, until the browser closes.
    Session,
}

/// What is kept under some keys, as it was when it was asked for.
pub(crate) struct Items {
    call: &'static str,
    text: String,
}

impl Items {
    /// Reads what is kept under a key. `None` when nothing is.
    pub(crate) fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        json::read_field(&self.text, key).map_err(|error| misread(self.call, error))
    }
}

/// Asks for what is kept under some keys.
pub(crate) async fn items(area: Area, keys: &[&str]) -> Result<Items, Error> {
    let call = match area {
        Area::Local => "storage.local.get",
        Area::Session => "storage.session.get",
    };
    Ok(Items { call, text: ask(call, json::write(&[keys])).await? })
}

/// Reads what is kept under a key. `None` when nothing is.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn load<T: DeserializeOwned>(area: Area, key: &str) -> Result<Option<T>, Error> {
    items(area, &[key]).await?.read(key)
}

/// Keeps a value under a key.
///
/// # Errors
/// When the browser refuses, for instance because the quota is used up.
pub fn store<T: Serialize + ?Sized>(
    area: Area,
    key: &str,
    ours: &T,
) -> impl Future<Output = Result<(), Error>> + use<T> {
    let call = match area {
        Area::Local => "storage.local.set",
        Area::Session => "storage.session.set",
    };
    // Begun at once: what is stored later must not be overtaken by what was stored before.
    let begun = begin(call, &format!("[{{{}:{}}}]", json::write(key), json::write(ours)));
    async move { settle(call, begun?).await.map(drop) }
}
