//! Reads and keeps what the reader chooses.

use leptos::prelude::*;
use leptos::task::spawn_local;
use trace::choices::{Choices, KEY};
use webext::storage::{Area, load, store};

/// What the reader chose; as by default until that is read, and where it cannot be.
pub fn choices() -> RwSignal<Choices> {
    let choices = RwSignal::new(Choices::default());
    spawn_local(async move {
        let kept = load::<Choices>(Area::Local, KEY).await;
        if let Some(kept) = kept.ok().flatten() {
            let _gone = choices.try_set(kept);
        }
    });
    choices
}

/// Changes something of it, here and where it is kept; what else was chosen meanwhile, in another
/// window, stays.
pub fn change(choices: RwSignal<Choices>, change: impl Fn(&mut Choices) + 'static) {
    choices.update(|choices| change(choices));
    spawn_local(async move {
        let kept = load::<Choices>(Area::Local, KEY).await;
        let mut kept = kept.ok().flatten().unwrap_or_default();
        change(&mut kept);
        // What cannot be kept holds as long as the tab.
        let _not_kept = store(Area::Local, KEY, &kept).await;
    });
}
