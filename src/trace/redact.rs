//! Takes secrets out of what was seen of a page, before anything is stored.
//!
//! Owns what is secret: by its name, by its look, and by what the user adds; and what stays of a
//! text that holds it. Servers' spans are their owners': only what the user denies by name is taken
//! out of our copy. Everything here takes time in proportion to the text, whatever that says.

mod address;
mod name;
mod pattern;
mod prose;
mod record;
mod share;
mod token;

use std::sync::Arc;

use crate::attribute::{Attributes, Value};
use crate::body::Site;
use crate::json::{Node, quote};
use crate::origin::Origin;
use crate::propagation::token;
use crate::record::{Field, Record};
use crate::settings::RedactionSettings;
use crate::unseen::Unseen;
use crate::{Resource, Span};
use name::Names;
use pattern::Pattern;

pub use name::NameError;
pub use pattern::PatternError;
pub use share::Note;

/// What stands where a secret was (semantic conventions, `url.full`).
const REDACTED: &str = "REDACTED";
/// Ends a text that was cut at its limit; no URL that a browser wrote contains it.
pub(crate) const CUT: char = '…';

/// A URL without credentials, as far as their names and places tell: no user and password, no value
/// of a parameter that is secret by its name or is a token. What is stored goes through
/// [`Redaction::url`] as well, which knows more.
#[must_use]
pub fn url(text: &str) -> String {
    address::clean(text, &Names::OURS)
}

/// Whether a field of this name holds a secret, whatever the user sets.
#[must_use]
pub fn secret(name: &str) -> bool {
    Names::OURS.secret(name)
}

/// What is taken out: credentials always, and what the user adds.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    names: Names,
    patterns: Vec<Pattern>,
    sites: Vec<Site>,
}

/// What became of a text that was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// What is stored of it.
    pub text: String,
    /// Whether anything that is always taken out was met, or a name that the user denies.
    pub ours: bool,
    /// How often each pattern was met, in their order.
    pub met: Vec<usize>,
}

impl Redaction {
    /// Reads what the user has set. A line that is no pattern is left out: [`check`] says which.
    #[must_use]
    pub fn new(settings: &RedactionSettings) -> Self {
        let patterns = settings.patterns.iter().filter_map(|line| Pattern::parse(line).ok());
        let names = Names::with(&settings.names);
        Self { names, patterns: patterns.collect(), sites: Vec::new() }
    }

    /// With the sites of whose bodies something is kept. A line that is none is left out.
    #[must_use]
    pub fn reading(self, lines: &[String]) -> Self {
        Self { sites: lines.iter().filter_map(|line| line.parse().ok()).collect(), ..self }
    }

    /// A record from a page of this origin, ready to be stored. `None` where the user allows nothing
    /// of it.
    #[must_use]
    pub fn fact(&self, origin: &Origin, record: Record) -> Option<Record> {
        Site::admit(&self.sites, origin, record).map(|record| self.record(record))
    }

    /// A URL without secrets.
    #[must_use]
    pub fn url(&self, text: &str) -> String {
        self.user(self.known(text, true))
    }

