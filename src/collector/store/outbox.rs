//! What waits to be handed on: which spans, and who still wants them.
//!
//! A parcel names spans by their keys and holds none: they lie in the table of spans already, and four
//! to eight bytes each (`roll.rs`) are written in the transaction that stores them. A span that was there before is in no
//! parcel, so collectors that hand on to one another in a circle come to an end.

use std::collections::HashMap;

use backend::outbox::{Account, Cut, Limits, Waiting};
use backend::stores::SLOTS;
use rusqlite::{Connection, Statement, TransactionBehavior, params};
use trace::{Timestamp, json};

use super::{Error, Reader, Stored, roll, sql};
use crate::batch::Batch;

/// A destination's bit.
pub(super) const fn bit(slot: u8) -> i64 {
    1 << slot
}

/// A destination, as the database knows it.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pub(crate) slot: u8,
    pub(crate) account: Account,
    /// Spans and bytes that wait.
    pub(crate) spans: u64,
    pub(crate) bytes: u64,
    /// The last parcel of which nothing waits before it.
    pub(crate) done: i64,
}

/// Spans that go together.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) no: i64,
    pub(crate) waiting: Waiting,
    /// The batches whose spans these are, all of them and no others, by their places in the
    /// transaction. `None` where there is no such batch.
    pub(crate) batches: Option<Vec<usize>>,
}

/// Spans of a parcel.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) message: Vec<u8>,
    /// How many are in it, and their bytes.
    pub(crate) spans: u64,
    pub(crate) bytes: usize,
    /// How many of the parcel it stands for: some may have been evicted.
    pub(crate) passed: u32,
    /// Whether the parcel has more behind them.
    pub(crate) more: bool,
}

/// What became of parcels.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) slot: u8,
    /// Done with are those after the first of these and up to the last.
    pub(crate) done: (i64, i64),
    pub(crate) account: Account,
}

/// Gives everyone who is named a slot, the one that he had or a new one, and forgets the others.
pub(super) fn adopt(
    connection: &mut Connection,
    endpoints: &[String],
) -> rusqlite::Result<Vec<Lane>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known: Vec<(u8, String)> = transaction
        .prepare(sql::DESTINATIONS)?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut accounts: Vec<(u8, Account)> = Vec::new();
    for (slot, text) in known {
        // An account that cannot be read is nobody's.
        let account: Account = json::read(&text).unwrap_or_default();
        if endpoints.contains(&account.endpoint) {
            accounts.push((slot, account));
        } else {
            transaction.execute(sql::DROP_DESTINATION, [slot])?;
        }
    }
    let mut lanes = Vec::with_capacity(endpoints.len());
    for endpoint in endpoints {
        if !accounts.iter().any(|(_, account)| account.endpoint == *endpoint) {
            let free = |slot: &u8| accounts.iter().all(|(taken, _)| taken != slot);
            let Some(slot) = (0..SLOTS).find(free) else { break };
            let account = Account { endpoint: endpoint.clone(), ..Account::default() };
            transaction.execute(sql::PUT_DESTINATION, params![slot, json::write(&account)])?;
            accounts.push((slot, account));
        }
    }
    let all = accounts.iter().fold(0, |all, (slot, _)| all | bit(*slot));
    transaction.execute(sql::WANT_ONLY, [all])?;
    transaction.execute(sql::DROP_UNWANTED, [])?;
    let last: i64 = transaction.query_row(sql::LAST_PARCEL, [], |row| row.get(0))?;
    for (slot, account) in accounts {
        let lane = transaction.query_row(sql::WAITING_FOR, [bit(slot)], |row| {
            let done = row.get::<_, i64>(2)?.checked_sub(1).filter(|done| *done >= 0);
            let (spans, bytes) = (row.get(0)?, row.get(1)?);
            Ok(Lane { slot, account, spans, bytes, done: done.unwrap_or(last) })
        })?;
        lanes.push(lane);
    }
    transaction.commit()?;
    Ok(lanes)
}

impl Note {
    pub(super) fn enter(&self, connection: &Connection) -> rusqlite::Result<()> {
        let (after, last) = self.done;
        if after < last {
            let these = [after, last, bit(self.slot)];
            connection.prepare_cached(sql::TAKE_PARCELS)?.execute(these)?;
            connection.prepare_cached(sql::STRIKE_PARCELS)?.execute(these)?;
        }
        let mut put = connection.prepare_cached(sql::PUT_DESTINATION)?;
        put.execute(params![self.slot, json::write(&self.account)])?;
        Ok(())
    }
}

/// Makes parcels of what a transaction stores: several small batches are one, a large one is several.
pub(super) struct Packer<'a> {
    connection: &'a Connection,
    wanted: i64,
    last: i64,
    now: i64,
    limits: Limits,
    keys: Vec<i64>,
    waiting: Waiting,
    batches: Option<Vec<usize>>,
    /// Spans of the batch at hand that were added.
    added: usize,
    made: Vec<Parcel>,
}

impl<'a> Packer<'a> {
    pub(super) fn new(connection: &'a Connection, wanted: i64, last: i64, now: i64) -> Self {
        let since = Timestamp::from_nanos(now.unsigned_abs().saturating_mul(1_000_000_000));
        Self {
            connection,
            wanted,
            last,
            now,
            limits: Limits::default(),
            keys: Vec::new(),
            waiting: Waiting { bytes: 0, spans: 0, since },
            batches: Some(Vec::new()),
            added: 0,
            made: Vec::new(),
        }
    }

