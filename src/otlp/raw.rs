//! A message as it lies in its bytes: walked and checked, nothing copied.
//!
//! A store that keeps spans as they came needs no more than a [`Head`] of each. Every span in a
//! [`Batch`] is checked whole, to the last attribute, so that what is stored can be read again.

use trace::attribute::key;
use trace::{Kind, SpanId, Timestamp, TraceId};

use crate::draft;
use crate::ids::{parent_id, span_id, trace_id};
use crate::proto::DEPTH;
use crate::wire::{Field, Fields, Garbled, Out};
use crate::{Error, Reason, Rejected};

pub(crate) mod check;

/// One message's good spans.
#[derive(Clone, Debug, Default)]
pub struct Batch<'a> {
    /// Whom the spans belong to, in the order of the message.
    pub groups: Vec<Group<'a>>,
    /// The good spans, in the order of the message.
    pub spans: Vec<Head<'a>>,
    /// How many were left out, and why.
    pub rejected: Rejected,
}

/// A resource and a scope, as they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group<'a> {
    /// A `Resource` message; empty when there was none.
    pub resource: &'a [u8],
    /// The schema of the resource.
    pub resource_schema: &'a str,
    /// An `InstrumentationScope` message; empty when there was none.
    pub scope: &'a [u8],
    /// The schema of the scope.
    pub scope_schema: &'a str,
}

/// What a store must know of a span to file it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head<'a> {
    /// The trace it belongs to.
    pub trace: TraceId,
    /// Its own id.
    pub id: SpanId,
    /// The span that caused it.
    pub parent: Option<SpanId>,
    /// What it did.
    pub name: &'a str,
    /// Its role.
    pub kind: Kind,
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// Whether its status is an error.
    pub failed: bool,
    /// Its `session.id`, where it has one.
    pub session: Option<&'a str>,
    /// Which of the batch's groups it belongs to.
    pub group: usize,
    /// The whole `Span` message.
    pub bytes: &'a [u8],
}

/// Walks a `TracesData` or an `ExportTraceServiceRequest`.
///
/// # Errors
/// When the message around the spans is cut short or garbled.
pub fn read(message: &[u8]) -> Result<Batch<'_>, Error> {
    let mut batch = Batch::default();
    for field in outer(message, message) {
        if let (1, Field::Bytes(resource_spans)) = field? {
            batch.resource_spans(message, resource_spans)?;
        }
    }
    Ok(batch)
}

/// Checks one `Span` message and reads its head.
///
/// # Errors
/// When the span cannot be kept.
pub fn head(message: &[u8]) -> Result<Head<'_>, Reason> {
    head_and(message, |_, _| {})
}

/// As [`head`]; hands over each attribute's name and its whole message on the way.
pub(crate) fn head_and<'a>(
    message: &'a [u8],
    mut each: impl FnMut(&'a str, &'a [u8]),
) -> Result<Head<'a>, Reason> {
    let mut draft = Draft::default();
    for field in Fields::new(message) {
        draft.field(field?, &mut each)?;
    }
    draft.finish(message)
}

/// The name in an `InstrumentationScope` message; empty where it says none.
#[must_use]
pub fn scope_name(message: &[u8]) -> &str {
    let fields = Fields::new(message).map_while(Result::ok);
    let names = fields.filter_map(|field| match field {
        (1, Field::Bytes(name)) => str::from_utf8(name).ok(),
        _ => None,
    });
    names.last().unwrap_or_default()
}

/// Where a span stands among others: by when it began, then by its id. Read from its message
/// without checking the rest of it.
#[must_use]
pub fn place(message: &[u8]) -> (Timestamp, &[u8]) {
    let (mut start, mut id) = (0, &[][..]);
    for field in Fields::new(message).map_while(Result::ok) {
        match field {
            (2, Field::Bytes(bytes)) => id = bytes,
            (7, Field::Fixed64(time)) => start = time,
            _ => {}
        }
    }
    (Timestamp::from_nanos(start), id)
}

/// The name in a `Span` message, read without checking the rest of it; empty where it says none.
#[must_use]
pub fn name(message: &[u8]) -> &str {
    let fields = Fields::new(message).map_while(Result::ok);
    let names = fields.filter_map(|field| match field {
        (5, Field::Bytes(name)) => str::from_utf8(name).ok(),
        _ => None,
    });
    names.last().unwrap_or_default()
}

