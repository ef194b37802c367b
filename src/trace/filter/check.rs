//! A condition, ready to be asked: its numbers read, its expressions built, once for all rows.

use std::cmp::Ordering;

use regex_lite::{Regex, RegexBuilder};

use super::amount::Unit;
use super::{Amount, Needle, Op, Sieve, Term, Type, Wanted, attribute};
use crate::Value;

/// Bytes of an expression that is ready to be used, at most.
const LARGEST: usize = 64 * 1024;
/// Characters of an expression, at most.
const LONGEST: usize = 500;

/// A regular expression. Most are none, and a plain search is quicker; others have a part that
/// must stand in whatever meets them, and what has it not need not be asked.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Plain(String),
    Regex(Regex, Sieve),
}

impl Pattern {
    /// Builds an expression; why it is none, in the engine's words.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        if text.chars().nth(LONGEST).is_some() {
            return Err(format!("it has more than {LONGEST} characters"));
        }
        if regex_lite::escape(text) == text {
            return Ok(Self::Plain(text.to_owned()));
        }
        let built = RegexBuilder::new(text).size_limit(LARGEST).build();
        let sieve = Sieve::new(needed(text).as_bytes());
        built.map(|regex| Self::Regex(regex, sieve)).map_err(|error| error.to_string())
    }

    fn meets(&self, text: &str) -> bool {
        match self {
            Self::Plain(part) => text.contains(&**part),
            Self::Regex(regex, sieve) => sieve.passes(text.as_bytes()) && regex.is_match(text),
        }
    }
}

/// The longest run of characters that mean themselves in all that meets an expression; empty where
/// that is not plain to see: with alternatives outside of brackets, or flags.
fn needed(expression: &str) -> String {
    let (mut best, mut run) = (String::new(), String::new());
    let (mut open, mut class) = (0_usize, false);
    let expression = expression.strip_prefix("(?i)").unwrap_or(expression);
    let mut letters = expression.chars().peekable();
    while let Some(letter) = letters.next() {
        let plain = match letter {
            '\\' => {
                // A class or a place, unless what follows is a sign.
                let next = letters.next();
                next.filter(|next| next.is_ascii_punctuation()).filter(|_| !class && open == 0)
            }
            ']' if class => {
                class = false;
                None
            }
            _ if class => None,
            '|' if open == 0 => return String::new(),
            '(' if letters.peek() == Some(&'?') => return String::new(),
            '(' => {
                open += 1;
                None
            }
            ')' => {
                open = open.saturating_sub(1);
                None
            }
            '[' => {
                // A bracket that comes first in a class is one of it.
                letters.next_if_eq(&'^');
                letters.next_if_eq(&']');
                class = true;
                None
            }
            '.' | '^' | '$' | '*' | '+' | '?' => None,
            '{' => {
                letters.by_ref().find(|letter| *letter == '}');
                None
            }
            _ => Some(letter).filter(|_| open == 0),
        };
        match plain.filter(|_| !matches!(letters.peek(), Some('*' | '?' | '{'))) {
            Some(plain) => run.push(plain),
            None => run.clear(),
        }
        if run.len() > best.len() {
            best.clone_from(&run);
        }
    }
    best
}

/// A condition on one field.
#[derive(Debug)]
pub(super) struct Check {
    op: Op,
    wants: Vec<Want>,
    ranks: &'static [&'static str],
    /// Nanoseconds that an attribute's number counts, where it is a time.
    tick: f64,
}

/// One of the values that it asks for, in every way in which it may be read.
#[derive(Debug)]
struct Want {
    text: String,
    /// `*`
    any: bool,
    needle: Needle,
    amount: Option<Amount>,
    pattern: Option<Pattern>,
}

impl Check {
    pub(super) fn new(term: &Term, is: Type) -> Self {
        let ranks = if let Type::Rank(words) = is { words } else { &[] };
        let wants = term.values.iter().map(|wanted| Want::new(wanted, term.op, is)).collect();
        Self { op: term.op, wants, ranks, tick: tick(attribute(&term.field)) }
    }

    /// Asks each value; what is there and different from all is what a negative operator wants.
    fn any(&self, there: bool, fits: impl Fn(&Want) -> bool) -> bool {
        if self.op.negative() {
            return there && !self.wants.iter().any(|want| want.any || fits(want));
        }
        self.wants.iter().any(|want| if want.any { there } else { fits(want) })
    }

    /// Whether a text meets it. No text is none.
    pub(super) fn text(&self, text: &str) -> bool {
        self.any(!text.is_empty(), |want| match self.op {
            Op::Has if self.ranks.is_empty() => want.needle.is_in(text),
            Op::Has | Op::Is | Op::IsNot if !self.ranks.is_empty() => {
                text.eq_ignore_ascii_case(&want.text)
            }
            Op::Has | Op::Is | Op::IsNot => text == want.text,
            Op::Matches | Op::MatchesNot => {
                want.pattern.as_ref().is_some_and(|pattern| pattern.meets(text))
            }
            _ => match (self.rank(text), self.rank(&want.text)) {
                (Some(one), Some(other)) => self.ordered(one.cmp(&other)),
                _ => Amount::parse(text).is_some_and(|it| self.compare(it.number, want)),
            },
        })
    }

    fn rank(&self, word: &str) -> Option<usize> {
        self.ranks.iter().position(|rank| rank.eq_ignore_ascii_case(word))
    }

    fn ordered(&self, is: Ordering) -> bool {
        match self.op {
            Op::Less => is.is_lt(),
            Op::Most => is.is_le(),
            Op::More => is.is_gt(),
            Op::Least => is.is_ge(),
            _ => is.is_eq(),
        }
    }

