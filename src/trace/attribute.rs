//! Attribute values, and the names of the attributes that Tracelight writes or reads.
//!
//! Names follow OpenTelemetry's semantic conventions 1.44; what is ours begins with `tracelight.`.

mod json;
mod set;

use std::fmt;

pub use set::{Attributes, Name, Pairs};

/// An attribute's value (OTLP `AnyValue`).
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// No value at all, which OTLP allows.
    #[default]
    Empty,
    /// Text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name.
    Map(Attributes),
}

impl Value {
    /// The text, if it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }
}

/// As a person reads it: text bare, lists in brackets, bytes as hex.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Double(number) => write!(f, "{number}"),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}")),
            Self::List(values) => {
                f.write_str("[")?;
                for (at, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (at, (name, value)) in entries.iter().enumerate() {
                    write!(f, "{}{name}: {value}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

/// Attribute names: a table, one name a line.
pub mod key {
    /// Logical name of the service a resource describes.
    pub const SERVICE_NAME: &str = "service.name";
    /// Our session, on every span of the browser.
    pub const SESSION_ID: &str = "session.id";
    /// The session before ours, on the root of our session's first page.
    pub const SESSION_PREVIOUS_ID: &str = "session.previous_id";
    /// The trace whose context a document carried, because it left before it could get its own.
    pub const SHARED_TRACE: &str = "tracelight.shared_trace";
    /// Request method, upper case.
    pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
    /// Method as it was given, where it is not a known one.
    pub const HTTP_REQUEST_METHOD_ORIGINAL: &str = "http.request.method_original";
    /// Response status.
    pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
    /// Size of the response's body as it came over the wire, bytes.
    pub const HTTP_RESPONSE_BODY_SIZE: &str = "http.response.body.size";
    /// The route a server matched.
    pub const HTTP_ROUTE: &str = "http.route";
    /// Full URL, credentials and secrets redacted.
    pub const URL_FULL: &str = "url.full";
    /// Path of the URL.
    pub const URL_PATH: &str = "url.path";
    /// Host that is asked.
    pub const SERVER_ADDRESS: &str = "server.address";
    /// Port that is asked.
    pub const SERVER_PORT: &str = "server.port";
    /// `http`, `ws`…
    pub const NETWORK_PROTOCOL_NAME: &str = "network.protocol.name";
    /// `1.1`, `2`, `3`.
    pub const NETWORK_PROTOCOL_VERSION: &str = "network.protocol.version";
    /// Why it failed: a status, or the name of an error.
    pub const ERROR_TYPE: &str = "error.type";
    /// The browser's own name for itself.
    pub const USER_AGENT_ORIGINAL: &str = "user_agent.original";
    /// The user's language, as BCP 47.
    pub const BROWSER_LANGUAGE: &str = "browser.language";
    /// What asked for a resource: `script`, `img`, `fetch`…
    pub const INITIATOR_TYPE: &str = "browser.resource_timing.initiator_type";
    /// `blocking` or `non-blocking`.
    pub const RENDER_BLOCKING: &str = "browser.resource_timing.render_blocking_status";
    /// Bytes over the wire, headers included; 0 when it came from a cache.
    pub const TRANSFER_SIZE: &str = "browser.resource_timing.transfer_size";
    /// Bytes of the body when unpacked.
    pub const DECODED_BODY_SIZE: &str = "browser.resource_timing.decoded_body_size";
    /// `cache`, where a resource did not come from the network.
    pub const DELIVERY_TYPE: &str = "browser.resource_timing.delivery_type";
    /// How a document was reached: `navigate`, `reload`, `back_forward`, `prerender`.
    pub const NAVIGATION_TYPE: &str = "browser.navigation_timing.type";
    /// Redirects on the way to a document.
    pub const REDIRECT_COUNT: &str = "browser.navigation_timing.redirect_count";
    /// Name of the library that recorded a span.
    pub const TELEMETRY_SDK_NAME: &str = "telemetry.sdk.name";
    /// Language of that library.
    pub const TELEMETRY_SDK_LANGUAGE: &str = "telemetry.sdk.language";
    /// Version of that library.
    pub const TELEMETRY_SDK_VERSION: &str = "telemetry.sdk.version";
    /// Address of the page that led to a document, redacted.
    pub const REFERRER: &str = "tracelight.document.referrer";
    /// Size of the viewport: `1280x720`.
    pub const VIEWPORT: &str = "tracelight.document.viewport";
    /// Milliseconds after which a prerendered page was shown.
    pub const ACTIVATION: &str = "tracelight.document.activation_ms";
    /// Milliseconds of one metric that a server stated in `Server-Timing`; its name follows.
    pub const SERVER_TIMING: &str = "tracelight.server_timing.";
    /// Class of an exception.
    pub const EXCEPTION_TYPE: &str = "exception.type";
    /// What an exception says.
    pub const EXCEPTION_MESSAGE: &str = "exception.message";
    /// Number, platform and kind of a browser, from `navigator.userAgentData`: `Chromium 156`.
    pub const BROWSER_BRANDS: &str = "browser.brands";
    /// Whether it is one of a phone.
    pub const BROWSER_MOBILE: &str = "browser.mobile";
    /// Its system: `Windows`.
    pub const BROWSER_PLATFORM: &str = "browser.platform";
    /// `unavailable` while the browser is offline.
    pub const CONNECTION_TYPE: &str = "network.connection.type";
    /// How fast a connection seems: `4g`.
    pub const CONNECTION_EFFECTIVE: &str = "network.connection.effective_type";
    /// `visible` or `hidden`.
    pub const VISIBILITY: &str = "tracelight.document.visibility";
    /// Whether a document was prerendered.
    pub const PRERENDERED: &str = "tracelight.document.prerendered";
    /// Session ids that other tracers in the page use; the tracer's name follows.
    pub const PEER_SESSION: &str = "tracelight.peer_session.";
    /// How a page within a document was reached: `push`, `replace`, `traverse`, `restore`.
    pub const SOFT_TYPE: &str = "browser.navigation.type";
    /// Whether that stayed in the document; a return from the back/forward cache did not.
    pub const SAME_DOCUMENT: &str = "browser.navigation.same_document";
    /// What a link leads to: `page` or `operation`.
    pub const LINK_KIND: &str = "tracelight.link";
    /// What a user did: `click`, `submit`, `change`, `key`.
    pub const OPERATION_TYPE: &str = "tracelight.operation.type";
    /// Role of the element with which.
    pub const OPERATION_ROLE: &str = "tracelight.operation.role";
    /// Command of a key: `Enter`.
    pub const OPERATION_KEY: &str = "tracelight.operation.key";
    /// Accessible name of the element.
    pub const WIDGET_NAME: &str = "app.widget.name";
    /// Selector of the element.
    pub const CSS_SELECTOR: &str = "browser.css_selector";
    /// Where an exception was thrown.
    pub const EXCEPTION_STACKTRACE: &str = "exception.stacktrace";
    /// `error`, or `unhandledrejection` of a promise.
    pub const EXCEPTION_SOURCE: &str = "tracelight.exception.source";
    /// Names exceptions that are the same to a person.
    pub const EXCEPTION_FINGERPRINT: &str = "tracelight.exception.fingerprint";
    /// How often it was thrown.
    pub const EXCEPTION_COUNT: &str = "tracelight.exception.count";
    /// Exceptions of a page, all of them.
    pub const EXCEPTIONS: &str = "tracelight.exceptions";
    /// Address of a script.
    pub const CODE_FILE: &str = "code.file.path";
    /// Line in it.
    pub const CODE_LINE: &str = "code.line.number";
    /// Column in that.
    pub const CODE_COLUMN: &str = "code.column.number";
    /// Function in it.
    pub const CODE_FUNCTION: &str = "code.function.name";
    /// `lcp`, `inp`, `cls`, `fcp`, `ttfb`.
    pub const VITAL_NAME: &str = "browser.web_vital.name";
    /// Milliseconds; of CLS a score.
    pub const VITAL_VALUE: &str = "browser.web_vital.value";
    /// As above: how it changed since it was told last, which it was not.
    pub const VITAL_DELTA: &str = "browser.web_vital.delta";
    /// Names the measurement.
    pub const VITAL_ID: &str = "browser.web_vital.id";
    /// `good`, `needs-improvement`, `poor`.
    pub const VITAL_RATING: &str = "browser.web_vital.rating";
    /// How the page was reached.
    pub const VITAL_NAVIGATION: &str = "browser.web_vital.navigation_type";
    /// What caused a vital; the part of its attribution follows.
    pub const VITAL_CAUSE: &str = "tracelight.web_vital.";
    /// Value of a vital on the page's root; its name follows.
    pub const VITAL: &str = "tracelight.vital.";
    /// How long a frame kept input waiting, milliseconds.
    pub const BLOCKING: &str = "tracelight.frame.blocking_ms";
    /// How long a frame's scripts waited for layouts that they forced, milliseconds.
    pub const FORCED_LAYOUT: &str = "tracelight.frame.forced_layout_ms";
    /// Who called a script: `BUTTON#pay.onclick`.
    pub const INVOKER: &str = "tracelight.script.invoker";
    /// Of which kind that is.
    pub const INVOKER_TYPE: &str = "tracelight.script.invoker_type";
    /// How long a script ran, milliseconds.
    pub const SCRIPT_DURATION: &str = "tracelight.script.duration_ms";
    /// Whose a long task is.
    pub const LONGTASK_NAME: &str = "longtask.name";
    /// Timing entries that the browser dropped before they could be read.
    pub const LOST_ENTRIES: &str = "tracelight.lost.entries";
    /// Facts that were dropped on their way, because a page stated too many or too large ones.
    pub const LOST_FACTS: &str = "tracelight.lost.facts";
    /// The browser's word for a request that page code cannot see: `ping`, `websocket`.
    pub const UNSEEN_TYPE: &str = "tracelight.request.type";
    /// A header of a request; its name follows.
    pub const REQUEST_HEADER: &str = "http.request.header.";
    /// A header of a response; its name follows.
    pub const RESPONSE_HEADER: &str = "http.response.header.";
    /// Who uses a page, as they log in.
    pub const USER_NAME: &str = "user.name";
    /// Their id.
    pub const USER_ID: &str = "user.id";
    /// As above, under its older name.
    pub const ENDUSER_ID: &str = "enduser.id";
    /// Who asks a server, as far as it can tell: an address.
    pub const CLIENT_ADDRESS: &str = "client.address";
    /// Country of who asks, as ISO 3166-1: `DE`.
    pub const GEO_COUNTRY: &str = "geo.country.iso_code";
    /// Part of that, as ISO 3166-2: `DE-BE`.
    pub const GEO_REGION: &str = "geo.region.iso_code";
    /// Place in that.
    pub const GEO_LOCALITY: &str = "geo.locality.name";
    /// Where a service runs: `production`.
    pub const ENVIRONMENT: &str = "deployment.environment.name";
    /// What that was called before.
    pub const OLD_ENVIRONMENT: &str = "deployment.environment";
    /// Database that is asked.
    pub const DB_SYSTEM_NAME: &str = "db.system.name";
    /// Statement that is run.
    pub const DB_QUERY_TEXT: &str = "db.query.text";
    /// Name of a GraphQL operation.
    pub const GRAPHQL_OPERATION_NAME: &str = "graphql.operation.name";
    /// `query`, `mutation` or `subscription`.
    pub const GRAPHQL_OPERATION_TYPE: &str = "graphql.operation.type";
    /// Id of a GraphQL document that the server keeps.
    pub const GRAPHQL_DOCUMENT_ID: &str = "tracelight.graphql.document_id";
    /// Words of the badges that a request has.
    pub const FRAMEWORK: &str = "tracelight.framework";
    /// What a request called, in a word or two.
    pub const CALL: &str = "tracelight.call";
    /// Id of a Next.js Server Action, whole.
    pub const ACTION_ID: &str = "tracelight.next.action_id";
    /// A field of what a Server Action was called with; its name follows.
    pub const FORM: &str = "tracelight.form.";
    /// What a Server Action answered, where the user wants that.
    pub const ACTION_RESPONSE: &str = "tracelight.next.action_response";
    /// Route that the server matched, as it told in a header.
    pub const ROUTE_TEMPLATE: &str = "url.template";
    /// What Next.js says of its cache: `HIT`, `STALE`, `MISS`.
    pub const ROUTE_CACHE: &str = "tracelight.next.cache";
    /// Where Next.js's middleware led a request.
    pub const REWRITE: &str = "tracelight.next.rewrite";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_a_person_would_write_them() {
        let value = Value::List(vec![
            Value::from("a"),
            Value::from(2),
            Value::Map(Attributes::from([("k", Value::Bytes(vec![0xca, 0xfe]))])),
            Value::Empty,
        ]);
        assert_eq!(value.to_string(), "[a, 2, {k: cafe}, ]");
    }
}
