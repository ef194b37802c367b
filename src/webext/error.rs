//! What a browser call says when it fails, with the name of the call.

use std::fmt;

use wasm_bindgen::{JsCast as _, JsValue};

use crate::database::FULL;

/// A browser call that failed. One pointer: everything that waits for the browser passes it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Failure>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    call: &'static str,
    text: String,
}

impl Error {
    /// A failure of `call`, in the browser's words.
    pub(crate) fn new(call: &'static str, value: &JsValue) -> Self {
        let said = value.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        let text = said.or_else(|| value.as_string());
        Self::found(call, text.as_deref().unwrap_or("failed without a word"))
    }

    /// A failure of `call` that we found ourselves.
    #[must_use]
    pub fn found(call: &'static str, text: &str) -> Self {
        Self(Box::new(Failure { call, text: text.to_owned() }))
    }

    /// Whether the browser has no room for what was to be written.
    #[must_use]
    pub fn full(&self) -> bool {
        self.0.text == FULL
    }

    /// What the browser said, without the name of the call.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { call, text } = &*self.0;
        write!(f, "{call}: {text}")
    }
}

impl std::error::Error for Error {}
