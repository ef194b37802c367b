//! The critical path by span: which stretches of a bar are on it.

use trace::find::Critical;
use trace::order;

/// Stretches that are told of one span, at most: a bar has no room for more.
const MOST: usize = 200;

/// A critical path, ready to be looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Spans that are on it, ascending, with where their stretches end in `times`.
    spans: Vec<(usize, usize)>,
    /// From when to when, nanoseconds since 1970; by span and time.
    times: Vec<(u64, u64)>,
}

impl Path {
    /// Orders a path by span.
    #[must_use]
    pub fn new(critical: &Critical) -> Self {
        let mut all: Vec<(usize, u64, u64)> =
            critical.stretches.iter().map(|it| (it.span, it.from, it.to)).collect();
        order::sort(&mut all, |it| it.0 as u64, Ord::cmp);
        let mut path = Self::default();
        for group in all.chunk_by(|one, next| one.0 == next.0) {
            path.times.extend(group.iter().take(MOST).map(|(_, from, to)| (*from, *to)));
            path.spans.push((group[0].0, path.times.len()));
        }
        path
    }

    /// A span's stretches, by time; none where it is not on the path.
    #[must_use]
    pub fn of(&self, span: usize) -> &[(u64, u64)] {
        let Ok(at) = self.spans.binary_search_by_key(&span, |(span, _)| *span) else { return &[] };
        let from = at.checked_sub(1).map_or(0, |before| self.spans[before].1);
        &self.times[from..self.spans[at].1]
    }
}

#[cfg(test)]
mod tests {
    use trace::find::Stretch;

    use super::*;

    #[test]
    fn stretches_are_found_by_their_span() {
        let stretch = |span, from, to| Stretch { span, from, to };
        let stretches = vec![stretch(4, 0, 10), stretch(2, 10, 20), stretch(4, 20, 30)];
        let path = Path::new(&Critical { stretches, parts: Vec::new() });
        assert_eq!(path.of(4), [(0, 10), (20, 30)]);
        assert_eq!(path.of(2), [(10, 20)]);
        assert_eq!((path.of(3), path.of(9)), (&[][..], &[][..]));
    }

    #[test]
    fn a_span_that_is_waited_for_again_and_again_has_an_end() {
        let stretches = (0..9_999).map(|at| Stretch { span: 0, from: at, to: at + 1 }).collect();
        assert_eq!(Path::new(&Critical { stretches, parts: Vec::new() }).of(0).len(), MOST);
    }
}
