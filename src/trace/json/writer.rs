//! Writes serde's types as text.

use std::fmt::{Error, Write as _};

use serde::ser::{
    Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    Serializer,
};

use super::tags;

/// Text that is being written.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pub(super) text: String,
    /// Whether the next struct's fields go into the object that is open.
    inside: bool,
}

/// Writes text in quotes.
pub fn quote(words: &str, to: &mut String) {
    to.push('"');
    for letter in words.chars() {
        match letter {
            '"' | '\\' => to.extend(['\\', letter]),
            '\n' => to.push_str("\\n"),
            '\0'..='\x1f' => {
                let code = u32::from(letter);
                let digit = |half: u32| char::from_digit(half, 16).unwrap_or('0');
                to.push_str("\\u00");
                to.extend([digit(code >> 4), digit(code & 15)]);
            }
            _ => to.push(letter),
        }
    }
    to.push('"');
}

impl Writer {
    /// Opens an object, unless one is open that this continues. Returns what closes it.
    fn open(&mut self) -> &'static str {
        if std::mem::take(&mut self.inside) {
            return "";
        }
        self.text.push('{');
        "}"
    }

    /// A comma before all but the first of an object or list.
    fn comma(&mut self) {
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
    }

    /// A name whose value comes next. Under no name the value's own fields come next.
    fn key(&mut self, name: &str) {
        if name.is_empty() {
            self.inside = true;
            return;
        }
        self.comma();
        quote(name, &mut self.text);
        self.text.push(':');
    }

    /// Opens the object of a variant of an enum that writes its variants so.
    fn variant(&mut self, name: &str, variant: &str) -> &'static str {
        let close = self.open();
        self.key(name);
        quote(variant, &mut self.text);
        close
    }

    fn list(&mut self) -> Compound<'_> {
        self.text.push('[');
        Compound { writer: self, close: "]" }
    }

    fn integer(&mut self, number: i64) -> Result<(), Error> {
        write!(self.text, "{number}")
    }

    /// Six digits after the point at most, and none that is not needed.
    #[allow(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    fn float(&mut self, number: f64) -> Result<(), Error> {
        if !number.is_finite() {
            self.text.push_str("null");
            return Ok(());
        }
        if number < 0.0 {
            self.text.push('-');
        }
        let number = number.abs();
        let whole = number.trunc();
        // Times in milliseconds since 1970 have no room left for six digits; the cast keeps them.
        let millionths = ((number - whole) * 1e6).round() as i64;
        let (carry, millionths) = (millionths / 1_000_000, millionths % 1_000_000);
        self.integer((whole as i64).saturating_add(carry))?;
        if millionths > 0 {
            write!(self.text, ".{millionths:06}")?;
            self.text.truncate(self.text.trim_end_matches('0').len());
        }
        Ok(())
    }
}

/// A list or an object, until it is closed.
pub(super) struct Compound<'a> {
    writer: &'a mut Writer,
    close: &'static str,
}

impl Compound<'_> {
    fn finish(self) {
        self.writer.text.push_str(self.close);
    }
}

macro_rules! integers {
    ($($method:ident $type:ident)*) => {
        $(fn $method(self, number: $type) -> Result<(), Error> {
            self.integer(number.into())
        })*
    };
}

type No = Impossible<(), Error>;

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = No;
    type SerializeTupleVariant = No;
    type SerializeMap = No;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    integers!(serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_i64 i64);
    integers!(serialize_u8 u8 serialize_u16 u16 serialize_u32 u32);

    fn serialize_u64(self, number: u64) -> Result<(), Error> {
        self.integer(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn serialize_f32(self, number: f32) -> Result<(), Error> {
        self.float(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        self.float(number)
    }

    fn serialize_bool(self, truth: bool) -> Result<(), Error> {
        self.text.push_str(if truth { "true" } else { "false" });
        Ok(())
    }

    fn serialize_char(self, letter: char) -> Result<(), Error> {
        self.serialize_str(letter.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, words: &str) -> Result<(), Error> {
        quote(words, &mut self.text);
        Ok(())
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.text.push_str("null");
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        if tags(name) {
            let close = self.variant(name, variant);
            self.text.push_str(close);
        } else {
            quote(variant, &mut self.text);
        }
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let close = self.variant(name, variant);
        self.inside = true;
        value.serialize(&mut *self)?;
        self.text.push_str(close);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'a>, Error> {
        Ok(self.list())
    }

    fn serialize_tuple(self, _: usize) -> Result<Compound<'a>, Error> {
        Ok(self.list())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Compound<'a>, Error> {
        let close = self.open();
        Ok(Compound { writer: self, close })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Compound<'a>, Error> {
        let close = self.variant(name, variant);
        Ok(Compound { writer: self, close })
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        Err(Error)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        Err(Error)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<No, Error> {
        Err(Error)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<No, Error> {
        Err(Error)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<No, Error> {
        Err(Error)
    }
}

impl SerializeSeq for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.writer.comma();
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

impl SerializeTuple for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

impl SerializeStruct for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.writer.key(name);
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}

impl SerializeStructVariant for Compound<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        SerializeStruct::serialize_field(self, name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.finish();
        Ok(())
    }
}
