//! Calls of the browser's own functions for extensions: by name, with JSON text in and out.
//!
//! By name and not by a binding each: a binding that waits costs the worker half a kilobyte, and
//! says no more of the arguments than the name does.

use std::time::Duration;

use js_sys::{Array, JSON, Promise};
use serde::de::DeserializeOwned;
use trace::json;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{Error, clock, js};

/// Calls a function below `chrome`, such as `cookies.set`, with a list of arguments, and waits for
/// its answer. One that answers nothing answers `null`.
pub(crate) async fn ask(name: &'static str, arguments: String) -> Result<String, Error> {
    settle(name, begin(name, &arguments)?).await
}

/// As [`ask`], for a call whose answer says nothing.
pub(crate) async fn perform(name: &'static str, arguments: String) -> Result<(), Error> {
    let done = JsFuture::from(begin(name, &arguments)?).await;
    done.map(drop).map_err(|error| Error::new(name, &error))
}

/// As [`ask`], but the call has happened when this returns.
pub(crate) fn begin(name: &'static str, arguments: &str) -> Result<Promise, Error> {
    invoke(name, arguments)
        .map(|answer| Promise::resolve(&answer))
        .map_err(|error| Error::new(name, &error))
}

fn invoke(name: &str, arguments: &str) -> Result<JsValue, JsValue> {
    let (path, method) = name.rsplit_once('.').unwrap_or(("", name));
    let owner = path.split('.').try_fold(js::global("chrome")?, |of, part| js::get(&of, part))?;
    js::apply(&owner, method, JSON::parse(arguments)?.unchecked_ref::<Array>())
}

/// An answer, or nothing where it takes longer than this.
pub(crate) fn first(promise: &Promise, patience: Duration) -> Promise {
    let late = Promise::new(&mut |resolve, _| clock::after(&resolve, patience));
    Promise::race(&Array::of2(promise, &late))
}

/// Waits for an answer.
pub(crate) async fn settle(name: &'static str, promise: Promise) -> Result<String, Error> {
    match JsFuture::from(promise).await {
        Ok(answer) => text(name, &answer),
        Err(error) => Err(Error::new(name, &error)),
    }
}

/// A JavaScript value as JSON text. What JSON has no word for (`undefined`) is null.
pub(crate) fn text(call: &'static str, value: &JsValue) -> Result<String, Error> {
    let text = JSON::stringify(value).map_err(|error| Error::new(call, &error))?;
    Ok(text.as_string().unwrap_or_else(|| "null".to_owned()))
}

/// An answer as one of our types.
pub(crate) fn read<T: DeserializeOwned>(call: &'static str, text: &str) -> Result<T, Error> {
    json::read(text).map_err(|error| misread(call, error))
}

/// An answer that is none of our types.
#[cold]
pub(crate) fn misread(call: &'static str, error: json::Error) -> Error {
    Error::found(call, &error.to_string())
}
