//! Records: the facts that a page's recorder and relay state, one JSON text each.
//!
//! Owns their closed list and their limits. A page shares its world with the recorder and can
//! forge what that says, so every text is hostile until it has been through [`Record::parse`].
//! The relay, which a page cannot reach, passes nothing from the page's world but texts that begin
//! as [`Record::Request`], [`Record::Error`] and [`Record::Body`], and none here says its kind twice: a
//! page can lie about its requests and errors, and about nothing else. Decides nothing about spans; that is `assemble`.

mod body;
mod document;
mod fault;
mod operation;
mod request;
mod timing;
mod vital;
mod work;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::TraceId;
use crate::json::{self, Node};
use crate::redact::CUT;

pub use body::{Body, Field};
pub use document::{Document, Gap, Hidden, Soft, Turn};
pub use fault::{Broken, Exception};
pub use operation::Operation;
pub use request::Request;
pub use timing::{Metric, Navigation, Paint, Resource, Timing};
pub use vital::{Attribution, Vital};
pub use work::{Frame, MEASURES, Measure, Script, Task};

/// Longest record, bytes. A longer one is refused before it is read.
pub const LIMIT: usize = 16 * 1024;
/// Longest URL, bytes. A longer one is cut and ends with `…`.
pub const URL_LIMIT: usize = 8 * 1024;
/// Longest text that is one word of the browser's, bytes.
const WORD_LIMIT: usize = 64;
/// Longest name that a page or its author gave something, bytes.
const NAME_LIMIT: usize = 256;
/// Longest user agent, bytes.
const AGENT_LIMIT: usize = 1024;
/// Longest message or selector, bytes.
const TEXT_LIMIT: usize = 1024;

/// The texts of a record, each with its limit.
type Texts<'a> = Vec<(&'a mut String, usize)>;

/// One fact from a page.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename = "kind", rename_all = "camelCase")]
pub enum Record {
    /// A document began.
    Document(Box<Document>),
    /// The document is loaded (Navigation Timing 2).
    Navigation(Box<Navigation>),
    /// Something was loaded for the document (Resource Timing).
    Resource(Box<Resource>),
    /// The page showed something for the first time (Paint Timing).
    Paint(Paint),
    /// A script's request is over. A page can forge it.
    Request(Request),
    /// The page was hidden or left.
    Hidden(Hidden),
    /// A script threw what nobody caught. A page can forge it.
    Error(Exception),
    /// What the user allowed to be read of a request's body. A page can forge it.
    Body(Box<Body>),
    /// Something failed to load.
    Broken(Broken),
    /// The user did something.
    Operation(Operation),
    /// A vital was measured.
    Vital(Box<Vital>),
    /// A frame took long.
    #[serde(rename = "long-animation-frame")]
    Frame(Frame),
    /// A task took long.
    #[serde(rename = "longtask")]
    Task(Task),
    /// The page measured something itself.
    Measure(Measure),
    /// A page began within the document.
    Page(Soft),
    /// Something of the device changed.
    Turn(Turn),
    /// The browser dropped timing entries.
    Gap(Gap),
}

/// Why a text is not a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The text is too long.
    Length {
        /// Bytes in the text.
        found: usize,
    },
    /// The text is not JSON, or a field without which it says nothing is missing or of another type.
    Json(json::Error),
    /// The kind is none of ours.
    Kind(String),
    /// A time is negative or beyond numbers.
    Time(&'static str),
    /// The method is not a short token (RFC 9110, 5.6.2).
    Method,
    /// A script cannot make a document request.
    Api,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { found } => write!(f, "record has {found} bytes, wanted {LIMIT} at most"),
            Self::Json(reason) => write!(f, "record does not read: {reason}"),
            Self::Kind(found) => write!(f, "record is of unknown kind {found}"),
            Self::Time(field) => write!(f, "record's {field} is no time after the page's origin"),
            Self::Method => {
                let limit = request::METHOD_LIMIT;
                write!(f, "record's method is no token of 1 to {limit} characters")
            }
            Self::Api => write!(f, "record's request is a document's, wanted fetch or xhr"),
        }
    }
}

impl std::error::Error for RecordError {}

/// The kinds of [`Record`], to tell an unknown kind from a broken record.
const KINDS: [&str; 17] = [
    "document",
    "navigation",
    "resource",
    "paint",
    "request",
    "hidden",
    "error",
    "body",
    "broken",
    "operation",
    "vital",
    "long-animation-frame",
    "longtask",
    "measure",
    "page",
    "turn",
    "gap",
];

impl Record {
    /// Reads one record. Texts that are too long for their field are cut; times that a browser
    /// puts before the origin become the origin; a broken field becomes what it is when it is not
    /// there, where the record says something without it.
    ///
    /// # Errors
    /// When the text is not a record: see [`RecordError`].
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        if text.len() > LIMIT {
            return Err(RecordError::Length { found: text.len() });
        }
        let node = Node::parse(text).map_err(|error| RecordError::Json(error.into()))?;
        let kind = node.field("kind").and_then(Node::text).unwrap_or_default();
        if !kind.is_empty() && !KINDS.contains(&kind) {
            return Err(RecordError::Kind(kind.chars().take(WORD_LIMIT).collect()));
        }
        let mut record: Self = node.read_leniently().map_err(RecordError::Json)?;
        if let Self::Request(request) = &mut record {
            request.check()?;
            request.join();
        }
        if let Self::Document(document) = &mut record {
            document.tidy();
        }
        if let Self::Body(body) = &mut record {
            body.name();
        }
        record.texts().into_iter().for_each(|(text, limit)| cut(text, limit));
        Ok(record)
    }

    /// Whether it claims to be part of one of some traces. Only a request can: other records are in the
    /// traces of the page that stated them.
    #[must_use]
    pub fn claims(&self, traces: &[TraceId]) -> bool {
        let Self::Request(Request { context: Some(context), .. }) = self else { return false };
        traces.contains(&context.trace)
    }

    /// Its texts, each with its limit.
    fn texts(&mut self) -> Texts<'_> {
        match self {
            Self::Document(it) => it.texts(),
            Self::Navigation(it) => it.texts(),
            Self::Resource(it) => it.texts(),
            Self::Paint(it) => vec![(&mut it.name, WORD_LIMIT)],
            Self::Request(it) => it.texts(),
            Self::Error(it) => it.texts(),
            Self::Body(it) => it.texts(),
            Self::Broken(it) => it.texts(),
            Self::Operation(it) => it.texts(),
            Self::Vital(it) => it.texts(),
            Self::Frame(it) => it.texts(),
            Self::Task(it) => it.texts(),
            Self::Measure(it) => it.texts(),
            Self::Page(it) => it.texts(),
            Self::Turn(it) => it.texts(),
            Self::Hidden(_) | Self::Gap(_) => Vec::new(),
        }
    }
}

/// Cuts a text at a limit, and marks it as cut.
fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push(CUT);
    }
}

#[cfg(test)]
mod tests;
