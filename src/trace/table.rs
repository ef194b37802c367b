//! A small ordered map for handfuls of entries: tabs, sessions, rules.
//!
//! A sorted list with `BTreeMap`'s words. Each new pair of types costs a `BTreeMap` some 4 kB of
//! WebAssembly and this a few hundred bytes; the worker pays for its size at every wake. Everything
//! takes time in proportion to the length, so what grows with a trace does not belong here.

use serde::{Deserialize, Serialize};

/// Entries in the order of their keys, each key once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Table<K, V>(Vec<(K, V)>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Table<K, V> {
    /// Where a key is, or where it belongs.
    fn find(&self, key: &K) -> Result<usize, usize> {
        let at = self.0.iter().position(|(found, _)| found >= key).unwrap_or(self.0.len());
        match self.0.get(at) {
            Some((found, _)) if found == key => Ok(at),
            _ => Err(at),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.find(key).ok().map(|at| &self.0[at].1)
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.find(key).ok().map(|at| &mut self.0[at].1)
    }

    /// Whether a key is there.
    pub fn contains(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    /// Puts a value at a key, in place of the one that was there.
    pub fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// The value of a key; a default one is put there where none is.
    pub fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = self.find(&key).unwrap_or_else(|at| {
            self.0.insert(at, (key, V::default()));
            at
        });
        &mut self.0[at].1
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).ok().map(|at| self.0.remove(at).1)
    }

    /// Keeps only the entries for which this is true.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }
}

impl<K, V> Table<K, V> {
    /// All entries, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// All entries, to change their values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// All values, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_keeps_each_key_once_and_in_order() {
        let mut table = Table::default();
        for (key, value) in [(3, "c"), (1, "a"), (3, "C"), (2, "b")] {
            table.insert(key, value);
        }
        assert_eq!(table.iter().collect::<Vec<_>>(), [(&1, &"a"), (&2, &"b"), (&3, &"C")]);
        assert_eq!(table.remove(&1), Some("a"));
        assert_eq!(table.get(&1), None);
        *table.or_default(9) = "z";
        assert_eq!(table.keys().copied().collect::<Vec<_>>(), [2, 3, 9]);
        table.retain(|key, _| *key > 2);
        assert_eq!(table.len(), 2);
    }
}
