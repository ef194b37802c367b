//! What the dashboard asks of the module that reads and writes files, and what that answers. Both
//! are parts of one extension and one version: nothing here crosses a border of trust or of time.

use serde::{Deserialize, Serialize};
use trace::settings::RedactionSettings;

/// How far the reading of a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes that were read.
    pub read: u64,
    /// Bytes in all.
    pub of: u64,
    /// Whether that was all.
    pub done: bool,
}

/// What a file was, once it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What the format is called.
    pub format: String,
    /// What could not be kept, in words; may be empty.
    pub rejected: String,
    /// Why it was not read to its end; may be empty.
    pub broken: String,
}

/// What a trace is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// OTLP as JSON.
    Otlp,
    /// Jaeger's JSON.
    Jaeger,
    /// Chrome's trace events, which Perfetto opens.
    Chrome,
    /// A table.
    Csv,
    /// A report for issues and coding agents.
    Markdown,
    /// A request as a command.
    Curl,
    /// A drawing of the waterfall.
    Svg,
}

/// What is to be written of the spans that were handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// As what.
    pub form: Form,
    /// What a drawing is called.
    pub title: String,
    /// Spans whose descendants are folded away, by their ids.
    pub folded: Vec<String>,
    /// Whether a drawing is on dark ground.
    pub dark: bool,
    /// The most rows that a drawing may have.
    pub rows: u32,
}

/// What would be taken out of a file that is shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// By place, in their order.
    pub taken: Vec<Taken>,
}

/// What is taken out of one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// An attribute's name, `name`, `status` or `event`.
    pub place: String,
    /// In how many texts.
    pub count: u32,
    /// Some of them, before and after.
    pub examples: Vec<Example>,
}

/// A text that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// As it is.
    pub before: String,
    /// As it would be shared.
    pub after: String,
}

/// A file to share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// What it is called.
    pub title: String,
    /// How secrets are taken out; `None` to leave them in.
    pub redaction: Option<RedactionSettings>,
}
