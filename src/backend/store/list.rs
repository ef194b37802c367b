//! Lists a store's newest traces within a time, of all sessions or of one: each as the request that it
//! begins with.
//!
//! Who sums traces up is asked for that; of all others whole traces come, fewer of them, and are
//! summed up here.

mod brief;
mod row;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use trace::request::TracedRequest;
use trace::{SessionId, Span, Timestamp, TraceId};

use super::search::{belongs, moment, services};
use super::{Answer, Ask, Dialect, Fault, JSON, Store, summary};
use crate::link::encode;

/// Traces that are listed, at most.
const MOST: usize = 200;
/// Whole traces that one question may give: they come with all their spans.
const WHOLE: usize = 20;
/// Services that are asked one by one, where a store wants a name.
const SERVICES: usize = 20;
/// So far back is asked where no time is named and the store wants one. Tempo refuses more
/// (`max_duration`, 168 h).
const BACK: Duration = Duration::from_hours(168);
/// Servers' clocks are wrong by this, and stores go by them.
const SLACK: Duration = Duration::from_hours(1);

/// Which traces are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within {
    /// Only those of this session.
    pub session: Option<SessionId>,
    /// Only what began then or later.
    pub from: Option<Timestamp>,
    /// Only what began before.
    pub to: Option<Timestamp>,
}

/// What a store listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// Requests, oldest first; each of a trace of its own.
    pub requests: Vec<TracedRequest>,
    /// Whether there may be more, because a limit was reached.
    pub more: bool,
    /// What began earlier was not asked for, though it was wanted.
    pub since: Option<Timestamp>,
    /// What went wrong, in the order of asking.
    pub faults: Vec<Fault>,
}

/// A listing that goes on.
#[derive(Clone, Debug)]
pub struct Listing {
    store: Store,
    within: Within,
    /// The latest time of which anything can be.
    end: Timestamp,
    /// Whether whole traces come, of Jaeger: older ones sum nothing up.
    whole: bool,
    steps: VecDeque<Step>,
    found: BTreeMap<TraceId, TracedRequest>,
    listed: Listed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Services,
    List(Option<String>),
}

impl Listing {
    /// Begins.
    #[must_use]
    pub fn new(store: Store, within: Within, now: Timestamp) -> Self {
        let mut listing = Self {
            end: within.to.unwrap_or_else(|| now.plus(SLACK)),
            whole: matches!(store.dialect, Dialect::JaegerJson | Dialect::Zipkin),
            store,
            within,
            steps: VecDeque::new(),
            found: BTreeMap::new(),
            listed: Listed::default(),
        };
        // Our collector, which speaks as Jaeger does, wants no time.
        if listing.store.dialect != Dialect::JaegerV3 {
            listing.limit();
        }
        let by_name = listing.store.dialect == Dialect::JaegerJson;
        listing.steps.push_back(if by_name { Step::Services } else { Step::List(None) });
        listing
    }

    /// What to ask next; `None` when all is asked. Until there is an answer, the same again.
    #[must_use]
    pub fn next(&self) -> Option<Ask> {
        let path = match self.steps.front()? {
            Step::Services => services(self.store.dialect).to_owned(),
            Step::List(service) => self.query(service.as_deref()),
        };
        Some(self.store.get(&path, JSON))
    }

    /// Takes the answer, or why there is none.
    pub fn heard(&mut self, answer: Result<&Answer, Fault>, now: Timestamp) {
        let Some(step) = self.steps.pop_front() else { return };
        let taken = answer.and_then(|answer| match &step {
            Step::Services => self.services(answer, now),
            Step::List(_) => self.list(answer, now),
        });
        if let Err(fault) = taken {
            self.failed(fault, step);
        }
    }

    /// What was listed so far.
    #[must_use]
    pub fn listed(mut self) -> Listed {
        let mut requests: Vec<_> = self.found.into_values().collect();
        requests.sort_by_key(|request| request.start);
        let over = requests.len().saturating_sub(MOST);
        self.listed.more |= over > 0;
        self.listed.requests = requests.split_off(over);
        self.listed
    }

    /// Asks in another way where a store has not this one, or notes what went wrong.
    fn failed(&mut self, fault: Fault, step: Step) {
        let jaeger = self.store.dialect == Dialect::JaegerV3;
        match (&fault, &step) {
            // What it does not know is a page of its own, before version 2.19.
            (Fault::Page { .. }, Step::List(_)) if jaeger && !self.whole => {
                self.whole = true;
                self.limit();
                return self.steps.push_front(step);
            }
            (Fault::Status { status: 400, said }, Step::List(None)) if jaeger => {
                // Jaeger on Cassandra or Badger.
                if said.to_ascii_lowercase().contains("service") {
                    return self.steps.push_front(Step::Services);
                }
                if self.within.from.is_none() {
                    self.limit();
                    return self.steps.push_front(step);
                }
            }
            _ => {}
        }
        if fault.is_general() {
            self.steps.clear();
        }
        self.listed.faults.push(fault);
    }

