//! API and one route of it, wired.

use bridge::query::{Answer, Question};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::board::Tab;
use surface::reader;
use trace::Span;
use trace::digest::CallRow;

use crate::api::route::{details, key, list};
use crate::api::{SORTING, requests};
use crate::found::Blank;
use crate::frame::{Desk, Frame};
use crate::link;
use crate::wire::ask::ask;
use crate::wire::choice::choices;

/// All routes.
#[component]
pub fn Api(
    /// What all tabs are given.
    desk: Desk,
) -> impl IntoView {
    let choices = choices();
    let rules = Memo::new(move |_| choices.with(|it| it.rules.clone()));
    let sorting = RwSignal::new(SORTING);
    let period = Signal::derive(move || desk.board.with(|board| board.period));
    let found = ask(move || Question::Calls {
        range: period.get().range(webext::page::now()),
        rules: rules.get(),
    });
    let drawn = move || {
        found.with(|found| match found.answer() {
            Some(Answer::Calls(calls)) => Some(requests(calls, sorting, period, desk.zone)),
            _ => None,
        })
    };
    view! {
        <Frame desk heading="API">
            <Blank found />
            {drawn}
        </Frame>
    }
    .into_any()
}

/// What is asked for of one route.
fn wanted(desk: Desk) -> (String, String, bool) {
    desk.board.with(|board| match &board.tab {
        Tab::Route { method, route, failed } => (method.clone(), route.clone(), *failed),
        _ => Default::default(),
    })
}

/// The calls of one route.
#[component]
pub fn Route(
    /// What all tabs are given.
    desk: Desk,
) -> impl IntoView {
    let choices = choices();
    let rules = Memo::new(move |_| choices.with(|it| it.rules.clone()));
    let found = ask(move || {
        let (method, route, failed) = wanted(desk);
        let range = desk.board.with(|board| board.period.range(webext::page::now()));
        Question::Route { range, rules: rules.get(), method, route, failed }
    });
    let chosen = RwSignal::new(None);
    let drawn = move || {
        found.with(|found| match found.answer() {
            Some(Answer::Route(rows)) => Some(list(rows, chosen, desk.zone)),
            _ => None,
        })
    };
    let row = Memo::new(move |_| {
        let chosen = chosen.get()?;
        found.with(|found| match found.answer() {
            Some(Answer::Route(rows)) => rows.iter().find(|row| key(row) == Some(chosen)).cloned(),
            _ => None,
        })
    });
    let span = span_of(row);
    let shown = move || {
        let row = row.get()?;
        Some(span.with(|span| details(&row, span.as_ref(), desk.zone)))
    };
    let heading = Signal::derive(move || {
        let (method, route, _) = wanted(desk);
        format!("{method} {route}")
    });
    let back = move || link::to(Tab::Api, desk.board.with(|board| board.period));
    let only = move || wanted(desk).2;
    let switch = move |on: bool| {
        desk.board.update(|board| {
            if let Tab::Route { failed, .. } = &mut board.tab {
                *failed = on;
            }
        });
    };
    view! {
        <Frame desk heading>
            <p class="back"><a href=back>"All API requests"</a></p>
            <label class="tickable">
                <input
                    type="checkbox"
                    prop:checked=only
                    on:change:target=move |event| switch(event.target().checked())
                />
                "Only those that failed"
            </label>
            <Blank found />
            {drawn}
            {shown}
        </Frame>
    }
    .into_any()
}

/// The chosen call's span, once it is read.
fn span_of(row: Memo<Option<CallRow>>) -> RwSignal<Option<Result<Option<Span>, String>>> {
    let found = RwSignal::new(None);
    let chosen = Memo::new(move |_| {
        row.with(|row| row.as_ref().and_then(|row| Some((key(row)?, row.page))))
    });
    Effect::new(move |_| {
        found.set(None);
        let Some(asked) = chosen.get() else { return };
        spawn_local(async move {
            let ((trace, id), page) = asked;
            // Under the page that made it, whichever trace it is in.
            let spans = reader::spans(page.unwrap_or(trace)).await;
            let same = |span: &Span| (span.trace, span.id) == (trace, id);
            let span = spans.map(|spans| spans.into_iter().find(same));
            if chosen.try_get_untracked() == Some(Some(asked)) {
                let _gone = found.try_set(Some(span));
            }
        });
    });
    found
}
