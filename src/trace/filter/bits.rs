//! A set of rows: one bit for each, so that and, or and not take 64 rows at a step.

/// Which of a number of rows are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// No row of so many.
    #[must_use]
    pub fn none(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// All of so many.
    #[must_use]
    pub fn all(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        bits.trim();
        bits
    }

    /// The rows of so many that meet a condition.
    #[inline]
    pub fn of(len: usize, mut meets: impl FnMut(usize) -> bool) -> Self {
        let word = |from: usize| {
            let rows = from..len.min(from + 64);
            rows.rev().fold(0, |word, row| word << 1 | u64::from(meets(row)))
        };
        Self { words: (0..len).step_by(64).map(word).collect(), len }
    }

    /// Of how many rows it tells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it tells of no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Tells of so many rows, too; of none that it tells of already less.
    pub fn grow(&mut self, len: usize) {
        self.len = self.len.max(len);
        self.words.resize(self.len.div_ceil(64), 0);
    }

    /// Whether a row is meant.
    #[must_use]
    #[inline]
    pub fn has(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 != 0)
    }

    /// Means a row, too. A row that it does not tell of stays out.
    pub fn add(&mut self, row: usize) {
        if row < self.len {
            self.words[row / 64] |= 1 << (row % 64);
        }
    }

    /// How many rows are meant.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Keeps the rows that both mean.
    pub fn and(&mut self, other: &Self) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(at).copied().unwrap_or_default();
        }
    }

    /// Adds the rows that the other means.
    pub fn or(&mut self, other: &Self) {
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
        self.trim();
    }

    /// Means what it did not mean.
    pub fn invert(&mut self) {
        for word in &mut self.words {
            *word = !*word;
        }
        self.trim();
    }

    /// The rows that are meant, ascending.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let rest = |word: &u64| Some(word & word.wrapping_sub(1)).filter(|word| *word != 0);
            let first = Some(*word).filter(|word| *word != 0);
            let steps = std::iter::successors(first, rest);
            steps.map(move |word| at * 64 + word.trailing_zeros() as usize)
        })
    }

    /// Takes away what lies behind the last row.
    fn trim(&mut self) {
        let over = self.len % 64;
        if let Some(last) = self.words.last_mut().filter(|_| over > 0) {
            *last &= (1 << over) - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_of_bits_is_a_set(one: Vec<bool>, other: Vec<bool>) {
            let len = one.len().min(other.len());
            let (first, second) = (Bits::of(len, |row| one[row]), Bits::of(len, |row| other[row]));
            let (mut both, mut any, mut not) = (first.clone(), first.clone(), first.clone());
            both.and(&second);
            any.or(&second);
            not.invert();
            for row in 0..len {
                prop_assert_eq!(both.has(row), one[row] && other[row]);
                prop_assert_eq!(any.has(row), one[row] || other[row]);
                prop_assert_eq!(not.has(row), !one[row]);
            }
            prop_assert_eq!(not.count() + first.count(), len);
            let rows: Vec<usize> = (0..len).filter(|row| one[*row]).collect();
            prop_assert_eq!(first.rows().collect::<Vec<_>>(), rows.clone());
            let mut added = Bits::none(len);
            rows.into_iter().chain([len, len + 99]).for_each(|row| added.add(row));
            prop_assert_eq!(&added, &first);
            prop_assert_eq!(Bits::all(len).count(), len);
            let mut grown = first.clone();
            grown.grow(len + 70);
            grown.grow(3);
            prop_assert_eq!((grown.len(), grown.count()), (len + 70, first.count()));
        }
    }
}
