//! Spans, as OpenTelemetry's trace data model has them.

use std::sync::Arc;
use std::time::Duration;

use crate::attribute::{Attributes, Name, Value, key};
use crate::{SpanId, Timestamp, TraceId};

/// One operation in a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace: TraceId,
    /// Its own id, unique within the trace.
    pub id: SpanId,
    /// The span that caused it; `None` for a root.
    pub parent: Option<SpanId>,
    /// W3C `tracestate` as received, usually empty.
    pub state: String,
    /// OTLP flags: the low eight bits are W3C's, 0x100 and 0x200 say whether the parent is remote.
    pub flags: u32,
    /// What it did, in few distinct words.
    pub name: String,
    /// Its role in a conversation.
    pub kind: Kind,
    /// When it began.
    pub start: Timestamp,
    /// When it ended. May lie before `start` where a clock was set back: shown, never hidden.
    pub end: Timestamp,
    /// What is known of it.
    pub attributes: Attributes,
    /// What happened during it.
    pub events: Vec<Event>,
    /// Spans that it refers to, other than its parent.
    pub links: Vec<Link>,
    /// How it ended.
    pub status: Status,
    /// What its recorder left out.
    pub dropped: Dropped,
    /// Who recorded it.
    pub resource: Arc<Resource>,
    /// With which instrumentation.
    pub scope: Arc<Scope>,
}

impl Span {
    /// How long it took; zero when it ended before it began.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.end.since(self.start)
    }

    /// `service.name` of its resource; empty when it says none.
    #[must_use]
    pub fn service(&self) -> &str {
        self.resource.service()
    }

    /// Whether it ended with an error.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.status, Status::Error(_))
    }

    /// Moves it and what happened in it, by nanoseconds; below zero, to earlier. What has no time
    /// keeps none.
    pub fn shift(&mut self, nanos: i64) {
        if nanos != 0 {
            let times = self.events.iter_mut().map(|event| &mut event.time);
            for time in times.chain([&mut self.start, &mut self.end]) {
                *time = time.shifted(nanos);
            }
        }
    }

    /// An attribute's text; `None` when it is missing or not text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).and_then(Value::as_text)
    }
}

/// A span's role in a conversation (OTLP `SpanKind`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Not said.
    #[default]
    Unspecified,
    /// Within one process.
    Internal,
    /// Answers a request.
    Server,
    /// Makes a request.
    Client,
    /// Puts a message on a queue.
    Producer,
    /// Takes a message from a queue.
    Consumer,
}

impl Kind {
    /// OTLP's number of it.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Unspecified => 0,
            Self::Internal => 1,
            Self::Server => 2,
            Self::Client => 3,
            Self::Producer => 4,
            Self::Consumer => 5,
        }
    }

    /// The kind of OTLP's number; what the future adds is unspecified.
    #[must_use]
    pub const fn from_number(number: i32) -> Self {
        match number {
            1 => Self::Internal,
            2 => Self::Server,
            3 => Self::Client,
            4 => Self::Producer,
            5 => Self::Consumer,
            _ => Self::Unspecified,
        }
    }
}

/// How a span ended (OTLP `Status`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Nobody said.
    #[default]
    Unset,
    /// Somebody said that it is well.
    Ok,
    /// It failed, with a message that may be empty.
    Error(String),
}

/// Something that happened at one moment of a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// What.
    pub name: Name,
    /// More about it.
    pub attributes: Attributes,
}

/// A reference to another span, perhaps of another trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The other span's trace.
    pub trace: TraceId,
    /// The other span.
    pub span: SpanId,
    /// W3C `tracestate` of the other span.
    pub state: String,
    /// OTLP flags of the link.
    pub flags: u32,
    /// What the reference means.
    pub attributes: Attributes,
}

/// How much a recorder left out of a span, by its own count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Attributes left out.
    pub attributes: u32,
    /// Events left out.
    pub events: u32,
    /// Links left out.
    pub links: u32,
}

/// Who recorded a span: a service, a browser.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// What is known of it.
    pub attributes: Attributes,
    /// The schema its attribute names follow; usually empty.
    pub schema: String,
}

impl Resource {
    /// `service.name`; empty when it says none.
    #[must_use]
    pub fn service(&self) -> &str {
        self.attributes.get(key::SERVICE_NAME).and_then(Value::as_text).unwrap_or_default()
    }

    /// Where that runs; empty where it does not say.
    #[must_use]
    pub fn environment(&self) -> &str {
        let said = |key| self.attributes.get(key).and_then(Value::as_text);
        said(key::ENVIRONMENT).or_else(|| said(key::OLD_ENVIRONMENT)).unwrap_or_default()
    }
}

/// The instrumentation that recorded a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// More about it.
    pub attributes: Attributes,
    /// The schema its attribute names follow; usually empty.
    pub schema: String,
}
