//! Draws the sites whose bodies are read: a row each, with what is read there. A row is a line of the
//! setting, right or wrong; what is wrong is said by the setting's own check.

use leptos::prelude::*;
use trace::body::MOST_SITES;

use crate::draft::Draft;
use crate::field::Field;
use crate::page::Intent;

/// The word of a line with which a list may stand.
const FIELDS: &str = "fields";
/// Stands for a site that is not typed yet.
const NONE: &str = "?";

/// A site as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its origin.
    pub origin: String,
    /// Words that are switched on, and those that mean nothing here.
    words: Vec<String>,
    /// Fields whose values are recorded, a space between them.
    pub listed: String,
}

impl Row {
    /// Reads a line.
    #[must_use]
    pub fn read(line: &str) -> Self {
        let mut words = line.split_whitespace();
        let origin = words.next().filter(|word| *word != NONE).unwrap_or_default().to_owned();
        let mut row = Self { origin, ..Self::default() };
        for word in words {
            match word.strip_prefix("fields=") {
                Some(names) => {
                    row.listed = names.replace(',', " ");
                    row.words.push(FIELDS.to_owned());
                }
                None => row.words.push(word.to_owned()),
            }
        }
        row
    }

    /// The rows of a setting's text.
    #[must_use]
    pub fn all(text: &str) -> Vec<Self> {
        text.lines().filter(|line| !line.trim().is_empty()).map(Self::read).collect()
    }

    /// Whether something is switched on.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|it| it == word)
    }

    fn switch(&mut self, word: &str, on: bool) {
        self.words.retain(|it| it != word);
        self.words.extend(on.then(|| word.to_owned()));
    }

    /// The line. A list without its switch is gone; whoever lists a field wants fields.
    #[must_use]
    pub fn line(&self) -> String {
        let origin = self.origin.trim().trim_end_matches('/').replace(' ', "");
        let mut line = if origin.is_empty() { NONE.to_owned() } else { origin };
        let names: Vec<_> = self.listed.split([' ', ',']).filter(|name| !name.is_empty()).collect();
        for word in &self.words {
            line.push(' ');
            line.push_str(word);
            if word == FIELDS && !names.is_empty() {
                line.push('=');
                line.push_str(&names.join(","));
            }
        }
        line
    }
}

/// A change of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One more site, with nothing switched on.
    Add,
    /// A site's origin is typed.
    Origin(usize, String),
    /// Something is switched on or off.
    Switch(usize, &'static str, bool),
    /// The fields whose values are recorded are typed.
    List(usize, String),
    /// A site goes.
    Remove(usize),
}

/// The setting's text after a change.
#[must_use]
pub fn changed(text: &str, change: Change) -> String {
    let mut rows = Row::all(text);
    let place = match &change {
        Change::Add => {
            rows.push(Row::default());
            None
        }
        Change::Origin(row, _) | Change::Switch(row, ..) | Change::List(row, _) => {
            rows.get_mut(*row)
        }
        Change::Remove(row) => {
            if *row < rows.len() {
                rows.remove(*row);
            }
            None
        }
    };
    match (place, change) {
        (Some(row), Change::Origin(_, origin)) => row.origin = origin,
        (Some(row), Change::Switch(_, word, on)) => row.switch(word, on),
        (Some(row), Change::List(_, names)) => {
            row.listed = names;
            let on = row.has(FIELDS) || !row.listed.trim().is_empty();
            row.switch(FIELDS, on);
        }
        _ => {}
    }
    rows.iter().map(Row::line).collect::<Vec<_>>().join("\n")
}

