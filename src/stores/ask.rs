//! Asks the trace store.

use backend::jaeger::{self, Found};
use bridge::Told;
use trace::contact::Purpose;
use trace::ladder::Asked;
use trace::{Span, TraceId};
use webext::{recording, settings};

use crate::Stores;
use crate::way::silent;

impl Stores {
    /// Asks the store for a trace, and for those that belong to it. What it has is handed on.
    pub(crate) async fn ask(&self, trace: TraceId) -> Told {
        let store = settings::load().await.unwrap_or_default().store;
        let (spans, told) = self.question(&store, trace).await;
        if told.trouble.is_none() && told.asked != Asked::Nobody {
            for other in hand(trace, &spans).await {
                let (spans, _) = self.question(&store, other).await;
                hand(trace, &spans).await;
            }
        }
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
}

/// Hands spans to the module that records; which other traces belong to theirs.
async fn hand(trace: TraceId, spans: &[Span]) -> Vec<TraceId> {
    // A module that cannot be loaded is reported by the worker's next task for it.
    recording::hand(trace, &otlp::proto::encode(spans)).await.unwrap_or_default()
}
