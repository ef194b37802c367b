//! Percentiles by the nearest rank: numbers that are there, and none between them.

use trace::order::rank;

use super::Spread;

/// Numbers that are to be told apart. What is not finite is left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample(Vec<u64>);

impl Sample {
    pub(super) fn add(&mut self, number: f64) {
        if number.is_finite() {
            // As whole numbers none is beside the order, and all have one selection.
            self.0.push(rank(number));
        }
    }

    /// The 75th of a hundred; `None` of nothing.
    pub(super) fn high(mut self) -> Option<f64> {
        (!self.0.is_empty()).then(|| self.nearest(75))
    }

    pub(super) fn spread(mut self) -> Spread {
        if self.0.is_empty() {
            return Spread::default();
        }
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let most = self.0.iter().max().map_or(0.0, |rank| unrank(*rank));
        let [p50, p75, p95] = [50, 75, 95].map(|of_hundred| self.nearest(of_hundred));
        Spread { count, p50, p75, p95, most }
    }

    /// So many of a hundred are no greater than this. To be asked of a sample that is not empty.
    fn nearest(&mut self, of_hundred: usize) -> f64 {
        let place = (self.0.len() * of_hundred).div_ceil(100).saturating_sub(1);
        unrank(*self.0.select_nth_unstable(place).1)
    }
}

/// The number of a rank.
const fn unrank(rank: u64) -> f64 {
    f64::from_bits(if rank >> 63 == 1 { rank & !(1 << 63) } else { !rank })
}
