//! Tries a store in the two ways in which it is used, by the same code, and tells what came back.

use backend::sender::{self, Outcome};
use backend::{Reply, Request, jaeger};
use bridge::{StoreTest, Trial};
use trace::TraceId;
use trace::contact::Purpose;
use webext::clock;

use crate::exporter;
use crate::worker::Worker;

/// The id of a trace that nobody has: real ones are drawn, and will not draw words.
const UNKNOWN: [u8; 16] = *b"tracelight-probe";
/// An export of one resource without spans. Not an empty body, which any server takes.
const NOTHING: [u8; 2] = [0x0a, 0];

/// Asks for a trace that the store cannot have, then sends it no spans. `None` cannot be.
pub(crate) async fn test(worker: &Worker, store: &str) -> Option<StoreTest> {
    let asked = jaeger::trace(store, TraceId::mint(UNKNOWN)?);
    let sent = sender::export(store, NOTHING.to_vec());
    Some(StoreTest {
        query: attempt(worker, asked, unreadable).await,
        receive: attempt(worker, sent, refused).await,
    })
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

async fn attempt(worker: &Worker, request: Request, flaw: fn(&Reply) -> Option<String>) -> Trial {
    let (method, url) = (request.method.name().to_owned(), request.url.clone());
    let begun = clock::now();
    let answer = exporter::ask(worker, Purpose::Test, request).await;
    let millis = u32::try_from(clock::now().since(begun).as_millis()).unwrap_or(u32::MAX);
    let (reply, flaw) = match answer {
        Ok(reply) => {
            let flaw = flaw(&reply);
            (reply, flaw)
        }
        Err(error) => (Reply::default(), Some(error.text().to_owned())),
    };
    Trial {
        method,
        url,
        status: reply.status,
        content_type: reply.content_type,
        understood: flaw.is_none(),
        said: flaw.unwrap_or_default(),
        millis,
    }
}
