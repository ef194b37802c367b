//! Trace stores of every kind: what each wants to be asked for a trace, and how it answers.
//!
//! Owns the dialects and the traps of each. Refuses to know where a store's settings are kept, and
//! sends nothing. What a shell must refuse for it is said by [`Ask`].

mod ask;
mod fault;
mod find;
mod list;
mod reason;
mod rest;
mod search;
mod summary;

use otlp::tempo::Envelope;
use otlp::{Accepted, json, proto};
use serde::{Deserialize, Serialize};
use trace::{Timestamp, TraceId};

use crate::{Method, Request};

pub use ask::{Answer, Ask, Redirects};
pub use fault::Fault;
pub use find::{Finder, Hint, Memory, Step};
pub use list::{Listed, Listing, Within};
pub(crate) use reason::reason;
pub use rest::Rest;
pub use search::{Findings, Search};
pub use trace::sought::Wanted;

/// What a store speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialect {
    /// Jaeger's query API, version 3, which our collector speaks too.
    JaegerV3,
    /// Jaeger's older JSON: older Jaeger, `VictoriaTraces`, Quickwit.
    JaegerJson,
    /// Grafana Tempo, version 2 of the answer for one trace.
    TempoV2,
    /// Grafana Tempo, version 1.
    TempoV1,
    /// Zipkin, version 2.
    Zipkin,
}

impl Dialect {
    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::JaegerV3 => "Jaeger (version 3)",
            Self::JaegerJson => "Jaeger (older JSON)",
            Self::TempoV2 => "Tempo (version 2)",
            Self::TempoV1 => "Tempo (version 1)",
            Self::Zipkin => "Zipkin (version 2)",
        }
    }
}

/// A store whose version is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Store {
    /// Where its API begins, without a slash at the end.
    pub base: String,
    /// What it speaks.
    pub dialect: Dialect,
}

/// What a store has of a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Its spans so far.
    pub accepted: Accepted,
    /// Why the store gave only a part of them, where it says so; in its words.
    pub partial: Option<String>,
}

/// What a store knows of a trace.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Something.
    Trace(Trace),
    /// Nothing yet: ask again later.
    NotYet,
}

impl Store {
    /// A store at an address, of a dialect.
    #[must_use]
    pub fn new(base: &str, dialect: Dialect) -> Self {
        Self { base: base.trim().trim_end_matches('/').to_owned(), dialect }
    }

    /// Asks for a trace by its id. No range of time goes with it: an id is found at once and
    /// wherever it is, while a range that is wrong by a clock finds nothing.
    #[must_use]
    pub fn trace(&self, id: TraceId) -> Ask {
        let (path, accept) = match self.dialect {
            Dialect::JaegerV3 => {
                ("/api/v3/traces", "application/x-protobuf, application/json;q=0.9")
            }
            Dialect::JaegerJson => ("/api/traces", JSON),
            // Tempo compares the header with this and nothing else.
            Dialect::TempoV2 => ("/api/v2/traces", "application/protobuf"),
            Dialect::TempoV1 => ("/api/traces", "application/protobuf"),
            Dialect::Zipkin => ("/api/v2/trace", JSON),
        };
        self.get(&format!("{path}/{id}"), accept)
    }

    /// Reads the answer to [`trace()`](Self::trace). A store that knows nothing yet says so with
    /// 404, or with 200 and nothing in it.
    ///
    /// # Errors
    /// When the answer is of no use: why.
    pub fn read_trace(&self, answer: &Answer, now: Timestamp) -> Result<Found, Fault> {
        if !answer.sound(self, now)? {
            return Ok(Found::NotYet);
        }
        let trace = self.spans(answer)?;
        let nothing = trace.accepted.spans.is_empty() && trace.accepted.rejected.is_empty();
        // Tempo gives nothing of a trace that is too large for it, and says so.
        Ok(if nothing && trace.partial.is_none() { Found::NotYet } else { Found::Trace(trace) })
    }

    /// Reads spans in the store's own form, of one trace or of several.
    fn spans(&self, answer: &Answer) -> Result<Trace, Fault> {
        let body = &*answer.reply.body;
        let whole = |accepted| Trace { accepted, partial: None };
        if body.is_empty() {
            return Ok(Trace::default());
        }
        let text = answer.is_text();
        let trace = match self.dialect {
            Dialect::JaegerV3 if text => json::decode(body).map(whole),
            Dialect::JaegerV3 => proto::decode(body).map(whole),
            Dialect::JaegerJson => exchange::decode::jaeger(body).map(whole),
            Dialect::Zipkin => exchange::decode::zipkin(body).map(whole),
            Dialect::TempoV1 | Dialect::TempoV2 if text => {
                json::decode(body).map(|accepted| of_tempo(accepted, Envelope::from_json(body)))
            }
            Dialect::TempoV1 => proto::decode(body).map(whole),
            Dialect::TempoV2 => Envelope::from_proto(body).and_then(|envelope| {
                let accepted = proto::decode(&envelope.trace)?;
                Ok(of_tempo(accepted, envelope))
            }),
        };
        trace.map_err(Fault::Garbled)
    }

    /// A GET of something below its base.
    pub(crate) fn get(&self, path: &str, accept: &str) -> Ask {
        Ask {
            request: Request {
                method: Method::Get,
                url: format!("{}{path}", self.base),
                headers: vec![("accept".to_owned(), accept.to_owned())],
                body: Vec::new(),
            },
            redirects: Redirects::Follow,
            most: ask::LARGEST,
        }
    }
}

const JSON: &str = "application/json";

fn of_tempo(accepted: Accepted, Envelope { partial, message, .. }: Envelope) -> Trace {
    let why =
        if message.is_empty() { "it is larger than the store's limit".into() } else { message };
    Trace { accepted, partial: partial.then_some(why) }
}

#[cfg(test)]
mod tests;
