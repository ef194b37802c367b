//! Checks the messages inside a span without building them. Says yes to exactly what
//! `proto::read` can read; a property test holds the two together.

use crate::Reason;
use crate::proto::DEPTH;
use crate::wire::{Field, Fields};

/// Text, or the reason why it is none.
#[inline]
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Reason> {
    str::from_utf8(bytes).map_err(|_| Reason::Text)
}

pub(crate) fn resource(message: &[u8]) -> Result<(), Reason> {
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(pair)) => drop(attribute(pair, DEPTH)?),
            (2, Field::Varint(_)) | (3.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(())
}

pub(crate) fn scope(message: &[u8]) -> Result<(), Reason> {
    for field in Fields::new(message) {
        match field? {
            (1 | 2, Field::Bytes(words)) => drop(text(words)?),
            (3, Field::Bytes(pair)) => drop(attribute(pair, DEPTH)?),
            (4, Field::Varint(_)) | (5.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(())
}

pub(crate) fn event(message: &[u8]) -> Result<(), Reason> {
    for field in Fields::new(message) {
        match field? {
            (2, Field::Bytes(name)) => drop(text(name)?),
            (3, Field::Bytes(pair)) => drop(attribute(pair, DEPTH)?),
            (1, Field::Fixed64(_)) | (4, Field::Varint(_)) | (5.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(())
}

pub(crate) fn link(message: &[u8]) -> Result<(), Reason> {
    for field in Fields::new(message) {
        match field? {
            (3, Field::Bytes(state)) => drop(text(state)?),
            (4, Field::Bytes(pair)) => drop(attribute(pair, DEPTH)?),
            // Ids that cannot be are counted as dropped links when the span is read.
            (1 | 2, Field::Bytes(_)) => {}
            (5, Field::Varint(_)) | (6, Field::Fixed32(_)) | (7.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(())
}

/// Whether the status is an error.
pub(crate) fn status(message: &[u8]) -> Result<bool, Reason> {
    let mut failed = false;
    for field in Fields::new(message) {
        match field? {
            (2, Field::Bytes(words)) => drop(text(words)?),
            (3, Field::Varint(code)) => failed = code == 2,
            // 1 was a code of its own before OTLP 1.0.
            (1 | 4.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(failed)
}

/// An attribute's name, and its value where that is text.
#[inline]
pub(crate) fn attribute(message: &[u8], depth: usize) -> Result<(&str, Option<&str>), Reason> {
    let (mut name, mut words) = ("", None);
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(key)) => name = text(key)?,
            (2, Field::Bytes(message)) => words = value(message, depth)?,
            (3.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok((name, words))
}

/// The value where it is text.
#[inline]
fn value(message: &[u8], depth: usize) -> Result<Option<&str>, Reason> {
    let mut words = None;
    for field in Fields::new(message) {
        words = None;
        match field? {
            (1, Field::Bytes(value)) => words = Some(text(value)?),
            (2 | 3, Field::Varint(_)) | (4, Field::Fixed64(_)) | (7, Field::Bytes(_)) => {}
            (5, Field::Bytes(list)) => items(list, depth, |item| value(item, depth - 1).map(drop))?,
            (6, Field::Bytes(map)) => {
                items(map, depth, |item| attribute(item, depth - 1).map(drop))?;
            }
            (8.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(words)
}

fn items<'a>(
    message: &'a [u8],
    depth: usize,
    each: impl Fn(&'a [u8]) -> Result<(), Reason>,
) -> Result<(), Reason> {
    if depth == 0 {
        return Err(Reason::Deep);
    }
    for field in Fields::new(message) {
        match field? {
            (1, Field::Bytes(item)) => each(item)?,
            (2.., _) => {}
            _ => return Err(Reason::Garbled),
        }
    }
    Ok(())
}
