//! Feeds Logs: reads the journal's requests, has the store's listed, and keeps the address in step
//! with the filters.

use bridge::Notice;
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::column::Columns;
use surface::page::{clock, journal, keep};
use surface::steps::Steps;
use trace::Timestamp;
use trace::filter::REQUESTS;
use trace::request::TracedRequest;
use webext::storage::{self, Area};

use super::found::{self, Asked};
use super::{meter, settings, show};
use crate::facts::SessionFacts;
use crate::filter::Filter;
use crate::found::Caveat;
use crate::logs;
use crate::requests::Requests;
use crate::sessions::Past;
use crate::views::{self, Saved, Views, Wish};
use surface::gate::Gate;
use surface::held::Held;
use surface::query::{Query, Wanted};
use surface::range::Range;

/// How many requests are read first: more than a screen shows.
const SCREEN: usize = 200;
/// How many are looked at again when something was told: what is older hardly changes.
const FRESH: usize = 1_000;
/// How many are read at a time of what is older.
const PAGE: usize = 1_500;
/// After how many pages a reader sees the list grow.
const SEEN: usize = 4;
/// Sessions that stand beside the list.
const SESSIONS: usize = 50;
/// Key of the columns in local storage.
const COLUMNS: &str = "columns";

/// What Logs keeps.
#[derive(Clone, Copy)]
struct Feed {
    list: RwSignal<Requests>,
    query: RwSignal<Query>,
    sessions: RwSignal<Vec<Past>>,
    caveat: RwSignal<Caveat>,
    gate: StoredValue<Gate>,
    /// Whether all is to be read anew: something old came or went.
    anew: StoredValue<bool>,
    /// Whether somebody sees to it that the filter is asked of all.
    sifting: StoredValue<bool>,
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
        caveat: RwSignal::new(Caveat::default()),
        gate: StoredValue::new(Gate::default()),
        anew: StoredValue::new(false),
        sifting: StoredValue::new(false),
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
    keep(webext::journal::hear(move |news| {
        if news.lists {
            feed.anew.try_set_value(true);
            feed.read();
        }
    }));
    let now = clock(|| ());
    feed.follow(held, set.store, now, open.is_some());
    let (columns, on_columns) = columns(feed.query);
    let (views, unsaved, on_wish) = saved(feed.query);
    let Feed { list, query, sessions, caveat, .. } = feed;
    let facts = Memo::new(move |_| {
        let id = query.with(|query| query.session.id());
        let since = list.with(|list| list.sessions().since(id?));
        let totals = list.with(Requests::totals);
        // A page that the collector serves is of no browser that records.
        let month = webext::page::served().is_none().then(|| month.get());
        SessionFacts { id, since, totals, left: None, month, limit: set.limit.get() }
    });
    let zone = webext::page::zone(webext::page::now());
    view! {
        <logs::Logs
            list
            query
            held
            columns
            on_columns
            views
            unsaved
            on_wish
            sessions
            facts
            store=set.store
            caveat
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
                if let Err(trouble) = self.fetch().await {
                    self.list.try_update(|list| list.fail(trouble));
                }
                if self.gate.try_update_value(Gate::leave) != Some(true) {
                    return;
                }
            }
        });
    }

    /// Reads the newest requests, which are drawn at once, and then page by page what is older and
    /// not known yet; where all is to be read anew, all that is older.
    async fn fetch(self) -> Result<(), String> {
        let gone = || "This page is gone".to_owned();
        let list = self.list;
        let known = list.try_with_untracked(|list| list.read.then(|| list.newest()).flatten());
        let anew = self.anew.try_update_value(std::mem::take).unwrap_or_default();
        let known = known.ok_or_else(gone)?.filter(|_| !anew);
        let count = if known.is_some() { FRESH } else { SCREEN };
        let rows = page(None, count).await?;
        let whole = rows.len() < count;
        let mut oldest = rows.first().map(|row| row.start);
        let more = |oldest: Option<Timestamp>| oldest > known && !whole;
        self.settle().await;
        let reading = more(oldest);
        list.try_update(|list| {
            list.reading = reading;
            list.renew(rows, None, whole);
        });
        self.took();
        let mut steps = Steps::begin();
        for nth in 1.. {
            let Some(before) = oldest.filter(|_| more(oldest)) else { break };
            let rows = page(Some(before), PAGE).await?;
            let last = rows.len() < PAGE;
            oldest = rows.first().map(|row| row.start).filter(|_| !last);
            self.settle().await;
            let renew = |list: &mut Requests| list.renew(rows, Some(before), last);
            list.try_update_untracked(renew).ok_or_else(gone)?;
            if nth % SEEN == 0 {
                list.notify();
            }
            self.sift();
            steps.rest().await;
        }
        if reading {
            list.try_update(|list| list.reading = false);
            self.took();
        }
        Ok(())
    }

    /// What follows from what was read.
    fn took(self) {
        let Self { list, query, sessions, .. } = self;
        self.sift();
        let wanted = query.with_untracked(|query| query.session.clone());
        if let Wanted::Last { origin } = wanted {
            let found = list.with_untracked(|list| {
                let newest = || list.sessions().newest(1).first().map(|past| past.id);
                let last = list.sessions().last(&origin);
                // Of all others only once it is known that there is none.
                last.or_else(|| (!list.reading).then(newest).flatten())
            });
            if let Some(id) = found {
                query.update(|query| query.session = Wanted::Of(id));
            }
        }
        let newest = list.with_untracked(|list| list.sessions().newest(SESSIONS));
        sessions.maybe_update(|old| {
            let changed = *old != newest;
            *old = newest;
            changed
        });
        let open = query.with_untracked(|query| query.open);
        if let Some((trace, span)) =
            open.filter(|_| list.with_untracked(|it| it.chosen().is_none()))
        {
            list.update(|list| list.choose_of(trace, span));
        }
    }

    /// Waits until the filter has been asked of all.
    async fn settle(self) {
        while self.list.try_with_untracked(Requests::sifting) == Some(true) {
            self.sift();
            webext::rest().await;
        }
    }

    /// Sees to it that the filter is asked of all, in steps.
    fn sift(self) {
        let list = self.list;
        let busy = self.sifting.try_get_value() != Some(false);
        if busy || list.try_with_untracked(Requests::sifting) != Some(true) {
            return;
        }
        self.sifting.set_value(true);
        spawn_local(async move {
            let mut steps = Steps::begin();
            while list.try_update_untracked(|list| list.sift(steps.size())) == Some(true) {
                steps.rest().await;
            }
            self.sifting.try_set_value(false);
            list.try_update(|_| ());
        });
    }

    /// Lets list, address and trace follow what the user sets.
    fn follow(
        self,
        held: RwSignal<Held>,
        store: RwSignal<String>,
        now: RwSignal<Timestamp>,
        opened: bool,
    ) {
        let Self { list, query, .. } = self;
        let text = Memo::new(move |_| held.with(|held| held.text.clone()));
        let holds = Memo::new(move |_| held.with(|held| held.query.clone()));
        Effect::new(move |_| query.update(|query| query.filter = text.get()));
        // A stretch that ends now goes on with the clock.
        let tick = Memo::new(move |_| now.get().millis() / 10_000 * 10_000);
        let ends = Memo::new(move |_| match query.with(|query| query.range) {
            range @ Range::Last(_) => range.at(tick.get()),
            range => range.at(0),
        });
        Effect::new(move |_| {
            let filter = query.with(|query| Filter {
                session: query.session.id(),
                traces: query.traces,
                mine: query.mine,
                range: ends.get(),
                query: holds.get(),
            });
            list.update(|list| list.filter(filter));
            self.sift();
        });
        let asked = Memo::new(move |_| query.with(Asked::of));
        Effect::new(move |_| {
            let asked = asked.get().filter(|_| store.with(|store| !store.is_empty()));
            found::list(asked, query, list, self.caveat);
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
}

/// The columns that are shown, and who hears of others: an address says which, else those that the
/// reader had last.
fn columns(query: RwSignal<Query>) -> (RwSignal<Columns>, Callback<Columns>) {
    let named = query.with_untracked(|query| query.columns.clone());
    let columns = RwSignal::new(named.clone().unwrap_or_default());
    if named.is_none() {
        spawn_local(async move {
            let kept = storage::load::<String>(Area::Local, COLUMNS).await;
            let kept = kept.ok().flatten().and_then(|text| Columns::read(&text).ok());
            let untouched = query.try_with_untracked(|query| query.columns.is_none());
            if let (Some(kept), Some(true)) = (kept, untouched) {
                columns.set(kept);
            }
        });
    }
    let on_columns = Callback::new(move |wanted: Columns| {
        // Where it cannot be kept, the address has it.
        let kept = storage::store(Area::Local, COLUMNS, &wanted.text());
        spawn_local(async move { drop(kept.await) });
        query.update(|query| query.columns = Some(wanted));
    });
    (columns, on_columns)
}

/// Saved views, why one was not saved, and who carries out what is done with them.
fn saved(query: RwSignal<Query>) -> (RwSignal<Views>, RwSignal<String>, Callback<Wish>) {
    let (all, unsaved) = (RwSignal::new(Views::default()), RwSignal::new(String::new()));
    spawn_local(async move {
        if let Ok(views) = kept().await {
            all.try_set(views);
        }
    });
    let on_wish = Callback::new(move |wish: Wish| {
        let address = query.with_untracked(|query| Query { open: None, ..query.clone() }.address());
        let done = all.try_update(|views| views.grant(&wish, &address)).unwrap_or(Ok(()));
        let done = done.map_err(|trouble| unsaved.set(trouble));
        if done.is_err() {
            return;
        }
        unsaved.set(String::new());
        spawn_local(async move {
            // Another window may have kept one meanwhile.
            let kept = async {
                let mut views = kept().await?;
                views.grant(&wish, &address)?;
                let stored = storage::store(Area::Local, views::KEY, views.all()).await;
                stored.map_err(|error| format!("The view is not saved: {error}."))?;
                Ok::<_, String>(views)
            };
            match kept.await {
                Ok(views) => drop(all.try_set(views)),
                Err(trouble) => drop(unsaved.try_set(trouble)),
            }
        });
    });
    (all, unsaved, on_wish)
}

/// The views that are kept.
async fn kept() -> Result<Views, String> {
    let kept = storage::load::<Vec<Saved>>(Area::Local, views::KEY).await;
    kept.map(|kept| Views::read(kept.unwrap_or_default())).map_err(|error| error.to_string())
}

/// The last requests that began before a moment, oldest first: so many, as long as there are more.
async fn page(before: Option<Timestamp>, count: usize) -> Result<Vec<TracedRequest>, String> {
    let (journal, count) = (journal().await?, u32::try_from(count).unwrap_or(u32::MAX));
    let rows = journal.requests_before(before, count).await.map_err(|error| error.to_string())?;
    Ok(rows.into_iter().map(|row| row.request).collect())
}
