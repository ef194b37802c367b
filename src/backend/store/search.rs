//! Finds the traces of a session: by id what is known, then by search what is not.
//!
//! A search lags behind (Tempo's by half a minute), while an id is found at once. What a store found
//! is checked here, for some ignore what they do not know and answer with anything.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use otlp::Rejected;
use trace::attribute::{Attributes, key};
use trace::sought::Wanted;
use trace::time::civil;
use trace::{SessionId, Span, Timestamp, TraceId};

use super::{Answer, Ask, Dialect, Fault, Found, JSON, Store, Trace, summary};
use crate::link::encode;

/// Traces that one search may give.
const LIMIT: usize = 100;
/// Services that are searched one by one, where a store wants a name.
const SERVICES: usize = 30;
/// Servers' clocks are wrong by this, and stores go by them.
const SLACK: Duration = Duration::from_hours(1);
/// Tempo refuses a longer range (`max_duration`, 168 h).
const RANGE: Duration = Duration::from_hours(168);
/// So long after a span came no search can be believed.
const LAG: Duration = Duration::from_secs(45);

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// Traces of the session.
    pub traces: BTreeMap<TraceId, Trace>,
    /// Known traces that the store has not, or not yet.
    pub absent: Vec<TraceId>,
    /// Spans that could not be read in answers to searches.
    pub rejected: Rejected,
    /// Whether there may be more, because a limit was reached.
    pub more: bool,
    /// What went wrong, in the order of asking.
    pub faults: Vec<Fault>,
}

/// A search that goes on.
#[derive(Clone, Debug)]
pub struct Search {
    store: Store,
    wanted: Wanted,
    steps: VecDeque<Step>,
    findings: Findings,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Asks for a trace that is known to be of the session.
    Trace(TraceId),
    /// As above, for one that only a search says is.
    Found(TraceId),
    Services,
    Session(Option<String>),
}

impl Search {
    /// Begins.
    #[must_use]
    pub fn new(store: Store, wanted: Wanted) -> Self {
        let steps = wanted.known.iter().copied().map(Step::Trace).collect();
        let mut search = Self { store, wanted, steps, findings: Findings::default() };
        // What came before that is not looked for.
        search.findings.more = search.is_bounded() && search.back() > RANGE;
        if search.store.dialect == Dialect::JaegerJson {
            search.by_service();
        } else {
            search.steps.push_back(Step::Session(None));
        }
        search
    }

    /// What to ask next; `None` when all is asked. Until there is an answer, the same again.
    #[must_use]
    pub fn next(&self) -> Option<Ask> {
        Some(match self.steps.front()? {
            Step::Trace(id) | Step::Found(id) => self.store.trace(*id),
            Step::Services => self.store.get(services(self.store.dialect), JSON),
            Step::Session(service) => {
                self.store.get(&self.query(service.as_deref()), "application/json")
            }
        })
    }

    /// Takes the answer, or why there is none.
    pub fn heard(&mut self, answer: Result<&Answer, Fault>, now: Timestamp) {
        let Some(step) = self.steps.pop_front() else { return };
        let result = answer.and_then(|answer| match &step {
            Step::Trace(id) => self.trace(*id, answer, now, true),
            Step::Found(id) => self.trace(*id, answer, now, false),
            Step::Services => self.services(answer, now),
            Step::Session(_) => self.session(answer, now),
        });
        let Err(fault) = result else { return };
        // Jaeger on Cassandra or Badger, and before its version 2.19.
        if let Fault::Status { status: 400, said } = &fault
            && step == Step::Session(None)
            && said.to_ascii_lowercase().contains("service")
        {
            return self.by_service();
        }
        if fault.is_general() {
            self.steps.clear();
        }
        self.findings.faults.push(fault);
    }

    /// What was found so far.
    #[must_use]
    pub fn findings(self) -> Findings {
        self.findings
    }

    /// In how long the same search may find more, because what it looks for came just now; `None`
    /// when it can be believed.
    #[must_use]
    pub fn again(&self, now: Timestamp) -> Option<Duration> {
        let believed = self.wanted.to.plus(LAG);
        (believed > now).then(|| believed.since(now))
    }

    /// Whether the store refuses a range that is too long.
    const fn is_bounded(&self) -> bool {
        matches!(self.store.dialect, Dialect::TempoV2 | Dialect::TempoV1)
    }

    /// How long a time is looked through.
    fn back(&self) -> Duration {
        let Wanted { from, to, .. } = self.wanted;
        to.plus(SLACK).since(from).saturating_add(SLACK)
    }

    fn by_service(&mut self) {
        if self.wanted.services.is_empty() {
            return self.steps.push_back(Step::Services);
        }
        self.findings.more |= self.wanted.services.len() > SERVICES;
        let names = self.wanted.services.iter().take(SERVICES).cloned();
        self.steps.extend(names.map(|name| Step::Session(Some(name))));
    }

    fn trace(
        &mut self,
        id: TraceId,
        answer: &Answer,
        now: Timestamp,
        known: bool,
    ) -> Result<(), Fault> {
        match self.store.read_trace(answer, now)? {
            // Of a part it cannot be said.
            Found::Trace(trace) if known || trace.partial.is_some() || self.ours(&trace) => {
                self.keep(id, trace);
            }
            Found::Trace(_) => {}
            Found::NotYet => self.findings.absent.push(id),
        }
        Ok(())
    }

