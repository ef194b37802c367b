//! Draws the choice of another trace: those of the same page first, or any by its id.

use leptos::prelude::*;
use trace::TraceId;
use trace::request::TracedRequest;

use crate::files::Act;
use surface::address;
use surface::candidate::{Candidate, Nearness, candidates, find_id};

/// The traces that may be compared with one. Each is a link to the comparison.
#[component]
pub fn Choice(
    /// The trace that stays; `None` while none is chosen.
    #[prop(into)]
    of: Signal<Option<TraceId>>,
    /// The requests that the journal knows.
    rows: RwSignal<Vec<TracedRequest>>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// Whether the trace that stays is only here, so that another page would not have it.
    #[prop(into)]
    here: Signal<bool>,
    /// Goes to the comparison with a trace.
    on_trace: Callback<TraceId>,
    /// Carries out what the reader wants of files.
    on_act: Callback<Act>,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let all = Memo::new(move |_| rows.with(|rows| candidates(of.get(), rows, &text.read(), zone)));
    let typed = Memo::new(move |_| text.with(|text| find_id(text)));
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(trace) = typed.get_untracked() {
            on_trace.run(trace);
        }
    };
    let group = move |near: Nearness| {
        let of = of.get();
        let links = all.with(|all| {
            let near = all.iter().filter(|it| it.near == near).cloned();
            near.map(|it| view! { <Link it of here on_trace /> }).collect::<Vec<_>>()
        });
        (!links.is_empty()).then(|| {
            view! { <section aria-label=near.name()><h3>{near.name()}</h3><ul>{links}</ul></section> }
        })
    };
    let heading = move || match of.get() {
        Some(_) => "Compare with…",
        None => "Choose a trace to compare",
    };
    let none = move || all.with(Vec::is_empty) && typed.get().is_none();
    view! {
        <section class="choice" aria-label="Choose a trace">
            <h2>{heading}</h2>
            <form role="search" on:submit=go>
                <input
                    type="search"
                    aria-label="Find a trace or paste a trace id"
                    placeholder="Find by method or address, or paste a trace id…"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                />
                {move || typed.get().map(|_| view! {
                    <button type="submit" class="verb main">"Compare"</button>
                })}
            </form>
            <p class="file">
                <button type="button" class="verb" on:click=move |_| on_act.run(Act::Choose)>"Choose File"</button>
                " or drop one here: of any format that Open File takes."
            </p>
            {move || Nearness::ALL.map(group).into_iter().collect::<Vec<_>>()}
            <p class="none" role="status">
                {move || none().then_some(
                    "This browser's journal knows no other trace that says so. Run a page trace, or \
                     paste the id of any trace that the trace store has."
                )}
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn Link(
    it: Candidate,
    of: Option<TraceId>,
    here: Signal<bool>,
    on_trace: Callback<TraceId>,
) -> impl IntoView {
    let trace = it.trace;
    let press = move |event: leptos::ev::MouseEvent| {
        if here.get_untracked() {
            event.prevent_default();
            on_trace.run(trace);
        }
    };
    // What came first is A: what became of it is asked.
    let href = match of {
        Some(_) if it.before => address::compare(Some(it.trace), of),
        Some(_) => address::compare(of, Some(it.trace)),
        None => address::compare(Some(it.trace), None),
    };
    view! {
        <li>
            <a href=href title=it.url on:click=press>
                <strong>{it.title}</strong>
                <span class="time">{it.time}</span>
                <span class="figures">{it.figures}</span>
                <code>{surface::naming::short(&it.trace.to_string())}</code>
            </a>
        </li>
    }
    .into_any()
}
