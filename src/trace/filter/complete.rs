//! What may stand at the cursor: fields, operators, and the values that there are, with counts.

use crate::order;
use std::ops::Range;

use super::token::{Part, Token, tokens};
use super::write::value;
use super::{Facet, Language, Op, Subject, Term, Type, Wanted, attribute, run};

/// Values longer than this are not offered: nobody reads them in a list.
const LONGEST: usize = 120;
/// Units of time, offered behind a number.
const TIMES: [&str; 4] = ["us", "ms", "s", "m"];

/// What the cursor stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What a choice takes the place of, bytes.
    pub range: Range<usize>,
    /// What is there already, before the cursor.
    pub prefix: String,
    /// The field and operator whose value is wanted; `None` where a condition may begin.
    of: Option<(String, Op)>,
}

/// Something that may stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is put there.
    pub text: String,
    /// What it is; may be empty.
    pub about: &'static str,
    /// How many rows have it, where that can be counted.
    pub count: Option<usize>,
}

/// What may stand at the cursor, the likeliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What a choice takes the place of, bytes of the text.
    pub range: Range<usize>,
    /// The choices.
    pub choices: Vec<Choice>,
}

impl Place {
    /// The place of a cursor, given in bytes. However wrong the text is, there is one.
    #[must_use]
    pub fn at(text: &str, cursor: usize) -> Self {
        let cursor = text.floor_char_boundary(cursor);
        let tokens = tokens(text);
        let before = tokens.iter().take_while(|token| token.range.start < cursor);
        let before: Vec<&Token> = before.collect();
        let here = |range: Range<usize>| {
            let prefix = text.get(range.start..cursor).unwrap_or_default();
            let prefix = prefix.trim_start_matches(['"', '\'']).to_owned();
            (range, prefix)
        };
        let (range, prefix) = match before.last() {
            Some(token) if token.range.end >= cursor && !token.separates() => {
                here(token.range.clone())
            }
            _ => (cursor..cursor, String::new()),
        };
        Self { of: asked(&before, cursor), range, prefix }
    }

    /// The attribute whose values are wanted, for whoever must make its column first.
    #[must_use]
    pub fn attribute(&self, language: &Language) -> Option<&str> {
        let (field, _) = self.of.as_ref()?;
        language.field(field).is_none().then(|| attribute(field))
    }

    /// What may stand there, so many choices at most.
    #[must_use]
    pub fn complete(&self, language: &Language, subject: &dyn Subject, most: usize) -> Completion {
        let all = match &self.of {
            None => self.fields(language, subject),
            Some((field, op)) => self.values((field, *op), language, subject),
        };
        Completion { range: self.range.clone(), choices: self.best(all, most) }
    }

    /// Fields that may begin a condition, and the operators of one that is written out.
    fn fields(&self, language: &Language, subject: &dyn Subject) -> Vec<Choice> {
        let mut all = Vec::new();
        let offer = |name: &str, is: Type, about, count| {
            // The operator that is used most comes with the field.
            let first = is.operators().first().copied().unwrap_or(Op::Has);
            let whole = name == self.prefix;
            let signs = if whole { is.operators() } else { std::slice::from_ref(&first) };
            let written = move |op: &Op| condition(name, *op);
            let choice = move |op: &Op| Choice { text: written(op), about, count };
            signs.iter().map(choice).collect::<Vec<_>>()
        };
        for field in language.fields {
            all.extend(offer(field.name, field.is, field.about, None));
        }
        for (name, count) in subject.attributes() {
            let clash = language.field(&name).is_some();
            let name = if clash { format!(".{name}") } else { name };
            all.extend(offer(&name, Type::Any, "attribute", Some(count)));
        }
        if !self.prefix.is_empty() {
            for word in ["and", "or", "not"] {
                all.push(Choice { text: word.to_owned(), about: "", count: None });
            }
        }
        all
    }

