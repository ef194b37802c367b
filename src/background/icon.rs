//! Makes the toolbar icon of every tab say what is true of it: compares what it should say with
//! what it says, and changes the difference.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use trace::icon::Icon;
use trace::table::Table;
use webext::{action, clock};

use crate::worker::{Core, Worker};

/// What the icons say. A tab that is not there has the browser's own icon.
#[derive(Debug, Default)]
pub(crate) struct Icons {
    /// `None` where it is not known: an earlier worker set it, or the browser took it back.
    shown: RefCell<Table<i32, Option<Icon>>>,
    painting: Cell<bool>,
    again: Cell<bool>,
}

impl Icons {
    /// An earlier worker may have set the icon of these tabs.
    pub(crate) fn doubt(&self, tabs: &[i32]) {
        let mut shown = self.shown.borrow_mut();
        tabs.iter().for_each(|tab| shown.insert(*tab, None));
    }

    /// The browser takes a tab's icon back when the tab shows another document.
    pub(crate) fn forget(&self, tab: i32) {
        if let Some(shown) = self.shown.borrow_mut().get_mut(&tab) {
            *shown = None;
        }
    }

    /// Tabs whose icon says something else than it should, with what it should say.
    fn stale(&self, wanted: &Table<i32, Icon>) -> Vec<(i32, Icon)> {
        let shown = self.shown.borrow();
        let gone = shown.keys().filter(|tab| !wanted.contains(tab));
        let tabs = wanted.keys().chain(gone);
        let wanted = tabs.map(|tab| (*tab, wanted.get(tab).cloned().unwrap_or_default()));
        wanted
            .filter(|(tab, icon)| shown.get(tab).is_none_or(|shown| shown.as_ref() != Some(icon)))
            .collect()
    }

    async fn show(&self, tab: i32, icon: Icon) {
        // Noted first: what the browser takes back meanwhile must not be noted over.
        let old = {
            let mut shown = self.shown.borrow_mut();
            let old = shown.get(&tab).cloned().unwrap_or_else(|| Some(Icon::default()));
            shown.insert(tab, Some(icon.clone()));
            old
        };
        let shape = old.is_none_or(|old| old.shape != icon.shape);
        // The tab may be gone by now; then there is no icon to show it at.
        let _gone = action::show(tab, &icon, shape).await;
    }
}

/// Brings all icons up to date. One paints at a time; what changes meanwhile is painted by it.
pub(crate) async fn paint(worker: Rc<Worker>) {
    let icons = &worker.icons;
    icons.again.set(true);
    if icons.painting.replace(true) {
        return;
    }
    while icons.again.replace(false) {
        let wanted = worker.core.lock().await.icons();
        for (tab, icon) in icons.stale(&wanted) {
            icons.show(tab, icon).await;
        }
        let plain = |icon: &Option<Icon>| *icon == Some(Icon::default());
        icons.shown.borrow_mut().retain(|_, icon| !plain(icon));
    }
    icons.painting.set(false);
}

impl Core {
    /// What the icons of all tabs that we know should say.
    fn icons(&self) -> Table<i32, Icon> {
        let mut icons = Table::default();
        let coming = self.state.pending.values().map(|sent| sent.tab);
        for tab in self.state.tabs.keys().copied().chain(coming.filter(|tab| *tab >= 0)) {
            icons.insert(tab, self.state.icon(tab, clock::now(), self.trouble.as_deref()));
        }
        icons
    }
}
