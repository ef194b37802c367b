//! What an examination found.

use std::collections::BTreeSet;
use std::time::Duration;

use backend::store::Dialect;
use serde_json::{Value, json};
use trace::doctor::{self, Finding};
use trace::ladder::{About, Ladder, Lamp, Light};

use super::ids::Ids;
use super::probe::Probe;
use super::visit::Visit;

/// What an examination found.
#[derive(Clone, Debug)]
pub(super) struct Report {
    /// Names of what was sent.
    pub(super) ids: Ids,
    /// What was asked for.
    pub(super) url: String,
    /// The request.
    pub(super) visit: Visit,
    /// The store; `None` where none was to be asked.
    pub(super) storage: Option<Storage>,
    /// Our own span; `None` where none was to be sent.
    pub(super) probe: Option<Probe>,
    /// Who has spans of the request.
    pub(super) services: BTreeSet<String>,
}

/// The store that was asked.
#[derive(Clone, Debug)]
pub(super) struct Storage {
    /// Where it is.
    pub(super) address: String,
    /// What it speaks, where that was found out.
    pub(super) dialect: Option<Dialect>,
    /// Why it was of no use.
    pub(super) trouble: Option<String>,
}

/// A lamp, ready to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    /// Its name.
    pub(super) name: &'static str,
    /// What it shows; `None` where only a browser knows.
    pub(super) light: Option<Light>,
    /// Why.
    pub(super) evidence: String,
}

impl Rung {
    /// What it shows, in a word.
    pub(super) const fn word(&self) -> &'static str {
        match self.light {
            Some(light) => light.name(),
            None => "browser",
        }
    }
}

impl Report {
    fn ladder(&self) -> &Ladder {
        &self.visit.ladder
    }

    /// Whether all lamps are lit that can be known from here, and anything is known of the server.
    pub(super) fn well(&self) -> bool {
        let ladder = self.ladder();
        let lit = |lamp| ladder.light(lamp) == Light::Lit;
        let whole = ladder.first_dark().is_none() && (lit(Lamp::Acknowledged) || lit(Lamp::Found));
        let dark = self.checks().iter().any(|rung| rung.light == Some(Light::Dark));
        whole && !dark
    }

    /// The lamps of the request.
    pub(super) fn rungs(&self) -> Vec<Rung> {
        let store = self.storage.as_ref().map_or("", |storage| &*storage.address);
        let about = About { method: "GET", url: &self.url, store };
        let rungs = Lamp::ALL.into_iter().map(|lamp| {
            let evidence = self.ladder().evidence(lamp, about);
            match lamp {
                // What arms a request is the extension, as far as the user lets it.
                Lamp::Armed => Rung {
                    name: lamp.name(),
                    light: None,
                    evidence: format!(
                        "{evidence} here; permission and rules are known to the browser alone"
                    ),
                },
                Lamp::Found if !self.services.is_empty() => {
                    let services: Vec<&str> = self.services.iter().map(String::as_str).collect();
                    let evidence = format!("{evidence}, of {}", services.join(", "));
                    Rung { name: lamp.name(), light: Some(self.ladder().light(lamp)), evidence }
                }
                _ => Rung { name: lamp.name(), light: Some(self.ladder().light(lamp)), evidence },
            }
        });
        rungs.collect()
    }

    /// What was found of the store by itself.
    pub(super) fn checks(&self) -> Vec<Rung> {
        let mut rungs = Vec::new();
        if let Some(Storage { address, dialect, trouble }) = &self.storage {
            let (light, evidence) = match (trouble, dialect) {
                (Some(trouble), _) => (Light::Dark, trouble.clone()),
                (None, Some(dialect)) => (Light::Lit, format!("{} at {address}", dialect.name())),
                (None, None) => (Light::Off, format!("{address} was not asked")),
            };
            rungs.push(Rung { name: "Store", light: Some(light), evidence });
        }
        if let Some(Probe { endpoint, trouble, found, .. }) = &self.probe {
            let (light, evidence) = match trouble {
                Some(trouble) => (Light::Dark, trouble.clone()),
                None => (Light::Lit, format!("{endpoint} took a span of ours")),
            };
            rungs.push(Rung { name: "Span sent", light: Some(light), evidence });
            let broken = self.storage.as_ref().is_none_or(|storage| storage.trouble.is_some());
            let (light, evidence) = match found {
                Some(time) => {
                    let time = trace::quantity::duration(*time);
                    (Light::Lit, format!("it came back after {time}"))
                }
                None if trouble.is_some() => (Light::Off, "it was not taken".to_owned()),
                None if broken => (Light::Off, "the store cannot be asked for it".to_owned()),
                None => (Light::Dark, "the store took it and does not give it back".to_owned()),
            };
            rungs.push(Rung { name: "Span found", light: Some(light), evidence });
        }
        rungs
    }

    /// What the doctor names.
    pub(super) fn finding(&self) -> Option<Finding> {
        doctor::diagnose(self.ladder())
    }

    /// How long the server took.
    pub(super) fn took(&self) -> Duration {
        let (begun, ended) = self.visit.window;
        ended.since(begun)
    }

    /// What the last server on the way answered; 0 for nothing.
    pub(super) fn status(&self) -> u16 {
        self.visit.stops.last().map_or(0, |stop| stop.status)
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let rung = |rung: Rung| json!({ "name": rung.name, "light": rung.word(), "evidence": rung.evidence });
        let hop = |stop: &super::visit::Stop| json!({ "url": stop.url, "status": stop.status, "context": stop.ours });
        let finding = self.finding().map(|Finding { lamp, cause, certain }| {
            json!({
                "lamp": lamp.map(Lamp::name),
                "title": cause.title(),
                "remedy": cause.remedy(),
                "certain": certain,
            })
        });
        json!({
            "well": self.well(),
            "trace": self.ids.page.trace.to_string(),
            "session": self.ids.session.to_string(),
            "other": self.ladder().other().map(|trace| trace.to_string()),
            "server": {
                "status": self.status(),
                "millis": whole(self.took()),
                "hops": self.visit.stops.iter().map(hop).collect::<Vec<_>>(),
                "trouble": self.visit.trouble,
            },
            "store": self.storage.as_ref().map(|storage| json!({
                "address": storage.address,
                "kind": storage.dialect.map(Dialect::name),
                "trouble": storage.trouble,
            })),
            "span": self.probe.as_ref().map(|probe| json!({
                "trace": probe.trace.to_string(),
                "endpoint": probe.endpoint,
                "trouble": probe.trouble,
                "foundMillis": probe.found.map(whole),
            })),
            "lamps": self.rungs().into_iter().map(rung).collect::<Vec<_>>(),
            "checks": self.checks().into_iter().map(rung).collect::<Vec<_>>(),
            "services": self.services,
            "finding": finding,
        })
    }
}

fn whole(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
