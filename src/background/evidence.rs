//! Evidence for the ladder: the browser's events, the store's answers.

use bridge::Told;
use trace::ladder::Way;
use trace::observe::Seen;
use trace::origin::Origin;
use trace::state::State;
use trace::{TraceContext, TraceId, redact};
use webext::{clock, permissions};

use crate::browser::{Details, Header};
use crate::worker::Core;

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

impl Core {
    /// Takes in what the store said.
    pub(crate) fn told(&mut self, trace: TraceId, told: Told) {
        let Told { asked, status, trouble } = told;
        self.unasked.clone_from(&trouble);
        if let Some(page) = self.state.pages.get_mut(&trace) {
            let at = clock::now().millis();
            (page.ladder.asked, page.ladder.status, page.ladder.at) = (asked, status, at);
            page.watch.answered(trouble);
        }
    }
}
