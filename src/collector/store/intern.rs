//! Numbers for what repeats: resource and scope pairs, services, operations. Remembers the ones in
//! use, and asks the database for the rest.

use std::collections::{HashMap, HashSet};

use otlp::raw::Group;
use rusqlite::{Connection, OptionalExtension, params};
use trace::Kind;
use trace::attribute::{Value, key};

use super::sql;

/// How many are remembered. Past it everything is forgotten and asked for again, which is cheap
/// and cannot be provoked into more memory.
const REMEMBERED: usize = 4096;

/// How many operations of one service and kind are listed. Names that hold ids would never end.
const OPERATIONS: usize = 2000;

/// A source's `last` is written only when it is this many traces behind.
pub(super) const SLACK: i64 = 1024;

/// A resource with a scope.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) no: i64,
    pub(super) service: i64,
    /// A session that the whole resource belongs to.
    pub(super) session: Option<String>,
    last: i64,
}

#[derive(Debug, Default)]
pub(super) struct Interned {
    sources: HashMap<Vec<u8>, Source>,
    services: HashMap<String, i64>,
    operations: HashMap<(i64, i32), HashSet<String>>,
}

impl Interned {
    /// After a transaction that failed, or an eviction, what is remembered may be gone.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// The source of spans, of which `trace` is the youngest.
    pub(super) fn source(
        &mut self,
        connection: &Connection,
        group: Group<'_>,
        trace: i64,
    ) -> rusqlite::Result<Source> {
        let name = identity(&group);
        let mut source = match self.sources.get(&name) {
            Some(source) => source.clone(),
            None => self.find_source(connection, &group, trace)?,
        };
        if source.last + SLACK < trace {
            connection.prepare_cached(sql::TOUCH_SOURCE)?.execute([source.no, trace])?;
            source.last = trace;
        }
        if self.sources.len() >= REMEMBERED {
            self.sources.clear();
        }
        self.sources.insert(name, source.clone());
        Ok(source)
    }

    fn find_source(
        &mut self,
        connection: &Connection,
        group: &Group<'_>,
        trace: i64,
    ) -> rusqlite::Result<Source> {
        let Group { resource, resource_schema, scope, scope_schema } = *group;
        // It was checked when the request came in.
        let attributes = otlp::proto::resource(resource, "").unwrap_or_default().attributes;
        let text = |name| attributes.get(name).and_then(Value::as_text).map(str::to_owned);
        let session = text(key::SESSION_ID);
        let found = connection
            .prepare_cached(sql::FIND_SOURCE)?
            .query_row(params![resource, resource_schema, scope, scope_schema], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        if let Some((no, service, last)) = found {
            return Ok(Source { no, service, session, last });
        }
        let service = self.service(connection, text(key::SERVICE_NAME).unwrap_or_default())?;
        let no = connection.prepare_cached(sql::ADD_SOURCE)?.insert(params![
            resource,
            resource_schema,
            scope,
            scope_schema,
            service,
            trace
        ])?;
        Ok(Source { no, service, session, last: trace })
    }

    fn service(&mut self, connection: &Connection, name: String) -> rusqlite::Result<i64> {
        if let Some(no) = self.services.get(&name) {
            return Ok(*no);
        }
        let found = connection
            .prepare_cached(sql::FIND_SERVICE)?
            .query_row([&name], |row| row.get(0))
            .optional()?;
        let no = match found {
            Some(no) => no,
            None => connection.prepare_cached(sql::ADD_SERVICE)?.insert([&name])?,
        };
        if self.services.len() >= REMEMBERED {
            self.services.clear();
        }
        self.services.insert(name, no);
        Ok(no)
    }

    /// Lists a span's name among its service's operations.
    pub(super) fn operation(
        &mut self,
        connection: &Connection,
        service: i64,
        kind: Kind,
        name: &str,
    ) -> rusqlite::Result<()> {
        let kind = kind.number();
        let place = (service, kind);
        if !self.operations.contains_key(&place) {
            if self.operations.len() >= REMEMBERED {
                self.operations.clear();
            }
            self.operations.insert(place, listed(connection, service, kind)?);
        }
        let known = self.operations.entry(place).or_default();
        if known.len() < OPERATIONS && !known.contains(name) {
            connection.prepare_cached(sql::ADD_OPERATION)?.execute(params![service, kind, name])?;
            known.insert(name.to_owned());
        }
        Ok(())
    }
}

fn listed(connection: &Connection, service: i64, kind: i32) -> rusqlite::Result<HashSet<String>> {
    let mut read = connection.prepare_cached(sql::OPERATIONS_OF)?;
    read.query_map([service, kind.into()], |row| row.get(0))?.collect()
}

/// Bytes that are equal exactly where the four parts are: each part after its length.
fn identity(group: &Group<'_>) -> Vec<u8> {
    let Group { resource, resource_schema, scope, scope_schema } = *group;
    let mut name = Vec::with_capacity(resource.len() + scope.len() + 64);
    for part in [resource, resource_schema.as_bytes(), scope, scope_schema.as_bytes()] {
        name.extend_from_slice(&part.len().to_le_bytes());
        name.extend_from_slice(part);
    }
    name
}
