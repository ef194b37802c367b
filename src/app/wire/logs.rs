//! Feeds Logs: reads the journal's requests, and keeps the address in step with the filters.

use bridge::Notice;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::keep;
use crate::gate::Gate;
use crate::logs;
use crate::query::{Query, Wanted};
use crate::requests::Requests;

/// Logs, wired.
#[component]
pub fn Logs(
    /// The filters of the address.
    query: Query,
) -> impl IntoView {
    let list = RwSignal::new(Requests::default());
    let gate = StoredValue::new(Gate::default());
    let query = RwSignal::new(query);
    read(list, query, gate);
    keep(webext::message::listen(move |notice| {
        if matches!(notice, Notice::Requests { .. }) {
            read(list, query, gate);
        }
    }));
    let zone = webext::page::zone(webext::page::now());
    view! { <logs::Logs list zone /> }
}

/// Reads the journal's requests; one reading at a time.
fn read(list: RwSignal<Requests>, query: RwSignal<Query>, gate: StoredValue<Gate>) {
    if gate.try_update_value(Gate::enter) != Some(true) {
        return;
    }
    spawn_local(async move {
        loop {
            let rows = requests(query).await;
            list.update(|list| list.fill(rows));
            if gate.try_update_value(Gate::leave) != Some(true) {
                return;
            }
        }
    });
}

async fn requests(query: RwSignal<Query>) -> Result<Vec<trace::request::TracedRequest>, String> {
    let journal = super::journal().await?;
    let rows = journal.all_requests().await.map_err(|error| error.to_string())?;
    let mut rows: Vec<_> = rows.into_iter().map(|row| row.request).collect();
    rows.sort_by_key(|row| row.start);
    if let Wanted::Of(session) = query.with_untracked(|query| query.session.clone()) {
        rows.retain(|row| row.session == Some(session));
    }
    Ok(rows)
}
