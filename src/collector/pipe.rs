//! An answer that is sent in parts, each when its reader has room for it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use http_body_util::channel::{Channel, Sender};
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;
use trace::TraceId;

use crate::reply::{Form, Reply};
use crate::store::{self, Reader};

/// How many parts may wait for a reader's connection.
const AHEAD: usize = 4;
/// How long one part may wait: whoever reads so slowly would hold a view of the database for hours.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where parts go in.
pub(crate) struct Pipe {
    sender: Sender<Bytes>,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Pipe {
    /// A pipe, and the answer that it fills: messages of protobuf, which one behind the other are
    /// one message.
    pub(crate) fn open(stopping: watch::Receiver<bool>) -> (Self, Reply) {
        let (sender, body) = Channel::new(AHEAD);
        let mut reply = Response::new(body.boxed_unsync());
        let headers = reply.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(Form::Proto.name()));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        (Self { sender, stopping }, reply)
    }

    /// Sends a part; `None` when nobody takes it.
    pub(crate) async fn send(&mut self, part: Vec<u8>) -> Option<()> {
        let mut stopping = self.stopping.clone();
        tokio::select! {
            sent = timeout(PATIENCE, self.sender.send_data(part.into())) => sent.ok()?.ok(),
            _ = stopping.wait_for(|stop| *stop) => None,
        }
    }

    /// Sends all spans of a trace, from a thread that may wait; `false` when nobody takes them.
    pub(crate) fn pour(
        &mut self,
        runtime: &Handle,
        reader: &Reader,
        trace: TraceId,
    ) -> Result<bool, store::Error> {
        let mut there = true;
        reader.parts(trace, |part| {
            there = runtime.block_on(self.send(part)).is_some();
            there
        })?;
        Ok(there)
    }
}
