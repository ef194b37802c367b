//! Draws how the store is asked whose address is among the settings: what it is, what was found, by
//! what it knows us, and the way to it through Grafana.

use backend::credential;
use backend::store::Memory;
use leptos::prelude::*;

use crate::access::Access;
use crate::draft::Draft;
use crate::entry::{Desk, Entry};
use crate::field::{Field, Kind};
use crate::page::Intent;
use crate::party::{Part, Party};

/// What the store may be.
const HINTS: Kind = Kind::Choice(&[
    ("any", "Find out"),
    ("jaeger", "Jaeger"),
    ("tempo", "Tempo"),
    ("zipkin", "Zipkin"),
]);

/// What a search finds all of it by.
pub const WORDS: &str = "kind of store jaeger tempo zipkin find out credentials name password bearer \
                         token tenant x-scope-orgid headers grafana data source uid";

/// How the store is asked.
#[component]
pub fn Asked(
    /// What is typed and what is in force.
    draft: Signal<Draft>,
    /// Carries out what a person does.
    on_intent: Callback<Intent>,
) -> impl IntoView {
    let desk = Desk { party: Party::Asked, draft, on_intent };
    let found =
        Memo::new(move |_| draft.with(|draft| found(&draft.learned.memory, &address(draft))));
    let way = Memo::new(move |_| draft.with(way));
    view! {
        <Entry
            desk
            part=Part::Hint
            kind=HINTS
            label="Kind of store"
            meaning="What the store speaks is found out by asking. Name it, and nothing else is asked for."
        />
        <p class="found" role="status">{move || found.get()}</p>
        <Access desk />
        <Entry
            desk
            part=Part::Grafana
            kind=Kind::Text
            label="Grafana data source"
            meaning="Its UID, where the URL above is a Grafana's: Grafana then asks its data source for us. \
                     It stands in the address of the data source's page. Empty: the store is asked itself."
            example="P214B5B846CF3925F"
        />
        <p class="preview">{move || way.get()}</p>
    }
    .into_any()
}

/// The store's address as it is typed, with its way through Grafana.
fn address(draft: &Draft) -> String {
    let typed = Field::of("store").map(|field| draft.text(field)).unwrap_or_default();
    let typed = typed.trim();
    let uid = &draft.stores().asked.grafana;
    credential::grafana(typed, uid).unwrap_or_else(|_| typed.to_owned())
}

/// Which way questions go, where that is not said by the store's URL.
fn way(draft: &Draft) -> Option<String> {
    let uid = &draft.stores().asked.grafana;
    let through = credential::grafana("", uid).is_ok();
    through.then(|| format!("Asked through Grafana: {}", address(draft)))
}

/// What was found out about the store.
fn found(memory: &Memory, address: &str) -> Option<String> {
    let store = memory.store.as_ref()?;
    if memory.address.trim_end_matches('/') != address.trim_end_matches('/') {
        return None;
    }
    let doubt = if memory.doubt { "; asked again, as an answer was none of its" } else { "" };
    Some(named(store.dialect.name())? + doubt)
}

/// What a store was found to be, by its dialect's name; `None` of none.
#[must_use]
pub fn named(dialect: &str) -> Option<String> {
    let maker = if dialect.starts_with("Tempo") { "Grafana " } else { "" };
    (!dialect.is_empty()).then(|| format!("Found: {maker}{dialect}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use backend::store::{Dialect, Store};

    #[test]
    fn what_was_found_is_of_the_address_that_is_typed() {
        let mut memory = Memory::default();
        assert_eq!(found(&memory, "http://t:3200"), None);
        memory.found("http://t:3200", Store::new("http://t:3200", Dialect::TempoV2));
        let said = found(&memory, "http://t:3200/");
        assert_eq!(said.as_deref(), Some("Found: Grafana Tempo (version 2)"));
        assert_eq!(found(&memory, "http://other:3200"), None);
        memory.doubt = true;
        assert!(found(&memory, "http://t:3200").unwrap().contains("asked again"));
    }

    #[test]
    fn the_way_through_grafana_is_said() {
        let mut draft = Draft::default();
        assert_eq!(way(&draft), None);
        draft.type_in(Field::of("store").unwrap(), "https://grafana.test/ ".to_owned());
        let put = |uid: &str| crate::draft::Change::Put(Part::Grafana, uid.to_owned());
        draft.change(Party::Asked, put("abc"));
        let said = "Asked through Grafana: https://grafana.test/api/datasources/proxy/uid/abc";
        assert_eq!(way(&draft).as_deref(), Some(said));
        draft.change(Party::Asked, put("a/b"));
        assert_eq!(way(&draft), None);
    }
}
