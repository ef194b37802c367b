//! The browser's events as evidence for the ladder.

use trace::observe::Seen;
use trace::{TraceContext, redact};

use crate::browser::{Details, Header};

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
