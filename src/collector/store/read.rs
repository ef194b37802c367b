//! Reads traces back. Every call sees one moment of the database, whatever is written meanwhile.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use otlp::raw::{self, Group};
use rusqlite::{Connection, OptionalExtension, Row, Rows, Transaction};
use trace::TraceId;
use trace::span::{Kind, Resource, Scope, Span};

use super::{Doing, Error, Files, Search, Summary, key, search, sql};

/// Spans in one part of a trace that is handed out in parts.
const PART: usize = 2048;
/// Spans that nobody wants, besides as many as are wanted, and that are passed on the way to others.
const PASSED: usize = 64;

/// Reads, from as many threads as ask; connections are kept for the next.
#[derive(Debug)]
pub(crate) struct Reader {
    files: Arc<Files>,
    idle: Mutex<Vec<Connection>>,
}

/// Spans as they are stored, with their sources.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    owners: Vec<Owner>,
    bytes: Vec<u8>,
    spans: Vec<(usize, Range<usize>)>,
}

/// A source's messages, as they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Owner {
    pub(super) service: i64,
    resource: Vec<u8>,
    resource_schema: String,
    scope: Vec<u8>,
    scope_schema: String,
}

/// A trace in short, with the names of its services.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) summary: Summary,
    pub(crate) root_service: String,
    /// In the order of the summary's members.
    pub(crate) services: Vec<String>,
}

impl Reader {
    pub(crate) fn new(files: Arc<Files>) -> Self {
        Self { files, idle: Mutex::default() }
    }

    /// Runs in one read transaction on a connection of its own.
    pub(super) fn with<T>(
        &self,
        doing: &'static str,
        read: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => self.files.reader()?,
        };
        let result = connection.transaction().and_then(|transaction| read(&transaction));
        idle().push(connection);
        result.doing(doing)
    }

    /// All spans of a trace; `None` when there is no such trace.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn trace(&self, id: TraceId) -> Result<Option<Stored>, Error> {
        self.with("read a trace", |transaction| {
            let found = transaction
                .prepare_cached(sql::FIND_TRACE)?
                .query_row([id.as_bytes()], Summary::from_row)
                .optional()?;
            let mut stored = Stored::default();
            match found {
                Some(summary) => {
                    stored.load(transaction, summary.no, usize::MAX).map(|()| Some(stored))
                }
                None => Ok(None),
            }
        })
    }

    /// All spans of a trace, as they lie and not in order of time, in messages that `each` takes until
    /// it has enough of them.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn parts(
        &self,
        id: TraceId,
        mut each: impl FnMut(Vec<u8>) -> bool,
    ) -> Result<(), Error> {
        self.with("read a trace", |transaction| {
            let mut find = transaction.prepare_cached(sql::FIND_TRACE)?;
            let found = find.query_row([id.as_bytes()], Summary::from_row).optional()?;
            let Some(summary) = found else { return Ok(()) };
            let (first, last) = key::range(summary.no);
            let mut read = transaction.prepare_cached(sql::SPANS_OF)?;
            let mut rows = read.query([first, last])?;
            let (mut stored, mut known) = (Stored::default(), HashMap::new());
            while stored.fill(transaction, &mut rows, &mut known, PART)? > 0 {
                if !each(stored.to_proto()) {
                    break;
                }
                stored.spans.clear();
                stored.bytes.clear();
            }
            Ok(())
        })
    }

    /// How many spans a trace has; `None` when there is no such trace.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn count(&self, id: TraceId) -> Result<Option<u32>, Error> {
        self.with("read a trace", |transaction| {
            let mut find = transaction.prepare_cached(sql::FIND_TRACE)?;
            let found = find.query_row([id.as_bytes()], Summary::from_row).optional()?;
            Ok(found.map(|summary| summary.spans))
        })
    }

    /// All spans of the traces that match.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn traces(&self, wanted: &Search) -> Result<Stored, Error> {
        self.with("search traces", |transaction| {
            let mut stored = Stored::default();
            for summary in search::run(transaction, wanted)? {
                stored.load(transaction, summary.no, usize::MAX)?;
            }
            Ok(stored)
        })
    }

    /// The traces that match, in short, newest first.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn summaries(&self, wanted: &Search) -> Result<Vec<Listed>, Error> {
        self.with("list traces", |transaction| {
            let mut names = HashMap::new();
            let mut name = |no| -> rusqlite::Result<String> {
                if let Some(name) = names.get(&no) {
                    return Ok(String::clone(name));
                }
                let mut read = transaction.prepare_cached(sql::SERVICE_NAME)?;
                let found: Option<String> = read.query_row([no], |row| row.get(0)).optional()?;
                Ok(names.entry(no).or_insert(found.unwrap_or_default()).clone())
            };
            search::run(transaction, wanted)?
                .into_iter()
                .map(|summary| {
                    let services = summary.members.iter().map(|member| name(member.service));
                    let services = services.collect::<rusqlite::Result<_>>()?;
                    Ok(Listed { root_service: name(summary.root.service)?, services, summary })
                })
                .collect()
        })
    }

    /// The names of all services, in order.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn services(&self) -> Result<Vec<String>, Error> {
        self.with("list services", |transaction| {
            let mut read = transaction.prepare_cached(sql::SERVICES)?;
            read.query_map([], |row| row.get(0))?.collect()
        })
    }

    /// The names and kinds of a service's spans, in order.
    ///
    /// # Errors
    /// When SQLite says no.
    pub(crate) fn operations(&self, service: &str) -> Result<Vec<(String, Kind)>, Error> {
        self.with("list operations", |transaction| {
            let mut read = transaction.prepare_cached(sql::OPERATIONS)?;
            read.query_map([service], |row| Ok((row.get(0)?, Kind::from_number(row.get(1)?))))?
                .collect()
        })
    }
}

