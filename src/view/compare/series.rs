//! Draws several runs of one page: their course while it goes on, each of them, and what varies.

use leptos::prelude::*;
use surface::mark::Mark;
use trace::TraceId;

use super::grid::{Deed, Grid, Heading};
use super::pair::Setting;
use super::runs::{Entry, Runs};
use super::versus::Settings;
use surface::address;
use surface::naming::time;
use surface::standing::Standing;
use surface::status::{Empty, State};

/// The columns: their classes, and what they are called.
const HEADINGS: [Heading; 8] = [
    ("path", "Span"),
    ("service", "Service"),
    ("median", "Median"),
    ("least", "Min"),
    ("most", "Max"),
    ("width", "Spread"),
    ("runs", "Runs"),
    ("strip", "From 0 to max"),
];

/// Why files are not taken.
pub const NO_FILES: &str = "A series takes runs that this browser made, and no files.";

/// Several runs of one page.
#[component]
pub fn Series(
    /// The runs.
    runs: RwSignal<Runs>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// Whether a file was dropped onto it.
    dropped: RwSignal<bool>,
    /// Ends the course.
    on_cancel: Callback<()>,
    /// Opens an address in a tab of its own.
    on_open: Callback<String>,
) -> impl IntoView {
    let there = Memo::new(move |_| runs.with(|runs| runs.standing().is_none()));
    let standing = Memo::new(move |_| runs.with(|runs| runs.standing().unwrap_or_default()));
    let title = Memo::new(move |_| runs.with(Runs::title));
    let entries = Memo::new(move |_| runs.with(|runs| runs.entries(zone)));
    view! {
        <main class="surface dashboard side">
            <header class="about">
                <div class="title">
                    <Mark />
                    <h1>"Runs of one page"</h1>
                    <p class="url">{title}</p>
                </div>
                <Show when=move || there.get()>
                    <Whole runs />
                </Show>
            </header>
            <Show when=move || dropped.get()>
                <p class="note warn" role="alert">
                    {NO_FILES}" Drop it on "<a href="app.html?view=file" target="_blank">"Open File"</a>
                    " to see it, or on "<a href=address::compare(None, None) target="_blank">"Compare traces"</a>
                    " to lay it beside another trace."
                </p>
            </Show>
            <Course runs on_cancel />
            <Show when=move || !entries.with(Vec::is_empty)>
                <List entries runs />
            </Show>
            <Show when=move || there.get() fallback=move || view! { <Empty standing /> }>
                <Bar runs />
                <Rows runs on_open />
            </Show>
        </main>
    }
    .into_any()
}

/// The whole pages in numbers.
#[component]
fn Whole(runs: RwSignal<Runs>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        runs.with(|runs| {
            let many = runs.many.as_ref()?;
            let [median, least, most, width] = many.whole().map(time);
            let count = many.runs().to_string();
            Some([
                ("Runs", count),
                ("Whole page, median", median),
                ("min", least),
                ("max", most),
                ("spread", width),
            ])
        })
    });
    let draw = |(name, text): (&'static str, String)| {
        view! { <div><dt>{name}</dt><dd>{text}</dd></div> }
    };
    let ends = move || {
        let (fast, slow) = runs.with(|runs| runs.many.as_ref()?.ends())?;
        let href = address::compare(Some(fast), Some(slow));
        Some(view! {
            <a href=href target="_blank" rel="noopener">"Compare fastest with slowest"</a>
        })
    };
    view! {
        <div class="whole">
            <dl class="facts line-up">
                {move || facts.get().map(|facts| facts.into_iter().map(draw).collect::<Vec<_>>())}
            </dl>
            {ends}
        </div>
    }
    .into_any()
}

/// How far the course is, and its end.
#[component]
fn Course(runs: RwSignal<Runs>, on_cancel: Callback<()>) -> impl IntoView {
    let standing =
        Memo::new(move |_| runs.with(|runs| runs.course.as_ref().map(|course| course.standing())));
    let there = Memo::new(move |_| standing.with(Option::is_some));
    let going = Memo::new(move |_| {
        runs.with(|runs| runs.course.as_ref().is_some_and(|course| course.end().is_none()))
    });
    let done = Memo::new(move |_| {
        runs.with(|runs| runs.course.as_ref().map(|course| course.done()).unwrap_or_default())
    });
    let words: Signal<Standing> = Signal::derive(move || standing.get().unwrap_or_default());
    view! {
        <Show when=move || there.get()>
            <section class="progress course" aria-label="Course">
                <State standing=words />
                <Show when=move || going.get()>
                    <progress
                        aria-label="Runs that are done"
                        max=move || done.get().1.to_string()
                        value=move || done.get().0.to_string()
                    ></progress>
                    <button type="button" class="verb" on:click=move |_| on_cancel.run(())>"Cancel"</button>
                    <p class="hint">"Leave the tab as it is: it is loaded again for each run."</p>
                </Show>
            </section>
        </Show>
    }
    .into_any()
}

