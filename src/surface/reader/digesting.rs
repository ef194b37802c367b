//! Makes digests of what lies in the journal, in steps.

use std::collections::BTreeSet;

use trace::digest::{Digest, VERSION, digest};
use trace::seen::Seen;
use trace::{Span, TraceId, json};
use webext::journal::{DigestRow, Mark, Side, SpanChunk, Stamp};
use webext::{Error, Journal};

use crate::steps::Steps;

/// Pages that are fetched at once and whose digests are written in one transaction, which takes as
/// long for a few as for one.
pub(super) const BATCH: usize = 16;

/// Keys that are read at once.
const KEYS: u32 = 512;

/// A page's digest, and how many bytes it was made of.
pub(super) type Made = (TraceId, u64, Digest);

/// What became of digests that were made.
#[derive(Default)]
pub(super) struct Done {
    /// They are true, whoever made them.
    pub(super) made: Vec<Made>,
    /// Those that the journal took: other readers do not know them yet.
    pub(super) kept: Vec<TraceId>,
    /// Whether some changed while they were looked at.
    pub(super) contested: bool,
    /// Of these there is none: they were deleted.
    pub(super) gone: BTreeSet<TraceId>,
    /// Of the true ones, those that the journal did not take, for want of room.
    pub(super) loose: Vec<(TraceId, Stamp)>,
}

/// Digests pages that are stale, and keeps the digests in the journal.
pub(super) async fn make(
    journal: &Journal,
    pages: &[(TraceId, Stamp)],
    steps: &mut Steps,
) -> Result<Done, Error> {
    let fetched: Vec<_> = pages.iter().map(|(trace, _)| journal.fetch(*trace)).collect();
    let (mut rows, mut made) = (Vec::new(), Vec::new());
    for ((trace, stamp), chunks) in pages.iter().zip(fetched) {
        let chunks = chunks.await?;
        let bytes = chunks.iter().map(|chunk| chunk.bytes.len() as u64).sum();
        let spans = spans(chunks, &mut Seen::default(), steps).await;
        let digest = digest(&spans);
        let sessions = sessions(&digest);
        let text = json::write(&digest);
        rows.push((DigestRow { trace: *trace, version: VERSION, sessions, bytes, text }, *stamp));
        made.push((*trace, bytes, digest));
        if steps.over() {
            steps.rest().await;
        }
    }
    let mut done = Done::default();
    let Ok(met) = journal.keep_digests(&rows).await else {
        // Read it is all the same: a journal that is full is when it is looked into.
        return Ok(Done { made, loose: pages.to_vec(), ..done });
    };
    for (made, mark) in made.into_iter().zip(met) {
        match mark {
            Mark::Same => done.kept.push(made.0),
            // What changed meanwhile is still marked: this is true until it is looked at again.
            Mark::Changed => done.contested = true,
            Mark::Gone => {
                again(journal, made.0, &mut done).await?;
                continue;
            }
        }
        done.made.push(made);
    }
    Ok(done)
}

/// Reads the digest of a page that somebody else made.
pub(super) async fn again(journal: &Journal, trace: TraceId, done: &mut Done) -> Result<(), Error> {
    match journal.digest(trace).await?.and_then(|row| read(&row)) {
        Some(made) => done.made.push(made),
        None => drop(done.gone.insert(trace)),
    }
    Ok(())
}

/// A digest as it was kept. `None` for one that other rules made.
pub(super) fn read(row: &DigestRow) -> Option<Made> {
    let digest = (row.version == VERSION).then(|| json::read(&row.text).ok())??;
    Some((row.trace, row.bytes, digest))
}

/// The spans of chunks, each once: a page that is still told of has some in two chunks, of which the
/// closed one is the last word, and a store may have others otherwise, which counts for nothing. A
/// chunk that cannot be read takes no other with it.
pub(super) async fn spans(chunks: Vec<SpanChunk>, seen: &mut Seen, steps: &mut Steps) -> Vec<Span> {
    let mut spans = Vec::new();
    let ours = chunks.into_iter().filter(|chunk| chunk.side != Side::Copy);
    let (open, closed): (Vec<_>, Vec<_>) = ours.partition(|chunk| chunk.open);
    for chunk in closed.into_iter().chain(open) {
        let found = otlp::proto::decode(&chunk.bytes).unwrap_or_default().spans;
        spans.extend(found.into_iter().filter(|span| seen.insert(span.trace, span.id)));
        if steps.over() {
            steps.rest().await;
        }
    }
    spans
}

/// The sessions that a digest names.
fn sessions(digest: &Digest) -> Vec<String> {
    let pages = digest.pages.iter().map(|row| &row.session);
    let calls = digest.calls.iter().map(|row| &row.session);
    let errors = digest.errors.iter().map(|row| &row.session);
    let all: BTreeSet<_> = pages.chain(calls).chain(errors).collect();
    all.into_iter().filter(|session| !session.is_empty()).cloned().collect()
}

/// Sees to it that what was not digested by our rules is marked as stale: a journal of before there
/// were digests has no marks, and one of before our rules has digests that are not ours.
pub(super) async fn mark(journal: &Journal, steps: &mut Steps) -> Result<(), Error> {
    if journal.digested().await? == Some(VERSION) {
        return Ok(());
    }
    let mut last = None;
    loop {
        let places = journal.places_behind(last, KEYS).await?;
        let mut traces: Vec<TraceId> = places.into_iter().map(|(trace, ..)| trace).collect();
        traces.dedup();
        let Some(end) = traces.last() else { break };
        last = Some(*end);
        journal.mark_stale(&traces).await?;
        steps.rest().await;
    }
    journal.note_digested(VERSION).await
}
