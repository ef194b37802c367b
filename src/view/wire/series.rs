//! Wires several runs of one page: drives their course by the command that popup and panel use, so
//! that the background knows no series; reads each trace, and lays them over each other.

use std::time::Duration;

use bridge::{Command, Notice, Reply, Verb};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::page::{keep, opener};
use trace::TraceId;

use super::compare::{fresh, paths, read};
use crate::compare::course::{Act, Course};
use crate::compare::many::Many;
use crate::compare::runs::Runs;
use crate::compare::series;
use surface::address;
use surface::door::Over;
use surface::gate::Gate;
use webext::source::{self, Hand};

/// How often a tab is looked at while it is run.
const BEAT: Duration = Duration::from_millis(400);

/// Several runs of one page, wired.
#[component]
pub fn Series(
    /// The traces, or the tab that is to be run.
    series: address::Series,
) -> impl IntoView {
    let runs = RwSignal::new(Runs::of(&series));
    let (gate, address::Series { tab, times, .. }) = (StoredValue::new(Gate::default()), series);
    if let (Some(tab), Some(_)) = (tab, times) {
        // Whoever loads this page again wants to see the runs, and not to run them again.
        webext::page::replace(&runs.with_untracked(Runs::address));
        spawn_local(drive(runs, tab, gate));
    }
    gather(runs, gate);
    // What counts is chosen here; which of it is read and laid out follows.
    let counts = Memo::new(move |_| runs.with(Runs::series));
    Effect::new(move |before: Option<()>| {
        let series = counts.get();
        if before.is_some() {
            webext::page::replace(&address::series(&series));
            gather(runs, gate);
        }
    });
    keep(webext::message::listen(move |notice| {
        let Notice::Grew { trace } = notice else { return };
        if runs.with_untracked(|runs| runs.has(trace) && !runs.unread().contains(&trace)) {
            spawn_local(async move {
                take(runs, trace, false).await;
                gather(runs, gate);
            });
        }
    }));
    let on_cancel = Callback::new(move |()| {
        runs.update(|runs| runs.course.iter_mut().for_each(Course::cancel));
    });
    let (over, dropped) = (RwSignal::new(false), RwSignal::new(false));
    keep(source::listen(move |hand| match hand {
        Hand::Over(above) => over.maybe_update(|over| std::mem::replace(over, above) != above),
        Hand::Gives(_) => {
            over.set(false);
            dropped.set(true);
        }
    }));
    let zone = webext::page::zone(webext::page::now());
    view! {
        <series::Series runs zone dropped on_cancel on_open=opener() />
        <Show when=move || over.get()><Over words=series::NO_FILES /></Show>
    }
}

/// Reads what is not read yet and lays out what counts; one after the other.
fn gather(runs: RwSignal<Runs>, gate: StoredValue<Gate>) {
    if gate.try_update_value(Gate::enter) != Some(true) {
        return;
    }
    spawn_local(async move {
        loop {
            while let Some(trace) = runs.with_untracked(|runs| runs.unread().first().copied()) {
                take(runs, trace, true).await;
            }
            lay(runs).await;
            if gate.try_update_value(Gate::leave) != Some(true) {
                return;
            }
        }
    });
}

/// Reads a trace; where the journal has nothing of it and `ask` says so, the store is asked.
async fn take(runs: RwSignal<Runs>, trace: TraceId, ask: bool) {
    let mut found = read(trace).await;
    if ask && matches!(&found, Some(Ok(loaded)) if loaded.sheet.is_empty()) {
        found = fresh(trace).await;
    }
    if let Some(found) = found {
        runs.update(|runs| runs.put(trace, &found));
    }
}

async fn lay(runs: RwSignal<Runs>) {
    let (edition, ready) = runs.with_untracked(|runs| (runs.edition, runs.ready()));
    if ready.len() < 2 {
        runs.update(|runs| runs.many = None);
        return;
    }
    let paths = paths(&ready).await;
    runs.update(|runs| {
        if runs.edition == edition {
            runs.many = Some(Many::of(ready, paths, runs.setting));
        }
    });
}

/// Runs the tab as often as its course says.
async fn drive(runs: RwSignal<Runs>, tab: i32, gate: StoredValue<Gate>) {
    loop {
        let act = runs.try_with_untracked(|runs| runs.course.as_ref().map(Course::next)).flatten();
        let command = match act {
            None => return,
            Some(Act::Stop) => break,
            Some(Act::Run) => Verb::Run.command(tab, None),
            Some(Act::Look) => Command::View { tab },
            Some(Act::Wait) => {
                webext::clock::sleep(BEAT).await;
                Command::View { tab }
            }
        };
        if webext::tabs::get(tab).await.is_err() {
            tell(runs, Course::gone);
            break;
        }
        let answer = webext::message::ask(command).await.map_err(|error| error.to_string());
        let mut over = None;
        tell(runs, |course| over = course.saw(answer));
        if let Some(run) = over {
            runs.update(|runs| runs.add(run));
            gather(runs, gate);
        }
    }
    withdraw(tab).await;
}

fn tell(runs: RwSignal<Runs>, told: impl FnOnce(&mut Course)) {
    runs.update(|runs| {
        if let Some(course) = &mut runs.course {
            told(course);
        }
    });
}

/// Takes a page trace back that is under way when a course ends before its time.
async fn withdraw(tab: i32) {
    let view = webext::message::ask(Command::View { tab }).await;
    let Ok(Reply::View(view)) = view else { return };
    if bridge::verb::offers(&view) == [Verb::Cancel] {
        // What cannot be taken back ends by itself.
        let _ended = webext::message::ask(Verb::Cancel.command(tab, None)).await;
    }
}
