//! The order of things that are known by their place in a list.
//!
//! One merge sort for all of them: the standard library's comes anew for each type, at 4 kB of
//! WebAssembly that the worker loads at every wake.

use std::cmp::Ordering;

/// The places `0..count`, sorted; equal ones stay in their order.
pub(super) fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    let mut run = 1;
    while run < count {
        let mut merged = Vec::with_capacity(count);
        for pair in sorted.chunks(run * 2) {
            let (mut left, mut right) = pair.split_at_checked(run).unwrap_or((pair, &[]));
            // What comes from a page is in order as a rule.
            if let (Some(last), Some(first)) = (left.last(), right.first())
                && compare(*first, *last).is_ge()
            {
                merged.extend_from_slice(pair);
                continue;
            }
            while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
                if compare(*second, *first).is_lt() {
                    merged.push(*second);
                    right = right_rest;
                } else {
                    merged.push(*first);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        sorted = merged;
        run *= 2;
    }
    sorted
}

/// The things themselves, sorted.
pub(super) fn arrange<T>(things: Vec<T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let order = order(things.len(), &|a, b| match (things.get(a), things.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut things: Vec<_> = things.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| things.get_mut(at)?.take()).collect()
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
            prop_assert_eq!(arrange(things, |a, b| a.1.cmp(&b.1)), wanted);
        }
    }
}
