//! What is worth looking at in a trace: errors and where they began, the critical path, repeats,
//! gaps, the biggest self times, and what keeps it from being a tree.
//!
//! Owns no picture and no words: each find names spans, as indices into the columns, and times.
//! Every one is linear or takes a sort, and none recurses: a trace may be as deep, as wide and as
//! broken as it likes.

mod critical;
mod faults;
mod flaws;
mod gaps;
mod own;
mod repeats;
pub mod shape;

use crate::columns::Columns;
use crate::tree::Tree;

pub use critical::{Critical, Stretch};
pub use faults::{Fault, faults};
pub use flaws::{Flaws, Missing};
pub use gaps::{Gap, gaps};
pub use own::{Heavy, heaviest, own_times};
pub use repeats::{Detail, FEWEST, Repeat, repeats};

/// A gap that is told is at least this share of its root.
const GAP_SHARE: u64 = 50;
/// It is at least so long, nanoseconds: below, it is the price of measuring.
const GAP_LEAST: u64 = 1_000_000;
/// Self times that are told.
const HEAVIEST: usize = 20;

/// All that is worth looking at in a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finds {
    /// What failed, where errors began first.
    pub faults: Vec<Fault>,
    /// The critical path of what the trace is about.
    pub critical: Critical,
    /// What was asked again and again.
    pub repeats: Vec<Repeat>,
    /// Where nothing is traced, the longest first.
    pub gaps: Vec<Gap>,
    /// Each span's self time, nanoseconds; none after a look in steps, which is given them.
    pub own: Vec<u64>,
    /// Operations by self time, the biggest first.
    pub heaviest: Vec<Heavy>,
    /// What is odd.
    pub flaws: Flaws,
}

/// A part of the look at a trace, so that others may go first between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What failed.
    Faults,
    /// The critical path.
    Critical,
    /// Repeats.
    Repeats,
    /// Gaps.
    Gaps,
    /// Self times.
    Heaviest,
    /// What is odd.
    Flaws,
}

impl Stage {
    /// All of them; none needs another's result.
    pub const ALL: [Self; 6] =
        [Self::Faults, Self::Critical, Self::Repeats, Self::Gaps, Self::Heaviest, Self::Flaws];
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The spans.
    pub spans: &'a Columns,
    /// Their trees.
    pub tree: &'a Tree,
    /// Their self times ([`own_times`]).
    pub own: &'a [u64],
    /// The attributes that tell statements and addresses.
    pub details: &'a [Detail<'a>],
}

impl Finds {
    /// Looks through a trace. `details` are the attributes that tell statements and addresses.
    #[must_use]
    pub fn look(spans: &Columns, tree: &Tree, details: &[Detail<'_>]) -> Self {
        let own = own_times(spans, tree);
        let mut found = Self::default();
        for stage in Stage::ALL {
            found.step(stage, &Scene { spans, tree, own: &own, details });
        }
        Self { own, ..found }
    }

    /// Looks for one kind of thing.
    pub fn step(&mut self, stage: Stage, scene: &Scene<'_>) {
        let Scene { spans, tree, own, details } = *scene;
        let root = tree.main();
        match stage {
            Stage::Faults => self.faults = faults(spans, tree),
            Stage::Critical => {
                let path = root.map(|row| Critical::find(spans, tree, row));
                self.critical = path.unwrap_or_default();
            }
            Stage::Repeats => self.repeats = repeats(spans, tree, details),
            Stage::Gaps => {
                let length = root.map_or(0, |row| spans.lengths[tree.span(row)]);
                let least = (length / GAP_SHARE).max(GAP_LEAST);
                let found = root.map(|row| gaps(spans, tree, row, least));
                self.gaps = found.unwrap_or_default();
            }
            Stage::Heaviest => self.heaviest = heaviest(spans, own, HEAVIEST),
            Stage::Flaws => self.flaws = Flaws::find(spans, tree),
        }
    }
}

#[cfg(test)]
mod tests;
