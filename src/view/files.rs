//! Draws what files are opened into: where to drop them, how far the reading is, the traces of a file
//! that has several, and the one that was chosen.

use leptos::html;
use leptos::prelude::*;
use surface::mark::Mark;
use surface::moment;
use trace::{TraceId, quantity};

use crate::opening::{Note, Opening, Stage, Tone};
use crate::picture::Picture;
use crate::trace_view::{Facts, TraceView};
use crate::traces::Found;

/// What the reader wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// To choose files.
    Choose,
    /// To read them no more.
    Cancel,
    /// To see a trace of several; `None` for all of them together.
    Show(Option<TraceId>),
    /// To choose another one.
    List,
    /// To lay another trace beside the one that is shown.
    Compare,
    /// To go back to what was there before.
    Back,
}

/// The view of files.
#[component]
pub fn Files(
    /// How the opening stands.
    opening: RwSignal<Opening>,
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// Whether there is something to go back to.
    back: bool,
    /// The devtools' theme; `None` to follow the system.
    theme: Option<&'static str>,
    /// Carries out what the reader wants.
    on_act: Callback<Act>,
) -> impl IntoView {
    let stage = Memo::new(move |_| opening.with(|opening| opening.stage));
    let body = move || match stage.get() {
        Stage::Waiting => view! { <Place on_act /> }.into_any(),
        Stage::Reading => view! { <Going opening on_act /> }.into_any(),
        Stage::Choosing => view! { <Traces opening zone on_act /> }.into_any(),
        Stage::Shown => view! { <TraceView picture /> }.into_any(),
    };
    let shown = move || stage.get() == Stage::Shown;
    let on_compare = Callback::new(move |()| on_act.run(Act::Compare));
    view! {
        <main class="surface dashboard files" data-theme=theme>
            <header class="about">
                <Title opening picture />
                <Ways opening back on_act />
                <Show when=shown><Facts picture zone on_compare /></Show>
            </header>
            <Notes opening />
            {body}
        </main>
    }
    .into_any()
}

/// What is shown, and which files it came of.
#[component]
fn Title(opening: RwSignal<Opening>, picture: RwSignal<Picture>) -> impl IntoView {
    let title = Memo::new(move |_| {
        let stage = opening.with(|opening| opening.stage);
        let title = picture.with(|picture| picture.summary().title);
        if stage == Stage::Shown && !title.is_empty() { title } else { "Open File".to_owned() }
    });
    let names = Memo::new(move |_| match opening.with(|opening| opening.stage) {
        Stage::Shown | Stage::Choosing => opening.with(|opening| opening.names.clone()),
        _ => String::new(),
    });
    view! {
        <div class="title">
            <Mark />
            <h1>{title}</h1>
            <p class="url">{names}</p>
        </div>
    }
    .into_any()
}

/// The ways from here.
#[component]
fn Ways(opening: RwSignal<Opening>, back: bool, on_act: Callback<Act>) -> impl IntoView {
    let state = Memo::new(move |_| opening.with(|opening| (opening.stage, opening.found.len())));
    let way = move |name: String, act: Act| {
        view! { <button type="button" class="verb" on:click=move |_| on_act.run(act)>{name}</button> }
    };
    let other = move || {
        matches!(state.get().0, Stage::Shown | Stage::Choosing)
            .then(|| way("Open Another".to_owned(), Act::Choose))
    };
    let list = move || match state.get() {
        (Stage::Shown, count @ 2..) => Some(way(format!("All {count} Traces"), Act::List)),
        _ => None,
    };
    view! {
        <div class="ways" role="group" aria-label="File">
            {back.then(|| way("Back".to_owned(), Act::Back))}
            {list}
            {other}
        </div>
    }
    .into_any()
}

/// What came of the files, as far as there is something to say.
#[component]
pub fn Notes(
    /// How the opening stands.
    opening: RwSignal<Opening>,
) -> impl IntoView {
    let notes = Memo::new(move |_| opening.with(|opening| opening.notes.clone()));
    let draw = |Note { tone, text }: Note| {
        let class = match tone {
            Tone::Good => "note",
            Tone::Part => "note warn",
            Tone::Bad => "note bad",
        };
        view! { <p class=class>{text}</p> }
    };
    view! {
        <div role="alert" class="notes">
            {move || notes.get().into_iter().map(draw).collect::<Vec<_>>()}
        </div>
    }
    .into_any()
}

