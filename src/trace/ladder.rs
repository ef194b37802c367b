//! The ladder: what was observed of one request on its way from the browser to the trace store, and
//! which of its five lamps that lights.
//!
//! Owns evidence and lamps. Why the first dark lamp is dark is `doctor`'s to say.

mod evidence;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Said};
use crate::completion::{PATIENCE, QUIET};
use crate::origin::Origin;
use crate::record::Timing;
use crate::request::{Api, TracedRequest};
use crate::{Span, SpanId, Timestamp, TraceContext, TraceId};

pub use evidence::About;

/// How far a clock may be off before that is remarked upon. Servers finish work after they have
/// answered, and begin none before they were asked.
const DRIFT: Duration = Duration::from_secs(1);

/// One step of the proof that a request was traced, in the order in which they are climbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lamp {
    /// A context was minted, and all was set that puts it on the request.
    Armed,
    /// The request left the browser with it.
    Sent,
    /// The response says that the server took it.
    Acknowledged,
    /// The trace store has spans of the server.
    Found,
    /// Nothing is missing.
    Complete,
}

impl Lamp {
    /// All lamps, in order.
    pub const ALL: [Self; 5] =
        [Self::Armed, Self::Sent, Self::Acknowledged, Self::Found, Self::Complete];

    /// Its name, for the user.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Armed => "Armed",
            Self::Sent => "Sent",
            Self::Acknowledged => "Acknowledged",
            Self::Found => "Found",
            Self::Complete => "Complete",
        }
    }
}

/// What a lamp shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// It is proved.
    Lit,
    /// It did not happen: `doctor` knows why.
    Dark,
    /// It is not known yet.
    Waiting,
    /// Nobody was asked, or there is nothing to ask: neither good nor bad.
    Off,
}

impl Light {
    /// In one word, for the user.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lit => "yes",
            Self::Dark => "no",
            Self::Waiting => "not yet",
            Self::Off => "not asked",
        }
    }
}

/// Where a response came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// None came so far.
    #[default]
    Open,
    /// From a server.
    Network,
    /// From the browser's HTTP cache.
    Cache,
    /// From the page's own service worker.
    Worker,
    /// From nowhere: the request failed.
    Failed,
}

/// What the trace store said when it was asked last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// It was not asked yet.
    #[default]
    Not,
    /// No store is set, so none will be.
    Nobody,
    /// It does not answer.
    Silent,
    /// It answered with [`Ladder::status`], which is neither yes nor no.
    Refused,
    /// Its answer cannot be read.
    Garbled,
    /// It sends us to another address.
    Moved,
    /// Its answer is larger than what is read.
    Large,
    /// It has no such trace; [`Ladder::status`] says how it said so.
    Absent,
    /// It has spans of the trace.
    Spans,
}

/// One server that a request was sent to: more than one where it was redirected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hop {
    /// Scheme, host and port.
    #[serde(default)]
    pub origin: String,
    /// Whether the browser showed us what left. It does not for a host without permission.
    #[serde(default)]
    pub seen: bool,
    /// The context that it carried.
    #[serde(default)]
    pub context: Option<TraceContext>,
    /// Whether that is the one that was armed.
    #[serde(default)]
    pub ours: bool,
}

/// What is known of one request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub struct Ladder {
    /// The context that was armed for it.
    #[serde(default)]
    pub armed: Option<TraceContext>,
    /// Whether the extension may not touch the host that it went to.
    #[serde(default)]
    pub barred: bool,
    /// Whether its path is one of those that the user excluded.
    #[serde(default)]
    pub excluded: bool,
    /// Where it was sent, in order.
    #[serde(default)]
    pub hops: Vec<Hop>,
    /// Where its response came from.
    #[serde(default)]
    pub way: Way,
    /// What the response says of the trace.
    #[serde(default)]
    pub answer: Option<Answer>,
    /// The same where nobody has read it yet: the worker leaves that to those who show it.
    #[serde(default)]
    pub said: Option<Said>,
    /// What the store said last.
    #[serde(default)]
    pub asked: Asked,
    /// With which status; 0 for none.
    #[serde(default)]
    pub status: u16,
    /// When, milliseconds since the epoch.
    #[serde(default)]
    pub at: u64,
    /// The server's spans that the store has of it.
    #[serde(default)]
    pub spans: u32,
    /// Whether one of them is its child.
    #[serde(default)]
    pub joined: bool,
    /// Parents that are named but not there.
    #[serde(default)]
    pub missing: u32,
    /// Whether nothing is missing.
    #[serde(default)]
    pub complete: bool,
    /// Whether the wait is over.
    #[serde(default)]
    pub over: bool,
    /// How far the server's clock is ahead of the browser's, where it is plainly off; milliseconds.
    #[serde(default)]
    pub ahead: i64,
}

impl Ladder {
    /// A ladder whose first lamp is lit.
    #[must_use]
    pub fn armed(context: TraceContext) -> Self {
        Self { armed: Some(context), ..Self::default() }
    }

