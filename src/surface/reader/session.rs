//! The rows of one session, by the journal's indexes: a session is shown at once, however much else
//! there is still to be digested.

use std::collections::{BTreeMap, BTreeSet};

use bridge::query::Rows;
use trace::TraceId;
use webext::{Error, Journal};

use super::digesting::{self, BATCH, Made};
use super::news;
use crate::steps::Steps;

/// The rows of the pages that a session is in.
pub(super) async fn rows(journal: &Journal, session: &str) -> Result<Rows, Error> {
    let mut steps = Steps::begin();
    let mut known: BTreeMap<TraceId, Made> = BTreeMap::new();
    let mut traces: BTreeSet<TraceId> = BTreeSet::new();
    for row in journal.digests_of(session).await? {
        traces.insert(row.trace);
        known.extend(digesting::read(&row).map(|made| (row.trace, made)));
        if steps.over() {
            steps.rest().await;
        }
    }
    traces.extend(journal.traces_of(session).await?);
    digesting::mark(journal, &mut steps).await?;
    let mut due = journal.stale().await?;
    due.retain(|(trace, _)| traces.contains(trace));
    for batch in due.chunks(BATCH) {
        let done = digesting::make(journal, batch, &mut steps).await?;
        if !done.kept.is_empty() {
            news::made(&done.kept);
            news::hear(&done.kept);
        }
        known.extend(done.made.into_iter().map(|made| (made.0, made)));
        done.gone.iter().for_each(|trace| drop(known.remove(trace)));
    }
    let mut rows = Rows::default();
    for (.., mut digest) in known.into_values() {
        rows.pages.append(&mut digest.pages);
        rows.calls.append(&mut digest.calls);
        rows.errors.append(&mut digest.errors);
    }
    Ok(rows)
}
