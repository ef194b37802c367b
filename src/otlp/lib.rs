//! OTLP, the wire form of traces: protobuf and JSON, both ways.
//!
//! Owns the formats and their leniency: one bad span never takes the others with it, and what was
//! left out is counted with its reason. Refuses transport (`backend`, the collector) and knows no
//! clock. Compiled to wasm32 too, so the wire formats are walked by hand: a derive's code is
//! several times as large, and cannot keep the good half of a message.

pub mod answer;
mod draft;
mod error;
pub mod feed;
mod group;
mod ids;
pub mod json;
pub mod proto;
pub mod raw;
mod rejected;
pub mod sheet;
pub mod tempo;
mod wire;

pub use error::Error;
pub use feed::Feed;
pub use rejected::{Reason, Rejected};
pub use sheet::Sheet;

/// What was read: the spans that are good, and how many are not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accepted {
    /// The good spans, in the order of the message.
    pub spans: Vec<trace::Span>,
    /// How many were left out, and why.
    pub rejected: Rejected,
}
