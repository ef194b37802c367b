//! A trace as a reader has it before them: its spans, their waterfall, what is odd about it, and
//! which span is chosen. It can be given more spans without losing the reader's place.

use std::collections::BTreeSet;
use std::sync::Arc;

use otlp::Sheet;
use otlp::sheet::Lens;
use trace::attribute::key;
use trace::columns::Columns;
use trace::filter::{Bits, Completion, Query};
use trace::order;
use trace::skew::Skew;
use trace::waterfall::{Level, Row, Waterfall, label};
use trace::{Link, Span, SpanId, TraceId, Value};

use crate::kin::{Kin, Relative};
use crate::path::Path;
use crate::problem::{self, Problem};
use crate::vitals::{Vital, vitals};
use surface::cursor::Step;

/// A trace before a reader.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    sheet: Sheet,
    lens: Lens,
    waterfall: Waterfall,
    through: Option<Arc<Bits>>,
    hide: bool,
    /// By how much clocks are put right; `None` while times are shown as recorded.
    adjusted: Option<Skew>,
    path: Option<Arc<Path>>,
    kin: Kin,
    chosen: Option<usize>,
    /// Grows with every change that the rows must be drawn anew for.
    pub edition: u32,
    /// Grows when spans come.
    pub growth: u32,
    /// Grows when the reader chooses a row, which is then to be brought into view.
    pub moves: u32,
    /// Whether the last such row was one that a link led to, whose surroundings are new.
    pub led: bool,
}

/// What opened a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opener {
    /// Something that the user did.
    Operation,
    /// The page in which it happened.
    Page,
}

impl Opener {
    fn of(kind: &str) -> Option<Self> {
        match kind {
            "operation" => Some(Self::Operation),
            "page" => Some(Self::Page),
            _ => None,
        }
    }

    /// What it is called where its name is not known.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Operation => "a user operation",
            Self::Page => "a page",
        }
    }
}

/// A trace in a few words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// What it is about: its main root's name.
    pub title: String,
    /// The page's URL; empty when the main root has none.
    pub url: String,
    /// Spans in all.
    pub spans: usize,
    /// Spans that failed.
    pub errors: usize,
}

impl Picture {
    /// Takes other spans in place of those that are here. Folds and choice stay with their spans.
    pub fn grow(&mut self, sheet: Sheet) {
        let mut folded: Vec<SpanId> =
            self.waterfall.folds().filter_map(|at| self.sheet.columns().id(at)).collect();
        order::sort(&mut folded, |_| 0, Ord::cmp);
        self.chosen = self.chosen.and_then(|old| find(sheet.columns(), self.sheet.columns(), old));
        self.sheet = sheet;
        self.lens = Lens::default();
        let mut waterfall = self.build();
        let ids = |at: usize| self.sheet.columns().id(at);
        waterfall.refold(|at| ids(at).is_some_and(|id| folded.binary_search(&id).is_ok()));
        self.lay(waterfall);
    }

    /// Takes in what `add` puts to the spans that are here, whose places stay; says whether it put
    /// any.
    pub fn grow_by(&mut self, add: impl FnOnce(&mut Sheet)) -> bool {
        let size = |sheet: &Sheet| (sheet.len(), sheet.heard().count());
        let before = size(&self.sheet);
        add(&mut self.sheet);
        let grew = size(&self.sheet) != before;
        if grew {
            self.lay_anew();
        }
        grew
    }

    /// Lays out the spans that are here, because something else is known of them.
    pub fn lay_anew(&mut self) {
        let folded: BTreeSet<usize> = self.waterfall.folds().collect();
        let mut waterfall = self.build();
        if !folded.is_empty() {
            waterfall.refold(|at| folded.contains(&at));
        }
        self.lay(waterfall);
    }

    fn build(&mut self) -> Waterfall {
        let skew = self.adjusted.is_some().then(|| self.skew());
        let columns = self.sheet.columns();
        self.lens.shift(skew.as_ref().map(|skew| columns.restarted(skew.starts(columns))));
        self.adjusted = skew;
        Waterfall::build(self.columns())
    }

    /// By how much clocks differ.
    pub fn skew(&mut self) -> Skew {
        let (sheet, lens) = self.study();
        Skew::find(sheet.columns(), lens.recorded())
    }

    /// Puts clocks right, or shows times as recorded.
    pub fn adjust(&mut self, on: bool) {
        if on != self.adjusted.is_some() {
            self.adjusted = on.then(Skew::default);
            self.lay_anew();
        }
    }

    /// By how much clocks are put right; `None` while times are shown as recorded.
    #[must_use]
    pub fn adjusted(&self) -> Option<&Skew> {
        self.adjusted.as_ref()
    }

