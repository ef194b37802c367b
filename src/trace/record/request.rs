//! A script's request, as the recorder saw it in the page's own world.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{RecordError, Texts, URL_LIMIT, WORD_LIMIT};
use crate::propagation;
use crate::request::Api;
use crate::{PageMillis, SpanId, TraceContext};

/// Longest method: the longest registered one (IANA) has 17 characters.
pub(super) const METHOD_LIMIT: usize = 32;
/// Longest text of headers, bytes.
const MARKS_LIMIT: usize = 2 * 1024;

/// A script's request that is over: answered, failed or given up.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// How the script made it.
    pub api: Api,
    /// Method as the script gave it.
    pub method: String,
    /// Full URL; as the script gave it where no URL could be made of it.
    pub url: String,
    /// The id that the recorder minted for it.
    pub span: SpanId,
    /// The context that went out with it; `None` when none did, or none that can be read.
    #[serde(default, deserialize_with = "context", serialize_with = "traceparent")]
    pub context: Option<TraceContext>,
    /// Whether the page had set that context itself.
    #[serde(default)]
    pub own: bool,
    /// When it was called.
    #[serde(deserialize_with = "stated")]
    pub start: PageMillis,
    /// When the response's head was there (`fetch`), or all of it (`XMLHttpRequest`).
    #[serde(deserialize_with = "stated")]
    pub end: PageMillis,
    /// Response status.
    #[serde(default)]
    pub status: Option<u16>,
    /// Name of what went wrong: `AbortError`, `TypeError`, `timeout`…
    #[serde(default)]
    pub error: Option<String>,
    /// Headers by which frameworks know each other, of the request and of its response: `name:value`,
    /// a tab before each, names in lower case. Often empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub marks: String,
}

impl Request {
    /// Nothing is mended here: an honest recorder never breaks these rules.
    pub(super) fn check(&self) -> Result<(), RecordError> {
        let time = |moment: PageMillis| moment.0.is_finite() && moment.0 >= 0.0;
        if !time(self.start) {
            return Err(RecordError::Time("start"));
        }
        if !time(self.end) {
            return Err(RecordError::Time("end"));
        }
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if !(1..=METHOD_LIMIT).contains(&self.method.len()) || !self.method.bytes().all(token) {
            return Err(RecordError::Method);
        }
        if matches!(self.api, Api::Document | Api::Page) {
            return Err(RecordError::Api);
        }
        Ok(())
    }

    /// Reads the page's own context where it is in a format that the recorder does not know.
    pub(super) fn join(&mut self) {
        if self.own && self.context.is_none() {
            self.context = propagation::carried(&self.marks);
        }
    }

    pub(super) fn texts(&mut self) -> Texts<'_> {
        let error = self.error.as_mut().map(|text| (text, WORD_LIMIT));
        let texts = [(&mut self.url, URL_LIMIT), (&mut self.marks, MARKS_LIMIT)];
        error.into_iter().chain(texts).collect()
    }
}

/// A time of the recorder's as it was stated, to be judged.
fn stated<'de, D: Deserializer<'de>>(from: D) -> Result<PageMillis, D::Error> {
    f64::deserialize(from).map(PageMillis::rounded)
}

/// A context that cannot be read names no span, so it is none.
fn context<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TraceContext>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

#[allow(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn traceparent<S: Serializer>(context: &Option<TraceContext>, to: S) -> Result<S::Ok, S::Error> {
    match context {
        Some(context) => to.collect_str(context),
        None => to.serialize_none(),
    }
}
