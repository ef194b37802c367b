//! The filter language: `service:pricing duration>50ms -name~"^SELECT" (error:true or share>2.5%)`.
//!
//! Owns the way from text to rows: tokens, tree, flaws told at their character, completion, and the
//! evaluation against columns. Knows what a span's fields are called and of which type they are;
//! where their values lie is the [`Subject`]'s. So views and lists of any kind share one language.
//!
//! | written | means |
//! | --- | --- |
//! | `word`, `"two words"` | free text: stands anywhere in the row |
//! | `field:value` | has it: a part of a text whatever its case, a number, a word; `5xx` for codes |
//! | `=` `!=` | is exactly this, or something else (not: nothing) |
//! | `<` `<=` `>` `>=` | numbers, with units `ns us ms s m h d`, `%`, `kB MB GB` |
//! | `~` `!~` | meets a regular expression, or is there and does not |
//! | `field:a,b` | any of them |
//! | `field:*` | has any value |
//! | `-x`, `not x` | the opposite: also of rows that do not have the field |
//! | `a b`, `a and b`, `a or b`, `( )` | as in speech; `and` binds more |
//! | `.name:x` | the attribute `name`, where a field is called so |
//!
//! Every limit is a flaw with a place: characters, conditions, brackets within each other, the size
//! of an expression. Texts are looked at in proportion to their length.

mod amount;
mod bits;
mod check;
mod choose;
mod complete;
mod flaw;
mod language;
mod needle;
mod parse;
mod requests;
mod run;
mod spans;
mod subject;
mod token;
mod write;

use std::collections::BTreeSet;
use std::fmt;

use amount::Amount;

pub use bits::Bits;
pub use choose::{NONE, choose, chosen};
pub use complete::{Choice, Completion, Place};
pub use flaw::Flaw;
pub use language::{Field, KINDS, LEVELS, LOGS, Language, PARTS, SPANS, Type};
pub use needle::{Needle, Sieve};
pub use requests::{REQUESTS, Requests};
pub use spans::{Attribute, Spans};
pub use subject::{Facet, Subject, Texts};

/// A filter that reads. Printed, it has its one canonical form, which an address can carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    top: Node,
    language: Language,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Text(String),
    Term(Term),
}

/// A field, compared with values.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// As written: with a dot, it is certainly an attribute.
    field: String,
    op: Op,
    values: Vec<Wanted>,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// `*`
    Anything,
    Text(String),
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `:` has it, in the way of its type.
    Has,
    /// `=` is exactly this.
    Is,
    /// `!=` is something else.
    IsNot,
    /// `<`
    Less,
    /// `<=`
    Most,
    /// `>`
    More,
    /// `>=`
    Least,
    /// `~` meets a regular expression.
    Matches,
    /// `!~` is there and does not meet it.
    MatchesNot,
}

impl Op {
    /// How operators are written, longer ones before those that they begin with. `:>`, `==` and
    /// `=~` are habits from elsewhere.
    const SIGNS: [(&str, Self); 15] = [
        (":<=", Self::Most),
        (":>=", Self::Least),
        (":<", Self::Less),
        (":>", Self::More),
        ("==", Self::Is),
        ("=~", Self::Matches),
        ("!=", Self::IsNot),
        ("!~", Self::MatchesNot),
        ("<=", Self::Most),
        (">=", Self::Least),
        (":", Self::Has),
        ("=", Self::Is),
        ("<", Self::Less),
        (">", Self::More),
        ("~", Self::Matches),
    ];

    /// How it is written.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Has => ":",
            Self::Is => "=",
            Self::IsNot => "!=",
            Self::Less => "<",
            Self::Most => "<=",
            Self::More => ">",
            Self::Least => ">=",
            Self::Matches => "~",
            Self::MatchesNot => "!~",
        }
    }

    /// Whether it asks for an order.
    const fn ordered(self) -> bool {
        matches!(self, Self::Less | Self::Most | Self::More | Self::Least)
    }

    /// Whether it asks for what is there and different.
    const fn negative(self) -> bool {
        matches!(self, Self::IsNot | Self::MatchesNot)
    }
}