    /// By how much a span is shown later than it was recorded, nanoseconds; 0 for most.
    #[must_use]
    pub fn shift(&self, span: usize) -> i64 {
        self.adjusted.as_ref().map_or(0, |skew| skew.of(self.sheet.columns(), span))
    }

    /// The spans' columns, with the times that are shown.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        self.lens.columns(&self.sheet)
    }

    /// Marks a critical path on the bars, or none.
    pub fn mark(&mut self, path: Option<Arc<Path>>) {
        self.path = path;
        self.edition = self.edition.wrapping_add(1);
    }

    /// What of a span is on the critical path, where that is marked: from when to when,
    /// nanoseconds from the trace's start.
    #[must_use]
    pub fn critical(&self, span: usize) -> Vec<(u64, u64)> {
        let stretches = self.path.as_ref().map_or(&[][..], |path| path.of(span));
        let start = self.waterfall.start().nanos();
        let from_start =
            |(from, to): &(u64, u64)| (from.saturating_sub(start), to.saturating_sub(start));
        stretches.iter().map(from_start).collect()
    }

    fn lay(&mut self, waterfall: Waterfall) {
        self.waterfall = waterfall;
        if self.through.is_some() {
            self.waterfall.sift(self.through.as_deref(), self.hide);
        }
        self.growth = self.growth.wrapping_add(1);
        self.edition = self.edition.wrapping_add(1);
    }

    /// The spans.
    #[must_use]
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// The spans, to make columns of their attributes, and what views and filters ask of all of
    /// them: their trees, their self times. That is made when first asked for after spans came.
    pub fn study(&mut self) -> (&mut Sheet, &mut Lens) {
        self.lens.update(&self.sheet);
        (&mut self.sheet, &mut self.lens)
    }

    /// Does a part of what is made there: about as much as so many spans take. Whether all is done.
    pub fn prepare(&mut self, size: usize) -> bool {
        self.lens.step(&self.sheet, size)
    }

    /// Makes a part of the column of an attribute, as above.
    pub fn column(&mut self, name: &str, size: usize) -> bool {
        self.sheet.ready(name, size)
    }

    /// Does a part of what running a filter takes, as above.
    pub fn ready(&mut self, query: &Query, size: usize) -> bool {
        self.lens.ready(&mut self.sheet, query, size)
    }

    /// Does a part of what completing a filter takes, as above.
    pub fn ready_to_complete(&mut self, text: &str, cursor: usize, size: usize) -> bool {
        self.lens.ready_to_complete(&mut self.sheet, text, cursor, size)
    }

    /// The spans' trees and self times, as they were last made.
    #[must_use]
    pub fn lens(&self) -> &Lens {
        &self.lens
    }

    /// The spans that a filter lets through.
    pub fn run(&mut self, query: &Query) -> Bits {
        self.lens.run(&mut self.sheet, query)
    }

    /// What may stand at a cursor in a filter, given in bytes; so many choices at most.
    pub fn complete(&mut self, text: &str, cursor: usize, most: usize) -> Completion {
        self.lens.complete(&mut self.sheet, text, cursor, most)
    }

    /// Draws pale what is not let through, or hides it.
    pub fn sift(&mut self, through: Option<Arc<Bits>>, hide: bool) {
        self.waterfall.sift(through.as_deref(), hide);
        (self.through, self.hide) = (through, hide);
        self.edition = self.edition.wrapping_add(1);
    }

    /// Whether a filter holds.
    #[must_use]
    pub fn sifted(&self) -> bool {
        self.through.is_some()
    }

    /// Chooses the next span that is let through, or the one before; on demand only those that
    /// failed. Whether there is any.
    pub fn seek(&mut self, back: bool, failed: bool) -> bool {
        let found = self.waterfall.seek(self.chosen, back, failed);
        found.inspect(|span| self.reveal(*span)).is_some()
    }

    /// Takes in what the trace has to do with others.
    pub fn relate(&mut self, kin: Kin) {
        self.kin = kin;
    }

    /// What the trace has to do with others.
    #[must_use]
    pub fn kin(&self) -> &Kin {
        &self.kin
    }

    /// The span that the trace is about.
    fn top(&self) -> Option<Span> {
        self.span(&self.waterfall.main_root()?)
    }

    /// What opened the trace: the operation and the page that its main root links to.
    #[must_use]
    pub fn openers(&self) -> Vec<(Opener, Relative)> {
        let top = self.top();
        let links = top.as_ref().map_or(&[][..], |span| &span.links);
        let opener = |link: &Link| {
            let kind = link.attributes.get(key::LINK_KIND).and_then(Value::as_text)?;
            Some((Opener::of(kind)?, self.kin.target(link)))
        };
        let mut openers: Vec<_> = links.iter().filter_map(opener).collect();
        order::sort(&mut openers, |_| 0, |one, other| one.0.cmp(&other.0));
        openers
    }

    /// The vitals of the page that the trace is about.
    #[must_use]
    pub fn vitals(&self) -> Vec<Vital> {
        self.top().as_ref().map(vitals).unwrap_or_default()
    }

    /// Its layout.
    #[must_use]
    pub fn waterfall(&self) -> &Waterfall {
        &self.waterfall
    }

    /// The span of a row, built anew, as it was recorded.
    #[must_use]
    pub fn span(&self, row: &Row) -> Option<Span> {
        self.sheet.span(row.span)
    }

    /// The span of a row with the times that are shown.
    #[must_use]
    pub fn timed(&self, row: &Row) -> Option<Span> {
        let mut span = self.span(row)?;
        span.shift(self.shift(row.span));
        Some(span)
    }

    /// The loose parts that a row heads: what they are called, and why.
    #[must_use]
    pub fn group(&self, row: &Row) -> Option<(String, String)> {
        let group = self.waterfall.groups().get(row.group?)?;
        let host = group.host.and_then(|host| self.sheet.span(host));
        Some((group.title(host.as_ref()), group.explain(host.as_ref())))
    }

    /// What is odd about the trace.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        problem::find(&self.waterfall, &self.sheet)
    }

    /// The trace.
    #[must_use]
    pub fn trace(&self) -> Option<TraceId> {
        self.sheet.columns().trace(0)
    }

    /// The trace in a few words.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let root = self.top();
        let root = root.as_ref();
        let url = root.and_then(|span| span.text(key::URL_FULL)).unwrap_or_default();
        Summary {
            title: root.map(label).unwrap_or_default(),
            url: url.to_owned(),
            spans: self.sheet.len(),
            errors: self.waterfall.errors(),
        }
    }

    /// The chosen span's index.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// The chosen row, unless a fold hides it.
    #[must_use]
    pub fn chosen_row(&self) -> Option<Row> {
        self.waterfall.find(self.chosen?)
    }

    /// Chooses the row at a place.
    pub fn choose(&mut self, at: usize) {
        self.chosen = self.waterfall.row(at).map(|row| row.span);
        self.led = false;
        self.moves = self.moves.wrapping_add(1);
    }

    /// Chooses a span by its index, and unfolds what hides it.
    pub fn reveal(&mut self, span: usize) {
        if self.waterfall.reveal(span).is_some() {
            self.chosen = Some(span);
            self.led = true;
            self.edition = self.edition.wrapping_add(1);
            self.moves = self.moves.wrapping_add(1);
        }
    }

    /// Chooses a span by its id; whether it is there.
    pub fn reveal_id(&mut self, id: SpanId) -> bool {
        let span = self.sheet.columns().find(id);
        span.inspect(|span| self.reveal(*span)).is_some()
    }

    /// Folds or unfolds the row at a place.
    pub fn fold(&mut self, at: usize, folded: bool) {
        self.waterfall.fold(at, folded);
        self.edition = self.edition.wrapping_add(1);
    }

    /// Folds or unfolds a level, or all. A choice that is folded away goes to what is left above it.
    pub fn level(&mut self, level: Level) {
        self.waterfall.level(level);
        let shown = self.chosen.and_then(|span| self.waterfall.shown(span));
        self.chosen = shown.and_then(|at| self.waterfall.row(at)).map(|row| row.span);
        self.moves = self.moves.wrapping_add(1);
        self.edition = self.edition.wrapping_add(1);
    }

    /// Follows a key; whether it meant anything here.
    pub fn step(&mut self, step: Step, page: usize) -> bool {
        let row = self.chosen_row();
        let to = match (step, row) {
            (Step::In, Some(row)) if row.folded => {
                self.fold(row.at, false);
                return true;
            }
            (Step::Out, Some(row)) if row.descendants > 0 && !row.folded => {
                self.fold(row.at, true);
                return true;
            }
            (Step::In, Some(row)) => (row.descendants > 0).then_some(row.at + 1),
            (Step::Out, Some(row)) => self.waterfall.parent(row.at),
            (step, row) => step.along(row.map(|row| row.at), self.waterfall.len(), page),
        };
        if let Some(at) = to {
            self.choose(at);
        }
        to.is_some()
    }
}

