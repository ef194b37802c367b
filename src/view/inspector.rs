//! Draws the details of one span.

use std::sync::Arc;

use leptos::prelude::*;
use trace::SpanId;
use trace::filter::{Op, condition};
use trace::framework::Badge;
use trace::quantity;

use crate::detail::{Body, Detail, Group, Moment, Reference};
use crate::kin::Relative;
use crate::meaning::Meaning;
use crate::menu::{Action, Menu};
use crate::pair::Pair;
use crate::shelf::Shelf;
use crate::shown::{laid_out, long, marked, stack};
use crate::twin::OTHERWISE;
use crate::vitals::Vitals;
use surface::address;
use surface::copy::Copy;

/// Longest name and service that one filters by, bytes.
const LONGEST: usize = 200;

/// What a reader can do with what he sees.
#[derive(Clone, Copy)]
pub struct Hands {
    /// Closes the pane.
    pub close: Callback<()>,
    /// Chooses another span of the trace, by its id.
    pub go: Callback<SpanId>,
    /// Filters the trace by one more condition.
    pub narrow: Callback<String>,
}

/// The details pane.
#[component]
pub fn Inspector(
    /// The details; `None` while no span is chosen.
    #[prop(into)]
    detail: Signal<Option<Arc<Detail>>>,
    /// What stays when another span is chosen.
    shelf: Shelf,
    /// What can be done.
    hands: Hands,
) -> impl IntoView {
    let found = Memo::new(move |_| {
        let wanted = shelf.wanted();
        detail.with(|detail| match detail {
            Some(detail) if !wanted.is_empty() => Some(detail.body.sift(&wanted)),
            _ => None,
        })
    });
    let said = move || {
        let count = found.with(|found| found.as_ref().map(|(_, count)| *count));
        count.map(|count| quantity::count(count as u64, "hit"))
    };
    let body = move || {
        let detail = detail.get()?;
        let found = found.get();
        let wanted = if found.is_some() { shelf.wanted() } else { String::new() };
        let body = found.map_or_else(|| detail.body.clone(), |(body, _)| body);
        Some(view! {
            {wanted.is_empty().then(|| about(&detail, shelf, hands))}
            {carried(body, &Look { wanted, shelf, hands })}
            {(!detail.dropped.is_empty()).then(|| view! { <p class="note warn">{detail.dropped.clone()}</p> })}
        })
    };
    view! {
        <header>
            <Head detail shelf hands />
            <div class="search">
                <input
                    type="search"
                    aria-label="Search in span"
                    placeholder="Search in span"
                    prop:value=move || shelf.query.get()
                    on:input=move |event| shelf.query.set(event_target_value(&event))
                />
                <span class="count" role="status">{said}</span>
            </div>
        </header>
        {body}
        <p class="said" role="status">{move || shelf.said.get()}</p>
    }
    .into_any()
}

/// Which span it is, and what can be done with all of it.
#[component]
fn Head(detail: Signal<Option<Arc<Detail>>>, shelf: Shelf, hands: Hands) -> impl IntoView {
    let read = move |text: fn(&Detail) -> String| {
        detail.with(|detail| detail.as_deref().map(text).unwrap_or_default())
    };
    let service = |detail: &Detail| match detail.span.service() {
        "" => "no service.name".to_owned(),
        // A header is one line, whoever named the service.
        service => service.chars().take(LONGEST).collect(),
    };
    let failed =
        move || read(|it| it.error.as_ref().map(|_| "error".to_owned()).unwrap_or_default());
    let badge = move || {
        let failed = failed();
        (!failed.is_empty()).then(|| view! { <span class="badge error">{failed}</span> })
    };
    let actions = Callback::new(move |()| match detail.get_untracked() {
        Some(detail) => for_span(&detail, shelf, hands),
        None => Vec::new(),
    });
    view! {
        <span class=move || format!("chip c{}", read(|it| it.colour.to_string())) aria-hidden="true"></span>
        <h2>{move || read(|it| it.title.clone())}</h2>
        <Menu about="this span".to_owned() actions />
        <button type="button" class="close" aria-label="Close details" on:click=move |_| hands.close.run(())></button>
        <p class="service">
            <span>{move || read(service)}</span>
            <span class="took">{move || read(|it| it.duration.clone())}</span>
            {badge}
        </p>
    }
    .into_any()
}

fn for_span(detail: &Arc<Detail>, shelf: Shelf, hands: Hands) -> Vec<Action> {
    let span = detail.span.clone();
    let whole = detail.clone();
    let id = span.id.to_string();
    let mut actions = vec![
        Action::new("Copy span as JSON (OTLP)", move || {
            shelf.copy(&whole.otlp(), "the span as JSON");
        }),
        Action::new("Copy span id", move || shelf.copy(&id, "the span id")),
    ];
    let mut filter = |word, field: &str, value: &str| {
        if !value.is_empty() && value.len() <= LONGEST {
            let text = condition(field, Op::Is, value);
            actions.push(Action::new(word, move || hands.narrow.run(text.clone())));
        }
    };
    filter("Filter by this name", "name", &span.name);
    filter("Filter by this service", "service", span.service());
    actions
}

