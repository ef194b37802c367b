//! Rows of script errors: those that a page's root tells. What its operations tell is the same
//! again, so it counts only where the root is not there.

use std::collections::BTreeSet;

use crate::attribute::key;
use crate::fingerprint::{Thrown, fingerprint};
use crate::origin::Origin;
use crate::{Event, Span, Timestamp};

use super::agent::Agent;
use super::scene::{Role, Scene, URL};
use super::{ErrorRow, PageRow, said};

/// Name of the event.
const EXCEPTION: &str = "exception";
/// Errors taken from one trace: a page tells 32 kinds of them, another SDK as many as it likes.
const MOST: usize = 10_000;

/// The rows of a trace with this page.
pub(super) fn rows(scene: &Scene<'_>, page: Option<&PageRow>) -> Vec<ErrorRow> {
    let known = page.map_or("", |page| &page.url);
    let mut seen: BTreeSet<(Timestamp, String)> = BTreeSet::new();
    let mut rows = Vec::new();
    for (span, role) in scene.told() {
        let tells = match role {
            _ if !scene.browser(span) => false,
            _ if !scene.ours => true,
            Role::Page { .. } => true,
            _ => page.is_none() && span.text(key::OPERATION_TYPE).is_some(),
        };
        if !tells {
            continue;
        }
        let own = said::text(&span.attributes, &URL);
        let url = match role {
            Role::Page { .. } => own,
            _ => known,
        };
        for event in span.events.iter().filter(|event| event.name == EXCEPTION) {
            let fingerprint = named(event, url);
            if rows.len() < MOST && seen.insert((event.time, fingerprint.clone())) {
                rows.push(row(span, event, fingerprint, (url, page)));
            }
        }
    }
    rows
}

/// The fingerprint that an event has, or else would have been given.
fn named(event: &Event, url: &str) -> String {
    let told = said::first(&event.attributes, &[key::EXCEPTION_FINGERPRINT]);
    if !told.is_empty() {
        return told;
    }
    let text = |name: &str| said::text(&event.attributes, &[name]);
    let origin = Origin::of(url).map(|origin| origin.to_string()).unwrap_or_default();
    let thrown = Thrown {
        class: text(key::EXCEPTION_TYPE),
        message: text(key::EXCEPTION_MESSAGE),
        stack: text(key::EXCEPTION_STACKTRACE),
        url: text(key::CODE_FILE),
    };
    format!("{:016x}", fingerprint(thrown, &origin))
}

fn row(
    span: &Span,
    event: &Event,
    fingerprint: String,
    (url, page): (&str, Option<&PageRow>),
) -> ErrorRow {
    let text = |name: &str, limit| said::cut(said::text(&event.attributes, &[name]), limit);
    let session = said::of(span, &[key::SESSION_ID]);
    let of_page = || page.map(|page| page.session.clone()).unwrap_or_default();
    let (browser, version) = match page {
        Some(page) => (page.browser.clone(), page.version.clone()),
        None => {
            let resource = &span.resource.attributes;
            let agent = said::text(resource, &[key::USER_AGENT_ORIGINAL]);
            let agent = Agent::of(resource, &agent[..agent.floor_char_boundary(said::TEXT)]);
            (agent.browser, agent.version)
        }
    };
    ErrorRow {
        trace: Some(span.trace),
        span: Some(span.id),
        session: if session.is_empty() { of_page() } else { session },
        start: event.time,
        fingerprint,
        class: text(key::EXCEPTION_TYPE, said::WORD),
        message: text(key::EXCEPTION_MESSAGE, said::TEXT),
        file: text(key::CODE_FILE, said::ADDRESS),
        line: said::count(&event.attributes, key::CODE_LINE),
        column: said::count(&event.attributes, key::CODE_COLUMN),
        count: said::count(&event.attributes, key::EXCEPTION_COUNT).max(1),
        url: said::cut(url, said::ADDRESS),
        browser,
        version,
    }
}
