//! Draws the comparison of two traces: both in numbers, what differs, and span by span.

use leptos::prelude::*;
use surface::mark::Mark;
use trace::TraceId;
use trace::request::TracedRequest;

use super::choice::Choice;
use super::difference;
use super::duel::{Duel, Facts};
use super::grid::{Deed, Grid, Heading};
use super::pair::{Setting, Tally};
use crate::files::{Act, Going, Notes, Traces};
use crate::opening::{Opening, Stage};
use surface::standing::Standing;
use surface::status::Empty;

/// The columns: their classes, and what they are called.
const HEADINGS: [Heading; 8] = [
    ("path", "Span"),
    ("service", "Service"),
    ("first", "A"),
    ("second", "B"),
    ("by", "Difference"),
    ("share", "Share"),
    ("verdict", "Verdict"),
    ("strip", "A above B"),
];

/// The comparison of two traces.
#[component]
pub fn Versus(
    /// The comparison.
    duel: RwSignal<Duel>,
    /// The requests that the journal knows.
    rows: RwSignal<Vec<TracedRequest>>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// Puts each trace in the other's place.
    on_swap: Callback<()>,
    /// Goes to the comparison with a trace.
    on_trace: Callback<TraceId>,
    /// The second trace stays, another one is to be chosen.
    on_again: Callback<()>,
    /// Opens an address in a tab of its own.
    on_open: Callback<String>,
    /// How the opening of files stands.
    opening: RwSignal<Opening>,
    /// Carries out what the reader wants of files.
    on_act: Callback<Act>,
    /// Whether there is something to go back to.
    back: bool,
) -> impl IntoView {
    let there = Memo::new(move |_| duel.with(|duel| duel.standing().is_none()));
    let choosing = Memo::new(move |_| duel.with(Duel::choosing));
    let alone = Memo::new(move |_| duel.with(|duel| duel.wanted.iter().any(Option::is_none)));
    let standing = Memo::new(move |_| duel.with(|duel| duel.standing().unwrap_or_default()));
    let kept = Memo::new(move |_| duel.with(Duel::kept));
    let here = Memo::new(move |_| duel.with(Duel::any_file));
    view! {
        <main class="surface dashboard side">
            <header class="about">
                <div class="title"><Mark /><h1>"Compare traces"</h1></div>
                {back.then(|| view! {
                    <div class="ways">
                        <button type="button" class="verb" on:click=move |_| on_act.run(Act::Back)>"Back"</button>
                    </div>
                })}
                <Show when=move || there.get()>
                    <Summary duel zone on_swap on_again />
                </Show>
            </header>
            <Notes opening />
            <Brought opening zone on_act />
            <Show when=move || there.get()>
                <Bar duel />
                <Rows duel on_open />
            </Show>
            <Show when=move || !there.get() && !alone.get()>
                <Empty standing />
            </Show>
            <Show when=move || choosing.get()>
                <Choice of=kept rows zone here on_trace on_act />
            </Show>
        </main>
    }
    .into_any()
}

/// Files on their way into the comparison, and their traces where one is to be chosen.
#[component]
fn Brought(opening: RwSignal<Opening>, zone: i32, on_act: Callback<Act>) -> impl IntoView {
    let stage = Memo::new(move |_| opening.with(|opening| opening.stage));
    move || match stage.get() {
        Stage::Reading => view! { <Going opening on_act /> }.into_any(),
        Stage::Choosing => view! { <Traces opening zone on_act /> }.into_any(),
        Stage::Waiting | Stage::Shown => ().into_any(),
    }
}

/// Both traces in numbers, and their difference.
#[component]
fn Summary(
    duel: RwSignal<Duel>,
    zone: i32,
    on_swap: Callback<()>,
    on_again: Callback<()>,
) -> impl IntoView {
    let facts = Memo::new(move |_| duel.with(|duel| duel.facts(zone)));
    let draw = |it: Facts| {
        let title = if it.link.is_empty() {
            it.title.into_any()
        } else {
            view! { <a href=it.link target="_blank" rel="noopener">{it.title}</a> }.into_any()
        };
        let [start, length, spans, errors] = it.figures;
        view! {
            <tr>
                <th scope="row">{it.letter}</th>
                <td class="what">{title}</td>
                <td class="start">{start}</td>
                <td>{length}</td>
                <td>{spans}</td>
                <td>{errors}</td>
            </tr>
        }
    };
    view! {
        <table class="sums" aria-label="Both traces">
            <thead>
                <tr>
                    <th scope="col"><span class="hidden">"Which"</span></th>
                    <th scope="col" class="what">"Trace"</th>
                    <th scope="col" class="start">"Started"</th>
                    <th scope="col">"Duration"</th>
                    <th scope="col">"Spans"</th>
                    <th scope="col">"Errors"</th>
                </tr>
            </thead>
            <tbody>{move || facts.get().into_iter().map(draw).collect::<Vec<_>>()}</tbody>
        </table>
        <div class="deeds">
            <button type="button" class="verb" on:click=move |_| on_swap.run(())>"Swap A and B"</button>
            <button type="button" class="verb" on:click=move |_| on_again.run(())>
                "Compare B with Another…"
            </button>
        </div>
        {move || duel.with(Duel::caveats).into_iter().map(|text| {
            view! { <p class="note warn">{text}</p> }
        }).collect::<Vec<_>>()}
    }
    .into_any()
}

