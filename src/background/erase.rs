//! Ends and forgets everything at the user's wish.

use std::mem;
use std::rc::Rc;

use bridge::{Reply, Task};
use trace::session::Event;
use trace::state::{End, State};
use webext::{clock, recording};

use crate::message::refused;
use crate::worker::{Core, Worker};

impl Worker {
    /// Ends everything and forgets it. What was recorded is the caller's to remove from the journal:
    /// nothing is written there any more.
    pub(crate) async fn erase(self: &Rc<Self>, core: &mut Core) -> Reply {
        core.trouble = None;
        let places: Vec<_> = core.state.sessions.keys().cloned().collect();
        for place in places {
            let stop = Event::Stop { place, end: End::Stopped };
            let acts = core.step(stop, clock::now()).await;
            self.act(core, acts).await;
        }
        // How a tab's document came is no record: without it a form might be sent again.
        let arrivals = mem::take(&mut core.state.arrivals);
        core.state = State { arrivals, ..State::default() };
        (core.waiting, core.sure) = (Some(0), core.looks);
        core.noted(recording::ask::<bool>(&Task::Forget).await);
        // A step that changes nothing: stores that there is nothing, and has nothing set.
        core.step(Event::Cancel { tab: 0 }, clock::now()).await;
        core.trouble.as_deref().map_or(Reply::Done, refused)
    }
}
