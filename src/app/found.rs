//! Traces that a store lists, as requests: what other browsers and services asked for.
//!
//! Reads the summaries of Jaeger's query API, version 3, as the collector gives them.

use serde::Deserialize;
use trace::framework::Badges;
use trace::ladder::Ladder;
use trace::request::{Api, TracedRequest};
use trace::{SessionId, SpanId, Timestamp, TraceId, json};

/// Traces that are listed, at most.
const MOST: usize = 200;

#[derive(Deserialize)]
struct Listed {
    summaries: Vec<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    trace_id: TraceId,
    #[serde(default)]
    root_service_name: String,
    #[serde(default)]
    root_operation_name: String,
    min_start_time_unix_nano: Timestamp,
    max_end_time_unix_nano: Timestamp,
    #[serde(default)]
    span_count: u32,
    #[serde(default)]
    error_span_count: u32,
    /// Only the collector says it, of what browsers told of.
    #[serde(default)]
    request: Option<Head>,
}

/// The request that a trace begins with.
#[derive(Deserialize)]
struct Head {
    page: bool,
    method: String,
    url: String,
    status: Option<u16>,
    session: String,
}

impl Head {
    /// Where nobody says it: by the name of the root.
    fn named(name: &str) -> Self {
        let (method, url) = name.split_once(' ').unwrap_or(("", name));
        let [method, url] = [method, url].map(str::to_owned);
        Self { page: true, method, url, status: None, session: String::new() }
    }
}

/// The address that lists a store's newest traces, of one session where it is named.
#[must_use]
pub fn address(store: &str, session: Option<SessionId>) -> String {
    let store = store.trim_end_matches('/');
    let of = session.map(|id| format!("&query.attributes=%7B%22session.id%22%3A%22{id}%22%7D"));
    let of = of.unwrap_or_default();
    format!("{store}/api/v3/trace-summaries?query.searchDepth={MOST}{of}")
}

/// Reads the list, oldest first.
///
/// # Errors
/// When it is not such a list, in words.
pub fn read(body: &[u8], session: Option<SessionId>) -> Result<Vec<TracedRequest>, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let listed: Listed = json::read(text).map_err(|error| error.to_string())?;
    let mut found: Vec<_> =
        listed.summaries.into_iter().filter_map(|summary| request(summary, session)).collect();
    found.sort_by_key(|request| request.start);
    Ok(found)
}

/// A trace as a request. A list does not say which span is its root, so its place is taken by an
/// id that no span of it has to have.
fn request(summary: Summary, session: Option<SessionId>) -> Option<TracedRequest> {
    let named = || Head::named(&summary.root_operation_name);
    let head = summary.request.unwrap_or_else(named);
    let bytes = summary.trace_id.to_string();
    let span: SpanId = bytes.get(16..)?.parse().ok()?;
    let time = summary.max_end_time_unix_nano.since(summary.min_start_time_unix_nano);
    Some(TracedRequest {
        trace: summary.trace_id,
        span,
        session: session.or_else(|| head.session.parse().ok()),
        api: if head.page { Api::Document } else { Api::Fetch },
        method: head.method,
        url: head.url,
        status: head.status,
        start: summary.min_start_time_unix_nano,
        millis: Some(time.as_secs_f64() * 1e3),
        error: None,
        ladder: Ladder::default(),
        spans: summary.span_count,
        errors: summary.error_span_count,
        service: summary.root_service_name,
        environment: String::new(),
        badges: Badges::default(),
        call: String::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{"summaries":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",
        "rootServiceName":"shop","rootOperationName":"GET /cart",
        "minStartTimeUnixNano":"2000000000","maxEndTimeUnixNano":"2500000000",
        "spanCount":7,"errorSpanCount":1,"services":[{"name":"shop","spanCount":7}]}]}"#;

    #[test]
    fn a_listed_trace_is_a_request_of_its_root() {
        let session = SessionId::mint([5; 16]);
        let found = read(LIST.as_bytes(), session).unwrap();
        let request = &found[0];
        assert_eq!((request.method.as_str(), request.url.as_str()), ("GET", "/cart"));
        assert_eq!((request.spans, request.errors, request.millis), (7, 1, Some(500.0)));
        assert_eq!((request.service.as_str(), request.session), ("shop", session));
        assert!(read(b"<html>", None).is_err());
        assert!(read(br#"{"error":{}}"#, None).is_err());
    }

    #[test]
    fn what_a_browser_asked_for_has_its_address_and_session() {
        let asked = r#","request":{"page":false,"method":"POST","url":"http://a.test/pay",
            "status":502,"session":"0af7651916cd43dd8448eb211c80319c"}}]}"#;
        let text = LIST.replace("}]}]}", &format!("}}]{asked}"));
        let request = &read(text.as_bytes(), None).unwrap()[0];
        assert_eq!((request.api, request.method.as_str()), (Api::Fetch, "POST"));
        assert_eq!((request.url.as_str(), request.status), ("http://a.test/pay", Some(502)));
        assert_eq!(request.session, "0af7651916cd43dd8448eb211c80319c".parse().ok());
    }

    #[test]
    fn a_session_s_traces_are_asked_for_by_its_id() {
        assert_eq!(
            address("http://127.0.0.1:4318/", None),
            "http://127.0.0.1:4318/api/v3/trace-summaries?query.searchDepth=200"
        );
        let session: SessionId = "0af7651916cd43dd8448eb211c80319c".parse().unwrap();
        let asked = address("http://a.test", Some(session));
        assert!(asked.ends_with("%22session.id%22%3A%220af7651916cd43dd8448eb211c80319c%22%7D"));
    }
}
