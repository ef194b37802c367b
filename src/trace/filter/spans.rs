//! Spans as what is filtered: their columns, their places in the trees, and what else was made
//! ready for the filter at hand.

use std::borrow::Cow;

use super::check::hex;
use super::run::by_number;
use super::{Bits, Facet, KINDS, Needle, Subject, Texts};
use crate::Value;
use crate::columns::{Columns, Flags};
use crate::tree::Tree;
use crate::waterfall::Marks;

/// A column of one attribute: each span's number, and the values by number, of which the first is
/// none.
#[derive(Clone, Copy, Debug)]
pub struct Attribute<'a> {
    /// Its name.
    pub name: &'a str,
    /// The number of each span's value.
    pub of: &'a [u32],
    /// Values by number.
    pub values: &'a [Value],
}

/// Spans, ready to be filtered.
#[derive(Clone, Copy)]
pub struct Spans<'a> {
    /// Their columns.
    pub columns: &'a Columns,
    /// Their trees.
    pub tree: &'a Tree,
    /// Their self times ([`crate::find::own_times`]).
    pub own: &'a [u64],
    /// The attributes that the filter asks for ([`super::Query::attributes`]).
    pub attributes: &'a [Attribute<'a>],
    /// All attributes that there are, with how many spans have each: for completion.
    pub names: &'a [(String, usize)],
    /// Spans with events.
    pub events: Option<&'a Bits>,
    /// Spans with links.
    pub links: Option<&'a Bits>,
    /// Looks for a text in what is not a column: values of attributes, names of events.
    pub search: Option<&'a dyn Fn(&Needle) -> Bits>,
}

impl<'a> Spans<'a> {
    /// Spans with nothing beside their columns.
    #[must_use]
    pub fn new(columns: &'a Columns, tree: &'a Tree, own: &'a [u64]) -> Self {
        let (attributes, names) = (&[], &[]);
        Self { columns, tree, own, attributes, names, events: None, links: None, search: None }
    }

    fn flagged(&self, flag: Flags) -> Bits {
        Bits::of(self.len(), |at| self.columns.flags[at].has(flag))
    }

    fn marked(&self, mark: Marks) -> Bits {
        self.by_row(|row| self.tree.marks(row).has(mark))
    }

    /// Spans whose row meets a condition.
    fn by_row(&self, meets: impl Fn(usize) -> bool) -> Bits {
        Bits::of(self.len(), |at| self.tree.row(at).is_some_and(&meets))
    }

    /// The text of each owner, by number.
    fn owners(&self, text: impl Fn(crate::columns::Owner) -> &'a str) -> Facet<'a> {
        let texts = self.columns.by().all().iter().map(|owner| Cow::Borrowed(text(*owner)));
        let of = Cow::Borrowed(&*self.columns.owners);
        Facet::Texts { of, texts: Texts::List(texts.collect()) }
    }

    /// One of a few words for each span.
    fn words(&self, words: &'static [&'static str], which: impl Fn(Flags) -> u32) -> Facet<'a> {
        let of = self.columns.flags.iter().map(|flags| which(*flags)).collect();
        let texts = Texts::List(words.iter().map(|word| Cow::Borrowed(*word)).collect());
        Facet::Texts { of: Cow::Owned(of), texts }
    }

    fn numbers(&self, number: impl Fn(usize) -> u64) -> Facet<'a> {
        let of = Cow::Owned((0..self.len()).map(number).collect());
        Facet::Numbers { of, scale: 1.0 }
    }

    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than a double's digits")]
    fn percent(&self) -> f64 {
        100.0 / self.tree.length().max(1) as f64
    }
}

impl Subject for Spans<'_> {
    fn len(&self) -> usize {
        self.columns.len().min(self.tree.len())
    }

    fn field(&self, name: &str) -> Option<Facet<'_>> {
        let columns = self.columns;
        let scopes = columns.by().scopes();
        Some(match name {
            "service" => self.owners(|owner| columns.words().get(owner.service)),
            "scope" => self
                .owners(|owner| scopes.get(owner.scope as usize).map_or("", |scope| &*scope.name)),
            "name" => Facet::Texts {
                of: Cow::Borrowed(&columns.names),
                texts: Texts::Words(columns.words()),
            },
            "kind" => self.words(&KINDS, |flags| flags.kind().number().unsigned_abs()),
            "status" => self.words(&["ok", "error"], |flags| u32::from(flags.has(Flags::ERROR))),
            "error" => Facet::Truths(self.flagged(Flags::ERROR)),
            "duration" => Facet::Numbers { of: Cow::Borrowed(&columns.lengths), scale: 1.0 },
            "self" => Facet::Numbers { of: Cow::Borrowed(self.own), scale: 1.0 },
            "share" => {
                Facet::Numbers { of: Cow::Borrowed(&columns.lengths), scale: self.percent() }
            }
            "start" => {
                let first = self.tree.start().nanos();
                self.numbers(|at| columns.starts[at].saturating_sub(first))
            }
            "depth" => self
                .numbers(|at| self.tree.row(at).map_or(0, |row| u64::from(self.tree.depth(row)))),
            "id" => Facet::Ids(&columns.ids),
            "parent" => Facet::Ids(&columns.parents),
            "trace" => {
                let known = columns.known_traces().iter();
                let texts = Texts::List(known.map(|id| Cow::Owned(id.to_string())).collect());
                Facet::Texts { of: Cow::Borrowed(&columns.traces), texts }
            }
            _ => return None,
        })
    }

    fn attribute(&self, name: &str) -> Option<Facet<'_>> {
        let found = self.attributes.iter().find(|attribute| attribute.name == name)?;
        Some(Facet::Values { of: found.of.into(), values: found.values.into() })
    }

    fn part(&self, name: &str) -> Option<Bits> {
        Some(match name {
            "error" => self.flagged(Flags::ERROR),
            "late" => self.flagged(Flags::LATE),
            "backward" => self.flagged(Flags::BACKWARD),
            "untimed" => self.flagged(Flags::UNTIMED),
            "browser" => self.flagged(Flags::BROWSER),
            "orphan" => self.marked(Marks::ORPHAN),
            "cycle" => self.marked(Marks::CYCLE),
            "duplicate" => self.marked(Marks::DUPLICATE),
            "parent" => self.by_row(|row| self.tree.parent(row).is_some()),
            "children" => self.by_row(|row| self.tree.end(row) > row + 1),
            "event" => return self.events.cloned(),
            "link" => return self.links.cloned(),
            _ => return None,
        })
    }

    fn search(&self, needle: &Needle) -> Bits {
        let columns = self.columns;
        let words = columns.words();
        let mut bits = by_number(self.len(), &columns.names, words.len(), |name| {
            needle.is_in(words.get(name))
        });
        let owners = columns.by();
        bits.or(&by_number(self.len(), &columns.owners, owners.all().len(), |owner| {
            needle.is_in(words.get(owners.get(owner).service))
        }));
        if needle.is_id() {
            bits.or(&Bits::of(self.len(), |at| needle.is_in(&hex(columns.ids[at]))));
            let known = columns.known_traces();
            bits.or(&by_number(self.len(), &columns.traces, known.len(), |trace| {
                known.get(trace as usize).is_some_and(|id| needle.is_in(&id.to_string()))
            }));
        }
        if let Some(search) = self.search {
            bits.or(&search(needle));
        }
        bits
    }

    fn attributes(&self) -> Vec<(String, usize)> {
        self.names.to_vec()
    }
}
