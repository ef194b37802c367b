//! OTLP/HTTP: `POST /v1/traces`, protobuf and JSON.

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};
use hyper::{Request, StatusCode};
use otlp::Rejected;
use otlp::answer::Partial;

use crate::batch::Batch;
use crate::body::{self, Packing};
use crate::fault::Fault;
use crate::queue::Queue;
use crate::reply::{self, Form, Reply};

/// Bodies larger than this are read on a thread of their own, so that others need not wait.
const LARGE: usize = 256 << 10;

/// Answers an export in the form in which it came.
pub(crate) async fn answer(queue: &Queue, request: Request<Incoming>) -> Reply {
    let form = match form(request.headers()) {
        Ok(form) => form,
        Err(fault) => return reply::otlp_fault(fault, Form::Json),
    };
    match export(queue, request, form).await {
        Ok(rejected) => {
            let partial = partial(&rejected);
            match form {
                Form::Proto => reply::whole(StatusCode::OK, form.name(), partial.to_proto()),
                Form::Json => reply::whole(StatusCode::OK, form.name(), partial.to_json()),
            }
        }
        Err(fault) => reply::otlp_fault(fault, form),
    }
}

async fn export(queue: &Queue, request: Request<Incoming>, form: Form) -> Result<Rejected, Fault> {
    let encoding = header(request.headers(), &CONTENT_ENCODING);
    let packing = Packing::parse(encoding).ok_or_else(|| {
        Fault::unsupported(format!("content-encoding is {encoding}, wanted gzip or none"))
    })?;
    let bytes = body::take(request.into_body(), packing).await?;
    keep(queue, bytes, form).await
}

/// Reads a message and keeps its good spans. Comes back when they are committed, with what was
/// left out.
pub(crate) async fn keep(queue: &Queue, bytes: Bytes, form: Form) -> Result<Rejected, Fault> {
    let (batch, rejected) = match bytes.len() {
        0..=LARGE => read(bytes, form)?,
        _ => tokio::task::spawn_blocking(move || read(bytes, form))
            .await
            .map_err(|error| Fault::broken(format!("reading the body failed: {error}")))??,
    };
    queue.keep(batch).await?;
    if !rejected.is_empty() {
        tracing::warn!("{rejected}");
    }
    Ok(rejected)
}

fn read(bytes: Bytes, form: Form) -> Result<(Batch, Rejected), Fault> {
    let malformed = |error: otlp::Error| Fault::malformed(error.to_string());
    match form {
        Form::Proto => Batch::read(&bytes).map_err(malformed),
        // One form is stored, so that one reader serves everything that is stored.
        Form::Json => {
            let accepted = otlp::json::decode(&bytes).map_err(malformed)?;
            drop(bytes);
            let message = otlp::proto::encode(&accepted.spans);
            let (batch, _) = Batch::read(&message.into()).map_err(malformed)?;
            Ok((batch, accepted.rejected))
        }
    }
}

/// What is said of spans that were left out.
pub(crate) fn partial(rejected: &Rejected) -> Partial {
    match rejected.count {
        0 => Partial::default(),
        count => Partial { rejected: count, message: rejected.to_string() },
    }
}

fn form(headers: &HeaderMap) -> Result<Form, Fault> {
    let content_type = header(headers, &CONTENT_TYPE);
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match &*media {
        "application/x-protobuf" | "application/protobuf" => Ok(Form::Proto),
        "application/json" => Ok(Form::Json),
        _ => Err(Fault::unsupported(format!(
            "content-type is \"{content_type}\", wanted application/x-protobuf or application/json"
        ))),
    }
}

/// A header's text; empty when it is missing or no text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
