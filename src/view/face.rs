//! What a waterfall's row shows, in words and shares: everything but the drawing.

use std::time::Duration;

use trace::framework::{self, Badges};
use trace::quantity;
use trace::waterfall::{Marks, Row, label};

use crate::picture::Picture;
use surface::viewport::Viewport;

/// Levels that are indented; below, rows stay where they are, or they would leave the screen.
const DEEPEST: u16 = 24;

/// A row, ready to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// Its place, its bar and its marks.
    pub row: Row,
    /// Which edition of the picture it is from.
    pub edition: u32,
    /// What it is called.
    pub label: String,
    /// Why it is there, where it heads a group of loose parts; else empty.
    pub reason: String,
    /// What it is to its framework.
    pub badges: Badges,
    /// Its service; empty when it says none.
    pub service: String,
    /// The service's colour.
    pub colour: u8,
    /// How long it took.
    pub time: String,
    /// Where that stands.
    pub side: Side,
}

/// Where the duration stands: where there is room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Right of the bar.
    After,
    /// Left of it.
    Before,
    /// On it.
    Within,
}

impl Face {
    /// The faces of the rows in view.
    #[must_use]
    pub fn of(picture: &Picture, view: Viewport) -> Vec<Self> {
        let waterfall = picture.waterfall();
        let range = view.rows(waterfall.len());
        let faces = waterfall.rows(range).filter_map(|row| {
            let service = waterfall.services().get(row.service)?;
            let span = picture.span(&row);
            let (label, reason) = match picture.group(&row) {
                Some(group) => group,
                None => (label(span.as_ref()?), String::new()),
            };
            let badges = span.as_ref().map(framework::badges).unwrap_or_default();
            let name = if row.group.is_some() { "" } else { &service.name };
            Some(Self {
                label,
                reason,
                badges,
                service: name.to_owned(),
                colour: service.colour,
                time: quantity::duration(Duration::from_nanos(row.length)),
                side: side(&row, view.room()),
                edition: picture.edition,
                row,
            })
        });
        faces.collect()
    }

    /// Tells rows apart that must be drawn apart.
    #[must_use]
    pub fn key(&self) -> (u32, usize, usize, Side) {
        (self.edition, self.row.at, self.row.span, self.side)
    }

    /// Levels to indent.
    #[must_use]
    pub fn indent(&self) -> u16 {
        self.row.depth.min(DEEPEST)
    }

    /// Whether a filter does not let it through.
    #[must_use]
    pub fn pale(&self) -> bool {
        self.row.marks.has(Marks::PALE)
    }

    /// What is odd about it, each with a word and its meaning.
    #[must_use]
    pub fn flaws(&self) -> Vec<(&'static str, &'static str)> {
        let all = [
            (Marks::ORPHAN, "orphan", "Its parent is not here"),
            (Marks::CYCLE, "cycle", "It is its own ancestor"),
            (Marks::DUPLICATE, "same id", "An earlier span has its id"),
            (Marks::SKEWED, "skew", "It lies outside its request in time"),
            (Marks::BACKWARD, "backward", "It ends before it starts"),
            (Marks::UNTIMED, "no time", "It has no start time"),
            (Marks::LATE, "late", "It came when the trace was no longer waited for"),
        ];
        let there = all.into_iter().filter(|(mark, ..)| self.row.marks.has(*mark));
        there.map(|(_, word, meaning)| (word, meaning)).collect()
    }
}

/// Where a duration stands that needs this share of the axis.
fn side(row: &Row, room: f64) -> Side {
    match (row.left, row.left + row.width) {
        (_, end) if end < 1.0 - room => Side::After,
        (start, _) if start > room => Side::Before,
        _ => Side::Within,
    }
}

#[cfg(test)]
mod tests {
    use otlp::Sheet;

    use super::*;
    use surface::sample;

    fn faces() -> Vec<Face> {
        let mut picture = Picture::default();
        picture.grow(Sheet::of(&sample::spans()));
        Face::of(&picture, Viewport::default())
    }

    #[test]
    fn a_duration_stands_where_there_is_room() {
        let sides: Vec<Side> = faces().iter().map(|face| face.side).collect();
        use Side::{After, Before, Within};
        assert_eq!(sides, [Within, After, After, After, Before, Before]);
    }

    #[test]
    fn a_row_says_who_did_what_and_how_long() {
        let face = &faces()[3];
        let said = (face.label.as_str(), face.service.as_str(), face.time.as_str());
        assert_eq!(said, ("SELECT orders", "shop", "88 ms"));
        assert_eq!((face.indent(), face.flaws()), (3, vec![]));
    }

    #[test]
    fn flaws_have_a_word_and_a_meaning() {
        let mut spans = sample::spans();
        spans.remove(0);
        spans[0].parent = Some(spans[0].id);
        let mut picture = Picture::default();
        picture.grow(Sheet::of(&spans));
        let words: Vec<_> =
            Face::of(&picture, Viewport::default()).iter().flat_map(Face::flaws).collect();
        assert_eq!(words[0].0, "cycle");
        assert_eq!(words[1], ("orphan", "Its parent is not here"));
    }

    #[test]
    fn a_span_that_came_late_says_so() {
        let mut picture = Picture::default();
        let mut sheet = Sheet::of(&sample::spans());
        sheet.mark_late(3);
        picture.grow(sheet);
        let faces = Face::of(&picture, Viewport::default());
        let late = faces.iter().filter(|face| face.flaws().iter().any(|(word, _)| *word == "late"));
        assert_eq!(late.map(|face| face.row.span).collect::<Vec<_>>(), [3]);
        assert!(picture.problems().is_empty(), "late is not wrong");
    }
}
