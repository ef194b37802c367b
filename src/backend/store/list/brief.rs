//! What stores say of traces in short.

use trace::json::Node;
use trace::request::{Api, TracedRequest};
use trace::{SessionId, Timestamp};

use super::row::Brief;
use crate::store::{Fault, summary};

/// What Tempo calls a root that it has not.
const NO_ROOT: &str = "<root span not yet received>";

/// Jaeger's summaries; our collector says of what browsers told which request it is.
pub(super) fn jaeger(body: &[u8], session: Option<SessionId>) -> Result<Vec<TracedRequest>, Fault> {
    read(body, "summaries", |node| {
        let time = |name| number(node, name).map(Timestamp::from_nanos);
        let start = time("minStartTimeUnixNano")?;
        let brief = Brief {
            trace: summary::id(node.field("traceId")?.text()?)?,
            session,
            service: text(node, "rootServiceName"),
            name: text(node, "rootOperationName"),
            start,
            millis: time("maxEndTimeUnixNano")?.since(start).as_secs_f64() * 1e3,
            spans: count(node, "spanCount"),
            errors: count(node, "errorSpanCount"),
        };
        let mut request = brief.request()?;
        if let Some(head) = node.field("request").filter(|head| head.field("url").is_some()) {
            if !matches!(head.field("page"), Some(Node::Bool(true))) {
                request.api = Api::Fetch;
            }
            text(head, "method").clone_into(&mut request.method);
            text(head, "url").clone_into(&mut request.url);
            request.status = number(head, "status").and_then(|status| u16::try_from(status).ok());
            request.session = session.or_else(|| text(head, "session").parse().ok());
        }
        Some(request)
    })
}

/// What Tempo's search finds.
pub(super) fn tempo(body: &[u8], session: Option<SessionId>) -> Result<Vec<TracedRequest>, Fault> {
    read(body, "traces", |node| {
        let services = match node.field("serviceStats") {
            Some(Node::Object(services)) => &**services,
            _ => &[],
        };
        let sum = |name| services.iter().map(|(_, node)| count(node, name)).sum();
        let own = |name| Some(text(node, name)).filter(|text| *text != NO_ROOT).unwrap_or_default();
        let millis = u32::try_from(number(node, "durationMs").unwrap_or_default());
        let brief = Brief {
            trace: summary::id(node.field("traceID")?.text()?)?,
            session,
            service: own("rootServiceName"),
            name: own("rootTraceName"),
            start: number(node, "startTimeUnixNano").map(Timestamp::from_nanos)?,
            millis: millis.map_or(f64::MAX, f64::from),
            spans: sum("spanCount"),
            errors: sum("errorCount"),
        };
        brief.request()
    })
}

/// Reads a list under a name. What is no trace is left out.
fn read(
    body: &[u8],
    name: &'static str,
    each: impl Fn(&Node<'_>) -> Option<TracedRequest>,
) -> Result<Vec<TracedRequest>, Fault> {
    let broken = |at, wanted| Fault::Garbled(otlp::Error::Json { at, wanted });
    let text = str::from_utf8(body).map_err(|error| broken(error.valid_up_to(), "UTF-8"))?;
    let node = Node::parse(text).map_err(|error| Fault::Garbled(error.into()))?;
    match node.field(name) {
        Some(Node::List(items)) => Ok(items.iter().filter_map(each).collect()),
        _ => Err(broken(0, name)),
    }
}

fn text<'a>(node: &'a Node<'_>, name: &str) -> &'a str {
    node.field(name).and_then(Node::text).unwrap_or_default()
}

/// A whole number, which may be written as text.
fn number(node: &Node<'_>, name: &str) -> Option<u64> {
    match node.field(name)? {
        Node::Number(number) => number.parse().ok(),
        Node::Text(number) => number.parse().ok(),
        _ => None,
    }
}

fn count(node: &Node<'_>, name: &str) -> u32 {
    number(node, name).map_or(0, |count| u32::try_from(count).unwrap_or(u32::MAX))
}
