//! Lets a surface follow a trace in the store: an answer that goes on is no message, so the surface asks
//! for it itself, with what it is given here.

use backend::follow;
use backend::store::Dialect;
use bridge::follow::{Pass, Way};
use trace::TraceId;
use trace::contact::Purpose;
use webext::{contact, settings};

use crate::Stores;
use crate::line::Line;

impl Stores {
    /// What a surface is to ask, and nobody else; noted first, as everything is.
    pub(crate) async fn follow(&self, trace: TraceId) -> Pass {
        // As it is set it cannot be asked, which who asks for the trace is told.
        let Some(Ok(line)) = Line::set().await else { return Pass::Never };
        if self.may_ask(&line).is_err() {
            return Pass::Later;
        }
        let store = match self.known(&line).await {
            Ok(store) => store,
            Err(fault) => {
                self.failed(&fault).await;
                return if fault.is_passing() { Pass::Later } else { Pass::Never };
            }
        };
        // Our collector speaks as Jaeger does; no other store has anything to follow.
        if store.dialect != Dialect::JaegerV3 {
            return Pass::Never;
        }
        let denied = settings::load().await.unwrap_or_default().redaction.names;
        let spans = denied.is_empty();
        let ask = if spans { follow::ask(&store, trace) } else { follow::growth(&store, trace) };
        let request = line.sign(ask).request;
        contact::note(&request.url, Purpose::Ask).await;
        Pass::Go(Way { url: request.url, headers: request.headers, spans })
    }
}
