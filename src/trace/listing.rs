//! Lays out JSON, SQL and GraphQL for reading: lines with a depth, each in pieces that have a tone.
//!
//! One pass over the text and no recursion, so neither a megabyte nor a hundred thousand brackets
//! within each other matter. Nothing is checked: what does not fit its language is laid out too, and
//! texts that do not end reach to the end. What lies beyond [`LINES`] and [`PIECES`] is counted.

mod lexer;
mod sql;
mod tree;

use lexer::Lexer;

/// Lines that are laid out, at most.
pub const LINES: usize = 5_000;
/// Pieces that are laid out, at most.
pub const PIECES: usize = 20_000;

/// A language that can be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JSON.
    Json,
    /// SQL of any dialect.
    Sql,
    /// A GraphQL document.
    GraphQl,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Anything.
    #[default]
    Plain,
    /// A name in quotes: a key, a column.
    Name,
    /// A text.
    Text,
    /// A number.
    Number,
    /// A word of the language itself.
    Word,
    /// A comment.
    Comment,
    /// Brackets, commas, operators.
    Sign,
}

/// A piece of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What it is.
    pub tone: Tone,
    /// Itself.
    pub text: &'a str,
    /// Whether a space stands before it.
    pub spaced: bool,
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line<'a> {
    /// How far it is moved in.
    pub depth: usize,
    /// What stands on it.
    pub pieces: Vec<Piece<'a>>,
    /// The line where the bracket is closed that this one ends with; `None` where it opens none.
    pub end: Option<usize>,
}

/// A text, laid out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing<'a> {
    /// Its lines.
    pub lines: Vec<Line<'a>>,
    /// Bytes that were not laid out.
    pub more: usize,
}

impl Language {
    /// The language of an attribute's text, by its name and by how it begins and ends.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Option<Self> {
        let trimmed = text.trim();
        match name {
            "graphql.document" | "graphql.source" | "graphql.query" => return Some(Self::GraphQl),
            "db.statement" | "db.query.text" | "sql.query" if sql::begins(trimmed) => {
                return Some(Self::Sql);
            }
            _ => {}
        }
        let mut letters = trimmed.chars();
        let first = letters.next()?;
        let last = trimmed.chars().next_back()?;
        let closed = matches!((first, last), ('{', '}') | ('[', ']'));
        let second = letters.find(|letter| !letter.is_whitespace()).unwrap_or_default();
        // Recorders cut long texts, which then do not end. A log's `[info] x` is no list.
        let begun = match first {
            '{' => matches!(second, '"' | '}'),
            '[' => {
                let value = matches!(second, '{' | '[' | '"' | ']');
                value || closed && (second == '-' || second.is_ascii_digit())
            }
            _ => false,
        };
        begun.then_some(Self::Json)
    }

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Sql => "SQL",
            Self::GraphQl => "GraphQL",
        }
    }

    /// Lays a text out.
    #[must_use]
    pub fn list(self, text: &str) -> Listing<'_> {
        let mut page = Page::new(Lexer::new(text, self));
        match self {
            Self::Json | Self::GraphQl => tree::list(&mut page, self),
            Self::Sql => sql::list(&mut page),
        }
        page.done()
    }
}

/// A listing that is being made.
struct Page<'a> {
    lexer: Lexer<'a>,
    lines: Vec<Line<'a>>,
    pieces: usize,
}

impl<'a> Page<'a> {
    fn new(lexer: Lexer<'a>) -> Self {
        Self { lexer, lines: vec![Line::default()], pieces: 0 }
    }

    /// The next piece, while there is room for it.
    fn next(&mut self) -> Option<Piece<'a>> {
        let room = self.lines.len() < LINES && self.pieces < PIECES;
        if room { self.lexer.next() } else { None }
    }

    /// The piece after that, which is looked at only.
    fn peek(&self) -> Piece<'a> {
        self.lexer.clone().next().unwrap_or_default()
    }

    /// Goes to a line of its own, unless it is on a fresh one.
    fn line(&mut self, depth: usize) {
        match self.lines.last_mut() {
            Some(line) if line.pieces.is_empty() => line.depth = depth,
            _ => self.lines.push(Line { depth, ..Line::default() }),
        }
    }

    /// Puts a piece on the line; the first has no space before it.
    fn put(&mut self, piece: Piece<'a>) {
        if let Some(line) = self.lines.last_mut() {
            let spaced = piece.spaced && !line.pieces.is_empty();
            line.pieces.push(Piece { spaced, ..piece });
            self.pieces += 1;
        }
    }

    /// The line that is written on.
    fn at(&self) -> usize {
        self.lines.len().saturating_sub(1)
    }

    /// Notes that this line closes what another opened.
    fn close(&mut self, opened: usize) {
        let at = self.at();
        if let Some(line) = self.lines.get_mut(opened) {
            line.end = (at > opened).then_some(at);
        }
    }

    fn done(mut self) -> Listing<'a> {
        if self.lines.len() > 1 && self.lines.last().is_some_and(|line| line.pieces.is_empty()) {
            self.lines.pop();
        }
        Listing { lines: self.lines, more: self.lexer.rest().trim().len() }
    }
}

#[cfg(test)]
mod tests;