impl Query {
    /// Reads a filter. No text at all lets everything through.
    ///
    /// # Errors
    /// Where the text is none: at which character, what stands there and what was wanted.
    pub fn parse(text: &str, language: &Language) -> Result<Self, Flaw> {
        Ok(Self { top: parse::parse(text, language)?, language: *language })
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.top == Node::And(Vec::new())
    }

    /// The attributes that it asks for, for whoever must make their columns first.
    #[must_use]
    pub fn attributes(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.top.each(&mut |node| {
            let Node::Term(Term { field, values, .. }) = node else { return };
            match self.language.field(field).map(|field| field.is) {
                None => drop(names.insert(attribute(field).to_owned())),
                Some(Type::Presence(words)) => names.extend(values.iter().filter_map(|value| {
                    let Wanted::Text(text) = value else { return None };
                    (!words.contains(&&**text)).then(|| attribute(text).to_owned())
                })),
                Some(_) => {}
            }
        });
        names
    }

    /// The rows that it lets through.
    #[must_use]
    pub fn run(&self, subject: &dyn Subject) -> Bits {
        run::run(&self.top, &self.language, subject)
    }

    /// The texts that it looks for, to be marked where they stand.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        self.top.each(&mut |node| {
            if let Node::Text(text) = node {
                texts.push(&**text);
            }
        });
        texts
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.top.fmt(f)
    }
}

/// The text of one condition: for whoever filters by a value that he looks at.
#[must_use]
pub fn condition(field: &str, op: Op, value: &str) -> String {
    let values = vec![Wanted::Text(value.to_owned())];
    Term { field: field.to_owned(), op, values }.to_string()
}

/// The text of a filter that looks for each word of another text, whatever that says.
#[must_use]
pub fn words(text: &str) -> String {
    text.split_whitespace().map(write::words).collect::<Vec<_>>().join(" ")
}

/// A filter, narrowed by one more condition: the text of both. One that is there already is not
/// put there again, and a text that is no filter gives way.
#[must_use]
pub fn narrow(text: &str, condition: &str, language: &Language) -> String {
    let Ok(query) = Query::parse(text, language) else { return condition.to_owned() };
    let (text, also) = (text.trim(), Query::parse(condition, language).map(|also| also.top));
    let there = |node: &Node| also.as_ref().is_ok_and(|also| also == node);
    match &query.top {
        top if query.is_empty() || there(top) => condition.to_owned(),
        Node::And(nodes) if nodes.iter().any(there) => text.to_owned(),
        Node::Or(_) => format!("({text}) {condition}"),
        _ => format!("{text} {condition}"),
    }
}

/// The attribute that a field's name stands for.
fn attribute(field: &str) -> &str {
    field.strip_prefix('.').unwrap_or(field)
}

impl Node {
    /// All of them, conditions of conditions in one list.
    fn and(nodes: Vec<Self>) -> Self {
        let parts = |node| match node {
            Self::And(parts) => parts,
            other => vec![other],
        };
        let mut all: Vec<Self> = nodes.into_iter().flat_map(parts).collect();
        if all.len() == 1 { all.remove(0) } else { Self::And(all) }
    }

    /// Any of them, as above.
    fn or(nodes: Vec<Self>) -> Self {
        let parts = |node| match node {
            Self::Or(parts) => parts,
            other => vec![other],
        };
        let mut all: Vec<Self> = nodes.into_iter().flat_map(parts).collect();
        if all.len() == 1 { all.remove(0) } else { Self::Or(all) }
    }

    fn not(self) -> Self {
        match self {
            Self::Not(node) => *node,
            node => Self::Not(Box::new(node)),
        }
    }

    /// Shows every condition. As deep as brackets may be, which is bounded.
    fn each<'a>(&'a self, show: &mut impl FnMut(&'a Self)) {
        show(self);
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.each(show)),
            Self::Not(node) => node.each(show),
            Self::Text(_) | Self::Term(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
