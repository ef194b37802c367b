//! Views of a trace as drawings (SVG 1.1): text and rectangles, nothing that runs, nothing from
//! elsewhere. What a reader has filtered, folded and zoomed to is drawn so.

mod flame;

use std::fmt::Write as _;
use std::ops::Range;

use trace::columns::Columns;
use trace::find::Stretch;
use trace::quantity;
use trace::waterfall::{Marks, Row, Waterfall, ruler};

pub use flame::flame;

/// Height of a row.
const ROW: usize = 20;
/// Height of what is said above the rows, and of the time axis.
const HEAD: usize = 76;
/// Width of the names.
const NAMES: usize = 340;
/// Room for a duration behind the longest bar.
const BEHIND: usize = 80;
/// Rows that one drawing takes: more is a wall, and no viewer opens it.
const MOST: usize = 5_000;
/// Depth up to which rows are indented.
const INDENTED: usize = 14;
/// Pixels that a tick wants.
const TICK: usize = 110;

/// How it looks.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// What stands above.
    pub title: &'a str,
    /// What else is said of it: its filter, its clocks.
    pub note: &'a str,
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

/// What is drawn of a trace.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The spans, with the times that are shown.
    pub spans: &'a Columns,
    /// Their layout, filtered and folded.
    pub waterfall: &'a Waterfall,
    /// The stretch of time, nanoseconds from the trace's start.
    pub time: Range<u64>,
    /// The critical path, by span; empty where it is not marked.
    pub path: &'a [Stretch],
    /// Rows or lanes that it may have.
    pub most: usize,
}

/// The waterfall: its rows from the first one.
#[must_use]
pub fn svg(shown: &Shown<'_>, look: &Look<'_>) -> String {
    let all = shown.waterfall.len();
    let rows = all.min(shown.most).min(MOST);
    let bars = look.width.saturating_sub(NAMES + BEHIND).max(120);
    let page = Page { shown, look, left: NAMES, bars };
    let (width, height) = (NAMES + bars + BEHIND, HEAD + ROW * (rows + 1));
    let mut text = String::with_capacity(rows * 300);
    page.begin(&mut text, width, height);
    for (at, row) in shown.waterfall.rows(0..rows).enumerate() {
        page.row(&mut text, &row, HEAD + ROW * at);
    }
    page.end(&mut text, HEAD + ROW * rows + 14, all - rows, "row");
    text
}

struct Page<'a> {
    shown: &'a Shown<'a>,
    look: &'a Look<'a>,
    /// Where the time axis begins.
    left: usize,
    /// How wide it is.
    bars: usize,
}

