//! Draws the timeline of a session: its pages as bars, errors, failures and slow loads as marks of
//! their own shapes. Arrow keys go from mark to mark, and Enter opens the page of one.

use bridge::query::SessionDetails;
use leptos::prelude::*;
use surface::board::Only;
use trace::quantity;

use super::Opened;
use super::plot::{Bar, Mark, plot};

/// The timeline.
#[component]
pub fn Timeline(
    /// The session.
    details: Memo<SessionDetails>,
    /// Its pages.
    opened: Opened,
) -> impl IntoView {
    let plot = Memo::new(move |_| {
        details.with(|details| opened.courses.with(|courses| plot(details, courses)))
    });
    let at = RwSignal::new(0_usize);
    let count = move || plot.with(|plot| plot.marks.len());
    let chosen = Memo::new(move |_| at.get().min(count().saturating_sub(1)));
    let open = move |mark: usize| {
        let page = plot.with_untracked(|plot| plot.marks.get(mark).map(|mark| mark.page));
        let page = page.and_then(|page| {
            details.with_untracked(|details| details.pages.get(page).map(|line| line.page.clone()))
        });
        if let Some(page) = page {
            opened.show(&page);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let (now, last) = (chosen.get_untracked(), untrack(count).saturating_sub(1));
        match &*event.key() {
            "ArrowRight" | "ArrowDown" => at.set((now + 1).min(last)),
            "ArrowLeft" | "ArrowUp" => at.set(now.saturating_sub(1)),
            "Home" => at.set(0),
            "End" => at.set(last),
            "Enter" | " " => open(now),
            _ => return,
        }
        event.prevent_default();
    };
    let bars = move || plot.with(|plot| plot.bars.iter().map(bar).collect::<Vec<_>>());
    let marks = move || {
        let marks = plot.with(|plot| plot.marks.clone()).into_iter().enumerate();
        let draw = |(place, mark): (usize, Mark)| {
            let on_click = move |_| {
                at.set(place);
                open(place);
            };
            let selected = move || (chosen.get() == place).to_string();
            let (left, path, class) =
                (format!("{}%", mark.left), shape(mark.what), mark.what.name());
            view! {
                <svg x=left y="0" overflow="visible">
                    <g
                        role="option"
                        class=format!("spot {class}")
                        id=format!("mark-{place}")
                        aria-label=mark.name.clone()
                        aria-selected=selected
                        on:click=on_click
                    >
                        <title>{mark.name.clone()}</title>
                        <path d=path />
                    </g>
                </svg>
            }
            .into_any()
        };
        marks.map(draw).collect::<Vec<_>>()
    };
    let said = move || plot.with(|plot| plot.marks.get(chosen.get()).map(|mark| mark.name.clone()));
    let ends = move || {
        details.with(|details| quantity::duration(details.line.until.since(details.line.since)))
    };
    view! {
        <section class="timeline" aria-labelledby="timeline">
            <h2 id="timeline">"Timeline"</h2>
            <svg
                height="58"
                role="listbox"
                tabindex="0"
                aria-label="Pages, errors and slow loads in order of time"
                aria-activedescendant=move || format!("mark-{}", chosen.get())
                on:keydown=on_key
            >
                <g aria-hidden="true">{bars}</g>
                {marks}
            </svg>
            <div class="scale" aria-hidden="true"><span>"0"</span><span>{ends}</span></div>
            <p class="said">{said}</p>
            <ul class="legend" aria-hidden="true">
                {[(Only::All, "Page"), (Only::Errors, "JS error"), (Only::Failures, "API failure"), (Only::Slow, "Slow load")]
                    .map(|(what, word)| view! {
                        <li>
                            <svg width="14" height="14" viewBox="-7 3 14 14" overflow="visible">
                                <g class=format!("spot {}", what.name())><path d=small(what) /></g>
                            </svg>
                            {word}
                        </li>
                    })
                    .into_iter()
                    .collect::<Vec<_>>()}
            </ul>
        </section>
    }
    .into_any()
}

fn bar(bar: &Bar) -> AnyView {
    let of = |number: f64| format!("{number:.3}%");
    let class = if bar.slow { "load slow" } else { "load" };
    view! {
        <rect class="page" x=of(bar.left) y="30" width=of(bar.width) height="22" rx="2" />
        <rect class=class x=of(bar.left) y="30" width=of(bar.load) height="22" rx="2" />
    }
    .into_any()
}

/// The shape of a mark: a flag for a page, else above the bars.
const fn shape(what: Only) -> &'static str {
    match what {
        Only::Errors => "M0 3l7 7-7 7-7-7z",
        Only::Failures => "M0 3l7 13h-14z",
        Only::Slow => "M-6 4h12v12h-12z",
        Only::All | Only::Calls => "M0 24v30M0 24h6v5h-6z",
    }
}

/// As above, in the legend.
const fn small(what: Only) -> &'static str {
    match what {
        Only::All | Only::Calls => "M-3 4v12M-3 4h7v5h-7z",
        what => shape(what),
    }
}
