//! `GET /api/stream[?trace=<id>]`: says which traces grow, as they grow (server-sent events).
//!
//! ```text
//! event: grew
//! data: {"traceId":"4bf9…","spans":12}
//! ```
//!
//! Nobody waits for a slow reader: what it misses is counted, and an event `missed` tells it to
//! look again.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::channel::{Channel, Sender};
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{MissedTickBehavior, interval};
use trace::TraceId;

use crate::api::Api;
use crate::fault::Fault;
use crate::query;
use crate::queue::Grown;
use crate::reply::Reply;

/// How often a silent stream shows that it lives, so that both ends notice when it does not.
const ALIVE: Duration = Duration::from_secs(15);

/// How many events may wait for a slow reader's connection.
const AHEAD: usize = 16;

/// Opens a stream. It ends when the reader goes or the collector stops.
pub(crate) async fn answer(
    api: &Api,
    grown: broadcast::Receiver<Grown>,
    stopping: watch::Receiver<bool>,
    query: &str,
) -> Result<Reply, Fault> {
    let only = query::parameter(query, &["trace"]).map(|id| query::trace_id(&id)).transpose()?;
    // The subscription is older than this look, so nothing falls between the two.
    let now = match only {
        Some(trace) => api.read(move |reader| reader.count(trace)).await?,
        None => None,
    };
    let (sender, body) = Channel::new(AHEAD);
    let first = only.zip(now).map(|(trace, spans)| Grown { trace, spans });
    tokio::spawn(feed(sender, grown, stopping, only, first));
    let mut reply = Response::new(body.boxed_unsync());
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(reply)
}

async fn feed(
    mut sender: Sender<Bytes>,
    mut grown: broadcast::Receiver<Grown>,
    mut stopping: watch::Receiver<bool>,
    only: Option<TraceId>,
    first: Option<Grown>,
) {
    let mut alive = interval(ALIVE);
    alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut next = first.map(event);
    loop {
        let text = match next.take() {
            Some(text) => text,
            // The first tick comes at once, so a reader knows that it is heard.
            None => tokio::select! {
                _ = alive.tick() => ": alive\n\n".to_owned(),
                _ = stopping.wait_for(|stop| *stop) => return,
                received = grown.recv() => match received {
                    Ok(grown) if only.is_none_or(|trace| trace == grown.trace) => event(grown),
                    Ok(_) => continue,
                    Err(RecvError::Lagged(count)) => {
                        format!("event: missed\ndata: {{\"events\":{count}}}\n\n")
                    }
                    Err(RecvError::Closed) => return,
                },
            },
        };
        let sent = tokio::select! {
            sent = sender.send_data(text.into()) => sent,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        if sent.is_err() {
            return;
        }
    }
}

fn event(Grown { trace, spans }: Grown) -> String {
    format!("event: grew\ndata: {{\"traceId\":\"{trace}\",\"spans\":{spans}}}\n\n")
}
