//! Writes batches, several in one transaction. What it remembers of the database is right only as
//! long as nobody else writes to it.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Statement, TransactionBehavior, params};
use trace::{SpanId, Timestamp, TraceId};

use super::intern::{Interned, Source};
use super::key::{self, Keys};
use super::outbox::{self, Lane, Note, Packer, Parcel};
use super::{Doing, Error, Files, Summary, sql};
use crate::batch::{Batch, Entry};

/// How many traces are remembered between batches; see [`Interned`] on forgetting.
const HOT: usize = 4096;

/// The one that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(super) connection: Connection,
    pub(super) keys: Keys,
    pub(super) interned: Interned,
    pub(super) hot: HashMap<TraceId, Hot>,
    pub(super) last: i64,
    pub(super) totals: Totals,
    pub(super) page_size: u64,
    /// Whether spans may be left whose trace is gone.
    pub(super) sweeping: bool,
    /// Who wants what is taken in, as bits; 0 for nobody.
    wanted: i64,
    /// The last parcel that was made.
    parcel: i64,
}

/// How much is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) traces: u64,
    pub(crate) spans: u64,
}

/// A trace that is growing.
#[derive(Debug)]
pub(super) struct Hot {
    pub(super) summary: Summary,
    /// `start` as its row has it; `None` while there is no row.
    stored: Option<Timestamp>,
    /// The session it was last listed under.
    session: Option<String>,
    grown: bool,
}

/// What a transaction did.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The traces that grew, with how many spans they have now.
    pub(crate) grown: Vec<(TraceId, u32)>,
    /// What waits to be handed on.
    pub(crate) parcels: Vec<Parcel>,
}

impl Writer {
    /// Opens the database for writing. Whoever is named here is handed what is taken in from now on.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn open(files: &Files, endpoints: &[String]) -> Result<(Self, Vec<Lane>), Error> {
        let mut connection = files.writer()?;
        let lanes = outbox::adopt(&mut connection, endpoints).doing("read what waits")?;
        // As many as there are statements: SQLite compiles each once.
        connection.set_prepared_statement_cache_capacity(64);
        let number = |statement| connection.query_row(statement, [], |row| row.get::<_, i64>(0));
        let seed = number(sql::SEED).doing("read the database")?;
        let last = number(sql::LAST_TRACE).doing("read the database")?;
        let parcel = number(sql::LAST_PARCEL).doing("read the database")?;
        let page_size: i64 = number(sql::PAGE_SIZE).doing("read the database")?;
        let totals = connection
            .query_row(sql::TOTALS, [], |row| {
                Ok(Totals { traces: row.get(0)?, spans: row.get(1)? })
            })
            .doing("count the spans")?;
        let wanted = lanes.iter().fold(0, |all, lane| all | outbox::bit(lane.slot));
        let writer = Self {
            connection,
            keys: Keys::new(seed),
            interned: Interned::default(),
            hot: HashMap::new(),
            last,
            totals,
            page_size: page_size.unsigned_abs(),
            // The last collector may have been stopped between two steps.
            sweeping: true,
            wanted,
            parcel,
        };
        Ok((writer, lanes))
    }

    pub(crate) fn totals(&self) -> Totals {
        self.totals
    }

    /// Stores batches, and what became of those that were handed on, in one transaction: all of it,
    /// or after an error nothing.
    ///
    /// # Errors
    /// When SQLite says no: the disk is full, another program holds the file.
    pub(crate) fn keep(
        &mut self,
        batches: &[&Batch],
        notes: &[&Note],
        now: i64,
    ) -> Result<Kept, Error> {
        let result = self.transact(batches, notes, now);
        if result.is_err() {
            self.interned.forget();
            self.hot.clear();
        }
        result.doing("write")
    }

    fn transact(
        &mut self,
        batches: &[&Batch],
        notes: &[&Note],
        now: i64,
    ) -> rusqlite::Result<Kept> {
        let Self { connection, keys, interned, hot, last, totals, wanted, parcel, .. } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for note in notes {
            note.enter(&transaction)?;
        }
        let mut filing = Filing {
            connection: &transaction,
            keys: *keys,
            interned,
            hot,
            grown: Vec::new(),
            totals: *totals,
            last: *last,
            now,
            packer: (*wanted != 0).then(|| Packer::new(&transaction, *wanted, *parcel, now)),
        };
        for (at, batch) in batches.iter().enumerate() {
            filing.file(at, batch)?;
        }
        let kept = filing.settle()?;
        (*totals, *last) = (filing.totals, filing.last);
        *parcel = kept.parcels.last().map_or(*parcel, |last| last.no);
        transaction.commit()?;
        if hot.len() > HOT {
            hot.clear();
        }
        Ok(kept)
    }

    /// Puts everything into the main file, so that it alone is enough.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn checkpoint(&self) -> Result<(), Error> {
        self.connection.query_row(sql::CHECKPOINT, [], |_| Ok(())).doing("checkpoint")
    }
}

