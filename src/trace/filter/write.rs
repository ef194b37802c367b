//! Writes a filter as text again, in one form: what is read from it is the same filter.

use std::borrow::Cow;
use std::fmt;

use super::token::{begins_name, keyword, of_name};
use super::{Node, Term, Wanted};

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&words(text)),
            Self::Term(term) => term.fmt(f),
            Self::Not(node) => match **node {
                Self::Text(_) | Self::Term(_) => write!(f, "-{node}"),
                _ => write!(f, "-({node})"),
            },
            Self::And(nodes) => join(f, nodes, " ", |node| matches!(node, Self::Or(_))),
            Self::Or(nodes) => join(f, nodes, " or ", |_| false),
        }
    }
}

/// Writes conditions with a text between them, some in brackets.
fn join(
    f: &mut fmt::Formatter<'_>,
    nodes: &[Node],
    between: &str,
    brackets: impl Fn(&Node) -> bool,
) -> fmt::Result {
    for (at, node) in nodes.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { between })?;
        if brackets(node) { write!(f, "({node})")? } else { write!(f, "{node}")? }
    }
    Ok(())
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, op, values } = self;
        let plain = field.chars().all(of_name) && field.starts_with(begins_name);
        f.write_str(&if plain { Cow::Borrowed(&**field) } else { Cow::Owned(quoted(field)) })?;
        f.write_str(op.sign())?;
        for (at, value) in values.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { "," })?;
            match value {
                Wanted::Anything => f.write_str("*")?,
                Wanted::Text(text) => f.write_str(&self::value(text))?,
            }
        }
        Ok(())
    }
}

/// A value, in quotes where it needs them.
pub(super) fn value(text: &str) -> String {
    let safe = |letter: char| {
        letter.is_alphanumeric()
            || matches!(letter, '_' | '.' | '-' | '/' | '@' | '%' | '+' | ':' | '#')
    };
    // Behind a colon, two slashes are a URL's.
    let plain = !text.is_empty() && text.chars().all(safe) && !text.starts_with("//");
    if plain { text.to_owned() } else { quoted(text) }
}

/// Free text, in quotes where it would be read as something else.
pub(super) fn words(text: &str) -> String {
    let safe = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '/');
    let begins = text.starts_with(|letter: char| letter.is_alphanumeric() || letter == '/');
    let plain = begins && text.chars().all(safe) && keyword(text).is_none();
    if plain { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}
