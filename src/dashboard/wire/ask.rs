//! Asks a tab's question: once it is there, whenever it changes, and whenever the rows do.

use std::rc::Rc;

use bridge::query::Question;
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::gate::Gate;
use surface::reader;

use crate::found::Found;

/// The answer to a question, which may be made of signals. Is asked anew when one of them changes
/// and when there are other rows; what was found stands until there is something else.
pub fn ask(question: impl Fn() -> Question + 'static) -> RwSignal<Found> {
    let found = RwSignal::new(Found::Waiting);
    let question: Rc<dyn Fn() -> Question> = Rc::new(question);
    let (gate, version) = (StoredValue::new(Gate::default()), StoredValue::new(0_u32));
    let asked = question.clone();
    let look = Rc::new(move || {
        if gate.try_update_value(Gate::enter) == Some(true) {
            spawn_local(answer(asked.clone(), found, gate, version));
        }
    });
    reader::watch({
        let look = look.clone();
        move || look()
    });
    Effect::new(move |_| {
        // Only for what it is made of.
        drop(question());
        version.update_value(|version| *version = version.wrapping_add(1));
        look();
    });
    found
}

/// Asks until nobody wants it asked once more.
async fn answer(
    question: Rc<dyn Fn() -> Question>,
    found: RwSignal<Found>,
    gate: StoredValue<Gate>,
    version: StoredValue<u32>,
) {
    loop {
        let begun = version.try_get_value();
        let asked = untrack(|| question());
        let answer = match reader::ask(&asked).await {
            Ok(answer) => Found::There(Box::new(answer)),
            Err(reason) => Found::Failed(reason),
        };
        if version.try_get_value() == begun {
            // Where the tab is gone, nobody looks.
            let _gone = found.try_set(answer);
        }
        if gate.try_update_value(Gate::leave) != Some(true) {
            return;
        }
    }
}