    /// The ladder of a script's request that carried a context, by what the browser timed of it.
    #[must_use]
    pub fn of(url: &str, context: TraceContext, timing: Option<&Timing>, failed: bool) -> Self {
        let mut ladder = Self::armed(context);
        ladder.left(url, Some(context), true);
        ladder.way = match timing {
            _ if failed => Way::Failed,
            Some(timing) if timing.cached() => Way::Cache,
            // A worker that asks the server itself lets its context through, as a rule.
            Some(timing) if timing.worker_start.0 > 0.0 && timing.transfer_size == 0 => Way::Worker,
            _ => Way::Network,
        };
        ladder.answer = timing.and_then(|timing| Answer::timed(&timing.server_timing));
        ladder
    }

    /// Whether the user's sampling rules left it out: it says our context, as one that nobody records.
    #[must_use]
    pub fn unsampled(&self) -> bool {
        let last = self.hops.last().filter(|hop| hop.ours);
        last.and_then(|hop| hop.context).is_some_and(|context| !context.sampled())
    }

    /// Whether nothing is to be proved, because the user would have it so.
    #[must_use]
    pub fn spared(&self) -> bool {
        self.excluded || self.unsampled()
    }

    /// Takes in that the request left, and with what. What a redirect announced is seen now.
    pub fn left(&mut self, url: &str, context: Option<TraceContext>, ours: bool) {
        let origin = place(url);
        self.hops.pop_if(|hop| !hop.seen && hop.origin == origin);
        self.hop(Hop { origin, seen: true, context, ours });
    }

    /// Takes in that the request is sent on elsewhere.
    pub fn redirected(&mut self, to: &str) {
        self.hop(Hop { origin: place(to), ..Hop::default() });
        (self.answer, self.said) = (None, None);
    }

    /// With what the response said read.
    #[must_use]
    pub fn heard(mut self) -> Self {
        if let Some(said) = self.said.take() {
            self.answer = said.read();
        }
        self.renewed(self.answer.as_ref().and_then(|answer| answer.trace));
        self
    }

    /// Takes in that somebody knows a trace. Where the server says that what the cache has is good still
    /// (304), browsers tell of the cache; but ids are new for each request, so whoever knows ours was asked.
    fn renewed(&mut self, known: Option<TraceId>) {
        let ours = self.armed.map(|context| context.trace);
        if self.way == Way::Cache && known.is_some() && known == ours {
            self.way = Way::Network;
        }
    }

    fn hop(&mut self, hop: Hop) {
        // Browsers give a chain up after twenty.
        if self.hops.len() < 32 {
            self.hops.push(hop);
        }
    }

    /// The trace that the server made instead of joining ours.
    #[must_use]
    pub fn other(&self) -> Option<TraceId> {
        let theirs = self.answer.as_ref()?.trace?;
        (Some(theirs) != self.armed.map(|context| context.trace)).then_some(theirs)
    }

    /// What all lamps show.
    #[must_use]
    pub fn lights(&self) -> [Light; 5] {
        Lamp::ALL.map(|lamp| self.light(lamp))
    }

    /// Takes in the server's spans of a request that took from `start` to `end`. A request without
    /// spans below it that the store was asked about long enough ago has none.
    pub fn meet(&mut self, own: SpanId, window: (Timestamp, Timestamp), server: &[Span]) {
        let ours = self.armed.map(|context| context.trace);
        let other = self.other();
        let first = |span: &&Span| match other {
            Some(other) => span.trace == other,
            None => Some(span.trace) == ours && span.parent == Some(own),
        };
        self.greet(window, server.iter().find(first));
    }

    /// Takes in the first of the server's spans of it.
    fn greet(&mut self, window: (Timestamp, Timestamp), first: Option<&Span>) {
        self.renewed(first.map(|span| span.trace));
        self.joined = first.is_some();
        self.ahead = first.map_or(0, |span| ahead(window, span.start));
    }

    /// What a lamp shows.
    #[must_use]
    pub fn light(&self, lamp: Lamp) -> Light {
        match lamp {
            Lamp::Armed if self.barred => Light::Dark,
            Lamp::Armed if self.armed.is_some() => Light::Lit,
            Lamp::Armed => Light::Off,
            Lamp::Sent => self.sent(),
            Lamp::Acknowledged => self.acknowledged(),
            Lamp::Found => self.found(),
            Lamp::Complete => self.completed(),
        }
    }

    /// The first lamp that is dark.
    #[must_use]
    pub fn first_dark(&self) -> Option<Lamp> {
        Lamp::ALL.into_iter().find(|lamp| self.light(*lamp) == Light::Dark)
    }

    /// Whether the context that was armed left with the last hop.
    fn sent(&self) -> Light {
        if self.armed.is_none() || self.barred || self.excluded {
            return Light::Off;
        }
        match (self.way, self.hops.last()) {
            (Way::Cache | Way::Worker, _) => Light::Dark,
            (_, Some(hop)) if hop.ours => Light::Lit,
            (_, Some(hop)) if hop.seen || self.way != Way::Open => Light::Dark,
            _ => Light::Waiting,
        }
    }

