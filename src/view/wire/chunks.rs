//! Reads a trace's chunks from the journal: its own, and those of pages that have spans of it, with
//! what the page itself did: there is what opened the trace.

use std::collections::{BTreeSet, VecDeque};

use otlp::Sheet;
use surface::page::journal;
use surface::steps::Steps;
use trace::TraceId;
use webext::journal::{Place, SpanChunk};

use crate::load::{Chunk, Key, Load};

/// Chunks that are asked for at once: what a browser hands over within a frame.
const AT_ONCE: usize = 16;
/// How often it is asked before the first answer is taken in.
const AHEAD: usize = 4;

/// Where a chunk lies, and which trace is asked for in it.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    place: Place,
    of: Option<TraceId>,
}

impl Wanted {
    /// Which it is.
    pub(super) fn key(&self) -> Key {
        self.place
    }

    /// Whether it is the next one behind another.
    fn follows(&self, other: &Self) -> bool {
        let ((trace, side, part), (before, by, last)) = (self.place, other.place);
        (trace, side, part) == (before, by, last + 1)
    }
}

/// All chunks of a trace that there are.
pub(super) async fn all(trace: TraceId) -> Result<Vec<Wanted>, String> {
    let journal = journal().await?;
    let own = journal.places(trace).await.map_err(|error| error.to_string())?;
    let with = journal.places_of_pages(trace).await.map_err(|error| error.to_string())?;
    let pages: BTreeSet<TraceId> = with.into_iter().map(|(page, ..)| page).collect();
    let mut all: Vec<_> = own.into_iter().map(|place| Wanted { place, of: None }).collect();
    for page in pages {
        let places = journal.places(page).await.map_err(|error| error.to_string())?;
        all.extend(places.into_iter().map(|place| Wanted { place, of: Some(trace) }));
    }
    Ok(all)
}

/// Fetches chunks, a few at a time; those in which nothing is asked for come empty. While some are
/// taken in, the browser fetches the next.
pub(super) async fn fetch(wanted: &[Wanted], steps: &mut Steps) -> Result<Vec<Chunk>, String> {
    let journal = journal().await?;
    let runs = wanted.chunk_by(|before, next| next.follows(before));
    let mut runs = runs.flat_map(|run| run.chunks(AT_ONCE));
    let (mut chunks, mut asked) = (Vec::with_capacity(wanted.len()), VecDeque::new());
    loop {
        while asked.len() < AHEAD
            && let Some(run) = runs.next()
            && let (Some(first), Some(last)) = (run.first(), run.last())
        {
            asked.push_back((first.of, journal.between(first.place, last.place)));
        }
        let Some((of, found)) = asked.pop_front() else { return Ok(chunks) };
        let found = found.await.map_err(|error| error.to_string())?;
        chunks.extend(found.into_iter().map(|chunk| theirs(chunk, of)));
        if steps.over() {
            steps.rest().await;
        }
    }
}

/// A trace as the journal has it, and what could not be read of it, in words.
pub(super) async fn whole(trace: TraceId) -> Result<(Sheet, String), String> {
    let mut steps = Steps::begin();
    let all = all(trace).await?;
    let chunks = fetch(&all, &mut steps).await?;
    let (mut load, mut sheet) = (Load::begin(trace), Sheet::default());
    load.look(&chunks);
    for chunk in chunks {
        load.take(chunk, &mut sheet);
        if steps.over() {
            steps.rest().await;
        }
    }
    Ok((sheet, load.trouble().to_owned()))
}

fn theirs(chunk: SpanChunk, of: Option<TraceId>) -> Chunk {
    let asked = !chunk.apart || of.is_none_or(|of| chunk.others.contains(&of));
    Chunk {
        key: (chunk.trace, chunk.side, chunk.part),
        mixed: !chunk.others.is_empty() || of.is_some(),
        bytes: if asked { chunk.bytes } else { Vec::new() },
        late: chunk.late,
        open: chunk.open,
        of,
    }
}
