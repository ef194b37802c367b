//! The flame graph as a drawing: bars upon bars, by depth.

use std::fmt::Write as _;

use trace::columns::Flags;
use trace::filter::Bits;
use trace::flame::{Bar, Flame, Scale};
use trace::waterfall::Service;

use super::{HEAD, Look, Page, Shown, escaped};

/// Height of a lane.
const LANE: usize = 19;
/// At both sides.
const EDGE: usize = 8;
/// Lanes that one drawing takes.
const MOST: usize = 800;
/// Pixels from which on a bar has its name on it.
const NAMED: f64 = 34.0;

/// The flame graph: its lanes from the first one. What a filter does not let through is pale, or
/// where it `hides` left out.
#[must_use]
pub fn flame(
    shown: &Shown<'_>,
    flame: &Flame,
    (through, hides): (Option<&Bits>, bool),
    look: &Look<'_>,
) -> String {
    let bars = look.width.saturating_sub(2 * EDGE).max(120);
    let page = Page { shown, look, left: EDGE, bars };
    let lanes = flame.lanes().min(shown.most).min(MOST);
    let height = HEAD + LANE * (lanes + 1);
    let mut text = String::new();
    page.begin(&mut text, bars + 2 * EDGE, height);
    #[allow(clippy::cast_precision_loss, reason = "pixels of a drawing")]
    let scale = Scale { from: shown.time.start, to: shown.time.end, width: bars as f64 };
    for bar in flame.bars(0..lanes, scale) {
        let pale = through.is_some_and(|bits| !bits.has(bar.span));
        if !(pale && hides) {
            page.draw(&mut text, bar, pale);
        }
    }
    page.end(&mut text, height - 5, flame.lanes() - lanes, "lane");
    text
}

impl Page<'_> {
    fn draw(&self, text: &mut String, bar: Bar, pale: bool) {
        let (spans, Look { paper, error, colors, ink, .. }) = (self.shown.spans, *self.look);
        let service = |it: &Service| it.name == spans.service(bar.span);
        let at = self.shown.waterfall.services().iter().position(service).unwrap_or_default();
        let color = colors.get(at % colors.len().max(1)).copied().unwrap_or(ink);
        let failed = spans.flags.get(bar.span).is_some_and(|flags| flags.has(Flags::ERROR));
        let color = if failed { error } else { color };
        #[allow(clippy::cast_precision_loss, reason = "pixels of a drawing")]
        let left = bar.left + self.left as f64;
        let (y, width) = (HEAD + bar.lane * LANE, (bar.width - 1.0).max(0.8));
        let paler = if pale { " opacity=\".4\"" } else { "" };
        let _ = write!(
            text,
            "<g{paler}><rect x=\"{left:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"{}\" rx=\"2\" \
             fill=\"{}\"/>",
            LANE - 2,
            escaped(color),
        );
        if bar.width >= NAMED {
            let sign = if failed { "✕ " } else { "" };
            let name = format!("{sign}{}", spans.name(bar.span));
            let _ = write!(
                text,
                "<title>{}</title><text x=\"{:.1}\" y=\"{}\" font-size=\"11\" fill=\"{}\">{}</text>",
                escaped(&super::super::line(&name, 400)),
                left + 4.0,
                y + 13,
                escaped(paper),
                escaped(&super::super::line(&name, room(bar.width))),
            );
        }
        text.push_str("</g>\n");
    }
}

/// Characters that have room on a bar: about seven pixels each, and the dots behind a name that is
/// cut.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few pixels")]
fn room(width: f64) -> usize {
    ((width - 14.0) / 7.0).max(0.0) as usize
}