/// Writes a `TracesData` of spans that were stored as they came.
#[must_use]
pub fn write(groups: &[(Group<'_>, Vec<&[u8]>)]) -> Vec<u8> {
    let mut out = Out::default();
    let size: usize = groups.iter().flat_map(|(_, spans)| spans).map(|span| span.len() + 4).sum();
    out.bytes.reserve(size + 64 * groups.len());
    for (group, spans) in groups {
        out.message(1, |out| {
            out.bytes(1, group.resource);
            out.message(2, |out| {
                out.bytes(1, group.scope);
                spans.iter().for_each(|span| out.always_bytes(2, span));
                out.bytes(3, group.scope_schema.as_bytes());
            });
            out.bytes(3, group.resource_schema.as_bytes());
        });
    }
    out.bytes
}

/// The fields of a message around the spans; an error says where in the whole it stands.
pub(crate) fn outer<'a>(
    whole: &'a [u8],
    part: &'a [u8],
) -> impl Iterator<Item = Result<(u64, Field<'a>), Error>> {
    let mut fields = Fields::new(part);
    std::iter::from_fn(move || {
        let at = fields.rest().as_ptr().addr() - whole.as_ptr().addr();
        fields.next().map(|field| field.map_err(|Garbled| Error::Protobuf { at }))
    })
}

impl<'a> Batch<'a> {
    fn resource_spans(&mut self, whole: &'a [u8], part: &'a [u8]) -> Result<(), Error> {
        let mut group = Group::default();
        let mut schema = Ok("");
        // Fields may come in any order, so the resource is looked for before its spans are read.
        for field in outer(whole, part) {
            match field? {
                (1, Field::Bytes(resource)) => group.resource = resource,
                (3, Field::Bytes(text)) => schema = str::from_utf8(text),
                _ => {}
            }
        }
        group.resource_schema = schema.unwrap_or_default();
        let readable = schema.is_ok() && check::resource(group.resource).is_ok();
        for field in outer(whole, part) {
            if let (2, Field::Bytes(scope_spans)) = field? {
                self.scope_spans(whole, scope_spans, readable.then_some(group))?;
            }
        }
        Ok(())
    }

    /// `group` is `None` when the resource cannot be read.
    fn scope_spans(
        &mut self,
        whole: &'a [u8],
        part: &'a [u8],
        group: Option<Group<'a>>,
    ) -> Result<(), Error> {
        let mut owner = group.unwrap_or_default();
        let mut schema = Ok("");
        for field in outer(whole, part) {
            match field? {
                (1, Field::Bytes(scope)) => owner.scope = scope,
                (3, Field::Bytes(text)) => schema = str::from_utf8(text),
                _ => {}
            }
        }
        owner.scope_schema = schema.unwrap_or_default();
        let trouble = if group.is_none() {
            Some(Reason::Resource)
        } else if schema.is_err() || check::scope(owner.scope).is_err() {
            Some(Reason::Scope)
        } else {
            None
        };
        self.groups.push(owner);
        for field in outer(whole, part) {
            if let (2, Field::Bytes(span)) = field? {
                self.span(span, trouble);
            }
        }
        Ok(())
    }

    fn span(&mut self, bytes: &'a [u8], trouble: Option<Reason>) {
        let group = self.groups.len() - 1;
        match trouble.map_or_else(|| head(bytes), Err) {
            Ok(head) => self.spans.push(Head { group, ..head }),
            Err(reason) => self.rejected.add(reason),
        }
    }
}

impl From<Garbled> for Reason {
    fn from(_: Garbled) -> Self {
        Self::Garbled
    }
}

/// A span's head while its fields come in.
#[derive(Default)]
struct Draft<'a> {
    trace: &'a [u8],
    id: &'a [u8],
    parent: &'a [u8],
    name: &'a str,
    kind: u64,
    start: u64,
    end: u64,
    failed: bool,
    session: Option<&'a str>,
}

impl<'a> Draft<'a> {
    #[inline]
    fn field(
        &mut self,
        (number, field): (u64, Field<'a>),
        each: &mut impl FnMut(&'a str, &'a [u8]),
    ) -> Result<(), Reason> {
        match (number, field) {
            (1, Field::Bytes(id)) => self.trace = id,
            (2, Field::Bytes(id)) => self.id = id,
            (3, Field::Bytes(state)) => drop(check::text(state)?),
            (4, Field::Bytes(id)) => self.parent = id,
            (5, Field::Bytes(name)) => self.name = check::text(name)?,
            (6, Field::Varint(number)) => self.kind = number,
            (7, Field::Fixed64(time)) => self.start = time,
            (8, Field::Fixed64(time)) => self.end = time,
            (9, Field::Bytes(attribute)) => {
                let (name, words) = check::attribute(attribute, DEPTH)?;
                if let (key::SESSION_ID, Some(session)) = (name, words) {
                    self.session = Some(session);
                }
                each(name, attribute);
            }
            (11, Field::Bytes(event)) => check::event(event)?,
            (13, Field::Bytes(link)) => check::link(link)?,
            (15, Field::Bytes(status)) => self.failed = check::status(status)?,
            (10 | 12 | 14, Field::Varint(_)) | (16, Field::Fixed32(_)) | (17.., _) => {}
            _ => return Err(Reason::Garbled),
        }
        Ok(())
    }

    fn finish(self, bytes: &'a [u8]) -> Result<Head<'a>, Reason> {
        Ok(Head {
            trace: trace_id(self.trace)?,
            id: span_id(self.id)?,
            parent: parent_id(self.parent)?,
            name: self.name,
            kind: draft::kind(self.kind),
            start: Timestamp::from_nanos(self.start),
            end: Timestamp::from_nanos(self.end),
            failed: self.failed,
            session: self.session,
            group: 0,
            bytes,
        })
    }
}