    fn acknowledged(&self) -> Light {
        let ours = self.armed.map(|context| context.trace);
        if self.sent() != Light::Lit {
            return self.after(Light::Off);
        }
        match &self.answer {
            _ if self.unsampled() => Light::Off,
            Some(answer) if answer.sampled == Some(false) => Light::Dark,
            Some(answer) if answer.trace.is_some() && answer.trace == ours => Light::Lit,
            Some(answer) if answer.trace.is_some() => Light::Dark,
            Some(answer) if answer.named => Light::Lit,
            _ if self.way == Way::Failed => Light::Dark,
            _ if self.over && self.barren() => Light::Dark,
            _ if self.way == Way::Open => Light::Waiting,
            _ => Light::Off,
        }
    }

    /// Whether the store answers and has nothing of the server. It may have what we sent ourselves.
    pub(crate) const fn barren(&self) -> bool {
        self.spans == 0 && matches!(self.asked, Asked::Absent | Asked::Spans)
    }

    fn found(&self) -> Light {
        match self.asked {
            _ if self.spans > 0 => Light::Lit,
            Asked::Nobody => Light::Off,
            _ if self.spared() => Light::Off,
            _ if self.sent() == Light::Dark => Light::Off,
            Asked::Silent | Asked::Refused | Asked::Garbled | Asked::Moved | Asked::Large => {
                Light::Dark
            }
            _ if self.over => self.after(Light::Dark),
            _ => self.after(Light::Waiting),
        }
    }

    fn completed(&self) -> Light {
        match self.light(Lamp::Found) {
            _ if self.complete => Light::Lit,
            Light::Lit if self.over => Light::Dark,
            Light::Lit | Light::Waiting => Light::Waiting,
            Light::Dark | Light::Off => Light::Off,
        }
    }

    /// What a lamp after Sent shows by itself: nothing as long as nothing was sent.
    fn after(&self, light: Light) -> Light {
        match self.sent() {
            Light::Lit => light,
            Light::Waiting => Light::Waiting,
            Light::Dark | Light::Off => Light::Off,
        }
    }
}

/// Where an address leads, as far as it can be read.
fn place(url: &str) -> String {
    Origin::of(url).map(|origin| origin.to_string()).unwrap_or_default()
}

/// How far a server's clock is ahead, judged by when its span began: plainly before the request was
/// made or after its response was there. Milliseconds.
fn ahead((start, end): (Timestamp, Timestamp), began: Timestamp) -> i64 {
    let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    if start.since(began) > DRIFT {
        -millis(start.since(began))
    } else if began.since(end) > DRIFT {
        millis(began.since(start))
    } else {
        0
    }
}

/// The first span of each trace, and below each span.
#[derive(Default)]
struct Firsts<'a> {
    traces: BTreeMap<TraceId, &'a Span>,
    children: BTreeMap<(TraceId, SpanId), &'a Span>,
}

impl<'a> Firsts<'a> {
    fn of(spans: &'a [Span]) -> Self {
        let mut firsts = Self::default();
        for span in spans {
            firsts.traces.entry(span.trace).or_insert(span);
            if let Some(parent) = span.parent {
                firsts.children.entry((span.trace, parent)).or_insert(span);
            }
        }
        firsts
    }
}

/// Lights the lamps of a page's requests: the document's as the page's own, those of the others by
/// what the page knows of the store and by the server's spans.
pub fn climb(requests: &mut [TracedRequest], page: &Ladder, server: &[Span]) {
    let firsts = Firsts::of(server);
    let own = page.armed.map(|context| context.trace);
    for request in requests {
        if request.api == Api::Document {
            request.ladder = page.clone();
            continue;
        }
        if request.api == Api::Page {
            continue; // nothing was asked
        }
        let took = Duration::try_from_secs_f64(request.millis.unwrap_or_default() / 1e3);
        let end = request.start.plus(took.unwrap_or_default());
        let since = Duration::from_millis(page.at.saturating_sub(end.millis()));
        let ladder = &mut request.ladder;
        (ladder.asked, ladder.status, ladder.at) = (page.asked, page.status, page.at);
        if page.asked == Asked::Spans && Some(request.trace) != own {
            // Those are the page's; what there is of another trace is seen by itself.
            (ladder.asked, ladder.status) = (Asked::Absent, 0);
        }
        let first = match ladder.other() {
            Some(other) => firsts.traces.get(&other),
            None => firsts.children.get(&(request.trace, request.span)),
        };
        ladder.greet((request.start, end), first.copied());
        ladder.over = page.over && since >= PATIENCE;
        let nobody = page.asked == Asked::Nobody;
        ladder.complete = nobody || (ladder.joined && since >= QUIET);
        // All but the request itself.
        ladder.spans = if ladder.joined { request.spans.saturating_sub(1).max(1) } else { 0 };
    }
}

#[cfg(test)]
mod tests;
