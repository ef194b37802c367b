//! Records: the facts that a page's recorder and relay state, one JSON text each.
//!
//! Owns their closed list and their limits. A page shares its world with the recorder and can
//! forge what that says, so every text is hostile until it has been through [`Record::parse`].
//! The relay, which a page cannot reach, passes nothing from the page's world but
//! [`Record::Request`], and writes that anew: a page can lie about its requests and nothing else.
//! Decides nothing about spans; that is `assemble`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::{self, Node};
use crate::redact::CUT;
use crate::request::Api;
use crate::{PageMillis, SpanId, TraceContext};

/// Longest record, bytes. A longer one is refused before it is read.
pub const LIMIT: usize = 16 * 1024;
/// Longest URL, bytes. A longer one is cut and ends with `…`.
pub const URL_LIMIT: usize = 8 * 1024;
/// Longest text that is neither URL nor user agent, bytes.
const WORD_LIMIT: usize = 64;
/// Longest user agent, bytes.
const AGENT_LIMIT: usize = 1024;
/// Longest method: the longest registered one (IANA) has 17 characters.
const METHOD_LIMIT: usize = 32;

/// One fact from a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase")]
pub enum Record {
    /// A document began.
    Document(Document),
    /// The document is loaded (Navigation Timing 2).
    Navigation(Box<Navigation>),
    /// Something was loaded for the document (Resource Timing).
    Resource(Box<Resource>),
    /// The page showed something for the first time (Paint Timing).
    Paint(Paint),
    /// A script's request is over. The only fact that a page can forge.
    Request(Request),
    /// The page was hidden or left.
    Hidden(Hidden),
}

/// What is known of a document at its start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Its address.
    pub url: String,
    /// Where its reader came from; often empty.
    #[serde(default)]
    pub referrer: String,
    /// `navigator.userAgent`.
    #[serde(default)]
    pub user_agent: String,
    /// `navigator.language`.
    #[serde(default)]
    pub language: String,
    /// Width of the viewport, CSS pixels.
    #[serde(default)]
    pub width: u32,
    /// Height of the viewport, CSS pixels.
    #[serde(default)]
    pub height: u32,
    /// `visible` or `hidden`.
    #[serde(default)]
    pub visibility: String,
}

/// The times of one load, as Resource Timing has them. 0 where the browser does not tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Timing {
    /// URL that was asked for.
    pub name: String,
    /// When the load began, redirects included.
    pub start_time: PageMillis,
    /// When the first redirect began.
    pub redirect_start: PageMillis,
    /// When the last redirect was answered.
    pub redirect_end: PageMillis,
    /// When a service worker was started for it.
    pub worker_start: PageMillis,
    /// When the final URL was asked for.
    pub fetch_start: PageMillis,
    /// When the host's name was looked up.
    pub domain_lookup_start: PageMillis,
    /// When its address was known.
    pub domain_lookup_end: PageMillis,
    /// When the connection was begun.
    pub connect_start: PageMillis,
    /// When TLS was begun.
    pub secure_connection_start: PageMillis,
    /// When the connection stood.
    pub connect_end: PageMillis,
    /// When the request was sent.
    pub request_start: PageMillis,
    /// When the first byte of the response came.
    pub response_start: PageMillis,
    /// When the last byte of the response came.
    pub response_end: PageMillis,
    /// ALPN name of the protocol: `h2`, `http/1.1`.
    pub next_hop_protocol: String,
    /// `cache` or `navigational-prefetch`, where it did not come from the network.
    pub delivery_type: String,
    /// Response status.
    pub response_status: u16,
    /// Bytes over the wire, headers included.
    pub transfer_size: u64,
    /// Bytes of the body as it came over the wire.
    pub encoded_body_size: u64,
    /// Bytes of the body when unpacked.
    pub decoded_body_size: u64,
    /// What the server says of its own time (Server Timing).
    pub server_timing: Vec<Metric>,
}

/// One metric of a `Server-Timing` header.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// Milliseconds; 0 when it says none.
    pub duration: PageMillis,
    /// What it means; often empty.
    pub description: String,
}

/// A document's load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Navigation {
    /// Its network times.
    #[serde(rename = "")]
    pub timing: Timing,
    /// `navigate`, `reload`, `back_forward` or `prerender`.
    #[serde(rename = "type")]
    pub way: String,
    /// Redirects on the way, those of the own origin.
    pub redirect_count: u32,
    /// When a prerendered page was shown.
    pub activation_start: PageMillis,
    /// When the parser was done.
    pub dom_interactive: PageMillis,
    /// When `DOMContentLoaded` was fired.
    pub dom_content_loaded_event_start: PageMillis,
    /// When its listeners were done.
    pub dom_content_loaded_event_end: PageMillis,
    /// When all that the document needs was there.
    pub dom_complete: PageMillis,
    /// When `load` was fired.
    pub load_event_start: PageMillis,
    /// When its listeners were done.
    pub load_event_end: PageMillis,
}

