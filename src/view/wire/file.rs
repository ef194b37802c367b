//! Reads one file into a sheet: in pieces, unpacked where it is packed; OTLP here, in steps, and
//! everything else by the module of files.

use leptos::prelude::*;
use otlp::feed::{Around, Plain, plain};
use otlp::{Feed, Rejected, Sheet};
use surface::steps::Steps;
use webext::files::Reader;
use webext::source::{Source, Unpacked};

use super::files::FileWire;
use crate::opening::{Going, LARGEST, Told, swollen, too_large};

/// Bytes of a file that are read at once.
const PIECE: u64 = 4 << 20;
/// Bytes that tell what a file is.
const HEAD: usize = 64 << 10;

/// Why the reading of a file ended before its end.
pub(super) enum Stop {
    /// The reader wants something else.
    Unwanted,
    /// Nothing comes of it.
    Broken(String),
}

impl From<webext::Error> for Stop {
    fn from(error: webext::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

fn no_room() -> Stop {
    Stop::Broken("there is not enough memory for it".to_owned())
}

/// The reading of one file.
pub(super) struct Work<'a> {
    pub(super) wire: FileWire,
    pub(super) turn: u32,
    pub(super) source: &'a Source,
}

impl Work<'_> {
    pub(super) async fn read(&self, sheet: &mut Sheet) -> Result<Told, Stop> {
        if self.source.size > LARGEST {
            return Err(Stop::Broken(too_large(self.source.size)));
        }
        let before = (sheet.len(), sheet.copies(), sheet.rejected().clone());
        let mut pieces = Pieces::of(self.source).await?;
        let mut head = Vec::new();
        while head.len() < HEAD
            && let Some(piece) = pieces.next().await?
        {
            head.extend(piece);
        }
        let mut told = match plain(&head) {
            Some(how) => self.read_here(how, head, &mut pieces, sheet).await?,
            None => self.read_there(&head, &mut pieces, sheet).await?,
        };
        told.spans = sheet.len() - before.0;
        told.copies = sheet.copies() - before.1;
        if told.rejected.is_empty() {
            told.rejected = words(&sheet.rejected().since(&before.2));
        }
        Ok(told)
    }

    /// Tells how far it is.
    fn tell(&self, verb: &'static str, read: u64, of: u64) -> Result<(), Stop> {
        if self.wire.turn.get_value() != self.turn {
            return Err(Stop::Unwanted);
        }
        let going = Going { name: self.source.name.clone(), verb, read, of };
        self.wire.opening.update(|opening| opening.going = going);
        Ok(())
    }

    /// OTLP goes into the sheet as it stands.
    async fn read_here(
        &self,
        how: Plain,
        mut bytes: Vec<u8>,
        pieces: &mut Pieces<'_>,
        sheet: &mut Sheet,
    ) -> Result<Told, Stop> {
        let more = usize::try_from(pieces.left()).unwrap_or(usize::MAX);
        bytes.try_reserve_exact(more).map_err(|_| no_room())?;
        while let Some(piece) = pieces.next().await? {
            bytes.try_reserve(piece.len()).map_err(|_| no_room())?;
            bytes.extend(piece);
            self.tell("Loading", bytes.len() as u64, pieces.size())?;
        }
        if let Plain::Protobuf(Around::Trace(from, to)) = how {
            bytes.truncate(to);
            bytes.drain(..from.min(bytes.len()));
        }
        let (format, mut feed) = match how {
            Plain::Json => ("OTLP JSON", Feed::json(bytes)),
            Plain::Protobuf(_) => ("OTLP protobuf", Feed::protobuf(bytes, sheet)),
        };
        let mut steps = Steps::begin();
        loop {
            let progress = feed.step(sheet, steps.size());
            if progress.done {
                break;
            }
            self.tell("Reading", progress.read as u64, progress.of as u64)?;
            steps.rest().await;
        }
        let broken = feed.error().map(|error| error.to_string()).unwrap_or_default();
        Ok(Told { format: format.to_owned(), broken, ..Told::default() })
    }

    /// Everything else is read by the module, and comes from there as OTLP.
    async fn read_there(
        &self,
        head: &[u8],
        pieces: &mut Pieces<'_>,
        sheet: &mut Sheet,
    ) -> Result<Told, Stop> {
        let reader = Reader::begin().await?;
        let mut size = head.len() as u64;
        let mut room = reader.push(head).await?;
        while let (true, Some(piece)) = (room, pieces.next().await?) {
            room = reader.push(&piece).await?;
            size += piece.len() as u64;
            self.tell("Loading", size, pieces.size())?;
        }
        if !room {
            return Err(no_room());
        }
        if let Some(wrong) = reader.open().await? {
            return Err(Stop::Broken(wrong));
        }
        loop {
            let progress = reader.step().await?;
            self.tell("Reading", progress.read, progress.of)?;
            if progress.done {
                break;
            }
        }
        loop {
            let spans = reader.take().await?;
            if spans.is_empty() {
                break;
            }
            // The module wrote it, so it can be read.
            let _whole = sheet.take(spans, |_, _| true);
            self.tell("Reading", size, size)?;
        }
        let report = reader.report().await?;
        let (format, rejected, broken) = (report.format, report.rejected, report.broken);
        Ok(Told { format, rejected, broken, ..Told::default() })
    }
}

fn words(rejected: &Rejected) -> String {
    if rejected.is_empty() { String::new() } else { rejected.to_string() }
}

/// A file in pieces, unpacked where it is packed.
struct Pieces<'a> {
    source: &'a Source,
    unpacked: Option<Unpacked>,
    /// Bytes that were given.
    read: u64,
    /// What is unpacked comes in the same task, as long as there is any.
    steps: Steps,
}

impl<'a> Pieces<'a> {
    async fn of(source: &'a Source) -> Result<Self, webext::Error> {
        let packed = source.piece(0, 2).await? == [0x1f, 0x8b];
        let unpacked = if packed { Some(source.unpack()?) } else { None };
        Ok(Self { source, unpacked, read: 0, steps: Steps::begin() })
    }

    /// Bytes in all; 0 where nobody knows.
    fn size(&self) -> u64 {
        if self.unpacked.is_some() { 0 } else { self.source.size }
    }

    /// Bytes that are left, as far as anybody knows.
    fn left(&self) -> u64 {
        self.size().saturating_sub(self.read)
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, Stop> {
        if self.steps.over() {
            self.steps.rest().await;
        }
        let piece = match &self.unpacked {
            Some(unpacked) => unpacked.next().await?,
            None if self.left() == 0 => None,
            None => {
                let to = self.source.size.min(self.read + PIECE);
                Some(self.source.piece(self.read, to).await?)
            }
        };
        self.read += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.read > LARGEST {
            return Err(Stop::Broken(format!("unpacked, {}", too_large(self.read))));
        }
        if let Some(why) = swollen(self.source.size, self.read)
            && self.unpacked.is_some()
        {
            return Err(Stop::Broken(why));
        }
        // A file that has become shorter meanwhile has no more.
        Ok(piece.filter(|piece| !piece.is_empty()))
    }
}
