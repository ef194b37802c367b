//! Usage: how many spans were recorded, where they are kept, and what was dropped.
//!
//! Draws what it is given; what is counted where is the wire's to know.

use bridge::query::{Usage, UsageSite};
use leptos::prelude::*;
use surface::moment;
use surface::reader::Keeper;
use trace::room::Room;
use trace::{Timestamp, quantity};

use crate::figure::{count, whole};
use crate::sheet::{more, sheet};
use crate::sorted::{number, plain, words};
use crate::trend::{Plot, Series, trend};

/// Sites that are listed.
const LISTED: usize = 50;

/// What is known besides the rows. Of a collector nothing is, whose files have neither limit nor cap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stock {
    /// Who keeps the rows.
    pub keeper: Keeper,
    /// Spans recorded in the month that it is, UTC's.
    pub month: u64,
    /// How many the user wants to stay under; 0 for any number.
    pub limit: u64,
    /// Bytes that the extension keeps; `None` where the browser does not say.
    pub used: Option<u64>,
    /// How much the journal may hold, megabytes.
    pub room: u32,
    /// What made room, and why; empty where nothing had to.
    pub evicted: String,
}

/// The whole of it.
pub fn usage(usage: &Usage, stock: &Stock, zone: i32) -> AnyView {
    view! {
        {kept(stock)}
        {days(usage, zone)}
        {sites(&usage.sites)}
        {dropped(usage, stock)}
    }
    .into_any()
}

fn kept(stock: &Stock) -> AnyView {
    match stock.keeper {
        Keeper::Browser => view! { {month(stock)} {storage(stock)} }.into_any(),
        Keeper::Collector => view! {
            <p class="hint">
                "Counted is what the collector keeps that serves this page, of all browsers that send to it. A limit a month and a cap are each browser's own: its extension shows them under Usage."
            </p>
        }
        .into_any(),
    }
}

/// How much of a whole there is, as a bar with its numbers.
fn gauge(name: &'static str, part: u64, of: u64, text: String) -> AnyView {
    let hundredths = (u128::from(part) * 100).checked_div(u128::from(of)).unwrap_or_default();
    let share = u32::try_from(hundredths).unwrap_or(u32::MAX).min(100);
    // Of what is there something is seen, however little it is.
    let least = if part > 0 { 4 } else { 0 };
    let tone = match share {
        100 => "gauge bad",
        80.. => "gauge warn",
        _ => "gauge good",
    };
    view! {
        <div
            class=tone
            role="meter"
            aria-label=name
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=share.to_string()
            aria-valuetext=text.clone()
        >
            <span class="beam" style:inline-size=format!("max({share}%, {least}px)")></span>
        </div>
        <p class="amount">{text}</p>
    }
    .into_any()
}

fn month(stock: &Stock) -> AnyView {
    let Stock { month, limit, .. } = *stock;
    let (drawn, note) = if limit == 0 {
        let text = format!("{} this month, no limit", quantity::count(month, "span"));
        (
            view! { <p class="amount">{text}</p> }.into_any(),
            "A limit can be set in the options.".to_owned(),
        )
    } else {
        let text = format!(
            "{} of {} spans, {}",
            quantity::grouped(month),
            quantity::grouped(limit),
            quantity::share(month, limit)
        );
        (gauge("Spans this month", month, limit, text), at_the_limit(month >= limit).to_owned())
    };
    view! {
        <section class="block" aria-labelledby="month-head">
            <h2 id="month-head">"Spans this month"</h2>
            {drawn}
            <p class="hint">
                {note}" "<a href="app.html?view=options">"Options"</a>
            </p>
        </section>
    }
    .into_any()
}

/// What happens at the limit, in words.
const fn at_the_limit(reached: bool) -> &'static str {
    if reached {
        "The limit is reached: recording goes on in this browser, and nothing is sent to the trace store until the month ends (UTC) or the limit is raised. What waits is sent then."
    } else {
        "At the limit recording goes on in this browser; sending to the trace store stops until the month ends (UTC) or the limit is raised."
    }
}

fn storage(stock: &Stock) -> AnyView {
    let room = u64::from(stock.room) * 1_000_000;
    let drawn = match stock.used {
        Some(used) => {
            let text = format!(
                "{} of {}, {}",
                quantity::bytes(used),
                quantity::bytes(room),
                quantity::share(used, room)
            );
            gauge("Storage", used, room, text)
        }
        None => view! {
            <p class="amount">{format!("The browser does not say how much is used; the cap is {}.", quantity::bytes(room))}</p>
        }
        .into_any(),
    };
    view! {
        <section class="block" aria-labelledby="storage-head">
            <h2 id="storage-head">"Storage"</h2>
            {drawn}
            <p class="hint">
                "Traces are kept in this browser. Beyond the cap the oldest pages go, with all that belongs to them; those of a running session stay."
            </p>
        </section>
    }
    .into_any()
}