/// The runs, each with its trace.
#[component]
fn List(entries: Memo<Vec<Entry>>, runs: RwSignal<Runs>) -> impl IntoView {
    let on_count = Callback::new(move |(trace, counts): (TraceId, bool)| {
        runs.update(|runs| runs.count(trace, counts));
    });
    let rows = move || {
        let draw = |it: Entry| view! { <Line it on_count /> };
        entries.get().into_iter().map(draw).collect::<Vec<_>>()
    };
    view! {
        <div class="runs-list" role="region" aria-label="Runs" tabindex="0">
            <table class="sums">
                <thead>
                    <tr>
                        <th scope="col">"Run"</th>
                        <th scope="col">"Counts"</th>
                        <th scope="col" class="start">"Started"</th>
                        <th scope="col">"Duration"</th>
                        <th scope="col">"Spans"</th>
                        <th scope="col">"Errors"</th>
                        <th scope="col" class="what">"Trace"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(it: Entry, on_count: Callback<(TraceId, bool)>) -> impl IntoView {
    let (trace, number) = (it.trace, it.number);
    let count = move |event| on_count.run((trace, event_target_checked(&event)));
    let [start, length, spans, errors] = it.figures;
    let flaw = (!it.flaw.is_empty()).then(|| view! { <span class="flaw">{it.flaw}</span> });
    view! {
        <tr class:out=!it.counts>
            <th scope="row">{number}</th>
            <td>
                <input
                    type="checkbox"
                    aria-label=format!("Run {number} counts")
                    prop:checked=it.counts
                    on:change=count
                />
            </td>
            <td class="start">{start}</td>
            <td>{length}</td>
            <td>{spans}</td>
            <td>{errors}</td>
            <td class="what">
                <a
                    href=address::dashboard(trace, None)
                    target="_blank"
                    rel="noopener"
                >
                    <span class="hidden">{format!("Trace of run {number}: ")}</span>
                    {surface::naming::short(&trace.to_string())}
                </a>
                {flaw}
            </td>
        </tr>
    }
    .into_any()
}

/// What is shown of the result.
#[component]
fn Bar(runs: RwSignal<Runs>) -> impl IntoView {
    let setting = Memo::new(move |_| runs.with(|runs| runs.setting));
    let set = Callback::new(move |setting: Setting| {
        runs.update(|runs| {
            runs.setting = setting;
            if let Some(many) = &mut runs.many {
                many.arrange(setting);
            }
        });
    });
    let warm = Memo::new(move |_| runs.with(Runs::warm));
    let leave = move |event| runs.update(|runs| runs.warm_up(event_target_checked(&event)));
    let cold = move || {
        warm.get().is_some().then(|| view! {
        <label class="check" title="Its caches were cold">
            <input type="checkbox" prop:checked=move || warm.get() == Some(true) on:change=leave />
            "Leave out run 1 as warm-up"
        </label>
    })
    };
    view! {
        <Settings setting set changed="Only what varies" ranked="Largest spread first">
            {cold}
        </Settings>
    }
    .into_any()
}

/// Span by span.
#[component]
fn Rows(runs: RwSignal<Runs>, on_open: Callback<String>) -> impl IntoView {
    let length = Memo::new(move |_| {
        runs.with(|runs| runs.many.as_ref().map_or(0, |many| many.outline().len()))
    });
    let chosen = Memo::new(move |_| runs.with(|runs| runs.many.as_ref()?.outline().place()));
    let lines = Callback::new(move |range| {
        runs.with(|runs| runs.many.as_ref().map(|many| many.lines(range)).unwrap_or_default())
    });
    let on_deed = Callback::new(move |deed: Deed| {
        let follow = |runs: &mut Runs| runs.many.as_mut().is_some_and(|many| many.follow(deed));
        runs.try_update(follow) == Some(true)
    });
    let nothing = Signal::stored(Standing::new(
        surface::lamp::Tone::Good,
        "Nothing varies",
        format!(
            "Each path is in every run, and none varies by more than {}.",
            super::difference::SMALLEST
        ),
    ));
    view! {
        <Show when=move || length.get() != 0 fallback=move || view! { <Empty standing=nothing /> }>
            <Grid
                name="Spans of all runs"
                class="series"
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
