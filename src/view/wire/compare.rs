//! Wires the comparison of two traces: reads both from the journal, has the store asked for them,
//! and lays them beside each other in steps.

use std::sync::Arc;

use bridge::{Command, Notice};
use leptos::prelude::*;
use leptos::task::spawn_local;
use otlp::Sheet;
use surface::page::{journal, keep, opener};
use trace::TraceId;
use trace::compare::{Build, Paths};
use trace::request::TracedRequest;

use super::chunks;
use crate::compare::duel::Duel;
use crate::compare::loaded::Loaded;
use crate::compare::pair::Pair;
use crate::compare::versus::Versus;
use surface::address;

/// The comparison of two traces, wired.
#[component]
pub fn Compare(
    /// The first; `None` while it is to be chosen.
    a: Option<TraceId>,
    /// The second.
    b: Option<TraceId>,
) -> impl IntoView {
    let duel = RwSignal::new(Duel::of(a, b));
    let rows = RwSignal::new(Vec::new());
    spawn_local(begin(duel, rows, [a, b].into_iter().flatten().collect()));
    keep(webext::message::listen(move |notice| {
        let Notice::Grew { trace } = notice else { return };
        if duel.with_untracked(|duel| duel.wanted.contains(&Some(trace))) {
            spawn_local(async move {
                put(duel, read(trace).await, trace);
                lay(duel).await;
            });
        }
    }));
    let on_swap = Callback::new(move |()| {
        duel.update(Duel::swap);
        let [a, b] = duel.with_untracked(|duel| duel.wanted);
        webext::page::replace(&address::compare(a, b));
        spawn_local(lay(duel));
    });
    let on_trace = Callback::new(move |trace| {
        let kept = duel.with_untracked(Duel::kept);
        let to = match kept {
            Some(kept) => address::compare(Some(kept), Some(trace)),
            None => address::compare(Some(trace), None),
        };
        webext::page::go(&to);
    });
    let zone = webext::page::zone(webext::page::now());
    view! { <Versus duel rows zone on_swap on_trace on_open=opener() /> }
}

/// Reads what the address names: first what is here, then what the store has besides.
async fn begin(duel: RwSignal<Duel>, rows: RwSignal<Vec<TracedRequest>>, traces: Vec<TraceId>) {
    read_rows(rows).await;
    for trace in &traces {
        put(duel, read(*trace).await, *trace);
    }
    lay(duel).await;
    for trace in traces {
        put(duel, fresh(trace).await, trace);
    }
    lay(duel).await;
}

/// What was read of a trace; `None` where it says no more than before.
type Read = Option<Result<Arc<Loaded>, String>>;

fn put(duel: RwSignal<Duel>, read: Read, trace: TraceId) {
    if let Some(read) = read {
        duel.update(|duel| duel.put(trace, &read));
    }
}

/// Lays both beside each other, unless others have come meanwhile.
async fn lay(duel: RwSignal<Duel>) {
    let (edition, ready) = duel.with_untracked(|duel| (duel.edition, duel.ready()));
    let Some(sides) = ready else { return };
    let paths = paths(&sides).await;
    duel.update(|duel| {
        if duel.edition == edition {
            duel.pair = Some(Pair::of(sides, paths, duel.setting));
        }
    });
}

/// The paths of traces, a step each.
pub(super) async fn paths(traces: &[Arc<Loaded>]) -> Paths {
    let mut build = Build::default();
    for trace in traces {
        trace.join(&mut build);
        webext::rest().await;
    }
    let paths = build.done();
    // To be laid out is another task.
    webext::rest().await;
    paths
}

/// A trace as the journal has it.
pub(super) async fn read(trace: TraceId) -> Read {
    let read = chunks::whole(trace).await;
    // To be looked over is another task, and so is the next one.
    webext::rest().await;
    let read = read.map(|(sheet, trouble)| Arc::new(Loaded::of(trace, sheet, trouble)));
    webext::rest().await;
    Some(read)
}

/// A trace once the store was asked for it. One that cannot be asked says why no span is here.
pub(super) async fn fresh(trace: TraceId) -> Read {
    let answer = webext::message::ask(Command::Refresh { trace }).await;
    let refusal = match answer {
        Ok(bridge::Reply::Refused { reason } | bridge::Reply::Asks { reason, .. }) => reason,
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    match read(trace).await? {
        Ok(loaded) if loaded.sheet.is_empty() && !refusal.is_empty() => {
            let trouble = format!(
                "This browser has no span of it, and the trace store could not be asked: {refusal}"
            );
            Some(Ok(Arc::new(Loaded::of(trace, Sheet::default(), trouble))))
        }
        read => Some(read),
    }
}

/// The requests that the journal knows.
async fn read_rows(rows: RwSignal<Vec<TracedRequest>>) {
    let Ok(journal) = journal().await else { return };
    if let Ok(all) = journal.all_requests().await {
        rows.set(all.into_iter().map(|row| row.request).collect());
    }
}