    fn services(&mut self, answer: &Answer, now: Timestamp) -> Result<(), Fault> {
        if answer.sound(&self.store, now)? {
            self.wanted.services = summary::services(&answer.reply.body)?;
        }
        if !self.wanted.services.is_empty() {
            self.by_service();
        }
        Ok(())
    }

    fn session(&mut self, answer: &Answer, now: Timestamp) -> Result<(), Fault> {
        if !answer.sound(&self.store, now)? {
            return Ok(());
        }
        if matches!(self.store.dialect, Dialect::TempoV2 | Dialect::TempoV1) {
            let ids = summary::tempo(&answer.reply.body)?;
            self.findings.more |= ids.len() >= LIMIT;
            let new = ids.into_iter().filter(|id| !self.findings.traces.contains_key(id));
            // A store that heeds no limit is not asked for all that it names.
            self.steps.extend(new.take(LIMIT).map(Step::Found));
            return Ok(());
        }
        let accepted = self.store.spans(answer)?.accepted;
        for (reason, count) in accepted.rejected.reasons.iter() {
            self.findings.rejected.add_many(*reason, *count);
        }
        let mut traces = BTreeMap::<TraceId, Trace>::new();
        for span in accepted.spans {
            traces.entry(span.trace).or_default().accepted.spans.push(span);
        }
        self.findings.more |= traces.len() >= LIMIT;
        for (id, trace) in traces {
            if self.ours(&trace) {
                self.keep(id, trace);
            }
        }
        Ok(())
    }

    fn ours(&self, trace: &Trace) -> bool {
        trace.accepted.spans.iter().any(|span| belongs(span, self.wanted.session))
    }

    /// Of two answers about a trace the one with more of it stays.
    fn keep(&mut self, id: TraceId, trace: Trace) {
        self.findings.absent.retain(|absent| *absent != id);
        let known = self.findings.traces.entry(id).or_default();
        if trace.accepted.spans.len() >= known.accepted.spans.len() {
            *known = trace;
        }
    }

    fn query(&self, service: Option<&str>) -> String {
        let session = self.wanted.session;
        let to = self.wanted.to.plus(SLACK);
        let back = if self.is_bounded() { self.back().min(RANGE) } else { self.back() };
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let from = Timestamp::from_nanos(to.nanos().saturating_sub(nanos(back)));
        let tags = || encode(&format!("{{\"session.id\":\"{session}\"}}"));
        match self.store.dialect {
            Dialect::JaegerV3 => {
                let (first, last) = (encode(&moment(from)), encode(&moment(to)));
                // Both spellings: before version 2.19 there is only the second.
                let mut query = format!(
                    "/api/v3/traces?query.attributes={}&query.startTimeMin={first}&query.startTimeMax={last}\
                     &query.searchDepth={LIMIT}&query.start_time_min={first}&query.start_time_max={last}\
                     &query.num_traces={LIMIT}",
                    tags()
                );
                if let Some(service) = service.map(encode) {
                    query.push_str(&format!(
                        "&query.serviceName={service}&query.service_name={service}"
                    ));
                }
                query
            }
            // Quickwit refuses parameters that it does not know.
            Dialect::JaegerJson => format!(
                "/api/traces?service={}&tags={}&start={}&end={}&limit={LIMIT}",
                encode(service.unwrap_or_default()),
                tags(),
                from.nanos() / 1000,
                to.nanos() / 1000
            ),
            // Without a range Tempo looks into its newest data alone.
            Dialect::TempoV2 | Dialect::TempoV1 => format!(
                "/api/search?q={}&start={}&end={}&limit={LIMIT}&spss=1",
                encode(&format!("{{ .session.id = \"{session}\" }}")),
                from.millis() / 1000,
                to.millis() / 1000 + 1
            ),
            Dialect::Zipkin => format!(
                "/api/v2/traces?annotationQuery={}&endTs={}&lookback={}&limit={LIMIT}",
                encode(&format!("session.id={session}")),
                to.millis(),
                to.millis().saturating_sub(from.millis())
            ),
        }
    }
}

/// Where a store's services are listed.
pub(super) const fn services(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::JaegerV3 => "/api/v3/services",
        Dialect::Zipkin => "/api/v2/services",
        _ => "/api/services",
    }
}

/// Whether a span says that it belongs to a session, itself or by who recorded it.
pub(super) fn belongs(span: &Span, session: SessionId) -> bool {
    let says = |attributes: &Attributes| {
        let said = attributes.get(key::SESSION_ID).and_then(|value| value.as_text()?.parse().ok());
        said == Some(session)
    };
    says(&span.attributes) || says(&span.resource.attributes)
}

/// As RFC 3339 has it.
pub(super) fn moment(time: Timestamp) -> String {
    let seconds = time.nanos() / 1_000_000_000;
    let (year, month, day) = civil(i64::try_from(seconds / 86_400).unwrap_or_default());
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let nanos = time.nanos() % 1_000_000_000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z")
}

#[cfg(test)]
mod tests;
