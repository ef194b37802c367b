//! Messages, facts and state as JSON text: serde's types in a dialect of our own.
//!
//! Not `serde_json`, because it reads a type in all the ways that JSON allows, and a tagged enum by
//! way of a tree of its own: with it and a binary form of the state the worker, which is paid for at
//! every wake, was 45 kB of gzip larger (measured). Here a struct looks its fields up by name, in
//! order, so that a derive makes one short list of calls of a type. The dialect has three rules:
//!
//! - An enum whose serde name begins with a small letter is an object, and that name is the key
//!   under which the variant stands: `#[serde(rename = "kind")]` makes `{"kind":"open"}`. Any
//!   other enum is a bare word and has no fields.
//! - A field whose serde name is empty lies in the object of the struct around it.
//! - Numbers with a fraction are written to six digits: our fractions are milliseconds, and what is
//!   finer than a nanosecond is noise.
//!
//! Everything that is read is hostile: depth is limited, and an object may say each name once, so
//! that no two readers see two things in one text.

mod cursor;
mod flaw;
mod node;
mod number;
mod reader;
mod writer;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use cursor::{Broken, Cursor, Mark, Opened, Scalar, SyntaxError};
pub use flaw::Error;
pub use node::Node;
pub use number::float;
pub use writer::quote;

/// Reads a value.
///
/// # Errors
/// When the text is not JSON, or a field is missing or of another kind.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    Node::parse(text)?.read()
}

/// Reads the value under a name of an object. `None` when there is none.
///
/// # Errors
/// As [`read`].
pub fn read_field<T: DeserializeOwned>(text: &str, name: &str) -> Result<Option<T>, Error> {
    Node::parse(text)?.field(name).map(Node::read).transpose()
}

/// Reads a list whose items may have a key each before them, `[key, value]`: the values.
///
/// # Errors
/// As [`read`].
pub fn read_values<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, Error> {
    let list = Node::parse(text)?;
    let items = if let Node::List(items) = &list { &**items } else { &[] };
    let values = items.iter().map(|item| match item {
        Node::List(pair) => pair.get(1).unwrap_or(item),
        _ => item,
    });
    values.map(Node::read).collect()
}

/// Writes a value. Maps, tuples with names and bytes are not part of the dialect and write nothing.
pub fn write<T: Serialize + ?Sized>(value: &T) -> String {
    let mut writer = writer::Writer::default();
    match value.serialize(&mut writer) {
        Ok(()) => writer.text,
        Err(_) => String::new(),
    }
}

/// Whether an enum of this serde name is an object, in which the name stands before the variant.
fn tags(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
}

#[cfg(test)]
mod tests;
