//! The tools above a waterfall: folding by level, the window of time, what the signs mean.

use leptos::prelude::*;
use trace::waterfall::Level;

use crate::desk::{Desk, Stretch};
use crate::keys::{self, Act, Zoom};
use crate::phase::KINDS;
use crate::picture::Picture;
use crate::shortcuts::turn;

/// Signs of a chart that are no phases: class, name, meaning.
const SIGNS: [(&str, &str, &str); 6] = [
    (
        "marked good",
        "Web Vital",
        "on the ruler, by its rating: solid good, dashed not good, dotted poor",
    ),
    ("marked idle", "Milestone", "on the ruler: DOMContentLoaded, load"),
    ("sign thrown", "Error", "something was thrown"),
    ("sign acted", "User operation", "a click, a key, a form"),
    ("sign", "Event", "anything else that a span tells"),
    ("failed", "Failed span", "outlined, with the word error"),
];

/// The tools.
#[component]
pub fn Tools(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
    /// The stretch of time in view.
    stretch: Memo<Stretch>,
    /// Whether the list of keys is shown.
    help: RwSignal<bool>,
) -> impl IntoView {
    let level = move |sign: &'static str, name: &'static str, level: Level| {
        let key = keys::shown(Act::Level(level));
        let on_click = move |_| picture.update(|picture| picture.level(level));
        tool(sign, name, key, on_click)
    };
    let time = move |sign: &'static str, name: &'static str, act: Act| {
        tool(sign, name, keys::shown(act), move |_| turn(act, picture, desk))
    };
    let whole = move || stretch.with(|stretch| stretch.width() >= stretch.length);
    view! {
        <div class="levers" role="toolbar" aria-label="Waterfall tools">
            <span class="bunch">
                <span class="what" aria-hidden="true">"Levels"</span>
                {level("−1", "Collapse one level", Level::CollapseOne)}
                {level("+1", "Expand one level", Level::ExpandOne)}
                {level("None", "Collapse all", Level::CollapseAll)}
                {level("All", "Expand all", Level::ExpandAll)}
            </span>
            <span class="bunch">
                <span class="what" aria-hidden="true">"Zoom"</span>
                {time("−", "Zoom out", Act::Zoom(Zoom::Out))}
                {time("+", "Zoom in", Act::Zoom(Zoom::In))}
                {time("Fit", "Zoom to the chosen span", Act::Fit)}
                <Show when=move || !whole()>
                    {time("All", "Show the whole trace", Act::Reset)}
                </Show>
            </span>
            <span class="bunch last">
                <Legend />
                {tool("?", "Keyboard shortcuts", keys::shown(Act::Help), move |_| help.set(true))}
            </span>
        </div>
    }
    .into_any()
}

fn tool(
    sign: &'static str,
    name: &'static str,
    key: &'static str,
    on_click: impl Fn(leptos::ev::MouseEvent) + 'static,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="tool"
            aria-label=format!("{name}: {sign}")
            aria-keyshortcuts=key
            title=format!("{name} ({key})")
            on:click=on_click
        >
            {sign}
        </button>
    }
    .into_any()
}

/// What is what in the chart.
#[component]
fn Legend() -> impl IntoView {
    let item = |class: String, name: &'static str, meaning: &'static str| {
        view! {
            <li>
                <span class="sample" aria-hidden="true"><i class=class></i></span>
                <strong>{name}</strong>" "<span class="meaning">{meaning}</span>
            </li>
        }
    };
    let phases = KINDS.iter().map(|it| item(format!("phase {}", it.class), it.name, it.meaning));
    let signs = SIGNS.into_iter().map(|(class, name, text)| item(class.to_owned(), name, text));
    let (phases, signs): (Vec<_>, Vec<_>) = (phases.collect(), signs.collect());
    view! {
        <details class="signs">
            <summary>"Legend"</summary>
            <div role="group" aria-label="Legend" tabindex="0">
                <h3>"In the bars of loads"</h3>
                <ul>{phases}</ul>
                <h3>"Marks"</h3>
                <ul>{signs}</ul>
            </div>
        </details>
    }
    .into_any()
}
