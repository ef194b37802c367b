//! What a trace is, and every decision about one.
//!
//! This crate owns the words of the field (trace, span, context, session, page trace) and the
//! thinking: what a span is made from, when a trace is complete, what goes on a request, how a
//! waterfall is laid out. It refuses clocks, dice, storage and the network: time and entropy are
//! arguments, and what should happen is returned, for a shell to carry out.

pub mod answer;
pub mod arrival;
pub mod assemble;
pub mod attribute;
pub mod body;
pub mod calls;
pub mod choices;
pub mod columns;
pub mod compare;
pub mod completion;
pub mod contact;
pub mod context;
pub mod cookie;
pub mod digest;
pub mod doctor;
pub mod filter;
pub mod find;
pub mod fingerprint;
pub mod flame;
pub mod framework;
pub mod icon;
pub mod id;
pub mod json;
pub mod kin;
pub mod ladder;
pub mod listing;
pub mod meter;
pub mod observe;
pub mod order;
pub mod origin;
pub mod outline;
pub mod propagation;
pub mod quantity;
pub mod record;
pub mod redact;
pub mod request;
pub mod resume;
pub mod room;
pub mod sampler;
pub mod seen;
pub mod session;
pub mod settings;
pub mod skew;
pub mod sought;
pub mod sourcemap;
pub mod span;
pub mod stack;
pub mod state;
pub mod statistics;
pub mod suspect;
pub mod table;
pub mod tally;
pub mod target;
pub mod time;
pub mod tree;
pub mod twin;
pub mod unseen;
pub mod vital;
pub mod wanted;
pub mod waterfall;

pub use attribute::{Attributes, Value};
pub use context::TraceContext;
pub use id::{SessionId, SpanId, TraceId};
pub use span::{Event, Kind, Link, Resource, Scope, Span, Status};
pub use time::{PageClock, PageMillis, Timestamp};
