//! Network Request Information: the calls of one route, and one of them in full.

use leptos::prelude::*;
use surface::lamp::{Lamp, Tone};
use surface::moment;
use trace::digest::CallRow;
use trace::{Span, SpanId, TraceId};

use crate::figure::{millis, text};
use crate::link;
use crate::sheet::{more, sheet};
use crate::sorted::{number, plain, words};

/// Calls that are listed.
const LISTED: usize = 200;

/// A call, as it is chosen.
pub type Key = (TraceId, SpanId);

/// Its key; `None` in a row that names no span.
#[must_use]
pub fn key(row: &CallRow) -> Option<Key> {
    row.trace.zip(row.span)
}

/// The list.
pub fn list(rows: &[CallRow], chosen: RwSignal<Option<Key>>, zone: i32) -> AnyView {
    if rows.is_empty() {
        return view! {
            <div class="empty">
                <h2>"No such requests in this time"</h2>
                <p>"Choose a longer time above, or all requests rather than those that failed."</p>
            </div>
        }
        .into_any();
    }
    let columns = [
        words("Time"),
        words("Status"),
        number("Duration"),
        words("Service"),
        words("Error"),
        words("Operation"),
        words("Details"),
    ];
    let lines = rows.iter().take(LISTED).map(|row| line(row, chosen, zone));
    let more = more(rows.len(), LISTED, "older request", ": a shorter time shows them");
    view! {
        {sheet("Requests of this route", view! {
            <table>
                <caption>"Network Request Information"</caption>
                {plain(&columns)}
                <tbody>{lines.collect_view()}</tbody>
            </table>
        }.into_any())}
        {more}
    }
    .into_any()
}

/// What a status says, and how that is.
fn status(row: &CallRow) -> (Tone, String) {
    if row.aborted() {
        return (Tone::Idle, "Aborted".to_owned());
    }
    let status = row.status.map_or_else(|| "No answer".to_owned(), |status| status.to_string());
    (if row.failed() { Tone::Bad } else { Tone::Good }, status)
}

fn line(row: &CallRow, chosen: RwSignal<Option<Key>>, zone: i32) -> AnyView {
    let key = key(row);
    let on = move || key.is_some() && chosen.get() == key;
    let time = moment::date(row.start, zone);
    let label = format!("Details of the request at {time}");
    let details = key.map(|key| {
        let press = move |_| chosen.update(|it| *it = (*it != Some(key)).then_some(key));
        view! {
            <button
                type="button"
                class="link"
                aria-label=label
                aria-expanded=move || if on() { "true" } else { "false" }
                aria-controls="request-details"
                on:click=press
            >
                "Details"
            </button>
        }
    });
    let (tone, status) = status(row);
    view! {
        <tr class:chosen=on>
            <td>{link::moment(time, row.trace, row.span)}</td>
            <td><span class="status"><Lamp tone />{status}</span></td>
            <td class="number">{millis(row.millis)}</td>
            <td>{text(&row.service)}</td>
            <td class="wide" title=row.error.clone()>{text(&row.error)}</td>
            <td>{link::view_session(&row.session)}</td>
            <td>{details}</td>
        </tr>
    }
    .into_any()
}

/// The phases of a request: the event with which one begins, and those with the first of which it
/// ends.
const PHASES: [(&str, &str, &[&str]); 6] = [
    ("Redirect", "redirectStart", &["redirectEnd"]),
    ("DNS", "domainLookupStart", &["domainLookupEnd"]),
    ("Connect", "connectStart", &["secureConnectionStart", "connectEnd"]),
    ("TLS", "secureConnectionStart", &["connectEnd"]),
    ("Wait", "requestStart", &["responseStart"]),
    ("Download", "responseStart", &["responseEnd"]),
];

/// The phases that a span tells, in milliseconds.
#[must_use]
pub fn phases(span: &Span) -> Vec<(&'static str, f64)> {
    let at = |name: &str| span.events.iter().find(|event| event.name == name).map(|it| it.time);
    let phase = |(name, from, to): (&'static str, &str, &[&str])| {
        let (from, to) = (at(from)?, to.iter().copied().find_map(at)?);
        let took = to.since(from).as_secs_f64() * 1_000.0;
        (to > from).then_some((name, took))
    };
    PHASES.into_iter().filter_map(phase).collect()
}

/// One request in full. Its span may still be on the way, or not be there.
pub fn details(row: &CallRow, span: Option<&Result<Option<Span>, String>>, zone: i32) -> AnyView {
    let (tone, status) = status(row);
    let mut facts = vec![
        ("URL", row.url.clone()),
        ("Method", row.method.clone()),
        ("Time", moment::date(row.start, zone)),
        ("Duration", millis(row.millis)),
        ("Service", text(&row.service)),
    ];
    if !row.error.is_empty() {
        facts.push(("Error", row.error.clone()));
    }
    if !row.route.is_empty() {
        facts.push(("Route of the server", row.route.clone()));
    }
    let facts = facts.into_iter();
    let facts = facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    let rest = match span {
        None => view! { <p class="hint" role="status">"Reading its span"</p> }.into_any(),
        Some(Err(reason)) => {
            view! { <p class="note warn">{format!("Its span cannot be read: {reason}")}</p> }
                .into_any()
        }
        Some(Ok(None)) => view! {
            <p class="hint">"Its span is not there any more: the journal has made room."</p>
        }
        .into_any(),
        Some(Ok(Some(span))) => timing(span),
    };
    view! {
        <section class="block details" id="request-details" aria-labelledby="request-head">
            <h2 id="request-head">"Request"</h2>
            <dl class="facts">
                <div><dt>"Status"</dt><dd><span class="status"><Lamp tone />{status}</span></dd></div>
                {facts.collect_view()}
            </dl>
            {rest}
            <p class="ways">
                {link::moment("Open in its trace".to_owned(), row.trace, row.span)}
                {link::view_session(&row.session)}
            </p>
        </section>
    }
    .into_any()
}

fn timing(span: &Span) -> AnyView {
    let phases = phases(span);
    if phases.is_empty() {
        return view! {
            <p class="hint">
                "No phases: the server of another origin does not let its timing be read (Timing-Allow-Origin), or the answer came from the cache."
            </p>
        }
        .into_any();
    }
    let longest = phases.iter().map(|(_, took)| *took).fold(0.0, f64::max);
    let rows = phases.into_iter().map(|(name, took)| {
        let wide = format!("{}%", crate::figure::percent(took, longest));
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="number">{millis(took)}</td>
                <td class="bars" aria-hidden="true"><span class="beam" style:inline-size=wide></span></td>
            </tr>
        }
    });
    view! {
        <table class="phases">
            <caption>"Phases"</caption>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
