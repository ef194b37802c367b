//! Tables as CSV (RFC 4180). A spreadsheet runs what looks like a formula, so nothing looks like one.

use otlp::Sheet;
use trace::attribute::Value;
use trace::{Span, Timestamp, time};

use crate::tag;

/// The columns that every span has. Any other name is that of an attribute.
pub const COLUMNS: [&str; 9] =
    ["trace", "span", "parent", "service", "name", "kind", "start", "duration", "status"];

/// A table of these columns with these rows.
#[must_use]
pub fn table<C: AsRef<str>>(
    names: &[impl AsRef<str>],
    rows: impl IntoIterator<Item = impl IntoIterator<Item = C>>,
) -> String {
    let mut text = String::new();
    row(&mut text, names.iter().map(AsRef::as_ref));
    for cells in rows {
        let cells: Vec<C> = cells.into_iter().collect();
        row(&mut text, cells.iter().map(AsRef::as_ref));
    }
    text
}

/// Spans, by their places in the sheet, in columns of these names: those of [`COLUMNS`], or any
/// attribute's of span, resource or scope. Durations are milliseconds.
#[must_use]
pub fn spans(sheet: &Sheet, names: &[&str], places: impl IntoIterator<Item = usize>) -> String {
    let spans = places.into_iter().filter_map(|at| sheet.span(at));
    table(
        names,
        spans.map(|span| names.iter().map(move |name| cell(&span, name)).collect::<Vec<_>>()),
    )
}

fn cell(span: &Span, name: &str) -> String {
    match name {
        "trace" => span.trace.to_string(),
        "span" => span.id.to_string(),
        "parent" => span.parent.map(|parent| parent.to_string()).unwrap_or_default(),
        "service" => span.service().to_owned(),
        "name" => span.name.clone(),
        "kind" => tag::name(span.kind).unwrap_or_default().to_owned(),
        "start" => date(span.start),
        "duration" => {
            let nanos = span.duration().as_nanos();
            format!("{}.{:06}", nanos / 1_000_000, nanos % 1_000_000)
        }
        "status" => match &span.status {
            trace::Status::Unset => String::new(),
            trace::Status::Ok => "ok".to_owned(),
            trace::Status::Error(message) if message.is_empty() => "error".to_owned(),
            trace::Status::Error(message) => format!("error: {message}"),
        },
        name => {
            let value = span.attributes.get(name);
            let value = value.or_else(|| span.resource.attributes.get(name));
            let value = value.or_else(|| span.scope.attributes.get(name));
            value.map(Value::to_string).unwrap_or_default()
        }
    }
}

/// A moment as a date in UTC; empty when it is not said.
pub(crate) fn date(moment: Timestamp) -> String {
    let nanos = moment.nanos();
    if nanos == 0 {
        return String::new();
    }
    let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let days = i64::try_from(seconds / 86_400).unwrap_or_default();
    let (year, month, day) = time::civil(days);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{rest:09}Z")
}

fn row<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        put(text, cell);
    }
    text.push_str("\r\n");
}

fn put(text: &mut String, cell: &str) {
    let formula = runs(cell);
    if !formula && !cell.contains([',', '"', '\n', '\r', ';', '\t']) && cell.trim() == cell {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

/// Whether a spreadsheet may take a cell for a formula: by its first sign, in either width, perhaps
/// after spaces. A number is none.
fn runs(cell: &str) -> bool {
    let first = cell.trim_start().chars().next();
    let sign = matches!(first, Some('=' | '+' | '-' | '@' | '|' | '＝' | '＋' | '－' | '＠'));
    let number = || {
        let digits = cell.strip_prefix('-').unwrap_or(cell);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        plain && digits.starts_with(|first: char| first.is_ascii_digit())
    };
    (sign || cell.starts_with(['\t', '\r', '\n', '\0'])) && !number()
}
