//! One sort for all: each type that is sorted is some three kilobytes of WebAssembly of its own.

/// A key of up to three parts, and what it belongs to.
pub(crate) type Key = [u64; 4];

/// Sorts keys; equal ones by what they belong to.
#[inline(never)]
pub(crate) fn sort(keys: &mut [Key]) {
    keys.sort_unstable();
}

/// Whether a key is among sorted ones.
#[inline(never)]
pub(crate) fn has(keys: &[Key], key: Key) -> bool {
    keys.binary_search(&key).is_ok()
}

/// The places `0..count` in the order of their keys; equal ones as they are.
pub(crate) fn by(count: usize, key: impl Fn(usize) -> [u64; 3]) -> Vec<usize> {
    let full = |at: usize| {
        let [a, b, c] = key(at);
        [a, b, c, at as u64]
    };
    let mut keys: Vec<Key> = (0..count).map(full).collect();
    sort(&mut keys);
    // They were places when they went in.
    keys.iter().map(|key| usize::try_from(key[3]).unwrap_or_default()).collect()
}
