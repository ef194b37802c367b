//! Feeds Logs: reads the journal's requests, searches the store, and keeps the address in step with
//! the filters.

use std::time::Duration;

use bridge::Notice;
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::page::{clock, journal, keep};
use trace::SessionId;
use trace::filter::REQUESTS;
use trace::request::TracedRequest;

use super::{meter, settings, show};
use crate::facts::SessionFacts;
use crate::filter::Filter;
use crate::requests::Requests;
use crate::sessions::{self, Past};
use crate::{found, logs};
use surface::gate::Gate;
use surface::held::Held;
use surface::query::{Query, Wanted};

/// How long the store may take to list its traces.
const PATIENCE: Duration = Duration::from_secs(30);

/// What Logs keeps.
#[derive(Clone, Copy)]
struct Feed {
    list: RwSignal<Requests>,
    query: RwSignal<Query>,
    sessions: RwSignal<Vec<Past>>,
    trouble: RwSignal<String>,
    gate: StoredValue<Gate>,
}

/// Logs, wired.
#[component]
pub fn Logs(
    /// The filters of the address.
    query: Query,
) -> impl IntoView {
    let held = RwSignal::new(Held::of(query.filter.clone(), &REQUESTS));
    let open = query.open;
    let feed = Feed {
        list: RwSignal::new(Requests::newest_first()),
        query: RwSignal::new(query),
        sessions: RwSignal::new(Vec::new()),
        trouble: RwSignal::new(String::new()),
        gate: StoredValue::new(Gate::default()),
    };
    let (month, set) = (RwSignal::new(0), settings());
    feed.read();
    meter(month);
    keep(webext::message::listen(move |notice| {
        if matches!(notice, Notice::Requests { .. }) {
            feed.read();
            meter(month);
        }
    }));
    feed.follow(held, set.store, open.is_some());
    let Feed { list, query, sessions, trouble, .. } = feed;
    let facts = Memo::new(move |_| {
        let id = query.with(|query| query.session.id());
        let since =
            sessions.with(|all| all.iter().find(|past| Some(past.id) == id).map(|past| past.since));
        let totals = list.with(Requests::totals);
        SessionFacts { id, since, totals, left: None, month: month.get(), limit: set.limit.get() }
    });
    let now = clock(|| ());
    let zone = webext::page::zone(webext::page::now());
    view! {
        <logs::Logs
            list
            query
            held
            sessions
            facts
            store=set.store
            trouble
            now
            zone
        />
    }
}

impl Feed {
    /// Reads the journal's requests; one reading at a time.
    fn read(self) {
        if self.gate.try_update_value(Gate::enter) != Some(true) {
            return;
        }
        spawn_local(async move {
            loop {
                let rows = requests().await;
                self.take(rows);
                if self.gate.try_update_value(Gate::leave) != Some(true) {
                    return;
                }
            }
        });
    }

    /// Takes in what the journal has.
    fn take(self, rows: Result<Vec<TracedRequest>, String>) {
        if let Ok(rows) = &rows {
            let sessions = sessions::sessions(rows);
            let wanted = self.query.with_untracked(|query| query.session.clone());
            if let Wanted::Last { origin } = wanted
                && let Some(id) = sessions::last(&sessions, &origin)
            {
                self.query.update(|query| query.session = Wanted::Of(id));
            }
            self.sessions.set(sessions);
        }
        self.list.update(|list| {
            list.fill(rows);
            if let Some((trace, span)) = self.query.with_untracked(|query| query.open)
                && list.chosen().is_none()
            {
                list.choose_of(trace, span);
            }
        });
    }

    /// Lets list, address and trace follow what the user sets.
    fn follow(self, held: RwSignal<Held>, store: RwSignal<String>, opened: bool) {
        let Self { list, query, .. } = self;
        let text = Memo::new(move |_| held.with(|held| held.text.clone()));
        let holds = Memo::new(move |_| held.with(|held| held.query.clone()));
        Effect::new(move |_| query.update(|query| query.filter = text.get()));
        Effect::new(move |_| {
            let filter = query.with(|query| Filter {
                session: query.session.id(),
                traces: query.traces,
                mine: query.mine,
                query: holds.get(),
            });
            list.update(|list| list.filter(filter));
        });
        let asked = Memo::new(move |_| query.with(|query| (query.session.id(), query.mine)));
        Effect::new(move |_| {
            let ((session, mine), store) = (asked.get(), store.get());
            self.search(store, session, mine);
        });
        let chosen = Memo::new(move |_| list.with(Requests::chosen));
        // An address that names a trace has opened it; until the list is read, nothing is chosen.
        let began = StoredValue::new(!opened);
        Effect::new(move |_| {
            let open = chosen.get().map(|(trace, span)| (trace, Some(span)));
            if open.is_none() && !began.get_value() {
                return;
            }
            began.set_value(true);
            if query.with_untracked(|query| query.open != open) {
                query.update(|query| query.open = open);
            }
            show(chosen.get());
        });
        Effect::new(move |_| query.with(|query| webext::page::replace(&query.address())));
    }

    /// Asks the store for what other browsers asked for, unless only this one's is wanted.
    fn search(self, store: String, session: Option<SessionId>, mine: bool) {
        let last = self.query.with_untracked(|query| matches!(query.session, Wanted::Last { .. }));
        if mine || store.is_empty() || last {
            self.list.update(|list| list.find(Vec::new()));
            self.trouble.set(String::new());
            return;
        }
        spawn_local(async move {
            let found = search(&store, session).await;
            if self.query.with_untracked(|query| query.session.id()) != session {
                return; // Another session was chosen meanwhile.
            }
            let (found, trouble) = match found {
                Ok(found) => (found, String::new()),
                Err(trouble) => (Vec::new(), trouble),
            };
            self.list.update(|list| list.find(found));
            self.trouble.set(trouble);
        });
    }
}

async fn requests() -> Result<Vec<TracedRequest>, String> {
    let journal = journal().await?;
    let rows = journal.all_requests().await.map_err(|error| error.to_string())?;
    let mut rows: Vec<_> = rows.into_iter().map(|row| row.request).collect();
    rows.sort_by_key(|row| row.start);
    Ok(rows)
}

/// The store's list. `Err` is a sentence for the user.
async fn search(store: &str, session: Option<SessionId>) -> Result<Vec<TracedRequest>, String> {
    const ALONE: &str = "Only this browser's requests are shown";
    let url = found::address(store, session);
    let request = webext::net::Request { method: "GET", url: &url, headers: &[], body: &[] };
    let reply = webext::net::send(&request, PATIENCE).await;
    let reply = reply.map_err(|_| format!("{ALONE}: nothing answers at {store}."))?;
    if reply.status != 200 {
        return Err(format!("{ALONE}: the store lists no traces (status {}).", reply.status));
    }
    found::read(&reply.body, session).map_err(|error| format!("{ALONE}: {error}."))
}
