//! What a waterfall's row shows, in words and shares: everything but the drawing.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use trace::framework::{self, Badges};
use trace::quantity;
use trace::waterfall::{Marks, Row, label};

use crate::phase::{self, Moment, Phase};
use crate::picture::Picture;
use surface::viewport::{Viewport, percent};
use surface::window::Stretch;

/// Levels that are indented; below, rows stay where they are, or they would leave the screen.
const DEEPEST: u16 = 24;

/// A row, ready to draw.
#[derive(Clone, Debug)]
pub struct Face {
    /// Its place, its bar and its marks.
    pub row: Row,
    /// What of it is on the critical path, where that is marked: from when to when.
    pub critical: Vec<(u64, u64)>,
    /// By which growth of the picture its words were read.
    growth: u32,
    words: Arc<Words>,
}

/// What a row's span says. Read once, when the row comes into view: a span is built for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
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
    /// When it began, after the trace did.
    pub start: String,
    /// The phases of a browser's load.
    pub phases: Vec<Phase>,
    /// What happened at moments within it.
    pub moments: Vec<Moment>,
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
    /// At the axis' beginning: the bar lies before what is in view.
    Earlier,
    /// At its end: the bar lies behind.
    Later,
}

/// Where a bar lies in what is in view, and where its duration stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Its left end, as a share of the axis.
    pub from: f64,
    /// Its right end.
    pub to: f64,
    /// Where its duration stands.
    pub side: Side,
}

impl Deref for Face {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.words
    }
}

/// Faces are alike when they are drawn alike.
impl PartialEq for Face {
    fn eq(&self, other: &Self) -> bool {
        self.row == other.row
            && self.critical == other.critical
            && Arc::ptr_eq(&self.words, &other.words)
    }
}

impl Words {
    fn read(picture: &Picture, row: &Row) -> Option<Self> {
        let waterfall = picture.waterfall();
        let service = waterfall.services().get(row.service)?;
        let span = picture.timed(row);
        let (label, reason) = match picture.group(row) {
            Some(group) => group,
            None => (label(span.as_ref()?), String::new()),
        };
        let (span, start) = (span.as_ref(), waterfall.start());
        let name = if row.group.is_some() { "" } else { &service.name };
        Some(Self {
            label,
            reason,
            badges: span.map(framework::badges).unwrap_or_default(),
            service: name.to_owned(),
            colour: service.colour,
            time: quantity::duration(Duration::from_nanos(row.length)),
            start: quantity::moment(row.offset, (row.offset / 1_000).max(1)),
            phases: span.map(|span| phase::phases(span, start)).unwrap_or_default(),
            moments: span.map(|span| phase::moments(span, start)).unwrap_or_default(),
        })
    }
}

impl Face {
    /// The faces of the rows in view. Those that were in view before keep their words: a row that
    /// stays is neither read nor drawn again.
    #[must_use]
    pub fn look(picture: &Picture, view: Viewport, before: &[Self]) -> Vec<Self> {
        let waterfall = picture.waterfall();
        let rows = waterfall.rows(view.rows(waterfall.len()));
        rows.filter_map(|row| {
            // Few rows are in view, and most are where they were.
            let old = before.iter().find(|old| old.row.span == row.span);
            let kept = old.filter(|old| old.growth == picture.growth);
            let words = match kept.or(old) {
                Some(old) if kept.is_some() => Arc::clone(&old.words),
                old => {
                    let words = Words::read(picture, &row)?;
                    let same = old.filter(|old| *old.words == words);
                    same.map_or_else(|| Arc::new(words), |old| Arc::clone(&old.words))
                }
            };
            let critical = picture.critical(row.span);
            Some(Self { row, critical, growth: picture.growth, words })
        })
        .collect()
    }