/// Where files are dropped.
#[component]
fn Place(on_act: Callback<Act>) -> impl IntoView {
    let first = NodeRef::<html::Button>::new();
    first.on_load(|button| drop(button.focus()));
    let format = |(name, of)| view! { <li><strong>{name}</strong>" "{of}</li> };
    view! {
        <section class="drop-place" aria-label="Open files">
            <h2>"Drop traces here"</h2>
            <p>
                "One file or several: what belongs to one trace is shown as one. A trace's JSON can
                also be pasted."
            </p>
            <button type="button" class="verb main" node_ref=first on:click=move |_| on_act.run(Act::Choose)>
                "Choose Files"
            </button>
            <ul class="formats" aria-label="Formats">
                {FORMATS.into_iter().map(format).collect::<Vec<_>>()}
            </ul>
            <p class="quiet">
                "Files are known by their content, packed with gzip or not. They stay in this browser."
            </p>
        </section>
    }
    .into_any()
}

/// What can be opened.
const FORMATS: [(&str, &str); 6] = [
    ("OTLP", "JSON or protobuf, also of the OpenTelemetry Collector"),
    ("Jaeger", "JSON, as its UI saves it"),
    ("Zipkin", "JSON, version 2"),
    ("Tempo", "JSON or protobuf, as its API answers"),
    ("HAR", "the log of a browser's network panel"),
    ("Chrome", "a trace of the Performance panel: user timing and network"),
];

/// How far the reading is.
#[component]
pub fn Going(
    /// How the opening stands.
    opening: RwSignal<Opening>,
    /// Carries out what the reader wants.
    on_act: Callback<Act>,
) -> impl IntoView {
    let words = Memo::new(move |_| opening.with(|opening| opening.going.words()));
    let of = Memo::new(move |_| opening.with(|opening| opening.going.of));
    let read = Memo::new(move |_| opening.with(|opening| opening.going.read));
    // Without a value it only says that something goes on.
    let value = move || (of.get() > 0).then(|| read.get().to_string());
    view! {
        <section class="going">
            <p>{words}</p>
            <progress aria-label="Reading files" max=move || of.get().max(1) value=value></progress>
            <button type="button" class="verb" on:click=move |_| on_act.run(Act::Cancel)>"Cancel"</button>
        </section>
    }
    .into_any()
}

/// The traces to choose from.
#[component]
pub fn Traces(
    /// How the opening stands.
    opening: RwSignal<Opening>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// Carries out what the reader wants.
    on_act: Callback<Act>,
) -> impl IntoView {
    let list = Memo::new(move |_| {
        opening.with(|it| it.found.iter().take(it.listed).cloned().collect::<Vec<_>>())
    });
    let count = Memo::new(move |_| opening.with(|opening| opening.found.len()));
    let draw = move |found: Found| view! { <Trace found zone on_act /> };
    let more = move || {
        let left = count.get().saturating_sub(list.with(Vec::len));
        let on_more = move |_| opening.update(Opening::more);
        (left > 0).then(|| {
            view! {
                <button type="button" class="verb" on:click=on_more>
                    {format!("List more: {left} are left")}
                </button>
            }
        })
    };
    view! {
        <section class="traces" aria-label="Traces">
            <div class="lead">
                <h2>{move || quantity::count(count.get() as u64, "trace")}</h2>
                <button type="button" class="verb" on:click=move |_| on_act.run(Act::Show(None))>
                    "Show All Together"
                </button>
            </div>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Trace"</th>
                        <th scope="col" class="number">"Spans"</th>
                        <th scope="col" class="number">"Errors"</th>
                        <th scope="col" class="number">"Duration"</th>
                        <th scope="col" class="wide">"Started"</th>
                        <th scope="col" class="wide">"Id"</th>
                    </tr>
                </thead>
                <tbody>{move || list.get().into_iter().map(draw).collect::<Vec<_>>()}</tbody>
            </table>
            {more}
        </section>
    }
    .into_any()
}

/// One of them.
#[component]
fn Trace(found: Found, zone: i32, on_act: Callback<Act>) -> impl IntoView {
    let Found { trace, name, service, spans, errors, start, length } = found;
    let name = if name.is_empty() { "no name".to_owned() } else { short(name) };
    let started = if start.nanos() == 0 { String::new() } else { moment::date(start, zone) };
    view! {
        <tr>
            <td>
                <button
                    type="button"
                    class="link"
                    on:click=move |_| on_act.run(Act::Show(Some(trace)))
                >
                    {name}
                </button>
                " "
                <span class="quiet">{short(service)}</span>
            </td>
            <td class="number">{quantity::grouped(spans as u64)}</td>
            <td class="number" class:bad=errors != 0>{quantity::grouped(errors as u64)}</td>
            <td class="number">{quantity::duration(length)}</td>
            <td class="wide">{started}</td>
            <td class="wide mono">{trace.to_string()}</td>
        </tr>
    }
    .into_any()
}

/// As much of a text as a line may have: names come from strangers.
fn short(mut text: String) -> String {
    const LONGEST: usize = 200;
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST));
        text.push('…');
    }
    text
}
