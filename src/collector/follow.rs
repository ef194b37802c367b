//! `GET /api/v3/traces/{id}/follow`: a trace and what comes of it, as OTLP protobuf that goes on as
//! long as somebody reads.
//!
//! Messages of protobuf one behind the other are one message, so all of it is a `TracesData`, in
//! parts that fit into a reader's turn. Nothing is kept back to be put in order: the first part is
//! on its way while the last is on the disk. A span may come twice (at the border of what is stored
//! and what arrives), and a reader who is too slow gets the whole trace once more.

use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};
use tokio::runtime::Handle;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{MissedTickBehavior, interval};
use trace::TraceId;

use crate::api::Api;
use crate::batch::Batch;
use crate::fault::Fault;
use crate::pipe::Pipe;
use crate::query;
use crate::reply::Reply;

/// Says how many spans are stored now.
pub(crate) const SPANS: HeaderName = HeaderName::from_static("tracelight-spans");

/// How often a silent answer shows that it lives, so that both ends notice when it does not.
const ALIVE: Duration = Duration::from_secs(15);
/// A field that means nothing: readers of protobuf pass over numbers that they do not know.
const NOTHING: &[u8] = &[15 << 3, 0];

/// Opens an answer. It ends when the reader goes or the collector stops.
pub(crate) async fn answer(
    api: &Api,
    news: broadcast::Receiver<Arc<Batch>>,
    stopping: watch::Receiver<bool>,
    id: &str,
) -> Result<Reply, Fault> {
    let trace = query::trace_id(id)?;
    // The subscription is older than this look, so nothing falls between the two.
    let spans = api.read(move |reader| reader.count(trace)).await?.unwrap_or_default();
    let (pipe, mut reply) = Pipe::open(stopping);
    let feed = Feed { api: api.clone(), trace, pipe };
    tokio::spawn(async move {
        // Nobody is left to tell: the reader went, or was too slow.
        let _gone = feed.run(news).await;
    });
    reply.headers_mut().insert(SPANS, HeaderValue::from(spans));
    Ok(reply)
}

/// One reader.
struct Feed {
    api: Api,
    trace: TraceId,
    pipe: Pipe,
}

impl Feed {
    async fn run(self, mut news: broadcast::Receiver<Arc<Batch>>) -> Option<()> {
        let mut stopping = self.pipe.stopping.clone();
        let mut feed = self.whole().await?;
        let mut alive = interval(ALIVE);
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let part = tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return None,
                _ = alive.tick() => Some(NOTHING.to_vec()),
                received = news.recv() => match received {
                    Ok(batch) => Some(batch.part(feed.trace)),
                    Err(RecvError::Lagged(_)) => None,
                    Err(RecvError::Closed) => return None,
                },
            };
            match part {
                None => feed = feed.whole().await?,
                Some(part) if part.is_empty() => {}
                Some(part) => feed.pipe.send(part).await?,
            }
        }
    }

    /// All that is stored, part by part, from a thread that may wait for the disk.
    async fn whole(mut self) -> Option<Self> {
        let (api, trace, runtime) = (self.api.clone(), self.trace, Handle::current());
        let sent = api.read(move |reader| {
            let there = self.pipe.pour(&runtime, reader, trace)?;
            Ok(there.then_some(self))
        });
        sent.await.ok()?
    }
}
