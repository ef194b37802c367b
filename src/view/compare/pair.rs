//! Two traces span by span: what became of each, which are shown, and what a row says.

use std::ops::Range;
use std::sync::Arc;

use trace::compare::{Change, Paths, Verdict, compare};
use trace::waterfall::Palette;

use super::difference::{self, THRESHOLD, share, signed};
use super::grid::{Cell, Deed, Line, Mark};
use super::loaded::Loaded;
use super::outline::Outline;
use surface::naming::time;

/// The most of a name that is drawn; all of it is in the span's details.
const LONGEST: usize = 300;

/// Two traces beside each other.
#[derive(Clone, Debug)]
pub struct Pair {
    sides: [Arc<Loaded>; 2],
    paths: Paths,
    changes: Vec<Change>,
    /// How many spans each trace has of those alike, at the first of them.
    counts: [Vec<u32>; 2],
    colours: Vec<u8>,
    outline: Outline,
    setting: Setting,
}

/// What is shown of a comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Largest difference first; else as the trees are.
    pub ranked: bool,
    /// Only what differs.
    pub only: bool,
}

/// How many paths became what, in the order of [`Tally::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([usize; 5]);

impl Tally {
    /// What can become of a span, the most remarkable first.
    pub const ALL: [Verdict; 5] =
        [Verdict::Added, Verdict::Gone, Verdict::Slower, Verdict::Faster, Verdict::Same];

    /// How many became this.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> usize {
        self.0[verdict as usize]
    }

    /// How many differ.
    #[must_use]
    pub fn changed(&self) -> usize {
        self.0.iter().sum::<usize>() - self.of(Verdict::Same)
    }
}

/// The colour of each path's service, as met in reading order.
#[must_use]
pub fn colours(paths: &Paths) -> Vec<u8> {
    let (mut palette, mut last) = (Palette::default(), ("", None));
    let mut colour = |service| match last {
        (name, Some(colour)) if name == service => colour,
        _ => {
            let colour = palette.colour(service);
            last = (service, Some(colour));
            colour
        }
    };
    (0..paths.len()).filter_map(|at| paths.get(at)).map(|path| colour(path.service)).collect()
}

/// A name that is short enough to be drawn.
#[must_use]
pub fn cut(name: &str) -> String {
    if name.trim().is_empty() {
        "(no name)".to_owned()
    } else {
        name.chars().take(LONGEST).collect()
    }
}

impl Pair {
    /// Compares two traces by their paths.
    #[must_use]
    pub fn of(sides: [Arc<Loaded>; 2], paths: Paths, setting: Setting) -> Self {
        let [a, b] = [&sides[0], &sides[1]].map(|side| side.sheet.columns());
        let changes = compare(&paths, a, b, THRESHOLD);
        let mut counts = [vec![0; paths.len()], vec![0; paths.len()]];
        for at in 0..paths.len() {
            let first = paths.get(at).map_or(at, |path| path.first);
            for (side, counts) in counts.iter_mut().enumerate() {
                counts[first] += u32::from(paths.span(at, side).is_some());
            }
        }
        let (colours, outline) = (colours(&paths), Outline::of(&paths));
        let mut new = Self { sides, paths, changes, counts, colours, outline, setting };
        new.arrange(setting);
        new
    }

    /// Both traces.
    #[must_use]
    pub fn sides(&self) -> &[Arc<Loaded>; 2] {
        &self.sides
    }

    /// What is shown.
    #[must_use]
    pub fn setting(&self) -> Setting {
        self.setting
    }

    /// Shows something else of it.
    pub fn arrange(&mut self, setting: Setting) {
        let Self { outline, changes, .. } = self;
        let keep = |at: usize| !setting.only || changes[at].verdict != Verdict::Same;
        let rank = |at: usize| changes[at].by.unsigned_abs();
        outline.arrange(keep, setting.ranked.then_some(&rank));
        self.setting = setting;
    }

