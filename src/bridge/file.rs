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
    /// A drawing of a view.
    Svg,
}

/// What is to be written of the spans that were handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// As what.
    pub form: Form,
    /// By how much clocks are put right, in words; empty where times are shown as recorded.
    pub clocks: String,
    /// What a table has.
    pub table: Table,
    /// What a drawing shows.
    pub scene: Scene,
}

/// A table, as the reader has it. Spans are told by their places among those that were handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its rows, in their order.
    pub rows: Vec<u32>,
    /// Attributes that have a column.
    pub attributes: Vec<String>,
}

/// A view, as the reader has it. Spans are told by their places among those that were handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// What it is called.
    pub title: String,
    /// Whether it is the flame graph, not the waterfall.
    pub flame: bool,
    /// The filter, as it was typed; may be empty.
    pub filter: String,
    /// The spans that the filter lets through; `None` for all.
    pub through: Option<Vec<u32>>,
    /// Whether the others are left out, not pale.
    pub hides: bool,
    /// Spans whose descendants are folded away.
    pub folded: Vec<u32>,
    /// The stretch of time, nanoseconds from the trace's start; an end of 0 is the trace's.
    pub time: (u64, u64),
    /// Whether the critical path is marked.
    pub critical: bool,
    /// Whether it is on dark ground.
    pub dark: bool,
    /// The most rows that it may have.
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
