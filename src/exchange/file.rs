//! A file of any format, read into a sheet a few spans at a time.

use otlp::feed::Progress;
use otlp::{Error, Feed, Sheet};

use crate::read::{Chrome, Har, Jaeger, Text, Zipkin};
use crate::sniff::{Around, look};
use crate::{Format, Unknown};

/// What is put around OTLP's list of resources where it stands alone.
const BARE: (&[u8], &[u8]) = (b"{\"resourceSpans\":", b"}");

/// A file that is being read.
#[derive(Debug)]
pub struct File {
    format: Format,
    source: Source,
    /// Bytes that were put before what came.
    before: usize,
}

#[derive(Debug)]
enum Source {
    Otlp(Feed),
    Text(Text),
}

impl File {
    /// Begins to read a file, of the format that its content says.
    ///
    /// # Errors
    /// When it is no trace that can be read: what it is instead.
    pub fn open(mut bytes: Vec<u8>, sheet: &mut Sheet) -> Result<Self, Unknown> {
        let (format, around) = look(&bytes)?;
        let mut before = 0;
        let otlp = |feed| Source::Otlp(feed);
        let source = match format {
            Format::OtlpProtobuf => {
                if let Around::Trace(from, to) = around {
                    bytes.truncate(to);
                    bytes.drain(..from);
                }
                otlp(Feed::protobuf(bytes, sheet))
            }
            Format::OtlpJson | Format::Tempo => {
                if around == Around::Bare {
                    before = BARE.0.len();
                    let mark = b"\xef\xbb\xbf";
                    let skip = if bytes.starts_with(mark) { mark.len() } else { 0 };
                    bytes.splice(..skip, BARE.0.iter().copied());
                    bytes.extend_from_slice(BARE.1);
                }
                otlp(Feed::json(bytes))
            }
            Format::Jaeger => Source::Text(Text::new(bytes, Box::<Jaeger>::default())),
            Format::Zipkin => Source::Text(Text::new(bytes, Box::<Zipkin>::default())),
            Format::Har => Source::Text(Text::new(bytes, Box::<Har>::default())),
            Format::Chrome => Source::Text(Text::new(bytes, Box::<Chrome>::default())),
        };
        Ok(Self { format, source, before })
    }

    /// What it is.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Reads on, for about as many spans; a large one counts as several.
    pub fn step(&mut self, sheet: &mut Sheet, spans: usize) -> Progress {
        match &mut self.source {
            Source::Otlp(feed) => feed.step(sheet, spans),
            Source::Text(text) => {
                let done = text.step(sheet, spans);
                let (read, of) = text.progress();
                Progress { read, of, done }
            }
        }
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// When it could not be read to its end. What was whole is in the sheet.
    pub fn finish(&mut self, sheet: &mut Sheet) -> Result<(), Error> {
        self.step(sheet, usize::MAX);
        self.error().map_or(Ok(()), Err)
    }

    /// Why it could not be read to its end, and at which byte that was.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        let error = match &self.source {
            Source::Otlp(feed) => feed.error(),
            Source::Text(text) => text.error(),
        };
        let moved = |at: usize| at.saturating_sub(self.before);
        Some(match error? {
            Error::Json { at, wanted } => Error::Json { at: moved(at), wanted },
            Error::Deep { at, limit } => Error::Deep { at: moved(at), limit },
            error => error,
        })
    }
}
