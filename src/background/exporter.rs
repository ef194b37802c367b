//! Sends what waits in the journal to the store, and notes why when it cannot.

use std::rc::Rc;
use std::time::Duration;

use backend::sender::{self, Outcome};
use bridge::Notice;
use trace::contact::Purpose;
use wasm_bindgen_futures::spawn_local;
use webext::journal::SpanChunk;
use webext::{Error, alarms, clock, message, net};

use crate::worker::Worker;

/// How long the store may take to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The alarm that wakes the worker to try again.
pub(crate) const ALARM: &str = "send";
/// How long to wait before trying again, where the store does not say.
const RETRY: Duration = Duration::from_secs(30);

/// Sends all that waits, one chunk after the other. Only one runs at a time.
pub(crate) async fn send(worker: Rc<Worker>) {
    if clock::now() < worker.not_before.get() || worker.sending.replace(true) {
        // What is added meanwhile is seen by the one that runs: it reads until nothing is left.
        return;
    }
    while let Some(chunk) = next(&worker).await {
        let outcome = attempt(&worker, &chunk).await;
        if !settle(&worker, chunk, outcome).await {
            break;
        }
    }
    worker.sending.set(false);
    let pause = worker.not_before.get().since(clock::now());
    if !pause.is_zero() {
        later(worker, pause);
    }
}

/// Goes on when the time that the store named has come. The alarm is for a worker that is dead by
/// then, and browsers round it up to half a minute.
fn later(worker: Rc<Worker>, pause: Duration) {
    spawn_local(async move {
        clock::sleep(pause).await;
        send(worker).await;
    });
}

async fn next(worker: &Worker) -> Option<SpanChunk> {
    let core = worker.core.lock().await;
    if core.settings.store.is_empty() {
        return None;
    }
    core.journal.as_ref()?.unsent().await.ok()?.into_iter().next()
}

/// One attempt; `Err` is a sentence for the user.
async fn attempt(worker: &Worker, chunk: &SpanChunk) -> Result<Outcome, String> {
    let store = worker.core.lock().await.settings.store.clone();
    let request = sender::export(&store, chunk.bytes.clone());
    let reply = ask(worker, Purpose::Send, request).await;
    let reply = reply.map_err(|_| silent(&store))?;
    Ok(sender::read_export(&reply))
}

/// What is said of a store that does not answer.
pub(crate) fn silent(store: &str) -> String {
    format!("nothing answers at {store}")
}

/// Sends a request to a store. The only way out of the extension: whoever is asked is noted.
pub(crate) async fn ask(
    worker: &Worker,
    purpose: Purpose,
    request: backend::Request,
) -> Result<backend::Reply, Error> {
    worker.contact(&request.url, purpose);
    let asked = net::Request {
        method: request.method.name(),
        url: &request.url,
        headers: &request.headers,
        body: &request.body,
    };
    let net::Reply { status, content_type, retry_after, body } =
        net::send(&asked, PATIENCE).await?;
    Ok(backend::Reply { status, content_type, retry_after, body })
}

/// Notes what became of a chunk. Whether to go on with the next.
async fn settle(worker: &Worker, chunk: SpanChunk, outcome: Result<Outcome, String>) -> bool {
    let (sent, trouble, pause) = match outcome {
        Ok(Outcome::Delivered) => (true, None, RETRY),
        // Final by OTLP's word: the rest must not be sent again. It stays in the journal.
        Ok(Outcome::Partial { rejected, reason }) => {
            (true, Some(format!("the store rejected {rejected} spans: {reason}")), RETRY)
        }
        Ok(Outcome::Refused { status, reason }) => {
            (true, Some(format!("the store refused spans with {status}: {reason}")), RETRY)
        }
        Ok(Outcome::Retry { after }) => {
            worker.not_before.set(clock::now().plus(after.unwrap_or_default()));
            (false, Some("the store is busy".to_owned()), after.unwrap_or(RETRY))
        }
        Err(trouble) => (false, Some(trouble), RETRY),
    };
    let tabs = {
        let mut core = worker.core.lock().await;
        if sent {
            let count = chunk.count;
            let done = SpanChunk { unsent: None, ..chunk };
            let Some(journal) = &core.journal else { return false };
            if journal.put_spans(&[done]).await.is_err() {
                return false;
            }
            core.waiting = core.waiting.saturating_sub(count);
        }
        core.unsent = trouble;
        core.state.tabs.keys().copied().collect::<Vec<_>>()
    };
    if !sent {
        // The worker may be gone by then; the alarm brings it back, and waking sends.
        let _tried_at_next_wake = alarms::set(ALARM, pause).await;
    }
    for tab in tabs {
        message::tell(Notice::Changed { tab }).await;
    }
    sent
}
