//! One snapshot a component: what it draws, as text, without a browser.

use std::sync::Arc;

use insta::assert_snapshot;
use leptos::prelude::*;
use otlp::Sheet;
use surface::address::{Address, AddressError};
use surface::draw::draw;
use surface::sample;

use crate::desk::{Desk, View};
use crate::detail::Detail;
use crate::inspector::Hands;
use crate::picture::Picture;
use crate::reading::Reading;
use crate::shelf::Shelf;
use crate::views::Scene;
use crate::{dashboard, inspector, views};

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

/// Every view but the waterfall, which is the dashboard's, with its name.
fn views(spans: &[trace::Span]) -> Vec<(&'static str, String)> {
    let draw = |view: View| {
        let html = draw(|| {
            let (picture, desk) = (RwSignal::new(Picture::default()), Desk::new());
            picture.update(|picture| {
                picture.grow(Sheet::of(spans));
                picture.choose(0);
            });
            desk.view.set(view);
            let (scene, waterfall) = (Scene::new(picture, desk), ViewFn::from(|| ()));
            view! { <views::Chosen scene waterfall /> }
        });
        (view.name(), html)
    };
    View::ALL.into_iter().skip(1).map(draw).collect()
}

#[test]
fn every_view_draws_the_trace() {
    for (name, html) in views(&sample::spans()) {
        assert_snapshot!(format!("the_view_{name}"), html);
    }
}

#[test]
fn no_view_makes_markup_of_a_text() {
    let mut spans = sample::spans();
    for span in &mut spans {
        span.name = "<script>alert(1)</script>".to_owned();
        let mut resource = trace::Resource::clone(&span.resource);
        let name = trace::attribute::key::SERVICE_NAME.to_owned();
        resource.attributes.insert(name, "<img src=x onerror=alert(2)>".into());
        span.resource = resource.into();
    }
    for (name, html) in views(&spans) {
        assert!(!html.contains("<script") && !html.contains("<img"), "{name}: {html}");
    }
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
            Detail::of(span, &row, 3, whole, picture.kin())
        });
        let hands = Hands {
            close: Callback::new(|()| ()),
            go: Callback::new(|_| ()),
            narrow: Callback::new(|_| ()),
        };
        let detail = Signal::stored(Some(Arc::new(detail)));
        view! { <inspector::Inspector detail shelf=Shelf::new() hands /> }
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
