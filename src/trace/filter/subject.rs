//! What is filtered: rows, given as columns.

use std::borrow::Cow;

use super::{Bits, Needle};
use crate::Value;
use crate::columns::Words;
use crate::order;

/// Rows with fields.
pub trait Subject {
    /// How many rows there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A field of the language, for all rows; `None` when there is none here.
    fn field(&self, name: &str) -> Option<Facet<'_>>;

    /// An attribute, for all rows; `None` when no row has it.
    fn attribute(&self, name: &str) -> Option<Facet<'_>>;

    /// The rows that have a part of this name; `None` when it is not known.
    fn part(&self, _name: &str) -> Option<Bits> {
        None
    }

    /// The rows in which a text stands.
    fn search(&self, needle: &Needle) -> Bits;

    /// The attributes that there are, with how many rows have each.
    fn attributes(&self) -> Vec<(String, usize)> {
        Vec::new()
    }
}

/// One field of all rows.
#[derive(Clone, Debug)]
pub enum Facet<'a> {
    /// Each row has one of the texts, by number. An empty one is none.
    Texts {
        /// The row's number.
        of: Cow<'a, [u32]>,
        /// The text of a number.
        texts: Texts<'a>,
    },
    /// Each row has one of the values, by number. An empty one is none.
    Values {
        /// The row's number.
        of: Cow<'a, [u32]>,
        /// The value of a number.
        values: Cow<'a, [Value]>,
    },
    /// Numbers, each times `scale`.
    Numbers {
        /// The row's number.
        of: Cow<'a, [u64]>,
        /// What one is: nanoseconds for times, percent for shares.
        scale: f64,
    },
    /// Whether it holds.
    Truths(Bits),
    /// Ids as numbers; 0 is none.
    Ids(&'a [u64]),
}

/// Texts by number.
#[derive(Clone, Debug)]
pub enum Texts<'a> {
    /// Words of columns.
    Words(&'a Words),
    /// A list.
    List(Vec<Cow<'a, str>>),
}

impl Texts<'_> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Words(words) => words.len(),
            Self::List(list) => list.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a number; empty when there is none.
    #[must_use]
    pub fn get(&self, number: u32) -> &str {
        match self {
            Self::Words(words) => words.get(number),
            Self::List(list) => list.get(number as usize).map_or("", AsRef::as_ref),
        }
    }
}

impl Facet<'_> {
    /// How many rows have each value, for those that can be counted: texts, values and truths.
    #[must_use]
    pub fn counts(&self) -> Vec<(String, usize)> {
        match self {
            Self::Texts { of, texts } => {
                let counts = tally(of, texts.len());
                let all = (0..).zip(counts).map(|(at, count)| (texts.get(at).to_owned(), count));
                there(all)
            }
            Self::Values { of, values } => {
                let counts = tally(of, values.len());
                there(values.iter().map(ToString::to_string).zip(counts))
            }
            Self::Truths(bits) => {
                let yes = bits.count();
                vec![("true".to_owned(), yes), ("false".to_owned(), bits.len() - yes)]
            }
            Self::Numbers { .. } | Self::Ids(_) => Vec::new(),
        }
    }
}

/// How often each number occurs.
fn tally(of: &[u32], numbers: usize) -> Vec<usize> {
    let mut counts = vec![0; numbers];
    for number in of {
        if let Some(count) = counts.get_mut(*number as usize) {
            *count += 1;
        }
    }
    counts
}

/// Texts that there are, equal ones together.
fn there(all: impl Iterator<Item = (String, usize)>) -> Vec<(String, usize)> {
    let mut found: Vec<_> = all.filter(|(text, count)| *count > 0 && !text.is_empty()).collect();
    order::sort(&mut found, |_| 0, Ord::cmp);
    found.dedup_by(|next, last| {
        let same = next.0 == last.0;
        last.1 += if same { next.1 } else { 0 };
        same
    });
    found
}
