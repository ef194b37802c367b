//! Where the time of each route's loads goes: phase by phase, the means of its documents.

use bridge::query::PagesLine;
use leptos::prelude::*;
use trace::digest::Phases;

use crate::figure::{NONE, millis, whole};
use crate::sheet::sheet;

/// The phases in their order: name, what happens in it, its colour.
const PHASES: [(&str, &str, &str); 8] = [
    ("Redirect", "redirects before the document", "c4"),
    ("DNS", "looking the name up", "c7"),
    ("Connect", "connecting", "c1"),
    ("TLS", "agreeing on TLS", "c6"),
    ("Wait", "from the request to the first byte", "c2"),
    ("Download", "from the first byte to the last", "c10"),
    ("DOM", "from the last byte to the DOM's end", "c3"),
    ("Load", "the load event", "c11"),
];

/// How wide a bar is drawn, in units of its own.
const WIDE: f64 = 1_000.0;

const fn parts(phases: &Phases) -> [f64; 8] {
    let Phases { redirect, dns, connect, tls, wait, download, dom, load } = *phases;
    [redirect, dns, connect, tls, wait, download, dom, load]
}

/// A part of a bar: which phase, from where, how wide.
type Part = (usize, u32, u32);

/// The parts of a bar; the longest of all bars takes the whole width.
fn bar(phases: &Phases, longest: f64) -> Vec<Part> {
    let mut parts_there = Vec::new();
    let mut from = 0.0;
    for (at, millis) in parts(phases).into_iter().enumerate() {
        let wide = if longest > 0.0 { millis.max(0.0) / longest * WIDE } else { 0.0 };
        let (left, right) = (whole(from), whole(from + wide));
        if right > left {
            parts_there.push((at, left, right - left));
        }
        from += wide;
    }
    parts_there
}

fn total(phases: &Phases) -> f64 {
    parts(phases).into_iter().map(|part| part.max(0.0)).sum()
}

/// What a bar shows, in words.
fn words(phases: &Phases) -> String {
    let parts = parts(phases).into_iter().zip(PHASES).filter(|(part, _)| *part > 0.0);
    let parts: Vec<String> =
        parts.map(|(part, (name, ..))| format!("{name} {}", millis(part))).collect();
    parts.join(", ")
}

/// The bars with their numbers.
pub(super) fn table(routes: &[PagesLine]) -> AnyView {
    let timed: Vec<&PagesLine> = routes.iter().filter(|line| total(&line.phases) > 0.0).collect();
    if timed.is_empty() {
        return ().into_any();
    }
    let longest = timed.iter().map(|line| total(&line.phases)).fold(0.0, f64::max);
    let heads = PHASES.into_iter().map(|(name, about, class)| {
        view! {
            <th scope="col" class="number" title=about>
                <span class=format!("swatch {class}") aria-hidden="true"></span>
                {name}
            </th>
        }
    });
    let rows = timed.into_iter().map(|line| row(line, longest));
    view! {
        <div class="block">
            <h2 id="phases-head">"Phase breakdown"</h2>
            <p class="hint">"Means of the documents of a route. Pages within a document have no phases."</p>
            {sheet("Phase breakdown", view! {
                <table>
                    <caption class="hidden">"Phases of the loads by route, their means"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Route"</th>
                            <th scope="col" class="bars">"Phases"</th>
                            {heads.collect_view()}
                            <th scope="col" class="number">"Total"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            }.into_any())}
        </div>
    }
    .into_any()
}

fn row(line: &PagesLine, longest: f64) -> AnyView {
    let bars = bar(&line.phases, longest).into_iter().map(|(at, x, wide)| {
        let class = PHASES.get(at).map_or("", |(.., class)| class);
        view! { <rect class=format!("bar {class}") x=x y="0" width=wide height="10" /> }
    });
    let cells = parts(&line.phases).into_iter().map(|part| {
        let text = if part > 0.0 { millis(part) } else { NONE.to_owned() };
        view! { <td class="number">{text}</td> }
    });
    view! {
        <tr>
            <th scope="row" class="route">{line.route.clone()}</th>
            <td class="bars">
                <svg
                    role="img"
                    aria-label=words(&line.phases)
                    viewBox="0 0 1000 10"
                    preserveAspectRatio="none"
                >
                    {bars.collect_view()}
                </svg>
            </td>
            {cells.collect_view()}
            <td class="number">{millis(total(&line.phases))}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_load_takes_the_whole_width_and_parts_touch() {
        let phases = Phases { dns: 10.0, wait: 30.0, dom: 60.0, ..Phases::default() };
        assert_eq!(bar(&phases, 100.0), [(1, 0, 100), (4, 100, 300), (6, 400, 600)]);
        assert_eq!(bar(&phases, 200.0).last(), Some(&(6, 200, 300)));
        assert_eq!(words(&phases), "DNS 10 ms, Wait 30 ms, DOM 60 ms");
    }

    #[test]
    fn what_took_less_than_nothing_takes_no_room() {
        let phases = Phases { dns: -5.0, load: 4.0, ..Phases::default() };
        assert_eq!(bar(&phases, total(&phases)), [(7, 0, 1_000)]);
        assert_eq!(bar(&Phases::default(), 0.0), []);
    }
}
