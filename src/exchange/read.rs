//! Readers of JSON formats. Each knows its levels, so that it can stop behind any item and go on
//! later; none builds a tree of values.

mod chrome;
mod har;
mod jaeger;
mod text;
mod zipkin;

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use otlp::Rejected;
use otlp::proto::DEPTH;
use trace::attribute::{Attributes, Pairs, Value};
use trace::json::{Broken, Cursor, Mark, Opened, Scalar, float};
use trace::{Span, Timestamp};

use crate::moment;

pub(crate) use chrome::Chrome;
pub(crate) use chrome::{BASE, OF, PARENT, SPAN, TRACE};
pub(crate) use har::Har;
pub(crate) use jaeger::{Jaeger, REFERENCE, WARNINGS};
pub(crate) use text::Text;
pub(crate) use zipkin::Zipkin;

/// Stands where values lie deeper in each other than a span may hold.
const DEEP: &str = "(nested too deep)";

/// Parts that spans share: a few that came last, so that equal ones are one.
#[derive(Debug)]
pub(crate) struct Shared<T>(Vec<Arc<T>>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Shared<T> {
    /// So many are remembered.
    const MOST: usize = 32;

    pub(crate) fn one(&mut self, part: T) -> Arc<T> {
        if let Some(known) = self.0.iter().find(|known| ***known == part) {
            return Arc::clone(known);
        }
        let part = Arc::new(part);
        if self.0.len() == Self::MOST {
            self.0.clear();
        }
        self.0.push(Arc::clone(&part));
        part
    }
}

/// What was read so far and is not handed on yet.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) spans: Vec<Span>,
    pub(crate) rejected: Rejected,
}

/// A reader of one format.
pub(crate) trait Read: Debug {
    /// Reads one name or one item. Whether all was read.
    fn advance(&mut self, reader: &mut Reader<'_>, found: &mut Found) -> Result<bool, Broken>;

    /// The text broke off. Whether something whole is still to be read; then `advance` goes on.
    fn salvage(&mut self, reader: &mut Reader<'_>) -> bool {
        let _ = reader;
        false
    }

    /// How often the text is walked through in all, as far as is known.
    fn walks(&self) -> usize {
        1
    }
}

/// A place in a text, and what can be read there.
pub(crate) struct Reader<'a> {
    text: &'a [u8],
    pub(crate) cursor: Cursor<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn at(text: &'a [u8], mark: Mark) -> Self {
        Self { text, cursor: Cursor::at(text, mark) }
    }

    pub(crate) fn mark(&self) -> Mark {
        self.cursor.mark()
    }

    /// Goes to another place.
    pub(crate) fn go(&mut self, mark: Mark) {
        self.cursor = Cursor::at(self.text, mark);
    }

    /// A number that stands for the whole text, from its size, beginning and end.
    pub(crate) fn seed(&self) -> u64 {
        const ENDS: usize = 1 << 14;
        let first = &self.text[..self.text.len().min(ENDS)];
        let last = &self.text[self.text.len().saturating_sub(ENDS)..];
        let ends = [crate::id::hash(first), crate::id::hash(last), self.text.len() as u64];
        crate::id::hash(ends.map(u64::to_le_bytes).as_flattened())
    }

    /// Enters an object; what is none is passed over.
    pub(crate) fn object(&mut self) -> Result<bool, Broken> {
        Ok(self.cursor.object()? == Opened::Yes)
    }

    /// Enters a list; what is none is passed over.
    pub(crate) fn list(&mut self) -> Result<bool, Broken> {
        Ok(self.cursor.list()? == Opened::Yes)
    }

    /// Reads every value of a list.
    pub(crate) fn each(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        if self.list()? {
            while self.cursor.item()? {
                read(self)?;
            }
        }
        Ok(())
    }

    /// Reads every field of an object. Whether it was one.
    pub(crate) fn fields(
        &mut self,
        mut read: impl FnMut(&mut Self, &str) -> Result<(), Broken>,
    ) -> Result<bool, Broken> {
        if !self.object()? {
            return Ok(false);
        }
        while let Some(key) = self.cursor.key()? {
            read(self, &key)?;
        }
        Ok(true)
    }

    /// A text, or what else stands there as it is written; empty for `null`, object and list.
    pub(crate) fn words(&mut self) -> Result<Cow<'a, str>, Broken> {
        Ok(match self.cursor.scalar()? {
            Scalar::Text(text) => text,
            Scalar::Number(digits) => digits.into(),
            Scalar::Bool(truth) => if truth { "true" } else { "false" }.into(),
            Scalar::Broken => "\u{fffd}".into(),
            Scalar::Null | Scalar::Nested => "".into(),
        })
    }

    pub(crate) fn string(&mut self) -> Result<String, Broken> {
        self.words().map(Cow::into_owned)
    }

    /// A count of nanoseconds that is written times ten to the minus `power`.
    pub(crate) fn nanos(&mut self, power: usize) -> Result<Option<u64>, Broken> {
        self.words().map(|digits| moment::scaled(&digits, power))
    }

    /// A moment in microseconds. One that is said to be 0 is the first nanosecond, because 0 stands
    /// for what is not said.
    pub(crate) fn micros(&mut self) -> Result<Timestamp, Broken> {
        let nanos = self.nanos(3)?.map_or(0, |nanos| nanos.max(1));
        Ok(Timestamp::from_nanos(nanos))
    }

    /// Any JSON as an attribute's value.
    pub(crate) fn value(&mut self) -> Result<Value, Broken> {
        self.value_in(DEPTH)
    }

    fn value_in(&mut self, depth: usize) -> Result<Value, Broken> {
        let (object, list) = (self.cursor.at_object(), self.cursor.at_list());
        if (object || list) && depth == 0 {
            self.cursor.skip()?;
            return Ok(DEEP.into());
        }
        if object {
            let mut pairs = Pairs::new();
            self.fields(|reader, key| {
                pairs.push((key.to_owned().into(), reader.value_in(depth - 1)?));
                Ok(())
            })?;
            return Ok(Value::Map(pairs.into()));
        }
        if list {
            let mut values = Vec::new();
            self.each(|reader| reader.value_in(depth - 1).map(|value| values.push(value)))?;
            return Ok(Value::List(values));
        }
        self.cursor.scalar().map(plain)
    }

    /// An object as attributes.
    pub(crate) fn attributes(&mut self) -> Result<Attributes, Broken> {
        let mut attributes = Attributes::new();
        self.fields(|reader, key| {
            attributes.insert(key.to_owned(), reader.value_in(DEPTH)?);
            Ok(())
        })?;
        Ok(attributes)
    }
}

/// A single value as an attribute's.
fn plain(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null | Scalar::Nested => Value::Empty,
        Scalar::Bool(truth) => Value::Bool(truth),
        Scalar::Text(text) => Value::Text(text.into_owned()),
        Scalar::Broken => "\u{fffd}".into(),
        Scalar::Number(digits) => match digits.parse() {
            Ok(whole) => Value::Int(whole),
            Err(_) => float(digits).map_or(Value::Empty, Value::Double),
        },
    }
}
