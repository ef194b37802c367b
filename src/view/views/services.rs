//! Draws who calls whom in a trace: services as boxes, calls as lines; and the same as tables.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use trace::calls::{Calls, Edge, Node};
use trace::order;
use trace::quantity;

use super::graph::{BOX, Graph};
use super::tree::duration;
use super::{Scene, Shut, cut, kept, service};

/// Services that a reader can tell apart in one picture.
const MOST: usize = 40;
/// Calls that the table lists.
const LISTED: usize = 200;
/// Characters that fit into a box.
const FITS: usize = 22;

/// A service in words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Words {
    /// The whole name, as it is.
    name: String,
    colour: u8,
    node: Node,
}

/// The picture and its words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scenery {
    calls: Calls,
    graph: Graph,
    words: Vec<Words>,
}

/// The services.
#[component]
pub fn Services(
    /// What every view is given.
    scene: Scene,
) -> impl IntoView {
    let calls = scene.made(move |sheet, lens| {
        let (sieve, columns) = (scene.sieve.get(), lens.columns(sheet));
        Calls::of(columns, lens.tree(), lens.own(), sieve.through.as_deref(), MOST)
    });
    let scenery = kept(move || {
        let calls = Calls::clone(&calls.get());
        let word = |node: &Node| {
            let name = scene.picture.with_untracked(|picture| {
                picture.sheet().columns().words().get(node.service).to_owned()
            });
            Words { name, colour: scene.colour(node.service), node: *node }
        };
        let words = calls.nodes.iter().map(word).collect();
        Scenery { graph: Graph::of(&calls), words, calls }
    });
    let mine = Memo::new(move |_| {
        let span = scene.chosen.get()?;
        let word = scene.picture.with_untracked(|picture| {
            let columns = picture.sheet().columns();
            (span < columns.len()).then(|| columns.owner_of(span).service)
        })?;
        scenery.with(|it| it.calls.nodes.iter().position(|node| node.service == word))
    });
    let some = move || scenery.with(|it| !it.words.is_empty());
    view! {
        <Tools scene scenery mine />
        <Show when=some fallback=move || view! { <Shut scene /> }>
            <div class="graph" tabindex="0" role="region" aria-label="Service graph">
                {move || view! { <Picture scene scenery=scenery.get() mine /> }}
                {move || view! { <Tables scene scenery=scenery.get() /> }}
            </div>
        </Show>
    }
    .into_any()
}

/// What can be done with the chosen service.
#[component]
fn Tools(scene: Scene, scenery: Memo<Arc<Scenery>>, mine: Memo<Option<usize>>) -> impl IntoView {
    let only = move |_| {
        let words = untrack(|| scenery.with(|it| it.words.get(mine.get()?).cloned()));
        if let Some(words) = words {
            scene.narrow(&words.name, None);
        }
    };
    let none = move || if mine.get().is_none() { "true" } else { "false" };
    let said = move || {
        scenery.with(|it| {
            let services = quantity::count(it.words.len() as u64, "service");
            match it.calls.more {
                0 => services,
                more => format!("the biggest {services}; {more} more have no room"),
            }
        })
    };
    view! {
        <div class="tools" role="group" aria-label="Services of the trace">
            <button type="button" class="verb" aria-disabled=none on:click=only>
                "Show Only This Service"
            </button>
            <span class="count" role="status">{said}</span>
            <span class="hint">"A box leads to its slowest span."</span>
        </div>
    }
    .into_any()
}

#[component]
fn Picture(scene: Scene, scenery: Arc<Scenery>, mine: Memo<Option<usize>>) -> impl IntoView {
    let graph = &scenery.graph;
    let (width, height) = (graph.width, graph.height);
    let lines = scenery.calls.edges.iter().zip(&graph.lines);
    let lines: Vec<_> = lines
        .map(|(edge, (path, middle))| view! { <Arrow edge=*edge path=path.clone() middle=*middle mine /> })
        .collect();
    let boxes = scenery.words.iter().zip(&graph.boxes).enumerate();
    let boxes: Vec<_> = boxes
        .map(|(at, (words, place))| view! { <Peer scene words=words.clone() place=*place at mine /> })
        .collect();
    view! {
        <svg
            class="services"
            role="group"
            aria-label="Who calls whom"
            width=width
            height=height
            viewBox=format!("0 0 {width} {height}")
        >
            <defs>
                <marker id="tip" viewBox="0 0 6 8" refX="1" refY="4" markerWidth="6" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
                    <path d="M0 0L6 4L0 8z" />
                </marker>
            </defs>
            {lines}
            {boxes}
        </svg>
    }
    .into_any()
}

