//! Draws a trace: what is odd about it, its waterfall, and the details of the chosen span. The
//! dashboard and the panel both show it.

use leptos::prelude::*;
use surface::moment;
use trace::quantity;
use trace::waterfall::Service;

use crate::chart::Chart;
use crate::desk::Desk;
use crate::filter_bar::{FilterBar, Nothing};
use crate::findings::FindingsBar;
use crate::inspector::Lead;
use crate::kin::Relative;
use crate::pane::Pane;
use crate::picture::{Opener, Picture};
use crate::shelf::Shelf;
use crate::shortcuts::Shortcuts;
use crate::views::tabs::{PANEL, Tabs, tab};
use crate::views::{Chosen, Scene};
use crate::vitals::Vitals;
use crate::wire::export::Export;
use surface::address;
use surface::copy::Copy;
use surface::scroller::Scroller;

/// The trace in numbers: id, start, duration, spans, errors; and who took part.
#[component]
pub fn Facts(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
    /// Minutes that the reader's clock is east of UTC.
    zone: i32,
    /// Lays another trace beside it; without it, another page does.
    #[prop(optional)]
    on_compare: Option<Callback<()>>,
) -> impl IntoView {
    let compare = move |event: leptos::ev::MouseEvent| {
        if let Some(on_compare) = on_compare {
            event.prevent_default();
            on_compare.run(());
        }
    };
    let facts = Memo::new(move |_| picture.with(|picture| facts(picture, zone)));
    let trace = Memo::new(move |_| picture.with(Picture::trace));
    let errors = Memo::new(move |_| picture.with(|picture| picture.waterfall().errors() > 0));
    let vitals = Memo::new(move |_| picture.with(Picture::vitals));
    let draw = move |(name, text): (&'static str, String)| {
        let bad = move || name == "Errors" && errors.get();
        view! { <div class:bad=bad><dt>{name}</dt><dd>{text}</dd></div> }
    };
    view! {
        <dl class="facts line-up">
            {move || trace.get().map(|trace| view! {
                <div class="id">
                    <dt>"Trace"</dt>
                    <dd>{trace.to_string()}<Copy text=trace.to_string() what="trace id" /></dd>
                    <dd class="more">
                        <a
                            href=address::compare(Some(trace), None)
                            target="_blank"
                            rel="noopener"
                            on:click=compare
                        >
                            "Compare with…"
                        </a>
                    </dd>
                </div>
            })}
            {move || facts.get().into_iter().map(draw).collect::<Vec<_>>()}
        </dl>
        <Legend picture />
        <Openers picture />
        {move || view! { <Vitals vitals=vitals.get() /> }}
    }
    .into_any()
}

fn facts(picture: &Picture, zone: i32) -> Vec<(&'static str, String)> {
    let waterfall = picture.waterfall();
    vec![
        ("Started", moment::date(waterfall.start(), zone)),
        ("Duration", quantity::duration(waterfall.length())),
        ("Spans", waterfall.total().to_string()),
        ("Errors", waterfall.errors().to_string()),
    ]
}

/// Who took part, each by colour and name.
#[component]
fn Legend(picture: RwSignal<Picture>) -> impl IntoView {
    let services =
        Memo::new(move |_| picture.with(|picture| picture.waterfall().services().to_vec()));
    let draw = |service: Service| {
        let name =
            if service.name.is_empty() { "no service.name".to_owned() } else { service.name };
        let title = format!(
            "{}, {}",
            quantity::count(service.spans as u64, "span"),
            quantity::count(service.errors as u64, "error")
        );
        view! {
            <li title=title>
                <span class=format!("chip c{}", service.colour) aria-hidden="true"></span>
                {name}
                <span class="count">{service.spans}</span>
            </li>
        }
    };
    view! {
        <ul class="legend" aria-label="Services">
            {move || services.get().into_iter().map(draw).collect::<Vec<_>>()}
        </ul>
    }
    .into_any()
}

/// What opened the trace: links to the operation and to the page.
#[component]
fn Openers(picture: RwSignal<Picture>) -> impl IntoView {
    let openers = Memo::new(move |_| picture.with(Picture::openers));
    let draw = |(at, (opener, mut to)): (usize, (Opener, Relative))| {
        if to.name.is_empty() {
            opener.word().clone_into(&mut to.name);
        }
        view! { {if at == 0 { "Opened by " } else { ", in " }}<Lead to /> }
    };
    let list = move || openers.get().into_iter().enumerate().map(draw).collect::<Vec<_>>();
    view! {
        <Show when=move || !openers.with(Vec::is_empty)>
            <p class="openers">{list}</p>
        </Show>
    }
    .into_any()
}

/// Says that times are not those that were recorded: it holds for all views.
#[component]
fn Clocks(scene: Scene) -> impl IntoView {
    let said = Memo::new(move |_| match scene.clocks() {
        clocks if clocks.is_empty() => clocks,
        clocks => format!("Clocks are adjusted in all views: {clocks}."),
    });
    let some = move || said.with(|said| !said.is_empty());
    view! { <p class="clocks" class:some=some role="status">{said}</p> }.into_any()
}

/// The trace itself.
#[component]
pub fn TraceView(
    /// The trace before the reader.
    picture: RwSignal<Picture>,
) -> impl IntoView {
    let desk = Desk::new();
    let details = desk.details;
    let shelf = Shelf::new();
    let scroller = Scroller::mounted();
    let help = RwSignal::new(false);
    let scene = Scene::new(picture, desk);
    let waterfall: ViewFn =
        (move || view! { <Chart picture desk scroller help /><Nothing desk /> }).into();
    let chosen = Memo::new(move |_| picture.with(|picture| picture.chosen_row().is_some()));
    let open = move || details.get() && chosen.get();
    let room = move || format!("{}%", shelf.share.get());
    view! {
        <FindingsBar picture desk />
        <Shortcuts picture desk help />
        <div class="view-bar"><Tabs desk /><Export scene /></div>
        <Clocks scene />
        <FilterBar picture desk />
        <div class="split" class:open=open style=("--details", room)>
            <div
                class="view"
                id=PANEL
                role="tabpanel"
                aria-labelledby=move || tab(desk.view.get())
            >
                <Chosen scene waterfall />
            </div>
            <Pane picture desk shelf />
        </div>
    }
    .into_any()
}
