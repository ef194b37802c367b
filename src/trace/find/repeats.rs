//! Repeats: one parent that asks the same thing again and again (N+1).

use crate::Value;
use crate::columns::Columns;
use crate::columns::Words;
use crate::order;
use crate::tree::Tree;

use super::shape;

/// So many are a repeat.
pub const FEWEST: usize = 3;

/// An attribute that tells what is asked, as a column: each span's number, and the values by
/// number, of which the first is none.
#[derive(Clone, Copy, Debug)]
pub struct Detail<'a> {
    /// Whether its values are addresses, not statements.
    pub address: bool,
    /// The number of each span's value.
    pub of: &'a [u32],
    /// Values by number.
    pub values: &'a [Value],
}

/// The same, asked by one parent several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Who asked, as an index into the columns.
    pub parent: usize,
    /// The spans that are the same, by start.
    pub spans: Vec<usize>,
    /// The shape that they share; empty when all that they share is their name.
    pub shape: String,
    /// The sum of their lengths, nanoseconds.
    pub total: u64,
    /// The time in which at least one of them ran: what their parent could save.
    pub covered: u64,
}

impl Repeat {
    /// How much of some time it takes, as the trace's: between 0 and 1.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than a double's digits")]
    pub fn share(&self, of: u64) -> f64 {
        (self.covered as f64 / of.max(1) as f64).min(1.0)
    }

    /// Whether one waited for the other: at most a tenth of their time was shared.
    #[must_use]
    pub fn in_turn(&self) -> bool {
        self.covered >= self.total - self.total / 10
    }
}

/// The repeats of a trace, those that take the most time first. A span is compared by its service,
/// its name and the first detail that it has. A sort, otherwise linear.
#[must_use]
pub fn repeats(spans: &Columns, tree: &Tree, details: &[Detail<'_>]) -> Vec<Repeat> {
    let shapes = Shapes::read(spans.len(), details);
    let mut keyed: Vec<([u32; 4], usize)> = (0..tree.len())
        .filter_map(|row| {
            let at = tree.span(row);
            let parent = u32::try_from(tree.parent(row)?).ok()?;
            let key = [parent, spans.owner_of(at).service, spans.names[at], shapes.of(at)];
            Some((key, row))
        })
        .collect();
    order::sort(&mut keyed, |(key, _)| order::both(key[0], key[1]), Ord::cmp);
    let same = keyed.chunk_by(|one, other| one.0 == other.0);
    let many = same.filter(|group| group.len() >= FEWEST);
    let mut found: Vec<Repeat> = many
        .map(|group| {
            let ([parent, _, _, shape], _) = group[0];
            let rows = group.iter().map(|(_, row)| tree.span(*row)).collect();
            let shape = shapes.words.get(shape).to_owned();
            repeat(spans, tree.span(parent as usize), rows, shape)
        })
        .collect();
    order::sort_by_rank(&mut found, |repeat| !repeat.covered);
    found
}

fn repeat(columns: &Columns, parent: usize, spans: Vec<usize>, shape: String) -> Repeat {
    let (mut total, mut covered, mut until) = (0_u64, 0, 0);
    for at in &spans {
        let (start, end) = (columns.starts[*at], columns.end(*at));
        total = total.saturating_add(columns.lengths[*at]);
        covered += end.saturating_sub(start.max(until));
        until = until.max(end);
    }
    Repeat { parent, spans, shape, total, covered }
}

/// The shape of each span's detail, as a word. Each distinct value is reduced once.
struct Shapes {
    words: Words,
    of: Vec<u32>,
}

impl Shapes {
    fn read(len: usize, details: &[Detail<'_>]) -> Self {
        let mut shapes = Self { words: Words::default(), of: vec![Words::EMPTY; len] };
        for detail in details {
            let mut known: Vec<Option<u32>> = vec![None; detail.values.len()];
            for (of, number) in shapes.of.iter_mut().zip(detail.of) {
                let Some(known) = known.get_mut(*number as usize) else { continue };
                if *of != Words::EMPTY || *number == 0 {
                    continue;
                }
                let words = &mut shapes.words;
                let reduced = || match &detail.values[*number as usize] {
                    Value::Text(text) if detail.address => words.intern(&shape::address(text)),
                    Value::Text(text) => words.intern(&shape::statement(text)),
                    _ => Words::EMPTY,
                };
                *of = *known.get_or_insert_with(reduced);
            }
        }
        shapes
    }

    fn of(&self, at: usize) -> u32 {
        self.of.get(at).copied().unwrap_or_default()
    }
}
