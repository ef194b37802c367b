//! Which fields a filter may name, and of which type each is.

use super::Op;

/// What a field's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A text: `:` finds a part of it, whatever its case.
    Text,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// One of a few words that have an order, lowest first.
    Rank(&'static [&'static str]),
    /// True or false.
    Truth,
    /// A number.
    Number,
    /// A time; without a unit, milliseconds.
    Time,
    /// A share; with or without a sign, percent.
    Share,
    /// An id in hex: `:` finds a part of it.
    Id,
    /// One of a few words for what a row may have, or an attribute's name.
    Presence(&'static [&'static str]),
    /// Whatever an attribute holds.
    Any,
}

/// A field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub is: Type,
    /// What it is, for whoever chooses one.
    pub about: &'static str,
}

/// The fields of what is filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language {
    /// Fields by name.
    pub fields: &'static [Field],
    /// Whether any other name is that of an attribute. One that is called as a field is asked for
    /// with a dot before its name.
    pub attributes: bool,
}

impl Language {
    /// A field by name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The type of what a name stands for; `None` where there is nothing of that name.
    #[must_use]
    pub fn type_of(&self, name: &str) -> Option<Type> {
        let attribute = self.attributes.then_some(Type::Any);
        self.field(name).map(|field| field.is).or(attribute)
    }
}

impl Type {
    /// The operators that it takes.
    #[must_use]
    pub fn operators(self) -> &'static [Op] {
        use Op::{Has, Is, IsNot, Least, Less, Matches, MatchesNot, More, Most};
        match self {
            Self::Text => &[Has, Is, IsNot, Matches, MatchesNot],
            Self::Word(_) | Self::Truth | Self::Id | Self::Presence(_) => &[Has, Is, IsNot],
            Self::Number | Self::Time | Self::Share | Self::Rank(_) => {
                &[More, Least, Less, Most, Has, Is, IsNot]
            }
            Self::Any => &[Has, Is, IsNot, More, Least, Less, Most, Matches, MatchesNot],
        }
    }

    /// What a value of it looks like.
    pub(super) fn wanted(self) -> String {
        match self {
            Self::Text | Self::Any => "a value".to_owned(),
            Self::Word(words) | Self::Rank(words) => words.join(", "),
            Self::Presence(words) => format!("{}, or the name of an attribute", words.join(", ")),
            Self::Truth => "true or false".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Time => "a time, as 50ms or 1.5s".to_owned(),
            Self::Share => "a share, as 2.5%".to_owned(),
            Self::Id => "hex digits".to_owned(),
        }
    }
}

const fn field(name: &'static str, is: Type, about: &'static str) -> Field {
    Field { name, is, about }
}

/// Words for a span's kind, by OTLP's number.
pub const KINDS: [&str; 6] =
    ["unspecified", "internal", "server", "client", "producer", "consumer"];

/// What a span may have, besides attributes.
pub const PARTS: [&str; 12] = [
    "event",
    "link",
    "error",
    "parent",
    "children",
    "late",
    "orphan",
    "cycle",
    "duplicate",
    "backward",
    "untimed",
    "browser",
];

/// How bad what is logged is, lowest first.
pub const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "fatal"];

/// The fields of spans.
pub const SPANS: Language = Language {
    fields: &[
        field("service", Type::Text, "who recorded it (service.name)"),
        field("name", Type::Text, "what it did"),
        field("kind", Type::Word(&KINDS), "its role in a conversation"),
        field("status", Type::Word(&["ok", "error"]), "how it ended; ok is all that did not fail"),
        field("error", Type::Truth, "whether it failed"),
        field("duration", Type::Time, "how long it took"),
        field("self", Type::Time, "how long nothing below it ran"),
        field("start", Type::Time, "when it began, from the trace's start"),
        field("share", Type::Share, "how much of the trace's time it took"),
        field("depth", Type::Number, "how many spans are above it"),
        field("has", Type::Presence(&PARTS), "what it has"),
        field("scope", Type::Text, "the instrumentation that recorded it"),
        field("id", Type::Id, "its id"),
        field("trace", Type::Id, "its trace's id"),
        field("parent", Type::Id, "its parent's id"),
    ],
    attributes: true,
};

/// The fields of what is logged: events of spans.
pub const LOGS: Language = Language {
    fields: &[
        field("level", Type::Rank(&LEVELS), "how bad it is"),
        field("message", Type::Text, "what it says"),
        field("service", Type::Text, "who recorded it (service.name)"),
        field("name", Type::Text, "what the event is called"),
        field("span", Type::Text, "what its span is called"),
        field("error", Type::Truth, "whether its span failed"),
        field("start", Type::Time, "when it happened, from the trace's start"),
        field("id", Type::Id, "its span's id"),
        field("trace", Type::Id, "its trace's id"),
    ],
    attributes: true,
};
