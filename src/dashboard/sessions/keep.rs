//! Draws what can be done with sessions that are kept: to files and back, and away.

use bridge::query::SessionLine;
use leptos::prelude::*;
use surface::naming::short;
use surface::reader::{Keeper, Sizes};
use trace::quantity;

/// What a person wants to have done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// To write a session into a file.
    Export(String),
    /// To delete a session.
    Delete(String),
    /// To delete everything that was recorded.
    DeleteAll,
    /// To take in the file that is chosen in the input of this id.
    Import(&'static str),
}

/// What has to be confirmed.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// That a session goes.
    One(Box<SessionLine>),
    /// That all go.
    All,
}

/// What is known of the room, and what can be done.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Who keeps what is listed.
    pub keeper: Keeper,
    /// Who has how much room; `None` until that is known.
    pub sizes: RwSignal<Option<Sizes>>,
    /// Megabytes that the journal may hold.
    pub room: Memo<u32>,
    /// What happened last, and whether that was bad.
    pub news: RwSignal<(bool, String)>,
    /// What waits for a yes.
    pub asked: RwSignal<Option<Asked>>,
    /// Carries out what a person wants.
    pub on_intent: Callback<Intent>,
}

impl Keep {
    /// Whether it lies in this browser: what the collector keeps is not deleted from here.
    #[must_use]
    pub fn is_here(self) -> bool {
        self.keeper == Keeper::Browser
    }

    /// A session's size in words; empty while it is not known.
    #[must_use]
    pub fn size(self, session: &str) -> String {
        let size = |sizes: &Option<Sizes>| sizes.as_ref()?.sessions.get(session).copied();
        self.sizes.with(size).map(quantity::bytes).unwrap_or_default()
    }
}

impl Asked {
    /// What will go.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        const KEPT: &str = "What a trace store has of it stays there. This cannot be undone; a \
                            session that was exported can be imported again.";
        match self {
            Self::One(line) => {
                let name = format!("Delete session {}?", short(&line.session));
                let pages = quantity::count(u64::from(line.pages), "page");
                let spans = quantity::count(u64::from(line.spans), "span");
                (name, format!("Its {pages} with {spans} go from this browser. {KEPT}"))
            }
            Self::All => (
                "Delete everything that was recorded?".to_owned(),
                format!(
                    "All sessions, also those that no filter shows, and all single page traces go \
                     from this browser. {KEPT}"
                ),
            ),
        }
    }
}

/// Id of the file input.
const INPUT: &str = "import";

/// What can be done with all, what happened last, and what waits for a yes.
#[component]
pub fn Verbs(
    /// What is known, and what can be done.
    keep: Keep,
    /// Whether there is anything to delete.
    #[prop(into)]
    any: Signal<bool>,
) -> impl IntoView {
    let on_intent = keep.on_intent;
    let all = move || {
        any.get().then(|| {
            let on_click = move |_| keep.asked.set(Some(Asked::All));
            view! { <button type="button" class="verb" on:click=on_click>"Delete All"</button> }
        })
    };
    view! {
        <div class="keep">
            <label class="import">
                "Import "
                <input
                    type="file"
                    id=INPUT
                    accept=".json,application/json"
                    on:change=move |_| on_intent.run(Intent::Import(INPUT))
                />
            </label>
            {all}
            <p role="status" class:bad=move || keep.news.with(|news| news.0)>
                {move || keep.news.with(|news| news.1.clone())}
            </p>
        </div>
        {move || keep.asked.get().map(|asked| view! { <Confirm asked keep /> })}
    }
    .into_any()
}

/// What waits for a yes.
#[component]
fn Confirm(asked: Asked, keep: Keep) -> impl IntoView {
    let (title, about) = asked.words();
    let yes = match asked {
        Asked::One(line) => Intent::Delete(line.session),
        Asked::All => Intent::DeleteAll,
    };
    let no = NodeRef::<leptos::html::Button>::new();
    no.on_load(|button| drop(button.focus()));
    let close = move || keep.asked.set(None);
    let on_yes = move |_| {
        close();
        keep.on_intent.run(yes.clone());
    };
    view! {
        <div
            class="confirm note bad"
            role="alertdialog"
            aria-labelledby="confirm"
            aria-describedby="confirm-about"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                }
            }
        >
            <strong id="confirm">{title}</strong>
            <p id="confirm-about">{about}</p>
            <div>
                <button type="button" class="verb" on:click=on_yes>"Delete"</button>
                <button type="button" class="verb" node_ref=no on:click=move |_| close()>"Cancel"</button>
            </div>
        </div>
    }
    .into_any()
}

/// How much room is taken.
#[component]
pub fn Room(
    /// What is known of it.
    keep: Keep,
) -> impl IntoView {
    let text = move || {
        let used = keep.sizes.with(|sizes| sizes.as_ref().map(|sizes| sizes.used));
        used.map(|used| {
            let room = quantity::bytes(u64::from(keep.room.get()).saturating_mul(1_000_000));
            format!("{} of storage is used. The journal may hold {room}: beyond that the oldest pages go. ", quantity::bytes(used))
        })
    };
    view! {
        <p class="room dim">
            {text}
            <a href="app.html?view=options" target="_blank">"Change in the options"</a>
        </p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_will_go_is_said_before_it_goes() {
        let line = SessionLine {
            session: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            pages: 3,
            spans: 1,
            ..SessionLine::default()
        };
        let (title, about) = Asked::One(Box::new(line)).words();
        assert_eq!(title, "Delete session 0af76519?");
        assert!(about.starts_with("Its 3 pages with 1 span go from this browser."), "{about}");
        assert!(Asked::All.words().1.contains("also those that no filter shows"));
    }
}
