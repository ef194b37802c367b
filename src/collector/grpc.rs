//! OTLP/gRPC: the one unary call `TraceService/Export`, straight on HTTP/2.
//!
//! A gRPC framework would bring its own limits, its own unpacking and its own message types. One
//! call needs a five-byte prefix and two trailers, and so shares body, limits and reader with
//! OTLP/HTTP.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::{BufMut as _, Bytes, BytesMut};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use otlp::answer::Refusal;

use crate::body::{self, Packing};
use crate::fault::Fault;
use crate::ingest::{self, header};
use crate::queue::Queue;
use crate::reply::{self, Form, Reply};

const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// Whether somebody speaks gRPC at all.
pub(crate) fn spoken(headers: &HeaderMap) -> bool {
    header(headers, &CONTENT_TYPE).starts_with("application/grpc")
}

/// Answers a call.
pub(crate) async fn answer(queue: &Queue, request: Request<Incoming>) -> Reply {
    match export(queue, request).await {
        Ok(message) => success(&message),
        Err(fault) => refuse(fault),
    }
}

async fn export(queue: &Queue, request: Request<Incoming>) -> Result<Vec<u8>, Fault> {
    let path = request.uri().path();
    if path != EXPORT {
        // Code 12, UNIMPLEMENTED, is what SDKs expect of a collector that takes only traces.
        return Err(Fault::method(format!("no method {path}, only traces are taken")));
    }
    let encoding = header(request.headers(), &ENCODING);
    let packing = Packing::parse(encoding).ok_or_else(|| {
        Fault::unsupported(format!("grpc-encoding is {encoding}, wanted gzip or identity"))
    })?;
    let framed = body::take(request.into_body(), Packing::Plain).await?;
    let message = unframe(&framed, packing)?;
    let rejected = ingest::keep(queue, message, Form::Proto).await?;
    Ok(ingest::partial(&rejected).to_proto())
}

/// Takes a message out of its frame: whether it is packed, its length, itself.
fn unframe(framed: &Bytes, packing: Packing) -> Result<Bytes, Fault> {
    let Some(([packed, length @ ..], message)) = framed.split_first_chunk::<5>() else {
        return Err(Fault::malformed(format!(
            "gRPC frame has {} bytes, wanted at least 5",
            framed.len()
        )));
    };
    let length = u32::from_be_bytes(*length);
    if message.len() as u64 != u64::from(length) {
        return Err(Fault::malformed(format!(
            "gRPC message has {} bytes, wanted the {length} that its frame announces",
            message.len()
        )));
    }
    match (packed, packing) {
        (0, _) => Ok(framed.slice(5..)),
        (1, Packing::Gzip) => body::unpack_all(message),
        _ => Err(Fault::malformed("gRPC message is packed and grpc-encoding does not say how")),
    }
}

fn success(message: &[u8]) -> Reply {
    let mut framed = BytesMut::with_capacity(message.len() + 5);
    framed.put_u8(0);
    // Our answers are a line of text.
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.extend_from_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert(STATUS, HeaderValue::from_static("0"));
    let body = Full::new(framed.freeze())
        .with_trailers(std::future::ready(Some(Ok::<_, Infallible>(trailers))));
    head(Response::new(body.boxed_unsync()))
}

/// A refusal has no message, so its trailers stand in the place of headers.
pub(crate) fn refuse(fault: Fault) -> Reply {
    let Fault { code, message, retry, .. } = fault;
    let mut reply = reply::whole(StatusCode::OK, "application/grpc", Bytes::new());
    let headers = reply.headers_mut();
    headers.insert(STATUS, HeaderValue::from(code));
    if let Ok(text) = HeaderValue::from_str(&escape(&message)) {
        headers.insert(MESSAGE, text);
    }
    let details = Refusal { code, message, retry }.to_proto();
    if let Ok(text) = HeaderValue::from_str(&STANDARD_NO_PAD.encode(details)) {
        headers.insert(DETAILS, text);
    }
    head(reply)
}

fn head(mut reply: Reply) -> Reply {
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip,identity"));
    reply
}

/// Percent-encodes what gRPC does not let stand in a message (everything but printable ASCII).
fn escape(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for byte in message.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_cannot_be_are_malformed() {
        let good = Bytes::from_static(&[0, 0, 0, 0, 2, 8, 9]);
        assert_eq!(unframe(&good, Packing::Plain), Ok(Bytes::from_static(&[8, 9])));
        for bad in [
            &[][..],
            &[0, 0, 0, 0],
            &[0, 0, 0, 0, 2, 8],
            &[0, 0, 0, 0, 0, 1],
            &[1, 0, 0, 0, 0],
            &[2, 0, 0, 0, 0],
        ] {
            let result = unframe(&Bytes::from_static(bad), Packing::Plain);
            assert_eq!(result.map_err(|fault| fault.code), Err(3), "{bad:?}");
        }
    }

    #[test]
    fn messages_are_percent_encoded() {
        assert_eq!(escape("50 % ü\n"), "50 %25 %C3%BC%0A");
    }
}