/// What it is, why it failed, when it was: above what it carries.
fn about(detail: &Detail, shelf: Shelf, hands: Hands) -> AnyView {
    let facts: Vec<_> = detail.facts.iter().map(fact).collect();
    view! {
        {failure(detail.error.clone())}
        {kind(detail, shelf)}
        <Vitals vitals=detail.vitals.clone() />
        <dl class="facts">{facts}{ids(detail, hands)}</dl>
    }
    .into_any()
}

fn fact((name, text): &(&'static str, String)) -> AnyView {
    view! { <div><dt>{*name}</dt><dd>{text.clone()}</dd></div> }.into_any()
}

/// What the span is: in itself, and to its framework.
fn kind(detail: &Detail, shelf: Shelf) -> Option<AnyView> {
    let draw = |badge: &&'static Badge| {
        view! { <p><span class="badge plain">{badge.word}</span>" "{badge.meaning}</p> }
    };
    let badges: Vec<_> = detail.badges.iter().map(draw).collect();
    if detail.meaning.is_none() && badges.is_empty() {
        return None;
    }
    let meaning = detail.meaning.map(|Meaning { what, slow }| {
        let slow = (!slow.is_empty())
            .then(|| view! { <p class="slow"><strong>"If it is slow: "</strong>{slow}</p> });
        view! { <p>{what}</p>{slow} }
    });
    let inner = view! { <div class="meaning">{meaning}{badges}</div> }.into_any();
    Some(section("What is this?", None, Some(shelf), inner))
}

fn failure(error: Option<Arc<str>>) -> Option<AnyView> {
    error.map(|error| {
        let text = if error.is_empty() { "It failed and does not say why.".into() } else { error };
        view! { <p class="note bad"><span class="badge error">"error"</span>" "{long(text, "")}</p> }
            .into_any()
    })
}

/// The span's ids, to copy and to follow.
fn ids(detail: &Detail, hands: Hands) -> AnyView {
    let (id, trace) = (detail.span.id.to_string(), detail.span.trace.to_string());
    let parent = detail.span.parent.map(|parent| {
        let go = move |_| hands.go.run(parent);
        view! {
            <div class="id">
                <dt>"Parent"</dt>
                <dd>
                    <button type="button" class="link" title="Go to the parent" on:click=go>{parent.to_string()}</button>
                    <Copy text=parent.to_string() what="parent id" />
                </dd>
            </div>
        }
    });
    view! {
        <div class="id"><dt>"Span"</dt><dd>{id.clone()}<Copy text=id what="span id" /></dd></div>
        {parent}
        <div class="id"><dt>"Trace"</dt><dd>{trace.clone()}<Copy text=trace what="trace id" /></dd></div>
    }
    .into_any()
}

/// How what a span carries is drawn.
#[derive(Clone)]
struct Look {
    /// What is looked for.
    wanted: String,
    shelf: Shelf,
    hands: Hands,
}

