//! Distinct strings of bytes, each kept once and known by a number.

use std::collections::BTreeMap;

use super::slots::{Probe, Slots, hash};

/// Distinct strings of bytes, in the order in which they came. The empty one is always number 0.
#[derive(Clone, Debug)]
pub struct Pool {
    /// All of them, one behind the other: an allocation for each would cost more than the bytes.
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
    slots: Slots,
    /// Those that hash like too many others.
    crowded: BTreeMap<Box<[u8]>, u32>,
}

impl Default for Pool {
    fn default() -> Self {
        let mut pool = Self {
            bytes: Vec::new(),
            ends: Vec::new(),
            slots: Slots::default(),
            crowded: BTreeMap::new(),
        };
        pool.add(&[]);
        pool
    }
}

impl Pool {
    /// The number of these bytes; a new one for new bytes.
    #[inline]
    pub fn intern(&mut self, bytes: &[u8]) -> u32 {
        self.find(bytes).unwrap_or_else(|| self.add(bytes))
    }

    /// The number of these bytes, where they have one.
    #[must_use]
    #[inline]
    pub fn find(&self, bytes: &[u8]) -> Option<u32> {
        match self.slots.probe(hash(bytes), |number| self.get(number) == bytes) {
            Probe::Found(number) => Some(number),
            Probe::Free(_) | Probe::Crowded => self.crowded.get(bytes).copied(),
        }
    }

    /// The bytes of a number; none for one that was never given.
    #[must_use]
    #[inline]
    pub fn get(&self, number: u32) -> &[u8] {
        slice(&self.bytes, &self.ends, number)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Never: the empty one is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn add(&mut self, new: &[u8]) -> u32 {
        let (number, end) = (self.ends.len(), self.bytes.len() + new.len());
        // Numbers and places are of 32 bits, as WebAssembly's memory is. What is past them has no
        // name; everything else about it stays.
        let (Ok(number), Ok(end)) = (u32::try_from(number), u32::try_from(end)) else { return 0 };
        self.bytes.extend_from_slice(new);
        self.ends.push(end);
        let (bytes, ends) = (&self.bytes, &self.ends);
        for number in self.slots.widen(|number| hash(slice(bytes, ends, number))) {
            self.crowded.insert(slice(bytes, ends, number).into(), number);
        }
        match self.slots.probe(hash(new), |_| false) {
            Probe::Free(at) => self.slots.put(at, number),
            Probe::Found(_) | Probe::Crowded => drop(self.crowded.insert(new.into(), number)),
        }
        number
    }
}

#[inline]
fn slice<'a>(bytes: &'a [u8], ends: &[u32], number: u32) -> &'a [u8] {
    let at = number as usize;
    let begin = at.checked_sub(1).and_then(|before| ends.get(before)).copied();
    let end = ends.get(at).copied().unwrap_or_default();
    bytes.get(begin.unwrap_or_default() as usize..end as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::slots::mix;
    use super::*;

    #[test]
    fn bytes_that_are_made_to_hash_alike_are_told_apart() {
        // The second half undoes what the first did to the hash.
        let alike = |number: u64| {
            let state = mix(16_u64.rotate_left(23) ^ number);
            [number.to_le_bytes(), state.rotate_left(23).to_le_bytes()].concat()
        };
        assert_eq!(hash(&alike(1)), hash(&alike(2)));
        let mut pool = Pool::default();
        let numbers: Vec<u32> = (0..2_000).map(|number| pool.intern(&alike(number))).collect();
        assert_eq!(numbers, (1..=2_000).collect::<Vec<u32>>());
        assert!((0..2_000).all(|at| pool.find(&alike(at)) == u32::try_from(at + 1).ok()));
        assert!(pool.crowded.len() > 1_900, "the table alone would have walked them all");
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(all: Vec<Vec<u8>>) {
            let mut pool = Pool::default();
            let numbers: Vec<u32> = all.iter().map(|bytes| pool.intern(bytes)).collect();
            for (bytes, number) in all.iter().zip(numbers) {
                prop_assert_eq!(pool.get(number), bytes);
                prop_assert_eq!(pool.find(bytes), Some(number));
            }
        }
    }
}
