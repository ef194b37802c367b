//! A trace that was read to be laid beside others.

use otlp::Sheet;
use trace::columns::Flags;
use trace::compare::Build;
use trace::tree::Tree;
use trace::waterfall::label;
use trace::{Timestamp, TraceId};

use super::naming::Naming;
use surface::address;

/// A trace, whole.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Which.
    pub trace: TraceId,
    /// Its spans.
    pub sheet: Sheet,
    /// What its main root is called; empty without spans.
    pub title: String,
    /// Spans that failed.
    pub errors: usize,
    /// What could not be read of it, in words; may be empty.
    pub trouble: String,
    /// The file that it is of; empty where the journal has it.
    pub file: String,
    tree: Tree,
    naming: Naming,
}

impl Loaded {
    /// Looks a trace over that was read.
    #[must_use]
    pub fn of(trace: TraceId, mut sheet: Sheet, trouble: String) -> Self {
        let tree = Tree::grow(sheet.columns());
        let naming = Naming::of(&mut sheet, &tree);
        let main = tree.main().and_then(|row| sheet.span(tree.span(row)));
        let title = main.as_ref().map(label).unwrap_or_default();
        let failed = |flags: &&Flags| flags.has(Flags::ERROR);
        let errors = sheet.columns().flags.iter().filter(failed).count();
        Self { trace, sheet, title, errors, trouble, file: String::new(), tree, naming }
    }

    /// The same trace, from a file.
    #[must_use]
    pub fn from_file(self, file: String) -> Self {
        Self { file, ..self }
    }

    /// Puts its paths to those of others.
    pub fn join(&self, build: &mut Build) {
        let grown = (self.sheet.columns(), &self.tree);
        build.add_named(grown, &self.naming.names, &self.naming.words);
    }

    /// When it began.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.tree.start()
    }

    /// Nanoseconds from its first start to its last end.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.tree.length()
    }

    /// Whether one of its spans failed.
    #[must_use]
    pub fn failed(&self, span: usize) -> bool {
        self.sheet.columns().flags.get(span).is_some_and(|flags| flags.has(Flags::ERROR))
    }

    /// The dashboard's address of one of its spans; empty where the trace is only in a file.
    #[must_use]
    pub fn link(&self, span: usize) -> String {
        if !self.file.is_empty() {
            return String::new();
        }
        let columns = self.sheet.columns();
        address::dashboard(columns.trace(span).unwrap_or(self.trace), columns.id(span))
    }
}
