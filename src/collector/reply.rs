//! Builds answers.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use otlp::answer::Refusal;
use serde_json::json;

use crate::fault::Fault;

/// What an answer carries: a whole, or a stream.
pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// An answer.
pub(crate) type Reply = Response<Body>;

/// The two forms in which we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `application/x-protobuf`.
    Proto,
    /// `application/json`.
    Json,
}

impl Form {
    /// Its content type.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Proto => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// A whole body of some type.
pub(crate) fn whole(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Reply {
    let mut reply = Response::new(Full::new(body.into()).boxed_unsync());
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// JSON that went well.
pub(crate) fn json(value: &serde_json::Value) -> Reply {
    whole(StatusCode::OK, Form::Json.name(), value.to_string())
}

/// A fault as OTLP says it: `google.rpc.Status` in the form of the request.
pub(crate) fn otlp_fault(fault: Fault, form: Form) -> Reply {
    let Fault { status, code, message, retry } = fault;
    let refusal = Refusal { code, message, retry };
    let mut reply = match form {
        Form::Proto => whole(status, form.name(), refusal.to_proto()),
        Form::Json => whole(status, form.name(), refusal.to_json()),
    };
    if let Some(seconds) = retry {
        reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// A fault as Jaeger's query API says it.
pub(crate) fn query_fault(fault: &Fault) -> Reply {
    let Fault { status, message, .. } = fault;
    let body = json!({ "error": { "httpCode": status.as_u16(), "message": message } });
    whole(*status, Form::Json.name(), body.to_string())
}
