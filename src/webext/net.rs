//! Requests of our own: to the trace store, with limits on time and size.

use std::time::Duration;

use js_sys::{JSON, Uint8Array};
use serde::Serialize;
use trace::json;
use wasm_bindgen::JsValue;

use crate::Error;
use crate::js::{call, get, global, set, settled};

const FETCH: &str = "fetch";
/// A reply larger than this is not read: a store that answers with more is broken or hostile.
const LARGEST: u64 = 256 * 1024 * 1024;

/// A request, as a pure crate has built it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// Method, upper case.
    pub method: &'a str,
    /// Where to.
    pub url: &'a str,
    /// Headers.
    pub headers: &'a [(String, String)],
    /// Body; empty for none.
    pub body: &'a [u8],
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Content type; empty where there is none.
    pub content_type: String,
    /// `Retry-After`; empty where it was not sent.
    pub retry_after: String,
    /// Body.
    pub body: Vec<u8>,
}

#[derive(Serialize)]
struct Init<'a> {
    method: &'a str,
    headers: &'a [(String, String)],
    credentials: &'a str,
    redirect: &'a str,
}

/// Sends a request and reads the whole reply. No cookies, no redirects: nothing is sent to a host
/// that the user did not name.
///
/// # Errors
/// When nothing answers in time, or the reply is too large.
pub async fn send(request: &Request<'_>, patience: Duration) -> Result<Reply, Error> {
    let response = settled(FETCH, begin(request, patience)).await?;
    let header = |name: &str| -> Option<String> {
        call(&get(&response, "headers").ok()?, "get", &[&name.into()]).ok()?.as_string()
    };
    let length = header("content-length").and_then(|length| length.parse::<u64>().ok());
    if let Some(length) = length.filter(|length| *length > LARGEST) {
        let found = format!("the reply has {length} bytes, wanted at most {LARGEST}");
        return Err(Error::found(FETCH, &found));
    }
    let body = settled(FETCH, call(&response, "arrayBuffer", &[])).await?;
    Ok(Reply {
        status: status(&response),
        content_type: header("content-type").unwrap_or_default(),
        retry_after: header("retry-after").unwrap_or_default(),
        body: Uint8Array::new(&body).to_vec(),
    })
}

fn begin(request: &Request<'_>, patience: Duration) -> Result<JsValue, JsValue> {
    let Request { method, url, headers, body } = *request;
    let init = Init { method, headers, credentials: "omit", redirect: "error" };
    let init = JSON::parse(&json::write(&init))?;
    let millis = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
    let signal = call(&global("AbortSignal")?, "timeout", &[&millis.into()])?;
    set(&init, "signal", &signal)?;
    if !body.is_empty() {
        set(&init, "body", &Uint8Array::from(body))?;
    }
    call(&js_sys::global(), "fetch", &[&url.into(), &init])
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it has three digits")]
fn status(response: &JsValue) -> u16 {
    get(response, "status").ok().and_then(|status| status.as_f64()).unwrap_or_default() as u16
}
