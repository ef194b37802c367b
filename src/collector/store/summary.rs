//! What a list shows of a trace, kept up while its spans arrive.

use rusqlite::{Row, params};
use trace::{Timestamp, TraceId};

use super::{ordered, sql, unordered};
use crate::batch::Entry;

/// More services than this in one trace are counted in the trace only: the list is written anew
/// with every batch, and a hostile sender could make it endless.
const MEMBERS: usize = 256;

/// One trace, in short.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    /// Its number in the store.
    pub(crate) no: i64,
    /// Its id.
    pub(crate) id: TraceId,
    /// When its first span arrived, in seconds since the epoch.
    pub(super) born: i64,
    /// When its first span began.
    pub(crate) start: Timestamp,
    /// When its last span ended.
    pub(crate) end: Timestamp,
    /// How many spans it has.
    pub(crate) spans: u32,
    /// How many of them failed.
    pub(crate) errors: u32,
    /// The span that it is named after.
    pub(crate) root: Root,
    /// The services in it, in the order in which they arrived.
    pub(crate) members: Vec<Member>,
}

/// The span that a trace is named after: the one without a parent, and until that comes, or if it
/// never does, the one that began first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Root {
    pub(crate) service: i64,
    pub(crate) name: String,
    start: Timestamp,
    has_parent: bool,
}

/// A service's part in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) service: i64,
    pub(crate) spans: u32,
    pub(crate) errors: u32,
}

impl Summary {
    /// A trace of which nothing is known yet.
    pub(super) fn new(no: i64, id: TraceId, born: i64) -> Self {
        Self {
            no,
            id,
            born,
            start: Timestamp::from_nanos(u64::MAX),
            end: Timestamp::from_nanos(0),
            spans: 0,
            errors: 0,
            root: Root::default(),
            members: Vec::new(),
        }
    }

    /// Counts one more span; `true` when its service is new to the trace.
    pub(super) fn add(&mut self, span: &Entry, service: i64, name: &str) -> bool {
        let rank = |has_parent: bool, start| (has_parent, start);
        if self.spans == 0
            || rank(span.has_parent, span.start) < rank(self.root.has_parent, self.root.start)
        {
            self.root.service = service;
            name.clone_into(&mut self.root.name);
            self.root.start = span.start;
            self.root.has_parent = span.has_parent;
        }
        self.start = self.start.min(span.start);
        self.end = self.end.max(span.end);
        self.spans = self.spans.saturating_add(1);
        self.errors = self.errors.saturating_add(u32::from(span.failed));
        self.count_member(service, span.failed)
    }

    fn count_member(&mut self, service: i64, failed: bool) -> bool {
        let found = self.members.iter_mut().find(|member| member.service == service);
        if let Some(member) = found {
            member.spans = member.spans.saturating_add(1);
            member.errors = member.errors.saturating_add(u32::from(failed));
            return false;
        }
        if self.members.len() < MEMBERS {
            self.members.push(Member { service, spans: 1, errors: u32::from(failed) });
        }
        true
    }

    /// Reads a row of the columns that `sql::FIND_TRACE` names.
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = |at| row.get(at).map(|time| Timestamp::from_nanos(unordered(time)));
        let id: [u8; 16] = row.get(1)?;
        let id = TraceId::from_bytes(&id).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Blob, error.into())
        })?;
        Ok(Self {
            no: row.get(0)?,
            id,
            born: row.get(2)?,
            start: time(3)?,
            end: time(4)?,
            spans: row.get(5)?,
            errors: row.get(6)?,
            root: Root {
                service: row.get(7)?,
                name: row.get(8)?,
                start: time(9)?,
                has_parent: row.get(10)?,
            },
            members: unpack(row.get_ref(11)?.as_blob()?),
        })
    }

    /// Writes a row that is not there yet.
    pub(super) fn insert(&self, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        let root = &self.root;
        connection.prepare_cached(sql::ADD_TRACE)?.execute(params![
            self.no,
            self.id.as_bytes(),
            self.born,
            ordered(self.start.nanos()),
            ordered(self.end.nanos()),
            self.spans,
            self.errors,
            root.service,
            root.name,
            ordered(root.start.nanos()),
            root.has_parent,
            pack(&self.members),
        ])?;
        Ok(())
    }

    /// Writes what changed of a row that is there.
    pub(super) fn update(
        &self,
        connection: &rusqlite::Connection,
        stored_start: Timestamp,
    ) -> rusqlite::Result<()> {
        let root = &self.root;
        if self.start != stored_start {
            let start = ordered(self.start.nanos());
            connection.prepare_cached(sql::MOVE_TRACE)?.execute(params![self.no, start])?;
        }
        connection.prepare_cached(sql::GROW_TRACE)?.execute(params![
            self.no,
            ordered(self.end.nanos()),
            self.spans,
            self.errors,
            root.service,
            root.name,
            ordered(root.start.nanos()),
            root.has_parent,
            pack(&self.members),
        ])?;
        Ok(())
    }
}

/// Sixteen bytes for each service: number, spans, errors, little-endian.
fn pack(members: &[Member]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(members.len() * 16);
    for member in members {
        bytes.extend_from_slice(&member.service.to_le_bytes());
        bytes.extend_from_slice(&member.spans.to_le_bytes());
        bytes.extend_from_slice(&member.errors.to_le_bytes());
    }
    bytes
}

fn unpack(bytes: &[u8]) -> Vec<Member> {
    let (members, _) = bytes.as_chunks::<16>();
    members
        .iter()
        .map(|[a, b, c, d, e, f, g, h, spans @ .., w, x, y, z]| Member {
            service: i64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
            spans: u32::from_le_bytes(*spans),
            errors: u32::from_le_bytes([*w, *x, *y, *z]),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{Kind, SpanId};

    fn span(start: u64, has_parent: bool, failed: bool) -> Entry {
        Entry {
            trace: TraceId::from_bytes(&[1; 16]).unwrap(),
            id: SpanId::from_bytes(&[1; 8]).unwrap(),
            has_parent,
            failed,
            kind: Kind::Server,
            start: Timestamp::from_nanos(start),
            end: Timestamp::from_nanos(start + 10),
            group: 0,
            name: 0..0,
            session: None,
            bytes: 0..0,
        }
    }

    #[test]
    fn a_trace_is_named_after_its_root_and_until_that_comes_after_its_first_span() {
        let mut summary = Summary::new(1, TraceId::from_bytes(&[1; 16]).unwrap(), 0);
        let name = |summary: &Summary| summary.root.name.clone();
        assert!(summary.add(&span(50, true, false), 1, "late"));
        assert_eq!(name(&summary), "late");
        assert!(!summary.add(&span(40, true, true), 1, "early"));
        assert_eq!(name(&summary), "early");
        assert!(summary.add(&span(45, false, false), 2, "root"));
        summary.add(&span(30, true, false), 1, "skewed");
        assert_eq!(name(&summary), "root");
        assert_eq!((summary.start.nanos(), summary.end.nanos()), (30, 60));
        assert_eq!((summary.spans, summary.errors), (4, 1));
        assert_eq!(summary.members[0], Member { service: 1, spans: 3, errors: 1 });
    }

    #[test]
    fn members_come_back() {
        let members = [Member { service: -1, spans: 7, errors: u32::MAX }; 3];
        assert_eq!(unpack(&pack(&members)), members);
    }
}
