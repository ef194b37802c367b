//! Draws the filter over a trace's views: the field with its completion, what is wrong with the
//! text, how many spans match, and what becomes of the others. What carries it out is
//! [`crate::sieve`]'s.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::{html, web_sys};
use surface::steps::Steps;
use trace::filter::{Bits, Choice, Flaw};

use crate::desk::{Desk, Rest};
use crate::picture::Picture;
use crate::typing::{MOST, Typing, explain};
use crate::{prepare, sieve};

/// A field, and what is typed into it.
#[derive(Clone, Copy)]
struct Field {
    picture: RwSignal<Picture>,
    desk: Desk,
    typing: RwSignal<Typing>,
    input: NodeRef<html::Input>,
}

/// The filter bar.
#[component]
pub fn FilterBar(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
) -> impl IntoView {
    let typing = RwSignal::new(Typing::default());
    let field = Field { picture, desk, typing, input: NodeRef::new() };
    sieve::carry_out(picture, desk);
    let filtered = Memo::new(move |_| desk.filter.with(|filter| !filter.text.is_empty()));
    view! {
        <div class="sieve" class:filtered=filtered role="search" aria-label="Spans">
            <Entry field />
            <div class="matches">
                <Count picture desk />
                <Walk field />
                <Others desk />
            </div>
        </div>
    }
    .into_any()
}

