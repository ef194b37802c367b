//! Draws the search for sessions: by user, and expanded by all else that they say.

use bridge::query::SessionFilter;
use leptos::prelude::*;

/// A field of the search: what it is called, and where its text is.
type Field = (&'static str, fn(&mut SessionFilter) -> &mut String);

/// What Expand shows.
const MORE: [Field; 7] = [
    ("Session ID", |filter| &mut filter.session),
    ("Visitor IP", |filter| &mut filter.ip),
    ("Page Url", |filter| &mut filter.url),
    ("Browser", |filter| &mut filter.browser),
    ("Browser Version", |filter| &mut filter.version),
    ("Connection Type", |filter| &mut filter.connection),
    ("Geography", |filter| &mut filter.region),
];

/// Whether anything but the user is looked for.
fn expanded(filter: &SessionFilter) -> bool {
    *filter != SessionFilter { user: filter.user.clone(), ..SessionFilter::default() }
}

/// The search. What is typed holds once it is searched for.
#[component]
pub fn Search(
    /// What is looked for.
    #[prop(into)]
    filter: Signal<SessionFilter>,
    /// Looks for something else.
    on_search: Callback<SessionFilter>,
) -> impl IntoView {
    let typed = RwSignal::new(filter.get_untracked());
    // What is searched for by other means stands in the fields.
    Effect::new(move |_| typed.set(filter.get()));
    let open = RwSignal::new(expanded(&filter.get_untracked()));
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        on_search.run(typed.get_untracked());
    };
    let fields = move || {
        MORE.map(|(name, of)| {
            view! {
                <label>
                    <span>{name}</span>
                    <input
                        type="text"
                        prop:value=move || typed.with(|typed| of(&mut typed.clone()).clone())
                        on:input:target=move |event| {
                            typed.update(|typed| *of(typed) = event.target().value());
                        }
                    />
                </label>
            }
        })
        .into_iter()
        .collect::<Vec<_>>()
    };
    let clear = move || {
        filter.with(|filter| *filter != SessionFilter::default()).then(|| {
            let on_click = move |_| on_search.run(SessionFilter::default());
            view! { <button type="button" class="link" on:click=on_click>"Clear filters"</button> }
        })
    };
    view! {
        <form role="search" class="search" aria-label="Sessions" on:submit=on_submit>
            <div class="first">
                <input
                    type="search"
                    aria-label="Username or User ID"
                    placeholder="Username or User ID"
                    prop:value=move || typed.with(|typed| typed.user.clone())
                    on:input:target=move |event| {
                        typed.update(|typed| typed.user = event.target().value());
                    }
                />
                <button type="submit" class="verb main">"Search"</button>
                <button
                    type="button"
                    class="verb expand"
                    aria-expanded=move || open.get().to_string()
                    aria-controls="more"
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    "Expand"
                </button>
                {clear}
            </div>
            <div class="more" id="more">{move || open.get().then(fields)}</div>
        </form>
    }
    .into_any()
}