/// All that a span carries, in sections.
fn carried(body: Body, look: &Look) -> AnyView {
    let Body { groups, events, links, opened, recorder, otherwise, more } = body;
    // While something is looked for, sections are open and stay as they were afterwards.
    let shelf = look.wanted.is_empty().then_some(look.shelf);
    if !look.wanted.is_empty()
        && groups.is_empty()
        && events.is_empty()
        && links.is_empty()
        && opened.is_empty()
        && recorder.is_empty()
        && otherwise.is_empty()
    {
        let text = format!("Nothing in this span says “{}”.", cut(&look.wanted));
        return view! { <p class="none">{text}</p> }.into_any();
    }
    let attributes: Vec<_> = groups
        .iter()
        .map(|group| section(&group.heading, Some(group.pairs.len()), shelf, pairs(group, look)))
        .collect();
    let list = |title, count: usize, inner: AnyView| {
        (count > 0).then(|| section(title, Some(count), shelf, inner))
    };
    let recorded = recorder.iter().map(|group| group.pairs.len()).sum();
    let headed = |groups: &[Group]| {
        let draw = |group: &Group| {
            view! { <h4>{marked(&group.heading, "")}</h4>{pairs(group, look)} }.into_any()
        };
        groups.iter().map(draw).collect::<Vec<_>>().into_any()
    };
    let more = (more > 0).then(|| {
        let text = format!("{} not shown.", quantity::count(more, "more attribute, event or link"));
        view! { <p class="note warn">{text}</p> }
    });
    view! {
        {list(OTHERWISE, otherwise.len(), headed(&otherwise))}
        {attributes}
        {list("Events", events.len(), self::events(&events, look))}
        {list("Links", links.len(), self::links(&links, look))}
        {list("Opened", opened.len(), self::opened(opened))}
        {list("Resource and scope", recorded, headed(&recorder))}
        {more}
    }
    .into_any()
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// A part of the pane that can be closed, and stays so for the next span.
fn section(title: &str, count: Option<usize>, shelf: Option<Shelf>, inner: AnyView) -> AnyView {
    let key = title.to_owned();
    let open = shelf.is_none_or(|shelf| shelf.is_open(title));
    let turned = move |event: leptos::ev::Event| {
        use leptos::wasm_bindgen::JsCast as _;
        let element = event.target().and_then(|it| it.dyn_into::<leptos::web_sys::Element>().ok());
        if let (Some(shelf), Some(element)) = (shelf, element) {
            shelf.turn(&key, element.has_attribute("open"));
        }
    };
    let count =
        count.map(|count| view! { <span class="count">{quantity::grouped(count as u64)}</span> });
    view! {
        <details class="section" open=open on:toggle=turned>
            <summary><h3>{title.to_owned()}</h3>{count}</summary>
            {inner}
        </details>
    }
    .into_any()
}

fn pairs(group: &Group, look: &Look) -> AnyView {
    let rows: Vec<_> = group.pairs.iter().map(|pair| row(pair, look)).collect();
    view! { <dl class="pairs">{rows}</dl> }.into_any()
}

/// An attribute: its name, its value, its actions.
fn row(pair: &Pair, look: &Look) -> AnyView {
    let text = pair.text();
    let wide = text.len() > 600 || pair.language().is_some() || pair.is_stack();
    let value = match pair.language() {
        _ if !pair.void().is_empty() => view! { <i>{pair.void()}</i> }.into_any(),
        _ if pair.is_stack() => stack((*text).into(), &look.wanted),
        Some(language) => laid_out((*text).into(), language, &look.wanted),
        None => long((*text).into(), &look.wanted),
    };
    let name = cut(pair.name());
    let label = marked(&name, &look.wanted);
    let (pair, Look { shelf, hands, .. }) = (pair.clone(), look.clone());
    let actions = Callback::new(move |()| for_pair(&pair, shelf, hands));
    view! {
        <div class:wide=wide>
            <dt>{label}</dt>
            <dd><span class="value">{value}</span><Menu about=name actions /></dd>
        </div>
    }
    .into_any()
}

fn for_pair(pair: &Pair, shelf: Shelf, hands: Hands) -> Vec<Action> {
    let copy = |word, what: &'static str, text: fn(&Pair) -> String| {
        let pair = pair.clone();
        Action::new(word, move || {
            shelf.copy(&text(&pair), &format!("{what} {}", cut(pair.name())));
        })
    };
    let mut actions = vec![
        copy("Copy value", "the value of", |pair| pair.text().into_owned()),
        copy("Copy key", "the key", |pair| pair.name().to_owned()),
        copy("Copy as JSON", "as JSON:", Pair::json),
    ];
    for (word, exclude) in [("Filter by this value", false), ("Exclude this value", true)] {
        if let Some(text) = pair.condition(exclude) {
            actions.push(Action::new(word, move || hands.narrow.run(text.clone())));
        }
    }
    actions
}

fn several(groups: &[Group], look: &Look) -> AnyView {
    groups.iter().map(|group| pairs(group, look)).collect::<Vec<_>>().into_any()
}

fn events(events: &[Moment], look: &Look) -> AnyView {
    let draw = |event: &Moment| {
        let summary = (!event.summary.is_empty())
            .then(|| view! { <p class="summary">{long(event.summary.clone(), &look.wanted)}</p> });
        let trace = (!event.stack.is_empty()).then(|| {
            view! {
                <div class="thrown">
                    <Copy text=event.stack.to_string() what="stack trace" />
                    {stack(event.stack.clone(), &look.wanted)}
                </div>
            }
        });
        view! {
            <li>
                <span class="offset">{event.offset.clone()}</span>
                <strong>{marked(&event.name, &look.wanted)}</strong>
                {summary}
                {trace}
                {several(&event.groups, look)}
            </li>
        }
    };
    let items: Vec<_> = events.iter().map(draw).collect();
    view! { <ol class="events">{items}</ol> }.into_any()
}

fn links(links: &[Reference], look: &Look) -> AnyView {
    let draw = |link: &Reference| {
        view! { <li><Lead to=link.to.clone() />{several(&link.groups, look)}</li> }
    };
    let items: Vec<_> = links.iter().map(draw).collect();
    view! { <ul class="links">{items}</ul> }.into_any()
}

/// The traces that a span opened.
fn opened(opened: Vec<Relative>) -> AnyView {
    let items: Vec<_> = opened.into_iter().map(|to| view! { <li><Lead to /></li> }).collect();
    view! { <ul class="links">{items}</ul> }.into_any()
}

/// A link to a span of another trace.
#[component]
pub fn Lead(
    /// Where it leads.
    to: Relative,
) -> impl IntoView {
    let Relative { trace, span, name } = to;
    let plain = format!("{span} in trace {trace}");
    let text = if name.is_empty() { plain.clone() } else { name };
    let href = address::dashboard(trace, Some(span));
    view! { <a href=href title=plain target="_blank" rel="noopener">{text}</a> }.into_any()
}
