//! Tables as CSV (RFC 4180). A spreadsheet runs what looks like a formula, so nothing looks like one.

use otlp::Sheet;
use trace::attribute::Value;
use trace::columns::Columns;
use trace::waterfall::label;
use trace::{Span, Status, Timestamp, time};

use crate::tag;

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

/// The table of spans, as a reader has it before them.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// The spans.
    pub sheet: &'a Sheet,
    /// Their columns, with the times that are shown.
    pub columns: &'a Columns,
    /// Their self times, nanoseconds.
    pub own: &'a [u64],
    /// Attributes of span, resource or scope that have a column.
    pub attributes: &'a [String],
    /// Whether the times that are shown are not those that were recorded.
    pub adjusted: bool,
}

impl Table<'_> {
    /// The spans of these places, in their order: the columns that the reader sees, and behind them
    /// what tells a span from others. Times are milliseconds, those of starts from the trace's.
    #[must_use]
    pub fn write(&self, places: impl IntoIterator<Item = usize>) -> String {
        let start = self.columns.bounds().0;
        let rows =
            places.into_iter().filter_map(|at| Some(self.row(at, &self.sheet.span(at)?, start)));
        table(&self.names(), rows)
    }

    fn names(&self) -> Vec<String> {
        let clock = if self.adjusted { ", clocks adjusted" } else { "" };
        let mut names: Vec<String> = ["Name", "Service", "Kind"].map(str::to_owned).into();
        names.push(format!("Start (ms{clock})"));
        names.extend(["Duration (ms)", "Self time (ms)", "Status"].map(str::to_owned));
        names.extend(self.attributes.iter().cloned());
        names.push(format!("Began (UTC{clock})"));
        names.extend(["Trace", "Span", "Parent"].map(str::to_owned));
        names
    }

    fn row(&self, at: usize, span: &Span, start: Timestamp) -> Vec<String> {
        let began = Timestamp::from_nanos(self.columns.starts[at]);
        let timed = |text: String| if began.nanos() == 0 { String::new() } else { text };
        let own = self.own.get(at).copied().unwrap_or_default();
        // One that ends before it starts says by how much.
        let backward = span.start.since(span.end).as_nanos();
        let length = match backward {
            0 => millis(span.duration().as_nanos()),
            _ => format!("-{}", millis(backward)),
        };
        let mut cells = vec![
            label(span),
            span.service().to_owned(),
            tag::name(span.kind).unwrap_or_default().to_owned(),
            timed(millis(began.since(start).as_nanos())),
            timed(length),
            timed(millis(own.into())),
            status(span),
        ];
        cells.extend(self.attributes.iter().map(|name| value(span, name)));
        cells.extend([date(began), span.trace.to_string(), span.id.to_string()]);
        cells.push(span.parent.map(|parent| parent.to_string()).unwrap_or_default());
        cells
    }
}

fn millis(nanos: u128) -> String {
    format!("{}.{:06}", nanos / 1_000_000, nanos % 1_000_000)
}

fn status(span: &Span) -> String {
    match &span.status {
        Status::Unset => String::new(),
        Status::Ok => "ok".to_owned(),
        Status::Error(message) if message.is_empty() => "error".to_owned(),
        Status::Error(message) => format!("error: {message}"),
    }
}

fn value(span: &Span, name: &str) -> String {
    let value = span.attributes.get(name);
    let value = value.or_else(|| span.resource.attributes.get(name));
    let value = value.or_else(|| span.scope.attributes.get(name));
    value.map(Value::to_string).unwrap_or_default()
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
