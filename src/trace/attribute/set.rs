//! Attributes by name: a sorted list. A span has a dozen of them, whose names are mostly constants
//! of the program, so that a map's nodes and a copy of each name would be most of what a span costs.

use std::borrow::Cow;
use std::ops::Index;
use std::{slice, vec};

use super::Value;

/// An attribute's name. Those that Tracelight writes are constants.
pub type Name = Cow<'static, str>;

/// Names and values as they come, before they are a set.
pub type Pairs = Vec<(Name, Value)>;

/// Attributes by name, each name once. Ordered, so that two equal sets print and compare alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(Pairs);

impl Attributes {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// None, with room for so many.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    /// The value under a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).ok().map(|at| &self.0[at].1)
    }

    /// Whether there is a value under a name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Puts a value under a name, in place of the one that is there. Those behind it move: a set that
    /// somebody else made the size of is collected instead.
    pub fn insert(&mut self, name: impl Into<Name>, value: Value) {
        let name = name.into();
        // Most come in order.
        if self.0.last().is_none_or(|(last, _)| *last < name) {
            return self.0.push((name, value));
        }
        match self.find(&name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    /// The value under a name, to change.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.find(name).ok().map(|at| &mut self.0[at].1)
    }

    /// Puts a value under a name where there is none.
    pub fn insert_new(&mut self, name: impl Into<Name>, value: impl Into<Value>) {
        let name = name.into();
        if let Err(at) = self.find(&name) {
            self.0.insert(at, (name, value.into()));
        }
    }

    /// Keeps what is wanted.
    pub fn retain(&mut self, wanted: impl Fn(&str, &Value) -> bool) {
        self.0.retain(|(name, value)| wanted(name, value));
    }

    /// Takes the value under a name out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.find(name).ok().map(|at| self.0.remove(at).1)
    }

    /// Names and values, in order of name.
    pub fn iter(&self) -> Iter<'_> {
        let pair: fn(&(Name, Value)) -> (&str, &Value) = |(name, value)| (name, value);
        self.0.iter().map(pair)
    }

    /// As above; the values may change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.0.iter_mut().map(|(name, value)| (&**name, value))
    }

    /// The names, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// The values, in order of name.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }
}

/// The value under a name; none where there is none, as in OTLP.
impl Index<&str> for Attributes {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Empty)
    }
}

/// What [`Attributes::iter`] returns.
type Iter<'a> =
    std::iter::Map<slice::Iter<'a, (Name, Value)>, fn(&'a (Name, Value)) -> (&'a str, &'a Value)>;

/// In any order; of two with one name the later counts.
impl From<Pairs> for Attributes {
    fn from(mut pairs: Pairs) -> Self {
        if !pairs.is_sorted_by(|(a, _), (b, _)| a < b) {
            pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
            pairs.dedup_by(|later, kept| {
                let same = later.0 == kept.0;
                if same {
                    std::mem::swap(later, kept);
                }
                same
            });
        }
        Self(pairs)
    }
}

impl<N: Into<Name>, const SIZE: usize> From<[(N, Value); SIZE]> for Attributes {
    fn from(pairs: [(N, Value); SIZE]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<N: Into<Name>> FromIterator<(N, Value)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(pairs: I) -> Self {
        Self::from(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect::<Pairs>())
    }
}

impl<N: Into<Name>> Extend<(N, Value)> for Attributes {
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, pairs: I) {
        let mut all = std::mem::take(&mut self.0);
        all.extend(pairs.into_iter().map(|(name, value)| (name.into(), value)));
        *self = Self::from(all);
    }
}

impl IntoIterator for Attributes {
    type Item = (Name, Value);
    type IntoIter = vec::IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = (&'a str, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(attributes: &Attributes) -> String {
        attributes.keys().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_are_in_order_however_they_come_and_the_later_value_counts() {
        let pairs = [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("a", 5)];
        let pairs = pairs.map(|(name, value)| (name, Value::Int(value)));
        let collected = Attributes::from(pairs.clone());
        let mut inserted = Attributes::new();
        for (name, value) in pairs.clone() {
            inserted.insert(name, value);
        }
        let mut extended = Attributes::from([("b", Value::Int(9))]);
        extended.extend(pairs);
        assert_eq!(names(&collected), "a b c");
        assert_eq!(collected, inserted);
        assert_eq!(collected, extended);
        assert_eq!(collected.get("b"), Some(&Value::Int(3)));
        assert_eq!(collected.get("a"), Some(&Value::Int(5)));
    }

    #[test]
    fn what_is_taken_out_is_gone_and_the_rest_stays() {
        let mut attributes = Attributes::from([("b", Value::Empty), ("a", Value::Int(1))]);
        assert_eq!(attributes.remove("a"), Some(Value::Int(1)));
        assert_eq!(attributes.remove("a"), None);
        assert!(attributes.contains_key("b") && !attributes.contains_key("a"));
        assert_eq!(attributes.len(), 1);
    }
}