/// What a span's row is made of.
struct Row<'a> {
    trace: i64,
    id: SpanId,
    source: i64,
    bytes: &'a [u8],
}

/// One transaction at work.
struct Filing<'a> {
    connection: &'a Connection,
    keys: Keys,
    interned: &'a mut Interned,
    hot: &'a mut HashMap<TraceId, Hot>,
    grown: Vec<TraceId>,
    totals: Totals,
    last: i64,
    now: i64,
    packer: Option<Packer<'a>>,
}

impl Filing<'_> {
    fn file(&mut self, at: usize, batch: &Batch) -> rusqlite::Result<()> {
        if let Some(packer) = &mut self.packer {
            packer.begin(at, batch)?;
        }
        let mut source: Option<(usize, Source)> = None;
        let connection = self.connection;
        let mut add_span = connection.prepare_cached(sql::ADD_SPAN)?;
        for span in &batch.spans {
            let trace = self.trace(span.trace)?;
            let source = match &mut source {
                Some((group, source)) if *group == span.group => source,
                other => {
                    let group = batch.group(span.group);
                    let found = self.interned.source(self.connection, group, self.last)?;
                    &other.insert((span.group, found)).1
                }
            };
            let row =
                Row { trace, id: span.id, source: source.no, bytes: batch.bytes(&span.bytes) };
            let Some(key) = self.add(&mut add_span, &row)? else { continue };
            self.count(batch, span, source)?;
            if let Some(packer) = &mut self.packer {
                packer.add(key, row.bytes.len())?;
            }
        }
        if let Some(packer) = &mut self.packer {
            packer.end(batch);
        }
        Ok(())
    }

    /// The trace's number: remembered, stored, or the next one.
    fn trace(&mut self, id: TraceId) -> rusqlite::Result<i64> {
        if let Some(hot) = self.hot.get(&id) {
            return Ok(hot.summary.no);
        }
        let found = self
            .connection
            .prepare_cached(sql::FIND_TRACE)?
            .query_row([id.as_bytes()], Summary::from_row)
            .optional()?;
        let stored = found.as_ref().map(|summary| summary.start);
        let summary = found.unwrap_or_else(|| {
            self.last += 1;
            self.totals.traces += 1;
            Summary::new(self.last, id, self.now)
        });
        let no = summary.no;
        self.hot.insert(id, Hot { summary, stored, session: None, grown: false });
        Ok(no)
    }

    /// Puts a span's row in, and says where; `None` when it was there already. The first of two is
    /// kept.
    fn add(&self, add: &mut Statement<'_>, row: &Row<'_>) -> rusqlite::Result<Option<i64>> {
        let mut key = self.keys.of(row.trace, row.id);
        while add.execute(params![key, row.source, row.bytes])? == 0 {
            let mut read = self.connection.prepare_cached(sql::READ_SPAN)?;
            let there: Vec<u8> = read.query_row([key], |row| row.get(0))?;
            if otlp::raw::head(&there).is_ok_and(|head| head.id == row.id) {
                return Ok(None);
            }
            key = key::next(key);
        }
        Ok(Some(key))
    }

    /// Brings what is known of the trace and of its service up to a span that was added.
    fn count(&mut self, batch: &Batch, span: &Entry, source: &Source) -> rusqlite::Result<()> {
        let Some(hot) = self.hot.get_mut(&span.trace) else { return Ok(()) };
        let name = batch.text(&span.name);
        if !std::mem::replace(&mut hot.grown, true) {
            self.grown.push(span.trace);
        }
        self.totals.spans += 1;
        if hot.summary.add(span, source.service, name) {
            let member = [source.service, hot.summary.no];
            self.connection.prepare_cached(sql::ADD_MEMBER)?.execute(member)?;
        }
        let session = span.session.as_ref().map(|range| batch.text(range));
        if let Some(session) = session.or(source.session.as_deref())
            && hot.session.as_deref() != Some(session)
        {
            let row = params![session, hot.summary.no];
            self.connection.prepare_cached(sql::ADD_SESSION)?.execute(row)?;
            hot.session = Some(session.to_owned());
        }
        self.interned.operation(self.connection, source.service, span.kind, name)
    }

    /// Writes the rows of the traces that grew.
    fn settle(&mut self) -> rusqlite::Result<Kept> {
        let mut grown = Vec::with_capacity(self.grown.len());
        for id in &self.grown {
            let Some(hot) = self.hot.get_mut(id) else { continue };
            match hot.stored {
                Some(start) => hot.summary.update(self.connection, start)?,
                None => hot.summary.insert(self.connection)?,
            }
            self.connection.prepare_cached(sql::MARK_STALE)?.execute([hot.summary.no, self.now])?;
            hot.stored = Some(hot.summary.start);
            hot.grown = false;
            grown.push((*id, hot.summary.spans));
        }
        let parcels = self.packer.take().map(Packer::finish).transpose()?.unwrap_or_default();
        Ok(Kept { grown, parcels })
    }
}
