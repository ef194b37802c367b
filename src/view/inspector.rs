//! Draws the details of one span.

use leptos::prelude::*;
use trace::SpanId;
use trace::framework::Badge;

use crate::detail::{Detail, Group, Moment, Reference};
use crate::kin::Relative;
use crate::vitals::Vitals;
use surface::address;
use surface::copy::Copy;

/// The details pane.
#[component]
pub fn Inspector(
    /// The details.
    detail: Detail,
    /// Closes the pane.
    on_close: Callback<()>,
    /// Chooses another span of the trace, by its id.
    on_span: Callback<SpanId>,
) -> impl IntoView {
    let service = if detail.service.is_empty() { "no service.name" } else { &detail.service };
    view! {
        <header>
            <span class=format!("chip c{}", detail.colour) aria-hidden="true"></span>
            <h2>{detail.title.clone()}</h2>
            <button type="button" class="close" aria-label="Close details" on:click=move |_| on_close.run(())></button>
            <p class="service">{service.to_owned()}</p>
        </header>
        <Kind badges=detail.badges.clone() meaning=detail.meaning />
        <Failure error=detail.error.clone() />
        <Vitals vitals=detail.vitals.clone() />
        <dl class="facts">
            {detail.facts.iter().map(fact).collect::<Vec<_>>()}
            <Ids detail=detail.clone() on_span />
        </dl>
        <Section title="Attributes" groups=detail.groups />
        <Events events=detail.events />
        <Links links=detail.links />
        <Opened opened=detail.opened />
        <Section title="Resource and scope" groups=detail.recorder />
        {(!detail.dropped.is_empty()).then(|| view! { <p class="note warn">{detail.dropped}</p> })}
    }
    .into_any()
}

fn fact((name, text): &(&'static str, String)) -> impl IntoView + use<> {
    view! { <div><dt>{*name}</dt><dd>{text.clone()}</dd></div> }
}

/// What the span is: in itself, and to its framework.
#[component]
fn Kind(badges: Vec<&'static Badge>, meaning: &'static str) -> impl IntoView {
    let draw = |badge: &'static Badge| {
        view! { <p><span class="badge plain">{badge.word}</span>" "{badge.meaning}</p> }
    };
    let badges: Vec<_> = badges.into_iter().map(draw).collect();
    let meaning = (!meaning.is_empty()).then(|| view! { <p>{meaning}</p> });
    (meaning.is_some() || !badges.is_empty())
        .then(|| view! { <div class="meaning">{meaning}{badges}</div> }.into_any())
}

#[component]
fn Failure(error: Option<String>) -> impl IntoView {
    error.map(|error| {
        let text =
            if error.is_empty() { "It failed and does not say why.".to_owned() } else { error };
        view! { <p class="note bad"><span class="badge error">"error"</span>" "{text}</p> }
    })
}

/// The span's ids, to copy and to follow.
#[component]
fn Ids(detail: Detail, on_span: Callback<SpanId>) -> impl IntoView {
    let Detail { id, parent, trace, .. } = detail;
    let parent = parent.map(|parent| {
        let go = move |_| on_span.run(parent);
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
        <div class="id"><dt>"Span"</dt><dd>{id.to_string()}<Copy text=id.to_string() what="span id" /></dd></div>
        {parent}
        <div class="id"><dt>"Trace"</dt><dd>{trace.to_string()}<Copy text=trace.to_string() what="trace id" /></dd></div>
    }
    .into_any()
}

/// Attributes under a heading; nothing where there are none.
#[component]
fn Section(title: &'static str, groups: Vec<Group>) -> impl IntoView {
    (!groups.is_empty()).then(|| view! { <section><h3>{title}</h3><Groups groups /></section> })
}

#[component]
fn Groups(groups: Vec<Group>) -> impl IntoView {
    let pair =
        |(name, value): (String, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let group = move |group: Group| {
        view! { <dl class="pairs">{group.pairs.into_iter().map(pair).collect::<Vec<_>>()}</dl> }
    };
    groups.into_iter().map(group).collect::<Vec<_>>()
}

#[component]
fn Events(events: Vec<Moment>) -> impl IntoView {
    let draw = |event: Moment| {
        view! {
            <li>
                <span class="offset">{event.offset}</span>
                <strong>{event.name}</strong>
                {line(event.summary)}
                {stack(event.stack)}
                <Groups groups=event.groups />
            </li>
        }
    };
    (!events.is_empty()).then(|| {
        let items: Vec<_> = events.into_iter().map(draw).collect();
        view! { <section><h3>"Events"</h3><ol class="events">{items}</ol></section> }
    })
}

fn line(summary: String) -> impl IntoView {
    (!summary.is_empty()).then(|| view! { <p class="summary">{summary}</p> }.into_any())
}

fn stack(stack: String) -> impl IntoView {
    (!stack.is_empty()).then(|| view! { <pre class="stack">{stack}</pre> }.into_any())
}

#[component]
fn Links(links: Vec<Reference>) -> impl IntoView {
    let draw = |link: Reference| {
        view! {
            <li>
                <Lead to=link.to />
                <Groups groups=link.groups />
            </li>
        }
    };
    (!links.is_empty()).then(|| {
        let items: Vec<_> = links.into_iter().map(draw).collect();
        view! { <section><h3>"Links"</h3><ul class="links">{items}</ul></section> }
    })
}

/// The traces that a span opened.
#[component]
fn Opened(opened: Vec<Relative>) -> impl IntoView {
    (!opened.is_empty()).then(|| {
        let items = opened.into_iter().map(|to| view! { <li><Lead to /></li> });
        let items: Vec<_> = items.collect();
        view! { <section><h3>"Opened"</h3><ul class="links">{items}</ul></section> }.into_any()
    })
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
