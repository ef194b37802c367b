//! What the dashboard asks: questions of `bridge::query`, and the spans behind their answers.
//!
//! ```text
//! POST /api/tracelight/query          a question as JSON → its answer as JSON
//! GET  /api/tracelight/session/{id}   the spans of a session, as OTLP protobuf in parts
//! GET  /api/tracelight/page/{trace}   those of a page, with its requests that are traces of their own
//! ```

use bridge::query::Question;
use form_urlencoded::parse;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Request, StatusCode};
use tokio::runtime::Handle;
use tokio::sync::watch;
use trace::{TraceId, json};

use crate::api::Api;
use crate::fault::Fault;
use crate::pipe::Pipe;
use crate::reply::{self, Form, Reply};
use crate::{body, ingest, query};

/// Says how many traces the answer lacks, because they are not digested yet.
pub(crate) const BEHIND: HeaderName = HeaderName::from_static("tracelight-behind");

/// As long as a question may be: its rules are some lines.
const LONGEST: usize = 64 << 10;

/// Answers a question.
pub(crate) async fn question(api: &Api, request: Request<Incoming>) -> Result<Reply, Fault> {
    let content_type = ingest::header(request.headers(), &CONTENT_TYPE);
    if !content_type.trim_start().to_ascii_lowercase().starts_with(Form::Json.name()) {
        return Err(Fault::unsupported(format!(
            "content-type is \"{content_type}\", wanted application/json"
        )));
    }
    let bytes = body::take_small(request.into_body(), LONGEST).await?;
    let text = str::from_utf8(&bytes)
        .map_err(|error| Fault::malformed(format!("question is no text: {error}")))?;
    let question: Question = json::read(text)
        .map_err(|error| Fault::malformed(format!("question cannot be read: {error}")))?;
    let shelf = api.shelf();
    let (behind, text) = api
        .read(move |reader| {
            // In this order: what goes from one to the next meanwhile is counted twice.
            let behind = reader.stale()? + shelf.left();
            Ok((behind, shelf.answer(&question).write()))
        })
        .await?;
    let mut reply = reply::whole(StatusCode::OK, Form::Json.name(), text);
    reply.headers_mut().insert(BEHIND, HeaderValue::from(behind));
    Ok(reply)
}

/// The spans of a session, by the id as its spans have it.
pub(crate) async fn session(
    api: &Api,
    stopping: watch::Receiver<bool>,
    id: &str,
) -> Result<Reply, Fault> {
    let id = decoded(id);
    let traces = api.read(move |reader| reader.session(&id)).await?;
    pour(api, stopping, traces)
}

/// The spans of a page.
pub(crate) async fn page(
    api: &Api,
    stopping: watch::Receiver<bool>,
    id: &str,
) -> Result<Reply, Fault> {
    let (page, shelf) = (query::trace_id(id)?, api.shelf());
    let traces = api
        .read(move |reader| {
            let own = reader.count(page)?.map(|_| page);
            Ok(own.into_iter().chain(shelf.apart(page)).collect())
        })
        .await?;
    pour(api, stopping, traces)
}

/// Sends the spans of traces, one trace after the other.
fn pour(api: &Api, stopping: watch::Receiver<bool>, traces: Vec<TraceId>) -> Result<Reply, Fault> {
    if traces.is_empty() {
        return Err(Fault::not_found("No traces found"));
    }
    let (mut pipe, reply) = Pipe::open(stopping);
    let (api, runtime) = (api.clone(), Handle::current());
    tokio::spawn(async move {
        let sent = api.read(move |reader| {
            for trace in traces {
                if !pipe.pour(&runtime, reader, trace)? {
                    break;
                }
            }
            Ok(())
        });
        if let Err(fault) = sent.await {
            tracing::warn!("{}", fault.message);
        }
    });
    Ok(reply)
}

/// A part of a path as it was meant: `%20` is a space, and a plus is a plus.
fn decoded(part: &str) -> String {
    let escaped = part.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn a_part_of_a_path_is_read_as_it_was_meant() {
        assert_eq!(decoded("a%20b+c%2Fd&e=f%C3%A9"), "a b+c/d&e=fé");
        assert_eq!(decoded(""), "");
    }
}
