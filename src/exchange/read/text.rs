//! A JSON text that is read a few spans at a time, by the reader of its format.

use otlp::{Error, Sheet};
use trace::json::{Broken, Mark};

use super::{Found, Read, Reader};

/// A small span is so many units of work, as in OTLP's feed.
const SPAN: usize = 16;
/// So many bytes are one unit.
const BYTES: usize = 64;

/// A text that is being read.
#[derive(Debug)]
pub(crate) struct Text {
    /// Given back once they are read.
    bytes: Vec<u8>,
    size: usize,
    mark: Mark,
    by: Box<dyn Read>,
    /// Bytes that were walked over, those of a second walk counted again.
    walked: usize,
    error: Option<Error>,
    done: bool,
}

impl Text {
    pub(crate) fn new(bytes: Vec<u8>, by: Box<dyn Read>) -> Self {
        let (size, mark) = (bytes.len(), Mark::default());
        Self { bytes, size, mark, by, walked: 0, error: None, done: false }
    }

    /// Why it could not be read to its end.
    pub(crate) fn error(&self) -> Option<Error> {
        self.error.clone()
    }

    /// Bytes that were read, and all of them.
    pub(crate) fn progress(&self) -> (usize, usize) {
        let read = if self.done { self.size } else { self.walked / self.by.walks().max(1) };
        (read.min(self.size), self.size)
    }

    /// Goes on for about as many spans. Whether it is done.
    pub(crate) fn step(&mut self, sheet: &mut Sheet, spans: usize) -> bool {
        let mut found = Found::default();
        self.read(&mut found, spans, |found| {
            for span in found.spans.drain(..) {
                sheet.push(&span);
            }
        });
        for (reason, count) in found.rejected.reasons.iter() {
            (0..*count).for_each(|_| sheet.reject(*reason));
        }
        self.done
    }

    /// Goes on for about as many spans and gives them away as they come.
    fn read(&mut self, found: &mut Found, spans: usize, mut give: impl FnMut(&mut Found)) {
        let mut budget = spans.saturating_mul(SPAN);
        let bytes = std::mem::take(&mut self.bytes);
        let mut reader = Reader::at(&bytes, self.mark);
        while budget > 0 && !self.done {
            let from = reader.mark().at();
            self.done = match self.by.advance(&mut reader, found) {
                Ok(done) => done,
                Err(Broken) => {
                    self.error.get_or_insert(reader.cursor.error().into());
                    !self.by.salvage(&mut reader)
                }
            };
            let read = reader.mark().at().saturating_sub(from);
            self.walked += read;
            budget = budget.saturating_sub(1 + found.spans.len() * SPAN + read / BYTES);
            give(found);
        }
        self.mark = reader.mark();
        if !self.done {
            self.bytes = bytes;
        }
    }
}
