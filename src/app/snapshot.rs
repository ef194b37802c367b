//! One snapshot a component: what it draws, as text, without a browser.

use bridge::TabView;
use insta::assert_snapshot;
use leptos::prelude::*;
use surface::draw::draw;
use trace::settings::Settings;

use crate::facts::SessionFacts;
use crate::found::Caveat;
use crate::plan::Choice;
use crate::requests::Requests;
use crate::sessions::Sessions;
use crate::tab::Tab;
use crate::views::Views;
use crate::{logs, panel, popup};
use surface::column::Columns;
use surface::held::Held;
use surface::query::Query;
use surface::sample;

fn tab(view: TabView) -> Signal<Tab> {
    Signal::stored(Tab { id: Some(7), view: Some(view), ..Tab::default() })
}

fn popup(view: TabView) -> String {
    draw(|| {
        let (choice, store) =
            (RwSignal::new(Choice::default()), "http://127.0.0.1:4318".to_owned());
        let (on_verb, on_open) = (Callback::new(|_| ()), Callback::new(|_| ()));
        let (tab, now) = (tab(view), sample::NOW);
        let (settings, on_restore) = (Settings::default(), Callback::new(|_| ()));
        let on_times = Callback::new(|_| ());
        view! {
            <popup::Popup
                tab choice store settings now zone=60 on_verb on_open on_restore on_times
            />
        }
    })
}

#[test]
fn the_popup_shows_the_session_the_page_and_every_verb() {
    assert_snapshot!(popup(sample::tracing()));
}

#[test]
fn the_popup_shows_the_wait_and_what_is_wrong() {
    assert_snapshot!(popup(sample::waiting()));
}

#[test]
fn the_popup_of_a_page_that_cannot_be_traced_says_why_and_has_one_button() {
    let html = popup(sample::unsupported());
    assert!(html.contains("The browser lets no extension"), "{html}");
    assert_eq!(html.matches("<button").count(), 1, "{html}");
    assert!(html.contains("View Previous Session Traces"));
}

#[test]
fn the_panel_lists_requests_and_asks_to_choose_one() {
    let html = draw(|| {
        let list = RwSignal::new(Requests::default());
        list.update(|list| list.fill(Ok(sample::requests())));
        let on_verb = Callback::new(|_| ());
        let (tab, now) = (tab(sample::tracing()), sample::NOW);
        let (held, store) = (RwSignal::new(Held::default()), String::new());
        let totals = list.with(Requests::totals);
        let facts = SessionFacts {
            totals,
            month: Some(1_234),
            limit: 1_000_000,
            ..SessionFacts::default()
        };
        let (theme, settings) = (Some("dark"), Settings::default());
        let on_times = Callback::new(|_| ());
        view! {
            <panel::Panel
                tab list held facts store settings now zone=60 theme on_verb on_times
            />
        }
    });
    assert_snapshot!(html);
}

#[test]
fn logs_list_requests_newest_first_beside_the_sessions() {
    let html = draw(|| {
        let list = RwSignal::new(Requests::newest_first());
        list.update(|list| list.fill(Ok(sample::requests())));
        let mut sessions = Sessions::default();
        sample::requests().iter().for_each(|request| sessions.add(request));
        let sessions = sessions.newest(9);
        let (columns, on_columns) = (RwSignal::new(Columns::default()), Callback::new(|_| ()));
        let (views, unsaved) = (RwSignal::new(Views::default()), RwSignal::new(String::new()));
        let on_wish = Callback::new(|_| ());
        let query = Query { traces: true, ..Query::default() };
        let (query, held) = (RwSignal::new(query), RwSignal::new(Held::default()));
        let facts = SessionFacts {
            totals: list.with(Requests::totals),
            month: Some(0),
            ..SessionFacts::default()
        };
        let (store, caveat, now) = (String::new(), Caveat::default(), sample::NOW);
        view! {
            <logs::Logs
                list query held columns on_columns views unsaved on_wish sessions facts store caveat now zone=60
            />
        }
    });
    assert_snapshot!(html);
}
