//! Routes: addresses in which what differs from one visit to the next is folded.
//!
//! A route is host and path: `shop.example/orders/:id`. Query and fragment are no part of it. Rules
//! are lines, asked from first to last:
//!
//! - `/orders/*/lines`, a path: `*` stands for any one segment, which becomes `:id`. `:order` does
//!   likewise, and becomes `:order`. `**` at the end stands for any rest, itself. All other segments
//!   are meant as they stand, so that a path without any of these is one that stays as it is. A path
//!   has a host before it or means all hosts: `shop.example/orders/*`.
//! - `-date`: the usual rule `date` is off.
//! - An empty line, and one that begins with `#`, says nothing.
//!
//! Where no path fits, the usual rules fold each segment by itself: see [`USUAL`].

mod rule;

use std::collections::BTreeMap;
use std::fmt;

use super::near::Near;
use rule::{Kind, Path};

/// The usual rules: what is folded without being asked for, by name and in words.
pub const USUAL: [(&str, &str); 5] = [
    ("number", "only digits: /orders/4711"),
    ("uuid", "8-4-4-4-12 hex digits: /carts/0b2f…-…"),
    ("hex", "at least 8 hex digits with a figure among them: /commits/9fceb02d"),
    (
        "ulid",
        "26 letters and figures of Crockford's base 32, or 20 to 64 letters and figures mixed: /files/01J9Z…",
    ),
    ("date", "year, month and day: /news/2024-05-17"),
];

/// The grammar of rules, for people.
pub const GRAMMAR: &str = "A rule a line. /orders/*/lines folds one segment to :id, \
/orders/:order to :order, /files/** the rest; a path without these stays as it is; a host may \
stand before it. -number, -uuid, -hex, -ulid or -date turns a usual rule off. # begins a remark.";

/// Longest part of a path that is folded, bytes, and segments in it.
const LONGEST: usize = 1024;
const MOST: usize = 32;

/// Why a line is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// Which line, counted from 1.
    pub line: usize,
    /// What was found and what was wanted.
    what: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rule {}: {}", self.line, self.what)
    }
}

impl std::error::Error for RuleError {}

/// Rules that were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    paths: Vec<Path>,
    off: Vec<Kind>,
}

impl Rules {
    /// Reads lines.
    ///
    /// # Errors
    /// The first line that is no rule, in words for the user.
    pub fn parse(lines: &[String]) -> Result<Self, RuleError> {
        let mut rules = Self::default();
        for (at, line) in lines.iter().enumerate() {
            rules.take(line).map_err(|what| RuleError { line: at + 1, what })?;
        }
        Ok(rules)
    }

    /// Reads what can be read: a rule that somebody broke breaks no others.
    #[must_use]
    pub fn of(lines: &[String]) -> Self {
        let mut rules = Self::default();
        for line in lines {
            // Who wrote it was told when it was written.
            let _ = rules.take(line);
        }
        rules
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(name) = line.strip_prefix('-') {
            self.off.push(Kind::named(name.trim())?);
        } else {
            self.paths.push(Path::parse(line)?);
        }
        Ok(())
    }

    /// A segment, folded by the usual rules.
    fn usual<'a>(&self, segment: &'a str) -> &'a str {
        let folds = Kind::of(segment).is_some_and(|kind| !self.off.contains(&kind));
        if folds { rule::ID } else { segment }
    }
}

/// Host and path of an address, its ids folded. What is no address of a server stays as it is, and
/// is cut.
#[must_use]
pub fn fold(url: &str, rules: &Rules) -> String {
    let mut text = String::new();
    route(&mut text, url, "", rules);
    text
}

/// As above, of a call of which the server told the route that it matched: where a segment of that
/// is a variable, that of the path is folded. Put behind a text, which is the caller's so that a
/// hundred thousand calls need no hundred thousand texts.
fn route(text: &mut String, url: &str, told: &str, rules: &Rules) {
    let Some((host, path)) = split(url) else {
        text.push_str(&url[..url.floor_char_boundary(LONGEST)]);
        return;
    };
    let path = &path[..path.floor_char_boundary(LONGEST)];
    let mut all = [""; MOST];
    let mut count = 0;
    for (segment, place) in path.split('/').skip(1).zip(&mut all) {
        *place = segment;
        count += 1;
    }
    // A slash at the end makes no other page.
    let segments = match &all[..count] {
        [before @ .., ""] if !before.is_empty() => before,
        all => all,
    };
    let begin = text.len();
    text.push_str(host);
    text[begin..].make_ascii_lowercase();
    let mut put = |segment: &str| {
        text.push('/');
        text.push_str(segment);
    };
    if let Some(path) = rules.paths.iter().find(|path| path.fits(host, segments)) {
        path.fold(segments).for_each(put);
        return;
    }
    let told = told.trim_matches('/');
    let alike = !told.is_empty() && told.split('/').count() == segments.len();
    let mut told = told.split('/').filter(|_| alike);
    for segment in segments {
        let variable = told.next().is_some_and(rule::variable);
        put(if variable { rule::ID } else { rules.usual(segment) });
    }
}

/// Host with port, and path from its slash on. `None` for what has none.
fn split(url: &str) -> Option<(&str, &str)> {
    let mut colons = url.match_indices(':').map(|(at, _)| &url[at..]);
    let rest = colons.find_map(|rest| rest.strip_prefix("://"))?;
    let end = rest.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    let rest = &rest[..end.unwrap_or(rest.len())];
    let slash = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(slash);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    (!host.is_empty()).then_some((host, if path.is_empty() { "/" } else { path }))
}

/// Routes of many addresses, of which those that come again are mostly folded once.
pub(super) struct Routes<'a> {
    rules: Rules,
    near: Near<'a>,
    text: String,
    places: BTreeMap<String, usize>,
    names: Vec<String>,
}

impl<'a> Routes<'a> {
    /// For so many addresses.
    pub(super) fn new(rules: Rules, count: usize) -> Self {
        let (near, places) = (Near::of(count), BTreeMap::new());
        Self { rules, near, text: String::new(), places, names: Vec::new() }
    }

    /// The place of an address's route, in order of appearance.
    pub(super) fn place(&mut self, url: &'a str, told: &'a str) -> usize {
        let slot = match self.near.find(url, told) {
            Ok(place) => return place,
            Err(slot) => slot,
        };
        self.text.clear();
        route(&mut self.text, url, told, &self.rules);
        let known = self.places.get(&self.text).copied();
        let place = known.unwrap_or_else(|| {
            let next = self.names.len();
            self.names.push(self.text.clone());
            self.places.insert(self.text.clone(), next);
            next
        });
        self.near.put(slot, url, told, place);
        place
    }

    pub(super) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }

    /// The routes, by their places.
    pub(super) fn names(self) -> Vec<String> {
        self.names
    }
}

#[cfg(test)]
mod tests;