/// The field itself, with what hangs below it.
#[component]
fn Entry(field: Field) -> impl IntoView {
    let Field { desk, typing, input, .. } = field;
    let text = Memo::new(move |_| desk.filter.with(|filter| filter.text.clone()));
    let flaw = Memo::new(move |_| desk.filter.with(|filter| filter.flaw.clone()));
    let open = Memo::new(move |_| typing.with(|typing| !typing.choices().is_empty()));
    let active = move || typing.with(Typing::active).map(|at| format!("choice-{at}"));
    let on_key = move |event: KeyboardEvent| {
        if field.press(&event) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    view! {
        <div class="field">
            <input
                type="text"
                id="trace-filter"
                role="combobox"
                aria-label="Filter spans"
                aria-autocomplete="list"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls="trace-choices"
                aria-activedescendant=active
                aria-invalid=move || flaw.with(Option::is_some).then_some("true")
                aria-describedby="trace-flaw"
                placeholder="service:shop duration>50ms error:true"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                maxlength="4000"
                node_ref=input
                prop:value=move || text.get()
                on:input=move |_| field.type_on()
                on:keydown=on_key
                on:click=move |_| field.suggest()
                on:blur=move |_| _ = typing.try_update(Typing::close)
            />
            <Show when=move || !text.with(String::is_empty)>
                <button
                    type="button"
                    class="close"
                    aria-label="Clear filter"
                    on:click=move |_| field.clear()
                ></button>
            </Show>
            <div class="under">
                <div id="trace-flaw" aria-live="polite">
                    {move || flaw.get().map(|flaw| text.with(|text| draw_flaw(text, &flaw)))}
                </div>
                <Choices field />
            </div>
        </div>
    }
    .into_any()
}

/// What is wrong with the text: a mark under the character, and a sentence.
fn draw_flaw(text: &str, flaw: &Flaw) -> AnyView {
    let before = text.get(..flaw.range.start).unwrap_or(text).to_owned();
    let marks = "^".repeat(flaw.found.chars().count().max(1));
    view! {
        <p class="flaw" aria-hidden="true"><span>{before}</span><strong>{marks}</strong></p>
        <p class="wrong">{format!("The filter {flaw}.")}</p>
    }
    .into_any()
}

/// What may stand at the cursor.
#[component]
fn Choices(field: Field) -> impl IntoView {
    let typing = field.typing;
    let choices = Memo::new(move |_| typing.with(|typing| typing.choices().to_vec()));
    let active = Memo::new(move |_| typing.with(Typing::active));
    let draw = move |(at, choice): (usize, Choice)| {
        let chosen = move || if active.get() == Some(at) { "true" } else { "false" };
        let gist = explain(&choice);
        view! {
            <li
                role="option"
                id=format!("choice-{at}")
                aria-selected=chosen
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| field.take(at)
            >
                <span class="text">{choice.text}</span>" "<span class="gist">{gist}</span>
            </li>
        }
    };
    let list = move || choices.get().into_iter().enumerate().map(draw).collect::<Vec<_>>();
    let shut = move || choices.with(Vec::is_empty);
    view! {
        <ul id="trace-choices" role="listbox" aria-label="Completions" hidden=shut>{list}</ul>
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
fn Walk(field: Field) -> impl IntoView {
    let button = |back: bool, label: &'static str, key: &'static str, sign: &'static str| {
        let none = move || {
            let some = |bits: &Arc<Bits>| bits.count() > 0;
            let any = field.desk.filter.with(|filter| filter.through.as_ref().is_some_and(some));
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
                on:click=move |_| field.seek(back)
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

impl Field {
    /// Takes in what the field says now.
    fn read(self) -> Option<Typing> {
        let input = self.element()?;
        let cursor = input.selection_start().ok().flatten().unwrap_or(u32::MAX);
        Some(Typing::at(input.value(), usize::try_from(cursor).unwrap_or(usize::MAX)))
    }

    fn element(self) -> Option<web_sys::HtmlInputElement> {
        self.input.try_get_untracked().flatten()
    }

    fn type_on(self) {
        if let Some(now) = self.read() {
            self.desk.filter.update(|filter| now.text().clone_into(&mut filter.text));
            self.suggest();
        }
    }

    /// Offers what may stand at the cursor; at once, or where that would be felt, in steps.
    fn suggest(self) {
        let (Some(now), mut steps) = (self.read(), Steps::begin()) else { return };
        let asked = now.clone();
        let mut part = move |picture: &mut Picture, size| {
            picture.ready_to_complete(asked.text(), asked.cursor(), size)
        };
        if prepare::begin(self.picture, &steps, &mut part) != Some(false) {
            return self.offer(now);
        }
        spawn_local(async move {
            steps.rest().await;
            let ready = prepare::all(self.picture, &mut steps, &mut part).await.is_some();
            // Whoever typed on, or went elsewhere, is not to be offered this.
            let same = |it: &Typing| (it.text(), it.cursor()) == (now.text(), now.cursor());
            if ready && self.focused() && self.read().as_ref().is_some_and(same) {
                self.offer(now);
            }
        });
    }

    fn offer(self, mut now: Typing) {
        let complete = |it: &mut Picture| (false, it.complete(now.text(), now.cursor(), MOST));
        let offered = self.picture.try_maybe_update(complete);
        now.offer(offered.unwrap_or_default());
        self.typing.try_set(now);
    }

    /// Whether the keys go to it.
    fn focused(self) -> bool {
        let active = document().active_element();
        active.is_some_and(|active| self.element().is_some_and(|it| active.is_same_node(Some(&it))))
    }

    /// Puts a text into the field, with the cursor at a place.
    fn put(self, text: String, cursor: usize) {
        if let Some(input) = self.element() {
            input.set_value(&text);
            let cursor = u32::try_from(cursor).unwrap_or(u32::MAX);
            drop(input.set_selection_range(cursor, cursor));
            drop(input.focus());
        }
        self.desk.filter.update(|filter| filter.text = text);
    }

    /// Takes a choice.
    fn take(self, at: usize) {
        if let Some((text, cursor)) = self.typing.with_untracked(|typing| typing.take(at)) {
            self.put(text, cursor);
            self.suggest();
        }
    }

    fn clear(self) {
        self.put(String::new(), 0);
        self.typing.set(Typing::default());
    }

    /// To the next match, or back.
    fn seek(self, back: bool) {
        let matched = self.desk.filter.with_untracked(|filter| filter.through.is_some());
        if matched {
            self.picture.maybe_update(|picture| picture.seek(back, false));
        }
    }

    /// Carries out what a key means; whether it meant anything.
    fn press(self, event: &KeyboardEvent) -> bool {
        if event.is_composing() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let (typing, back) = (self.typing, event.shift_key());
        let active = typing.with_untracked(Typing::active);
        let closed = || typing.try_update(Typing::close) == Some(true);
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" => {
                let up = event.key() == "ArrowUp";
                if typing.with_untracked(|typing| typing.choices().is_empty()) {
                    self.suggest();
                }
                typing.try_update(|typing| typing.step(up)) == Some(true)
            }
            "Enter" => {
                match active {
                    Some(at) => self.take(at),
                    None => {
                        closed();
                        self.seek(back);
                    }
                }
                true
            }
            "Tab" if !back => {
                let at = typing.with_untracked(Typing::likeliest);
                at.inspect(|at| self.take(*at)).is_some()
            }
            "Escape" if closed() => true,
            "Escape" if self.element().is_some_and(|input| !input.value().is_empty()) => {
                self.clear();
                true
            }
            _ => false,
        }
    }
}
