//! One snapshot a component: what it draws, as text, without a browser.

use bridge::TabView;
use insta::assert_snapshot;
use leptos::prelude::*;
use surface::draw::draw;
use trace::settings::Settings;

use crate::address::{Address, AddressError};
use crate::detail::Detail;
use crate::facts::SessionFacts;
use crate::picture::Picture;
use crate::plan::Choice;
use crate::query::Query;
use crate::reading::Reading;
use crate::requests::Requests;
use crate::tab::Tab;
use crate::{dashboard, inspector, logs, panel, popup, sample, sessions};
use otlp::Sheet;

fn tab(view: TabView) -> Signal<Tab> {
    Signal::stored(Tab { id: Some(7), view: Some(view), ..Tab::default() })
}

fn picture() -> RwSignal<Picture> {
    let picture = RwSignal::new(Picture::default());
    picture.update(|picture| picture.grow(Sheet::of(&sample::spans())));
    picture
}

fn reading(spans: usize) -> Signal<Reading> {
    let mut reading = Reading::begin(sample::trace_id(), sample::NOW);
    reading.read(spans, String::new());
    Signal::stored(reading)
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
        let (tab, reading) = (tab(sample::tracing()), Signal::stored(Reading::default()));
        let (picture, now) = (RwSignal::new(Picture::default()), sample::NOW);
        let (text, store) = (RwSignal::new(String::new()), String::new());
        let totals = list.with(Requests::totals);
        let facts =
            SessionFacts { totals, month: 1_234, limit: 1_000_000, ..SessionFacts::default() };
        let (theme, settings) = (Some("dark"), Settings::default());
        let on_times = Callback::new(|_| ());
        view! {
            <panel::Panel
                tab list text facts store settings reading picture now zone=60 theme on_verb on_times
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
        let sessions = sessions::sessions(&sample::requests());
        let query = Query { traces: true, ..Query::default() };
        let (query, text) = (RwSignal::new(query), RwSignal::new(String::new()));
        let facts = SessionFacts { totals: list.with(Requests::totals), ..SessionFacts::default() };
        let (reading, picture) = (Signal::stored(Reading::default()), RwSignal::default());
        let (store, trouble, now) = (String::new(), String::new(), sample::NOW);
        view! {
            <logs::Logs
                list query text sessions facts reading picture store trouble now zone=60
            />
        }
    });
    assert_snapshot!(html);
}

fn board(spans: usize) -> String {
    draw(|| {
        let picture = if spans > 0 { picture() } else { RwSignal::new(Picture::default()) };
        let (reading, on_ask) = (reading(spans), Callback::new(|()| ()));
        let progress = Signal::stored(None);
        view! { <dashboard::Dashboard reading picture progress now=sample::NOW zone=60 on_ask /> }
    })
}

#[test]
fn the_dashboard_draws_the_trace() {
    assert_snapshot!(board(6));
}

#[test]
fn the_dashboard_without_spans_says_why_and_what_to_do() {
    assert_snapshot!(board(0));
}

#[test]
fn the_inspector_shows_everything_about_a_span() {
    let html = draw(|| {
        let detail = picture().with(|picture| {
            let row = picture.waterfall().row(5).unwrap();
            let (span, whole) = (picture.span(&row).unwrap(), picture.waterfall().length());
            Detail::of(&span, &row, 3, whole, picture.kin())
        });
        let (on_close, on_span) = (Callback::new(|()| ()), Callback::new(|_| ()));
        view! { <inspector::Inspector detail on_close on_span /> }
    });
    assert_snapshot!(html);
}

#[test]
fn text_from_a_page_is_text_and_never_markup() {
    let html = draw(|| {
        let mut spans = sample::spans();
        spans[0].name = "<script>alert(1)</script>".to_owned();
        let picture = RwSignal::new(Picture::default());
        picture.update(|picture| picture.grow(Sheet::of(&spans)));
        let (reading, on_ask) = (reading(6), Callback::new(|()| ()));
        let progress = Signal::stored(None);
        view! { <dashboard::Dashboard reading picture progress now=sample::NOW zone=0 on_ask /> }
    });
    assert!(html.contains("&lt;script&gt;alert(1)") && !html.contains("<script"), "{html}");
}

#[test]
fn a_bad_address_is_explained() {
    let html = draw(|| {
        let address: Result<Address, _> = Err(AddressError::NoTrace);
        view! { <crate::Surface address /> }
    });
    assert!(html.contains("role=\"alert\"") && html.contains("wanted trace= and 32 hex digits"));
}
