//! The diagnosis of an error: what it says, where it was thrown, what the user did before it, and
//! wherever else it happened.

use leptos::prelude::*;
use surface::moment;
use trace::attribute::key;
use trace::digest::ErrorRow;
use trace::{Event, Span, SpanId, Timestamp, quantity};

use crate::errors::mapped::{Mapped, Outcome, hosts};
use crate::errors::{stack, title};
use crate::figure::{bare, count, text};
use crate::link;
use crate::sheet::{more, sheet};
use crate::sorted::{number, plain, words};

/// Occurrences that are listed.
const LISTED: usize = 100;

/// An occurrence as its trace tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thrown {
    /// When.
    pub time: Timestamp,
    /// The span that tells of it.
    pub span: SpanId,
    /// Its stack, as the engine wrote it; empty where nobody told.
    pub stack: String,
}

/// The newest occurrence among a page's spans of an error whose row this is. Other tracers write no
/// fingerprint: theirs is known by what it says.
#[must_use]
pub fn thrown(spans: &[Span], row: &ErrorRow) -> Option<Thrown> {
    let text = |event: &Event, name: &str| {
        event.attributes.get(name).and_then(trace::Value::as_text).unwrap_or_default().to_owned()
    };
    let same = |event: &Event| match &*text(event, key::EXCEPTION_FINGERPRINT) {
        "" => {
            text(event, key::EXCEPTION_TYPE) == row.class
                && text(event, key::EXCEPTION_MESSAGE) == row.message
        }
        fingerprint => fingerprint == row.fingerprint,
    };
    let mut newest: Option<Thrown> = None;
    for span in spans {
        for event in span.events.iter().filter(|event| event.name == "exception" && same(event)) {
            if newest.as_ref().is_none_or(|it| event.time > it.time) {
                let stack = text(event, key::EXCEPTION_STACKTRACE);
                newest = Some(Thrown { time: event.time, span: span.id, stack });
            }
        }
    }
    newest
}

/// How far the reading of source maps is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Maps {
    /// Nobody asked for them.
    #[default]
    Unasked,
    /// They are being fetched.
    Fetching,
    /// The user did not allow it.
    Refused,
    /// What became of them.
    Read(Mapped),
}

/// What the errors are, in a line or two.
pub fn summary(rows: &[ErrorRow], zone: i32) -> AnyView {
    let Some(newest) = rows.first() else { return ().into_any() };
    let mut sessions: Vec<&str> = rows.iter().map(|row| &*row.session).collect();
    sessions.sort_unstable();
    sessions.dedup();
    let mut browsers: Vec<String> = Vec::new();
    for row in rows {
        let browser = format!("{} {}", row.browser, row.version).trim().to_owned();
        if !browser.is_empty() && !browsers.contains(&browser) {
            browsers.push(browser);
        }
    }
    let total = rows.iter().fold(0_u32, |sum, row| sum.saturating_add(row.count));
    let first = rows.iter().map(|row| row.start).min().unwrap_or_default();
    let facts = [
        ("Count", count(total)),
        ("Sessions", sessions.len().to_string()),
        ("First seen", moment::second(first, zone)),
        ("Last seen", moment::second(newest.start, zone)),
        ("Browsers", text(&browsers.join(", "))),
        ("Thrown in", place(newest)),
    ];
    let facts = facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    view! {
        <p class="fault" role="note">{title(&newest.class, &newest.message)}</p>
        <dl class="facts">{facts.into_iter().collect_view()}</dl>
    }
    .into_any()
}

/// The script and the line that threw it.
fn place(row: &ErrorRow) -> String {
    match (row.file.is_empty(), row.line) {
        (true, _) => crate::figure::NONE.to_owned(),
        (false, 0) => bare(&row.file).to_owned(),
        (false, line) => format!("{}:{line}:{}", bare(&row.file), row.column),
    }
}

