//! Files of traces, in and out: a module of its own that runs in a worker of its own (`files.js`),
//! loaded when the first file is opened or written. However long that takes, no page stands still,
//! and with the worker its memory goes.
//!
//! A worker does one job: it reads one file, or writes what is asked of one trace. Bytes and JSON
//! text (`bridge::file`) come in and go out; spans cross as OTLP protobuf. Refuses what the page can
//! do in steps itself (OTLP, `otlp::feed`), and every decision about a trace.

mod look;
mod reading;
mod writing;

pub use reading::Reading;
pub use writing::Writing;
