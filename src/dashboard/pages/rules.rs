//! How ids in paths are folded: the rules, visible and editable, with what is wrong at its line.

use bridge::query::route::{GRAMMAR, Rules, USUAL};
use leptos::prelude::*;

/// Most rules that are kept: more are no list that a person keeps.
const MOST: usize = 200;

/// What an editor of rules is given.
#[derive(Clone, Copy)]
pub struct Editor {
    /// The rules in force, a line each; none beside the usual ones.
    pub rules: Memo<Vec<String>>,
    /// Keeps other ones.
    pub on_rules: Callback<Vec<String>>,
}

/// What was typed, as rules.
///
/// # Errors
/// Where a line is no rule: which, and why.
pub fn read(text: &str) -> Result<Vec<String>, (usize, String)> {
    let lines: Vec<String> = text.trim_end().lines().map(|line| line.trim().to_owned()).collect();
    if lines.len() > MOST {
        return Err((MOST + 1, format!("{} rules, wanted at most {MOST}", lines.len())));
    }
    match Rules::parse(&lines) {
        Ok(_) => Ok(lines),
        Err(error) => Err((error.line, error.to_string())),
    }
}

/// Where a line of a text begins and ends, in UTF-16 as fields count; lines from 1.
#[must_use]
pub fn span(text: &str, line: usize) -> (u32, u32) {
    let size = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let before: u32 = text.split('\n').take(line.saturating_sub(1)).map(|it| size(it) + 1).sum();
    let own = text.split('\n').nth(line.saturating_sub(1)).map_or(0, size);
    (before, before.saturating_add(own))
}

/// The editor, under a disclosure.
#[component]
pub fn Folding(
    /// What it is given.
    editor: Editor,
) -> impl IntoView {
    let Editor { rules, on_rules } = editor;
    let field = NodeRef::<leptos::html::Textarea>::new();
    let (flaw, news) = (RwSignal::new(None::<String>), RwSignal::new(""));
    let save = move |_| {
        let Some(field) = field.get_untracked() else { return };
        let text = field.value();
        match read(&text) {
            Ok(lines) => {
                flaw.set(None);
                news.set("Saved: the tables below are folded by these rules.");
                on_rules.run(lines);
            }
            Err((line, error)) => {
                news.set("");
                flaw.set(Some(error));
                let (from, to) = span(&text, line);
                let _focused = field.focus();
                // Where it cannot be selected, the line's number says it.
                let _selected = field.set_selection_range(from, to);
            }
        }
    };
    let reset = move |_| {
        flaw.set(None);
        news.set("The usual rules hold.");
        if let Some(field) = field.get_untracked() {
            field.set_value("");
        }
        on_rules.run(Vec::new());
    };
    let usual = USUAL.map(|(name, about)| view! { <li><code>{name}</code>" "{about}</li> });
    let summary = move || match rules.with(Vec::len) {
        0 => "Rules: ids in paths are folded as usual".to_owned(),
        1 => "Rules: the usual ones and 1 of yours".to_owned(),
        many => format!("Rules: the usual ones and {many} of yours"),
    };
    view! {
        <details class="aside folding">
            <summary>{summary}</summary>
            <p class="hint">"Folded without being asked for, to :id in a route:"</p>
            <ul class="bounds">{usual.into_iter().collect_view()}</ul>
            <label for="rules" class="name">"Rules"</label>
            <textarea
                id="rules"
                rows="5"
                spellcheck="false"
                autocomplete="off"
                placeholder="/orders/*/lines"
                aria-describedby="rules-grammar rules-flaw"
                aria-invalid=move || flaw.with(Option::is_some).then_some("true")
                node_ref=field
                prop:value=move || rules.with(|rules| rules.join("\n"))
                on:input=move |_| news.set("")
            ></textarea>
            <p class="hint" id="rules-grammar">{GRAMMAR}</p>
            <p class="bad" id="rules-flaw" role="alert">{move || flaw.get()}</p>
            <p class="ways">
                <button type="button" class="verb" on:click=save>"Save rules"</button>
                <button type="button" class="verb" on:click=reset>"Usual rules only"</button>
                <span role="status" class="dim">{news}</span>
            </p>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_found_at_its_line() {
        assert_eq!(
            read("/orders/*\n\n# mine\n"),
            Ok(["/orders/*", "", "# mine"].map(str::to_owned).into())
        );
        let (line, error) = read("/orders/*\n-nothing").unwrap_err();
        assert_eq!(line, 2);
        assert!(error.starts_with("Rule 2: "), "{error}");
        assert_eq!(read(&"/a/*\n".repeat(MOST + 1)).unwrap_err().0, MOST + 1);
        assert_eq!(read(""), Ok(Vec::new()));
    }

    #[test]
    fn a_line_is_where_a_field_counts_it() {
        assert_eq!(span("ab\n𝒳d\nf", 2), (3, 6));
        assert_eq!(span("ab", 1), (0, 2));
        assert_eq!(span("ab", 9), (3, 3));
    }
}
