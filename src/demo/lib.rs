//! A small shop that is instrumented with OpenTelemetry, to try Tracelight on and to test it against.
//!
//! It owns three services in one process (shop, pricing, payment), each with its own port, tracer
//! provider and `service.name`, and the pages that show what a trace can show. It refuses to start
//! a trace: its sampler is parent-based with the root always off, so every span it exports was
//! asked for by the caller. It knows nothing of Tracelight's own crates, as a user's server would.

mod asset;
mod big;
mod catalog;
mod collector;
mod cors;
mod database;
mod delivery;
mod error;
mod failure;
mod inbound;
mod markup;
mod outbound;
mod page;
mod payment;
mod pricing;
mod propagation;
mod running;
mod session;
mod settings;
mod shop;
mod telemetry;
mod tour;

pub use error::Error;
pub use running::{Running, start};
pub use settings::Settings;
