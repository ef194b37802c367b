//! Feeds the tab of sessions.

use bridge::query::{Question, SessionFilter};
use leptos::prelude::*;
use surface::board::Tab;
use surface::period::Period;

use super::ask::ask;
use crate::frame::Desk;
use crate::sessions::view;

/// The tab of sessions, wired.
#[component]
pub fn Sessions(
    /// What all tabs are given.
    desk: Desk,
) -> impl IntoView {
    let found = ask(move || {
        let (filter, period) = desk.board.with(|board| match &board.tab {
            Tab::Sessions(filter) => ((**filter).clone(), board.period),
            _ => (SessionFilter::default(), board.period),
        });
        let range = (period != Period::All).then(|| period.range(webext::page::now()));
        Question::Sessions(SessionFilter { range, ..filter })
    });
    view! { <view::Sessions desk found /> }
}