/// The stack, and the way to source maps.
pub fn code(thrown: &Thrown, maps: RwSignal<Maps>, on_apply: Callback<Vec<String>>) -> AnyView {
    let text = thrown.stack.clone();
    let scripts = stack::scripts(&text);
    if text.is_empty() {
        return view! {
            <p class="hint">
                "No stack: what was thrown is no Error, or the script is of another origin that does not let its errors be read (crossorigin)."
            </p>
        }
        .into_any();
    }
    let drawn = move || {
        maps.with(|maps| match maps {
            Maps::Read(mapped) => stack::draw(&text, mapped),
            _ => stack::draw(&text, &Mapped::default()),
        })
    };
    view! { {applying(scripts, maps, on_apply)} {drawn} }.into_any()
}

/// The button, whom it asks, and what came of it.
fn applying(
    scripts: Vec<String>,
    maps: RwSignal<Maps>,
    on_apply: Callback<Vec<String>>,
) -> AnyView {
    let hosts: Vec<String> = hosts(&scripts).into_iter().map(|(_, host)| host).collect();
    if hosts.is_empty() {
        return ().into_any();
    }
    let many = u64::try_from(scripts.len()).unwrap_or(u64::MAX);
    let what = if many == 1 {
        "1 script and its source map".to_owned()
    } else {
        format!("{} and their source maps", quantity::count(many, "script"))
    };
    let asks =
        format!("Asks {} for {what}. Nothing else is sent, and no cookies.", hosts.join(", "));
    let press = move |_| {
        if maps.with_untracked(|maps| *maps != Maps::Fetching) {
            on_apply.run(scripts.clone());
        }
    };
    let fetching = move || maps.with(|maps| *maps == Maps::Fetching);
    view! {
        <div class="applying">
            <button
                type="button"
                class="verb"
                aria-disabled=move || fetching().then_some("true")
                aria-busy=move || fetching().then_some("true")
                aria-describedby="maps-ask"
                on:click=press
            >
                "Apply Source Maps"
            </button>
            <p class="hint" id="maps-ask">{asks}</p>
        </div>
        <div role="status">{move || maps.with(outcome)}</div>
    }
    .into_any()
}

/// What came of it, in words.
fn outcome(maps: &Maps) -> AnyView {
    let mapped = match maps {
        Maps::Unasked | Maps::Fetching => return ().into_any(),
        Maps::Refused => {
            return view! {
                <p class="note warn">
                    "Not allowed: the browser did not let Tracelight ask that host. The stack stays as it ran."
                </p>
            }
            .into_any();
        }
        Maps::Read(mapped) => mapped,
    };
    let lines = mapped.scripts.iter().map(|(script, outcome)| {
        let (class, text) = match outcome {
            Outcome::Applied(_) => ("good", "source map applied".to_owned()),
            Outcome::Failed(reason) => ("warn", reason.clone()),
        };
        view! { <li class=class>{bare(script).to_owned()}": "{text}</li> }
    });
    view! { <ul class="outcomes">{lines.collect_view()}</ul> }.into_any()
}

/// Wherever it happened, the newest first.
pub fn occurrences(rows: &[ErrorRow], zone: i32) -> AnyView {
    let columns =
        [words("Time"), words("Page"), number("Count"), words("Browser"), words("Operation")];
    let lines = rows.iter().take(LISTED).map(|row| {
        let time = link::moment(moment::second(row.start, zone), row.trace, row.span);
        let browser = format!("{} {}", row.browser, row.version);
        view! {
            <tr>
                <td>{time}</td>
                <td class="wide" title=row.url.clone()>{bare(&row.url).to_owned()}</td>
                <td class="number">{count(row.count)}</td>
                <td>{text(browser.trim())}</td>
                <td>{link::view_session(&row.session)}</td>
            </tr>
        }
    });
    let more = more(rows.len(), LISTED, "older page", " that the numbers above count");
    view! {
        <div class="block">
            <h2 id="occurrences-head">"Occurrences"</h2>
            {sheet("Occurrences", view! {
                <table aria-labelledby="occurrences-head">
                    {plain(&columns)}
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            }.into_any())}
            {more}
        </div>
    }
    .into_any()
}