impl Owner {
    pub(super) fn load(connection: &Connection, no: i64) -> rusqlite::Result<Self> {
        connection.prepare_cached(sql::READ_SOURCE)?.query_row([no], |row| {
            Ok(Self {
                service: row.get(0)?,
                resource: row.get(1)?,
                resource_schema: row.get(2)?,
                scope: row.get(3)?,
                scope_schema: row.get(4)?,
            })
        })
    }

    fn group(&self) -> Group<'_> {
        Group {
            resource: &self.resource,
            resource_schema: &self.resource_schema,
            scope: &self.scope,
            scope_schema: &self.scope_schema,
        }
    }

    /// What was checked when it came in can be read now; a file that somebody damaged gives
    /// empty ones.
    pub(super) fn built(&self) -> (Arc<Resource>, Arc<Scope>) {
        let resource = otlp::proto::resource(&self.resource, &self.resource_schema);
        let scope = otlp::proto::scope(&self.scope, &self.scope_schema);
        (Arc::new(resource.unwrap_or_default()), Arc::new(scope.unwrap_or_default()))
    }
}

impl Stored {
    /// Takes in so many spans of a trace at most.
    pub(super) fn load(
        &mut self,
        connection: &Connection,
        trace: i64,
        most: usize,
    ) -> rusqlite::Result<()> {
        let (first, last) = key::range(trace);
        let mut read = connection.prepare_cached(sql::SPANS_OF)?;
        let mut rows = read.query([first, last])?;
        self.fill(connection, &mut rows, &mut HashMap::new(), most).map(drop)
    }

    /// Takes in the spans at these keys, which are in order, if they are there. What lies between the
    /// first and the last of a trace is mostly wanted, and to walk along is a quarter of the work.
    pub(super) fn collect(
        &mut self,
        connection: &Connection,
        keys: &[i64],
    ) -> rusqlite::Result<()> {
        let mut known = HashMap::new();
        let mut walk = connection.prepare_cached(sql::SPANS_BETWEEN)?;
        let mut look = connection.prepare_cached(sql::SPAN_AT)?;
        for mut left in keys.chunk_by(|one, other| one >> 32 == other >> 32) {
            let mut patience = left.len() + PASSED;
            let mut rows = walk.query([left.first(), left.last()])?;
            while patience > 0
                && let Some(row) = rows.next()?
            {
                let key: i64 = row.get(2)?;
                let gone = left.iter().take_while(|wanted| **wanted < key).count();
                left = &left[gone..];
                match left.split_first() {
                    Some((wanted, rest)) if *wanted == key => {
                        self.take(connection, row, &mut known)?;
                        left = rest;
                    }
                    _ => patience -= 1,
                }
            }
            for key in left {
                self.fill(connection, &mut look.query([key])?, &mut known, 1)?;
            }
        }
        Ok(())
    }

