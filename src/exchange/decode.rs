//! A text read at once, by who knows its format: a trace store's answer. Nothing is guessed, so only
//! the reader that is named is linked.

use otlp::{Accepted, Error};
use trace::json::{Broken, Mark};

use crate::read::{Found, Jaeger, Read, Reader, Zipkin};

/// Reads Jaeger's older JSON: `{"data":[{"spans","processes"}]}`.
///
/// # Errors
/// When it is not JSON, or breaks off.
pub fn jaeger(text: &[u8]) -> Result<Accepted, Error> {
    whole(text, &mut Jaeger::default())
}

/// Reads Zipkin's JSON, version 2: a list of spans, or a list of such lists.
///
/// # Errors
/// When it is not JSON, or breaks off.
pub fn zipkin(text: &[u8]) -> Result<Accepted, Error> {
    whole(text, &mut Zipkin::default())
}

fn whole(text: &[u8], by: &mut dyn Read) -> Result<Accepted, Error> {
    let mut reader = Reader::at(text, Mark::default());
    let mut found = Found::default();
    loop {
        match by.advance(&mut reader, &mut found) {
            Ok(false) => {}
            Ok(true) => return Ok(Accepted { spans: found.spans, rejected: found.rejected }),
            Err(Broken) => return Err(reader.cursor.error().into()),
        }
    }
}
