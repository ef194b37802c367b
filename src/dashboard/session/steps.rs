//! Draws what happened in a page, step by step.

use leptos::prelude::*;
use surface::address;
use surface::board::{Board, Only, Tab};
use surface::lamp::{Lamp, Tone};
use trace::stack::{self, Frame, Part};
use trace::{Timestamp, quantity};

use super::Course;
use crate::course::Step;

/// Steps that are drawn before one asks for more.
const FIRST: usize = 200;
/// Letters of a piece of text that are drawn.
const LONGEST: usize = 2_000;

/// The steps of a page.
#[component]
pub fn Steps(
    /// What is known of them.
    course: Memo<Option<Course>>,
    /// Which of them are wanted.
    only: Memo<Only>,
    /// When the page began.
    start: Timestamp,
) -> impl IntoView {
    let most = RwSignal::new(FIRST);
    let draw = move || {
        match course.get() {
        None | Some(Course::Waiting) => view! {
            <p class="inside" role="status">
                <Lamp tone=Signal::stored(Tone::Busy) />
                "Reading the page's spans"
            </p>
        }
        .into_any(),
        Some(Course::Failed(reason)) => view! {
            <p class="inside note bad" role="alert">
                {format!("What happened in this page cannot be read: {reason}. Close and expand it to try again.")}
            </p>
        }
        .into_any(),
        Some(Course::There(steps)) => {
            let wanted: Vec<Step> = steps.into_iter().filter(|step| step.is(only.get())).collect();
            let (all, drawn) = (wanted.len(), most.get());
            let more = (all > drawn).then(|| {
                let on_click = move |_| most.update(|most| *most += FIRST);
                let text = format!("Show more: {drawn} of {all} are shown");
                view! { <button type="button" class="verb" on:click=on_click>{text}</button> }
            });
            let list = wanted.into_iter().take(drawn).map(|step| row(step, start));
            view! { <ol class="steps">{list.collect::<Vec<_>>()}</ol>{more} }.into_any()
        }
    }
    };
    draw.into_any()
}

/// A step.
fn row(step: Step, start: Timestamp) -> AnyView {
    let open = RwSignal::new(false);
    let class = match (step.failed, step.slow) {
        (true, _) => "ended bad",
        (_, true) => "ended warn",
        _ => "ended dim",
    };
    let after = u64::try_from(step.at.since(start).as_nanos()).unwrap_or(u64::MAX);
    let before = step.at < start;
    let ended = match (step.slow, step.ended.is_empty()) {
        (true, true) => "slow".to_owned(),
        (true, false) => format!("{}, slow", step.ended),
        _ => step.ended.clone(),
    };
    let link = step.place.map(|(trace, span)| {
        let href = address::dashboard(trace, Some(span));
        let name = format!("Trace of {}", step.title);
        view! { <a class="to" href=href aria-label=name>"Trace"</a> }
    });
    let offset = format!(
        "{}{}",
        if before { "−" } else { "+" },
        quantity::moment(
            if before {
                u64::try_from(start.since(step.at).as_nanos()).unwrap_or(u64::MAX)
            } else {
                after
            },
            1_000_000
        )
    );
    let (sort, title, took) = (step.sort, cut(&step.title), step.took.clone());
    let more = move || open.get().then(|| details(&step));
    view! {
        <li class=format!("step {}", sort.class())>
            <div class="line">
                <span class="offset dim">{offset}</span>
                <span class="sort">{sort.title()}</span>
                <span class="what" title=title.clone()>{title.clone()}</span>
                <span class=class>{ended}</span>
                <span class="took">{took}</span>
                <button
                    type="button"
                    class="link"
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    "Details"
                </button>
                {link}
            </div>
            {more}
        </li>
    }
    .into_any()
}

/// What else is known of a step.
fn details(step: &Step) -> AnyView {
    let facts = step.facts.iter().map(|(name, value)| {
        view! { <div><dt>{*name}</dt><dd>{cut(value)}</dd></div> }
    });
    let stack = (!step.stack.is_empty()).then(|| traced(&step.stack));
    let diagnose = (!step.fingerprint.is_empty()).then(|| {
        let href = Board::of(Tab::Error { fingerprint: step.fingerprint.clone() }).address();
        view! { <p><a href=href>"Diagnose"</a></p> }
    });
    view! {
        <div class="details">
            <dl>{facts.collect::<Vec<_>>()}</dl>
            {stack}
            {diagnose}
        </div>
    }
    .into_any()
}

/// A stack trace, libraries' frames folded.
pub fn traced(text: &str) -> AnyView {
    let line = |frame: &Frame<'_>| {
        let place = if frame.place.is_empty() {
            frame.file.to_owned()
        } else {
            format!("{}:{}", frame.file, frame.place)
        };
        view! { <li><b>{cut(frame.function)}</b>" "<span class="dim">{cut(&place)}</span></li> }
            .into_any()
    };
    let parts = stack::parse(text).parts.into_iter().map(|part| match part {
        Part::Text(text) => view! { <li>{cut(text)}</li> }.into_any(),
        Part::Own(frame) => line(&frame),
        Part::Library { whose, frames } => view! {
            <li>
                <details>
                    <summary>{format!("{} of {whose}", quantity::count(frames.len() as u64, "frame"))}</summary>
                    <ul>{frames.iter().map(line).collect::<Vec<_>>()}</ul>
                </details>
            </li>
        }
        .into_any(),
    });
    view! { <ul class="stack" aria-label="Stack">{parts.collect::<Vec<_>>()}</ul> }.into_any()
}

/// A text, cut where it is longer than anybody reads in a line.
fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST);
    if end < text.len() { format!("{}…", &text[..end]) } else { text.to_owned() }
}
