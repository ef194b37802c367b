//! Draws values over time: a chart with its legend, and the same numbers as a table for whoever wants
//! them read out.

use leptos::prelude::*;

use crate::chart::{self, HIGH, STEP};
use crate::figure::NONE;
use crate::sheet::sheet;
use crate::sorted::{number, plain, words};

/// One of a chart's lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: &'static str,
    /// The class that colours it: `c0`.
    pub class: &'static str,
    /// A value a step, `None` where there is none.
    pub values: Vec<Option<f64>>,
}

/// A chart.
#[derive(Clone, Debug)]
pub struct Plot {
    /// What it shows.
    pub title: &'static str,
    /// When each step began, as text.
    pub steps: Vec<String>,
    /// When the last one ended, as text; empty where its name stands for all of it.
    pub end: String,
    /// Its lines. As bars, the second is a part of the first.
    pub series: Vec<Series>,
    /// How a value is written.
    pub shown: fn(f64) -> String,
    /// Whether it has bars.
    pub bars: bool,
}

impl Plot {
    /// Where it begins and ends, as text.
    fn ends(&self) -> Option<(&str, &str)> {
        let last = if self.end.is_empty() { self.steps.last()? } else { &self.end };
        Some((self.steps.first()?, last))
    }

    /// The greatest value; 0 where there is none.
    fn most(&self) -> f64 {
        let values = self.series.iter().flat_map(|it| it.values.iter().flatten());
        values.fold(0.0, |most, value| if *value > most { *value } else { most })
    }

    /// What the chart says, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = self.title.to_owned();
        if let Some((first, last)) = self.ends().filter(|(first, last)| first != last) {
            words.push_str(&format!(" from {first} to {last}"));
        }
        for series in &self.series {
            let there: Vec<f64> = series.values.iter().flatten().copied().collect();
            let most = there.iter().fold(f64::MIN, |most, value| most.max(*value));
            let least = there.iter().fold(f64::MAX, |least, value| least.min(*value));
            let shown = self.shown;
            words.push_str(&match there.last() {
                None => format!("; {}: none", series.name),
                Some(last) => {
                    let (least, most, last) = (shown(least), shown(most), shown(*last));
                    format!("; {}: {least} to {most}, last {last}", series.name)
                }
            });
        }
        words
    }
}

/// The chart.
pub fn trend(plot: &Plot) -> AnyView {
    if plot.series.iter().all(|series| series.values.iter().all(Option::is_none)) {
        return view! {
            <figure class="trend">
                <figcaption><span class="name">{plot.title}</span></figcaption>
                <div class="plot"><p class="untold">"Not told by any page in this time"</p></div>
            </figure>
        }
        .into_any();
    }
    let top = if plot.bars { chart::even(plot.most()) } else { chart::top(plot.most()) };
    let wide = chart::width(plot.steps.len());
    let legend = plot.series.iter().map(|series| {
        view! {
            <li>
                <span class=format!("swatch {}", series.class) aria-hidden="true"></span>
                {series.name}
            </li>
        }
    });
    let marks: Vec<AnyView> = if plot.bars { bars(plot, top) } else { lines(plot, top) };
    let shown = plot.shown;
    let (first, last) = plot.ends().unwrap_or_default();
    let ends = [first, last].into_iter().take(if first == last { 1 } else { 2 });
    let ends = ends.map(|end| view! { <span>{end.to_owned()}</span> });
    view! {
        <figure class="trend">
            <figcaption>
                <span class="name">{plot.title}</span>
                <ul class="legend">{legend.collect_view()}</ul>
            </figcaption>
            <div class="plot">
                <div class="scale" aria-hidden="true">
                    <span>{shown(top)}</span>
                    <span>{shown(top / 2.0)}</span>
                    <span>"0"</span>
                </div>
                <svg
                    role="img"
                    aria-label=plot.words()
                    viewBox=format!("0 0 {wide} {HIGH}")
                    preserveAspectRatio="none"
                >
                    <path class="grid" d=format!("M0 0H{wide}M0 {}H{wide}M0 {HIGH}H{wide}", HIGH / 2) />
                    {marks}
                </svg>
                <div class="ends" aria-hidden="true">{ends.collect_view()}</div>
            </div>
            {numbers(plot)}
        </figure>
    }
    .into_any()
}

fn lines(plot: &Plot, top: f64) -> Vec<AnyView> {
    let line = |series: &Series| {
        let path = chart::line(&series.values, top);
        view! { <path class=format!("line {}", series.class) d=path /> }.into_any()
    };
    plot.series.iter().map(line).collect()
}

/// The first series, of which the second is a part, which stands at the bottom.
fn bars(plot: &Plot, top: f64) -> Vec<AnyView> {
    let value = |series: Option<&Series>, at: usize| {
        let value = series.and_then(|it| it.values.get(at).copied().flatten());
        crate::figure::whole(value.unwrap_or_default())
    };
    let mut marks = Vec::new();
    let (all, part) = (plot.series.first(), plot.series.get(1));
    let parts: Vec<u32> =
        (0..plot.steps.len()).map(|at| value(part, at).min(value(all, at))).collect();
    let rest = parts.iter().enumerate();
    let rest: Vec<_> = rest.map(|(at, part)| (*part, value(all, at) - part)).collect();
    let parts: Vec<_> = parts.into_iter().map(|part| (0, part)).collect();
    for (series, values) in [(all, rest), (part, parts)] {
        let Some(series) = series else { continue };
        for bar in chart::bars(&values, top) {
            let class = format!("bar {}", series.class);
            marks.push(
                view! { <rect class=class x=bar.x + 2 y=bar.y width=STEP - 4 height=bar.high /> }
                    .into_any(),
            );
        }
    }
    marks
}

/// The same as a table, for whoever asks for it.
fn numbers(plot: &Plot) -> AnyView {
    let mut columns = vec![words("From")];
    columns.extend(plot.series.iter().map(|series| number(series.name)));
    let shown = plot.shown;
    let rows = plot.steps.iter().enumerate().map(|(at, step)| {
        let cells = plot.series.iter().map(|series| {
            let value = series.values.get(at).copied().flatten();
            view! { <td class="number">{value.map_or_else(|| NONE.to_owned(), shown)}</td> }
        });
        view! { <tr><th scope="row">{step.clone()}</th>{cells.collect_view()}</tr> }
    });
    view! {
        <details class="aside">
            <summary>"As a table"</summary>
            {sheet(format!("{} as a table", plot.title), view! {
                <table>
                    <caption class="hidden">{plot.title}</caption>
                    {plain(&columns)}
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            }.into_any())}
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_says_in_words_what_it_shows() {
        let series =
            |name, values: &[Option<f64>]| Series { name, class: "c0", values: values.to_vec() };
        let plot = Plot {
            title: "Load",
            steps: vec!["10:00".into(), "11:00".into(), "12:00".into()],
            end: "13:00".into(),
            series: vec![series("p75", &[Some(10.0), None, Some(4.0)]), series("LCP", &[None; 3])],
            shown: crate::figure::millis,
            bars: false,
        };
        assert_eq!(
            plot.words(),
            "Load from 10:00 to 13:00; p75: 4 ms to 10 ms, last 4 ms; LCP: none"
        );
    }
}
