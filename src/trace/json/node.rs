//! JSON text as a tree, in which a reader looks its fields up.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

use super::cursor::{Broken, Cursor, Scalar, SyntaxError};
use super::flaw::{Error, Place};
use super::reader::Reader;

/// Names in one object, at most. Nothing that we read comes near it, and each is compared with those
/// before it.
const NAMES: usize = 1_000;

/// One value.
#[derive(Debug)]
pub enum Node<'a> {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// As it was written: only the reader knows what kind of number it wants.
    Number(&'a str),
    /// Text.
    Text(Cow<'a, str>),
    /// Values one after the other.
    List(Vec<Node<'a>>),
    /// Values by name, each name once.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads a whole text.
    ///
    /// # Errors
    /// When it is not JSON, or more than anything of ours.
    pub fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        let mut cursor = Cursor::new(text.as_bytes());
        Self::whole(&mut cursor).map_err(|Broken| cursor.error())
    }

    fn whole(cursor: &mut Cursor<'a>) -> Result<Self, Broken> {
        let node = Self::next(cursor)?;
        if cursor.finished() { Ok(node) } else { Err(cursor.wanted("the end")) }
    }

    fn next(cursor: &mut Cursor<'a>) -> Result<Self, Broken> {
        if cursor.at_object() {
            return Self::object(cursor).map(Self::Object);
        }
        if cursor.at_list() {
            cursor.list()?;
            let mut items = Vec::new();
            while cursor.item()? {
                items.push(Self::next(cursor)?);
            }
            return Ok(Self::List(items));
        }
        Ok(match cursor.scalar()? {
            Scalar::Bool(truth) => Self::Bool(truth),
            Scalar::Number(digits) => Self::Number(digits),
            Scalar::Text(text) => Self::Text(text),
            // The text is UTF-8 and no list or object begins here, so only null is left.
            Scalar::Null | Scalar::Broken | Scalar::Nested => Self::Null,
        })
    }

    fn object(cursor: &mut Cursor<'a>) -> Result<Vec<(Cow<'a, str>, Self)>, Broken> {
        let mut fields: Vec<(Cow<'a, str>, Self)> = Vec::new();
        cursor.object()?;
        while let Some(name) = cursor.key()? {
            if fields.iter().any(|(known, _)| *known == name) {
                return Err(cursor.wanted("each name once"));
            }
            if fields.len() == NAMES {
                return Err(cursor.wanted("fewer names"));
            }
            fields.push((name, Self::next(cursor)?));
        }
        Ok(fields)
    }

    /// The value under a name. `None` when there is none, or this is no object.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(known, _)| known == name).map(|(_, node)| node)
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, in words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// Reads a type from here.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.read_at(&Place::new(self.kind()))
    }

    /// Reads a type from here, in which a broken field is one that is not there: a type that has a
    /// default for it can still be read.
    pub(crate) fn read_leniently<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.read_at(&Place::lenient(self.kind()))
    }

    fn read_at<T: DeserializeOwned>(&self, place: &Place) -> Result<T, Error> {
        T::deserialize(Reader { node: self, place }).map_err(|flaw| place.error(flaw))
    }
}
