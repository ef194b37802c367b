//! Asks the trace store, and sends it what waits in the journal. The only way out of the extension:
//! whoever is asked is noted first.

use std::time::Duration;

use backend::jaeger::{self, Found};
use backend::sender::{self, Outcome};
use bridge::{Sent, Told};
use trace::contact::Purpose;
use trace::ladder::Asked;
use trace::{Span, TraceId};
use webext::journal::SpanChunk;
use webext::{Error, net};

use crate::Recording;

/// How long the store may take to answer. The browser ends a worker that waits for longer than 30 s.
const PATIENCE: Duration = Duration::from_secs(25);

impl Recording {
    /// Sends a request to a store.
    pub(crate) async fn call(
        &self,
        purpose: Purpose,
        request: backend::Request,
    ) -> Result<backend::Reply, Error> {
        self.contact(&request.url, purpose).await;
        let asked = net::Request {
            method: request.method.name(),
            url: &request.url,
            headers: &request.headers,
            body: &request.body,
        };
        let net::Reply { status, content_type, retry_after, body, .. } =
            net::send(&asked, PATIENCE).await?;
        Ok(backend::Reply { status, content_type, retry_after, body })
    }

    /// Asks the store for a trace, and for those that belong to it. What it has is kept for the
    /// next look.
    pub(crate) async fn ask(&self, store: &str, trace: TraceId) -> Told {
        let others = self.others.borrow().get(&trace).cloned().unwrap_or_default();
        let (mut spans, told) = self.question(store, trace).await;
        if told.trouble.is_none() {
            for other in others {
                spans.extend(self.question(store, other).await.0);
            }
        }
        self.found.borrow_mut().or_default(trace).extend(spans);
        told
    }

    async fn question(&self, store: &str, trace: TraceId) -> (Vec<Span>, Told) {
        let none = |asked, status, trouble| (Vec::new(), Told { asked, status, trouble });
        if store.is_empty() {
            return none(Asked::Nobody, 0, None);
        }
        let Ok(reply) = self.call(Purpose::Ask, jaeger::trace(store, trace)).await else {
            return none(Asked::Silent, 0, Some(silent(store)));
        };
        match jaeger::read_trace(&reply) {
            Ok(Found::Spans(accepted)) => {
                let told = Told { asked: Asked::Spans, status: reply.status, trouble: None };
                (accepted.spans, told)
            }
            Ok(Found::NotYet) => none(Asked::Absent, reply.status, None),
            Err(error) => {
                let status = matches!(error, jaeger::Error::Status { .. });
                let asked = if status { Asked::Refused } else { Asked::Garbled };
                none(asked, reply.status, Some(error.to_string()))
            }
        }
    }

    /// Sends the chunk that has waited longest. `None` when nothing waits.
    pub(crate) async fn send(&self, store: &str) -> Option<Sent> {
        let journal = self.journal().await.ok()?;
        if let Some(reached) = self.reached().await {
            return self.wait(&journal, reached).await.ok()?;
        }
        let waiting = journal.unsent().await.ok()?;
        let all: u32 = waiting.iter().map(|chunk| chunk.count).sum();
        let chunk = waiting.into_iter().next()?;
        let request = sender::export(store, chunk.bytes.clone());
        let outcome = match self.call(Purpose::Send, request).await {
            Ok(reply) => sender::read_export(&reply),
            Err(_) => {
                let trouble = Some(silent(store));
                return Some(Sent { done: false, left: all, trouble, after: None });
            }
        };
        let (done, trouble, after) = match outcome {
            Outcome::Delivered => (true, None, None),
            // Final by OTLP's word: the rest must not be sent again. It stays in the journal.
            Outcome::Partial { rejected, reason } => {
                (true, Some(format!("the store rejected {rejected} spans: {reason}")), None)
            }
            Outcome::Refused { status, reason } => {
                (true, Some(format!("the store refused spans with {status}: {reason}")), None)
            }
            Outcome::Retry { after } => {
                let after = after.unwrap_or_default();
                (false, Some("the store is busy".to_owned()), Some(after))
            }
        };
        let count = if done { chunk.count } else { 0 };
        if done {
            journal.put_spans(&[SpanChunk { unsent: None, ..chunk }]).await.ok()?;
        }
        Some(Sent { done, left: all.saturating_sub(count), trouble, after })
    }
}

/// What is said of a store that does not answer.
fn silent(store: &str) -> String {
    format!("nothing answers at {store}")
}