fn days(usage: &Usage, zone: i32) -> AnyView {
    if usage.days.iter().all(|day| day.spans == 0) {
        return view! {
            <div class="empty">
                <h2>"Nothing was recorded in this time"</h2>
                <p>"Choose a longer time above, or start a session from Tracelight's popup."</p>
            </div>
        }
        .into_any();
    }
    let name = |at| moment::second(at, zone).split(' ').next().unwrap_or_default().to_owned();
    let spans = usage.days.iter().map(|day| Some(f64::from(day.spans))).collect();
    let plot = Plot {
        title: "Spans by day",
        steps: usage.days.iter().map(|day| name(day.since)).collect(),
        end: String::new(),
        series: vec![Series { name: "Spans", class: "c0", values: spans }],
        shown: |value| count(whole(value)),
        bars: true,
    };
    view! { <div class="trends">{trend(&plot)}</div> }.into_any()
}

/// A site's name; what servers traced of no page has none.
fn name(origin: &str) -> String {
    if origin.is_empty() { "of no page" } else { origin }.to_owned()
}

fn sites(sites: &[UsageSite]) -> AnyView {
    if sites.is_empty() {
        return ().into_any();
    }
    let columns = [
        words("Site"),
        number("Page views"),
        number("Spans"),
        number("Share"),
        number("Facts lost"),
    ];
    let all: u64 = sites.iter().map(|site| u64::from(site.spans)).sum();
    let lines = sites.iter().take(LISTED).map(|site| {
        view! {
            <tr>
                <th scope="row" class="route">{name(&site.origin)}</th>
                <td class="number">{count(site.pages)}</td>
                <td class="number">{count(site.spans)}</td>
                <td class="number">{quantity::share(site.spans.into(), all)}</td>
                <td class="number">{count(site.lost)}</td>
            </tr>
        }
    });
    let more = more(sites.len(), LISTED, "more site", "");
    view! {
        <div class="block">
            <h2 id="sites-head">"Spans by site"</h2>
            {sheet("Spans by site", view! {
                <table aria-labelledby="sites-head">
                    {plain(&columns)}
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            }.into_any())}
            {more}
        </div>
    }
    .into_any()
}

/// What went because the journal held more than it may; empty where nothing did.
#[must_use]
pub fn went(room: &Room, zone: i32) -> String {
    if room.pages == 0 {
        return String::new();
    }
    let last = Timestamp::from_nanos(room.last.saturating_mul(1_000_000));
    format!(
        "{} with {} made room because the journal held more than its cap, the last on {}.",
        quantity::count(room.pages, "page"),
        quantity::count(room.spans, "span"),
        moment::second(last, zone)
    )
}

/// What was dropped and why, each as a sentence.
#[must_use]
pub fn losses(usage: &Usage, stock: &Stock) -> Vec<String> {
    let lost: u64 = usage.days.iter().map(|day| u64::from(day.lost)).sum();
    let mut said = Vec::new();
    if lost > 0 {
        said.push(format!(
            "{} of pages were lost in this time: a page said more at once than is taken of one page, or its tab was closed before it was told.",
            quantity::count(lost, "fact")
        ));
    }
    if !stock.evicted.is_empty() {
        said.push(stock.evicted.clone());
    }
    said
}

fn dropped(usage: &Usage, stock: &Stock) -> AnyView {
    let said = losses(usage, stock);
    let drawn = if said.is_empty() {
        view! { <p class="hint">"Nothing was dropped."</p> }.into_any()
    } else {
        let said = said.into_iter().map(|text| view! { <li>{text}</li> });
        view! { <ul class="outcomes">{said.collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="block" aria-labelledby="dropped-head">
            <h2 id="dropped-head">"What was dropped"</h2>
            {drawn}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use bridge::query::UsageDay;

    use super::*;

    #[test]
    fn what_was_dropped_is_said_with_its_reason() {
        let day = |lost| UsageDay { lost, ..UsageDay::default() };
        let usage = Usage { days: vec![day(2), day(0), day(3)], ..Usage::default() };
        let stock = Stock { evicted: "3 pages made room".to_owned(), ..Stock::default() };
        let said = losses(&usage, &stock);
        assert!(said[0].starts_with("5 facts of pages were lost"), "{}", said[0]);
        assert_eq!(said[1], "3 pages made room");
        assert_eq!(losses(&Usage::default(), &Stock::default()), Vec::<String>::new());
    }

    #[test]
    fn pages_that_made_room_are_counted_and_dated() {
        let mut room = Room::default();
        assert_eq!(went(&room, 0), "");
        room.note(Timestamp::from_millis(1_795_271_002_123.0), 40, 9_000);
        assert_eq!(
            went(&room, 60),
            "1 page with 40 spans made room because the journal held more than its cap, the last on 2026-11-21 15:23:22."
        );
    }
}
