//! Sends what waits in the journal to the store, and notes why when it cannot.

use std::rc::Rc;
use std::time::Duration;

use bridge::{Notice, Sent, Task};
use webext::{alarms, clock, message, recording, spawn};

use crate::worker::Worker;

/// The alarm that wakes the worker to try again.
pub(crate) const ALARM: &str = "send";
/// How long to wait before trying again, where the store does not say.
const RETRY: Duration = Duration::from_secs(30);

/// Sends all that waits, one chunk after the other. Only one runs at a time.
pub(crate) async fn send(worker: Rc<Worker>) {
    if clock::now() < worker.not_before.get() || worker.sending.replace(true) {
        // What is added meanwhile is seen by the one that runs: it goes on until nothing is left.
        return;
    }
    while attempt(&worker).await {}
    worker.sending.set(false);
    let pause = worker.not_before.get().since(clock::now());
    if !pause.is_zero() {
        later(worker, pause);
    }
}

/// Goes on when the time that the store named has come. The alarm is for a worker that is dead by
/// then, and browsers round it up to half a minute.
fn later(worker: Rc<Worker>, pause: Duration) {
    spawn(async move {
        clock::sleep(pause).await;
        send(worker).await;
    });
}

/// Sends one chunk. Whether to go on with the next.
async fn attempt(worker: &Worker) -> bool {
    let (written, looks) = {
        let core = worker.core.lock().await;
        let none = core.waiting == Some(0) && core.sure == core.looks;
        if core.settings.store.is_empty() || none {
            return false;
        }
        (core.written, core.looks)
    };
    let sent = recording::ask::<Option<Sent>>(&Task::Send).await;
    let mut core = worker.core.lock().await;
    let Some(sent) = core.noted(sent) else { return false };
    // What was written meanwhile may have come too late to be seen; the next attempt looks again.
    let meanwhile = core.written.wrapping_sub(written);
    let left = sent.as_ref().map_or(0, |sent| sent.left).saturating_add(meanwhile);
    (core.waiting, core.sure) = (Some(left), looks);
    core.save().await;
    let Some(Sent { done, trouble, after, .. }) = sent else { return left > 0 };
    core.unsent = trouble;
    let tabs: Vec<i32> = core.state.tabs.keys().copied().collect();
    drop(core);
    if !done {
        if let Some(after) = after {
            worker.not_before.set(clock::now().plus(after));
        }
        // The worker may be gone by then; the alarm brings it back, and waking sends.
        let _tried_at_next_wake = alarms::set(ALARM, after.unwrap_or(RETRY)).await;
    }
    for tab in tabs {
        message::tell(Notice::Changed { tab }).await;
    }
    done
}
