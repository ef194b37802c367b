//! The embedded store: takes OTLP from servers and from the extension, keeps it in SQLite, and
//! answers in the shape of Jaeger's query API, version 3.
//!
//! ```text
//! OTLP/HTTP ─┐ door: Host, Origin                              ┌─ api: trace, search, lists
//! OTLP/gRPC ─┴→ body → batch → queue → writer ⇒ SQLite (WAL) ⇒ ┼─ stream: "trace X grew"
//!               limits  check  bounded  commit, then 200       ├─ digester → shelf: ask
//!                                                              └─ forward → other stores
//! ```
//!
//! It refuses to lose what it acknowledged, to listen beyond loopback unless told, and to answer
//! pages that are not ours.

mod accept;
mod api;
mod ask;
mod batch;
mod body;
mod client;
mod dashboard;
pub mod destination;
mod digester;
pub mod doctor;
mod door;
mod error;
mod fault;
mod follow;
mod forward;
mod grpc;
mod host;
mod ingest;
mod listen;
pub mod origin;
mod pipe;
pub mod quantity;
mod query;
mod queue;
mod reply;
mod running;
mod settings;
mod shelf;
mod store;
mod stream;

pub use error::Error;
pub use running::{Running, start};
pub use settings::{Database, Settings};
pub use store::Error as StoreError;