/// The same span among others. Ids alone do not tell doubled spans apart.
fn find(columns: &Columns, before: &Columns, old: usize) -> Option<usize> {
    let same = |at: &usize| columns.name(*at) == before.name(old);
    let first = columns.find(before.id(old)?)?;
    let doubled = columns.doubled().iter().map(|at| *at as usize);
    let doubled = doubled.filter(|at| columns.ids[*at] == before.ids[old]);
    std::iter::once(first).chain(doubled).find(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    fn picture() -> Picture {
        let mut picture = Picture::default();
        picture.grow(Sheet::of(&sample::spans()));
        picture
    }

    /// The names in view, the chosen one in brackets.
    fn names(picture: &Picture) -> String {
        let rows = picture.waterfall().rows(0..99);
        let name = |row: Row| {
            let name = label(&picture.span(&row).unwrap());
            if picture.chosen() == Some(row.span) { format!("[{name}]") } else { name }
        };
        rows.map(name).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn arrows_walk_fold_and_climb() {
        let mut picture = picture();
        let all = "page load /checkout, GET /checkout, GET /checkout, SELECT orders, \
                   POST /api/orders, POST /api/orders";
        assert_eq!(names(&picture), all);
        assert!(picture.step(Step::Down, 9) && picture.step(Step::Down, 9));
        assert!(picture.step(Step::In, 9));
        assert_eq!(picture.chosen_row().map(|row| row.at), Some(2), "into the first child");
        assert!(picture.step(Step::Out, 9));
        assert_eq!(
            names(&picture),
            "page load /checkout, GET /checkout, [GET /checkout], POST /api/orders, \
             POST /api/orders",
            "folded"
        );
        assert!(picture.step(Step::Out, 9));
        assert_eq!(picture.chosen_row().map(|row| row.at), Some(1), "climbed");
        assert!(picture.step(Step::Last, 9) && !picture.step(Step::In, 9));
        picture.reveal(3);
        assert_eq!(names(&picture), all.replace("SELECT orders", "[SELECT orders]"));
    }

    #[test]
    fn more_spans_keep_the_reader_s_place() {
        let mut picture = Picture::default();
        let mut early = sample::spans();
        early.truncate(3);
        picture.grow(Sheet::of(&early));
        picture.choose(1);
        picture.fold(1, true);
        let mut more = picture.clone();
        picture.grow(Sheet::of(&sample::spans()));
        let folded = "page load /checkout, [GET /checkout], POST /api/orders, POST /api/orders";
        assert_eq!(names(&picture), folded);
        let add = |sheet: &mut Sheet| {
            for span in &sample::spans() {
                sheet.push(span);
            }
        };
        assert!(more.grow_by(add));
        assert_eq!(names(&more), folded, "and when they are put to those that are here");
        let growth = more.growth;
        assert!(!more.grow_by(add) && more.growth == growth, "nothing came");
    }

    #[test]
    fn a_span_is_found_by_its_id_behind_folds() {
        let mut picture = picture();
        picture.fold(0, true);
        let moves = picture.moves;
        assert!(picture.reveal_id(sample::spans()[3].id));
        assert_eq!(picture.chosen_row().map(|row| row.at), Some(3));
        assert_ne!(picture.moves, moves);
        assert!(!picture.reveal_id("ffffffffffffffff".parse().unwrap()));
    }

    #[test]
    fn the_summary_is_about_the_page() {
        let summary = picture().summary();
        assert_eq!(summary.title, "page load /checkout");
        assert_eq!(summary.url, "https://shop.example/checkout?step=2");
        assert_eq!((summary.spans, summary.errors), (6, 1));
        assert_eq!(Picture::default().summary(), Summary::default());
    }

    #[test]
    fn a_request_s_trace_says_what_opened_it() {
        let (page, request) = sample::page();
        let mut picture = Picture::default();
        picture.relate(Kin::of(request.trace, Sheet::of([&page])));
        picture.grow(Sheet::of([&request]));
        let openers = picture.openers().into_iter();
        let said: Vec<_> = openers.map(|(opener, to)| (opener, to.name)).collect();
        let wanted =
            [(Opener::Operation, String::new()), (Opener::Page, "page load /checkout".to_owned())];
        assert_eq!(said, wanted);
    }

    #[test]
    fn a_choice_that_is_folded_away_goes_to_what_is_left_above_it() {
        let mut picture = picture();
        picture.choose(3);
        picture.level(Level::CollapseOne);
        assert_eq!(picture.chosen_row().map(|row| row.at), Some(2));
        picture.level(Level::CollapseAll);
        assert_eq!(names(&picture), "[page load /checkout]");
        Picture::default().level(Level::ExpandAll);
    }

    #[test]
    fn what_is_on_the_critical_path_is_told_from_the_traces_start() {
        let nanos = sample::NOW.nanos();
        let stretches = vec![trace::find::Stretch {
            span: 3,
            from: nanos + 142_000_000,
            to: nanos + 164_000_000,
        }];
        let mut picture = picture();
        let path = Path::new(&trace::find::Critical { stretches, parts: Vec::new() });
        picture.mark(Some(Arc::new(path)));
        assert_eq!(picture.critical(3), [(142_000_000, 164_000_000)]);
        assert!(picture.critical(2).is_empty());
    }

    #[test]
    fn keys_on_an_empty_picture_do_nothing() {
        let mut picture = Picture::default();
        assert!(!picture.step(Step::Down, 9) && !picture.step(Step::In, 9));
    }
}