/// The list.
#[component]
pub fn Bodies(
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
    let change = Callback::new(move |change: Change| {
        let text = text.with_untracked(|text| changed(text, change));
        on_intent.run(Intent::Type(field.key, text));
        on_intent.run(Intent::Commit(field.key));
    });
    let described = format!("{0}-about {0}-flaw", field.key);
    view! {
        <div role="group" class="rules" id=field.key aria-label=field.label aria-describedby=described>
            <ol>
                <For each=move || 0..count.get() key=|at| *at let(at)>
                    <Place at rows change hint=field.example />
                </For>
            </ol>
            <button
                type="button"
                class="verb"
                aria-disabled=move || (count.get() >= MOST_SITES).then_some("true")
                on:click=move |_| {
                    if count.get_untracked() < MOST_SITES {
                        change.run(Change::Add);
                    }
                }
            >
                "Add site"
            </button>
        </div>
    }
    .into_any()
}

/// One site.
#[component]
fn Place(
    at: usize,
    rows: Memo<Vec<Row>>,
    change: Callback<Change>,
    hint: &'static str,
) -> impl IntoView {
    let number = at + 1;
    let of = move |read: fn(&Row) -> String| {
        Memo::new(move |_| rows.with(|rows| rows.get(at).map(read).unwrap_or_default()))
    };
    let origin = of(|row| row.origin.clone());
    let listed = of(|row| row.listed.clone());
    let switch = move |word: &'static str, name: &'static str| {
        let on =
            Memo::new(move |_| rows.with(|rows| rows.get(at).is_some_and(|row| row.has(word))));
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    aria-label=format!("{name} of site {number}")
                    prop:checked=move || on.get()
                    on:change:target=move |event| {
                        change.run(Change::Switch(at, word, event.target().checked()));
                    }
                />
                {name}
            </label>
        }
    };
    view! {
        <li>
            <input
                type="text"
                class="text"
                aria-label=format!("Site {number}")
                placeholder=hint
                autocomplete="off"
                spellcheck="false"
                prop:value=move || origin.get()
                on:change:target=move |event| change.run(Change::Origin(at, event.target().value()))
            />
            <span class="moves">
                <button
                    type="button"
                    class="verb"
                    aria-label=format!("Remove site {number}")
                    on:click=move |_| change.run(Change::Remove(at))
                >
                    "✕"
                </button>
            </span>
            <div class="parts">
                {switch(FIELDS, "Fields")}
                <label class="choice listed">
                    "with the values of"
                    <input
                        type="text"
                        class="text"
                        aria-label=format!("Fields of site {number} whose values are recorded")
                        placeholder="product quantity"
                        autocomplete="off"
                        spellcheck="false"
                        prop:value=move || listed.get()
                        on:change:target=move |event| {
                            change.run(Change::List(at, event.target().value()));
                        }
                    />
                </label>
            </div>
            <div class="parts">
                {switch("response", "Response")}
                {switch("operation", "GraphQL operation")}
            </div>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "https://a.test fields=x,y response\nhttp://b.test:81 operation";

    #[test]
    fn a_row_is_its_line() {
        for line in TEXT.lines().chain(["https://c.test what", "https://d.test", "?"]) {
            assert_eq!(Row::read(line).line(), line);
        }
        assert_eq!(Row::read("https://a.test fields").line(), "https://a.test fields");
        assert_eq!(Row::default().line(), "?");
    }

    #[test]
    fn sites_are_added_changed_and_removed() {
        let lines = |change| changed(TEXT, change);
        assert!(lines(Change::Add).ends_with("\n?"));
        assert!(
            lines(Change::Origin(1, "https://c.test/".into()))
                .ends_with("\nhttps://c.test operation")
        );
        assert!(lines(Change::Switch(1, "fields", true)).ends_with(" operation fields"));
        assert!(lines(Change::Switch(0, "fields", false)).starts_with("https://a.test response\n"));
        assert!(lines(Change::List(1, "p, q".into())).ends_with(" operation fields=p,q"));
        assert!(lines(Change::List(0, " ".into())).starts_with("https://a.test response fields\n"));
        assert_eq!(lines(Change::Remove(0)), "http://b.test:81 operation");
        for change in [Change::Remove(2), Change::Origin(2, "x".into())] {
            assert_eq!(lines(change), TEXT);
        }
    }
}
