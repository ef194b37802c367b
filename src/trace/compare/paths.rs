//! The paths of several traces: one tree in which each has its spans.

use super::Grown;
use crate::columns::{Pool, Words};

/// No span, no path.
const NONE: u32 = u32::MAX;

/// The paths of several traces, in reading order: each one behind its parent.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    nodes: Vec<Node>,
    /// The span at each path, for each trace.
    spans: Vec<Vec<u32>>,
    words: Words,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    depth: u32,
    service: u32,
    name: u32,
    nth: u32,
    first: u32,
}

/// A path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    /// The path above it, by its index.
    pub parent: Option<usize>,
    /// Paths above it.
    pub depth: u32,
    /// The service of its spans.
    pub service: &'a str,
    /// Their name.
    pub name: &'a str,
    /// How many alike come before it under its parent.
    pub nth: u32,
    /// The first of those.
    pub first: usize,
}

impl Paths {
    /// The paths of traces. Linear in their spans.
    #[must_use]
    pub fn of(traces: &[Grown<'_>]) -> Self {
        let mut build = Build::default();
        traces.iter().for_each(|trace| build.add(*trace));
        build.done()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Path<'_>> {
        let node = self.nodes.get(at)?;
        Some(Path {
            parent: Some(node.parent).filter(|it| *it != NONE).map(|it| it as usize),
            depth: node.depth,
            service: self.words.get(node.service),
            name: self.words.get(node.name),
            nth: node.nth,
            first: node.first as usize,
        })
    }

    /// The span that a trace has at a path, as an index into its columns.
    #[must_use]
    pub fn span(&self, at: usize, trace: usize) -> Option<usize> {
        let span = self.spans.get(trace)?.get(at)?;
        Some(*span).filter(|span| *span != NONE).map(|span| span as usize)
    }

    /// How many traces there are.
    #[must_use]
    pub fn traces(&self) -> usize {
        self.spans.len()
    }

    /// Puts paths into reading order; they come in the order in which they were met, in which
    /// children of different traces are apart.
    fn order(&mut self) {
        let count = self.nodes.len();
        // Children as lists: the first of each, and the next after each.
        let (mut first, mut next) = (vec![NONE; count], vec![NONE; count]);
        let mut roots = NONE;
        for at in (0..u32::try_from(count).unwrap_or(NONE)).rev() {
            let node = self.nodes[at as usize];
            let head = first.get_mut(node.parent as usize).unwrap_or(&mut roots);
            next[at as usize] = *head;
            *head = at;
        }
        let mut placed = vec![NONE; count];
        let mut nodes = Vec::with_capacity(count);
        let mut order = Vec::with_capacity(count);
        let mut open = vec![roots];
        while let Some(at) = open.pop() {
            let Some(node) = self.nodes.get(at as usize) else { continue };
            placed[at as usize] = u32::try_from(nodes.len()).unwrap_or(NONE);
            let parent = placed.get(node.parent as usize).copied().unwrap_or(NONE);
            // The first of those alike was met first, and so is placed before the others.
            let alike = placed.get(node.first as usize).copied().unwrap_or(NONE);
            nodes.push(Node { parent, first: alike, ..*node });
            order.push(at);
            open.extend([next[at as usize], first[at as usize]]);
        }
        for spans in &mut self.spans {
            spans.resize(count, NONE);
            *spans = order.iter().map(|at| spans[*at as usize]).collect();
        }
        self.nodes = nodes;
    }
}

/// Paths while traces are read, one after the other: many traces are many steps.
#[derive(Clone, Debug, Default)]
pub struct Build {
    paths: Paths,
    /// Parent, service and name, as bytes: what siblings that are alike share.
    alike: Pool,
    /// What is known of each.
    all: Vec<Alike>,
    /// Which of the alike, and which one of them, where it is not the first: most are.
    later: Pool,
    /// The paths of those.
    laters: Vec<u32>,
}

/// One trace's words among those of all, each looked up once.
struct Shared<'a> {
    own: &'a Words,
    known: Vec<Option<u32>>,
}

