//! What a browser call says when it fails, with the name of the call.

use std::fmt;

use wasm_bindgen::{JsCast as _, JsValue};

/// A browser call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    call: &'static str,
    text: String,
}

impl Error {
    /// A failure of `call`, in the browser's words.
    pub(crate) fn new(call: &'static str, value: &JsValue) -> Self {
        let said = value.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        let text = said.or_else(|| value.as_string()).unwrap_or_else(|| format!("{value:?}"));
        Self { call, text }
    }

    /// A failure of `call` that we found ourselves.
    pub(crate) fn found(call: &'static str, text: impl fmt::Display) -> Self {
        Self { call, text: text.to_string() }
    }

    /// What the browser said, without the name of the call.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call, self.text)
    }
}

impl std::error::Error for Error {}
