//! Percentiles by the nearest rank: numbers that are there, and none between them.

use trace::order::rank;

use super::Spread;

/// Numbers that are to be told apart. What is not finite is left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample(Vec<u64>);

impl Sample {
    pub(super) fn add(&mut self, number: f64) {
        if number.is_finite() {
            // Sorted as whole numbers: one sort for everything, and no number is beside the order.
            self.0.push(rank(number));
        }
    }

    /// The 75th of a hundred; `None` of nothing.
    pub(super) fn high(self) -> Option<f64> {
        let spread = self.spread();
        (spread.count > 0).then_some(spread.p75)
    }

    pub(super) fn spread(mut self) -> Spread {
        self.0.sort_unstable();
        let nearest = |of_hundred: usize| {
            let place = (self.0.len() * of_hundred).div_ceil(100).saturating_sub(1);
            self.0.get(place).map_or(0.0, |rank| unrank(*rank))
        };
        Spread {
            count: u32::try_from(self.0.len()).unwrap_or(u32::MAX),
            p50: nearest(50),
            p75: nearest(75),
            p95: nearest(95),
            most: nearest(100),
        }
    }
}

/// The number of a rank.
const fn unrank(rank: u64) -> f64 {
    f64::from_bits(if rank >> 63 == 1 { rank & !(1 << 63) } else { !rank })
}
