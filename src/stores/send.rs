//! Sends the store what waits in the journal.

use backend::sender::{self, Outcome};
use bridge::Sent;
use trace::contact::Purpose;
use webext::journal::SpanChunk;
use webext::settings;

use crate::Stores;
use crate::way::silent;

impl Stores {
    /// Sends the chunk that has waited longest. `None` when nothing waits.
    pub(crate) async fn send(&self) -> Option<Sent> {
        let settings = settings::load().await.ok()?;
        let store = &*settings.store;
        let journal = self.journal.get().await.ok()?;
        let waiting = journal.unsent().await.ok()?;
        let all: u32 = waiting.iter().map(|chunk| chunk.count).sum();
        let chunk = waiting.into_iter().next()?;
        if let Some(sent) = self.held(settings.limit, all).await {
            return Some(sent);
        }
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
