//! Which paths of a comparison are shown: all or some, as a tree with folds or as a flat list by
//! rank; and which of them is chosen.

use trace::compare::Paths;
use trace::order;

use super::grid::Deed;
use surface::cursor::Step;

const NONE: u32 = u32::MAX;

/// What is shown of paths, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    parents: Vec<u32>,
    depths: Vec<u32>,
    /// One past the last path below each.
    ends: Vec<u32>,
    folded: Vec<bool>,
    wanted: Vec<Wanted>,
    /// By rank; `None` for a tree.
    ranked: Option<Vec<u32>>,
    /// What is shown, in order.
    shown: Vec<u32>,
    chosen: Option<usize>,
}

/// Whether a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// It is left out.
    No,
    /// It leads to one that is.
    Leads,
    /// It is.
    Yes,
}

impl Outline {
    /// All paths, as a tree that is open.
    #[must_use]
    pub fn of(paths: &Paths) -> Self {
        let count = paths.len();
        let mut new = Self {
            folded: vec![false; count],
            wanted: vec![Wanted::Yes; count],
            ..Self::default()
        };
        for path in (0..count).filter_map(|at| paths.get(at)) {
            new.parents.push(path.parent.map_or(NONE, number));
            new.depths.push(path.depth);
        }
        new.ends = (1..).take(count).collect();
        for at in (0..count).rev() {
            let (parent, end) = (new.parents[at] as usize, new.ends[at]);
            if let Some(above) = new.ends.get_mut(parent) {
                *above = end.max(*above);
            }
        }
        new.lay();
        new
    }

    /// Shows what `keep` says, with what leads there; or, by a rank, the largest first and nothing
    /// else.
    pub fn arrange(&mut self, keep: impl Fn(usize) -> bool, rank: Option<&dyn Fn(usize) -> u64>) {
        let count = self.wanted.len();
        for (at, wanted) in self.wanted.iter_mut().enumerate() {
            *wanted = if keep(at) { Wanted::Yes } else { Wanted::No };
        }
        for at in (0..count).rev().filter(|_| rank.is_none()) {
            let parent = self.parents[at] as usize;
            let leads = self.wanted[at] != Wanted::No;
            if let Some(above) = self.wanted.get_mut(parent).filter(|above| **above == Wanted::No) {
                *above = if leads { Wanted::Leads } else { Wanted::No };
            }
        }
        self.ranked = rank.map(|rank| {
            let kept = (0..count).filter(|at| self.wanted[*at] == Wanted::Yes);
            let mut ranked: Vec<(u64, u32)> = kept.map(|at| (rank(at), number(at))).collect();
            order::sort_by_rank(&mut ranked, |it| !it.0);
            ranked.into_iter().map(|(_, at)| at).collect()
        });
        self.lay();
    }

    fn lay(&mut self) {
        if let Some(ranked) = &self.ranked {
            self.shown.clone_from(ranked);
            return;
        }
        self.shown.clear();
        let mut at = 0;
        while let Some(wanted) = self.wanted.get(at) {
            if *wanted != Wanted::No {
                self.shown.push(number(at));
            }
            at = if self.folded[at] { self.ends[at] as usize } else { at + 1 };
        }
    }

    /// How many are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// Whether none is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The path at a place.
    #[must_use]
    pub fn path(&self, place: usize) -> Option<usize> {
        self.shown.get(place).map(|at| *at as usize)
    }

    /// The place of the chosen path, while it is shown.
    #[must_use]
    pub fn place(&self) -> Option<usize> {
        self.place_of(self.chosen?)
    }

    fn place_of(&self, path: usize) -> Option<usize> {
        self.shown.iter().position(|at| *at as usize == path)
    }

    /// The chosen path.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// Chooses the path at a place.
    pub fn choose(&mut self, place: usize) {
        self.chosen = self.path(place).or(self.chosen);
    }

    /// How deep a path is shown, from 1.
    #[must_use]
    pub fn level(&self, path: usize) -> u32 {
        if self.ranked.is_some() { 1 } else { self.depths[path] + 1 }
    }

    /// Whether a path is only there because it leads to others.
    #[must_use]
    pub fn leads(&self, path: usize) -> bool {
        self.wanted[path] == Wanted::Leads
    }

    /// Whether what is below a path is open; `None` where nothing can be.
    #[must_use]
    pub fn open(&self, path: usize) -> Option<bool> {
        let parent = self.ranked.is_none() && self.ends[path] as usize > path + 1;
        parent.then(|| !self.folded[path])
    }

    /// Folds the path at a place, or unfolds it.
    pub fn fold(&mut self, place: usize) {
        if let Some(path) = self.path(place).filter(|path| self.open(*path).is_some()) {
            self.folded[path] = !self.folded[path];
            self.lay();
        }
    }

    /// Carries out what the reader does; whether it meant anything.
    pub fn follow(&mut self, deed: Deed) -> bool {
        match deed {
            Deed::Choose(place) => self.choose(place),
            Deed::Fold(place) => self.fold(place),
            Deed::Step(step, page) => return self.step(step, page),
        }
        true
    }

    /// Follows a key; whether it meant anything here.
    fn step(&mut self, step: Step, page: usize) -> bool {
        let at = self.place();
        let path = self.chosen.filter(|_| at.is_some());
        let open = path.and_then(|path| self.open(path));
        let to = match (step, at, open) {
            (Step::In, Some(at), Some(false)) | (Step::Out, Some(at), Some(true)) => {
                self.fold(at);
                return true;
            }
            (Step::In, Some(at), Some(true)) => Some(at + 1),
            (Step::Out, ..) => {
                let parent = path.and_then(|path| self.parents.get(path)).map(|at| *at as usize);
                parent.filter(|_| self.ranked.is_none()).and_then(|parent| self.place_of(parent))
            }
            (step, at, _) => step.along(at, self.len(), page),
        };
        if let Some(at) = to {
            self.choose(at);
        }
        to.is_some()
    }
}

/// A place in lists that no trace outgrows: spans are numbered by 32 bits.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}
