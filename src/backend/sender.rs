//! OTLP/HTTP export: how spans are handed to a collector, and what its answer means.

use std::time::Duration;

use otlp::answer::Partial;

use crate::store::reason;
use crate::{Method, Reply, Request};

/// What became of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it is kept.
    Delivered,
    /// Some spans were refused for good: sending them again is forbidden (OTLP, partial success).
    Partial {
        /// How many.
        rejected: u64,
        /// Why, in the collector's words.
        reason: String,
    },
    /// Try again (429, 502, 503, 504), not before the time the collector named.
    Retry {
        /// How long to wait, if it said.
        after: Option<Duration>,
    },
    /// Refused for good: sending the same again is no use.
    Refused {
        /// The status.
        status: u16,
        /// Why, in the collector's words.
        reason: String,
    },
}

/// Hands an OTLP protobuf body to `<endpoint>/v1/traces`. The endpoint may end so already, as
/// OpenTelemetry's own settings allow.
#[must_use]
pub fn export(endpoint: &str, body: Vec<u8>) -> Request {
    let endpoint = endpoint.trim_end_matches('/');
    let base = endpoint.strip_suffix("/v1/traces").unwrap_or(endpoint);
    Request {
        method: Method::Post,
        url: format!("{base}/v1/traces"),
        headers: vec![("content-type".to_owned(), "application/x-protobuf".to_owned())],
        body,
    }
}

/// Reads the answer to [`export`] as OTLP/HTTP wants it read: partial success is final, and
/// only four statuses may be tried again. A page is no answer of a store, whatever its status.
#[must_use]
pub fn read_export(reply: &Reply) -> Outcome {
    match reply.status {
        200..=299 if !reply.is_page() => taken(reply),
        429 | 502 | 503 | 504 => Outcome::Retry {
            // An HTTP date needs a clock to read; without one, the caller's own back-off decides.
            after: reply.retry_after.trim().parse().ok().map(Duration::from_secs),
        },
        status => Outcome::Refused { status, reason: reason(reply) },
    }
}

fn taken(reply: &Reply) -> Outcome {
    let Partial { rejected, message } = if reply.is_json() {
        Partial::from_json(&reply.body)
    } else {
        Partial::from_proto(&reply.body)
    };
    match rejected {
        0 => Outcome::Delivered,
        _ => Outcome::Partial { rejected, reason: message },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use otlp::answer::Refusal;

    fn outcome(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Outcome {
        let content_type = content_type.to_owned();
        read_export(&Reply { status, content_type, body: body.into(), ..Reply::default() })
    }

    #[test]
    fn an_endpoint_may_or_may_not_name_the_path() {
        for endpoint in ["http://h:4318", "http://h:4318/", "http://h:4318/v1/traces"] {
            assert_eq!(export(endpoint, vec![1]).url, "http://h:4318/v1/traces");
        }
        assert_eq!(export("http://h/otlp", vec![]).url, "http://h/otlp/v1/traces");
    }

    #[test]
    fn partial_success_is_final_in_either_form() {
        let partial = Partial { rejected: 2, message: "2 spans rejected".to_owned() };
        let wanted = Outcome::Partial { rejected: 2, reason: "2 spans rejected".to_owned() };
        assert_eq!(outcome(200, "application/x-protobuf", partial.to_proto()), wanted);
        assert_eq!(outcome(200, "application/json", partial.to_json()), wanted);
        assert_eq!(outcome(200, "application/x-protobuf", ""), Outcome::Delivered);
        assert_eq!(outcome(202, "text/plain", "thanks"), Outcome::Delivered);
    }

    #[test]
    fn only_the_four_statuses_of_the_specification_are_tried_again() {
        for status in [429, 502, 503, 504] {
            assert_eq!(outcome(status, "", ""), Outcome::Retry { after: None });
        }
        let busy = Reply { status: 503, retry_after: "7".to_owned(), ..Reply::default() };
        assert_eq!(read_export(&busy), Outcome::Retry { after: Some(Duration::from_secs(7)) });
        for status in [400, 401, 403, 404, 413, 415, 500, 501] {
            assert!(matches!(outcome(status, "", "no"), Outcome::Refused { .. }), "{status}");
        }
    }

    #[test]
    fn a_page_is_no_store_that_took_anything() {
        let page = "\n<!doctype html><title>Sign in</title><p>…";
        for status in [200, 302] {
            let wanted = Outcome::Refused { status, reason: "“Sign in”".to_owned() };
            assert_eq!(outcome(status, "text/html", page), wanted);
        }
        assert_eq!(
            outcome(200, "text/html", ""),
            Outcome::Delivered,
            "by its type alone it is none"
        );
    }

    #[test]
    fn a_refusal_says_why() {
        let refusal = Refusal { code: 3, message: "cut short".to_owned(), retry: None };
        let wanted = Outcome::Refused { status: 400, reason: "cut short".to_owned() };
        assert_eq!(outcome(400, "application/x-protobuf", refusal.to_proto()), wanted);
        assert_eq!(outcome(400, "application/json", refusal.to_json()), wanted);
    }
}
