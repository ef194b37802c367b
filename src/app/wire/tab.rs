//! Speaks with the background about a tab.

use bridge::{Command, Notice, Plan, Reply, Verb};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::tab::Tab;

/// Finds the tab that a surface is about, then asks for its view.
pub(super) fn find(state: RwSignal<Tab>, given: Option<i32>, then: impl Fn(i32) + 'static) {
    spawn_local(async move {
        match name(given).await {
            Ok(tab) => {
                state.update(|state| state.id = Some(tab));
                then(tab);
                refresh(state);
            }
            Err(reason) => state.update(|state| state.refreshed(Err(reason))),
        }
    });
}

/// The address's tab, else the one that is inspected, else the one that the user looks at.
async fn name(given: Option<i32>) -> Result<i32, String> {
    if let Some(tab) = given.or_else(webext::devtools::tab) {
        return Ok(tab);
    }
    let active = webext::tabs::active().await.map_err(|error| error.to_string())?;
    active.ok_or_else(|| "No tab is active. Open Tracelight on the page to trace.".to_owned())
}

/// Asks what is true of the tab.
fn refresh(state: RwSignal<Tab>) {
    let Some(tab) = state.with_untracked(|state| state.id) else { return };
    spawn_local(async move {
        let answer = ask(Command::View { tab }).await;
        state.update(|state| state.refreshed(answer));
    });
}

async fn ask(command: Command) -> Result<Reply, String> {
    webext::message::ask(command).await.map_err(|error| error.to_string())
}

/// Asks again when a notice says so.
pub(super) fn hear(state: RwSignal<Tab>, notice: &Notice) {
    if state.with_untracked(|state| state.concerns(notice)) {
        refresh(state);
    }
}

/// Asks again while something is open. The browser may have ended the background before it could
/// answer or tell; the question wakes it.
pub(super) fn poll(state: RwSignal<Tab>) {
    if state.with_untracked(Tab::unsettled) {
        refresh(state);
    }
}

/// Carries out a verb, in the turn of the click.
pub(super) fn act(state: RwSignal<Tab>, verb: Verb, plan: Option<Plan>, close: bool) {
    let Some(tab) = state.with_untracked(|state| state.id) else { return };
    // The browser shows its prompt only in the turn of the click: ask before anything is awaited.
    let permission = state.with_untracked(|state| {
        state.permission(verb).map(|pattern| webext::permissions::request(&[pattern]))
    });
    state.update(|state| state.begin(verb));
    spawn_local(async move {
        let granted = match permission {
            Some(asked) => asked.await.map_err(|error| error.to_string()),
            None => Ok(true),
        };
        let answer = match granted {
            Ok(true) => ask(verb.command(tab, plan)).await,
            Ok(false) => Err(Tab::NOT_PERMITTED.to_owned()),
            Err(reason) => Err(reason),
        };
        let done = matches!(answer, Ok(Reply::Done));
        state.update(|state| state.answered(answer));
        if verb.opens() && done && close {
            webext::page::close();
        } else if done {
            refresh(state);
        }
    });
}
