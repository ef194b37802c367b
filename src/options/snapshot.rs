//! One snapshot a component: what it draws, as text, without a browser.

use bridge::{SetKind, SetView};
use insta::assert_snapshot;
use leptos::prelude::*;
use surface::draw::draw;
use trace::{Timestamp, contact};

use crate::connection::Trials;
use crate::destinations::Destinations;
use crate::draft::{Change, Draft};
use crate::field::Field;
use crate::party::{Part, Party};
use crate::setting::Setting;
use crate::trust;
use crate::trust::account::Account;

/// When it is.
const NOW: Timestamp = Timestamp::from_nanos(1_795_271_002_123_000_000);

#[test]
fn the_trust_page_says_what_was_found() {
    let html = draw(|| {
        let set = SetView {
            kind: SetKind::Cookie,
            place: "_trace_session on shop.example".to_owned(),
            since: NOW.millis(),
        };
        let account = Account {
            permissions: vec!["cookies".to_owned()],
            origins: vec!["https://shop.example/*".to_owned()],
            set: vec![set],
            rules: Some(1),
            scripts: Some(0),
            contacts: contact::read(&contact::note(
                "",
                "http://127.0.0.1:4318/v1/traces",
                contact::Purpose::Send,
                NOW,
            )),
            requests: Some(3),
            news: String::new(),
        };
        let (account, on_intent) = (Signal::stored(account), Callback::new(|_| ()));
        view! { <trust::Trust account zone=60 on_intent /> }
    });
    assert_snapshot!(html);
}

/// Settings, with what is typed in one of them.
fn settings(keys: [&str; 3], typed: &str) -> String {
    draw(|| {
        let mut draft = Draft::default();
        let fields = keys.map(|key| Field::of(key).unwrap());
        draft.type_in(fields[0], typed.to_owned());
        let (draft, on_intent) = (Signal::stored(draft), Callback::new(|_| ()));
        fields
            .into_iter()
            .map(|field| view! { <Setting field draft on_intent /> })
            .collect::<Vec<_>>()
    })
}

#[test]
fn a_setting_says_what_it_means_what_is_wrong_and_its_default() {
    assert_snapshot!(settings(["ending.minutes", "triggers.b3", "scope"], "soon"));
}

#[test]
fn a_link_has_presets_and_a_preview() {
    let html = settings(["links.trace", "cookie.secret", "targets"], "https://x.test/{traceId}");
    assert_snapshot!(html);
}

#[test]
fn a_destination_says_what_is_wrong_and_shows_no_secret() {
    let html = draw(|| {
        let mut draft = Draft::default();
        draft.add();
        let party = Party::Sent(0);
        draft.change(party, Change::AddHeader);
        for (part, text) in [
            (Part::Endpoint, "otlp.example"),
            (Part::Credentials, "bearer"),
            (Part::Token, "hush"),
            (Part::Name(0), "cookie"),
        ] {
            draft.change(party, Change::Put(part, text.to_owned()));
        }
        let (draft, on_intent) = (Signal::stored(draft), Callback::new(|_| ()));
        view! { <Destinations draft trials=Signal::stored(Trials::default()) on_intent /> }
    });
    assert!(!html.contains("hush"));
    assert_snapshot!(html);
}
