//! Carries a span's JSON over into its protobuf message, value by value: no tree is built, nothing
//! is allocated for one attribute. What it refuses, and why, is what `read` refuses; a property test
//! holds the two together.

use std::borrow::Cow;

use trace::columns::{Clue, Entry, Flags, Gather};
use trace::json::Broken;
use trace::{SpanId, Timestamp, TraceId};

use super::read::Reader;
use super::value::{Id, Plain};
use crate::ids::{parent_id, span_id, trace_id};
use crate::proto::DEPTH;
use crate::wire::Out;
use crate::{Reason, draft};

/// What the columns take of a span that is carried over.
#[derive(Debug, Default)]
pub(super) struct Carried<'a> {
    trace: Id<16>,
    id: Id<8>,
    parent: Id<8>,
    name: Cow<'a, str>,
    kind: u64,
    start: Timestamp,
    end: Timestamp,
    failed: bool,
    hints: Option<Gather<'a>>,
}

impl<'a> Carried<'a> {
    /// The entry for the columns, or why the span cannot be kept.
    pub(super) fn entry(&self, owner: u32) -> Result<Entry<'_>, Reason> {
        let (trace, id, parent) = self.ids()?;
        let mut flags = Flags::of(draft::kind(self.kind));
        flags.set(Flags::ERROR, self.failed);
        let (start, end, name, hints) = (self.start, self.end, &*self.name, self.hints.as_ref());
        Ok(Entry { trace, id, parent, start, end, name, flags, owner, hints })
    }

    fn ids(&self) -> Result<(TraceId, SpanId, Option<SpanId>), Reason> {
        Ok((
            trace_id(self.trace.bytes())?,
            span_id(self.id.bytes())?,
            parent_id(self.parent.bytes())?,
        ))
    }

    fn hint(&mut self, name: &str, value: Cow<'a, str>) {
        if let Some(clue) = Clue::of(name) {
            self.hints.get_or_insert_with(Gather::default).take(clue, value);
        }
    }
}

/// A reader of JSON, and where the protobuf goes.
pub(super) struct Carry<'r, 'a> {
    pub(super) reader: &'r mut Reader<'a>,
    pub(super) out: &'r mut Out,
}

