//! The user's own patterns: a text, or a regular expression between slashes, and what stands
//! instead.
//!
//! The engine takes time in proportion to text and expression, whatever both say: there is nothing
//! that a page could state to make it stand still.

use std::borrow::Cow;
use std::fmt;

use regex_lite::{Regex, RegexBuilder};

use super::REDACTED;
use super::name::find;

/// Stands between a pattern and what is put instead.
const ARROW: &str = "=>";
/// Characters of a line, at most.
const LONGEST: usize = 500;
/// Bytes of an expression that is ready to be used, at most: what it costs a page is in proportion.
const LARGEST: usize = 64 * 1024;

/// One pattern. A text is an expression that means itself.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    regex: Regex,
    with: String,
}

/// Why a line is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// Nothing stands where the pattern should.
    Empty,
    /// It begins with a slash and has no other.
    Slash,
    /// It is too long.
    Length {
        /// Characters in it.
        found: usize,
    },
    /// The regular expression does not read.
    Expression {
        /// The character from which on it does not; `None` where it ends too early or is too large.
        at: Option<usize>,
        /// What is wrong with it.
        reason: String,
    },
    /// It is met by nothing at all, and so everywhere.
    Nothing,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => {
                f.write_str("is empty before its arrow, wanted a text or /a regular expression/")
            }
            Self::Slash => f.write_str(
                "begins a regular expression that does not end, wanted a slash at its end",
            ),
            Self::Length { found } => write!(f, "has {found} characters, wanted at most {LONGEST}"),
            Self::Expression { at: Some(at), reason } => {
                write!(f, "does not read at character {at} ({reason}), wanted a regular expression")
            }
            Self::Expression { at: None, reason } => {
                write!(f, "does not read ({reason}), wanted a regular expression")
            }
            Self::Nothing => {
                f.write_str("is met by no characters at all, wanted one that needs at least one")
            }
        }
    }
}

impl std::error::Error for PatternError {}

impl Pattern {
    /// Reads `pattern`, or `pattern => instead`.
    pub(super) fn parse(line: &str) -> Result<Self, PatternError> {
        let line = line.trim();
        let found = line.chars().count();
        if found > LONGEST {
            return Err(PatternError::Length { found });
        }
        let (expression, with) = match line.strip_prefix('/') {
            Some(rest) => {
                let (expression, with) = halves(rest)?;
                (Cow::Borrowed(expression), Cow::Borrowed(with))
            }
            None => {
                let at = find(line, ARROW).unwrap_or(line.len());
                let text = line.get(..at).unwrap_or_default().trim();
                let with = line.get(at + ARROW.len()..).unwrap_or(REDACTED).trim();
                // In what stands instead, a dollar names a group; here there is none.
                (Cow::Owned(regex_lite::escape(text)), Cow::Owned(with.replace('$', "$$")))
            }
        };
        if expression.is_empty() {
            return Err(PatternError::Empty);
        }
        let regex =
            compile(&expression).map_err(|reason| PatternError::Expression { at: None, reason })?;
        if regex.is_match("") {
            return Err(PatternError::Nothing);
        }
        Ok(Self { regex, with: with.into_owned() })
    }

    /// Whether a line is a pattern; where it is none, the place is told as well.
    pub(super) fn check(line: &str) -> Result<(), PatternError> {
        let place = |expression: &str| match Self::parse(line) {
            Err(PatternError::Expression { reason, .. }) => {
                Err(PatternError::Expression { at: flaw(expression), reason })
            }
            other => other.map(drop),
        };
        let expression = line.trim().strip_prefix('/').and_then(|rest| halves(rest).ok());
        place(expression.map_or("", |(expression, _)| expression))
    }

    /// The text with all that meets the pattern replaced. `None` where nothing does.
    pub(super) fn replace(&self, text: &str) -> Option<String> {
        match self.regex.replace_all(text, self.with.as_str()) {
            Cow::Borrowed(_) => None,
            Cow::Owned(clean) => Some(clean),
        }
    }

    /// How often a text meets the pattern.
    pub(super) fn count(&self, text: &str) -> usize {
        self.regex.find_iter(text).count()
    }
}

/// The expression of what stands after a slash, and what is put instead. The slash that ends it is
/// the last before an arrow: an expression may have slashes.
fn halves(rest: &str) -> Result<(&str, &str), PatternError> {
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| find(tail, ARROW)) {
        let head = rest.get(..from + at).unwrap_or_default();
        from += at + ARROW.len();
        if let Some(expression) = head.trim_end().strip_suffix('/') {
            return Ok((expression, rest.get(from..).unwrap_or_default().trim()));
        }
    }
    let alone = rest.strip_suffix('/').map(|expression| (expression, REDACTED));
    alone.ok_or(PatternError::Slash)
}

fn compile(expression: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(expression).size_limit(LARGEST).build();
    built.map_err(|error| error.to_string())
}

/// Where an expression ceases to read: one character after its longest beginning that does, its
/// open groups closed. `None` where it only ends too early, or is too large.
fn flaw(expression: &str) -> Option<usize> {
    let reads = |part: &str| {
        let closes = |open: usize| compile(&format!("{part}{}", ")".repeat(open))).is_ok();
        (0..=part.matches('(').count().min(8)).any(closes)
    };
    let ends = expression.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let ends = std::iter::once(0).chain(ends);
    let good = ends.enumerate().filter(|(_, end)| expression.get(..*end).is_some_and(reads)).last();
    good.filter(|(_, end)| *end < expression.len()).map(|(count, _)| count + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(line: &str, text: &str) -> Option<(String, usize)> {
        let pattern = Pattern::parse(line).unwrap();
        pattern.replace(text).map(|clean| (clean, pattern.count(text)))
    }

    #[test]
    fn a_pattern_is_a_text_or_an_expression_and_says_what_stands_instead() {
        for (line, text, wanted) in [
            ("ACME", "ACME and ACME", Some(("REDACTED and REDACTED", 2))),
            ("a.b => x$1", "a.b acb", Some(("x$1 acb", 1))),
            ("/\\d{4}-\\d{4}/", "1234-5678 1", Some(("REDACTED 1", 1))),
            ("/user\\/(\\w)\\w*/ => user/$1…", "/user/jane/x", Some(("/user/j…/x", 1))),
            ("/(?i)acme/ =>", "Acme, acme", Some((", ", 2))),
            ("/a => b/ => c", "a => b", Some(("c", 1))),
            ("ACME", "none", None),
            ("/x/", "none", None),
        ] {
            let wanted = wanted.map(|(text, count)| (text.to_owned(), count));
            assert_eq!(replaced(line, text), wanted, "{line}");
        }
    }

    #[test]
    fn what_is_no_pattern_says_where_and_why() {
        let said = |line: &str| Pattern::check(line).unwrap_err().to_string();
        for (line, wanted) in [
            (" => x", "is empty before its arrow, wanted a text or /a regular expression/"),
            ("//", "is empty before its arrow, wanted a text or /a regular expression/"),
            ("/x", "begins a regular expression that does not end, wanted a slash at its end"),
            ("/x*/", "is met by no characters at all, wanted one that needs at least one"),
        ] {
            assert_eq!(said(line), wanted);
        }
        assert!(said("/ab[z-a]c/").starts_with("does not read at character 3 ("));
        assert!(said("/(a|b[z-a])/").starts_with("does not read at character 5 ("));
        assert!(said("/(ab/").starts_with("does not read ("));
        assert!(said("/(?:a{500}){500}/").contains("limit"));
        assert!(said(&"x".repeat(501)).starts_with("has 501 characters"));
    }
}