    /// Values that a field has.
    fn values(
        &self,
        (name, op): (&str, Op),
        language: &Language,
        subject: &dyn Subject,
    ) -> Vec<Choice> {
        let Some(is) = language.type_of(name) else { return Vec::new() };
        let facet = match language.field(name) {
            Some(field) => subject.field(field.name),
            None => subject.attribute(attribute(name)),
        };
        let counts = facet.as_ref().map(Facet::counts).unwrap_or_default();
        let there = facet.is_some();
        let count =
            |word: &str| counts.iter().find(|(text, _)| text == word).map_or(0, |(_, it)| *it);
        let known = |word: &str| there.then(|| count(word));
        let fixed = |words: &[&str], count: &dyn Fn(&str) -> Option<usize>| {
            let choice =
                |word: &&str| Choice { text: (*word).to_owned(), about: "", count: count(word) };
            words.iter().map(choice).collect::<Vec<_>>()
        };
        match is {
            Type::Word(words) | Type::Rank(words) => fixed(words, &known),
            Type::Truth => fixed(&["true", "false"], &known),
            Type::Presence(words) => {
                let part = |word: &str| subject.part(word).map(|bits| bits.count());
                let mut all = fixed(words, &part);
                all.extend(subject.attributes().into_iter().map(|(name, count)| Choice {
                    text: value(&name),
                    about: "attribute",
                    count: Some(count),
                }));
                all
            }
            Type::Time if self.prefix.parse::<f64>().is_ok() => {
                let time = |unit: &&str| format!("{}{unit}", self.prefix);
                let choice = |unit| Choice { text: time(unit), about: "", count: None };
                let mut all: Vec<Choice> = TIMES.iter().map(choice).collect();
                for choice in &mut all {
                    choice.count = counted((name, op), &choice.text, language, subject);
                }
                all
            }
            Type::Time | Type::Share | Type::Number => Vec::new(),
            Type::Text | Type::Id | Type::Any => {
                let short = counts.into_iter().filter(|(text, _)| text.len() <= LONGEST);
                let choice = |(text, count): (String, usize)| Choice {
                    text: value(&text),
                    about: "",
                    count: Some(count),
                };
                short.map(choice).collect()
            }
        }
    }

    /// Those that begin with what is there, then those that have it in them; each by count. In the
    /// order in which they came where that is equal.
    fn best(&self, all: Vec<Choice>, most: usize) -> Vec<Choice> {
        let prefix = self.prefix.to_lowercase();
        let rank = |choice: &Choice| {
            let text = choice.text.to_lowercase();
            let bare = text.trim_start_matches(['"', '.']);
            let begins = text.starts_with(&prefix) || bare.starts_with(&prefix);
            (begins || text.contains(&prefix)).then_some(!begins)
        };
        let mut ranked: Vec<(bool, Choice)> =
            all.into_iter().filter_map(|choice| Some((rank(&choice)?, choice))).collect();
        // Fields, which are not counted, come before attributes, which are.
        let count =
            |choice: &Choice| u64::MAX / 2 - choice.count.map_or(u64::MAX / 2, |it| it as u64);
        order::sort_by_rank(&mut ranked, |(late, choice)| u64::from(*late) << 63 | count(choice));
        ranked.into_iter().take(most).map(|(_, choice)| choice).collect()
    }
}

impl Token {
    /// Whether what stands behind it is no more of it.
    fn separates(&self) -> bool {
        matches!(self.is, Part::Open | Part::Close | Part::Op(_) | Part::Comma | Part::Not)
            && self.range.len() <= 3
    }
}

/// The field and operator whose value the cursor stands in or before.
fn asked(before: &[&Token], cursor: usize) -> Option<(String, Op)> {
    let (last, rest) = before.split_last()?;
    let open = match last.is {
        Part::Op(_) | Part::Comma => true,
        Part::Value(_) => last.range.end >= cursor,
        _ => false,
    };
    let op = before.iter().rposition(|token| matches!(token.is, Part::Op(_))).filter(|_| open)?;
    match (&before[op].is, &rest.get(op.checked_sub(1)?)?.is) {
        (Part::Op(op), Part::Field(field)) => Some((field.clone(), *op)),
        _ => None,
    }
}

/// A field with its operator.
fn condition(name: &str, op: Op) -> String {
    let term = Term { field: name.to_owned(), op, values: Vec::new() };
    term.to_string()
}

/// How many rows a condition lets through.
fn counted(
    (name, op): (&str, Op),
    text: &str,
    language: &Language,
    subject: &dyn Subject,
) -> Option<usize> {
    let values = vec![Wanted::Text(text.to_owned())];
    let term = Term { field: name.to_owned(), op, values };
    Some(run::run(&super::Node::Term(term), language, subject).count())
}
