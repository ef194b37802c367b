//! What one side writes, the other reads: page to spans to store and back, server to store to
//! reader, with the real collector and the real shop.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod page;
mod server;
mod store;
