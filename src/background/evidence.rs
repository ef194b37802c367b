//! Evidence for the ladder: the browser's events, the store's answers, the server's spans.

use backend::jaeger::{self, Error, Found};
use trace::completion::Progress;
use trace::contact::Purpose;
use trace::ladder::{Asked, Light, Way};
use trace::observe::Seen;
use trace::origin::Origin;
use trace::state::{Page, State};
use trace::{Span, Timestamp, TraceContext, TraceId, doctor, redact};
use webext::{clock, permissions};

use crate::browser::{Details, Header};
use crate::exporter;
use crate::worker::{Core, Worker};

/// What browsers call a request that was given up: by the user, for a download, for another one.
const GIVEN_UP: [&str; 2] = ["net::ERR_ABORTED", "NS_BINDING_ABORTED"];

/// What an event shows of a document request. `None` for one that shows nothing, and for a document
/// that is prepared for later.
pub(crate) fn read(name: &str, details: &Details, context: Option<TraceContext>) -> Option<Seen> {
    let url = || redact::url(&details.url);
    if details.document_lifecycle.as_ref().is_some_and(|life| life != "active") {
        return None;
    }
    let seen = match name {
        "sent" => Seen::Left { url: url(), method: details.method.clone(), context },
        "redirected" => Seen::Redirected { to: redact::url(&details.redirect_url) },
        "responded" => {
            let headers = details.response_headers.iter();
            let headers = headers.map(|Header { name, value }| (name.clone(), value.clone()));
            Seen::Responded { cached: details.from_cache, headers: headers.collect() }
        }
        "failed" if broken(details) => Seen::Failed { url: url() },
        "committed" => {
            let back = |qualifier: &String| qualifier == "forward_back";
            Seen::Shown { url: url(), kept: details.transition_qualifiers.iter().any(back) }
        }
        _ => return None,
    };
    Some(seen)
}

/// Whether a request failed by itself.
pub(crate) fn broken(details: &Details) -> bool {
    details.error.as_ref().is_some_and(|error| !GIVEN_UP.contains(&error.as_str()))
}

/// Where no request was seen, the user may have taken the permission back.
pub(crate) async fn bar(state: &mut State, tab: i32) {
    let missed = state.tabs.get_mut(&tab).and_then(|tab| tab.missed.as_mut());
    let Some(missed) = missed.filter(|missed| missed.ladder.way == Way::Worker) else { return };
    if let Ok(origin) = Origin::of(&missed.url) {
        missed.ladder.barred = permissions::has(&origin.pattern()).await == Ok(false);
    }
}

/// What a store said, and with which status.
pub(crate) type Told = (Asked, u16);

/// Asks the store for a trace. `Err` is a sentence for the user.
pub(crate) async fn ask(
    worker: &Worker,
    store: &str,
    trace: TraceId,
) -> (Result<Found, String>, Told) {
    if store.is_empty() {
        return (Ok(Found::NotYet), (Asked::Nobody, 0));
    }
    let Ok(reply) = exporter::ask(worker, Purpose::Ask, jaeger::trace(store, trace)).await else {
        return (Err(exporter::silent(store)), (Asked::Silent, 0));
    };
    let found = jaeger::read_trace(&reply);
    let asked = match &found {
        Ok(Found::Spans(_)) => Asked::Spans,
        Ok(Found::NotYet) => Asked::Absent,
        Err(Error::Status { .. }) => Asked::Refused,
        Err(Error::Body(_)) => Asked::Garbled,
    };
    (found.map_err(|error| error.to_string()), (asked, reply.status))
}

/// Takes in the server's spans of a page.
pub(crate) fn meet(page: &mut Page, server: &[Span]) {
    let end = page.wire.end.unwrap_or(Timestamp::from_nanos(u64::MAX));
    page.ladder.meet(page.context.document, (page.wire.start, end), server);
    page.ladder.spans = u32::try_from(server.len()).unwrap_or(u32::MAX);
}

/// Takes in how far a page's trace is, and lets the doctor name what is missing.
pub(crate) fn prove(page: &mut Page, now: Timestamp) {
    let progress = page.watch.progress(now);
    page.ladder.over = progress.over();
    page.ladder.complete = matches!(progress, Progress::Complete { .. });
    let finding = doctor::diagnose(&page.ladder).filter(|finding| finding.lamp.is_some());
    page.watch.blame(finding.map(|finding| finding.cause.title().to_owned()));
}

impl Core {
    /// Takes in what the store said.
    pub(crate) fn told(&mut self, trace: TraceId, (asked, status): Told) {
        if let Some(page) = self.state.pages.get_mut(&trace) {
            let at = clock::now().millis();
            (page.ladder.asked, page.ladder.status, page.ladder.at) = (asked, status, at);
        }
    }

    /// What the lamps of a page show.
    pub(crate) fn lights(&self, trace: TraceId) -> Option<[Light; 5]> {
        self.state.pages.get(&trace).map(|page| page.ladder.lights())
    }
}
