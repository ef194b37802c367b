//! Requests of our own: to the trace store, with limits on time and size.

use std::time::Duration;

use js_sys::{JSON, Uint8Array};
use serde::Serialize;
use trace::json;
use wasm_bindgen::JsValue;

use crate::js::{bytes, call, get, global, set, settled};
use crate::{Error, Listening};

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
    /// `SourceMap`, of a script: where its map is; empty where it was not sent.
    pub source_map: String,
    /// Body.
    pub body: Vec<u8>,
}

/// What is borne of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How long all of it may take.
    pub patience: Duration,
    /// More bytes of a body are not read.
    pub most: usize,
    /// Whether it may come from elsewhere than was asked.
    pub follow: bool,
}

/// What came back, with what only the browser can see of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status, headers and body. Status 0 is a redirect that was not followed.
    pub reply: Reply,
    /// Where it came from in the end.
    pub url: String,
    /// `Date`; empty where it was not sent.
    pub date: String,
    /// Whether there is more than may be read.
    pub over: bool,
    /// Why it is not whole, where it broke off or took too long.
    pub cut: Option<Error>,
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
    let response = settled(FETCH, begin(request, patience, "error")).await?;
    if let Some(length) = length(&response).filter(|length| *length > LARGEST) {
        let found = format!("the reply has {length} bytes, wanted at most {LARGEST}");
        return Err(Error::found(FETCH, &found));
    }
    let body = settled(FETCH, call(&response, "arrayBuffer", &[])).await?;
    Ok(reply(&response, bytes(body)))
}

/// As [`send`], within bounds of the caller's; a body is read as it comes, and no further than it may
/// be.
///
/// # Errors
/// When nothing answers in time.
pub async fn reach(request: &Request<'_>, bounds: Bounds) -> Result<Answer, Error> {
    let redirect = if bounds.follow { "follow" } else { "manual" };
    let response = settled(FETCH, begin(request, bounds.patience, redirect)).await?;
    let (mut body, mut cut) = (Vec::new(), None);
    let most = u64::try_from(bounds.most).unwrap_or(u64::MAX);
    let mut over = length(&response).is_some_and(|length| length > most);
    // A redirect that is not followed has no body.
    if let Ok(reader) = reader(&response) {
        while !over {
            match read(&reader, &mut body).await {
                Ok(true) => over = body.len() > bounds.most,
                Ok(false) => break,
                Err(error) => {
                    cut = Some(error);
                    break;
                }
            }
        }
        if over {
            cancel(&reader);
        }
    }
    let text = |part| get(&response, part).ok().and_then(|part| part.as_string());
    Ok(Answer {
        url: text("url").unwrap_or_default(),
        date: header(&response, "date").unwrap_or_default(),
        reply: reply(&response, body),
        over,
        cut,
    })
}

fn reply(response: &JsValue, body: Vec<u8>) -> Reply {
    let header = |name: &str| header(response, name);
    Reply {
        status: status(response),
        content_type: header("content-type").unwrap_or_default(),
        retry_after: header("retry-after").unwrap_or_default(),
        // The second is the name that it had before it was standardised.
        source_map: header("sourcemap").or_else(|| header("x-sourcemap")).unwrap_or_default(),
        body,
    }
}

fn length(response: &JsValue) -> Option<u64> {
    header(response, "content-length").and_then(|length| length.parse().ok())
}

/// An answer that is read as it comes, and ends when it is dropped.
#[derive(Debug)]
pub struct Flow {
    response: JsValue,
    reader: JsValue,
}

impl Flow {
    /// Asks for something that goes on; `None` where the answer has another status than 200. As with
    /// [`send`], no redirect is followed.
    ///
    /// # Errors
    /// When nothing answers.
    pub async fn open(url: &str, headers: &[(String, String)]) -> Result<Option<Self>, Error> {
        let init = Init { method: "GET", headers, credentials: "omit", redirect: "error" };
        let asked = JSON::parse(&json::write(&init));
        let asked = asked.and_then(|init| call(&js_sys::global(), FETCH, &[&url.into(), &init]));
        let response = settled(FETCH, asked).await?;
        let Ok(reader) = reader(&response) else { return Ok(None) };
        let good = status(&response) == 200;
        let flow = Self { response, reader };
        Ok(good.then_some(flow))
    }

    /// Ends it when that is dropped, though somebody may be reading.
    #[must_use]
    pub fn ending(&self) -> Listening {
        let reader = self.reader.clone();
        Listening::new(move || cancel(&reader))
    }

    /// A header; `None` where it was not sent.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.response, name)
    }

    /// Puts what came to what is here; whether anything may come yet.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn read(&self, into: &mut Vec<u8>) -> Result<bool, Error> {
        read(&self.reader, into).await
    }
}

fn reader(response: &JsValue) -> Result<JsValue, JsValue> {
    call(&get(response, "body")?, "getReader", &[])
}

async fn read(reader: &JsValue, into: &mut Vec<u8>) -> Result<bool, Error> {
    let part = settled(FETCH, call(reader, "read", &[])).await?;
    let value = get(&part, "value").map_err(|error| Error::new(FETCH, &error))?;
    if value.is_undefined() {
        return Ok(false);
    }
    // Not read into its place, which would have to be filled with zeros before.
    into.extend_from_slice(&bytes(value));
    Ok(true)
}

impl Drop for Flow {
    fn drop(&mut self) {
        cancel(&self.reader);
    }
}

fn cancel(reader: &JsValue) {
    // What has ended by itself is not there to be ended.
    let _ended = call(reader, "cancel", &[]);
}

fn header(response: &JsValue, name: &str) -> Option<String> {
    call(&get(response, "headers").ok()?, "get", &[&name.into()]).ok()?.as_string()
}

fn begin(request: &Request<'_>, patience: Duration, redirect: &str) -> Result<JsValue, JsValue> {
    let Request { method, url, headers, body } = *request;
    let init = Init { method, headers, credentials: "omit", redirect };
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
