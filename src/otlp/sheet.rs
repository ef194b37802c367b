//! Many spans at once: the columns that every view asks, and each span's message beside them.
//!
//! Owns the spans of an open trace. A span is built only when somebody looks at it, so a million of
//! them cost their bytes and some 50 more each. Every message in it was checked when it came in, and
//! a span that came twice is kept once. Refuses files and their formats (`feed` reads OTLP), and
//! knows no time but that of the spans.

mod arena;
mod column;
mod lens;
mod pack;
mod search;
mod twins;

use std::collections::BTreeMap;
use std::sync::Arc;

use trace::columns::{self, Clue, Columns, Entry, Flags, Gather, Pool};
use trace::{Resource, Scope, Span, SpanId, TraceId};

use crate::raw::{self, Head};
use crate::wire::{Field, Fields, Garbled};
use crate::{Error, Reason, Rejected, proto};

pub(crate) use arena::Arena;
pub use column::Column;
pub use lens::Lens;
pub use search::Part;

/// The spans of an open trace.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    columns: Columns,
    pub(crate) arena: Arena,
    /// The address of each span's message.
    places: Vec<u32>,
    rejected: Rejected,
    copies: u64,
    /// Resources and scopes as they came, with their numbers: most come again and again.
    resources: Known,
    scopes: Known,
    /// Whose span was pushed last: mostly the next one is of the same.
    last: Option<(Arc<Resource>, Arc<Scope>, u32)>,
    kept: BTreeMap<String, Arc<Column>>,
    /// What stores say otherwise of spans.
    twins: BTreeMap<(SpanId, TraceId), Vec<Span>>,
}

/// What messages were read as.
#[derive(Clone, Debug, Default)]
struct Known {
    messages: Pool,
    numbers: Vec<Result<u32, Reason>>,
}

impl Known {
    /// The number that a message was read as, or is now.
    fn number(
        &mut self,
        message: &[u8],
        schema: &[u8],
        read: impl FnOnce() -> Result<u32, Reason>,
    ) -> Result<u32, Reason> {
        let key = [&schema.len().to_be_bytes(), schema, message].concat();
        let at = self.messages.intern(&key).saturating_sub(1) as usize;
        if let Some(number) = self.numbers.get(at) {
            return *number;
        }
        let number = read();
        self.numbers.push(number);
        number
    }
}

