//! Places of texts, remembered by a hash.
//!
//! A table of a fixed size, in which a text takes the slot of another that hashes alike: texts come
//! from strangers, who may choose them so that all of them do. Whoever asks finds the place another
//! way then, so the worst input costs what it costs without this, and no more.

/// Slots, at least and at most.
const FEWEST: usize = 16;
const MOST: usize = 1 << 15;

/// What is known of two texts together: their hash, and a place. The texts themselves lie far apart,
/// and are looked at only where the hash is the same.
type Known<'a> = (u64, &'a str, &'a str, usize);

/// The places of texts that were asked for lately.
pub(super) struct Near<'a> {
    slots: Vec<Option<Known<'a>>>,
}

/// Where something may be put: what hashes so.
#[derive(Clone, Copy)]
pub(super) struct Slot(u64);

impl<'a> Near<'a> {
    /// For so many questions.
    pub(super) fn of(count: usize) -> Self {
        Self { slots: vec![None; count.clamp(FEWEST, MOST).next_power_of_two()] }
    }

    /// The place of two texts; else where it is to be put.
    pub(super) fn find(&self, first: &str, second: &str) -> Result<usize, Slot> {
        let hash = hash(hash(0, first), second);
        match self.slots[self.at(hash)] {
            Some((known, one, other, place))
                if known == hash && same(other, second) && one == first =>
            {
                Ok(place)
            }
            _ => Err(Slot(hash)),
        }
    }

    /// Puts the place of two texts where [`find`](Self::find) said.
    pub(super) fn put(&mut self, slot: Slot, first: &'a str, second: &'a str, place: usize) {
        let at = self.at(slot.0);
        self.slots[at] = Some((slot.0, first, second, place));
    }

    /// The upper half of a product is the one that is mixed.
    fn at(&self, hash: u64) -> usize {
        usize::try_from(hash >> 32).unwrap_or_default() & (self.slots.len() - 1)
    }
}

/// Whether two texts are the same. An empty text lies at an address where nothing is, and some C
/// libraries look there all the same, which costs a hundred times what a text costs that is there.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && (one.is_empty() || one == other)
}

/// A text's hash behind another, eight bytes at a time.
fn hash(before: u64, text: &str) -> u64 {
    let step = |hash: u64, chunk: u64| {
        let mixed = (hash.rotate_left(23) ^ chunk).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 32)
    };
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let whole = chunks
        .iter()
        .fold(before ^ text.len() as u64, |hash, chunk| step(hash, u64::from_le_bytes(*chunk)));
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    step(whole, last).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_that_of_both_texts_or_not_known() {
        let texts: Vec<String> = (0..400).map(|number| format!("shop.test/{number}")).collect();
        let mut near = Near::of(64);
        for round in 0..2 {
            for (at, text) in texts.iter().enumerate() {
                let other = if at % 2 == 0 { "" } else { "/orders/{id}" };
                match near.find(text, other) {
                    Ok(place) => assert_eq!(place, at, "round {round}"),
                    Err(slot) => near.put(slot, text, other, at),
                }
                assert_eq!(near.find(text, other).ok(), Some(at), "it was asked for last");
                assert!(near.find(other, text).is_err());
            }
        }
        let known = texts.iter().filter(|text| near.find(text, "").is_ok()).count();
        assert!((1..=64).contains(&known), "a few are remembered: {known}");
    }
}
