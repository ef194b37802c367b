//! Draws the sampling rules as an ordered list: a row each, which can be changed, moved and removed.
//! A row is a line of the setting, right or wrong; what is wrong is said by the setting's own check.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;
use trace::sampler::MOST_RULES;

use crate::draft::Draft;
use crate::field::Field;
use crate::page::Intent;

/// Methods that a rule may name, and what stands for any.
pub const METHODS: [&str; 8] = ["*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// What a rule's text is looked for in, with what it is called.
const PLACES: [(&str, &str); 2] = [("url", "URL has"), ("name", "Name has")];
/// What a new rule says: nothing changes until it is changed.
const NEW: &str = "1 * url";

/// A rule as it is typed, part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Rate, method, place and text.
    parts: [String; 4],
}

impl Row {
    /// Reads a line; a part that it does not have is empty.
    #[must_use]
    pub fn read(line: &str) -> Self {
        let mut words = line.splitn(4, ' ');
        Self { parts: [(); 4].map(|()| words.next().unwrap_or_default().to_owned()) }
    }

    /// The rows of a setting's text.
    #[must_use]
    pub fn all(text: &str) -> Vec<Self> {
        text.lines().filter(|line| !line.trim().is_empty()).map(Self::read).collect()
    }

    /// The line. A part before the text that is empty has a place all the same.
    #[must_use]
    pub fn line(&self) -> String {
        let [rate, method, place, text] = &self.parts;
        let filled = |part: &str| match part.trim() {
            "" => "?".to_owned(),
            part => part.replace(' ', ""),
        };
        format!("{} {} {} {}", filled(rate), filled(method), filled(place), text.trim())
    }
}

/// A change of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One more row, at the end.
    Add,
    /// A part of a row is typed: which row, which part.
    Type(usize, usize, String),
    /// A row and the one before it change places.
    Up(usize),
    /// A row goes.
    Remove(usize),
}

/// The setting's text after a change.
#[must_use]
pub fn changed(text: &str, change: Change) -> String {
    let mut rows = Row::all(text);
    match change {
        Change::Add => rows.push(Row::read(NEW)),
        Change::Type(row, part, text) => {
            if let Some(part) = rows.get_mut(row).and_then(|row| row.parts.get_mut(part)) {
                *part = text;
            }
        }
        Change::Up(row) if (1..rows.len()).contains(&row) => rows.swap(row - 1, row),
        Change::Remove(row) if row < rows.len() => drop(rows.remove(row)),
        Change::Up(_) | Change::Remove(_) => {}
    }
    rows.iter().map(Row::line).collect::<Vec<_>>().join("\n")
}

/// The list.
#[component]
pub fn Rules(
    /// The setting.
    field: &'static Field,
    /// What is typed and what is in force.
    draft: Signal<Draft>,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let text = Memo::new(move |_| draft.with(|draft| draft.text(field)));
    let rows = Memo::new(move |_| text.with(|text| Row::all(text)));
    let count = Memo::new(move |_| rows.with(Vec::len));
    let change = Callback::new(move |(change, done): (Change, bool)| {
        let text = text.with_untracked(|text| changed(text, change));
        on_intent.run(Intent::Type(field.key, text));
        if done {
            on_intent.run(Intent::Commit(field.key));
        }
    });
    let described = format!("{0}-about {0}-flaw", field.key);
    view! {
        <div role="group" class="rules" id=field.key aria-label=field.label aria-describedby=described>
            <ol>
                <For each=move || 0..count.get() key=|at| *at let(at)>
                    <RuleRow at rows count change />
                </For>
            </ol>
            <button
                type="button"
                class="verb"
                aria-disabled=move || (count.get() >= MOST_RULES).then_some("true")
                on:click=move |_| {
                    if count.get_untracked() < MOST_RULES {
                        change.run((Change::Add, true));
                    }
                }
            >
                "Add rule"
            </button>
        </div>
    }
    .into_any()
}

