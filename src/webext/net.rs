//! Requests of our own: to the trace store, with limits on time and size.

use std::time::Duration;

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestCredentials, RequestInit, RequestRedirect, Response};

use crate::Error;

#[wasm_bindgen]
extern "C" {
    // Of `globalThis`: a worker has no window.
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Promise;
}

/// A reply larger than this is not read: a store that answers with more is broken or hostile.
const LARGEST: f64 = 256.0 * 1024.0 * 1024.0;

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

/// Sends a request and reads the whole reply. No cookies, no redirects: nothing is sent to a host
/// that the user did not name.
///
/// # Errors
/// When nothing answers in time, or the reply is too large.
pub async fn send(request: &Request<'_>, patience: Duration) -> Result<Reply, Error> {
    let call = "fetch";
    let failed = |error: JsValue| Error::new(call, &error);
    let init = RequestInit::new();
    let headers = Headers::new().map_err(failed)?;
    for (name, value) in request.headers {
        headers.set(name, value).map_err(failed)?;
    }
    init.set_method(request.method);
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    let millis = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(millis)));
    if !request.body.is_empty() {
        init.set_body(&Uint8Array::from(request.body));
    }
    let response = JsFuture::from(global_fetch(request.url, &init)).await.map_err(failed)?;
    read(response.unchecked_into()).await
}

async fn read(response: Response) -> Result<Reply, Error> {
    let call = "fetch";
    let failed = |error: JsValue| Error::new(call, &error);
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let length = header("content-length").and_then(|length| length.parse::<f64>().ok());
    if let Some(length) = length.filter(|length| *length > LARGEST) {
        let found = format!("the reply has {length} bytes, wanted at most {LARGEST}");
        return Err(Error::found(call, found));
    }
    let body = JsFuture::from(response.array_buffer().map_err(failed)?).await.map_err(failed)?;
    Ok(Reply {
        status: response.status(),
        content_type: header("content-type").unwrap_or_default(),
        retry_after: header("retry-after").unwrap_or_default(),
        body: Uint8Array::new(&body.unchecked_into::<ArrayBuffer>()).to_vec(),
    })
}
