//! What the benches share: spans, and the collector as a process of its own.

pub(crate) mod server;
pub(crate) mod sink;
pub(crate) mod span;
pub(crate) mod visit;
