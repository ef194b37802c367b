//! The single values of OTLP/JSON: texts, numbers, ids, enums, attribute values, each in every
//! form that some exporter or store writes.

use std::borrow::Cow;

use trace::Timestamp;
use trace::attribute::{Pairs, Value};
use trace::json::{self, Broken, Scalar};
use trace::span::Kind;

use super::base64;
use super::read::Reader;
use crate::Reason;
use crate::draft::{self, uint32};

const KINDS: [&str; 6] = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const CODES: [&str; 3] = ["UNSET", "OK", "ERROR"];

/// An id's bytes; none where there is no id.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Id<const N: usize>(Option<[u8; N]>);

impl<const N: usize> Id<N> {
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |bytes| bytes.as_slice())
    }
}

/// A value that is neither list nor map.
pub(super) enum Plain<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(Vec<u8>),
    /// Of a kind that the future adds.
    Unknown,
}

impl<'a> Reader<'a> {
    pub(super) fn text(&mut self) -> Result<String, Broken> {
        self.words().map(Cow::into_owned)
    }

    /// Text as it stands, where nothing in it is escaped.
    pub(super) fn words(&mut self) -> Result<Cow<'a, str>, Broken> {
        Ok(match self.cursor.scalar()? {
            Scalar::Text(text) => text,
            Scalar::Null => Cow::default(),
            Scalar::Broken => self.flaw_default(Reason::Text),
            _ => self.flaw_default(Reason::Garbled),
        })
    }

    fn flaw_default<T: Default>(&mut self, reason: Reason) -> T {
        self.flawed(reason);
        T::default()
    }

    /// An id; one that cannot be is a flaw of this name.
    pub(super) fn id_of<const N: usize>(&mut self, form: Reason) -> Result<Id<N>, Broken> {
        Ok(match self.any_id()? {
            Some(id) => id,
            None => self.flaw_default(form),
        })
    }

    /// An id; `None` where it cannot be one.
    pub(super) fn any_id<const N: usize>(&mut self) -> Result<Option<Id<N>>, Broken> {
        let bytes = |bytes: Vec<u8>| <[u8; N]>::try_from(bytes).ok();
        Ok(match self.cursor.scalar()? {
            Scalar::Null => Some(Id(None)),
            Scalar::Text(text) if text.is_empty() => Some(Id(None)),
            // The two forms differ in length, so there is nothing to guess.
            Scalar::Text(text) if text.len() == N * 2 => unhex(&text).map(Some).map(Id),
            Scalar::Text(text) => base64::decode(&text).and_then(bytes).map(Some).map(Id),
            _ => None,
        })
    }

    pub(super) fn uint32(&mut self) -> Result<u32, Broken> {
        Ok(match self.cursor.scalar()? {
            Scalar::Null => 0,
            scalar => match whole(&scalar) {
                Some(number) => uint32(number),
                None => self.flaw_default(Reason::Garbled),
            },
        })
    }

    pub(super) fn time(&mut self) -> Result<Timestamp, Broken> {
        Ok(Timestamp::from_nanos(match self.cursor.scalar()? {
            Scalar::Null => 0,
            scalar => match whole(&scalar) {
                Some(nanos) => nanos,
                None => self.flaw_default(Reason::Time),
            },
        }))
    }

    pub(super) fn kind(&mut self) -> Result<Kind, Broken> {
        self.kind_number().map(draft::kind)
    }

    pub(super) fn kind_number(&mut self) -> Result<u64, Broken> {
        self.choice("SPAN_KIND_", &KINDS)
    }

    pub(super) fn code(&mut self) -> Result<u64, Broken> {
        self.choice("STATUS_CODE_", &CODES)
    }

    /// An enum's number, from itself or its name; what the future adds is 0.
    fn choice(&mut self, prefix: &str, names: &[&str]) -> Result<u64, Broken> {
        Ok(match self.cursor.scalar()? {
            Scalar::Text(text) => {
                let name = text.strip_prefix(prefix).unwrap_or(&text);
                let number = names.iter().zip(0..).find(|(known, _)| **known == name);
                number.map(|(_, number)| number).or_else(|| text.parse().ok()).unwrap_or_default()
            }
            scalar => whole(&scalar).unwrap_or_default(),
        })
    }

    /// Reads a list of `{"key", "value"}`; of two with one name the later counts.
    pub(super) fn attributes(&mut self, into: &mut Pairs, depth: usize) -> Result<(), Broken> {
        self.each(|reader| {
            let (mut name, mut content) = (String::new(), Value::Empty);
            if reader.object()? {
                while let Some(key) = reader.key()? {
                    match &*key {
                        "key" => name = reader.text()?,
                        "value" => content = reader.value(depth)?,
                        _ => reader.cursor.skip()?,
                    }
                }
            }
            into.push((name.into(), content));
            Ok(())
        })
    }

    fn value(&mut self, depth: usize) -> Result<Value, Broken> {
        let mut content = Value::Empty;
        if !self.object()? {
            return Ok(content);
        }
        while let Some(key) = self.key()? {
            content = match &*key {
                "arrayValue" | "array_value" => self.nested(depth, Self::list_of)?,
                "kvlistValue" | "kvlist_value" => self.nested(depth, Self::map_of)?,
                name => match self.plain(name)? {
                    Plain::Text(text) => Value::Text(text.into_owned()),
                    Plain::Bool(truth) => Value::Bool(truth),
                    Plain::Int(number) => Value::Int(number),
                    Plain::Double(number) => Value::Double(number),
                    Plain::Bytes(bytes) => Value::Bytes(bytes),
                    Plain::Unknown => continue,
                },
            }
        }
        Ok(content)
    }

    /// The value under one of an `AnyValue`'s names; of a name that is none of those of plain
    /// values, it is skipped.
    pub(super) fn plain(&mut self, name: &str) -> Result<Plain<'a>, Broken> {
        Ok(match name {
            "stringValue" | "string_value" => Plain::Text(self.words()?),
            "boolValue" | "bool_value" => Plain::Bool(self.truth()?),
            "intValue" | "int_value" => Plain::Int(self.int()?),
            "doubleValue" | "double_value" => Plain::Double(self.double()?),
            "bytesValue" | "bytes_value" => Plain::Bytes(self.bytes()?),
            _ => {
                self.cursor.skip()?;
                Plain::Unknown
            }
        })
    }

    /// The `values` of a list or a map, one level down.
    fn nested(
        &mut self,
        depth: usize,
        read: fn(&mut Self, usize) -> Result<Value, Broken>,
    ) -> Result<Value, Broken> {
        let Some(depth) = depth.checked_sub(1) else {
            self.flawed(Reason::Deep);
            self.cursor.skip()?;
            return Ok(Value::Empty);
        };
        read(self, depth)
    }

    fn list_of(&mut self, depth: usize) -> Result<Value, Broken> {
        let mut values = Vec::new();
        if self.object()? {
            while let Some(key) = self.key()? {
                match &*key {
                    "values" => {
                        self.each(|reader| reader.value(depth).map(|value| values.push(value)))?;
                    }
                    _ => self.cursor.skip()?,
                }
            }
        }
        Ok(Value::List(values))
    }

    fn map_of(&mut self, depth: usize) -> Result<Value, Broken> {
        let mut entries = Pairs::new();
        if self.object()? {
            while let Some(key) = self.key()? {
                match &*key {
                    "values" => self.attributes(&mut entries, depth)?,
                    _ => self.cursor.skip()?,
                }
            }
        }
        Ok(Value::Map(entries.into()))
    }

    fn truth(&mut self) -> Result<bool, Broken> {
        Ok(match self.cursor.scalar()? {
            Scalar::Bool(truth) => truth,
            Scalar::Text(text) if text == "true" => true,
            Scalar::Text(text) if text == "false" => false,
            Scalar::Null => false,
            _ => self.flaw_default(Reason::Garbled),
        })
    }

    fn int(&mut self) -> Result<i64, Broken> {
        let scalar = self.cursor.scalar()?;
        let number = match &scalar {
            Scalar::Null => Some(0),
            Scalar::Number(digits) => digits.parse().ok(),
            Scalar::Text(digits) => digits.parse().ok(),
            _ => None,
        };
        let number = number.or_else(|| integral(&scalar));
        Ok(number.unwrap_or_else(|| self.flaw_default(Reason::Garbled)))
    }

    /// A number, or the names that proto3's JSON mapping gives to what JSON cannot write.
    fn double(&mut self) -> Result<f64, Broken> {
        let number = match self.cursor.scalar()? {
            Scalar::Null => Some(0.0),
            Scalar::Number(digits) => json::float(digits),
            Scalar::Text(text) => named(&text),
            _ => None,
        };
        Ok(number.unwrap_or_else(|| self.flaw_default(Reason::Garbled)))
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Broken> {
        let bytes = match self.cursor.scalar()? {
            Scalar::Null => Some(Vec::new()),
            Scalar::Text(text) => base64::decode(&text),
            _ => None,
        };
        Ok(bytes.unwrap_or_else(|| self.flaw_default(Reason::Garbled)))
    }
}

/// A double as text: one of the three names, or a number.
fn named(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        digits => json::float(digits),
    }
}

/// A number of 64 bits, as a number or as text; `None` when it is negative or broken.
fn whole(scalar: &Scalar<'_>) -> Option<u64> {
    let exact = match scalar {
        Scalar::Number(digits) => digits.parse().ok(),
        Scalar::Text(digits) => digits.parse().ok(),
        _ => None,
    };
    exact.or_else(|| integral(scalar).and_then(|number| u64::try_from(number).ok()))
}

/// A number that was written with a fraction or an exponent and is a whole one all the same, as
/// some languages print large integers: `1.5e18`.
#[allow(
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "checked to be whole and within 2^63, where the cast is exact"
)]
fn integral(scalar: &Scalar<'_>) -> Option<i64> {
    let Scalar::Number(digits) = scalar else { return None };
    let number = json::float(digits)?;
    (number.trunc() == number && number.abs() < 9.2e18).then_some(number as i64)
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
