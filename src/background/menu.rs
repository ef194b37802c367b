//! Makes the icon's menu offer the verbs that apply to the tab that the user looks at, and carries
//! out what is chosen there or pressed on the keyboard.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bridge::verb::offers;
use bridge::{Reply, Verb};
use webext::{action, menus, tabs};

use crate::view::Glance;
use crate::worker::{Core, Worker};

/// The icon's menu.
#[derive(Debug, Default)]
pub(crate) struct Menu {
    /// What it offers; `None` where an earlier worker has set it.
    shown: RefCell<Option<Vec<Verb>>>,
    drawing: Cell<bool>,
    again: Cell<bool>,
}

/// Sets the menu's items; one drawing at a time.
pub(crate) async fn draw(worker: Rc<Worker>) {
    let menu = &worker.menu;
    menu.again.set(true);
    if menu.drawing.replace(true) {
        return;
    }
    while menu.again.replace(false) {
        let Ok(Some(tab)) = tabs::active().await else { continue };
        // Asked before anybody has to wait for the answer.
        let glance = Glance::at(tab).await;
        let verbs = offers(&worker.core.lock().await.show(glance));
        if menu.shown.borrow().as_ref() == Some(&verbs) {
            continue;
        }
        let items: Vec<_> = verbs.iter().map(|verb| (verb.name(), verb.label())).collect();
        // A browser without such a menu has the popup.
        let set = menus::set(&items).await;
        menu.shown.replace(set.is_ok().then_some(verbs));
    }
    menu.drawing.set(false);
}

impl Worker {
    /// Carries out a verb that was chosen outside of our own pages.
    pub(crate) async fn chosen(self: &Rc<Self>, core: &mut Core, verb: Verb, tab: i32) {
        let reply = self.command(core, verb.command(tab, None)).await;
        if matches!(reply, Reply::Refused { .. } | Reply::Asks { .. }) {
            // The popup says why, and has the button that helps. Where none opens, the icon says
            // what is true of the tab.
            let _no_popup = action::open_popup().await;
        }
    }
}