/// One rule.
#[component]
fn RuleRow(
    at: usize,
    rows: Memo<Vec<Row>>,
    count: Memo<usize>,
    change: Callback<(Change, bool)>,
) -> impl IntoView {
    let number = at + 1;
    let part = move |part: usize| {
        let read = move |rows: &Vec<Row>| rows.get(at).map(|row| row.parts[part].clone());
        Memo::new(move |_| rows.with(read).unwrap_or_default())
    };
    let input = move |which: usize, label: &str, class: &'static str, hint: &'static str| {
        let shown = part(which);
        view! {
            <input
                type="text"
                class=class
                aria-label=format!("{label} of rule {number}")
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                prop:value=move || shown.get()
                on:input:target=move |event| {
                    change.run((Change::Type(at, which, event.target().value()), false));
                }
                on:change:target=move |event| {
                    change.run((Change::Type(at, which, event.target().value()), true));
                }
            />
        }
    };
    let choice = move |which: usize, label: &str, words: Vec<(&'static str, &'static str)>| {
        let shown = part(which);
        let option = |(word, name)| {
            view! { <option value=word selected=move || shown.get() == word>{name}</option> }
        };
        view! {
            <select
                aria-label=format!("{label} of rule {number}")
                prop:value=move || shown.get()
                on:change:target=move |event| {
                    change.run((Change::Type(at, which, event.target().value()), true));
                }
            >
                {words.into_iter().map(option).collect::<Vec<_>>()}
            </select>
        }
    };
    let methods = METHODS.map(|word| (word, if word == "*" { "Any method" } else { word }));
    let shift = move |name: &'static str, sign: &'static str, down: usize| {
        let stuck = move || if down == 1 { number == count.get() } else { at == 0 };
        view! {
            <button
                type="button"
                class="verb"
                id=format!("rule-{at}-{name}")
                aria-label=format!("Move rule {number} {name}")
                aria-disabled=move || stuck().then_some("true")
                on:click=move |_| {
                    if !stuck() {
                        change.run((Change::Up(at + down), true));
                        follow((at + 2 * down).saturating_sub(1), name);
                    }
                }
            >
                {sign}
            </button>
        }
    };
    view! {
        <li>
            {choice(1, "Method", methods.to_vec())}
            {choice(2, "Place", PLACES.to_vec())}
            {input(3, "Text", "text", "anything")}
            {input(0, "Rate", "rate", "0 to 1")}
            <span class="moves">
                {shift("up", "↑", 0)}
                {shift("down", "↓", 1)}
                <button
                    type="button"
                    class="verb"
                    aria-label=format!("Remove rule {number}")
                    on:click=move |_| change.run((Change::Remove(at), true))
                >
                    "✕"
                </button>
            </span>
        </li>
    }
    .into_any()
}

/// The focus goes with a rule that is moved.
fn follow(row: usize, name: &str) {
    let button = document().get_element_by_id(&format!("rule-{row}-{name}"));
    if let Some(button) = button.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        let _stays_where_it_was = button.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0.05 * name health\n0.5 GET url /api/\n0.1 * url";

    #[test]
    fn a_row_is_its_line_and_a_line_without_text_has_one_all_the_same() {
        for line in TEXT.lines() {
            assert_eq!(Row::read(line).line().trim_end(), line);
        }
        assert_eq!(Row::read("").line(), "? ? ? ");
    }

    #[test]
    fn rules_are_added_changed_moved_and_removed() {
        let lines = |change| changed(TEXT, change);
        assert!(lines(Change::Add).ends_with("\n0.1 * url \n1 * url "));
        assert!(lines(Change::Type(1, 1, "POST".to_owned())).contains("\n0.5 POST url /api/\n"));
        assert!(lines(Change::Type(0, 0, String::new())).starts_with("? * name health\n"));
        assert!(lines(Change::Type(0, 3, "a b".to_owned())).starts_with("0.05 * name a b\n"));
        assert!(lines(Change::Up(1)).starts_with("0.5 GET url /api/\n0.05 * name health\n"));
        assert_eq!(Row::all(&lines(Change::Remove(2))).len(), 2);
        for change in
            [Change::Up(0), Change::Up(3), Change::Remove(3), Change::Type(3, 0, "1".into())]
        {
            assert_eq!(Row::all(&lines(change)), Row::all(TEXT));
        }
    }
}