impl Sheet {
    /// A sheet of these spans.
    #[must_use]
    pub fn of<'a>(spans: impl IntoIterator<Item = &'a Span>) -> Self {
        let mut sheet = Self::default();
        for span in spans {
            sheet.push(span);
        }
        sheet
    }

    /// Takes in a span, unless the same is there. Whether it was new.
    pub fn push(&mut self, span: &Span) -> bool {
        let owner = self.owner(&span.resource, &span.scope);
        let Some((place, begin)) = self.arena.begin() else { return false };
        proto::write_span(&mut self.arena.open, span);
        self.arena.end(begin);
        let gather = columns::gather(span);
        let mut flags = Flags::of(span.kind);
        flags.set(Flags::ERROR, span.failed());
        let Span { trace, id, parent, start, end, ref name, .. } = *span;
        let hints = gather.as_ref();
        let entry = Entry { trace, id, parent, start, end, name, flags, owner, hints };
        let new = self.enter(&entry, place);
        if !new {
            self.arena.forget(begin);
        }
        new
    }

    /// The number of a resource with a scope.
    fn owner(&mut self, resource: &Arc<Resource>, scope: &Arc<Scope>) -> u32 {
        if let Some((of, with, owner)) = &self.last
            && Arc::ptr_eq(of, resource)
            && Arc::ptr_eq(with, scope)
        {
            return *owner;
        }
        let (of, with) = (self.resource(resource), self.scope(scope));
        let owner = self.pair(of, with);
        self.last = Some((Arc::clone(resource), Arc::clone(scope), owner));
        owner
    }

    pub(crate) fn pair(&mut self, resource: u32, scope: u32) -> u32 {
        let (owners, words) = self.columns.owners_mut();
        owners.pair(resource, scope, words)
    }

    pub(crate) fn resource(&mut self, resource: &Arc<Resource>) -> u32 {
        let key = proto::resource_key(resource);
        self.columns.owners_mut().0.resource(&key, || Arc::clone(resource))
    }

    pub(crate) fn scope(&mut self, scope: &Arc<Scope>) -> u32 {
        let key = proto::scope_key(scope);
        self.columns.owners_mut().0.scope(&key, || Arc::clone(scope))
    }

    /// The number of a `Resource` message.
    pub(crate) fn resource_message(
        &mut self,
        message: &[u8],
        schema: &[u8],
    ) -> Result<u32, Reason> {
        let owners = self.columns.owners_mut().0;
        self.resources.number(message, schema, || {
            let schema = raw::check::text(schema).map_err(|_| Reason::Resource)?;
            let read = proto::resource(message, schema).map_err(|_| Reason::Resource)?;
            Ok(owners.resource(&proto::resource_key(&read), || Arc::new(read.clone())))
        })
    }

    /// The number of an `InstrumentationScope` message.
    pub(crate) fn scope_message(&mut self, message: &[u8], schema: &[u8]) -> Result<u32, Reason> {
        let owners = self.columns.owners_mut().0;
        self.scopes.number(message, schema, || {
            let schema = raw::check::text(schema).map_err(|_| Reason::Scope)?;
            let read = proto::scope(message, schema).map_err(|_| Reason::Scope)?;
            Ok(owners.scope(&proto::scope_key(&read), || Arc::new(read.clone())))
        })
    }

    /// Files a span whose message lies in the arena. Whether it was new.
    pub(crate) fn enter(&mut self, entry: &Entry<'_>, place: u32) -> bool {
        let new = self.columns.push_once(entry);
        if new {
            self.places.push(place);
        } else {
            self.copies += 1;
        }
        new
    }

    /// Checks and files a message that lies in an adopted block, unless `keep` says no. Whether it
    /// was new.
    pub(crate) fn enter_message(
        &mut self,
        lies: Lies,
        owner: u32,
        keep: &mut dyn FnMut(&Head<'_>) -> bool,
    ) -> bool {
        let Self { columns, arena, places, rejected, copies, .. } = self;
        let block = arena.block(lies.block).get(lies.from..).unwrap_or_default();
        let mut gather = None;
        let head = Fields::new(block).prefixed().map_err(|Garbled| Reason::Garbled);
        let head = head.and_then(|message| {
            raw::head_and(message, |name, attribute| {
                if let Some(clue) = Clue::of(name) {
                    let gather = gather.get_or_insert_with(Gather::default);
                    gather.take(clue, column::words(attribute));
                }
            })
        });
        let head = match head {
            Ok(head) if keep(&head) => head,
            Ok(_) => return false,
            Err(reason) => {
                rejected.add(reason);
                return false;
            }
        };
        let new = columns.push_once(&entry(&head, owner, gather.as_ref()));
        if new {
            places.push(lies.block.saturating_add(u32::try_from(lies.from).unwrap_or(u32::MAX)));
        } else {
            *copies += 1;
        }
        new
    }

    /// Counts spans that could not be kept.
    pub fn reject(&mut self, reason: Reason) {
        self.rejected.add(reason);
    }

    pub(crate) fn columns_mut(&mut self) -> &mut Columns {
        &mut self.columns
    }

    /// Takes in an OTLP protobuf message as it is, but for spans that `keep` says no to; it is told
    /// each one's head and the name of its scope. How many spans were new.
    ///
    /// # Errors
    /// When the message around the spans is cut short or garbled. What was whole is taken all the
    /// same.
    pub fn take(
        &mut self,
        message: Vec<u8>,
        mut keep: impl FnMut(&Head<'_>, &str) -> bool,
    ) -> Result<usize, Error> {
        let before = self.len();
        let mut walk = crate::feed::Walk::begin(message, self);
        walk.step(self, usize::MAX, &mut keep);
        let new = self.len() - before;
        if new == 0 {
            self.arena.disown();
        }
        walk.error().map_or(Ok(new), Err)
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How many spans there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// A span, built for whoever looks at it.
    #[must_use]
    pub fn span(&self, at: usize) -> Option<Span> {
        let owner = self.columns.owner_of(at);
        let by = self.columns.by();
        let resource = by.resources().get(owner.resource as usize)?;
        let scope = by.scopes().get(owner.scope as usize)?;
        let place = self.places.get(at)?;
        // Every message was checked when it came in.
        proto::span(self.arena.message(*place), resource, scope).ok()
    }

    /// A span's OTLP message; empty when there is none.
    #[must_use]
    pub fn message(&self, at: usize) -> &[u8] {
        self.places.get(at).map_or(&[], |place| self.arena.message(*place))
    }

    /// Whether a span has links.
    #[must_use]
    pub fn has_links(&self, at: usize) -> bool {
        Fields::new(self.message(at)).map_while(Result::ok).any(|(number, _)| number == 13)
    }

    /// All spans, built one after the other.
    pub fn spans(&self) -> impl Iterator<Item = Span> {
        (0..self.len()).filter_map(|at| self.span(at))
    }

    /// What could not be kept, and why.
    #[must_use]
    pub fn rejected(&self) -> &Rejected {
        &self.rejected
    }

    /// Spans that came again and were not kept again.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }

    /// Marks a span as come late.
    pub fn mark_late(&mut self, at: usize) {
        self.columns.mark_late(at);
    }

    /// Bytes that the messages take.
    #[must_use]
    pub fn size(&self) -> usize {
        self.arena.size()
    }

    /// The values of one attribute, for every span: its own, or else that of its resource or scope.
    /// Made once, and grown when spans come.
    pub fn values(&mut self, key: &str) -> Arc<Column> {
        self.column(key, usize::MAX)
    }

    /// Makes a part of the column of an attribute, of so many spans. Whether it is whole.
    pub fn ready(&mut self, key: &str, size: usize) -> bool {
        self.column(key, size).len() == self.len()
    }

    fn column(&mut self, key: &str, most: usize) -> Arc<Column> {
        let mut column = self.kept.remove(key).unwrap_or_default();
        if column.len() < self.len() {
            Arc::make_mut(&mut column).grow(self, key, most);
        }
        self.kept.insert(key.to_owned(), Arc::clone(&column));
        column
    }
}

/// Where a message lies in an adopted block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lies {
    /// The block's address.
    pub(crate) block: u32,
    /// Where in it the message's length stands.
    pub(crate) from: usize,
}

/// What the columns take of a head.
pub(crate) fn entry<'a>(head: &Head<'a>, owner: u32, hints: Option<&'a Gather<'a>>) -> Entry<'a> {
    let mut flags = Flags::of(head.kind);
    flags.set(Flags::ERROR, head.failed);
    let Head { trace, id, parent, name, start, end, .. } = *head;
    Entry { trace, id, parent, start, end, name, flags, owner, hints }
}

/// The value of a `KeyValue` message, if its name is this one.
pub(crate) fn named<'a>(pair: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let (mut name, mut value): (&[u8], &[u8]) = (&[], &[]);
    for field in Fields::new(pair).map_while(Result::ok) {
        match field {
            (1, Field::Bytes(bytes)) => name = bytes,
            (2, Field::Bytes(bytes)) => value = bytes,
            _ => {}
        }
    }
    (name == key.as_bytes()).then_some(value)
}

#[cfg(test)]
mod tests;
