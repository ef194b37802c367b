//! What each lamp shows, in a sentence that holds the evidence.

use std::time::Duration;

use super::{Asked, Hop, Ladder, Lamp, Light, Way};
use crate::quantity;

/// What a ladder does not know of its own request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// Its method; empty where it is not known.
    pub method: &'a str,
    /// Its URL.
    pub url: &'a str,
    /// The trace store's address.
    pub store: &'a str,
}

impl About<'_> {
    /// `GET /checkout`.
    fn request(&self) -> String {
        let path =
            self.url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        let path = path.unwrap_or(self.url).split(['?', '#']).next().unwrap_or_default();
        let method = if self.method.is_empty() { "the request for" } else { self.method };
        format!("{method} {path}")
    }
}

impl Ladder {
    /// The evidence for what a lamp shows, for the user.
    #[must_use]
    pub fn evidence(&self, lamp: Lamp, about: About<'_>) -> String {
        match lamp {
            Lamp::Armed => self.armed_evidence(),
            Lamp::Sent => self.sent_evidence(&about.request()),
            Lamp::Acknowledged => self.answer_evidence(),
            Lamp::Found => self.found_evidence(about.store),
            Lamp::Complete => self.complete_evidence(),
        }
    }

    fn armed_evidence(&self) -> String {
        match self.armed {
            _ if self.barred => "the host is not among those that you permitted".to_owned(),
            Some(context) => format!("traceparent {context} was minted for it"),
            None => "nothing was armed".to_owned(),
        }
    }

    fn sent_evidence(&self, request: &str) -> String {
        let Some(Hop { origin, seen, context, ours }) = self.hops.last() else {
            return match self.way {
                Way::Worker => {
                    "the page's service worker answered, and no server was asked".to_owned()
                }
                _ => format!("{request} was not seen yet"),
            };
        };
        if self.way == Way::Cache {
            return format!("the browser's HTTP cache answered {request}, and no server was asked");
        }
        let after = match self.hops.len() - 1 {
            0 => String::new(),
            more => format!(", after {}", quantity::count(more as u64, "redirect")),
        };
        match context {
            Some(context) if *ours => format!("traceparent {context} left with {request}{after}"),
            Some(other) => format!("{request} left with another traceparent, {other}{after}"),
            None if *seen => format!("{request} left for {origin} without traceparent{after}"),
            None => format!("the browser does not show what left for {origin}{after}"),
        }
    }

    fn answer_evidence(&self) -> String {
        let ours = self.armed.map(|context| context.trace);
        match &self.answer {
            Some(answer) => {
                let place = &answer.place;
                match (answer.trace, answer.sampled) {
                    (_, Some(false)) => {
                        format!("{place} came back with flag 00, which means: not recorded")
                    }
                    (trace, _) if trace.is_some() && trace == ours => {
                        format!("{place} came back with the same trace id")
                    }
                    (Some(other), _) => format!("{place} came back with another trace id, {other}"),
                    (None, _) => {
                        format!("{place} came back with {}, which names no trace", answer.said)
                    }
                }
            }
            None if self.way == Way::Failed => "no response came".to_owned(),
            None if self.way == Way::Open => "no response came yet".to_owned(),
            None if self.joined => {
                "the response names no trace, and need not: the server's span is there".to_owned()
            }
            None => "the response names no trace".to_owned(),
        }
    }

    fn found_evidence(&self, store: &str) -> String {
        let store = if store.is_empty() { "the trace store" } else { store };
        let status = self.status;
        match self.asked {
            _ if self.spans > 0 => {
                format!("{} at {store}", quantity::count(u64::from(self.spans), "span"))
            }
            Asked::Not => format!("{store} was not asked yet"),
            Asked::Nobody => {
                "no trace store is set, so the server's side is not asked for".to_owned()
            }
            Asked::Silent => format!("nothing answers at {store}"),
            Asked::Refused => format!("{store} says {status}"),
            Asked::Garbled => format!("{store} answers with something that is no trace"),
            Asked::Moved => format!("{store} sends us to another address"),
            Asked::Large => format!("{store} answers with more than is read"),
            Asked::Absent if status == 404 => {
                format!("{store} says 404, no such trace")
            }
            Asked::Spans => format!("{store} has only what the browser sent"),
            Asked::Absent => format!("{store} has no span of it"),
        }
    }

    fn complete_evidence(&self) -> String {
        match self.light(Lamp::Complete) {
            Light::Lit if self.asked == Asked::Nobody => "the browser's side is whole".to_owned(),
            Light::Lit if self.ahead != 0 => {
                let time = quantity::duration(Duration::from_millis(self.ahead.unsigned_abs()));
                let side = if self.ahead > 0 { "ahead of" } else { "behind" };
                format!("no parent is missing; the server's clock is {time} {side} the browser's")
            }
            Light::Lit => "no parent is missing, and nothing more came".to_owned(),
            Light::Dark if !self.joined => "no server span is the request's child".to_owned(),
            Light::Dark if self.missing > 0 => {
                let parents = quantity::count(u64::from(self.missing), "parent");
                format!("{parents} named by spans but not there")
            }
            Light::Dark => "the page did not finish loading".to_owned(),
            Light::Waiting => "more may come".to_owned(),
            Light::Off => "there is nothing to be complete yet".to_owned(),
        }
    }
}
