//! Draws the field that a filter is typed into: its completion, for keys and mouse, and what is wrong
//! with the text, at its character. What is filtered, and when, is the caller's.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::{html, web_sys};
use trace::filter::{Choice, Completion, Flaw};

use crate::typing::{Typing, explain};

/// What tells one field from another.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The id of its element, with which those of its parts begin.
    pub id: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// An example of what may stand in it.
    pub example: &'static str,
    /// What one of what is filtered is called.
    pub noun: &'static str,
}

/// Where a text stands and a cursor in it, in bytes.
pub type Cursor = (String, usize);

/// Takes in what may stand at a cursor, now or later.
#[derive(Clone, Copy)]
pub struct Offer(Entry);

impl Offer {
    /// Whether it is still wanted there: who has typed on, or went elsewhere, wants it no more.
    #[must_use]
    pub fn wanted(self, asked: &Cursor) -> bool {
        let same = |now: &Typing| (now.text(), now.cursor()) == (&asked.0, asked.1);
        self.0.focused() && self.0.read().as_ref().is_some_and(same)
    }

    /// Offers these.
    pub fn make(self, completion: Completion) {
        if let Some(mut now) = self.0.read() {
            now.offer(completion);
            self.0.typing.try_set(now);
        }
    }
}

/// A field, what is typed into it, and who hears of it.
#[derive(Clone, Copy)]
struct Entry {
    words: Words,
    typing: RwSignal<Typing>,
    input: NodeRef<html::Input>,
    on_text: Callback<String>,
    complete: Callback<(Cursor, Offer)>,
    on_enter: Option<Callback<bool>>,
}

/// The field, with what hangs below it.
#[component]
pub fn Field(
    /// What it is called.
    words: Words,
    /// The filter's text.
    #[prop(into)]
    text: Signal<String>,
    /// Why the text is no filter.
    #[prop(into)]
    flaw: Signal<Option<Flaw>>,
    /// Takes in another text.
    on_text: Callback<String>,
    /// Is asked what may stand at a cursor.
    complete: Callback<(Cursor, Offer)>,
    /// Hears that Enter was pressed, and whether with Shift.
    #[prop(optional)]
    on_enter: Option<Callback<bool>>,
) -> impl IntoView {
    let typing = RwSignal::new(Typing::default());
    let entry = Entry { words, typing, input: NodeRef::new(), on_text, complete, on_enter };
    let open = Memo::new(move |_| typing.with(|typing| !typing.choices().is_empty()));
    let active = move || typing.with(Typing::active).map(|at| entry.choice(at));
    let on_key = move |event: KeyboardEvent| {
        if entry.press(&event) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    view! {
        <div class="field">
            <input
                type="text"
                id=words.id
                role="combobox"
                aria-label=words.label
                aria-autocomplete="list"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=entry.part("choices")
                aria-activedescendant=active
                aria-invalid=move || flaw.with(Option::is_some).then_some("true")
                aria-describedby=entry.part("flaw")
                placeholder=words.example
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                maxlength="4000"
                node_ref=entry.input
                prop:value=move || text.get()
                on:input=move |_| entry.type_on()
                on:keydown=on_key
                on:click=move |_| entry.suggest()
                on:blur=move |_| _ = typing.try_update(Typing::close)
            />
            <Show when=move || !text.with(String::is_empty)>
                <button
                    type="button"
                    class="close"
                    aria-label="Clear filter"
                    on:click=move |_| entry.clear()
                ></button>
            </Show>
            <div class="under">
                <div id=entry.part("flaw") aria-live="polite">
                    {move || flaw.get().map(|flaw| text.with(|text| draw_flaw(text, &flaw)))}
                </div>
                {choices(entry)}
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
fn choices(entry: Entry) -> AnyView {
    let typing = entry.typing;
    let choices = Memo::new(move |_| typing.with(|typing| typing.choices().to_vec()));
    let active = Memo::new(move |_| typing.with(Typing::active));
    let draw = move |(at, choice): (usize, Choice)| {
        let chosen = move || if active.get() == Some(at) { "true" } else { "false" };
        let gist = explain(&choice, entry.words.noun);
        view! {
            <li
                role="option"
                id=entry.choice(at)
                aria-selected=chosen
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| entry.take(at)
            >
                <span class="text">{choice.text}</span>" "<span class="gist">{gist}</span>
            </li>
        }
    };
    let list = move || choices.get().into_iter().enumerate().map(draw).collect::<Vec<_>>();
    let shut = move || choices.with(Vec::is_empty);
    view! {
        <ul id=entry.part("choices") role="listbox" aria-label="Completions" hidden=shut>{list}</ul>
    }
    .into_any()
}

/// Gives the field of an id the keyboard's focus; whether there is one.
pub fn focus(id: &str) -> bool {
    let field = document().get_element_by_id(id);
    let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
    field.is_some_and(|field| field.focus().is_ok())
}

/// Whether a key goes to something that takes keys itself.
#[must_use]
pub fn takes(event: &KeyboardEvent) -> bool {
    const TAKES: &str = "input, textarea, select, dialog, [contenteditable], [role=slider]";
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| !matches!(target.closest(TAKES), Ok(None)))
}

impl Entry {
    /// The id of a part.
    fn part(self, name: &str) -> String {
        [self.words.id, "-", name].concat()
    }

    /// The id of a choice.
    fn choice(self, at: usize) -> String {
        self.part(&at.to_string())
    }

    /// Takes in what the field says now.
    fn read(self) -> Option<Typing> {
        let input = self.element()?;
        let cursor = input.selection_start().ok().flatten().unwrap_or(u32::MAX);
        Some(Typing::at(input.value(), usize::try_from(cursor).unwrap_or(usize::MAX)))
    }

    fn element(self) -> Option<web_sys::HtmlInputElement> {
        self.input.try_get_untracked().flatten()
    }

    /// Whether the keys go to it.
    fn focused(self) -> bool {
        let active = document().active_element();
        active.is_some_and(|active| self.element().is_some_and(|it| active.is_same_node(Some(&it))))
    }

    fn type_on(self) {
        if let Some(now) = self.read() {
            self.on_text.run(now.text().to_owned());
            self.suggest();
        }
    }

    /// Offers what may stand at the cursor.
    fn suggest(self) {
        if let Some(now) = self.read() {
            self.complete.run(((now.text().to_owned(), now.cursor()), Offer(self)));
        }
    }

    /// Puts a text into the field, with the cursor at a place.
    fn put(self, text: String, cursor: usize) {
        if let Some(input) = self.element() {
            input.set_value(&text);
            let cursor = u32::try_from(cursor).unwrap_or(u32::MAX);
            drop(input.set_selection_range(cursor, cursor));
            drop(input.focus());
        }
        self.on_text.run(text);
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
                        self.on_enter.inspect(|enter| enter.run(back));
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
