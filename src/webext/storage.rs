//! The extension's key-value storage: `local` survives the browser, `session` the worker only.

use serde::Serialize;
use serde::de::DeserializeOwned;
use trace::json;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

use crate::call::{ask, begin, misread, read, settle};
use crate::js::{call, get, global};
use crate::{Error, Listening, js};

/// Where a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// On disk, until the extension is removed.
    Local,
    /// In memory, until the browser closes.
    Session,
}

/// Asks for what is kept under some keys: an object of those under which something is.
async fn ask_for(area: Area, keys: &[&str]) -> Result<(&'static str, String), Error> {
    let call = match area {
        Area::Local => "storage.local.get",
        Area::Session => "storage.session.get",
    };
    Ok((call, ask(call, json::write(&[keys])).await?))
}

/// Reads what is kept under some keys, each a field of the type. A key under which nothing is has
/// its default.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub(crate) async fn all<T: DeserializeOwned>(area: Area, keys: &[&str]) -> Result<T, Error> {
    let (call, text) = ask_for(area, keys).await?;
    read(call, &text)
}

/// Reads what is kept under a key. `None` when nothing is.
///
/// # Errors
/// When the browser refuses, or what is kept is of another shape.
pub async fn load<T: DeserializeOwned>(area: Area, key: &str) -> Result<Option<T>, Error> {
    let (call, text) = ask_for(area, &[key]).await?;
    json::read_field(&text, key).map_err(|error| misread(call, error))
}

/// How many bytes of the disk the extension uses, and how many the browser would give it.
///
/// # Errors
/// When the browser does not say.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "floats saturate")]
pub async fn estimate() -> Result<(u64, u64), Error> {
    let name = "navigator.storage.estimate";
    let storage = global("navigator").and_then(|navigator| get(&navigator, "storage"));
    let said = storage.and_then(|storage| call(&storage, "estimate", &[]));
    let said = js::settled(name, said).await?;
    let bytes = |part| {
        let found = get(&said, part).map_err(|error| Error::new(name, &error))?;
        Ok(found.as_f64().unwrap_or_default() as u64)
    };
    Ok((bytes("usage")?, bytes("quota")?))
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

/// Hears that what is kept on disk under a key has changed, whoever changed it, until dropped.
pub fn changed(key: &'static str, hear: impl Fn() + 'static) -> Listening {
    let listener = Closure::<dyn Fn(JsValue)>::new(move |changes: JsValue| {
        if get(&changes, key).is_ok_and(|change| !change.is_undefined()) {
            hear();
        }
    });
    let event = ["storage", "local", "onChanged"]
        .iter()
        .try_fold(global("chrome").unwrap_or(JsValue::UNDEFINED), |of, part| get(&of, part));
    let event = event.unwrap_or(JsValue::UNDEFINED);
    // Where there is no such event, nothing is heard.
    let _heard = call(&event, "addListener", &[listener.as_ref().unchecked_ref()]);
    Listening::new(move || {
        let _unheard = call(&event, "removeListener", &[listener.as_ref().unchecked_ref()]);
        drop(listener);
    })
}
