//! Has the trace store searched for a session, and reads what it had from the journal.

use bridge::query::{Answer, SessionDetails};
use bridge::{Consult, Findings, Wanted};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::reader;
use trace::{SessionId, Timestamp};

use crate::found::Found;
use crate::session::stored::{Line, Stage, Stored};

/// So far back, nanoseconds, a session is looked for of which nothing is known: more some stores refuse.
const BACK: u64 = 167 * 3_600 * 1_000_000_000;
/// Traces that are asked for by their ids, at most.
const MOST: usize = 100;

/// A search that can be begun.
#[derive(Clone, Copy)]
pub(super) struct Search {
    pub(super) stored: RwSignal<Stored>,
    pub(super) on_find: Callback<()>,
}

/// The search for a session; `None` where the page is served by the store itself.
pub(super) fn search(session: &str, found: RwSignal<Found>) -> Option<Search> {
    if webext::page::served().is_some() {
        return None;
    }
    let stored = RwSignal::new(Stored::default());
    let bar = move |why| stored.try_update(|it| it.stage = Stage::Barred(why));
    let Ok(session) = session.parse::<SessionId>() else {
        let _here = bar("Its id is not one of Tracelight's, by which the store is searched.");
        return Some(Search { stored, on_find: Callback::new(|()| ()) });
    };
    spawn_local(async move {
        let settings = webext::settings::load().await.unwrap_or_default();
        if settings.store.is_empty() {
            let _gone = bar("No trace store is set: name one in the options.");
        }
    });
    let on_find = Callback::new(move |()| {
        if !stored.with_untracked(Stored::busy) {
            let known = found.with_untracked(|found| match found.answer() {
                Some(Answer::Session(Some(details))) => Some((**details).clone()),
                _ => None,
            });
            stored.update(|it| (it.stage, it.recent) = (Stage::Asking, known.is_none()));
            spawn_local(find(stored, wanted(session, known)));
        }
    });
    Some(Search { stored, on_find })
}

fn wanted(session: SessionId, known: Option<SessionDetails>) -> Wanted {
    let now = webext::page::now();
    let Some(SessionDetails { line, pages, .. }) = known else {
        let from = Timestamp::from_nanos(now.nanos().saturating_sub(BACK));
        return Wanted { session, known: Vec::new(), services: Vec::new(), from, to: now };
    };
    let mut known: Vec<_> = pages.iter().rev().filter_map(|line| line.page.trace).collect();
    known.dedup();
    known.truncate(MOST);
    Wanted { session, known, services: Vec::new(), from: line.since, to: line.until }
}

async fn find(stored: RwSignal<Stored>, wanted: Wanted) {
    let set = move |stage| stored.try_update(|it| it.stage = stage);
    let found: Findings = match webext::message::consult(&Consult::Search(wanted)).await {
        Ok(found) => found,
        Err(error) => {
            let _gone = set(Stage::Failed(error.to_string()));
            return;
        }
    };
    for (at, trace) in found.traces.iter().enumerate() {
        if set(Stage::Reading(at, found.traces.len())).is_none() {
            return;
        }
        // One that cannot be read is counted and not listed.
        let spans = reader::spans(*trace).await.unwrap_or_default();
        if let Some(line) = Line::of(*trace, found.grew.contains(trace), &spans) {
            let _gone = stored.try_update(|it| it.put(line));
        }
    }
    let _gone = set(Stage::Over(found));
}
