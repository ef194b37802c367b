//! Draws one setting: its name, what it means, its control, what is wrong with it, its default.

use backend::link;
use leptos::prelude::*;

use crate::bodies::Bodies;
use crate::check;
use crate::control::Control;
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
            <Changed field draft wrong on_intent />
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
fn Changed(
    field: &'static Field,
    draft: Signal<Draft>,
    wrong: Memo<Option<String>>,
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let Field { key, kind, example, label, .. } = *field;
    match key {
        "bodies" => view! { <Bodies field draft on_intent /> }.into_any(),
        "sampling" => view! { <Rules field draft on_intent /> }.into_any(),
        _ => {
            let text = Memo::new(move |_| draft.with(|draft| draft.text(field)));
            let on_type = Callback::new(move |text| on_intent.run(Intent::Type(key, text)));
            let on_commit = Callback::new(move |()| on_intent.run(Intent::Commit(key)));
            let (id, name) = (key.to_owned(), Signal::stored(label.to_owned()));
            view! { <Control id name kind example text wrong on_type on_commit /> }.into_any()
        }
    }
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