impl<'a> Carry<'_, 'a> {
    /// The content of a `Span` message.
    pub(super) fn span(&mut self) -> Result<Carried<'a>, Broken> {
        let mut span = Carried::default();
        if self.reader.object()? {
            while let Some(key) = self.reader.key()? {
                self.span_field(&key, &mut span)?;
            }
        }
        Ok(span)
    }

    fn span_field(&mut self, key: &str, span: &mut Carried<'a>) -> Result<(), Broken> {
        match key {
            "traceId" | "trace_id" => {
                span.trace = self.reader.id_of(Reason::TraceForm)?;
                self.out.bytes(1, span.trace.bytes());
            }
            "spanId" | "span_id" => {
                span.id = self.reader.id_of(Reason::SpanForm)?;
                self.out.bytes(2, span.id.bytes());
            }
            "parentSpanId" | "parent_span_id" => {
                span.parent = self.reader.id_of(Reason::ParentForm)?;
                self.out.bytes(4, span.parent.bytes());
            }
            "name" => {
                span.name = self.reader.words()?;
                self.out.bytes(5, span.name.as_bytes());
            }
            "kind" => {
                span.kind = self.reader.kind_number()?;
                self.out.varint(6, span.kind);
            }
            "startTimeUnixNano" | "start_time_unix_nano" => {
                span.start = self.reader.time()?;
                self.out.fixed64(7, span.start.nanos());
            }
            "endTimeUnixNano" | "end_time_unix_nano" => {
                span.end = self.reader.time()?;
                self.out.fixed64(8, span.end.nanos());
            }
            "attributes" => self.attributes(9, DEPTH, |name, value| span.hint(name, value))?,
            "status" => span.failed = self.status()?,
            _ => self.rare_field(key)?,
        }
        Ok(())
    }

    /// What most spans do not have.
    fn rare_field(&mut self, key: &str) -> Result<(), Broken> {
        match key {
            "events" => self.each(Self::event),
            "links" => self.each(Self::link),
            "flags" => self.reader.uint32().map(|flags| self.out.fixed32(16, flags)),
            "traceState" | "trace_state" => self.text(3),
            "droppedAttributesCount" | "dropped_attributes_count" => self.count(10),
            "droppedEventsCount" | "dropped_events_count" => self.count(12),
            "droppedLinksCount" | "dropped_links_count" => self.count(14),
            _ => self.reader.cursor.skip(),
        }
    }

    fn text(&mut self, field: u32) -> Result<(), Broken> {
        self.reader.words().map(|words| self.out.bytes(field, words.as_bytes()))
    }

    fn count(&mut self, field: u32) -> Result<(), Broken> {
        self.reader.uint32().map(|count| self.out.varint(field, count.into()))
    }

    /// Carries every value of a list over. `null` stands for an empty one; anything else is a flaw.
    fn each(&mut self, carry: impl Fn(&mut Self) -> Result<(), Broken>) -> Result<(), Broken> {
        if self.reader.opened_list()? {
            while self.reader.cursor.item()? {
                carry(self)?;
            }
        }
        Ok(())
    }

    fn event(&mut self) -> Result<(), Broken> {
        let begin = self.out.begin(11);
        if self.reader.object()? {
            while let Some(key) = self.reader.key()? {
                match &*key {
                    "timeUnixNano" | "time_unix_nano" => {
                        let time = self.reader.time()?;
                        self.out.fixed64(1, time.nanos());
                    }
                    "name" => self.text(2)?,
                    "attributes" => self.attributes(3, DEPTH, |_, _| {})?,
                    _ => self.reader.cursor.skip()?,
                }
            }
        }
        self.out.end(begin);
        Ok(())
    }

    /// Ids that cannot be are left out: such a link is counted as dropped when the span is read.
    fn link(&mut self) -> Result<(), Broken> {
        let begin = self.out.begin(13);
        if self.reader.object()? {
            while let Some(key) = self.reader.key()? {
                match &*key {
                    "traceId" | "trace_id" => {
                        let id = self.reader.any_id::<16>()?.unwrap_or_default();
                        self.out.always_bytes(1, id.bytes());
                    }
                    "spanId" | "span_id" => {
                        let id = self.reader.any_id::<8>()?.unwrap_or_default();
                        self.out.always_bytes(2, id.bytes());
                    }
                    "traceState" | "trace_state" => self.text(3)?,
                    "attributes" => self.attributes(4, DEPTH, |_, _| {})?,
                    "flags" => {
                        let flags = self.reader.uint32()?;
                        self.out.fixed32(6, flags);
                    }
                    _ => self.reader.cursor.skip()?,
                }
            }
        }
        self.out.end(begin);
        Ok(())
    }

    /// Whether the status is an error.
    fn status(&mut self) -> Result<bool, Broken> {
        let (begin, mut failed) = (self.out.begin(15), false);
        if self.reader.object()? {
            while let Some(key) = self.reader.key()? {
                match &*key {
                    "code" => {
                        let code = self.reader.code()?;
                        failed = code == 2;
                        self.out.always_varint(3, code);
                    }
                    "message" => self.text(2)?,
                    _ => self.reader.cursor.skip()?,
                }
            }
        }
        self.out.end(begin);
        Ok(failed)
    }

    /// A list of `{"key", "value"}`, each as a field of this number. `seen` is told those that are
    /// text or whole numbers.
    fn attributes(
        &mut self,
        field: u32,
        depth: usize,
        mut seen: impl FnMut(&str, Cow<'a, str>),
    ) -> Result<(), Broken> {
        if self.reader.opened_list()? {
            while self.reader.cursor.item()? {
                if let (name, Some(value)) = self.attribute(field, depth)? {
                    seen(&name, value);
                }
            }
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        field: u32,
        depth: usize,
    ) -> Result<(Cow<'a, str>, Option<Cow<'a, str>>), Broken> {
        let begin = self.out.begin(field);
        let (mut name, mut value) = (Cow::default(), None);
        if self.reader.object()? {
            while let Some(key) = self.reader.key()? {
                match &*key {
                    "key" => {
                        name = self.reader.words()?;
                        self.out.always_bytes(1, name.as_bytes());
                    }
                    "value" => value = self.value(2, depth)?,
                    _ => self.reader.cursor.skip()?,
                }
            }
        }
        self.out.end(begin);
        Ok((name, value))
    }

    /// An `AnyValue`, as a field of this number; what it says, where that is text or a whole number.
    fn value(&mut self, field: u32, depth: usize) -> Result<Option<Cow<'a, str>>, Broken> {
        let begin = self.out.begin(field);
        let mut said = None;
        if self.reader.object()? {
            while let Some(key) = self.reader.key()? {
                match &*key {
                    "arrayValue" | "array_value" => self.nested(5, depth)?,
                    "kvlistValue" | "kvlist_value" => self.nested(6, depth)?,
                    name => {
                        let value = self.reader.plain(name)?;
                        said = self.plain(value);
                    }
                }
            }
        }
        self.out.end(begin);
        Ok(said)
    }

    fn plain(&mut self, value: Plain<'a>) -> Option<Cow<'a, str>> {
        match value {
            Plain::Text(text) => {
                self.out.always_bytes(1, text.as_bytes());
                return Some(text);
            }
            Plain::Int(number) => {
                self.out.always_varint(3, number.cast_unsigned());
                return Some(Cow::Owned(number.to_string()));
            }
            Plain::Bool(truth) => self.out.always_varint(2, truth.into()),
            Plain::Double(number) => self.out.always_fixed64(4, number.to_bits()),
            Plain::Bytes(bytes) => self.out.always_bytes(7, &bytes),
            Plain::Unknown => {}
        }
        None
    }

    /// The `values` of a list (5) or of a map (6), one level down.
    fn nested(&mut self, field: u32, depth: usize) -> Result<(), Broken> {
        let Some(depth) = depth.checked_sub(1) else {
            self.reader.flawed(Reason::Deep);
            return self.reader.cursor.skip();
        };
        let begin = self.out.begin(field);
        if self.reader.object()? {
            while let Some(key) = self.reader.key()? {
                match &*key {
                    "values" if field == 5 => {
                        self.each(|carry| carry.value(1, depth).map(drop))?;
                    }
                    "values" => self.each(|carry| carry.attribute(1, depth).map(drop))?,
                    _ => self.reader.cursor.skip()?,
                }
            }
        }
        self.out.end(begin);
        Ok(())
    }
}
