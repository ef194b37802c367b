//! Page Speed, wired: asks for the pages, and keeps what the reader chooses.

use bridge::query::{Answer, Question};
use leptos::prelude::*;

use crate::found::Blank;
use crate::frame::{Desk, Frame};
use crate::pages::rules::{Editor, Folding};
use crate::pages::{Looks, speed, thresholds};
use crate::wire::ask::ask;
use crate::wire::choice::{change, choices};

/// The tab.
#[component]
pub fn Pages(
    /// What all tabs are given.
    desk: Desk,
) -> impl IntoView {
    let choices = choices();
    let looks = Looks::new(choices, desk.zone);
    let rules = Memo::new(move |_| choices.with(|it| it.rules.clone()));
    let limits = Memo::new(move |_| choices.with(|it| it.limits));
    let found = ask(move || Question::Pages {
        range: desk.board.with(|board| board.period.range(webext::page::now())),
        rules: rules.get(),
    });
    let on_limits = Callback::new(move |limits| change(choices, move |it| it.limits = limits));
    let on_rules = Callback::new(move |rules: Vec<String>| {
        change(choices, move |it| it.rules.clone_from(&rules));
    });
    let drawn = move || {
        found.with(|found| match found.answer() {
            Some(Answer::Pages(pages)) => Some(speed(pages, looks)),
            _ => None,
        })
    };
    view! {
        <Frame desk heading="Page Speed">
            <div class="means">
                {thresholds(limits, on_limits)}
                <Folding editor=Editor { rules, on_rules } />
            </div>
            <Blank found />
            {drawn}
        </Frame>
    }
    .into_any()
}
