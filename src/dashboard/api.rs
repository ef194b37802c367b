//! API: what scripts asked for, by method and route, and the calls of one route.
//!
//! Draws answers; what is asked is the wire's.

pub mod route;

use bridge::query::{Calls, CallsLine, CallsStep};
use leptos::prelude::*;
use surface::board::Tab;
use surface::period::Period;
use trace::{Timestamp, quantity};

use crate::figure::{count, end, millis, minute, text};
use crate::link;
use crate::sheet::sheet;
use crate::sorted::{Column, Heads, Sorting, number, words};
use crate::trend::{Plot, Series, trend};

const COLUMNS: [Column; 9] = [
    words("Method"),
    words("Route"),
    number("Calls"),
    number("Error Number"),
    number("Failure rate"),
    number("p50"),
    number("p95"),
    number("Slowest"),
    words("Service"),
];

/// As the table is first seen: the most called at the top.
pub const SORTING: Sorting = Sorting { column: 2, down: true };

fn value(line: &CallsLine, column: usize) -> Option<f64> {
    let calls = f64::from(line.calls.max(1));
    match column {
        2 => Some(f64::from(line.calls)),
        3 => Some(f64::from(line.failures)),
        4 => Some(f64::from(line.failures) / calls),
        5 => Some(line.time.p50),
        6 => Some(line.time.p95),
        7 => Some(line.time.most),
        _ => None,
    }
}

fn words_of(line: &CallsLine, column: usize) -> String {
    let first = match column {
        0 => &line.method,
        8 => &line.service,
        _ => "",
    };
    format!("{first} {} {}", line.route, line.method)
}

/// Table and charts.
pub fn requests(
    calls: &Calls,
    sorting: RwSignal<Sorting>,
    period: Signal<Period>,
    zone: i32,
) -> AnyView {
    if calls.routes.is_empty() {
        return view! {
            <div class="empty">
                <h2>"No API requests in this time"</h2>
                <p>
                    "What pages ask for with fetch and XMLHttpRequest is recorded while a session is traced. Choose a longer time above to look further back."
                </p>
            </div>
        }
        .into_any();
    }
    let charts = charts(&calls.trend, zone).iter().map(trend).collect_view();
    let lines = calls.routes.clone();
    let rows = move || {
        let column = sorting.get().column;
        let text = |at: usize| lines.get(at).map(|it| words_of(it, column)).unwrap_or_default();
        let number = |at: usize| value(lines.get(at)?, column);
        let order = sorting.get().order(lines.len(), &number, &text);
        let lines = order.into_iter().filter_map(|at| lines.get(at));
        lines.map(|line| row(line, period)).collect_view()
    };
    view! {
        <div class="trends">{charts}</div>
        {sheet("Requests by route", view! {
            <table>
                <caption>"API Requests"</caption>
                <Heads columns=&COLUMNS sorting />
                <tbody>{rows}</tbody>
            </table>
        }.into_any())}
        <p class="hint">
            "A request that its page aborted (AbortError) counts as a request and as no error: nobody waited for its answer any more."
        </p>
    }
    .into_any()
}

fn row(line: &CallsLine, period: Signal<Period>) -> AnyView {
    let (method, route) = (line.method.clone(), line.route.clone());
    let to = move |failed| {
        let (method, route) = (method.clone(), route.clone());
        move || {
            let (method, route) = (method.clone(), route.clone());
            link::to(Tab::Route { method, route, failed }, period.get())
        }
    };
    let failures = count(line.failures);
    let failures = if line.failures > 0 {
        let label = format!(
            "{} of {} {}",
            quantity::count(line.failures.into(), "error"),
            line.method,
            line.route
        );
        view! { <a class="bad" href=to(true) aria-label=label>{failures}</a> }.into_any()
    } else {
        failures.into_any()
    };
    let (trace, span) = line.slowest.unzip();
    view! {
        <tr>
            <td>{line.method.clone()}</td>
            <th scope="row" class="route"><a href=to(false)>{line.route.clone()}</a></th>
            <td class="number">{count(line.calls)}</td>
            <td class="number">{failures}</td>
            <td class="number">{quantity::share(line.failures.into(), line.calls.into())}</td>
            <td class="number">{millis(line.time.p50)}</td>
            <td class="number">{millis(line.time.p95)}</td>
            <td class="number">{link::moment(millis(line.time.most), trace, span)}</td>
            <td>{text(&line.service)}</td>
        </tr>
    }
    .into_any()
}

fn charts(steps: &[CallsStep], zone: i32) -> [Plot; 2] {
    let began: Vec<Timestamp> = steps.iter().map(|step| step.since).collect();
    let names: Vec<String> = began.iter().map(|at| minute(*at, zone)).collect();
    let end = end(&began, zone);
    let series = |name, class, of: fn(&CallsStep) -> Option<f64>| Series {
        name,
        class,
        values: steps.iter().map(of).collect(),
    };
    let throughput = vec![
        series("Calls", "c0", |step| Some(f64::from(step.calls))),
        series("Errors", "fail", |step| Some(f64::from(step.failures))),
    ];
    let time = vec![series("p75", "c0", |step| (step.calls > 0).then_some(step.time))];
    [
        Plot {
            title: "Throughput and errors",
            steps: names.clone(),
            end: end.clone(),
            series: throughput,
            shown: |value| count(crate::figure::whole(value)),
            bars: true,
        },
        Plot {
            title: "Duration, p75",
            steps: names,
            end,
            series: time,
            shown: millis,
            bars: false,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_sorted_by_what_stands_in_a_column() {
        let line = |method: &str, calls, failures| CallsLine {
            method: method.to_owned(),
            calls,
            failures,
            ..CallsLine::default()
        };
        let lines = [line("GET", 10, 1), line("POST", 2, 1), line("DELETE", 0, 0)];
        let order = |column, down| {
            let text = |at: usize| words_of(&lines[at], column);
            Sorting { column, down }.order(3, &|at| value(&lines[at], column), &text)
        };
        assert_eq!(order(2, true), [0, 1, 2]);
        assert_eq!(order(4, true), [1, 0, 2], "by the share of them that failed");
        assert_eq!(order(0, false), [2, 0, 1]);
    }
}