impl<'a> Shared<'a> {
    fn new(own: &'a Words) -> Self {
        Self { own, known: vec![None; own.len()] }
    }

    fn word(&mut self, word: u32, all: &mut Words) -> u32 {
        match self.known.get_mut(word as usize) {
            Some(known) => *known.get_or_insert_with(|| all.intern(self.own.get(word))),
            None => Words::EMPTY,
        }
    }
}

/// Siblings that are alike.
#[derive(Clone, Copy, Debug)]
struct Alike {
    /// The trace that is being read, and how many of them came in it so far.
    trace: usize,
    count: u32,
    /// The path of the first.
    first: u32,
}

impl Build {
    /// Takes in the next trace.
    pub fn add(&mut self, trace: Grown<'_>) {
        self.add_named(trace, &trace.0.names, trace.0.words());
    }

    /// The same, by other names than the spans' own: a word for each span.
    pub fn add_named(&mut self, (columns, tree): Grown<'_>, names: &[u32], named: &Words) {
        let trace = self.paths.spans.len();
        let mut services = Shared::new(columns.words());
        let mut names_of = Shared::new(named);
        let words = &mut self.paths.words;
        let name = |at: usize| names.get(at).copied().unwrap_or(Words::EMPTY);
        let keys: Vec<[u32; 2]> = (0..tree.len())
            .map(|row| tree.span(row))
            .map(|at| {
                let service = services.word(columns.owner_of(at).service, words);
                [service, names_of.word(name(at), words)]
            })
            .collect();
        let mut paths = vec![NONE; tree.len()];
        let mut spans = vec![NONE; self.paths.nodes.len()];
        for (row, [service, name]) in keys.into_iter().enumerate() {
            let parent = tree.parent(row).map_or(NONE, |parent| paths[parent]);
            let path = self.path(trace, parent, service, name);
            paths[row] = path;
            spans.resize(self.paths.nodes.len(), NONE);
            if let Some(span) = spans.get_mut(path as usize) {
                *span = u32::try_from(tree.span(row)).unwrap_or(NONE);
            }
        }
        self.paths.spans.push(spans);
    }

    /// The paths of all that were taken in.
    #[must_use]
    pub fn done(mut self) -> Paths {
        self.paths.order();
        self.paths
    }

    /// The path of the next span of this name under a parent.
    fn path(&mut self, trace: usize, parent: u32, service: u32, name: u32) -> u32 {
        // Number 0 of a pool is that of no bytes, which are no key.
        let key = [parent, service, name].map(u32::to_be_bytes);
        let alike = self.alike.intern(key.as_flattened()).saturating_sub(1);
        let next = u32::try_from(self.paths.nodes.len()).unwrap_or(NONE);
        if alike as usize >= self.all.len() {
            self.all.push(Alike { trace, count: 0, first: next });
        }
        let known = &mut self.all[alike as usize];
        let nth = if known.trace == trace { known.count } else { 0 };
        (known.trace, known.count) = (trace, nth + 1);
        let first = known.first;
        let path = if nth == 0 { first } else { self.later(alike, nth, next) };
        if path == next {
            let above = self.paths.nodes.get(parent as usize);
            let depth = above.map_or(0, |above| above.depth + 1);
            self.paths.nodes.push(Node { parent, depth, service, name, nth, first });
        }
        path
    }

    /// The path of one that is not the first of its kind; `next`, where it is new.
    fn later(&mut self, alike: u32, nth: u32, next: u32) -> u32 {
        let key = [alike, nth].map(u32::to_be_bytes);
        let number = self.later.intern(key.as_flattened()).saturating_sub(1) as usize;
        if number >= self.laters.len() {
            self.laters.push(next);
        }
        self.laters.get(number).copied().unwrap_or(NONE)
    }
}
