//! Has what waits in the journal sent, and notes why when it cannot be.

use std::rc::Rc;
use std::time::Duration;

use bridge::{Notice, Sent, Task};
use webext::{alarms, clock, message, recording, spawn};

use crate::worker::Worker;

/// The alarm that wakes the worker to try again.
pub(crate) const ALARM: &str = "send";
/// When it rings, unless it is known better: the shortest time that browsers allow.
const AWAKE: Duration = Duration::from_secs(30);

/// Has all sent that can be sent now. Several may run: who sends sees to it that no span is sent twice.
pub(crate) async fn send(worker: Rc<Worker>) {
    loop {
        let (written, looks) = {
            let core = worker.core.lock().await;
            if core.waiting == Some(0) && core.sure == core.looks {
                return;
            }
            (core.written, core.looks)
        };
        // The worker may die of it, or in the pause; the alarm brings it back, and waking sends.
        let _tried_at_next_wake = alarms::set(ALARM, AWAKE).await;
        let sent = recording::ask::<Sent>(&Task::Send).await;
        let mut core = worker.core.lock().await;
        let Some(Sent { left, trouble, after }) = core.noted(sent) else { return };
        // What was written meanwhile may have come too late to be seen; the next turn looks again.
        let meanwhile = core.written.wrapping_sub(written);
        (core.waiting, core.sure) = (Some(left.saturating_add(meanwhile)), looks);
        core.unsent = trouble;
        core.save().await;
        let tabs: Vec<i32> = core.state.tabs.keys().copied().collect();
        drop(core);
        for tab in tabs {
            message::tell(Notice::Changed { tab }).await;
        }
        if meanwhile > 0 {
            continue;
        }
        if let Some(after) = after {
            let turn = worker.turn.get().wrapping_add(1);
            worker.turn.set(turn);
            let _tried_at_next_wake = alarms::set(ALARM, after.max(AWAKE)).await;
            later(worker, turn, after);
        }
        return;
    }
}

/// Goes on when the time has come, unless somebody knows a later one.
fn later(worker: Rc<Worker>, turn: u32, pause: Duration) {
    spawn(async move {
        clock::sleep(pause).await;
        if worker.turn.get() == turn {
            send(worker).await;
        }
    });
}
