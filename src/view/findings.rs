//! Draws what was found in a trace, over its views, and has it looked for: behind the first
//! picture, in steps between which the browser draws, and again when the trace grew.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::steps::Steps;
use trace::find::{Detail, Finds, Scene, Stage};
use trace::skew::Skew;

use crate::desk::Desk;
use crate::finding::{Finding, Findings, Told, Topic, clocks};
use crate::picture::Picture;
use crate::prepare;
use surface::gate::Gate;

/// Attributes that tell what is asked, the older names behind those of today; and whether they are
/// addresses.
const DETAILS: [(&str, bool); 5] = [
    ("db.query.text", false),
    ("db.statement", false),
    ("url.full", true),
    ("http.url", true),
    ("http.target", true),
];
/// A trace that grows is looked through again after this many times what the last look took.
const RESTS: u32 = 8;
/// And after this long.
const LEAST: Duration = Duration::from_millis(400);

/// Findings, as far as there are any yet.
type Found = RwSignal<Option<Findings>>;

/// The list of what was found.
#[component]
pub fn FindingsBar(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// What the reader has set.
    desk: Desk,
) -> impl IntoView {
    let found: Found = RwSignal::new(None);
    look_for(picture, found);
    carry_out(picture, desk, found);
    // What the reader opened or closed; before that, problems are open.
    let chosen: RwSignal<Option<Option<Topic>>> = RwSignal::new(None);
    let open = Memo::new(move |_| {
        let there = |topic: &Topic| {
            found.with(|it| it.as_ref().is_some_and(|it| !it.of(*topic).is_empty()))
        };
        chosen.get().unwrap_or(Some(Topic::Problems)).filter(there)
    });
    view! {
        <section class="findings" aria-label="Findings">
            <Topics found open chosen />
            <Switches desk found />
            {move || open.get().map(|topic| view! { <List topic found picture desk /> })}
        </section>
    }
    .into_any()
}

/// A button for each topic.
#[component]
fn Topics(
    found: Found,
    open: Memo<Option<Topic>>,
    chosen: RwSignal<Option<Option<Topic>>>,
) -> impl IntoView {
    let topics = Memo::new(move |_| {
        let counts = |it: &Findings| {
            it.topics.iter().map(|(topic, list)| (*topic, list.len())).collect::<Vec<_>>()
        };
        found.with(|it| it.as_ref().map(counts).unwrap_or_default())
    });
    let button = move |(topic, count): (Topic, usize)| {
        let is_open = move || open.get() == Some(topic);
        let toggle = move |_| chosen.set(Some((!is_open()).then_some(topic)));
        view! {
            <li>
                <button
                    type="button"
                    class="switch"
                    class:bad=topic == Topic::Errors
                    class:warn=topic == Topic::Problems
                    aria-expanded=move || if is_open() { "true" } else { "false" }
                    aria-controls="findings"
                    on:click=toggle
                >
                    {topic.name()}
                    {topic.odd().then(|| view! { " "<span class="count">{count}</span> })}
                </button>
            </li>
        }
    };
    let said = move || {
        found.with(|it| match it {
            None => "Looking through the trace…",
            Some(it) if it.odd() == 0 => "Nothing odd was found.",
            Some(_) => "",
        })
    };
    view! {
        <h2>"Findings"</h2>
        <ul class="topics">{move || topics.get().into_iter().map(button).collect::<Vec<_>>()}</ul>
        <p class="none">{said}</p>
    }
    .into_any()
}

/// What can be switched on: the critical path on the bars, and clocks put right.
#[component]
fn Switches(desk: Desk, found: Found) -> impl IntoView {
    let path = Memo::new(move |_| {
        found.with(|it| it.as_ref().is_some_and(|it| !it.of(Topic::Critical).is_empty()))
    });
    let shifts = Memo::new(move |_| {
        found.with(|it| it.as_ref().map(|it| clocks(&it.shifts)).unwrap_or_default())
    });
    let switch =
        |on: RwSignal<bool>, name: &'static str, title: &'static str, more: Memo<String>| {
            view! {
                <button
                    type="button"
                    class="switch"
                    title=title
                    aria-pressed=move || if on.get() { "true" } else { "false" }
                    on:click=move |_| on.update(|on| *on = !*on)
                >
                    <span>{name}" "<span class="more">{move || more.get()}</span></span>
                </button>
            }
            .into_any()
        };
    let nothing = Memo::new(|_| String::new());
    view! {
        <div class="switches">
            <Show when=move || path.get()>
                {switch(
                    desk.critical,
                    "Mark critical path",
                    "Marks on the bars what would have to be shorter for the whole to be shorter",
                    nothing,
                )}
            </Show>
            <Show when=move || !shifts.with(String::is_empty)>
                {switch(
                    desk.adjusted,
                    "Adjust clocks",
                    "Shifts spans of services whose clocks differ into the requests that they answer",
                    shifts,
                )}
            </Show>
        </div>
    }
    .into_any()
}

