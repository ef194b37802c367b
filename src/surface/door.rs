//! Draws the way to the view of files, and what is seen while files are held above a page.

use leptos::prelude::*;

/// Opens the view that files are dropped into. Where that is on the page, nothing is loaded anew.
#[derive(Clone, Copy, Debug)]
pub struct Door(pub Callback<()>);

/// The way to the view that files are dropped into.
#[component]
pub fn OpenFile() -> impl IntoView {
    let door = use_context::<Door>();
    let on_click = move |event: leptos::ev::MouseEvent| {
        if let Some(Door(open)) = door {
            event.prevent_default();
            open.run(());
        }
    };
    view! {
        <a class="open-file" href="app.html?view=file" target="_blank" on:click=on_click>
            "Open File"
        </a>
    }
    .into_any()
}

/// What is seen while files are held above the page.
#[component]
pub fn Over(
    /// What happens when they are dropped.
    #[prop(into, default = Signal::stored("Drop to open"))]
    words: Signal<&'static str>,
) -> impl IntoView {
    view! {
        <div class="drop-over" role="status">
            <p>{words}</p>
        </div>
    }
}
