//! Jaeger's query API, version 3, which the collector speaks too.

use std::fmt;

use trace::TraceId;

use crate::{Method, Reply, Request};

/// What a store knows of a trace.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Its spans so far.
    Spans(otlp::Accepted),
    /// Nothing yet: ask again later.
    NotYet,
}

/// Why a store's answer is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It answered with another status than 200 or 404.
    Status {
        /// The status.
        status: u16,
        /// What it said, cut to a line.
        said: String,
    },
    /// It answered 200 with something that is not a trace.
    Body(otlp::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { status, said } => write!(f, "store says {status}: {said}"),
            Self::Body(error) => write!(f, "store's answer cannot be read: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// Asks for a trace by its id.
#[must_use]
pub fn trace(base: &str, id: TraceId) -> Request {
    Request {
        method: Method::Get,
        url: format!("{}/api/v3/traces/{id}", base.trim_end_matches('/')),
        headers: vec![(
            "accept".to_owned(),
            "application/x-protobuf, application/json;q=0.9".to_owned(),
        )],
        body: Vec::new(),
    }
}

/// Reads the answer to [`trace()`]. A store that knows nothing says so with 404, or with 200 and no
/// spans.
///
/// # Errors
/// When the store refuses, fails, or answers with something that is not a trace.
pub fn read_trace(reply: &Reply) -> Result<Found, Error> {
    match reply.status {
        200 => {}
        404 => return Ok(Found::NotYet),
        status => return Err(Error::Status { status, said: reply.said() }),
    }
    let accepted = if reply.is_json() {
        otlp::json::decode(&reply.body)
    } else {
        otlp::proto::decode(&reply.body)
    };
    let accepted = accepted.map_err(Error::Body)?;
    let nothing = accepted.spans.is_empty() && accepted.rejected.is_empty();
    Ok(if nothing { Found::NotYet } else { Found::Spans(accepted) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &[u8] = include_bytes!("../../tests/fixtures/otlp/otlp-example-trace.json");

    fn reply(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
        let content_type = content_type.to_owned();
        Reply { status, content_type, body: body.into(), ..Reply::default() }
    }

    fn spans(reply: &Reply) -> usize {
        match read_trace(reply) {
            Ok(Found::Spans(accepted)) => accepted.spans.len(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_trace_is_asked_for_in_the_form_that_is_cheapest_to_read() {
        let id: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
        let request = trace("http://127.0.0.1:4318/", id);
        assert_eq!(request.method, Method::Get);
        assert_eq!(
            request.url,
            "http://127.0.0.1:4318/api/v3/traces/4bf92f3577b34da6a3ce929d0e0e4736"
        );
        assert_eq!(request.headers[0].1, "application/x-protobuf, application/json;q=0.9");
    }

    #[test]
    fn a_trace_is_read_from_either_form() {
        let under_result = [b"{\"result\":", EXAMPLE, b"}"].concat();
        assert_eq!(spans(&reply(200, "application/json; charset=utf-8", under_result)), 1);
        assert_eq!(spans(&reply(200, "", EXAMPLE)), 1);
        let bytes = otlp::proto::encode(&otlp::json::decode(EXAMPLE).unwrap().spans);
        assert_eq!(spans(&reply(200, "application/x-protobuf", bytes)), 1);
    }

    #[test]
    fn not_found_and_nothing_in_it_mean_not_yet() {
        for reply in [
            reply(404, "application/json", "{}"),
            reply(200, "application/json", "{\"result\":{}}"),
            reply(200, "application/x-protobuf", ""),
        ] {
            assert_eq!(read_trace(&reply), Ok(Found::NotYet));
        }
    }

    #[test]
    fn refusals_say_what_the_store_said() {
        let said = |reply| read_trace(&reply).unwrap_err().to_string();
        let denied = reply(401, "text/plain", "token missing\nmore of it");
        assert_eq!(said(denied), "store says 401: token missing");
        let json = "{\"error\":{\"httpCode\":400,\"message\":\"malformed trace id\"}}";
        assert_eq!(
            said(reply(400, "application/json", json)),
            "store says 400: malformed trace id"
        );
        assert_eq!(said(reply(502, "", "")), "store says 502: nothing more");
        let page = reply(200, "text/html", "<html>");
        assert_eq!(
            said(page),
            "store's answer cannot be read: protobuf is cut short or garbled at byte 0, wanted TracesData"
        );
    }
}
