//! Every setting: what it is called, what it means, what it does, and how it is read and written
//! as text. A table; the options, their checks and their files go through it.

use crate::chosen::Chosen;

#[macro_use]
mod text;

mod bodies;
mod cookie;
mod dashboard;
mod group;
mod links;
mod redaction;
mod sampling;
mod sessions;
mod store;
#[cfg(test)]
mod tests;
mod triggers;

pub use group::Group;

/// What a setting is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text.
    Text,
    /// A line of text that is nobody else's business.
    Secret,
    /// On or off, as `true` and `false`.
    Switch,
    /// A whole number.
    Number,
    /// Several texts, a line each.
    List,
    /// One of these words, each with what it means.
    Choice(&'static [(&'static str, &'static str)]),
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its path in files: `ending.minutes`.
    pub key: &'static str,
    /// Where it stands.
    pub group: Group,
    /// Its name.
    pub label: &'static str,
    /// What it means and what it does.
    pub meaning: &'static str,
    /// An example or a unit, shown while it is empty.
    pub example: &'static str,
    /// What it is made of.
    pub kind: Kind,
    /// Reads it as text.
    pub get: fn(&Chosen) -> String,
    /// Writes it; false where the text is of another kind.
    pub set: fn(&mut Chosen, &str) -> bool,
}

impl Field {
    /// The field of a key.
    #[must_use]
    pub fn of(key: &str) -> Option<&'static Self> {
        all().find(|field| field.key == key)
    }

    /// Its default as text.
    #[must_use]
    pub fn default(&self) -> String {
        (self.get)(&Chosen::default())
    }

    /// Its default in words.
    #[must_use]
    pub fn default_words(&self) -> String {
        let default = self.default();
        match self.kind {
            Kind::Switch => if default == "true" { "on" } else { "off" }.to_owned(),
            Kind::Choice(words) => {
                let word = words.iter().find(|(word, _)| *word == default);
                word.map_or(default, |(_, meaning)| (*meaning).to_owned())
            }
            _ if default.is_empty() => "empty".to_owned(),
            _ => default,
        }
    }

    /// Whether a search finds it.
    #[must_use]
    pub fn matches(&self, search: &str) -> bool {
        matches(search, &[self.label, self.meaning, self.key, self.group.title()].join(" "))
    }
}

/// Whether every word of a search stands somewhere in what is shown.
#[must_use]
pub fn matches(search: &str, shown: &str) -> bool {
    let shown = shown.to_lowercase();
    search.to_lowercase().split_whitespace().all(|word| shown.contains(word))
}

type Access = (fn(&Chosen) -> String, fn(&mut Chosen, &str) -> bool);

const fn field(
    group: Group,
    key: &'static str,
    kind: Kind,
    (get, set): Access,
    [label, meaning, example]: [&'static str; 3],
) -> Field {
    Field { key, group, label, meaning, example, kind, get, set }
}

/// All settings, in the order of the page.
pub fn all() -> impl Iterator<Item = &'static Field> {
    Group::ALL.into_iter().flat_map(Group::fields)
}