    fn compare(&self, number: f64, want: &Want) -> bool {
        let Some(amount) = want.amount else { return false };
        if self.op.ordered() {
            return number.partial_cmp(&amount.number).is_some_and(|is| self.ordered(is));
        }
        amount.is(number)
    }

    /// Whether a number meets it.
    pub(super) fn number(&self, number: f64) -> bool {
        self.any(true, |want| self.compare(number, want))
    }

    /// Whether truth or its opposite meets it.
    pub(super) fn truth(&self, truth: bool) -> bool {
        self.any(true, |want| matches!(&*want.text, "true" | "yes") == truth)
    }

    /// Whether an id meets it, in hex; 0 is none.
    pub(super) fn id(&self, id: u64) -> bool {
        let hex = if id == 0 { String::new() } else { hex(id) };
        self.hex(&hex)
    }

    /// Whether an id's text meets it.
    pub(super) fn hex(&self, text: &str) -> bool {
        self.any(!text.is_empty(), |want| match self.op {
            Op::Has => !text.is_empty() && want.needle.is_in(text),
            _ => text.eq_ignore_ascii_case(&want.text),
        })
    }

    /// Whether one of a few words meets it.
    pub(super) fn word(&self, word: &str) -> bool {
        self.any(!word.is_empty(), |want| word.eq_ignore_ascii_case(&want.text))
    }

    /// Whether an attribute's value meets it.
    pub(super) fn value(&self, value: &Value) -> bool {
        match value {
            Value::Empty => false,
            Value::Text(text) => self.text(text),
            Value::Bool(truth) => self.word(if *truth { "true" } else { "false" }),
            Value::Int(number) =>
            {
                #[allow(clippy::cast_precision_loss, reason = "compared with what a person wrote")]
                self.amount(*number as f64, &number.to_string())
            }
            Value::Double(number) => self.amount(*number, &number.to_string()),
            Value::List(values) if self.op.negative() => {
                !values.is_empty() && values.iter().all(|value| self.plain(value))
            }
            Value::List(values) => values.iter().any(|value| self.plain(value)),
            Value::Bytes(_) | Value::Map(_) => self.text(&value.to_string()),
        }
    }

    /// As [`value`](Self::value), for the values of a list: lists in lists are read as text.
    fn plain(&self, value: &Value) -> bool {
        match value {
            Value::List(_) => self.text(&value.to_string()),
            other => self.value(other),
        }
    }

    /// Whether a number that stands in an attribute meets it.
    fn amount(&self, number: f64, text: &str) -> bool {
        self.any(true, |want| match self.op {
            Op::Matches | Op::MatchesNot => {
                want.pattern.as_ref().is_some_and(|pattern| pattern.meets(text))
            }
            Op::Has if class(&want.text, text) => true,
            _ => {
                let time = want.amount.is_some_and(|amount| amount.unit == Unit::Time);
                self.compare(if time { number * self.tick } else { number }, want)
            }
        })
    }
}

impl Want {
    fn new(wanted: &Wanted, op: Op, is: Type) -> Self {
        let (text, any) = match wanted {
            Wanted::Anything => ("", true),
            Wanted::Text(text) => (&**text, false),
        };
        let amount = Amount::parse(text).and_then(|amount| match is {
            Type::Time => amount.time(),
            Type::Share => amount.percent(),
            _ => Some(amount),
        });
        let matches = matches!(op, Op::Matches | Op::MatchesNot);
        // The parser has built it once and found it good.
        let pattern = if matches { Pattern::new(text).ok() } else { None };
        Self { text: text.to_owned(), any, needle: Needle::new(text), amount, pattern }
    }
}

/// An id in hex.
pub(super) fn hex(id: u64) -> String {
    format!("{id:016x}")
}

/// Whether a code is of a class: `5xx` for 503.
fn class(class: &str, code: &str) -> bool {
    let digits = class.trim_end_matches(['x', 'X']);
    digits.len() < class.len()
        && !digits.is_empty()
        && class.len() == code.len()
        && code.starts_with(digits)
}

/// How many nanoseconds one of an attribute is, by its name; milliseconds where that says nothing.
fn tick(name: &str) -> f64 {
    let unit = name.rsplit(['.', '_']).next().unwrap_or_default();
    match unit {
        "ns" | "nanos" | "nanoseconds" => 1.0,
        "us" | "micros" | "microseconds" => 1e3,
        "s" | "sec" | "secs" | "seconds" => 1e9,
        _ => 1e6,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_an_expression_needs_is_read_off_it() {
        for (expression, wanted) in [
            ("^GET /(api|cart)/.*=1", "GET /"),
            ("(?i)select .* from", "select "),
            ("ab?c+d", "a"),
            ("a|b", ""),
            ("(?x) a b", ""),
            ("\\d+\\.json$", ".json"),
            ("[]a]bc[^]]d", "bc"),
            ("x{2}yz", "yz"),
            ("ab+cd", "ab"),
            ("(ab)c", "c"),
        ] {
            assert_eq!(needed(expression), wanted, "{expression}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn no_text_that_meets_an_expression_is_sifted_out(
            expression in "[abc|()?*+.^$\\\\\\[\\]{}2,d-]{1,10}", text in "[abcABd2.]{0,8}"
        ) {
            let flagged = format!("(?i){expression}");
            for expression in [&*expression, &flagged] {
                let Ok(Pattern::Regex(regex, sieve)) = Pattern::new(expression) else { continue };
                if regex.is_match(&text) {
                    prop_assert!(sieve.passes(text.as_bytes()), "{}", needed(expression));
                }
            }
        }
    }
}
