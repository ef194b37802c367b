//! Asks columns for the rows that a filter lets through: each distinct value once, then a scan.

use super::check::Check;
use super::{Bits, Facet, Language, Needle, Node, Subject, Term, Type, Wanted, attribute};
use crate::Value;

/// The rows that a condition lets through. As deep as brackets may be, which is bounded.
pub(super) fn run(node: &Node, language: &Language, subject: &dyn Subject) -> Bits {
    match node {
        Node::And(nodes) => {
            let mut bits = Bits::all(subject.len());
            for node in nodes {
                bits.and(&run(node, language, subject));
            }
            bits
        }
        Node::Or(nodes) => {
            let mut bits = Bits::none(subject.len());
            for node in nodes {
                bits.or(&run(node, language, subject));
            }
            bits
        }
        Node::Not(node) => {
            let mut bits = run(node, language, subject);
            bits.invert();
            bits
        }
        Node::Text(text) => subject.search(&Needle::new(text)),
        Node::Term(term) => self::term(term, language, subject),
    }
}

fn term(term: &Term, language: &Language, subject: &dyn Subject) -> Bits {
    let len = subject.len();
    let field = language.field(&term.field);
    let is = field.map_or(Type::Any, |field| field.is);
    if let Type::Presence(_) = is {
        return presence(term, subject);
    }
    let facet = match field {
        Some(field) => subject.field(field.name),
        None => subject.attribute(attribute(&term.field)),
    };
    let check = Check::new(term, is);
    facet.map_or_else(|| Bits::none(len), |facet| scan(&facet, &check, is, len))
}

/// The rows of a facet that meet a check.
fn scan(facet: &Facet<'_>, check: &Check, is: Type, len: usize) -> Bits {
    match facet {
        Facet::Texts { of, texts } => by_number(len, of, texts.len(), |number| {
            let text = texts.get(number);
            match is {
                Type::Word(_) => check.word(text),
                Type::Id => check.hex(text),
                _ => check.text(text),
            }
        }),
        Facet::Values { of, values } => by_number(len, of, values.len(), |number| {
            values.get(number as usize).is_some_and(|value| check.value(value))
        }),
        #[allow(clippy::cast_precision_loss, reason = "compared with what a person wrote")]
        Facet::Numbers { of, scale } => Bits::of(len, |row| {
            of.get(row).is_some_and(|number| check.number(*number as f64 * scale))
        }),
        Facet::Truths(bits) => {
            let mut out = Bits::none(len);
            if check.truth(true) {
                out.or(bits);
            }
            if check.truth(false) {
                let mut not = bits.clone();
                not.invert();
                out.or(&not);
            }
            out
        }
        Facet::Ids(ids) => Bits::of(len, |row| ids.get(row).is_some_and(|id| check.id(*id))),
    }
}

/// The rows whose number meets a condition, which is asked once for each number that occurs.
pub(super) fn by_number(
    len: usize,
    of: &[u32],
    numbers: usize,
    mut meets: impl FnMut(u32) -> bool,
) -> Bits {
    let mut verdicts: Vec<Option<bool>> = vec![None; numbers];
    Bits::of(len, |row| {
        let Some(number) = of.get(row) else { return false };
        let Some(verdict) = verdicts.get_mut(*number as usize) else { return false };
        *verdict.get_or_insert_with(|| meets(*number))
    })
}

/// The rows that have one of the parts, or attributes, that are named.
fn presence(term: &Term, subject: &dyn Subject) -> Bits {
    let len = subject.len();
    let mut bits = Bits::none(len);
    for value in &term.values {
        let Wanted::Text(name) = value else { return Bits::all(len) };
        let part = subject.part(&name.to_lowercase()).unwrap_or_else(|| {
            match subject.attribute(attribute(name)) {
                Some(Facet::Values { of, values }) => by_number(len, &of, values.len(), |number| {
                    values.get(number as usize).is_some_and(|value| *value != Value::Empty)
                }),
                Some(Facet::Texts { of, texts }) => {
                    by_number(len, &of, texts.len(), |number| !texts.get(number).is_empty())
                }
                Some(_) => Bits::all(len),
                None => Bits::none(len),
            }
        });
        bits.or(&part);
    }
    if term.op.negative() {
        bits.invert();
    }
    bits
}
