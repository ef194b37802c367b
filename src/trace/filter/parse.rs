//! Reads a filter: tokens to a tree, with limits on its size and depth.

use std::ops::Range;

use super::check::Pattern;
use super::token::{Part, Quote, Token, tokens};
use super::{Amount, Flaw, Language, Node, Op, Term, Type, Wanted};

/// Characters of a filter, at most.
const LONGEST: usize = 4_000;
/// Conditions in it, at most.
const MOST: usize = 200;
/// Brackets in one another, at most.
const DEEPEST: usize = 50;

/// Reads a text.
pub(super) fn parse(text: &str, language: &Language) -> Result<Node, Flaw> {
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        let wanted = format!("at most {LONGEST} characters");
        return Err(Flaw::new(text, at..text.len(), wanted));
    }
    let mut parser = Parser { text, language, tokens: tokens(text), at: 0, terms: 0 };
    if parser.tokens.is_empty() {
        return Ok(Node::And(Vec::new()));
    }
    let node = parser.any(0)?;
    match parser.tokens.get(parser.at) {
        Some(token) => Err(parser.flaw(token.range.clone(), "a “(” before it")),
        None => Ok(node),
    }
}

struct Parser<'a> {
    text: &'a str,
    language: &'a Language,
    tokens: Vec<Token>,
    at: usize,
    terms: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Part> {
        self.tokens.get(self.at).map(|token| &token.is)
    }

    /// Where the next token stands; behind the text when there is none.
    fn here(&self) -> Range<usize> {
        let end = self.text.len();
        self.tokens.get(self.at).map_or(end..end, |token| token.range.clone())
    }

    fn flaw(&self, range: Range<usize>, wanted: impl Into<String>) -> Flaw {
        Flaw::new(self.text, range, wanted)
    }

    /// Conditions with `or` between them.
    fn any(&mut self, depth: usize) -> Result<Node, Flaw> {
        let mut all = vec![self.all(depth)?];
        while self.peek() == Some(&Part::Or) {
            self.at += 1;
            all.push(self.all(depth)?);
        }
        Ok(Node::or(all))
    }

    /// Conditions with `and`, or nothing, between them.
    fn all(&mut self, depth: usize) -> Result<Node, Flaw> {
        let mut all = vec![self.one(depth)?];
        loop {
            match self.peek() {
                None | Some(Part::Or | Part::Close) => return Ok(Node::and(all)),
                Some(Part::And) => self.at += 1,
                Some(_) => {}
            }
            all.push(self.one(depth)?);
        }
    }

    /// One condition, or its opposite.
    fn one(&mut self, depth: usize) -> Result<Node, Flaw> {
        let mut not = false;
        while self.peek() == Some(&Part::Not) {
            self.at += 1;
            not = !not;
        }
        let node = self.plain(depth)?;
        Ok(if not { node.not() } else { node })
    }

    fn plain(&mut self, depth: usize) -> Result<Node, Flaw> {
        let here = self.here();
        let part = self.peek().cloned();
        self.at += 1;
        self.terms += 1;
        if self.terms > MOST {
            return Err(self.flaw(here, format!("at most {MOST} conditions")));
        }
        match part {
            Some(Part::Open) => {
                if depth == DEEPEST {
                    return Err(
                        self.flaw(here, format!("at most {DEEPEST} brackets in each other"))
                    );
                }
                let node = self.any(depth + 1)?;
                if self.peek() != Some(&Part::Close) {
                    return Err(self.flaw(self.here(), "a “)”"));
                }
                self.at += 1;
                Ok(node)
            }
            Some(Part::Words(words)) => self.words(here, words),
            Some(Part::Field(name)) => self.term(here, name),
            _ => Err(self.flaw(here, "a condition")),
        }
    }

    /// Free text.
    fn words(&self, here: Range<usize>, words: Quote) -> Result<Node, Flaw> {
        self.closed(&here, &words)?;
        if !words.quoted && words.text.starts_with([':', '=', '<', '>', '~', ',', '!']) {
            return Err(self.flaw(here, "a field before it, or quotes around it"));
        }
        Ok(Node::Text(words.text))
    }

    fn closed(&self, here: &Range<usize>, quote: &Quote) -> Result<(), Flaw> {
        if quote.closed {
            return Ok(());
        }
        let end = self.text.len();
        let open = self.text.get(here.clone()).unwrap_or_default().chars().next().unwrap_or('"');
        Err(self.flaw(end..end, format!("{open}, which ends the text")))
    }

    /// A field, its operator and its values.
    fn term(&mut self, here: Range<usize>, name: String) -> Result<Node, Flaw> {
        let Some(is) = self.language.type_of(&name) else {
            let names: Vec<&str> = self.language.fields.iter().map(|field| field.name).collect();
            return Err(self.flaw(here, format!("a field: {}", names.join(", "))));
        };
        let there = self.here();
        let Some(Part::Op(op)) = self.peek().cloned() else {
            return Err(self.flaw(there, "an operator"));
        };
        if !is.operators().contains(&op) {
            let signs: Vec<&str> = is.operators().iter().map(|op| op.sign()).collect();
            return Err(self.flaw(there, format!("one of {} for {name}", signs.join(" "))));
        }
        self.at += 1;
        let mut values = Vec::new();
        loop {
            values.push(self.value(is, op)?);
            if self.peek() != Some(&Part::Comma) {
                return Ok(Node::Term(Term { field: name, op, values }));
            }
            self.at += 1;
        }
    }

    fn value(&mut self, is: Type, op: Op) -> Result<Wanted, Flaw> {
        let here = self.here();
        let Some(Part::Value(value)) = self.peek().cloned() else {
            return Err(self.flaw(here, is.wanted()));
        };
        self.closed(&here, &value)?;
        self.at += 1;
        if value.text == "*" && !value.quoted && matches!(op, Op::Has | Op::Is | Op::IsNot) {
            return Ok(Wanted::Anything);
        }
        check(is, op, &value.text).map_err(|wanted| self.flaw(here, wanted))?;
        Ok(Wanted::Text(value.text))
    }
}

/// Whether a value fits a type; what was wanted where it does not.
fn check(is: Type, op: Op, text: &str) -> Result<(), String> {
    if matches!(op, Op::Matches | Op::MatchesNot) {
        return Pattern::new(text)
            .map(drop)
            .map_err(|reason| format!("a regular expression (this one does not read: {reason})"));
    }
    let amount = Amount::parse(text);
    let fits = match is {
        Type::Text | Type::Presence(_) => true,
        Type::Any => !op.ordered() || amount.is_some(),
        Type::Word(words) | Type::Rank(words) => {
            words.iter().any(|word| word.eq_ignore_ascii_case(text))
        }
        Type::Truth => matches!(text, "true" | "false" | "yes" | "no"),
        Type::Number => amount.is_some(),
        Type::Time => amount.and_then(Amount::time).is_some(),
        Type::Share => amount.and_then(Amount::percent).is_some(),
        Type::Id => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
    };
    let number = is == Type::Any && op.ordered();
    let wanted = || if number { Type::Number.wanted() } else { is.wanted() };
    if fits { Ok(()) } else { Err(wanted()) }
}
