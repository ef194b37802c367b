//! One attribute of all spans: each distinct value once, and which of them each span has.

use std::borrow::Cow;
use std::collections::BTreeMap;

use trace::Value;
use trace::columns::Pool;

use super::{Sheet, named};
use crate::proto;
use crate::wire::{Field, Fields};

/// The values of one attribute. Whoever filters or counts looks at each distinct value once and
/// then walks a list of numbers.
#[derive(Clone, Debug)]
pub struct Column {
    /// Which value each span has: an index into [`values`](Self::values).
    pub of: Vec<u32>,
    values: Vec<Value>,
    /// The values' messages, by which they are told apart.
    messages: Pool,
    /// The value that each owner gives, where a span has none of its own.
    owners: Vec<u32>,
}

impl Default for Column {
    fn default() -> Self {
        // Number 0 is no value, as it is no bytes.
        Self {
            of: Vec::new(),
            values: vec![Value::Empty],
            messages: Pool::default(),
            owners: Vec::new(),
        }
    }
}

impl Column {
    /// The number of what has no such attribute.
    pub const NONE: u32 = 0;

    /// The distinct values, in order of appearance; the first is [`Value::Empty`] and stands for
    /// none.
    #[must_use]
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// A span's value; `None` where it has none.
    #[must_use]
    pub fn get(&self, span: usize) -> Option<&Value> {
        let number = self.of.get(span).filter(|number| **number != Self::NONE)?;
        self.values.get(*number as usize)
    }

    /// How many spans were looked at.
    #[must_use]
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether none was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Spans by value, as numbers beside [`values`](Self::values).
    #[must_use]
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.values.len()];
        for number in &self.of {
            counts[*number as usize] += 1;
        }
        counts
    }

    /// Values by how a person reads them: for completion.
    #[must_use]
    pub fn texts(&self) -> BTreeMap<String, usize> {
        let mut texts = BTreeMap::new();
        for (value, count) in self.values.iter().zip(self.counts()).skip(1) {
            *texts.entry(value.to_string()).or_default() += count;
        }
        texts
    }

    /// Looks at the spans that came since, so many at most.
    pub(super) fn grow(&mut self, sheet: &Sheet, key: &str, most: usize) {
        let columns = sheet.columns();
        let by = columns.by();
        for owner in &by.all()[self.owners.len()..] {
            let resource = by.resources().get(owner.resource as usize);
            let scope = by.scopes().get(owner.scope as usize);
            let value = resource.and_then(|it| it.attributes.get(key));
            let value = value.or_else(|| scope.and_then(|it| it.attributes.get(key)));
            let number =
                value.map_or(Self::NONE, |value| self.number(&proto::value_message(value)));
            self.owners.push(number);
        }
        for at in (self.of.len()..sheet.len()).take(most) {
            let number = match find(sheet.message(at), key) {
                Some(message) => self.number(message),
                None => self.owners[columns.owners[at] as usize],
            };
            self.of.push(number);
        }
    }

    /// The number of a value's message.
    fn number(&mut self, message: &[u8]) -> u32 {
        let number = self.messages.intern(message);
        if number as usize == self.values.len() {
            // Every message was checked when it came in.
            self.values.push(proto::value(message).unwrap_or_default());
        }
        number
    }
}

/// The message of an attribute's value in a span's message; of two with one name the later counts.
fn find<'a>(span: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let fields = Fields::new(span).map_while(Result::ok);
    let pairs = fields.filter_map(|field| match field {
        (9, Field::Bytes(pair)) => named(pair, key),
        _ => None,
    });
    pairs.last()
}

/// The value of a `KeyValue` message as a person reads it.
pub(super) fn words(pair: &[u8]) -> Cow<'_, str> {
    let mut value: &[u8] = &[];
    for field in Fields::new(pair).map_while(Result::ok) {
        if let (2, Field::Bytes(bytes)) = field {
            value = bytes;
        }
    }
    let mut fields = Fields::new(value);
    if let (Some(Ok((1, Field::Bytes(text)))), None) = (fields.next(), fields.next()) {
        return String::from_utf8_lossy(text);
    }
    proto::value(value).unwrap_or_default().to_string().into()
}
