//! Tells what a framework did with a request, without the framework's help: from the request's URL
//! and headers, and from what the server's own spans say of themselves.
//!
//! Owns the badges, each with a word and a sentence, and the names of such requests. Reads no body:
//! what stands only there stays unknown, unless somebody tells who may.

mod graphql;
mod next;
mod query;

use std::ops::{BitOr, BitOrAssign};

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::attribute::{Value, key};

/// Longest call that a name carries, bytes: a page may put anything there.
const CALL_LIMIT: usize = 64;

/// What a request or a span is to its framework: a set of badges. Its number is stored in rows, so
/// a badge keeps its bit for good.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Badges(u16);

impl Badges {
    /// A function on the server, called by a form or a component.
    pub const SERVER_ACTION: Self = Self(1);
    /// A page's Server Components, without its document.
    pub const RSC: Self = Self(1 << 1);
    /// Loaded before anybody asked for it.
    pub const PREFETCH: Self = Self(1 << 2);
    /// A page's props as JSON.
    pub const PAGE_DATA: Self = Self(1 << 3);
    /// Props that are made for each request.
    pub const SERVER_PROPS: Self = Self(1 << 4);
    /// Props that are kept.
    pub const STATIC_PROPS: Self = Self(1 << 5);
    /// A handler of the App Router.
    pub const ROUTE_HANDLER: Self = Self(1 << 6);
    /// A handler of the Pages Router.
    pub const API_ROUTE: Self = Self(1 << 7);
    /// What runs before routes.
    pub const MIDDLEWARE: Self = Self(1 << 8);
    /// Not Node.js.
    pub const EDGE: Self = Self(1 << 9);
    /// A GraphQL operation.
    pub const GRAPHQL: Self = Self(1 << 10);

    /// Whether any badge of `other` is in it.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its badges, each with its word and what it means. Bits of a later version say nothing.
    pub fn iter(self) -> impl Iterator<Item = &'static Badge> {
        BADGES.iter().filter(move |badge| self.has(badge.set))
    }

    /// The set of a badge's word.
    fn of_word(word: &str) -> Self {
        let badge = BADGES.iter().find(|badge| badge.word == word);
        badge.map(|badge| badge.set).unwrap_or_default()
    }
}

impl BitOr for Badges {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Badges {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

/// A badge as a reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    set: Badges,
    /// In a word or two.
    pub word: &'static str,
    /// In a sentence.
    pub meaning: &'static str,
}

const fn badge(set: Badges, word: &'static str, meaning: &'static str) -> Badge {
    Badge { set, word, meaning }
}

const BADGES: [Badge; 11] = [
    badge(
        Badges::SERVER_ACTION,
        "Server Action",
        "A form or a component called a function on the server (Next.js).",
    ),
    badge(
        Badges::RSC,
        "RSC",
        "The router asked for a page's Server Components instead of a document (Next.js).",
    ),
    badge(Badges::PREFETCH, "prefetch", "Loaded before anybody asked for it: nobody waited here."),
    badge(
        Badges::PAGE_DATA,
        "page data",
        "The Pages Router asked for a page's props as JSON (Next.js).",
    ),
    badge(
        Badges::SERVER_PROPS,
        "getServerSideProps",
        "The page's props were made on the server for this request (Next.js).",
    ),
    badge(
        Badges::STATIC_PROPS,
        "getStaticProps",
        "The page's props are kept, and made anew when they are stale (Next.js).",
    ),
    badge(
        Badges::ROUTE_HANDLER,
        "route handler",
        "A handler of the App Router answered (Next.js).",
    ),
    badge(Badges::API_ROUTE, "API route", "A handler of the Pages Router answered (Next.js)."),
    badge(
        Badges::MIDDLEWARE,
        "middleware",
        "Middleware, called proxy since Next.js 16, ran before the route.",
    ),
    badge(Badges::EDGE, "edge", "It ran in the edge runtime, not in Node.js."),
    badge(
        Badges::GRAPHQL,
        "GraphQL",
        "A GraphQL operation. Where its name stands only in the body, it stays unknown, unless the \
         options allow that to be read.",
    ),
];

/// What a framework made of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framework {
    /// What it is.
    pub badges: Badges,
    /// What was called, in a word or two: an action's id, an operation; empty where that is not
    /// known.
    pub call: String,
    /// What its span is called; empty where its method says all.
    pub name: String,
    /// More about it, by attribute name.
    pub attributes: Vec<(&'static str, String)>,
}

impl Framework {
    fn note(&mut self, name: &'static str, value: &str) {
        if !value.is_empty() {
            self.attributes.push((name, value.to_owned()));
        }
    }

    /// Writes it into the client span of the request.
    pub fn describe(self, span: &mut Span) {
        if !self.name.is_empty() {
            span.name = self.name;
        }
        let words = self.badges.iter().map(|badge| badge.word.into()).collect();
        let texts = self.attributes.into_iter().map(|(name, value)| (name, value.into()));
        let badges = [(key::FRAMEWORK, Value::List(words)), (key::CALL, self.call.into())];
        let all = texts.chain(badges.into_iter().filter(|(_, value)| *value != Value::from("")));
        span.attributes.extend(all.map(|(name, value)| (name.to_owned(), value)));
    }
}

/// What a framework made of a request, by its method, its URL and its marks: `name:value` of the
/// headers that frameworks set, with tabs between; and the GraphQL operation that its body names, where
/// that may be known. `None` where nothing tells of one.
#[must_use]
pub fn of(method: &str, url: &str, marks: &str, operation: &str) -> Option<Framework> {
    let marks = Marks(marks);
    let mut found = Framework::default();
    next::read(method, url, marks, &mut found);
    if found.name.is_empty() {
        graphql::read(method, url, (marks, operation), &mut found);
    }
    (!found.badges.is_empty()).then_some(found)
}

/// Kind and name of a GraphQL document's operation, of which a request says the name or nothing, with
/// a space between; empty where neither is known.
pub(crate) fn operation(document: &str, name: &str) -> String {
    graphql::operation(document, name)
}

/// What a span says of its framework: that of the browser by what [`Framework::describe`] wrote,
/// that of a server by Next.js's own attributes and its runtime.
#[must_use]
pub fn badges(span: &Span) -> Badges {
    let mut badges = next::spoken(span);
    if let Some(Value::List(words)) = span.attributes.get(key::FRAMEWORK) {
        for word in words.iter().filter_map(Value::as_text) {
            badges |= Badges::of_word(word);
        }
    }
    if span.attributes.contains_key(key::GRAPHQL_OPERATION_TYPE) {
        badges |= Badges::GRAPHQL;
    }
    badges
}

/// Headers as the recorder states them.
#[derive(Clone, Copy)]
struct Marks<'a>(&'a str);

impl<'a> Marks<'a> {
    /// The value of a header; empty where it is not there.
    fn get(self, name: &str) -> &'a str {
        let pairs = self.0.split('\t').filter_map(|mark| mark.split_once(':'));
        let mut values = pairs.filter(|(header, _)| header.trim().eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.trim()).unwrap_or_default()
    }

    fn has(self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
}

/// At most so many bytes of it, whole characters.
fn cut(text: &str, limit: usize) -> &str {
    text.get(..text.floor_char_boundary(limit)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
