//! Draws what of ours is set in the browser, and where.

use bridge::{SetKind, SetView};
use leptos::prelude::*;
use surface::moment;
use trace::{Timestamp, quantity};

use crate::tab::Tab;

/// What is set, behind a disclosure; nothing where nothing is.
#[component]
pub fn WhatIsSet(
    /// What is known of the tab.
    #[prop(into)]
    tab: Signal<Tab>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
) -> impl IntoView {
    let set = Memo::new(move |_| {
        tab.with(|tab| tab.view.as_ref().map(|view| view.set.clone()).unwrap_or_default())
    });
    let lines = move || {
        let draw = |item: &SetView| {
            let (kind, place, since) = line(item, zone);
            view! { <li><strong>{kind}</strong>" "{place}<span class="since">{since}</span></li> }
        };
        set.with(|set| set.iter().map(draw).collect::<Vec<_>>())
    };
    view! {
        <Show when=move || !set.with(Vec::is_empty)>
            <details class="set">
                <summary>{move || set.with(|set| summary(set))}</summary>
                <ul aria-label="What is set">{lines}</ul>
            </details>
        </Show>
    }
    .into_any()
}

/// `Set in the browser: 1 cookie, 2 rules`.
fn summary(set: &[SetView]) -> String {
    let count = |kind| set.iter().filter(|item| item.kind == kind).count() as u64;
    let kinds = [(SetKind::Cookie, "cookie"), (SetKind::Rule, "rule"), (SetKind::Script, "script")];
    let counts = kinds.map(|(kind, noun)| (count(kind), noun));
    let there = counts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = there.map(|(count, noun)| quantity::count(*count, noun)).collect();
    format!("Set in the browser: {}", parts.join(", "))
}

/// What it is, where it is set and since when.
fn line(item: &SetView, zone: i32) -> (&'static str, String, String) {
    let kind = match item.kind {
        SetKind::Cookie => "Cookie",
        SetKind::Rule => "Rule",
        SetKind::Script => "Script",
    };
    let since = Timestamp::from_nanos(item.since.saturating_mul(1_000_000));
    let since = moment::clock(since, zone).chars().take(5).collect::<String>();
    (
        kind,
        item.place.clone(),
        if item.since == 0 { String::new() } else { format!("since {since}") },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_counted_by_kind() {
        let item = |kind| SetView { kind, place: "shop.example".to_owned(), since: 60_000 };
        let set = [item(SetKind::Rule), item(SetKind::Cookie), item(SetKind::Rule)];
        assert_eq!(summary(&set), "Set in the browser: 1 cookie, 2 rules");
        let said = ("Cookie", "shop.example".to_owned(), "since 01:01".to_owned());
        assert_eq!(line(&set[1], 60), said);
    }
}
