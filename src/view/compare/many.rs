//! The same page traced several times: what each span takes, how much that varies, and in how many
//! of the runs it is there.

use std::ops::Range;
use std::sync::Arc;

use trace::columns::Columns;
use trace::compare::{Paths, Spread, quantile, spreads};
use trace::order;
use trace::{TraceId, quantity};

use super::difference::THRESHOLD;
use super::grid::{Cell, Deed, Line, Mark};
use super::loaded::Loaded;
use super::outline::Outline;
use super::pair::{Setting, colours, cut};
use surface::naming::time;

/// Several traces over each other.
#[derive(Clone, Debug)]
pub struct Many {
    runs: Vec<Arc<Loaded>>,
    paths: Paths,
    /// One for each path.
    spreads: Vec<Spread>,
    colours: Vec<u8>,
    outline: Outline,
    setting: Setting,
}

impl Many {
    /// Looks over traces of one page, of which `paths` are the paths.
    #[must_use]
    pub fn of(runs: Vec<Arc<Loaded>>, paths: Paths, setting: Setting) -> Self {
        let columns: Vec<&Columns> = runs.iter().map(|run| run.sheet.columns()).collect();
        let spreads = spreads(&paths, &columns);
        let (colours, outline) = (colours(&paths), Outline::of(&paths));
        let mut new = Self { runs, paths, spreads, colours, outline, setting };
        new.arrange(setting);
        new
    }

    /// What is shown.
    #[must_use]
    pub fn setting(&self) -> Setting {
        self.setting
    }

    /// Shows something else of it.
    pub fn arrange(&mut self, setting: Setting) {
        let Self { outline, spreads, runs, .. } = self;
        let all = runs.len();
        let keep = |at: usize| {
            let varied = spreads.get(at).is_some_and(|spread| varies(spread, all));
            !setting.only || varied
        };
        let rank = |at: usize| spreads.get(at).map_or(0, Spread::width);
        outline.arrange(keep, setting.ranked.then_some(&rank));
        self.setting = setting;
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

    /// How many runs there are.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// The fastest and the slowest run, where they are two.
    #[must_use]
    pub fn ends(&self) -> Option<(TraceId, TraceId)> {
        let fast = self.runs.iter().min_by_key(|run| run.length())?;
        let slow = self.runs.iter().max_by_key(|run| run.length())?;
        (fast.trace != slow.trace).then_some((fast.trace, slow.trace))
    }

    /// The whole pages: median, shortest, longest and the middle half's width, in nanoseconds.
    #[must_use]
    pub fn whole(&self) -> [u64; 4] {
        let mut lengths: Vec<u64> = self.runs.iter().map(|run| run.length()).collect();
        order::sort_by_rank(&mut lengths, |length| *length);
        let [low, median, high] =
            [1, 2, 3].map(|quarters| quantile(lengths.len(), |at| lengths[at], quarters));
        let ends = [lengths.first(), lengths.last()].map(|it| it.copied().unwrap_or_default());
        [median, ends[0], ends[1], high - low]
    }

    /// The rows of a range.
    #[must_use]
    pub fn lines(&self, range: Range<usize>) -> Vec<Line> {
        range.filter_map(|at| self.line(at)).collect()
    }

    fn line(&self, at: usize) -> Option<Line> {
        let path = self.outline.path(at)?;
        let (known, spread) = (self.paths.get(path)?, self.spreads.get(path)?);
        let usual = self.paths.span(path, spread.usual).zip(self.runs.get(spread.usual));
        let plain = |class, nanos| Cell { class, text: time(nanos), link: String::new() };
        let times = if known.nth > 0 { format!("#{}", known.nth + 1) } else { String::new() };
        let all = self.runs.len();
        let mut width = plain("width", spread.width());
        if spread.count < 2 {
            width.text = "–".to_owned();
        }
        let there = Cell {
            class: if spread.count < all { "runs some" } else { "runs" },
            text: format!("{} of {all}", spread.count),
            link: String::new(),
        };
        Some(Line {
            at,
            level: self.outline.level(path),
            open: self.outline.open(path),
            pale: self.outline.leads(path),
            name: cut(known.name),
            times,
            failed: self.failed(path),
            service: known.service.chars().take(100).collect(),
            colour: self.colours.get(path).copied().unwrap_or_default(),
            link: usual.map(|(span, run)| run.link(span)).unwrap_or_default(),
            cells: vec![
                plain("median", spread.median),
                plain("least", spread.least),
                plain("most", spread.most),
                width,
                there,
            ],
            marks: self.marks(spread),
            said: self.lengths(path).map(time).collect::<Vec<_>>().join(", "),
        })
    }

    /// In how many of the runs a span failed.
    fn failed(&self, path: usize) -> String {
        let failed = |(run, loaded): &(usize, &Arc<Loaded>)| {
            self.paths.span(path, *run).is_some_and(|span| loaded.failed(span))
        };
        match self.runs.iter().enumerate().filter(failed).count() {
            0 => String::new(),
            count => quantity::count(count as u64, "error"),
        }
    }

    /// A box with whiskers, and a dot for each run: from nothing to the longest.
    fn marks(&self, spread: &Spread) -> Vec<Mark> {
        let mark = |class, from, to| Mark::of(class, from, to, spread.most);
        let mut marks = vec![
            mark("whisker", spread.least, spread.most),
            mark("box", spread.low, spread.high),
            mark("middle", spread.median, spread.median),
        ];
        marks.extend(self.lengths(spread.path).map(|length| mark("dot", length, length)));
        marks
    }

    /// How long a span is in each run that has it.
    fn lengths(&self, path: usize) -> impl Iterator<Item = u64> {
        self.runs.iter().enumerate().filter_map(move |(run, loaded)| {
            let span = self.paths.span(path, run)?;
            loaded.sheet.columns().lengths.get(span).copied()
        })
    }
}

/// Whether a span differs from run to run, or is not in all of them.
fn varies(spread: &Spread, runs: usize) -> bool {
    let width = spread.most - spread.least;
    let relative = u128::from(width) * 20 >= u128::from(spread.least);
    spread.count < runs || width >= THRESHOLD.absolute && relative
}