    /// How many spans there are.
    pub(super) fn count(&self) -> u64 {
        self.spans.len() as u64
    }

    /// How much there is of spans.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Gives the last span up.
    pub(super) fn pop(&mut self) {
        if let Some((_, range)) = self.spans.pop() {
            self.bytes.truncate(range.start);
        }
    }

    /// Takes in so many of the rows at most, whose sources may be known; says how many.
    pub(super) fn fill(
        &mut self,
        connection: &Connection,
        rows: &mut Rows<'_>,
        known: &mut HashMap<i64, usize>,
        most: usize,
    ) -> rusqlite::Result<usize> {
        let before = self.spans.len();
        while self.spans.len() - before < most
            && let Some(row) = rows.next()?
        {
            self.take(connection, row, known)?;
        }
        Ok(self.spans.len() - before)
    }

    /// Takes in a row, whose source may be known.
    fn take(
        &mut self,
        connection: &Connection,
        row: &Row<'_>,
        known: &mut HashMap<i64, usize>,
    ) -> rusqlite::Result<()> {
        let source = row.get(0)?;
        let owner = match known.get(&source) {
            Some(owner) => *owner,
            None => {
                self.owners.push(Owner::load(connection, source)?);
                known.insert(source, self.owners.len() - 1);
                self.owners.len() - 1
            }
        };
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(row.get_ref(1)?.as_blob()?);
        self.spans.push((owner, begin..self.bytes.len()));
        Ok(())
    }

    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The spans themselves, in no order, if any of them tells; without those that a damaged file has
    /// spoilt.
    pub(crate) fn spans_if(&self, tells: impl Fn(&Resource, &Scope, &str) -> bool) -> Vec<Span> {
        let owners: Vec<_> = self.owners.iter().map(Owner::built).collect();
        let told = |(owner, range): &(usize, Range<usize>)| {
            let (resource, scope) = &owners[*owner];
            tells(resource, scope, raw::name(&self.bytes[range.clone()]))
        };
        if !self.spans.iter().any(told) {
            return Vec::new();
        }
        let read = |(owner, range): &(usize, Range<usize>)| {
            let (resource, scope) = &owners[*owner];
            otlp::proto::span(&self.bytes[range.clone()], resource, scope).ok()
        };
        self.spans.iter().filter_map(read).collect()
    }

    /// A `TracesData` message of the very bytes that came, earliest spans first.
    pub(crate) fn to_proto(&self) -> Vec<u8> {
        raw::write(&self.groups())
    }

    /// The same as OTLP/JSON.
    pub(crate) fn to_json(&self) -> String {
        otlp::json::transcode(&self.groups())
    }

    /// The spans of each source, earliest first, and the sources in the order of their first span:
    /// rows lie in the order of their hashes, which means nothing to a reader.
    fn groups(&self) -> Vec<(Group<'_>, Vec<&[u8]>)> {
        let mut spans: Vec<_> = self
            .spans
            .iter()
            .map(|(owner, range)| {
                let bytes = &self.bytes[range.clone()];
                (raw::place(bytes), *owner, bytes)
            })
            .collect();
        spans.sort_unstable_by_key(|(place, ..)| *place);
        let mut groups: Vec<(Group<'_>, Vec<&[u8]>)> = Vec::new();
        let mut places = vec![None; self.owners.len()];
        for (_, owner, bytes) in spans {
            let place = *places[owner].get_or_insert_with(|| {
                groups.push((self.owners[owner].group(), Vec::new()));
                groups.len() - 1
            });
            groups[place].1.push(bytes);
        }
        groups
    }
}
