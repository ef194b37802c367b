//! Asks the store for a trace, and for those that belong to it.

use backend::store::{Fault, Found, Rest};
use bridge::Told;
use trace::contact::Purpose;
use trace::ladder::Asked;
use trace::{Span, TraceId};
use webext::{clock, recording};

use crate::Stores;
use crate::line::Line;
use crate::way::trouble;

/// What a store has of a trace, and with which status it said so.
type Given = Result<(Option<Vec<Span>>, u16), Fault>;

impl Stores {
    /// Asks the store that is set for a trace, and for those that belong to it. What it has is handed
    /// on.
    pub(crate) async fn ask(&self, trace: TraceId) -> Told {
        let told = |asked, status, trouble| Told { asked, status, trouble };
        let line = match Line::set().await {
            None => return told(Asked::Nobody, 0, None),
            Some(Ok(line)) => line,
            Some(Err(flaw)) => {
                let trouble = format!("nothing is sent to the store as it is set: {flaw}");
                return told(Asked::Refused, 0, Some(trouble));
            }
        };
        match self.question(&line, trace).await {
            Ok((spans, status)) => {
                let asked = if spans.is_some() { Asked::Spans } else { Asked::Absent };
                for other in hand(trace, &spans.unwrap_or_default()).await {
                    let Ok((Some(spans), _)) = self.question(&line, other).await else { continue };
                    hand(trace, &spans).await;
                }
                told(asked, status, None)
            }
            Err(fault) => {
                let (asked, status) = fault.asked();
                told(asked, status, Some(trouble(&line.address, &fault)))
            }
        }
    }

    async fn question(&self, line: &Line, trace: TraceId) -> Given {
        let given = self.try_question(line, trace).await;
        match &given {
            Ok(_) => self.fares(line, Rest::answered),
            Err(fault) => self.failed(fault).await,
        }
        given
    }

    async fn try_question(&self, line: &Line, trace: TraceId) -> Given {
        let store = self.known(line).await?;
        let answer = self.put(line, Purpose::Ask, store.trace(trace)).await?;
        let status = answer.reply.status;
        Ok(match store.read_trace(&answer, clock::now())? {
            Found::Trace(found) => (Some(found.accepted.spans), status),
            Found::NotYet => (None, status),
        })
    }
}

/// Hands spans to the module that records; which other traces belong to theirs.
pub(crate) async fn hand(trace: TraceId, spans: &[Span]) -> Vec<TraceId> {
    // A module that cannot be loaded is reported by the worker's next task for it.
    recording::hand(trace, &otlp::proto::encode(spans)).await.unwrap_or_default()
}
