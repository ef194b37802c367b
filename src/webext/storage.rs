//! The extension's key-value storage: `local` survives the browser, `session` the worker only.

use serde::Serialize;
use serde::de::DeserializeOwned;
use trace::json;

use crate::Error;
use crate::call::{ask, begin, settle};

/// Where a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// On disk, until the extension is removed.
    Local,
    /// In memory, until the browser closes.
    Session,
}

/// Reads what is kept under a key. `None` when nothing is.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn load<T: DeserializeOwned>(area: Area, key: &str) -> Result<Option<T>, Error> {
    let call = match area {
        Area::Local => "storage.local.get",
        Area::Session => "storage.session.get",
    };
    let items = ask(call, json::write(&[key])).await?;
    json::read_field(&items, key).map_err(|error| Error::found(call, &error.to_string()))
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
