//! The single values of OTLP/JSON: texts, numbers, ids, enums, attribute values, each in every
//! form that some exporter or store writes.

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

impl Reader<'_> {
    pub(super) fn text(&mut self) -> Result<String, Broken> {
        Ok(match self.cursor.scalar()? {
            Scalar::Text(text) => text.into_owned(),
            Scalar::Null => String::new(),
            Scalar::Broken => self.flaw_default(Reason::Text),
            _ => self.flaw_default(Reason::Garbled),
        })
    }

    fn flaw_default<T: Default>(&mut self, reason: Reason) -> T {
        self.flawed(reason);
        T::default()
    }

    /// The bytes of an id: none for an absent one, `form` as the flaw of one that cannot be.
    pub(super) fn id(&mut self, length: usize, form: Reason) -> Result<Vec<u8>, Broken> {
        Ok(match self.id_bytes(length)? {
            Some(bytes) => bytes,
            None => self.flaw_default(form),
        })
    }

    pub(super) fn id_bytes(&mut self, length: usize) -> Result<Option<Vec<u8>>, Broken> {
        Ok(match self.cursor.scalar()? {
            Scalar::Null => Some(Vec::new()),
            Scalar::Text(text) if text.is_empty() => Some(Vec::new()),
            // The two forms differ in length, so there is nothing to guess.
            Scalar::Text(text) if text.len() == length * 2 => unhex(&text),
            Scalar::Text(text) => base64::decode(&text).filter(|bytes| bytes.len() == length),
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
        self.choice("SPAN_KIND_", &KINDS).map(draft::kind)
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
            match &*key {
                "stringValue" | "string_value" => content = Value::Text(self.text()?),
                "boolValue" | "bool_value" => content = Value::Bool(self.truth()?),
                "intValue" | "int_value" => content = Value::Int(self.int()?),
                "doubleValue" | "double_value" => content = Value::Double(self.double()?),
                "bytesValue" | "bytes_value" => content = Value::Bytes(self.bytes()?),
                "arrayValue" | "array_value" => content = self.nested(depth, Self::list_of)?,
                "kvlistValue" | "kvlist_value" => content = self.nested(depth, Self::map_of)?,
                _ => self.cursor.skip()?,
            }
        }
        Ok(content)
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

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| Some(digit(&pair[0])? << 4 | digit(&pair[1])?))
        .collect()
}
