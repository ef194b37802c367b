//! Draws the filter over a trace's views: its field, how many spans match, and what becomes of the
//! others. What carries it out is [`crate::sieve`]'s.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::field::{Cursor, Field, Offer, Words};
use surface::steps::Steps;
use surface::typing::MOST;
use trace::filter::{Bits, Completion};

use crate::desk::{Desk, Rest};
use crate::picture::Picture;
use crate::shortcuts::FILTER;
use crate::{prepare, sieve};

const WORDS: Words = Words {
    id: FILTER,
    label: "Filter spans",
    example: "service:shop duration>50ms error:true",
    noun: "span",
};

/// The filter bar.
#[component]
pub fn FilterBar(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
) -> impl IntoView {
    sieve::carry_out(picture, desk);
    let text = Memo::new(move |_| desk.filter.with(|filter| filter.text.clone()));
    let flaw = Memo::new(move |_| desk.filter.with(|filter| filter.flaw.clone()));
    let on_text =
        Callback::new(move |text: String| desk.filter.update(|filter| filter.text = text));
    let complete = Callback::new(move |(asked, offer)| suggest(picture, asked, offer));
    let on_enter = Callback::new(move |back| seek(picture, desk, back));
    let filtered = Memo::new(move |_| desk.filter.with(|filter| !filter.text.is_empty()));
    view! {
        <div class="sieve" class:filtered=filtered role="search" aria-label="Spans">
            <Field words=WORDS text flaw on_text complete on_enter />
            <div class="matches">
                <Count picture desk />
                <Walk picture desk />
                <Others desk />
            </div>
        </div>
    }
    .into_any()
}

/// How many spans match.
#[component]
fn Count(picture: RwSignal<Picture>, desk: Desk) -> impl IntoView {
    let total = Memo::new(move |_| picture.with(|picture| picture.sheet().len()));
    let matching = Memo::new(move |_| {
        desk.filter.with(|filter| filter.through.as_ref().map(|bits| bits.count()))
    });
    let said = move || match matching.get() {
        Some(count) => format!("{count} of {} spans", total.get()),
        None => trace::quantity::count(total.get() as u64, "span"),
    };
    view! { <output class="count" aria-live="polite">{said}</output> }.into_any()
}

/// To the next match and back.
#[component]
fn Walk(picture: RwSignal<Picture>, desk: Desk) -> impl IntoView {
    let button = |back: bool, label: &'static str, key: &'static str, sign: &'static str| {
        let none = move || {
            let some = |bits: &Arc<Bits>| bits.count() > 0;
            let any = desk.filter.with(|filter| filter.through.as_ref().is_some_and(some));
            (!any).then_some("true")
        };
        view! {
            <button
                type="button"
                class="verb"
                aria-label=label
                aria-keyshortcuts=key
                title=format!("{label} ({key})")
                aria-disabled=none
                on:click=move |_| seek(picture, desk, back)
            >
                {sign}
            </button>
        }
    };
    view! { {button(true, "Previous match", "Shift+N", "↑")}{button(false, "Next match", "N", "↓")} }.into_any()
}

/// What becomes of spans that do not match.
#[component]
fn Others(desk: Desk) -> impl IntoView {
    let choice = move |rest: Rest, name: &'static str, title: &'static str| {
        let chosen = move || desk.filter.with(|filter| filter.rest == rest);
        view! {
            <label title=title>
                <input
                    type="radio"
                    name="rest"
                    prop:checked=chosen
                    on:change=move |_| desk.filter.update(|filter| filter.rest = rest)
                />
                {name}
            </label>
        }
    };
    view! {
        <div class="others" role="radiogroup" aria-label="Spans that do not match">
            {choice(Rest::Dim, "Dim", "Spans that do not match are drawn pale")}
            {choice(Rest::Hide, "Hide", "Only spans that match are shown, and those above them")}
        </div>
    }
    .into_any()
}

/// Said where a filter hides everything.
#[component]
pub fn Nothing(
    /// What the reader has set.
    desk: Desk,
) -> impl IntoView {
    let none = Memo::new(move |_| {
        desk.filter.with(|filter| {
            let none = filter.through.as_ref().is_some_and(|bits| bits.count() == 0);
            none && filter.rest == Rest::Hide
        })
    });
    let clear = move |_| desk.filter.update(|filter| filter.text.clear());
    view! {
        <Show when=move || none.get()>
            <div class="nothing" role="status">
                <p>"No span matches the filter."</p>
                <button type="button" class="verb" on:click=clear>"Show All Spans"</button>
            </div>
        </Show>
    }
    .into_any()
}

/// Offers what may stand at a cursor; at once, or where that would be felt, in steps.
fn suggest(picture: RwSignal<Picture>, asked: Cursor, offer: Offer) {
    let (place, mut steps) = (asked.clone(), Steps::begin());
    let mut part = move |picture: &mut Picture, size| {
        let (text, cursor) = &place;
        picture.ready_to_complete(text, *cursor, size)
    };
    if prepare::begin(picture, &steps, &mut part) != Some(false) {
        return offer.make(completion(picture, &asked));
    }
    spawn_local(async move {
        steps.rest().await;
        let ready = prepare::all(picture, &mut steps, &mut part).await.is_some();
        if ready && offer.wanted(&asked) {
            offer.make(completion(picture, &asked));
        }
    });
}

fn completion(picture: RwSignal<Picture>, (text, cursor): &Cursor) -> Completion {
    // No row is drawn anew for it.
    let complete = |picture: &mut Picture| (false, picture.complete(text, *cursor, MOST));
    picture.try_maybe_update(complete).unwrap_or_default()
}

/// To the next match, or back.
fn seek(picture: RwSignal<Picture>, desk: Desk, back: bool) {
    let matched = desk.filter.with_untracked(|filter| filter.through.is_some());
    if matched {
        picture.maybe_update(|picture| picture.seek(back, false));
    }
}