    /// Where its bar lies, where a duration needs this share of the axis.
    #[must_use]
    pub fn bar(&self, stretch: Stretch, room: f64) -> Bar {
        let Row { offset, length, .. } = self.row;
        let (start, end) = (stretch.place(offset), stretch.place(offset.saturating_add(length)));
        let (from, to) = (start.clamp(0.0, 1.0), end.clamp(0.0, 1.0));
        let side = match () {
            () if end < 0.0 => Side::Earlier,
            () if start > 1.0 => Side::Later,
            () if to < 1.0 - room => Side::After,
            () if from > room => Side::Before,
            () => Side::Within,
        };
        Bar { from, to, side }
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

impl Bar {
    /// The classes of the row's track.
    #[must_use]
    pub const fn class(self, phased: bool) -> &'static str {
        match (self.side, phased) {
            (Side::After, false) => "track",
            (Side::After, true) => "track phased",
            (Side::Before, false) => "track before",
            (Side::Before, true) => "track before phased",
            (Side::Within, false) => "track within",
            (Side::Within, true) => "track within phased",
            (Side::Earlier, _) => "track out earlier",
            (Side::Later, _) => "track out later",
        }
    }
}

/// The place of something between two moments, from the left and from the right of the axis; out of
/// sight where it is out of view.
#[must_use]
pub fn lies(stretch: Stretch, from: u64, to: u64) -> [String; 2] {
    let (start, end) = (stretch.place(from), stretch.place(to));
    if end < 0.0 || start > 1.0 {
        return ["-999em".to_owned(), "auto".to_owned()];
    }
    let (start, end) = (start.clamp(0.0, 1.0), end.clamp(0.0, 1.0));
    [percent(start), percent(1.0 - end)]
}

#[cfg(test)]
mod tests {
    use otlp::Sheet;

    use super::*;
    use surface::sample;
    use surface::window::Window;

    fn faces() -> Vec<Face> {
        let mut picture = Picture::default();
        picture.grow(Sheet::of(&sample::spans()));
        Face::look(&picture, Viewport::default(), &[])
    }

    #[test]
    fn a_duration_stands_where_there_is_room() {
        use Side::{After, Before, Earlier, Later, Within};
        let sides = |window: Window| {
            let stretch = window.within(600_000_000);
            faces().iter().map(|face| face.bar(stretch, 0.1).side).collect::<Vec<_>>()
        };
        assert_eq!(sides(Window::WHOLE), [Within, After, After, After, Before, Before]);
        let early = Window { from: 50_000_000, to: 150_000_000 };
        assert_eq!(sides(early), [Within, Within, Before, Before, Later, Later]);
        let late = Window { from: 500_000_000, to: 600_000_000 };
        assert_eq!(sides(late), [Within, Earlier, Earlier, Earlier, After, After]);
    }

    #[test]
    fn rows_that_stay_in_view_are_read_once() {
        let mut picture = Picture::default();
        picture.grow(Sheet::of(&sample::spans()));
        let look =
            |picture: &Picture, before: &[Face]| Face::look(picture, Viewport::default(), before);
        let first = look(&picture, &[]);
        assert_eq!(look(&picture, &first), first);
        picture.fold(2, true);
        let folded = look(&picture, &first);
        assert_eq!((&folded[1], folded.len()), (&first[1], 5));
        assert_ne!(folded[2], first[2], "folded is drawn otherwise");
        let more = sample::spans().into_iter().chain([sample::page().1]);
        picture.grow(Sheet::of(&more.collect::<Vec<_>>()));
        let grown = look(&picture, &folded);
        assert!(Arc::ptr_eq(&grown[0].words, &first[0].words), "it says what it said");
    }

    #[test]
    fn a_place_is_cut_to_what_is_in_view() {
        let stretch = Window { from: 100_000, to: 200_000 }.within(1_000_000);
        assert_eq!(lies(stretch, 50_000, 150_000), ["0.000%", "50.000%"]);
        assert_eq!(lies(stretch, 300_000, 400_000), ["-999em", "auto"]);
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
            Face::look(&picture, Viewport::default(), &[]).iter().flat_map(Face::flaws).collect();
        assert_eq!(words[0].0, "cycle");
        assert_eq!(words[1], ("orphan", "Its parent is not here"));
    }

    #[test]
    fn a_span_that_came_late_says_so() {
        let mut picture = Picture::default();
        let mut sheet = Sheet::of(&sample::spans());
        sheet.mark_late(3);
        picture.grow(sheet);
        let faces = Face::look(&picture, Viewport::default(), &[]);
        let late = faces.iter().filter(|face| face.flaws().iter().any(|(word, _)| *word == "late"));
        assert_eq!(late.map(|face| face.row.span).collect::<Vec<_>>(), [3]);
        assert!(picture.problems().is_empty(), "late is not wrong");
    }
}