/// The findings of a topic.
#[component]
fn List(topic: Topic, found: Found, picture: RwSignal<Picture>, desk: Desk) -> impl IntoView {
    let list = Memo::new(move |_| {
        found.with(|it| it.as_ref().map(|it| it.of(topic).to_vec()).unwrap_or_default())
    });
    let draw = move |finding: Finding| {
        let Finding { name, text, code, number, share, span, filter } = finding;
        let show = move |_| {
            let Some(span) = span else { return };
            picture.update(|picture| picture.reveal(span));
            desk.details.set(true);
        };
        let meter = share.map(|share| {
            let width = format!("{}.{}%", share / 10, share % 10);
            view! { <span class="meter" aria-hidden="true"><i style:inline-size=width></i></span> }
        });
        let name = (!name.is_empty()).then(|| view! { <strong>{name}</strong>" " });
        let code = (!code.is_empty()).then(|| view! { " "<code>{code}</code> });
        let show = span.map(|_| {
            view! { <button type="button" class="link" on:click=show>"Show"</button> }
        });
        let narrow = (!filter.is_empty()).then(|| {
            let narrow = move |_| desk.narrow(&filter);
            view! { <button type="button" class="link" on:click=narrow>"Filter"</button> }
        });
        view! {
            <li>
                <span class="number">{number}{meter}</span>
                <span class="said">{name}{text}{code}" "{show}" "{narrow}</span>
            </li>
        }
    };
    let rows = move || list.get().into_iter().map(draw).collect::<Vec<_>>();
    let numbered = move || list.with(|list| list.iter().any(|finding| !finding.number.is_empty()));
    view! {
        <ul id="findings" class="found" class:numbered=numbered aria-label=topic.name() tabindex="0">
            {rows}
        </ul>
    }
    .into_any()
}

/// Marks the critical path and puts clocks right, as the reader says.
fn carry_out(picture: RwSignal<Picture>, desk: Desk, found: Found) {
    let path = Memo::new(move |_| {
        let on = desk.critical.get();
        on.then(|| found.with(|it| it.as_ref().map(|it| Arc::clone(&it.path)))).flatten()
    });
    Effect::new(move |before: Option<()>| {
        let path = path.get();
        if before.is_some() || path.is_some() {
            picture.update(|picture| picture.mark(path));
        }
    });
    Effect::new(move |before: Option<()>| {
        let on = desk.adjusted.get();
        if before.is_some() || on {
            picture.update(|picture| picture.adjust(on));
        }
    });
}

/// Looks through the trace behind the first picture, and again when it grew; one look at a time.
fn look_for(picture: RwSignal<Picture>, found: Found) {
    let growth =
        Memo::new(move |_| picture.with(|picture| (picture.growth, picture.columns().len())));
    let gate = StoredValue::new(Gate::default());
    Effect::new(move |_| {
        if growth.get().1 == 0 || gate.try_update_value(Gate::enter) != Some(true) {
            return;
        }
        spawn_local(async move {
            loop {
                // What is drawn for the first time is drawn before.
                webext::drawn().await;
                let since = webext::clock::lived();
                let Some(findings) = look(picture).await else { return };
                let took = webext::clock::lived().saturating_sub(since);
                if found.try_update(|found| *found = Some(findings)).is_none() {
                    return;
                }
                webext::clock::sleep((took * RESTS).max(LEAST)).await;
                if gate.try_update_value(Gate::leave) != Some(true) {
                    return;
                }
            }
        });
    });
}

/// One look; `None` when the picture is gone.
async fn look(picture: RwSignal<Picture>) -> Option<Findings> {
    let mut steps = Steps::begin();
    let mut skew = Skew::default();
    prepare::all(picture, &mut steps, &mut Picture::prepare).await?;
    for (name, _) in DETAILS {
        prepare::all(picture, &mut steps, &mut |picture, size| picture.column(name, size)).await?;
    }
    steps.rest().await;
    study(picture, |picture| skew = picture.skew())?;
    steps.rest().await;
    // Trees of other times, where clocks are put right.
    study(picture, |picture| _ = picture.lens().tree())?;
    steps.rest().await;
    let mut finds = Finds::default();
    for stage in Stage::ALL {
        study(picture, |picture| step(&mut finds, stage, picture))?;
        steps.rest().await;
    }
    picture.try_with_untracked(|picture| {
        let told = Told {
            sheet: picture.sheet(),
            columns: picture.columns(),
            waterfall: picture.waterfall(),
            adjusted: picture.adjusted().is_some(),
        };
        Findings::tell(&finds, skew, &told)
    })
}

/// Makes something of a picture that nobody need draw anew for.
fn study(picture: RwSignal<Picture>, make: impl FnOnce(&mut Picture)) -> Option<()> {
    picture.try_maybe_update(|picture| {
        make(picture);
        (false, ())
    })
}

/// One stage of a look.
fn step(finds: &mut Finds, stage: Stage, picture: &mut Picture) {
    let (sheet, _) = picture.study();
    let columns = DETAILS.map(|(name, address)| (sheet.values(name), address));
    let details: Vec<Detail<'_>> = columns
        .iter()
        .map(|(column, address)| Detail {
            address: *address,
            of: &column.of,
            values: column.values(),
        })
        .collect();
    let spans = picture.columns();
    let (tree, own) = (picture.lens().tree(), picture.lens().own());
    // Where spans came in between, the next look sees all of them.
    if tree.len() == spans.len() {
        finds.step(stage, &Scene { spans, tree, own, details: &details });
    }
}
