//! Traces in other systems' formats, in and out: what a file is, by its content; its spans, into a
//! sheet; and spans as files, reports and commands.
//!
//! Lenient in what it reads: a bad span never takes the others with it, what was left out is counted
//! with its reason, and of a file that breaks off all that was whole stays. Everything in a file is
//! hostile: what is written can run nowhere and break out of nothing. Refuses OTLP's own formats
//! (`otlp`), files and networks: bytes come in, text goes out.

pub mod decode;
mod file;
mod id;
mod moment;
mod order;
mod read;
mod sniff;
mod tag;
pub mod write;

pub use file::File;
pub use sniff::{Format, Unknown, is_packed, sniff};
