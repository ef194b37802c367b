//! Cuts a text into pieces. What is no piece of the language is one of its own.

use super::{Language, Piece, Tone, sql};

/// What is left of a text.
#[derive(Clone)]
pub(super) struct Lexer<'a> {
    rest: &'a str,
    language: Language,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, language: Language) -> Self {
        Self { rest: text, language }
    }

    /// What was not read.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Option<Piece<'a>> {
        // GraphQL's commas say nothing, and neither does a mark of the bytes' order.
        let text = self
            .rest
            .trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
        let spaced = text.len() < self.rest.len();
        self.rest = text;
        let first = text.chars().next()?;
        let (tone, length) = self.measure(text, first);
        let (piece, rest) = text.split_at(length.min(text.len()));
        self.rest = rest;
        let tone = if tone == Tone::Plain { self.tone(piece) } else { tone };
        Some(Piece { tone, text: piece, spaced })
    }

    /// Tone and length of the piece that a text begins with.
    fn measure(&self, text: &str, first: char) -> (Tone, usize) {
        let sql = self.language == Language::Sql;
        let line = || text.find('\n').unwrap_or(text.len());
        match first {
            '"' if text.starts_with("\"\"\"") && self.language == Language::GraphQl => {
                (Tone::Text, text[3..].find("\"\"\"").map_or(text.len(), |at| at + 6))
            }
            '"' if sql => (Tone::Name, doubled(text, b'"')),
            '"' => (Tone::Text, escaped(text)),
            '`' if sql => (Tone::Name, doubled(text, b'`')),
            '\'' if sql => (Tone::Text, doubled(text, b'\'')),
            '-' if sql && text.starts_with("--") => (Tone::Comment, line()),
            '#' if self.language == Language::GraphQl => (Tone::Comment, line()),
            '/' if sql && text.starts_with("/*") => {
                (Tone::Comment, text[2..].find("*/").map_or(text.len(), |at| at + 4))
            }
            '$' if sql && text.starts_with("$$") => {
                (Tone::Text, text[2..].find("$$").map_or(text.len(), |at| at + 4))
            }
            '-' if !sql && text[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                (Tone::Number, 1 + run(&text[1..], of_number))
            }
            '0'..='9' => (Tone::Number, run(text, of_number)),
            '.' if text.starts_with("...") => (Tone::Sign, 3),
            _ if of_name(first) || matches!(first, '$' | '@') => {
                (Tone::Plain, first.len_utf8() + run(&text[first.len_utf8()..], of_name))
            }
            _ if sql && operator(first) => (Tone::Sign, run(text, operator)),
            _ => (Tone::Sign, first.len_utf8()),
        }
    }

    fn tone(&self, word: &str) -> Tone {
        let known = match self.language {
            Language::Json => matches!(word, "true" | "false" | "null"),
            Language::Sql => sql::keyword(word),
            Language::GraphQl => matches!(
                word,
                "query"
                    | "mutation"
                    | "subscription"
                    | "fragment"
                    | "on"
                    | "true"
                    | "false"
                    | "null"
            ),
        };
        match word.as_bytes().first() {
            Some(b'$' | b'@') => Tone::Name,
            _ if known => Tone::Word,
            _ => Tone::Plain,
        }
    }
}

fn of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

fn of_number(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_')
}

fn operator(letter: char) -> bool {
    matches!(letter, '<' | '>' | '=' | '!' | ':' | '|' | '&' | '#' | '~' | '^' | '%' | '@')
}

/// Bytes at the beginning of a text whose letters are all of a kind.
fn run(text: &str, kind: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !kind(letter)).unwrap_or(text.len())
}

/// Length of a text in quotes that a backslash keeps open.
fn escaped(text: &str) -> usize {
    let mut skip = true;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if skip => skip = false,
            b'\\' => skip = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Length of a text in quotes, two of which stand for one.
fn doubled(text: &str, mark: u8) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(more) =
        bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == mark))
    {
        at += more + 1;
        if bytes.get(at) != Some(&mark) {
            return at;
        }
        at += 1;
    }
    text.len()
}
