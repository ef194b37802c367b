//! Finds out what a store speaks, by asking: what to ask next, and what an answer means. It is the
//! test of the connection too, for what answers here answers in earnest.
//!
//! What was found is remembered, and asked again once an answer makes it doubtful.

use std::mem;

use serde::{Deserialize, Serialize};
use trace::Timestamp;

use super::{Answer, Ask, Dialect, Fault, JSON, Store, reason, summary};
use crate::probe;

/// More is not read of an answer that only shows what a store is.
const MOST: usize = 1 << 20;

/// What the user knows of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hint {
    /// Nothing.
    #[default]
    Any,
    /// Jaeger, or what speaks like it.
    Jaeger,
    /// Grafana Tempo.
    Tempo,
    /// Zipkin.
    Zipkin,
}

impl Hint {
    const fn allows(self, dialect: Dialect) -> bool {
        match self {
            Self::Any => true,
            Self::Jaeger => matches!(dialect, Dialect::JaegerV3 | Dialect::JaegerJson),
            Self::Tempo => matches!(dialect, Dialect::TempoV2 | Dialect::TempoV1),
            Self::Zipkin => matches!(dialect, Dialect::Zipkin),
        }
    }
}

/// What there may be, and below which path of the address; in the order of asking, newer versions
/// before older ones.
const CANDIDATES: [(Dialect, &str); 6] = [
    (Dialect::JaegerV3, ""),
    (Dialect::TempoV2, ""),
    (Dialect::TempoV1, ""),
    (Dialect::JaegerJson, ""),
    (Dialect::Zipkin, ""),
    // VictoriaTraces.
    (Dialect::JaegerJson, "/select/jaeger"),
];

/// What is remembered of a store from one question to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The store as it was found.
    pub store: Option<Store>,
    /// The address that it was found by.
    pub address: String,
    /// Whether it is to be asked again what it is.
    pub doubt: bool,
}

impl Memory {
    /// The store at an address; `None` where it must be found out first.
    #[must_use]
    pub fn known(&self, address: &str, hint: Hint) -> Option<&Store> {
        self.before(address, hint).filter(|_| !self.doubt)
    }

    /// What was there the last time, if the user does not know better.
    fn before(&self, address: &str, hint: Hint) -> Option<&Store> {
        let store = self.store.as_ref().filter(|_| self.address == address)?;
        hint.allows(store.dialect).then_some(store)
    }

    /// Notes what was found at an address.
    pub fn found(&mut self, address: &str, store: Store) {
        *self = Self { store: Some(store), address: address.to_owned(), doubt: false };
    }

    /// Notes that a question failed.
    pub fn failed(&mut self, fault: &Fault) {
        self.doubt |= fault.is_doubt();
    }

    /// Begins to find out. What was there before is asked for first.
    #[must_use]
    pub fn finder(&self, address: &str, hint: Hint) -> Finder {
        let before = self.before(address, hint);
        let allowed = CANDIDATES.iter().filter(|(dialect, _)| hint.allows(*dialect));
        let all = allowed.map(|(dialect, below)| {
            let address = address.trim().trim_end_matches('/');
            Store::new(&format!("{address}{below}"), *dialect)
        });
        let mut candidates: Vec<Store> = before.cloned().into_iter().collect();
        candidates.extend(all.filter(|candidate| Some(candidate) != before));
        candidates.reverse();
        Finder { candidates, known: before.is_some(), first: None, refused: None }
    }
}

/// Finds out what a store is.
#[derive(Clone, Debug)]
pub struct Finder {
    /// The next one last.
    candidates: Vec<Store>,
    /// Whether the next one was there the last time. The others are asked for where its answer is
    /// another's, and not where it fails.
    known: bool,
    /// What it answered first, for whoever it turns out not to be.
    first: Option<String>,
    /// That it kept something from us, or failed: other addresses may be open.
    refused: Option<Fault>,
}

/// What follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// This is to be sent.
    Ask(Ask),
    /// This it is, and the connection works.
    Found(Store),
    /// It is none that we know, or does not answer us.
    Failed(Fault),
}

impl Finder {
    /// What to do next; until there is an answer, the same again.
    #[must_use]
    pub fn next(&self) -> Step {
        match self.candidates.last() {
            Some(candidate) => Step::Ask(question(candidate)),
            None => Step::Failed(self.refused.clone().unwrap_or_else(|| Fault::Foreign {
                said: self.first.clone().unwrap_or_else(|| "nothing was asked".to_owned()),
            })),
        }
    }

    /// Takes the answer to what was asked; `None` when nothing answered.
    #[must_use]
    pub fn heard(&mut self, answer: Option<&Answer>, now: Timestamp) -> Step {
        let Some(candidate) = self.candidates.pop() else { return self.next() };
        let known = mem::take(&mut self.known);
        let Some(answer) = answer else { return Step::Failed(Fault::Silent) };
        match answer.sound(&candidate, now) {
            Ok(true) if is(candidate.dialect, answer) => return Step::Found(candidate),
            Err(fault) if known && !fault.is_doubt() => return Step::Failed(fault),
            Err(
                fault @ (Fault::Denied { status: 403, .. } | Fault::Status { status: 500.., .. }),
            ) => {
                self.refused.get_or_insert(fault);
            }
            Err(fault) if fault.is_general() => return Step::Failed(fault),
            Ok(_) | Err(_) => {}
        }
        let said = || format!("{}, {}", answer.reply.status, reason(&answer.reply));
        self.first.get_or_insert_with(said);
        self.next()
    }
}

fn question(store: &Store) -> Ask {
    let path = match store.dialect {
        Dialect::JaegerV3 => "/api/v3/services".to_owned(),
        // Version 2 answers 200 to any id; version 1 answers 404 to what it does not know, as any
        // server does, so Tempo itself is asked for.
        Dialect::TempoV2 => format!("/api/v2/traces/{}", probe::unknown()),
        Dialect::TempoV1 => "/api/echo".to_owned(),
        Dialect::JaegerJson => "/api/services".to_owned(),
        Dialect::Zipkin => "/api/v2/services".to_owned(),
    };
    Ask { most: MOST, ..store.get(&path, JSON) }
}

/// Whether an answer is what a dialect gives.
fn is(dialect: Dialect, answer: &Answer) -> bool {
    let body = &*answer.reply.body;
    let names = || summary::names(body);
    let has = |wanted: &str| names().is_some_and(|names| names.iter().any(|name| name == wanted));
    match dialect {
        // Without services there is nothing in it.
        Dialect::JaegerV3 => has("services") || names().is_some_and(|names| names.is_empty()),
        Dialect::TempoV2 => has("trace"),
        Dialect::TempoV1 => body.trim_ascii() == b"echo",
        Dialect::JaegerJson => has("data"),
        Dialect::Zipkin => body.trim_ascii_start().starts_with(b"["),
    }
}

#[cfg(test)]
mod tests;
