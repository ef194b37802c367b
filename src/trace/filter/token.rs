//! Cuts a filter's text into tokens. Never fails: what is wrong with them is the parser's to say,
//! and completion needs them however wrong they are.

use std::ops::Range;

use super::Op;

/// A part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) is: Part,
    /// Where it stands, bytes.
    pub(super) range: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Open,
    Close,
    And,
    Or,
    Not,
    /// A field's name, which an operator follows.
    Field(String),
    Op(Op),
    /// What a field is compared with.
    Value(Quote),
    /// Another value follows.
    Comma,
    /// Free text.
    Words(Quote),
}

/// A text, in quotes or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quote {
    pub(super) text: String,
    pub(super) quoted: bool,
    /// Whether the quotes end.
    pub(super) closed: bool,
}

/// Cuts a text. Each character is passed a few times, however they follow each other.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut scanner = Scanner { text, at: 0, tokens: Vec::new() };
    scanner.run();
    scanner.tokens
}

/// Whether a word is one of the grammar's own.
pub(super) fn keyword(word: &str) -> Option<Part> {
    match word {
        "&&" => Some(Part::And),
        "||" => Some(Part::Or),
        _ if word.eq_ignore_ascii_case("and") => Some(Part::And),
        _ if word.eq_ignore_ascii_case("or") => Some(Part::Or),
        _ if word.eq_ignore_ascii_case("not") => Some(Part::Not),
        _ => None,
    }
}

/// Whether a field's name may have this letter.
pub(super) fn of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '@' | '$')
}

/// Whether a field's name may begin with it.
pub(super) fn begins_name(letter: char) -> bool {
    of_name(letter) && letter != '-' && !letter.is_numeric()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn push(&mut self, from: usize, is: Part) {
        self.tokens.push(Token { is, range: from..self.at });
    }

    fn take(&mut self, bytes: usize, is: Part) {
        let from = self.at;
        self.at += bytes;
        self.push(from, is);
    }

    fn run(&mut self) {
        loop {
            self.skip_space();
            let Some(letter) = self.peek() else { return };
            let next = self.rest().chars().nth(1);
            match letter {
                '(' => self.take(1, Part::Open),
                ')' => self.take(1, Part::Close),
                '-' if next.is_some_and(|next| !next.is_whitespace()) => self.take(1, Part::Not),
                '!' if next.is_some_and(|next| !matches!(next, '=' | '~')) => {
                    self.take(1, Part::Not);
                }
                _ => self.term(letter),
            }
        }
    }

    /// Free text, or a field with its operator and values.
    fn term(&mut self, letter: char) {
        let from = self.at;
        let quoted = matches!(letter, '"' | '\'');
        let name = if quoted {
            self.quote(letter)
        } else {
            let end = |letter: char| !of_name(letter);
            let length = self.rest().find(end).unwrap_or(self.rest().len());
            let length = if begins_name(letter) { length } else { 0 };
            let text = self.rest()[..length].to_owned();
            self.at += length;
            Quote { text, quoted, closed: true }
        };
        let there = self.at;
        let op = if name.text.is_empty() { None } else { self.operator() };
        if let Some((op, range)) = op {
            self.tokens.push(Token { is: Part::Field(name.text), range: from..there });
            self.tokens.push(Token { is: Part::Op(op), range });
            return self.values(op);
        }
        if quoted {
            return self.push(from, Part::Words(name));
        }
        self.at = from;
        let text = self.bare(false);
        let is = keyword(&text);
        self.push(from, is.unwrap_or(Part::Words(Quote { text, quoted, closed: true })));
    }

    /// The operator that follows a name. A colon stands right behind it, and begins no URL.
    fn operator(&mut self) -> Option<(Op, Range<usize>)> {
        let space = self.rest().len() - self.rest().trim_start().len();
        let rest = &self.rest()[space..];
        let (sign, op) = Op::SIGNS.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
        if op == Op::Has && (space > 0 || rest.starts_with("://")) {
            return None;
        }
        let from = self.at + space;
        self.at = from + sign.len();
        Some((op, from..self.at))
    }

    /// Values, with commas between them.
    fn values(&mut self, op: Op) {
        loop {
            self.skip_space();
            let from = self.at;
            let value = match self.peek() {
                Some(mark @ ('"' | '\'')) => self.quote(mark),
                _ => Quote { text: self.bare(op != Op::Matches), quoted: false, closed: true },
            };
            if self.at > from {
                self.push(from, Part::Value(value));
            }
            if !self.rest().trim_start().starts_with(',') {
                return;
            }
            self.skip_space();
            self.take(1, Part::Comma);
        }
    }

    /// A text in quotes. A backslash before anything but a quote, a backslash, n or t means itself,
    /// so that expressions need no doubled ones.
    fn quote(&mut self, mark: char) -> Quote {
        let mut quote = Quote { text: String::new(), quoted: true, closed: false };
        let from = self.at + mark.len_utf8();
        let mut letters = self.text.get(from..).unwrap_or_default().char_indices();
        self.at = self.text.len();
        while let Some((at, letter)) = letters.next() {
            if letter == mark {
                quote.closed = true;
                self.at = from + at + letter.len_utf8();
                break;
            }
            if letter != '\\' {
                quote.text.push(letter);
                continue;
            }
            match letters.next().map(|(_, letter)| letter) {
                Some(letter @ ('"' | '\'' | '\\')) => quote.text.push(letter),
                Some('n') => quote.text.push('\n'),
                Some('t') => quote.text.push('\t'),
                Some(letter) => quote.text.extend(['\\', letter]),
                None => quote.text.push('\\'),
            }
        }
        quote
    }

    /// A text without quotes: to the next space or the bracket that closes one before it.
    fn bare(&mut self, commas: bool) -> String {
        let mut open = 0_usize;
        let end = self.rest().find(|letter: char| match letter {
            '(' => {
                open += 1;
                false
            }
            ')' if open == 0 => true,
            ')' => {
                open -= 1;
                false
            }
            ',' => commas,
            _ => letter.is_whitespace(),
        });
        let text = self.rest()[..end.unwrap_or(self.rest().len())].to_owned();
        self.at += text.len();
        text
    }
}
