//! Finds traces. What the tables know narrows the candidates; the rest is read from the spans.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use otlp::raw;
use rusqlite::types::Value as Column;
use rusqlite::{Connection, OptionalExtension};
use trace::Timestamp;
use trace::attribute::{Attributes, key::SESSION_ID};
use trace::span::{Resource, Scope, Span};

use super::read::Owner;
use super::{Summary, key, ordered, sql};

/// A trace that lasts longer than this is found by when it began, not by when it went on: without
/// a bound, a search in the past would walk every trace before it.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What traces to find. `None` and empty do not narrow.
///
/// Service and session are the trace's; the other conditions must hold together for one span of
/// it, as Jaeger has it. (A session is not asked of that same span, because servers seldom write
/// it on theirs.)
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Search {
    pub(crate) service: Option<String>,
    pub(crate) operation: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    pub(crate) shortest: Option<Duration>,
    pub(crate) longest: Option<Duration>,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) limit: usize,
}

impl Search {
    /// Whether a span must be looked at, because the tables do not know.
    fn reads_spans(&self) -> bool {
        self.operation.is_some()
            || self.shortest.is_some()
            || self.longest.is_some()
            || self.attributes.keys().any(|name| name != SESSION_ID)
    }

    fn matches_time(&self, start: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= start) && self.to.is_none_or(|to| start <= to)
    }

    fn matches_length(&self, length: Duration) -> bool {
        self.shortest.is_none_or(|shortest| shortest <= length)
            && self.longest.is_none_or(|longest| length <= longest)
    }
}

/// The traces that match, newest first.
pub(super) fn run(connection: &Connection, wanted: &Search) -> rusqlite::Result<Vec<Summary>> {
    let service = match &wanted.service {
        None => None,
        Some(name) => {
            let mut find = connection.prepare_cached(sql::FIND_SERVICE)?;
            match find.query_row([name], |row| row.get::<_, i64>(0)).optional()? {
                Some(no) => Some(no),
                None => return Ok(Vec::new()),
            }
        }
    };
    let mut scan = Scan { connection, wanted, service, owners: HashMap::new() };
    let (statement, by) = scan.candidates();
    let from = wanted.from.unwrap_or_default();
    let to = wanted.to.unwrap_or(Timestamp::from_nanos(u64::MAX));
    let mut read = connection.prepare_cached(statement)?;
    let mut rows = read.query((ordered(from.nanos()), ordered(to.nanos()), by))?;
    let mut found = Vec::new();
    while found.len() < wanted.limit
        && let Some(row) = rows.next()?
    {
        let summary = Summary::from_row(row)?;
        if scan.matches(&summary)? {
            found.push(summary);
        }
    }
    found.sort_by_key(|summary| std::cmp::Reverse(summary.start));
    Ok(found)
}

/// A search at work.
struct Scan<'a> {
    connection: &'a Connection,
    wanted: &'a Search,
    service: Option<i64>,
    owners: HashMap<i64, (i64, Arc<Resource>, Arc<Scope>)>,
}

impl Scan<'_> {
    /// The statement that leaves the fewest traces to look at, and what it looks them up by.
    fn candidates(&self) -> (&'static str, Column) {
        if let Some(session) = self.wanted.attributes.get(SESSION_ID) {
            return (sql::TRACES_OF_SESSION, session.clone().into());
        }
        if let Some(service) = self.service {
            return (sql::TRACES_OF_SERVICE, service.into());
        }
        let longest = u64::try_from(LONGEST.as_nanos()).unwrap_or(u64::MAX);
        let earliest = self.wanted.from.unwrap_or_default().nanos().saturating_sub(longest);
        (sql::TRACES, ordered(earliest).into())
    }

    fn matches(&mut self, summary: &Summary) -> rusqlite::Result<bool> {
        if !self.wanted.reads_spans() {
            let member = |service| summary.members.iter().any(|member| member.service == service);
            return Ok(self.service.is_none_or(member));
        }
        let (first, last) = key::range(summary.no);
        let mut read = self.connection.prepare_cached(sql::SPANS_OF)?;
        let mut rows = read.query([first, last])?;
        while let Some(row) = rows.next()? {
            if self.matches_span(row.get(0)?, row.get_ref(1)?.as_blob()?)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn matches_span(&mut self, source: i64, bytes: &[u8]) -> rusqlite::Result<bool> {
        let Ok(head) = raw::head(bytes) else { return Ok(false) };
        let named = self.wanted.operation.as_ref().is_none_or(|name| *name == head.name);
        if !named
            || !self.wanted.matches_time(head.start)
            || !self.wanted.matches_length(head.end.since(head.start))
        {
            return Ok(false);
        }
        let (service, resource, scope) = self.owner(source)?;
        if self.service.is_some_and(|wanted| wanted != service) {
            return Ok(false);
        }
        let mut wanted = self.wanted.attributes.iter().filter(|(name, _)| *name != SESSION_ID);
        if self.wanted.attributes.is_empty() {
            return Ok(true);
        }
        let span = otlp::proto::span(bytes, &resource, &scope);
        Ok(span.is_ok_and(|span| wanted.all(|(name, value)| carries(&span, name, value))))
    }

    fn owner(&mut self, source: i64) -> rusqlite::Result<(i64, Arc<Resource>, Arc<Scope>)> {
        if let Some(owner) = self.owners.get(&source) {
            return Ok(owner.clone());
        }
        let owner = Owner::load(self.connection, source)?;
        let (resource, scope) = owner.built();
        let owner = (owner.service, resource, scope);
        self.owners.insert(source, owner.clone());
        Ok(owner)
    }
}

/// Whether an attribute of the span, of one of its events, of its scope or of its resource reads
/// as `value`. `error` is Jaeger's word for the status.
fn carries(span: &Span, name: &str, value: &str) -> bool {
    let has = |attributes: &Attributes| {
        attributes.get(name).is_some_and(|found| found.to_string() == value)
    };
    has(&span.attributes)
        || has(&span.resource.attributes)
        || has(&span.scope.attributes)
        || span.events.iter().any(|event| has(&event.attributes))
        || name == "error" && value == if span.failed() { "true" } else { "false" }
}
