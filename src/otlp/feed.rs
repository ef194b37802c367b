//! Reads an OTLP file into a sheet, a few spans at a time: whoever draws reads a little, draws, and
//! reads on, so that no task is long and a picture is there before the last span.
//!
//! Protobuf stays where it is; JSON goes into the sheet's arena as protobuf in one pass. Lenient as
//! `proto` and `json` are: one bad span never takes the others with it; and of a file that is cut
//! short, what was whole stays.

mod sniff;
mod walk;

use crate::Error;
use crate::json::Text;
use crate::sheet::Sheet;

pub use sniff::{Around, Plain, plain};
pub(crate) use walk::Walk;

/// Units of work that a small span takes.
pub(crate) const SPAN: usize = 16;

/// A file that is being read.
#[derive(Debug)]
pub struct Feed {
    source: Source,
    done: bool,
}

#[derive(Debug)]
enum Source {
    Protobuf(Walk),
    Json(Text),
}

/// How far the reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that were read.
    pub read: usize,
    /// Bytes in all.
    pub of: usize,
    /// Whether that was all.
    pub done: bool,
}

impl Feed {
    /// Begins to read a file, OTLP protobuf or JSON as its first bytes say.
    #[must_use]
    pub fn new(bytes: Vec<u8>, sheet: &mut Sheet) -> Self {
        if is_json(&bytes) { Self::json(bytes) } else { Self::protobuf(bytes, sheet) }
    }

    /// Begins to read OTLP protobuf: a `TracesData` or an `ExportTraceServiceRequest`.
    #[must_use]
    pub fn protobuf(bytes: Vec<u8>, sheet: &mut Sheet) -> Self {
        Self { source: Source::Protobuf(Walk::begin(bytes, sheet)), done: false }
    }

    /// Begins to read OTLP/JSON, in every form that [`json::decode`](crate::json::decode) reads.
    #[must_use]
    pub fn json(text: Vec<u8>) -> Self {
        Self { source: Source::Json(Text::new(text)), done: false }
    }

    /// Reads on, for about as many spans; a large one counts as several.
    pub fn step(&mut self, sheet: &mut Sheet, spans: usize) -> Progress {
        let budget = spans.saturating_mul(SPAN);
        if !self.done {
            self.done = match &mut self.source {
                Source::Protobuf(walk) => walk.step(sheet, budget, &mut |_, _| true),
                Source::Json(text) => text.step(sheet, budget),
            };
        }
        self.progress()
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// When it could not be read to its end. What was whole is in the sheet.
    pub fn finish(&mut self, sheet: &mut Sheet) -> Result<(), Error> {
        self.step(sheet, usize::MAX);
        self.error().map_or(Ok(()), Err)
    }

    /// How far the reading is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let (read, of) = match &self.source {
            Source::Protobuf(walk) => walk.progress(),
            Source::Json(text) => text.progress(),
        };
        Progress { read, of, done: self.done }
    }

    /// Why it could not be read to its end, and where that was.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        match &self.source {
            Source::Protobuf(walk) => walk.error(),
            Source::Json(text) => text.error(),
        }
    }
}

/// Whether bytes begin as a JSON object does. Protobuf's first byte is 10, which is a line feed to
/// JSON, and its second may be 123, which is `{`; but then no text follows.
#[must_use]
pub fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut rest = bytes.iter().copied().skip_while(u8::is_ascii_whitespace);
    let open = rest.next() == Some(b'{');
    let mut rest = rest.skip_while(u8::is_ascii_whitespace);
    match rest.next() {
        Some(b'"') => open && rest.next().is_none_or(|letter| letter >= b' '),
        Some(b'}') | None => open,
        Some(_) => false,
    }
}

#[cfg(test)]
pub(crate) mod tests;
