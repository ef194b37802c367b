//! Wires the view of a trace to the browser: asks, listens, reads the journal, and tells the plain
//! state what came. Decides nothing; every text that a user reads comes from elsewhere.

#[cfg(target_arch = "wasm32")]
pub mod beside;
mod chunks;
pub mod compare;
pub mod export;
mod file;
pub mod files;
mod follow;
pub mod series;
mod trace;
mod work;

pub use compare::Compare;
pub use files::Opens;
pub use series::Series;

use ::trace::{SpanId, TraceId};
use bridge::{Command, Notice, Reply};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::page::{clock, keep};
use surface::standing::Standing;

use crate::dashboard;
use trace::TraceWire;

/// The trace of an address, wired.
#[component]
pub fn Dashboard(
    /// The trace.
    trace: TraceId,
    /// The span to choose.
    span: Option<SpanId>,
    /// The tab whose page trace it is, for its progress.
    tab: Option<i32>,
) -> impl IntoView {
    let wire = TraceWire::new();
    wire.open(trace, span);
    let progress = RwSignal::new(None);
    let look = move || {
        if let Some(tab) = tab {
            spawn_local(async move { progress.set(under_way(tab, trace).await) });
        }
    };
    look();
    let now = clock(move || {
        if progress.with_untracked(Option::is_some) {
            look();
        }
    });
    keep(webext::message::listen(move |notice| {
        if matches!(notice, Notice::Changed { tab: changed } if Some(changed) == tab) {
            look();
        }
        wire.hear(&notice);
    }));
    let on_ask = Callback::new(move |()| wire.ask());
    let zone = webext::page::zone(webext::page::now());
    view! {
        <dashboard::Dashboard
            reading=wire.reading
            picture=wire.picture
            progress
            now
            zone
            on_ask
        />
    }
}

/// How a tab's page trace stands, if it is this one and still under way.
async fn under_way(tab: i32, trace: TraceId) -> Option<Standing> {
    let Ok(Reply::View(view)) = webext::message::ask(Command::View { tab }).await else {
        return None;
    };
    let page = view.page.filter(|page| page.trace == trace && !page.progress.over())?;
    Some(Standing::of(&page.progress))
}
