//! Finds numbers by a hash: an open table with linear probing.
//!
//! Owns the slots; what a number stands for is the caller's. Texts and ids come from strangers, who
//! may choose them so that they all hash alike: a probe gives up after a few steps, and the caller
//! keeps what is crowded out in an ordered map. So the worst input costs a logarithm, not a square.

/// No number.
const FREE: u32 = u32::MAX;
/// Steps of one probe. At half full, runs of this length do not happen by chance.
const STEPS: usize = 64;
/// Slots of the first table.
const FIRST: usize = 16;

/// A table of numbers by hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    slots: Vec<u32>,
    used: usize,
}

/// What a probe came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    /// The number that was looked for.
    Found(u32),
    /// A slot where it could be put.
    Free(usize),
    /// Too many others hash alike.
    Crowded,
}

impl Slots {
    /// Looks for the number that `same` says yes to.
    #[inline]
    pub(crate) fn probe(&self, hash: u64, same: impl Fn(u32) -> bool) -> Probe {
        if self.slots.is_empty() {
            return Probe::Crowded;
        }
        let mask = self.slots.len() - 1;
        let from = home(hash, self.slots.len());
        for step in 0..STEPS {
            let at = (from + step) & mask;
            match self.slots[at] {
                FREE => return Probe::Free(at),
                number if same(number) => return Probe::Found(number),
                _ => {}
            }
        }
        Probe::Crowded
    }

    /// Puts a number into a free slot that [`probe`](Self::probe) found.
    pub(crate) fn put(&mut self, at: usize, number: u32) {
        self.slots[at] = number;
        self.used += 1;
    }

    /// Makes room for one more; `hash` says a number's hash. Numbers that find no room in the new
    /// table are given back.
    pub(crate) fn widen(&mut self, hash: impl Fn(u32) -> u64) -> Vec<u32> {
        let mut crowded = Vec::new();
        if self.used * 2 < self.slots.len() {
            return crowded;
        }
        let wider = vec![FREE; (self.slots.len() * 2).max(FIRST)];
        let old = std::mem::replace(&mut self.slots, wider);
        self.used = 0;
        for number in old.into_iter().filter(|number| *number != FREE) {
            match self.probe(hash(number), |_| false) {
                Probe::Free(at) => self.put(at, number),
                Probe::Found(_) | Probe::Crowded => crowded.push(number),
            }
        }
        crowded
    }
}

/// Where a hash's probe begins in a table of `size` slots: its upper bits, which multiplication
/// mixes best.
#[inline]
fn home(hash: u64, size: usize) -> usize {
    let bits = size.trailing_zeros();
    usize::try_from(hash.checked_shr(64 - bits).unwrap_or_default()).unwrap_or_default()
}

/// A number's hash. Ids are mostly random already, or count up.
#[inline]
pub(crate) const fn mix(number: u64) -> u64 {
    (number ^ (number >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A text's hash, eight bytes at a time.
#[inline]
pub(crate) fn hash(text: &[u8]) -> u64 {
    let (chunks, rest) = text.as_chunks::<8>();
    let step = |hash: u64, chunk: u64| mix(hash.rotate_left(23) ^ chunk);
    let whole =
        chunks.iter().fold(text.len() as u64, |hash, chunk| step(hash, u64::from_le_bytes(*chunk)));
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    mix(step(whole, last))
}