#[component]
fn Arrow(
    edge: Edge,
    path: String,
    middle: (usize, usize),
    mine: Memo<Option<usize>>,
) -> impl IntoView {
    let near = move || mine.get().is_none_or(|at| at == edge.from || at == edge.to);
    let text = match edge.errors {
        0 => format!("{}×", quantity::grouped(edge.calls)),
        errors => {
            format!("{}×, {}", quantity::grouped(edge.calls), quantity::count(errors, "error"))
        }
    };
    // A line for ten times as many calls is a pixel thicker.
    let thick = (1 + edge.calls.checked_ilog10().unwrap_or_default()).min(5);
    view! {
        <g class="arrow" class:bad={edge.errors > 0} class:back=edge.back class:far=move || !near() aria-hidden="true">
            <path d=path stroke-width=thick marker-end="url(#tip)" />
            <text x=middle.0 y=middle.1>
                <tspan x=middle.0 dy="-0.35em">{text}</tspan>
                <tspan x=middle.0 dy="1.2em" class="dim">{format!("p95 {}", duration(edge.high))}</tspan>
            </text>
        </g>
    }
    .into_any()
}

#[component]
fn Peer(
    scene: Scene,
    words: Words,
    place: (usize, usize),
    at: usize,
    mine: Memo<Option<usize>>,
) -> impl IntoView {
    let Words { name, colour, node } = words;
    let (name, spans) = (service(&name), quantity::count(node.spans, "span"));
    let errors = (node.errors > 0).then(|| quantity::count(node.errors, "error"));
    let own = format!("self {}", duration(node.own));
    let figures = match &errors {
        Some(errors) => format!("{spans}, {errors}, {own}"),
        None => format!("{spans}, {own}, no errors"),
    };
    let title = format!("{name}: {figures}");
    let fitting = if name.chars().count() > FITS {
        format!("{}…", name.chars().take(FITS - 1).collect::<String>())
    } else {
        name
    };
    // What is seen can be said to it.
    let said = format!("{fitting}: {figures}");
    let choose = move || scene.open(node.slowest);
    let on_key = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            choose();
        }
    };
    let (x, y) = place;
    let failed = errors.is_some();
    view! {
        <g
            class=format!("box c{colour}")
            class:bad=failed
            role="button"
            tabindex="0"
            aria-label=said
            aria-pressed=move || if mine.get() == Some(at) { "true" } else { "false" }
            transform=format!("translate({x} {y})")
            on:click=move |_| choose()
            on:keydown=on_key
        >
            <title>{title}</title>
            <rect class="body" width=BOX.0 height=BOX.1 rx="5" />
            <rect class="side" width="5" height=BOX.1 rx="2" />
            <text x="15" y="20" class="name">{fitting}</text>" "
            <text x="15" y="36">{spans}{errors.map(|text| view! { " "<tspan class="bad" dx="4">{text}</tspan> })}</text>" "
            <text x="15" y="51" class="dim">{own}</text>
        </g>
    }
    .into_any()
}

/// The same for whoever cannot see the picture, or wants numbers.
#[component]
fn Tables(scene: Scene, scenery: Arc<Scenery>) -> impl IntoView {
    let name = |at: usize| scenery.words.get(at).map(|it| service(&it.name)).unwrap_or_default();
    let row = |edge: &Edge| {
        let slowest = edge.slowest;
        let number = |text: String| view! { <td class="number">{text}</td> };
        let failed = edge.errors > 0;
        view! {
            <tr>
                <td>{cut(&name(edge.from))}</td>
                <td>{cut(&name(edge.to))}</td>
                {number(quantity::grouped(edge.calls))}
                <td class="number" class:bad=failed>{quantity::grouped(edge.errors)}</td>
                {number(duration(edge.middle))}
                {number(duration(edge.high))}
                <td><button type="button" class="link" on:click=move |_| scene.open(slowest)>"Slowest"</button></td>
            </tr>
        }
        .into_any()
    };
    let mut edges: Vec<&Edge> = scenery.calls.edges.iter().collect();
    order::sort_by_rank(&mut edges, |edge| !edge.calls);
    let rows: Vec<_> = edges.iter().take(LISTED).map(|edge| row(edge)).collect();
    let more = edges.len().checked_sub(LISTED).filter(|more| *more > 0);
    let more =
        more.map(|more| format!("{} more have fewer calls.", quantity::count(more as u64, "pair")));
    let none = edges.is_empty().then(|| {
        view! { <p class="hint">"No service calls another here: every parent is of the same service as its children."</p> }
    });
    let heads = ["Caller", "Called", "Calls", "Errors", "p50", "p95", "Span"];
    let heads: Vec<_> =
        heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).collect();
    view! {
        <table class="calls">
            <caption>"Calls between services"</caption>
            <thead><tr>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {none}
        {more.map(|text| view! { <p class="hint">{text}</p> })}
    }
    .into_any()
}
