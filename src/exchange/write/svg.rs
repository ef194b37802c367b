//! A waterfall as a drawing (SVG 1.1): text and rectangles, nothing that runs, nothing from elsewhere.

use std::fmt::Write as _;
use std::ops::Range;

use trace::columns::Columns;
use trace::quantity;
use trace::waterfall::{Marks, Row, Waterfall};

/// Height of a row.
const ROW: usize = 20;
/// Height of what is above the rows.
const HEAD: usize = 44;
/// Width of the names.
const NAMES: usize = 340;
/// Room for a duration behind the longest bar.
const BEHIND: usize = 80;
/// Rows that one drawing takes: more is a wall, and no viewer opens it.
const MOST: usize = 5_000;
/// Depth up to which rows are indented.
const INDENTED: usize = 14;

/// How it looks.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// What stands above.
    pub title: &'a str,
    /// Width in pixels, names included.
    pub width: usize,
    /// Colours of the services, in the order of [`Waterfall::services`], taken round.
    pub colors: &'a [&'a str],
    /// Colour of text.
    pub ink: &'a str,
    /// Colour behind it.
    pub paper: &'a str,
    /// Colour of errors.
    pub error: &'a str,
}

/// The rows in view from `rows.start` to before `rows.end`, as far as there are any.
#[must_use]
pub fn svg(spans: &Columns, waterfall: &Waterfall, rows: Range<usize>, look: &Look<'_>) -> String {
    let first = rows.start.min(waterfall.len());
    let last = rows.end.clamp(first, waterfall.len());
    let shown = (last - first).min(MOST);
    let left_out = last - first - shown;
    let page =
        Page { spans, waterfall, look, bars: look.width.saturating_sub(NAMES + BEHIND).max(120) };
    let (width, height) = (NAMES + page.bars + BEHIND, HEAD + ROW * (shown + 1));
    let mut text = String::with_capacity(shown * 300);
    let title = escaped(&super::line(look.title, 200));
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"system-ui, sans-serif\" \
         font-size=\"12\" fill=\"{}\">\n<title>{title}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n\
         <text x=\"8\" y=\"18\" font-weight=\"600\">{title}</text>\n<text x=\"8\" y=\"36\">{}</text>\n",
        escaped(look.ink),
        escaped(look.paper),
        escaped(&page.summary()),
    );
    for (at, row) in waterfall.rows(first..first + shown).enumerate() {
        page.row(&mut text, &row, HEAD + ROW * at);
    }
    if left_out > 0 {
        let y = HEAD + ROW * shown + 14;
        let _ = writeln!(text, "<text x=\"8\" y=\"{y}\">{left_out} rows more are left out</text>");
    }
    text.push_str("</svg>\n");
    text
}

struct Page<'a> {
    spans: &'a Columns,
    waterfall: &'a Waterfall,
    look: &'a Look<'a>,
    /// Width of the longest bar.
    bars: usize,
}

impl Page<'_> {
    fn summary(&self) -> String {
        let count = |number: usize, noun| quantity::count(number as u64, noun);
        format!(
            "{} · {} · {} · {}",
            quantity::duration(self.waterfall.length()),
            count(self.waterfall.total(), "span"),
            count(self.waterfall.services().len(), "service"),
            count(self.waterfall.errors(), "error"),
        )
    }

    #[allow(clippy::cast_precision_loss, reason = "pixels of a drawing")]
    fn row(&self, text: &mut String, row: &Row, y: usize) {
        let failed = row.marks.has(Marks::ERROR);
        let color = match self.look.colors {
            _ if failed => self.look.error,
            [] => self.look.ink,
            colors => colors[row.service % colors.len()],
        };
        let indent = 8 + 14 * usize::from(row.depth).min(INDENTED);
        // About seven pixels a character.
        let room = NAMES.saturating_sub(indent + 8) / 7;
        let service = self.spans.service(row.span);
        let name = match row.group {
            Some(_) => format!("{} loose", quantity::count(row.descendants as u64, "span")),
            None if service.is_empty() => self.spans.name(row.span).to_owned(),
            None => format!("{} · {service}", self.spans.name(row.span)),
        };
        let sign = if failed { "✕ " } else { "" };
        let length = quantity::duration(std::time::Duration::from_nanos(row.length));
        let left = NAMES as f64 + row.left * self.bars as f64;
        let width = (row.width * self.bars as f64).max(1.0);
        let (bar, base) = (y + 4, y + 14);
        let _ = writeln!(
            text,
            "<g><title>{}</title><text x=\"{indent}\" y=\"{base}\">{sign}{}</text>\
             <rect x=\"{left:.1}\" y=\"{bar}\" width=\"{width:.1}\" height=\"12\" rx=\"2\" \
             fill=\"{}\"/><text x=\"{:.1}\" y=\"{base}\">{}</text></g>",
            escaped(&super::line(&name, 400)),
            escaped(&super::line(&name, room)),
            escaped(color),
            left + width + 4.0,
            escaped(&length),
        );
    }
}

/// A text as XML has it, without what XML cannot hold.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            letter if letter.is_control() => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}
