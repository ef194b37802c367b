//! Draws one setting: its name, what it means, its control, what is wrong with it, its default.

use backend::link;
use leptos::prelude::*;

use crate::bodies::Bodies;
use crate::check;
use crate::draft::Draft;
use crate::field::{Field, Kind};
use crate::page::Intent;
use crate::preset::PRESETS;
use crate::rules::Rules;

/// One setting.
#[component]
pub fn Setting(
    /// Which.
    field: &'static Field,
    /// What is typed and what is in force.
    draft: Signal<Draft>,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let wrong = Memo::new(move |_| draft.with(|draft| draft.problem(field)));
    let linked = matches!(field.key, "links.trace" | "links.session");
    view! {
        <div class="setting" class:flag=field.kind == Kind::Switch>
            <label for=field.key>{field.label}</label>
            <p class="meaning" id=about(field)>{field.meaning}</p>
            {linked.then(|| view! { <Presets field on_intent /> })}
            <Control field draft wrong on_intent />
            <p class="wrong" id=flaw(field) aria-live="polite">{move || wrong.get()}</p>
            {linked.then(|| view! { <Preview field draft /> })}
            <Default field draft on_intent />
        </div>
    }
    .into_any()
}

fn about(field: &Field) -> String {
    format!("{}-about", field.key)
}

fn flaw(field: &Field) -> String {
    format!("{}-flaw", field.key)
}

/// What a field is changed with.
#[component]
fn Control(
    field: &'static Field,
    draft: Signal<Draft>,
    wrong: Memo<Option<String>>,
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let text = Memo::new(move |_| draft.with(|draft| draft.text(field)));
    let invalid = move || wrong.with(|wrong| wrong.is_some().then_some("true"));
    let described = format!("{} {}", about(field), flaw(field));
    let type_in = move |text: String| on_intent.run(Intent::Type(field.key, text));
    let commit = move || on_intent.run(Intent::Commit(field.key));
    let choose = move |text: String| {
        type_in(text);
        commit();
    };
    match field.kind {
        Kind::Switch => view! {
            <input
                type="checkbox"
                id=field.key
                aria-describedby=described
                prop:checked=move || text.get() == "true"
                on:change:target=move |event| choose(event.target().checked().to_string())
            />
        }
        .into_any(),
        Kind::Choice(words) => view! {
            <select
                id=field.key
                aria-describedby=described
                prop:value=move || text.get()
                on:change:target=move |event| choose(event.target().value())
            >
                {options(words, &text.get_untracked())}
            </select>
        }
        .into_any(),
        Kind::List if field.key == "bodies" => {
            view! { <Bodies field draft on_intent /> }.into_any()
        }
        Kind::List if field.key == "sampling" => {
            view! { <Rules field draft on_intent /> }.into_any()
        }
        Kind::List => view! {
            <textarea
                id=field.key
                rows="3"
                spellcheck="false"
                placeholder=field.example
                aria-describedby=described
                aria-invalid=invalid
                prop:value=move || text.get()
                on:input:target=move |event| type_in(event.target().value())
                on:change=move |_| commit()
            ></textarea>
        }
        .into_any(),
        Kind::Text | Kind::Secret | Kind::Number => view! {
            <input
                type=if field.kind == Kind::Secret { "password" } else { "text" }
                id=field.key
                inputmode=(field.kind == Kind::Number).then_some("numeric")
                autocomplete="off"
                spellcheck="false"
                placeholder=field.example
                aria-describedby=described
                aria-invalid=invalid
                prop:value=move || text.get()
                on:input:target=move |event| type_in(event.target().value())
                on:change=move |_| commit()
            />
        }
        .into_any(),
    }
}

fn options(words: &'static [(&'static str, &'static str)], now: &str) -> Vec<AnyView> {
    let option = |(word, meaning): &(&'static str, &'static str)| {
        view! { <option value=*word selected=*word == now>{*meaning}</option> }.into_any()
    };
    words.iter().map(option).collect()
}

/// The default, and the way back to it.
#[component]
fn Default(
    field: &'static Field,
    draft: Signal<Draft>,
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let changed = Memo::new(move |_| draft.with(|draft| draft.changed(field)));
    let reset = move |_| {
        on_intent.run(Intent::Type(field.key, field.default()));
        on_intent.run(Intent::Commit(field.key));
    };
    view! {
        <p class="default">
            {format!("Default: {}", field.default_words())}
            <Show when=move || changed.get()>
                " "
                <button
                    type="button"
                    class="link"
                    aria-label=format!("Reset {} to its default", field.label)
                    on:click=reset
                >
                    "Reset"
                </button>
            </Show>
        </p>
    }
    .into_any()
}

/// Known dashboards, whose links are put in the field.
#[component]
fn Presets(field: &'static Field, on_intent: Callback<Intent>) -> impl IntoView {
    let link = |preset: &crate::preset::Preset| match field.key {
        "links.trace" => preset.trace,
        _ => preset.session,
    };
    let known: Vec<_> = PRESETS.iter().filter(|preset| !link(preset).is_empty()).collect();
    let names =
        known.iter().map(|preset| view! { <option value=link(preset)>{preset.name}</option> });
    let names: Vec<_> = names.collect();
    view! {
        <select
            class="presets"
            aria-label=format!("Preset for {}", field.label)
            on:change:target=move |event| {
                let template = event.target().value();
                event.target().set_value("");
                if !template.is_empty() {
                    on_intent.run(Intent::Type(field.key, template));
                    on_intent.run(Intent::Commit(field.key));
                }
            }
        >
            <option value="">"Put in the link of a known dashboard…"</option>
            {names}
        </select>
    }
    .into_any()
}

/// The address that a link makes of values that might be, as it is typed.
#[component]
fn Preview(field: &'static Field, draft: Signal<Draft>) -> impl IntoView {
    let url = Memo::new(move |_| draft.with(|draft| preview(field, &draft.text(field))));
    let names = link::NAMES.map(|name| format!("{{{name}}}")).join(" ");
    view! {
        <details class="placeholders">
            <summary>"Placeholders"</summary>
            <p>{names}</p>
            <p>
                "xrayId and spanNumber are the ids as AWS X-Ray and Datadog write them. Times are \
                 since 1970, in milliseconds, microseconds and seconds; an end is rounded up. \
                 Every value is percent-encoded."
            </p>
        </details>
        <p class="preview">
            "Preview: "
            <output for=field.key>{move || url.get()}</output>
        </p>
    }
    .into_any()
}

fn preview(field: &Field, template: &str) -> String {
    let values = if field.key == "links.trace" { link::sample() } else { check::session() };
    match template.trim() {
        "" => "Tracelight's own dashboard".to_owned(),
        template => match link::check(template).map(|()| link::fill(template, &values)) {
            Ok(Ok(url)) => url,
            _ => "none, until the link is one".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_the_address_that_would_open() {
        let (trace, session) =
            (Field::of("links.trace").unwrap(), Field::of("links.session").unwrap());
        assert_eq!(preview(trace, ""), "Tracelight's own dashboard");
        assert_eq!(
            preview(trace, "https://x.test/{traceId}?o={origin}"),
            "https://x.test/4bf92f3577b34da6a3ce929d0e0e4736?o=https%3A%2F%2Fshop.example"
        );
        assert_eq!(preview(trace, "https://x.test/{trace}"), "none, until the link is one");
        assert_eq!(preview(session, "https://x.test/{traceId}"), "none, until the link is one");
    }
}
