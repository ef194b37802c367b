//! Has the trace store's requests listed beside this browser's.

use std::time::Duration;

use bridge::{Consult, Listing, Within};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::query::{Query, Wanted};
use surface::range::Range;
use trace::{SessionId, Timestamp};

use crate::found::Caveat;
use crate::requests::Requests;

/// The store is asked once the reader has settled on a time, which may be drawn.
const SETTLED: Duration = Duration::from_millis(200);

/// What the store is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    session: Option<SessionId>,
    range: Range,
}

impl Asked {
    /// `None` where only this browser's requests are wanted, or it is not known yet of which session.
    pub(super) fn of(query: &Query) -> Option<Self> {
        let last = matches!(query.session, Wanted::Last { .. });
        let Query { session, mine, range, .. } = query;
        (!last && !mine).then_some(Self { session: session.id(), range: *range })
    }

    fn within(self, now: Timestamp) -> Within {
        let moment = |millis: u64| Timestamp::from_nanos(millis.saturating_mul(1_000_000));
        let (from, to) = self.range.at(now.millis());
        Within { session: self.session, from: from.map(moment), to: to.map(moment) }
    }
}

/// Asks for what other browsers asked for, and lets the list and what is said beside it follow.
pub(super) fn list(
    asked: Option<Asked>,
    query: RwSignal<Query>,
    list: RwSignal<Requests>,
    caveat: RwSignal<Caveat>,
) {
    let Some(asked) = asked else {
        list.update(|list| list.find(Vec::new()));
        caveat.set(Caveat::default());
        return;
    };
    // Something else may be wanted meanwhile.
    let wanted = move || query.try_with_untracked(Asked::of).flatten() == Some(asked);
    spawn_local(async move {
        webext::clock::sleep(SETTLED).await;
        if !wanted() {
            return;
        }
        let now = webext::page::now();
        let listed = webext::message::consult(&Consult::List(asked.within(now))).await;
        if !wanted() {
            return;
        }
        let listed = listed.map_err(|error| error.to_string());
        let said = match &listed {
            Ok(listing) => Caveat::of(listing, webext::page::zone(now)),
            Err(trouble) => Caveat::failed(trouble.clone()),
        };
        let Listing { requests, .. } = listed.unwrap_or_default();
        list.try_update(|list| list.find(requests));
        caveat.try_set(said);
    });
}
