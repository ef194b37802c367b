//! Usage, wired: asks for the rows, reads the month's meter, the settings and what is kept.

use bridge::query::{Answer, Question};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::reader::{self, Keeper};
use trace::meter::{self, Meter};
use trace::room::{self, Room};
use webext::storage::{Area, estimate, load};

use crate::found::Blank;
use crate::frame::{Desk, Frame};
use crate::usage::{Stock, usage, went};
use crate::wire::ask::ask;
use crate::wire::choice::choices;

/// The tab.
#[component]
pub fn Usage(
    /// What all tabs are given.
    desk: Desk,
) -> impl IntoView {
    let choices = choices();
    let found = ask(move || Question::Usage {
        range: desk.board.with(|board| board.period.range(webext::page::now())),
        zone: desk.zone,
    });
    let stock = RwSignal::new(Stock { keeper: reader::keeper(), ..Stock::default() });
    Effect::new(move |_| {
        // With the rows, what is counted beside them has changed.
        found.track();
        let room = choices.with(|choices| choices.room);
        spawn_local(async move {
            let now = read(room, desk.zone).await;
            let _gone = stock.try_set(now);
        });
    });
    let drawn = move || {
        found.with(|found| match found.answer() {
            Some(Answer::Usage(rows)) => Some(stock.with(|stock| usage(rows, stock, desk.zone))),
            _ => None,
        })
    };
    view! {
        <Frame desk heading="Usage">
            <Blank found />
            {drawn}
        </Frame>
    }
    .into_any()
}

async fn read(room: u32, zone: i32) -> Stock {
    if reader::keeper() == Keeper::Collector {
        return Stock { keeper: Keeper::Collector, ..Stock::default() };
    }
    let meter = load::<Meter>(Area::Local, meter::KEY).await.ok().flatten().unwrap_or_default();
    let limit = webext::settings::load().await.map_or(0, |settings| settings.limit);
    let month = meter.spans(webext::page::now());
    let gone = load::<Room>(Area::Local, room::KEY).await.ok().flatten().unwrap_or_default();
    // The browser answers where it can.
    let used = estimate().await.ok().map(|(used, _)| used);
    Stock { month, limit, used, room, evicted: went(&gone, zone), ..Stock::default() }
}