impl Page<'_> {
    /// What stands above, and the time axis.
    fn begin(&self, text: &mut String, width: usize, height: usize) {
        let Look { title, note, ink, paper, .. } = *self.look;
        let title = escaped(&super::line(title, 200));
        let (ink, paper) = (escaped(ink), escaped(paper));
        let _ = write!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"system-ui, sans-serif\" \
             font-size=\"12\" fill=\"{ink}\">\n<title>{title}</title>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"{paper}\"/>\n\
             <text x=\"8\" y=\"18\" font-weight=\"600\">{title}</text>\n\
             <text x=\"8\" y=\"34\">{}</text>\n<text x=\"8\" y=\"50\">{}</text>\n",
            escaped(&self.summary()),
            escaped(&super::line(note, width / 7)),
        );
        for tick in ruler(self.shown.time.clone(), (self.bars / TICK).max(2)) {
            #[allow(clippy::cast_precision_loss, reason = "pixels of a drawing")]
            let x = self.left as f64 + tick.at * self.bars as f64;
            let _ = writeln!(
                text,
                "<path d=\"M{x:.1} {}V{height}\" stroke=\"{ink}\" stroke-opacity=\".15\"/>\
                 <text x=\"{:.1}\" y=\"{}\" font-size=\"11\">{}</text>",
                HEAD - 16,
                x + 3.0,
                HEAD - 6,
                escaped(&tick.text),
            );
        }
    }

    /// What has no room, and the end.
    fn end(&self, text: &mut String, y: usize, left_out: usize, noun: &str) {
        if left_out > 0 {
            let more = quantity::count(left_out as u64, noun);
            let _ = writeln!(text, "<text x=\"8\" y=\"{y}\">{more} more: there is no room</text>");
        }
        text.push_str("</svg>\n");
    }

    fn summary(&self) -> String {
        let count = |number: usize, noun| quantity::count(number as u64, noun);
        let waterfall = self.shown.waterfall;
        format!(
            "{} · {} · {} · {}",
            quantity::duration(waterfall.length()),
            count(waterfall.total(), "span"),
            count(waterfall.services().len(), "service"),
            count(waterfall.errors(), "error"),
        )
    }

    /// Where a moment lies, as far as that is within the drawing.
    #[allow(clippy::cast_precision_loss, reason = "pixels of a drawing")]
    fn place(&self, nanos: u64) -> f64 {
        let Range { start, end } = self.shown.time;
        let length = end.saturating_sub(start).max(1) as f64;
        let within = nanos.clamp(start, end.max(start)) - start;
        self.left as f64 + within as f64 / length * self.bars as f64
    }

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
        let name = self.name(row);
        let paler = if row.marks.has(Marks::PALE) { " opacity=\".4\"" } else { "" };
        let _ = writeln!(
            text,
            "<g{paler}><title>{}</title><text x=\"{indent}\" y=\"{}\">{}</text>{}</g>",
            escaped(&super::line(&name, 400)),
            y + 14,
            escaped(&super::line(&name, room)),
            self.bar(row, color, y),
        );
    }

    /// What a row is called: with a sign where it failed, and what is folded away.
    fn name(&self, row: &Row) -> String {
        let spans = self.shown.spans;
        let name = match (row.group, spans.service(row.span)) {
            (Some(_), _) => format!("{} loose", quantity::count(row.descendants as u64, "span")),
            (None, "") => spans.name(row.span).to_owned(),
            (None, service) => format!("{} · {service}", spans.name(row.span)),
        };
        let sign = if row.marks.has(Marks::ERROR) { "✕ " } else { "" };
        match row.folded {
            true => format!("▸ {sign}{name} (+{})", quantity::grouped(row.descendants as u64)),
            false => format!("{sign}{name}"),
        }
    }

    /// A row's bar and its duration, or where the bar lies outside of what is drawn.
    fn bar(&self, row: &Row, color: &str, y: usize) -> String {
        let Range { start, end } = self.shown.time;
        let until = row.offset.saturating_add(row.length);
        let length = quantity::duration(std::time::Duration::from_nanos(row.length));
        let base = y + 14;
        if until < start {
            return format!("<text x=\"{}\" y=\"{base}\">← {}</text>", self.left, escaped(&length));
        }
        let (left, right) = (self.place(row.offset), self.place(until));
        if row.offset > end {
            return format!("<text x=\"{right:.1}\" y=\"{base}\">→ {}</text>", escaped(&length));
        }
        let width = (right - left).max(1.0);
        let path: String = self.path(row.span).map(|(left, width)| {
            format!(
                "<rect x=\"{left:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"3\" fill=\"{}\"/>",
                y + 15,
                escaped(self.look.ink),
            )
        }).collect();
        format!(
            "<rect x=\"{left:.1}\" y=\"{}\" width=\"{width:.1}\" height=\"12\" rx=\"2\" \
             fill=\"{}\"/>{path}<text x=\"{:.1}\" y=\"{base}\">{}</text>",
            y + 4,
            escaped(color),
            left + width + 4.0,
            escaped(&length),
        )
    }

    /// Where a span is on the critical path: from where, how wide.
    fn path(&self, span: usize) -> impl Iterator<Item = (f64, f64)> {
        let begun = self.shown.waterfall.start().nanos();
        let path = self.shown.path;
        let from = path.partition_point(|it| it.span < span);
        let of = path[from..].iter().take_while(move |it| it.span == span);
        of.filter_map(move |it| {
            let place = |nanos: u64| self.place(nanos.saturating_sub(begun));
            let (left, right) = (place(it.from), place(it.to));
            (right > left).then_some((left, right - left))
        })
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