/// What differs in numbers, and what is shown of it.
#[component]
fn Bar(duel: RwSignal<Duel>) -> impl IntoView {
    let setting = Memo::new(move |_| duel.with(|duel| duel.setting));
    let set = Callback::new(move |setting: Setting| {
        duel.update(|duel| {
            duel.setting = setting;
            if let Some(pair) = &mut duel.pair {
                pair.arrange(setting);
            }
        });
    });
    let tally = Memo::new(move |_| {
        duel.with(|duel| duel.pair.as_ref().map(|pair| pair.tally()).unwrap_or_default())
    });
    let counts = move || {
        let tally = tally.get();
        let count = |verdict| {
            let class = format!("verdict {}", difference::word(verdict));
            let (mark, word) = (difference::mark(verdict), difference::word(verdict));
            view! { <li class=class>{format!("{mark} {} {word}", tally.of(verdict))}</li> }
        };
        let there = Tally::ALL.into_iter().filter(|verdict| tally.of(*verdict) > 0);
        there.map(count).collect::<Vec<_>>()
    };
    view! {
        <Settings setting set changed="Only what differs" ranked="Largest difference first">
            <ul class="tally" aria-label="What differs">{counts}</ul>
        </Settings>
        <p class="equal" role="status">{move || duel.with(Duel::equal)}</p>
    }
    .into_any()
}

/// The order and the filter of a comparison.
#[component]
pub fn Settings(
    /// What is shown.
    #[prop(into)]
    setting: Signal<Setting>,
    /// Shows something else.
    set: Callback<Setting>,
    /// What the filter is called.
    changed: &'static str,
    /// What the order by rank is called.
    ranked: &'static str,
    /// What stands beside.
    children: Children,
) -> impl IntoView {
    let order = move |event: leptos::ev::Event| {
        let ranked = event_target_value(&event) == "rank";
        set.run(Setting { ranked, ..setting.get_untracked() });
    };
    let only = move |event: leptos::ev::Event| {
        let only = event_target_checked(&event);
        set.run(Setting { only, ..setting.get_untracked() });
    };
    view! {
        <div class="filters" role="group" aria-label="What is shown">
            <label>
                "Order "
                <select on:change=order>
                    <option value="tree" selected=move || !setting.get().ranked>"As a tree"</option>
                    <option value="rank" selected=move || setting.get().ranked>{ranked}</option>
                </select>
            </label>
            <label class="check">
                <input type="checkbox" prop:checked=move || setting.get().only on:change=only />
                {changed}
            </label>
            {children()}
        </div>
    }
    .into_any()
}

/// Span by span.
#[component]
fn Rows(duel: RwSignal<Duel>, on_open: Callback<String>) -> impl IntoView {
    let length = Memo::new(move |_| {
        duel.with(|duel| duel.pair.as_ref().map_or(0, |pair| pair.outline().len()))
    });
    let chosen = Memo::new(move |_| duel.with(|duel| duel.pair.as_ref()?.outline().place()));
    let lines = Callback::new(move |range| {
        duel.with(|duel| duel.pair.as_ref().map(|pair| pair.lines(range)).unwrap_or_default())
    });
    let on_deed = Callback::new(move |deed: Deed| {
        let follow = |duel: &mut Duel| duel.pair.as_mut().is_some_and(|pair| pair.follow(deed));
        duel.try_update(follow) == Some(true)
    });
    let nothing = Signal::stored(Standing::new(
        surface::lamp::Tone::Good,
        "Nothing differs",
        format!("No path differs by more than {}.", difference::SMALLEST),
    ));
    view! {
        <Show when=move || length.get() != 0 fallback=move || view! { <Empty standing=nothing /> }>
            <Grid
                name="Spans of both traces"
                class="pair"
                headings=HEADINGS.to_vec()
                length
                chosen
                lines
                on_deed
                on_open
            />
        </Show>
    }
    .into_any()
}
