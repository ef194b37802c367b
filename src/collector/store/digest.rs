//! Digests beside their spans: which traces wait for theirs, and where they are kept.

use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior, params};
use trace::TraceId;

use super::{Doing, Error, Files, Reader, Stored, sql};

/// How many traces, and about how many spans, are digested in one step.
const TRACES: u32 = 64;
const SPANS: u32 = 4096;
/// What is beyond so many spans of one trace is not looked at, for each is a kilobyte of memory.
const MOST: usize = 100_000;

/// A trace that is to be digested, as it was when it was read.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) no: i64,
    pub(crate) stored: Stored,
    spans: u32,
}

/// The digest of a trace, made.
#[derive(Debug)]
pub(crate) struct Made {
    no: i64,
    spans: u32,
    text: String,
}

impl Due {
    /// With its digest as text; empty where it has no rows.
    pub(crate) fn made(&self, text: String) -> Made {
        Made { no: self.no, spans: self.spans, text }
    }
}

impl Reader {
    /// Some of the traces that are to be digested, with their spans, the newest first.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn due(&self, now: i64) -> Result<Vec<Due>, Error> {
        self.with("read what is to be digested", |transaction| {
            let mut read = transaction.prepare_cached(sql::DUE)?;
            let mut rows = read.query(params![now, TRACES])?;
            let (mut found, mut sum) = (Vec::new(), 0_u32);
            while sum < SPANS
                && let Some(row) = rows.next()?
            {
                let (no, spans) = (row.get(0)?, row.get(1)?);
                let mut stored = Stored::default();
                stored.load(transaction, no, MOST)?;
                sum = sum.saturating_add(spans);
                found.push(Due { no, stored, spans });
            }
            Ok(found)
        })
    }

    /// How many traces wait for their digest.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn stale(&self) -> Result<usize, Error> {
        self.count_of(sql::COUNT_STALE)
    }

    /// How many digests there are.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn digested(&self) -> Result<usize, Error> {
        self.count_of(sql::COUNT_DIGESTS)
    }

    fn count_of(&self, statement: &str) -> Result<usize, Error> {
        self.with("count digests", |transaction| {
            transaction.prepare_cached(statement)?.query_row([], |row| row.get(0))
        })
    }

    /// So many digests of traces with lower numbers than `before`, the highest first.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn digests(&self, before: i64, most: u32) -> Result<Vec<(i64, String)>, Error> {
        self.with("read digests", |transaction| {
            let mut read = transaction.prepare_cached(sql::DIGESTS_BEFORE)?;
            read.query_map(params![before, most], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// The lowest number of a trace that is still there.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn floor(&self) -> Result<i64, Error> {
        self.with("read the oldest trace", |transaction| {
            transaction.prepare_cached(sql::FLOOR)?.query_row([], |row| row.get(0))
        })
    }

    /// The traces that have spans of a session, as they arrived.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn session(&self, session: &str) -> Result<Vec<TraceId>, Error> {
        self.with("read a session", |transaction| {
            let mut read = transaction.prepare_cached(sql::SESSION_TRACES)?;
            let ids = read.query_map([session], |row| row.get::<_, [u8; 16]>(0))?;
            // An id that is none was not written by us.
            ids.filter_map(|id| id.map(|id| TraceId::from_bytes(&id).ok()).transpose()).collect()
        })
    }
}

/// Where digests are put.
#[derive(Debug)]
pub(crate) struct Digests {
    connection: Connection,
}

impl Digests {
    pub(crate) fn open(files: &Arc<Files>) -> Result<Self, Error> {
        Ok(Self { connection: files.digester()? })
    }

    /// Puts digests in, in one small transaction. A trace that is gone gets none, and one that grew
    /// meanwhile stays stale.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn put(&mut self, made: &[Made], now: i64) -> Result<(), Error> {
        self.transact(made, now).doing("write digests")
    }

    fn transact(&mut self, made: &[Made], now: i64) -> rusqlite::Result<()> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for Made { no, spans, text } in made {
            if text.is_empty() {
                transaction.prepare_cached(sql::DROP_DIGEST)?.execute([no])?;
            } else {
                transaction.prepare_cached(sql::PUT_DIGEST)?.execute(params![no, text])?;
            }
            if transaction.prepare_cached(sql::SET_FRESH)?.execute(params![no, spans])? == 0 {
                transaction.prepare_cached(sql::STALE_AGAIN)?.execute([*no, now])?;
            }
        }
        transaction.commit()
    }
}
