//! Makes room: the oldest traces go first, a few at a time, so that no batch waits long.
//!
//! A trace disappears at once, with its row; its spans are swept afterwards in small pieces, for a
//! single trace can be larger than a transaction should be.

use std::time::Duration;

use rusqlite::{TransactionBehavior, params};

use super::intern::SLACK;
use super::{Doing, Error, Writer, key, sql};

/// How many traces, and about how many spans, go in one step.
const TRACES: u32 = 64;
const SPANS: u64 = 4096;

/// What may be kept. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of the database, its log not counted.
    pub(crate) bytes: Option<u64>,
    /// How long after its first span arrived a trace is kept.
    pub(crate) age: Option<Duration>,
}

impl Writer {
    /// Does one step if there is one to do; `true` when there may be another.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn evict(&mut self, limits: Limits, now: i64) -> Result<bool, Error> {
        if self.sweeping {
            self.sweeping = self.sweep().doing("sweep old spans")?;
            return Ok(true);
        }
        if limits == Limits::default() {
            return Ok(false);
        }
        let (used, free) = self.pages().doing("measure the database")?;
        let limit = limits.bytes.unwrap_or(u64::MAX) / self.page_size;
        let excess = used.saturating_sub(limit);
        let (cutoff, enough) = match limits.age {
            // About as many as the excess holds, for the newest must not go with the oldest.
            _ if excess > 0 => (i64::MAX, self.totals.spans.div_ceil(used) * excess),
            Some(age) => (now.saturating_sub_unsigned(age.as_secs()), SPANS),
            None => (i64::MIN, 0),
        };
        if self.drop_oldest(cutoff, enough.min(SPANS)).doing("drop old traces")? {
            self.sweeping = true;
            return Ok(true);
        }
        if free > 0 && used + free > limit {
            self.give_back().doing("give pages back")?;
            return Ok(self.pages().doing("measure the database")?.1 < free);
        }
        Ok(false)
    }

    /// Makes the file smaller by some of its free pages.
    fn give_back(&self) -> rusqlite::Result<()> {
        let mut give = self.connection.prepare_cached(sql::GIVE_BACK)?;
        let mut pages = give.query([])?;
        // It gives one page back for every row that is read.
        while pages.next()?.is_some() {}
        Ok(())
    }

    /// Pages in use, and free ones.
    fn pages(&self) -> rusqlite::Result<(u64, u64)> {
        self.connection
            .prepare_cached(sql::USED_PAGES)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Drops spans whose trace is gone; `false` when none is left.
    fn sweep(&self) -> rusqlite::Result<bool> {
        let mut floor = self.connection.prepare_cached(sql::FLOOR)?;
        let floor: i64 = floor.query_row([], |row| row.get(0))?;
        let first = key::range(floor).0;
        let mut drop = self.connection.prepare_cached(sql::DROP_SPANS)?;
        let dropped = drop.execute(params![first, SPANS])?;
        Ok(dropped > 0)
    }

    /// Drops the rows of the oldest traces that were born before `cutoff`, until they had that many
    /// spans.
    fn drop_oldest(&mut self, cutoff: i64, enough: u64) -> rusqlite::Result<bool> {
        let old = self.oldest(cutoff, enough)?;
        let Some((last, _)) = old.last().copied() else { return Ok(false) };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.prepare_cached(sql::DROP_TRACES)?.execute([last])?;
        transaction.prepare_cached(sql::DROP_SESSIONS)?.execute([last])?;
        transaction.prepare_cached(sql::DROP_DIGESTS)?.execute([last])?;
        transaction.prepare_cached(sql::DROP_STALE)?.execute([last])?;
        transaction.prepare_cached(sql::DROP_MEMBERS)?.execute([last])?;
        // A source's `last` may be behind by the slack, never more.
        if transaction.prepare_cached(sql::DROP_SOURCES)?.execute([last - SLACK])? > 0
            && transaction.prepare_cached(sql::DROP_SERVICES)?.execute([])? > 0
        {
            transaction.prepare_cached(sql::DROP_OPERATIONS)?.execute([])?;
        }
        transaction.commit()?;
        self.interned.forget();
        self.hot.retain(|_, hot| hot.summary.no > last);
        self.totals.traces = self.totals.traces.saturating_sub(old.len() as u64);
        let spans = old.iter().map(|(_, spans)| spans).sum();
        self.totals.spans = self.totals.spans.saturating_sub(spans);
        Ok(true)
    }

    /// The next traces to go, with their spans: few, and at least one.
    fn oldest(&self, cutoff: i64, enough: u64) -> rusqlite::Result<Vec<(i64, u64)>> {
        let mut read = self.connection.prepare_cached(sql::OLDEST)?;
        let mut rows = read.query([TRACES])?;
        let (mut old, mut spans) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(2)? >= cutoff || !old.is_empty() && spans >= enough {
                break;
            }
            let trace = (row.get(0)?, row.get(1)?);
            spans += trace.1;
            old.push(trace);
        }
        Ok(old)
    }
}
