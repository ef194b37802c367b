//! JS Errors: errors that are the same to a person, and the diagnosis of one.
//!
//! Draws answers; what is asked, and what is fetched, is the wire's.

pub mod behavior;
pub mod diagnose;
pub mod mapped;
pub mod stack;

use bridge::query::ErrorLine;
use leptos::prelude::*;
use surface::board::Tab;
use surface::moment;
use surface::period::Period;

use crate::figure::{count, text};
use crate::link;
use crate::sheet::sheet;
use crate::sorted::{Column, Heads, Sorting, number, words};

const COLUMNS: [Column; 8] = [
    words("Error"),
    number("Count"),
    number("Sessions"),
    number("Pages"),
    words("First seen"),
    words("Last seen"),
    words("Browsers"),
    words("Operation"),
];

/// As the table is first seen: the most frequent at the top.
pub const SORTING: Sorting = Sorting { column: 1, down: true };

#[allow(clippy::cast_precision_loss, reason = "milliseconds fit in 53 bits")]
fn value(line: &ErrorLine, column: usize) -> Option<f64> {
    match column {
        1 => Some(f64::from(line.count)),
        2 => Some(f64::from(line.sessions)),
        3 => Some(f64::from(line.pages)),
        4 => Some(line.first.millis() as f64),
        5 => Some(line.last.millis() as f64),
        _ => None,
    }
}

/// What a column sorts by where it has no number.
fn words_of(line: &ErrorLine, column: usize) -> String {
    if column == 6 { line.browsers.join(", ") } else { title(&line.class, &line.message) }
}

/// An error in a line: `TypeError: x is undefined`.
#[must_use]
pub fn title(class: &str, message: &str) -> String {
    match (class, message) {
        ("", "") => "An error without a word".to_owned(),
        (one, "") | ("", one) => one.to_owned(),
        // Engines write the class before the message in places.
        (class, message) if message.starts_with(class) => message.to_owned(),
        (class, message) => format!("{class}: {message}"),
    }
}

/// The table.
pub fn frequent(
    lines: Vec<ErrorLine>,
    sorting: RwSignal<Sorting>,
    period: Signal<Period>,
    zone: i32,
) -> AnyView {
    if lines.is_empty() {
        return view! {
            <div class="empty">
                <h2>"No script errors in this time"</h2>
                <p>
                    "Errors that scripts throw, and promises that nobody handles, are recorded while a session is traced. Choose a longer time above to look further back."
                </p>
            </div>
        }
        .into_any();
    }
    let rows = move || {
        let column = sorting.get().column;
        let text = |at: usize| lines.get(at).map(|it| words_of(it, column)).unwrap_or_default();
        let number = |at: usize| value(lines.get(at)?, column);
        let order = sorting.get().order(lines.len(), &number, &text);
        let lines = order.into_iter().filter_map(|at| lines.get(at));
        lines.map(|line| row(line, period, zone)).collect_view()
    };
    view! {
        {sheet("Errors by fingerprint", view! {
            <table>
                <caption>"Frequent Errors"</caption>
                <Heads columns=&COLUMNS sorting />
                <tbody>{rows}</tbody>
            </table>
        }.into_any())}
    }
    .into_any()
}

fn row(line: &ErrorLine, period: Signal<Period>, zone: i32) -> AnyView {
    let title = title(&line.class, &line.message);
    let fingerprint = line.fingerprint.clone();
    let address = move || link::to(Tab::Error { fingerprint: fingerprint.clone() }, period.get());
    let (label, whole) = (format!("Diagnose {title}"), title.clone());
    view! {
        <tr>
            <th scope="row" class="wide message" title=whole>{title}</th>
            <td class="number">{count(line.count)}</td>
            <td class="number">{count(line.sessions)}</td>
            <td class="number">{count(line.pages)}</td>
            <td>{moment::second(line.first, zone)}</td>
            <td>{moment::second(line.last, zone)}</td>
            <td class="wide">{text(&line.browsers.join(", "))}</td>
            <td><a href=address aria-label=label>"Diagnose"</a></td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_its_class_once() {
        assert_eq!(title("TypeError", "x is undefined"), "TypeError: x is undefined");
        assert_eq!(title("TypeError", "TypeError: x"), "TypeError: x");
        assert_eq!(title("", "Script error."), "Script error.");
        assert_eq!(title("", ""), "An error without a word");
    }
}
