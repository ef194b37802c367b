//! Tries a store in the two ways in which it is used, by the same code, and tells what came back.

use backend::sender::{self, Outcome};
use backend::{Reply, jaeger, probe};
use bridge::Trial;
use trace::contact::Purpose;
use webext::clock;

use crate::Stores;

impl Stores {
    /// Sends a store no spans, or asks it for a trace that it cannot have. `None` cannot be.
    pub(crate) async fn test(&self, store: &str, send: bool) -> Option<Trial> {
        let (request, flaw): (_, fn(&Reply) -> _) =
            if send { (probe::send(store), refused) } else { (probe::ask(store)?, unreadable) };
        let begun = clock::now();
        let answer = self.call(Purpose::Test, request).await;
        let millis = u32::try_from(clock::now().since(begun).as_millis()).unwrap_or(u32::MAX);
        let (flaw, reply) = match answer {
            Ok(reply) => (flaw(&reply), reply),
            Err(error) => (Some(error.text().to_owned()), Reply::default()),
        };
        Some(Trial {
            status: reply.status,
            content_type: reply.content_type,
            understood: flaw.is_none(),
            said: flaw.unwrap_or_default(),
            millis,
        })
    }
}

/// Why an answer to a question is none.
fn unreadable(reply: &Reply) -> Option<String> {
    jaeger::read_trace(reply).err().map(|error| error.to_string())
}

/// Why an export was not taken.
fn refused(reply: &Reply) -> Option<String> {
    match sender::read_export(reply) {
        Outcome::Delivered => None,
        Outcome::Retry { .. } => Some(String::new()),
        Outcome::Partial { reason, .. } | Outcome::Refused { reason, .. } => Some(reason),
    }
}
