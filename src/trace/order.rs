//! The order of things that are known by their place in a list.
//!
//! One sort for all of them, by a number first: it lies beside the place, so that what is compared
//! is in the cache, and the things themselves are asked only where two numbers are equal. The
//! standard library's sorts are compiled anew for every kind of thing, some 4 kB of WebAssembly each.

use std::cmp::Ordering;

/// A number that is in the order of moments and other numbers, whatever they are (IEEE 754,
/// `totalOrder`).
#[must_use]
pub const fn rank(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The places `0..count`, sorted by their rank, then as compared; equal ones stay in their order.
#[must_use]
pub fn order(
    count: usize,
    rank: &dyn Fn(usize) -> u64,
    compare: &dyn Fn(usize, usize) -> Ordering,
) -> Vec<usize> {
    let mut ranked: Vec<(u64, usize)> = (0..count).map(|at| (rank(at), at)).collect();
    ranked.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| compare(a.1, b.1)).then_with(|| a.1.cmp(&b.1))
    });
    ranked.into_iter().map(|(_, at)| at).collect()
}

/// The things themselves, sorted.
pub(crate) fn arrange<T>(
    things: Vec<T>,
    rank: impl Fn(&T) -> u64,
    compare: impl Fn(&T, &T) -> Ordering,
) -> Vec<T> {
    let ranks = |at| things.get(at).map_or(0, &rank);
    let order = order(things.len(), &ranks, &|a, b| match (things.get(a), things.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut things: Vec<_> = things.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| things.get_mut(at)?.take()).collect()
}

/// Sorts in place by rank; equal ones stay in their order.
pub fn sort_by_rank<T>(things: &mut [T], rank: impl Fn(&T) -> u64) {
    sort(things, rank, |_, _| Ordering::Equal);
}

/// Sorts in place by rank, then as compared; equal ones stay in their order.
pub fn sort<T>(things: &mut [T], rank: impl Fn(&T) -> u64, compare: impl Fn(&T, &T) -> Ordering) {
    if things.len() < 2 {
        return;
    }
    let ranks = |at: usize| things.get(at).map_or(0, &rank);
    let order = order(things.len(), &ranks, &|a, b| match (things.get(a), things.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    permute(order, &mut |one, other| things.swap(one, other));
}

/// Two numbers as one rank: by the first, then by the second.
#[must_use]
pub const fn both(first: u32, second: u32) -> u64 {
    (first as u64) << 32 | second as u64
}

/// Swaps what stands at each place for what is to stand there, one ring of places after the other.
fn permute(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for first in 0..order.len() {
        let mut at = first;
        loop {
            let from = std::mem::replace(&mut order[at], at);
            if from == first || from == at {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_a_stable_sort(keys in prop::collection::vec(0_u8..9, 0..40)) {
            let things: Vec<_> = keys.into_iter().enumerate().collect();
            let mut wanted = things.clone();
            wanted.sort_by_key(|(_, key)| *key);
            let mut here = things.clone();
            sort(&mut here, |it| u64::from(it.1 / 3), |a, b| a.1.cmp(&b.1));
            prop_assert_eq!(&here, &wanted);
            let mut ranked = things.clone();
            sort_by_rank(&mut ranked, |it| u64::from(it.1));
            prop_assert_eq!(&ranked, &wanted);
            let sorted = arrange(things, |it| u64::from(it.1 / 3), |a, b| a.1.cmp(&b.1));
            prop_assert_eq!(sorted, wanted);
        }
    }

    #[test]
    fn ranks_are_in_the_order_of_their_numbers() {
        let numbers = [f64::NEG_INFINITY, -1.5, -0.0, 0.0, 1e-9, 2.0, 1e12, f64::INFINITY];
        assert!(numbers.map(rank).is_sorted());
    }
}