    /// A running text without secrets: a message, a stack, a name.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        self.user(self.known(text, false))
    }

    /// What is always taken out, and what the user denies by name.
    fn known(&self, text: &str, address: bool) -> String {
        let text = address::severed(text);
        if !address {
            return prose::clean(&text, &self.names);
        }
        let clean = address::nested(&address::clean(&text, &self.names), &self.names);
        // No URL that a browser wrote has such letters: it is words that somebody put there.
        if clean.contains(|letter: char| prose::breaks(letter) || letter == '\'') {
            return prose::clean(&clean, &self.names);
        }
        self::token::clean(&clean)
    }

    fn user(&self, text: String) -> String {
        self.patterns.iter().fold(text, |text, pattern| pattern.replace(&text).unwrap_or(text))
    }

    /// What is stored of a text that somebody tries, and why.
    #[must_use]
    pub fn try_out(&self, text: &str) -> Trial {
        let alone = !text.contains(char::is_whitespace) && name::find(text, "://").is_some();
        let mut trial = Trial { text: self.known(text, alone), ..Trial::default() };
        trial.ours = trial.text != text;
        for pattern in &self.patterns {
            trial.met.push(pattern.count(&trial.text));
            trial.text = pattern.replace(&trial.text).unwrap_or(trial.text);
        }
        trial
    }

    /// JSON without secrets: what stands under a secret's name, and what its texts hold.
    fn json(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        match Node::parse(text) {
            Ok(node) => self.node(&node, &mut clean),
            Err(_) => clean = self.text(text),
        }
        clean
    }

    fn node(&self, node: &Node<'_>, to: &mut String) {
        match node {
            Node::Null => to.push_str("null"),
            Node::Bool(truth) => to.push_str(if *truth { "true" } else { "false" }),
            Node::Number(digits) => to.push_str(digits),
            Node::Text(text) => quote(&self.text(text), to),
            Node::List(items) => {
                // A pair, as `Object.entries` makes them.
                let named = match items.as_slice() {
                    [Node::Text(name), _] => self.names.said(name),
                    _ => false,
                };
                for (at, item) in items.iter().enumerate() {
                    to.push(if at == 0 { '[' } else { ',' });
                    self.value(item, named && at == 1, to);
                }
                to.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Node::Object(fields) => {
                for (at, (name, value)) in fields.iter().enumerate() {
                    to.push(if at == 0 { '{' } else { ',' });
                    quote(&self.text(name), to);
                    to.push(':');
                    self.value(value, self.names.said(name), to);
                }
                to.push_str(if fields.is_empty() { "{}" } else { "}" });
            }
        }
    }

    fn value(&self, node: &Node<'_>, secret: bool, to: &mut String) {
        match node {
            Node::Null | Node::Bool(_) => self.node(node, to),
            _ if secret => quote(REDACTED, to),
            _ => self.node(node, to),
        }
    }

    /// Headers without secrets: `name:value`, a tab between them.
    fn headers(&self, text: &str) -> String {
        let header = |line: &str| match line.split_once(':') {
            Some((name, value)) if !value.is_empty() && self.names.secret(name) => {
                format!("{name}:{REDACTED}")
            }
            Some((name, value)) if name.chars().all(token) => format!("{name}:{}", self.url(value)),
            _ => self.text(line),
        };
        text.split('\t').map(header).collect::<Vec<_>>().join("\t")
    }

    /// A record without secrets, ready to be stored.
    #[must_use]
    pub fn record(&self, mut record: Record) -> Record {
        if let Record::Body(body) = &mut record {
            body.fields.iter_mut().for_each(|field| self.entry(field));
        }
        record::fields(&mut record).into_iter().for_each(|field| self.field(field));
        record
    }

    /// A field that somebody filled in: a secret by its name keeps no value, whoever listed it.
    fn entry(&self, Field { name, value }: &mut Field) {
        let secret = |value: &String| !value.is_empty() && self.names.secret(name);
        *value = value.take().filter(|value| !secret(value)).map(|value| self.text(&value));
        *name = self.text(name);
    }

    /// A request that only the network events told of, without what must not be kept.
    #[must_use]
    pub fn unseen(&self, mut unseen: Unseen) -> Unseen {
        record::unseen_fields(&mut unseen).into_iter().for_each(|field| self.field(field));
        unseen
    }

    fn field(&self, (form, attribute, text): record::Field<'_>) {
        *text = match form {
            _ if text.is_empty() => return,
            _ if self.names.denies(attribute) => REDACTED.to_owned(),
            record::Form::Address => self.url(text),
            record::Form::Text => self.text(text),
            record::Form::Json => self.json(text),
            record::Form::Headers => self.headers(text),
        };
    }

    /// Takes the attributes that the user denies out of spans: of ours, and of our copies of others'.
    pub fn spans(&self, spans: &mut [Span]) {
        if self.names.none() {
            return;
        }
        // Spans of one service share its resource, before and after.
        let mut last: Option<(Arc<Resource>, Arc<Resource>)> = None;
        for span in spans {
            self.attributes(&mut span.attributes);
            span.events.iter_mut().for_each(|event| self.attributes(&mut event.attributes));
            span.links.iter_mut().for_each(|link| self.attributes(&mut link.attributes));
            let known = last.as_ref().filter(|(before, _)| Arc::ptr_eq(before, &span.resource));
            let after = known.map(|(_, after)| Arc::clone(after)).unwrap_or_else(|| {
                let mut resource = Resource::clone(&span.resource);
                self.attributes(&mut resource.attributes);
                Arc::new(resource)
            });
            last = Some((Arc::clone(&span.resource), Arc::clone(&after)));
            span.resource = after;
        }
    }

    fn attributes(&self, attributes: &mut Attributes) {
        let denied = attributes.iter_mut().filter(|(name, _)| self.names.denies(name));
        denied.for_each(|(_, value)| *value = Value::from(REDACTED));
    }
}

/// Whether a line is a pattern.
///
/// # Errors
/// Why it is none, and where.
pub fn check(line: &str) -> Result<(), PatternError> {
    Pattern::check(line)
}

/// Whether a line is a name whose values can be denied.
///
/// # Errors
/// Why it is none.
pub fn check_name(line: &str) -> Result<(), NameError> {
    let name = line.strip_suffix('*').unwrap_or(line);
    match name.chars().find(|letter| !token(*letter)) {
        Some(found) => Err(NameError::Letter { found }),
        None if name::plain(name).is_empty() => Err(NameError::Empty),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
