//! The panels that are open, and the sessions that are to end with theirs.

use std::rc::Rc;
use std::time::Duration;

use trace::session::Event;
use webext::{clock, spawn};

use crate::browser::Panel;
use crate::worker::Worker;

/// How long a panel may be away while it is loaded again, and until it has found a new worker.
const GONE: Duration = Duration::from_secs(1);
pub(crate) const BACK: Duration = Duration::from_secs(5);

impl Worker {
    /// A panel was opened or closed.
    pub(crate) fn panel(self: &Rc<Self>, panel: Panel) {
        let mut panels = self.panels.borrow_mut();
        if panel.open {
            panels.push(panel.tab);
        } else if let Some(at) = panels.iter().position(|tab| *tab == panel.tab) {
            panels.swap_remove(at);
            self.look_for_panels(GONE);
        }
    }

    /// Ends the sessions whose panel is not open after a while: one that is loaded again, or whose
    /// worker died, comes back.
    pub(crate) fn look_for_panels(self: &Rc<Self>, after: Duration) {
        let worker = Rc::clone(self);
        spawn(async move {
            clock::sleep(after).await;
            let mut core = worker.core.lock().await;
            let bound = core.state.sessions.values().any(|session| session.ending.panel);
            if bound {
                let tabs = worker.panels.borrow().clone();
                let acts = core.step(Event::Watched { tabs }, clock::now()).await;
                worker.act(&mut core, acts).await;
            }
        });
    }
}
