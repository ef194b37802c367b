//! Digests by the block: a journal of a thousand sessions is read in a few values. Blocks are made in
//! steps, of digests that the journal has, whenever many are in none; nobody waits for that.

use std::collections::BTreeSet;

use bridge::query::Rows;
use trace::TraceId;
use trace::digest::block::{self, Head, Writer};
use webext::journal::{Blocks, PARTS};
use webext::{Error, Journal};

use super::digesting::{self, Made};
use super::kept::Kept;
use crate::steps::Steps;

/// Digests in a block; fewer than these are not worth one.
pub(super) const EACH: usize = 512;
/// Digests that are read from the journal at once.
const ROWS: u32 = 64;

/// Reads all digests, of each the wanted rows at least. How many of them are in no block.
pub(super) async fn load(
    journal: &Journal,
    wanted: [bool; 3],
    kept: &mut Kept,
    steps: &mut Steps,
) -> Result<usize, Error> {
    let [pages, calls, errors] = wanted;
    let found = journal.blocks([true, pages, calls, errors]).await?;
    if found.are_there() && read(&found, kept, steps).await.is_some() {
        let take = &mut |_, made: Option<Made>| kept.put(made.into_iter().collect());
        moved(journal, &found, steps, take).await?;
        return Ok(found.moved.len());
    }
    *kept = Kept::default();
    let mut count = 0;
    let take = &mut |_, made: Option<Made>| {
        count += 1;
        kept.put(made.into_iter().collect());
    };
    all(journal, steps, take).await?;
    Ok(count)
}

/// Reads blocks. `None` where one of them is not ours.
async fn read(found: &Blocks, kept: &mut Kept, steps: &mut Steps) -> Option<()> {
    // Of a page that is in several, the last one speaks.
    let mut known: BTreeSet<_> = found.moved.iter().map(|(trace, _)| *trace).collect();
    for number in (0..found.count(0)).rev() {
        let heads = block::heads(&found.part(0, number))?;
        // A part that was not asked for is empty, and has no rows.
        let rows = Rows {
            pages: block::pages(&found.part(1, number))?,
            calls: block::calls(&found.part(2, number))?,
            errors: block::errors(&found.part(3, number))?,
        };
        kept.put_block(heads, rows, &mut known);
        if steps.over() {
            steps.rest().await;
        }
    }
    Some(())
}

/// Writes blocks of what is in none, or all of them anew.
pub(super) async fn write(journal: &Journal) -> Result<(), Error> {
    let mut steps = Steps::begin();
    let found = journal.blocks([true, false, false, false]).await?;
    let anew = !found.are_there() || is_waste(&found);
    let mut pile = Pile::default();
    let take = &mut |trace, made: Option<Made>| pile.put(trace, made.as_ref());
    if anew {
        all(journal, &mut steps, take).await?;
    } else {
        moved(journal, &found, &mut steps, take).await?;
    }
    journal.put_blocks(&found, pile.end(), anew).await
}

/// Whether half of what blocks say is not true any more, or cannot be read.
fn is_waste(found: &Blocks) -> bool {
    let (mut said, mut live) = (0, 0);
    let mut known: BTreeSet<TraceId> = BTreeSet::new();
    for number in (0..found.count(0)).rev() {
        let Some(heads) = block::heads(&found.part(0, number)) else { return true };
        said += heads.len();
        let lives = |head: &&Head| known.insert(head.trace) && head.rows.is_some();
        live += heads.iter().filter(lives).count();
    }
    said > live * 2 + EACH
}

/// Blocks that grow.
#[derive(Default)]
struct Pile {
    made: Vec<[Vec<u8>; PARTS]>,
    writer: Writer,
}

impl Pile {
    fn put(&mut self, trace: TraceId, made: Option<&Made>) {
        self.writer.put(trace, made.map(|(_, bytes, digest)| (*bytes, digest)));
        if self.writer.count() == EACH {
            self.made.push(std::mem::take(&mut self.writer).end());
        }
    }

    fn end(mut self) -> Vec<[Vec<u8>; PARTS]> {
        if self.writer.count() > 0 {
            self.made.push(self.writer.end());
        }
        self.made
    }
}

type Take<'a> = &'a mut dyn FnMut(TraceId, Option<Made>);

/// Reads all digests, one by one.
async fn all(journal: &Journal, steps: &mut Steps, take: Take<'_>) -> Result<(), Error> {
    let mut last = None;
    loop {
        let rows = journal.digests_behind(last, ROWS).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = Some(end.trace);
        for row in rows {
            if let Some(made) = digesting::read(&row) {
                take(row.trace, Some(made));
            }
            if steps.over() {
                steps.rest().await;
            }
        }
    }
}

/// Reads the digests for which blocks do not speak; of some there may be none.
async fn moved(
    journal: &Journal,
    found: &Blocks,
    steps: &mut Steps,
    take: Take<'_>,
) -> Result<(), Error> {
    for some in found.moved.chunks(ROWS as usize) {
        let asked: Vec<_> =
            some.iter().map(|(trace, _)| (*trace, journal.digest(*trace))).collect();
        for (trace, row) in asked {
            take(trace, row.await?.and_then(|row| digesting::read(&row)));
            if steps.over() {
                steps.rest().await;
            }
        }
    }
    Ok(())
}