    /// Has a time named, which is no longer than a store takes.
    fn limit(&mut self) {
        let nanos = u64::try_from(BACK.as_nanos()).unwrap_or(u64::MAX);
        let first = Timestamp::from_nanos(self.end.nanos().saturating_sub(nanos));
        let tempo = matches!(self.store.dialect, Dialect::TempoV2 | Dialect::TempoV1);
        match self.within.from {
            Some(from) if from >= first || !tempo => {}
            from => {
                // Less than our slack nobody misses.
                let missed = from.is_none_or(|from| first.since(from) > SLACK);
                self.listed.since = missed.then_some(first);
                self.within.from = Some(first);
            }
        }
    }

    fn services(&mut self, answer: &Answer, now: Timestamp) -> Result<(), Fault> {
        if answer.sound(&self.store, now)? {
            let mut names = summary::services(&answer.reply.body)?;
            self.listed.more |= names.len() > SERVICES;
            names.truncate(SERVICES);
            self.steps.extend(names.into_iter().map(|name| Step::List(Some(name))));
        }
        Ok(())
    }

    fn list(&mut self, answer: &Answer, now: Timestamp) -> Result<(), Fault> {
        if !answer.sound(&self.store, now)? {
            return Ok(());
        }
        let session = self.within.session;
        let requests = match self.store.dialect {
            _ if self.whole => self.sum_up(self.store.spans(answer)?.accepted.spans),
            Dialect::TempoV2 | Dialect::TempoV1 => brief::tempo(&answer.reply.body, session)?,
            _ => brief::jaeger(&answer.reply.body, session)?,
        };
        self.listed.more |= requests.len() >= if self.whole { WHOLE } else { MOST };
        for request in requests {
            // A trace of several services comes with each.
            let known = self.found.get(&request.trace);
            if known.is_none_or(|known| known.spans < request.spans) {
                self.found.insert(request.trace, request);
            }
        }
        Ok(())
    }

    /// Makes a request of each trace.
    fn sum_up(&self, spans: Vec<Span>) -> Vec<TracedRequest> {
        let mut traces = BTreeMap::<TraceId, Vec<Span>>::new();
        for span in spans {
            traces.entry(span.trace).or_default().push(span);
        }
        // Some stores ignore what they do not know, and answer with anything.
        let of = |spans: &[Span]| {
            self.within.session.is_none_or(|id| spans.iter().any(|span| belongs(span, id)))
        };
        let traces = traces.values().filter(|spans| of(spans));
        traces.filter_map(|spans| row::of(spans, self.within.session)).collect()
    }

    fn query(&self, service: Option<&str>) -> String {
        let Within { session, from, .. } = self.within;
        let (from, to) = (from.unwrap_or(Timestamp::from_nanos(0)), self.end);
        let tags = session.map(|id| encode(&format!("{{\"session.id\":\"{id}\"}}")));
        let service = service.map(encode);
        let mut query = match self.store.dialect {
            Dialect::JaegerV3 => return self.jaeger(service, tags),
            // Quickwit refuses parameters that it does not know.
            Dialect::JaegerJson => format!(
                "/api/traces?service={}&start={}&end={}&limit={WHOLE}",
                service.unwrap_or_default(),
                from.nanos() / 1000,
                to.nanos() / 1000
            ),
            // Without a range Tempo looks into its newest data alone.
            Dialect::TempoV2 | Dialect::TempoV1 => {
                let of = session.map_or_else(String::new, |id| format!(".session.id = \"{id}\" "));
                format!(
                    "/api/search?q={}&start={}&end={}&limit={MOST}&spss=1",
                    encode(&format!("{{ {of}}}")),
                    from.millis() / 1000,
                    to.millis() / 1000
                )
            }
            Dialect::Zipkin => format!(
                "/api/v2/traces?endTs={}&lookback={}&limit={WHOLE}",
                to.millis(),
                to.millis().saturating_sub(from.millis())
            ),
        };
        match (self.store.dialect, session, tags) {
            (Dialect::JaegerJson, _, Some(tags)) => query.extend(["&tags=", &tags]),
            (Dialect::Zipkin, Some(id), _) => {
                query.extend(["&annotationQuery=", &encode(&format!("session.id={id}"))]);
            }
            _ => {}
        }
        query
    }

    /// Of Jaeger, version 3: what it sums up, or whole traces in both spellings, because those who
    /// sum nothing up know only the second.
    fn jaeger(&self, service: Option<String>, tags: Option<String>) -> String {
        let (path, most) = if self.whole { ("traces", WHOLE) } else { ("trace-summaries", MOST) };
        let mut query = format!("/api/v3/{path}?query.searchDepth={most}");
        if self.whole {
            query.push_str(&format!("&query.num_traces={most}"));
        }
        let time = |time| encode(&moment(time));
        let (first, last) = match self.within.from {
            Some(first) => (Some(time(first)), Some(time(self.end))),
            None => (None, self.within.to.map(time)),
        };
        for (new, old, value) in [
            ("startTimeMin", "start_time_min", first),
            ("startTimeMax", "start_time_max", last),
            ("serviceName", "service_name", service),
            ("attributes", "attributes", tags),
        ] {
            let Some(value) = value else { continue };
            query.extend(["&query.", new, "=", &value]);
            if self.whole && new != old {
                query.extend(["&query.", old, "=", &value]);
            }
        }
        query
    }
}

#[cfg(test)]
mod tests;