/// Something that a document loaded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resource {
    /// Its network times.
    #[serde(rename = "")]
    pub timing: Timing,
    /// What asked for it: `script`, `img`, `fetch`…
    pub initiator_type: String,
    /// `blocking` or `non-blocking`.
    pub render_blocking_status: String,
}

/// A first paint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Paint {
    /// `first-paint` or `first-contentful-paint`.
    pub name: String,
    /// When.
    pub start_time: PageMillis,
}

/// A script's request that is over: answered, failed or given up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
}

/// The page was hidden or left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hidden {
    /// When.
    pub at: PageMillis,
}

/// Why a text is not a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The text is too long.
    Length {
        /// Bytes in the text.
        found: usize,
    },
    /// The text is not JSON, or a field is missing or of another type.
    Json(json::Error),
    /// The kind is none of ours.
    Kind(String),
    /// A time is negative or beyond numbers.
    Time(&'static str),
    /// The method is not a short token (RFC 9110, 5.6.2).
    Method,
    /// A script cannot make a document request.
    Api,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => write!(f, "record has {found} bytes, wanted {LIMIT} at most"),
            Self::Json(reason) => write!(f, "record does not read: {reason}"),
            Self::Kind(found) => write!(f, "record is of unknown kind {found}"),
            Self::Time(field) => write!(f, "record's {field} is no time after the page's origin"),
            Self::Method => {
                write!(f, "record's method is no token of 1 to {METHOD_LIMIT} characters")
            }
            Self::Api => write!(f, "record's request is a document's, wanted fetch or xhr"),
        }
    }
}

impl std::error::Error for RecordError {}

/// The kinds of [`Record`], to tell an unknown kind from a broken record.
const KINDS: [&str; 6] = ["document", "navigation", "resource", "paint", "request", "hidden"];

impl Record {
    /// Reads one record. Texts that are too long for their field are cut; times that a browser
    /// puts before the origin become the origin.
    ///
    /// # Errors
    /// When the text is not a record: see [`RecordError`].
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        if text.len() > LIMIT {
            return Err(RecordError::Length { found: text.len() });
        }
        let node = Node::parse(text).map_err(|error| RecordError::Json(error.into()))?;
        let kind = node.field("kind").and_then(Node::text).unwrap_or_default();
        if !kind.is_empty() && !KINDS.contains(&kind) {
            return Err(RecordError::Kind(kind.chars().take(WORD_LIMIT).collect()));
        }
        let mut record: Self = node.read().map_err(RecordError::Json)?;
        if let Self::Request(request) = &record {
            request.check()?;
        }
        record.texts().into_iter().for_each(|(text, limit)| cut(text, limit));
        Ok(record)
    }

    /// Its texts, each with its limit.
    fn texts(&mut self) -> Vec<(&mut String, usize)> {
        match self {
            Self::Document(it) => vec![
                (&mut it.url, URL_LIMIT),
                (&mut it.referrer, URL_LIMIT),
                (&mut it.user_agent, AGENT_LIMIT),
                (&mut it.language, WORD_LIMIT),
                (&mut it.visibility, WORD_LIMIT),
            ],
            Self::Navigation(it) => {
                let Navigation { timing, way, .. } = it.as_mut();
                timing.texts([(way, WORD_LIMIT)])
            }
            Self::Resource(it) => {
                let Resource { timing, initiator_type, render_blocking_status } = it.as_mut();
                timing.texts([(initiator_type, WORD_LIMIT), (render_blocking_status, WORD_LIMIT)])
            }
            Self::Paint(it) => vec![(&mut it.name, WORD_LIMIT)],
            Self::Request(it) => {
                let error = it.error.as_mut().map(|text| (text, WORD_LIMIT));
                error.into_iter().chain([(&mut it.url, URL_LIMIT)]).collect()
            }
            Self::Hidden(_) => Vec::new(),
        }
    }
}

impl Timing {
    /// Whether the browser's cache answered. Browsers that do not say so send nothing for it.
    #[must_use]
    pub fn cached(&self) -> bool {
        let unsent = self.transfer_size == 0 && self.encoded_body_size > 0;
        self.delivery_type == "cache" || (unsent && self.worker_start.0 == 0.0)
    }

    fn texts<'a, const N: usize>(
        &'a mut self,
        more: [(&'a mut String, usize); N],
    ) -> Vec<(&'a mut String, usize)> {
        let mut texts = Vec::from(more);
        texts.push((&mut self.name, URL_LIMIT));
        texts.push((&mut self.next_hop_protocol, WORD_LIMIT));
        texts.push((&mut self.delivery_type, WORD_LIMIT));
        for metric in &mut self.server_timing {
            texts.push((&mut metric.name, WORD_LIMIT));
            texts.push((&mut metric.description, WORD_LIMIT));
        }
        texts
    }
}

impl Request {
    /// Nothing is mended here: an honest recorder never breaks these rules.
    fn check(&self) -> Result<(), RecordError> {
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
        if self.api == Api::Document {
            return Err(RecordError::Api);
        }
        Ok(())
    }
}

/// Cuts a text at a limit, and marks it as cut.
fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push(CUT);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const CONTEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

