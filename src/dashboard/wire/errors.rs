//! JS Errors and the diagnosis of one, wired.

use bridge::query::{Answer, Question};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::board::Tab;
use surface::reader;
use trace::digest::ErrorRow;
use trace::{Span, TraceId};

use crate::errors::behavior::{behavior, draw};
use crate::errors::diagnose::{Maps, code, occurrences, summary, thrown};
use crate::errors::{SORTING, frequent};
use crate::found::{Blank, Found};
use crate::frame::{Desk, Frame};
use crate::link;
use crate::wire::ask::ask;
use crate::wire::choice::choices;
use crate::wire::maps;

/// All of them.
#[component]
pub fn Errors(
    /// What all tabs are given.
    desk: Desk,
) -> impl IntoView {
    let sorting = RwSignal::new(SORTING);
    let period = Signal::derive(move || desk.board.with(|board| board.period));
    let found = ask(move || Question::Errors { range: period.get().range(webext::page::now()) });
    let drawn = move || {
        found.with(|found| match found.answer() {
            Some(Answer::Errors(lines)) => {
                Some(frequent(lines.clone(), sorting, period, desk.zone))
            }
            _ => None,
        })
    };
    view! {
        <Frame desk heading="JS Errors">
            <Blank found />
            {drawn}
        </Frame>
    }
    .into_any()
}

/// The rows of an answer, the newest first.
fn rows(found: &Found) -> Option<&[ErrorRow]> {
    match found.answer() {
        Some(Answer::Error(rows)) => Some(rows),
        _ => None,
    }
}

/// One of them.
#[component]
pub fn Diagnosis(
    /// What all tabs are given.
    desk: Desk,
) -> impl IntoView {
    let found = ask(move || {
        let fingerprint = desk.board.with(|board| match &board.tab {
            Tab::Error { fingerprint } => fingerprint.clone(),
            _ => String::new(),
        });
        Question::Error { fingerprint }
    });
    let newest = Memo::new(move |_| found.with(|found| rows(found)?.first().cloned()));
    let spans = spans_of(Memo::new(move |_| newest.with(|row| row.as_ref()?.trace)));
    let maps = RwSignal::new(Maps::default());
    let on_apply = Callback::new(move |scripts| maps::apply(scripts, maps));
    let back = move || link::to(Tab::Errors, desk.board.with(|board| board.period));
    let facts = move || {
        found.with(|found| {
            let rows = rows(found)?;
            Some(if rows.is_empty() { gone() } else { summary(rows, desk.zone) })
        })
    };
    let stack = move || {
        let row = newest.get()?;
        Some(spans.with(|spans| match spans {
            None => view! { <p class="hint" role="status">"Reading the newest occurrence"</p> }.into_any(),
            Some(Err(reason)) => {
                view! { <p class="note warn">{format!("It cannot be read: {reason}")}</p> }.into_any()
            }
            Some(Ok(spans)) => match thrown(spans, &row) {
                Some(thrown) => code(&thrown, maps, on_apply),
                None => view! {
                    <p class="hint">
                        "The spans of its newest occurrence are not there any more: the journal has made room, or the session was deleted."
                    </p>
                }
                .into_any(),
            },
        }))
    };
    let stack = move || {
        stack().map(|drawn| {
            view! {
                <section class="block" aria-labelledby="stack-head">
                    <h2 id="stack-head">"Stack of the newest occurrence"</h2>
                    {drawn}
                </section>
            }
        })
    };
    let choices = choices();
    let before = move || {
        let (row, slow) = (newest.get()?, choices.with(|it| it.slow));
        let drawn = spans.with(|spans| match spans {
            Some(Ok(spans)) => Some(draw(behavior(spans, &row, slow).as_ref(), &row, desk.zone)),
            // The stack above says what is wrong.
            Some(Err(_)) | None => None,
        })?;
        Some(view! {
            <section class="block" aria-labelledby="behavior-head">
                <h2 id="behavior-head">"User Behavior Trace"</h2>
                {drawn}
            </section>
        })
    };
    let list = move || {
        found.with(|found| {
            let rows = rows(found).filter(|rows| !rows.is_empty())?;
            Some(occurrences(rows, desk.zone))
        })
    };
    view! {
        <Frame desk heading="Diagnose" timed=false>
            <p class="back"><a href=back>"All errors"</a></p>
            <Blank found />
            {facts}
            {stack}
            {before}
            {list}
        </Frame>
    }
    .into_any()
}

/// What is said where no error has the fingerprint.
fn gone() -> AnyView {
    view! {
        <div class="empty">
            <h2>"No such error here"</h2>
            <p>
                "Nothing that is kept here has an error of that fingerprint: it was recorded by another browser, or its pages were deleted since. All errors leads to those that are kept."
            </p>
        </div>
    }
    .into_any()
}

/// The spans of a page, once they are read.
type Spans = Option<Result<Vec<Span>, String>>;

fn spans_of(page: Memo<Option<TraceId>>) -> RwSignal<Spans> {
    let found = RwSignal::new(None);
    Effect::new(move |_| {
        found.set(None);
        let Some(trace) = page.get() else { return };
        spawn_local(async move {
            let spans = reader::spans(trace).await;
            if page.try_get_untracked() == Some(Some(trace)) {
                let _gone = found.try_set(Some(spans));
            }
        });
    });
    found
}