    /// How many paths became what.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for change in &self.changes {
            tally.0[change.verdict as usize] += 1;
        }
        tally
    }

    /// The rows that are shown.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Carries out what the reader does; whether it meant anything.
    pub fn follow(&mut self, deed: Deed) -> bool {
        self.outline.follow(deed)
    }

    /// The rows of a range.
    #[must_use]
    pub fn lines(&self, range: Range<usize>) -> Vec<Line> {
        range.filter_map(|at| self.line(at)).collect()
    }

    fn line(&self, at: usize) -> Option<Line> {
        let path = self.outline.path(at)?;
        let (known, change) = (self.paths.get(path)?, self.changes.get(path)?);
        let sides = self.spans(change);
        let link = |at: usize| {
            sides[at].map(|(side, span)| side.link(span)).filter(|link| !link.is_empty())
        };
        let bar = |class, at: usize| self.bar(class, sides[at]?);
        Some(Line {
            at,
            level: self.outline.level(path),
            open: self.outline.open(path),
            pale: self.outline.leads(path),
            name: cut(known.name),
            times: self.times(path),
            failed: failed(sides).to_owned(),
            service: known.service.chars().take(LONGEST).collect(),
            colour: self.colours.get(path).copied().unwrap_or_default(),
            link: link(1).or(link(0)).unwrap_or_default(),
            cells: cells(change, sides),
            marks: [bar("a", 0), bar("b", 1)].into_iter().flatten().collect(),
            said: said(sides),
        })
    }

    /// The spans that a change is about.
    fn spans(&self, change: &Change) -> [Option<Place<'_>>; 2] {
        let [a, b] = [&*self.sides[0], &*self.sides[1]];
        [change.before.map(|span| (a, span)), change.after.map(|span| (b, span))]
    }

    /// A span's bar on an axis as long as the longer trace, each from its own trace's start.
    fn bar(&self, class: &'static str, (side, span): Place<'_>) -> Option<Mark> {
        let (from, columns) = (begins((side, span)), side.sheet.columns());
        let whole = self.sides.iter().map(|side| side.length()).max()?;
        Some(Mark::of(class, from, from.saturating_add(columns.lengths[span]), whole))
    }

    /// Of several alike: how many before and after, at the first; else which one it is.
    fn times(&self, path: usize) -> String {
        let Some(known) = self.paths.get(path) else { return String::new() };
        let [before, after] = [0, 1].map(|side| self.counts[side][known.first]);
        match (known.nth, before.max(after)) {
            (0, 0 | 1) => String::new(),
            (0, _) if before == after => format!("× {before}"),
            (0, _) => format!("× {before} → × {after}"),
            (nth, _) => format!("#{}", nth + 1),
        }
    }
}

/// A span in its trace.
type Place<'a> = (&'a Loaded, usize);

/// Nanoseconds from its trace's start to a span's.
fn begins((side, span): Place<'_>) -> u64 {
    side.sheet.columns().starts[span].saturating_sub(side.start().nanos())
}

fn cells(change: &Change, sides: [Option<Place<'_>>; 2]) -> Vec<Cell> {
    let length = |at: usize| sides[at].map(|(side, span)| side.sheet.columns().lengths[span]);
    let figure = |class, at: usize| Cell {
        class,
        text: length(at).map_or_else(|| "–".to_owned(), time),
        link: sides[at].map(|(side, span)| side.link(span)).unwrap_or_default(),
    };
    let plain = |class, text| Cell { class, text, link: String::new() };
    let both = length(0).filter(|_| sides[1].is_some());
    let (mark, word) = (difference::mark(change.verdict), difference::word(change.verdict));
    vec![
        figure("first", 0),
        figure("second", 1),
        plain("by", signed(change.by)),
        plain("share", both.map(|was| share(change.by, was)).unwrap_or_default()),
        plain(verdict_class(change.verdict), format!("{mark} {word}")),
    ]
}

/// Where a span failed, in words.
fn failed(sides: [Option<Place<'_>>; 2]) -> &'static str {
    match sides.map(|side| side.is_some_and(|(side, span)| side.failed(span))) {
        [true, true] => "error",
        [true, false] => "error in A",
        [false, true] => "error in B",
        [false, false] => "",
    }
}

/// When a span begins in each trace, for who cannot see its bars.
fn said(sides: [Option<Place<'_>>; 2]) -> String {
    let begins = ["A", "B"].into_iter().zip(sides).filter_map(|(letter, side)| {
        Some(format!("begins after {} in {letter}", time(begins(side?))))
    });
    begins.collect::<Vec<_>>().join(", ")
}

/// A verdict's class.
const fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Added => "verdict added",
        Verdict::Gone => "verdict gone",
        Verdict::Slower => "verdict slower",
        Verdict::Faster => "verdict faster",
        Verdict::Same => "verdict",
    }
}