    fn request() -> serde_json::Value {
        json!({
            "kind": "request", "api": "fetch", "method": "GET", "url": "http://shop.test/api",
            "span": "00f067aa0ba902b7", "context": CONTEXT, "own": false,
            "start": 10.5, "end": 30, "status": 200, "error": null,
        })
    }

    fn with(field: &str, value: serde_json::Value) -> Result<Record, RecordError> {
        let mut request = request();
        request[field] = value;
        Record::parse(&request.to_string())
    }

    #[test]
    fn every_kind_reads_and_writes_back() {
        let texts = [
            request(),
            json!({"kind": "document", "url": "http://shop.test/", "referrer": "", "width": 1280}),
            json!({"kind": "navigation", "name": "http://shop.test/", "type": "reload",
                "loadEventEnd": 412.5, "serverTiming": [{"name": "db", "duration": 5}]}),
            json!({"kind": "resource", "name": "http://shop.test/a.js", "startTime": 20,
                "initiatorType": "script", "transferSize": 4321, "nextHopProtocol": "h2"}),
            json!({"kind": "paint", "name": "first-paint", "startTime": 44.1}),
            json!({"kind": "hidden", "at": 5000}),
        ];
        let kinds = texts.clone().map(|text| text["kind"].as_str().unwrap().to_owned());
        assert_eq!(kinds.len(), KINDS.len());
        for text in texts {
            let record = Record::parse(&text.to_string()).unwrap();
            let again = crate::json::write(&record);
            assert_eq!(Record::parse(&again), Ok(record));
        }
    }

    #[test]
    fn what_is_no_record_says_why() {
        let error = |text: &str| Record::parse(text).unwrap_err();
        let long = format!("\"{}\"", "x".repeat(LIMIT));
        assert_eq!(error(&long), RecordError::Length { found: LIMIT + 2 });
        assert_eq!(error(r#"{"kind":"vital"}"#), RecordError::Kind("vital".to_owned()));
        assert!(matches!(error("{"), RecordError::Json(_)));
        assert!(matches!(error("[]"), RecordError::Json(_)));
        assert!(matches!(error(r#"{"kind":"paint"}"#), RecordError::Json(_)));
        // Two readers of one text must not see two kinds.
        assert!(matches!(error(r#"{"kind":"hidden","kind":"paint"}"#), RecordError::Json(_)));
    }

    #[test]
    fn a_forged_request_is_refused_with_the_reason() {
        assert_eq!(with("start", json!(-1)), Err(RecordError::Time("start")));
        assert_eq!(with("end", json!(-0.5)), Err(RecordError::Time("end")));
        assert_eq!(with("method", json!("")), Err(RecordError::Method));
        assert_eq!(with("method", json!("GE T")), Err(RecordError::Method));
        assert_eq!(with("method", json!("A".repeat(33))), Err(RecordError::Method));
        assert_eq!(with("api", json!("document")), Err(RecordError::Api));
        for (field, value) in [
            ("span", json!("0000000000000000")),
            ("span", json!(7)),
            ("status", json!(70_000)),
            ("end", json!(null)),
            ("end", json!("1e999")),
        ] {
            assert!(matches!(with(field, value), Err(RecordError::Json(_))), "{field}");
        }
        let huge = request().to_string().replace("10.5", "1e999");
        assert!(matches!(Record::parse(&huge), Err(RecordError::Json(_))));
    }

    #[test]
    fn a_context_that_cannot_be_read_is_none() {
        let Ok(Record::Request(request)) = with("context", json!("nonsense")) else { panic!() };
        assert_eq!(request.context, None);
        let Ok(Record::Request(request)) = with("context", json!(CONTEXT)) else { panic!() };
        assert_eq!(request.context.unwrap().to_string(), CONTEXT);
    }

    #[test]
    fn long_texts_are_cut_at_a_character_and_marked() {
        let Ok(Record::Request(request)) = with("url", json!("é".repeat(5_000))) else { panic!() };
        assert_eq!(request.url.len(), URL_LIMIT + CUT.len_utf8());
        assert!(request.url.ends_with("é…"));
        let Ok(Record::Request(request)) = with("error", json!("E".repeat(99))) else { panic!() };
        assert_eq!(request.error.unwrap().len(), WORD_LIMIT + CUT.len_utf8());
    }

    #[test]
    fn a_browsers_time_before_the_origin_is_the_origin() {
        let paint = r#"{"kind":"paint","name":"first-paint","startTime":-0.2}"#;
        let Ok(Record::Paint(paint)) = Record::parse(paint) else { panic!() };
        assert_eq!(paint.start_time, PageMillis(0.0));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,200}") {
            let _ = Record::parse(&text);
        }

        #[test]
        fn no_broken_request_panics(at in 0_usize..300, with in "\\PC{0,4}") {
            let mut text = request().to_string();
            let at = text.floor_char_boundary(at.min(text.len()));
            text.insert_str(at, &with);
            let _ = Record::parse(&text);
        }
    }
}
