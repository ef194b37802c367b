//! Draws what a text is typed, switched or chosen with. A secret is hidden until somebody wants to
//! see it.

use leptos::prelude::*;

use crate::field::Kind;

/// Ids of what a control is described by: what it means, and what is wrong with it.
#[must_use]
pub fn described(id: &str) -> String {
    format!("{id}-about {id}-flaw")
}

/// A control, for a `label` of the same id.
#[component]
pub fn Control(
    /// Its id.
    id: String,
    /// Its name, for what belongs to it.
    name: Signal<String>,
    /// What it is made of.
    kind: Kind,
    /// Shown while it is empty.
    example: &'static str,
    /// What stands in it.
    #[prop(into)]
    text: Signal<String>,
    /// What is wrong with that.
    #[prop(into)]
    wrong: Signal<Option<String>>,
    /// Takes what is typed.
    on_type: Callback<String>,
    /// Told when it is left, or something was chosen.
    on_commit: Callback<()>,
) -> impl IntoView {
    let invalid = move || wrong.with(|wrong| wrong.is_some().then_some("true"));
    let described = described(&id);
    let choose = move |text: String| {
        on_type.run(text);
        on_commit.run(());
    };
    match kind {
        Kind::Switch => view! {
            <input
                type="checkbox"
                id=id
                aria-describedby=described
                prop:checked=move || text.get() == "true"
                on:change:target=move |event| choose(event.target().checked().to_string())
            />
        }
        .into_any(),
        Kind::Choice(words) => view! {
            <select
                id=id
                aria-describedby=described
                prop:value=move || text.get()
                on:change:target=move |event| choose(event.target().value())
            >
                {options(words, &text.get_untracked())}
            </select>
        }
        .into_any(),
        Kind::List | Kind::Text | Kind::Secret | Kind::Number => {
            let (shown, set_shown) = signal(false);
            let hidden = move || kind == Kind::Secret && !shown.get();
            let typed = view! {
                <{..}
                    id=id
                    spellcheck="false"
                    placeholder=example
                    aria-describedby=described
                    aria-invalid=invalid
                    prop:value=move || text.get()
                    on:input=move |event| on_type.run(event_target_value(&event))
                    on:change=move |_| on_commit.run(())
                />
            };
            if kind == Kind::List {
                return view! { <textarea rows="3" {..typed}></textarea> }.into_any();
            }
            let input = view! {
                <input
                    type=move || if hidden() { "password" } else { "text" }
                    inputmode=(kind == Kind::Number).then_some("numeric")
                    autocomplete="off"
                    {..typed}
                />
            };
            if kind != Kind::Secret {
                return input.into_any();
            }
            view! {
                <div class="secret">
                    {input}
                    <button
                        type="button"
                        class="verb"
                        aria-label=move || format!("Show {}", name.get())
                        aria-pressed=move || shown.get().to_string()
                        on:click=move |_| set_shown.update(|shown| *shown = !*shown)
                    >
                        "Show"
                    </button>
                </div>
            }
            .into_any()
        }
    }
}

fn options(words: &'static [(&'static str, &'static str)], now: &str) -> Vec<AnyView> {
    let option = |(word, meaning): &(&'static str, &'static str)| {
        view! { <option value=*word selected=*word == now>{*meaning}</option> }.into_any()
    };
    words.iter().map(option).collect()
}