    /// A batch follows.
    pub(super) fn begin(&mut self, at: usize, batch: &Batch) -> rusqlite::Result<()> {
        let bytes: usize = batch.spans.iter().map(|span| span.bytes.len()).sum();
        if self.is_over(bytes, batch.spans.len()) {
            self.close()?;
        }
        if let Some(batches) = &mut self.batches {
            batches.push(at);
        }
        self.added = 0;
        Ok(())
    }

    /// A span of it was stored.
    pub(super) fn add(&mut self, key: i64, bytes: usize) -> rusqlite::Result<()> {
        if self.is_over(bytes, 1) {
            self.batches = None;
            self.close()?;
            self.batches = None;
        }
        self.added += 1;
        self.keys.push(key);
        self.waiting.bytes += bytes;
        self.waiting.spans += 1;
        Ok(())
    }

    /// All of it was.
    pub(super) fn end(&mut self, batch: &Batch) {
        if batch.whole().is_none() || self.added < batch.spans.len() {
            self.batches = None;
        }
    }

    fn is_over(&self, bytes: usize, spans: usize) -> bool {
        let Waiting { bytes: held, spans: count, .. } = self.waiting;
        let spans = u32::try_from(spans).unwrap_or(u32::MAX).saturating_add(count);
        count > 0 && (held + bytes > self.limits.bytes || spans > self.limits.spans)
    }

    fn close(&mut self) -> rusqlite::Result<()> {
        let waiting = self.waiting;
        (self.waiting.bytes, self.waiting.spans) = (0, 0);
        let batches = self.batches.replace(Vec::new());
        if waiting.spans > 0 {
            self.last += 1;
            let mut add = self.connection.prepare_cached(sql::ADD_PARCEL)?;
            let Waiting { bytes, spans, .. } = waiting;
            let keys = roll::write(&mut self.keys);
            add.execute(params![self.last, self.now, spans, bytes, self.wanted, keys])?;
            self.made.push(Parcel { no: self.last, waiting, batches });
        }
        self.keys.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> rusqlite::Result<Vec<Parcel>> {
        self.close()?;
        Ok(self.made)
    }
}

/// The keys of a parcel's spans.
fn keys_of(read: &mut Statement<'_>, no: i64) -> rusqlite::Result<Vec<i64>> {
    read.query_row([no], |row| Ok(roll::read(row.get_ref(0)?.as_blob()?, row.get(1)?)))
}

impl Reader {
    /// The next parcels for somebody, a little more of them than fit one request.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn parcels(
        &self,
        slot: u8,
        after: i64,
        limits: Limits,
    ) -> Result<Vec<Parcel>, Error> {
        self.with("read what waits", |transaction| {
            let mut read = transaction.prepare_cached(sql::PARCELS)?;
            let mut rows = read.query(params![after, bit(slot)])?;
            let (mut parcels, mut bytes, mut spans) = (Vec::new(), 0, 0);
            while bytes <= limits.bytes
                && spans <= limits.spans
                && let Some(row) = rows.next()?
            {
                let born: i64 = row.get(1)?;
                let since =
                    Timestamp::from_nanos(born.unsigned_abs().saturating_mul(1_000_000_000));
                let waiting = Waiting { spans: row.get(2)?, bytes: row.get(3)?, since };
                (bytes, spans) = (bytes + waiting.bytes, spans.saturating_add(waiting.spans));
                parcels.push(Parcel { no: row.get(0)?, waiting, batches: None });
            }
            Ok(parcels)
        })
    }

    /// The spans of parcels as one message, and how many they are: those that were evicted meanwhile
    /// are not among them.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn unpack(&self, parcels: &[i64]) -> Result<(Vec<u8>, u64), Error> {
        self.with("read what waits", |transaction| {
            let mut stored = Stored::default();
            let mut read = transaction.prepare_cached(sql::KEYS_OF)?;
            for no in parcels {
                let mut keys = keys_of(&mut read, *no)?;
                keys.sort_unstable();
                stored.collect(transaction, &keys)?;
            }
            Ok((stored.to_proto(), stored.count()))
        })
    }

    /// The spans of a parcel from one on: as many as fit, and one at least. They are counted as the
    /// parcel names them, whatever is evicted between two slices.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn slice(&self, no: i64, cut: Cut) -> Result<Slice, Error> {
        self.with("read what waits", |transaction| {
            let (mut stored, mut known) = (Stored::default(), HashMap::new());
            let mut read = transaction.prepare_cached(sql::KEYS_OF)?;
            let keys = keys_of(&mut read, no)?;
            let rest = usize::try_from(cut.done).ok().and_then(|done| keys.get(done..));
            let mut look = transaction.prepare_cached(sql::SPAN_AT)?;
            let (mut passed, mut more) = (0, false);
            for key in rest.unwrap_or_default() {
                let mut rows = look.query([key])?;
                stored.fill(transaction, &mut rows, &mut known, 1)?;
                if stored.count() > 1 && stored.size() > cut.most {
                    stored.pop();
                    more = true;
                    break;
                }
                passed += 1;
            }
            let (message, spans, bytes) = (stored.to_proto(), stored.count(), stored.size());
            Ok(Slice { message, spans, bytes, passed, more })
        })
    }
}
