//! Finds each body its request, and says of it what the user allowed.
//!
//! The body script and the recorder wrap the same `fetch` and know nothing of each other, so they are
//! joined by address and time: a call takes no time in which another could begin.

use std::collections::BTreeMap;

use crate::attribute::{Attributes, Value, key};
use crate::record::{Body, Request};
use crate::request::Api;

use super::put_text;

/// Browsers round both times, to 0.1 ms where the page is not isolated; milliseconds.
const SLACK: f64 = 0.1;
/// Where the recorder is called first, it begins this much before the body script at most.
const BEFORE: f64 = 20.0;
/// Requests that a body is compared with, at most: a page may forge any number of one moment.
const MOST: usize = 64;
/// Stands for a value that is not known.
const REDACTED: &str = "REDACTED";

/// The bodies of requests, by the request's place.
pub(super) type Bodies<'a> = BTreeMap<usize, Vec<&'a Body>>;

/// Gives each body to its request; both must be sorted by their start.
pub(super) fn meet<'a>(requests: &[&Request], bodies: &[&'a Body]) -> Bodies<'a> {
    let mut met = Bodies::new();
    let mut last: Option<(&Body, usize)> = None;
    for body in bodies {
        // What a request was answered is told apart from what it said.
        let again = last.filter(|(told, _)| same(told, body)).map(|(_, at)| at);
        let Some(at) = again.or_else(|| find(requests, body, &met)) else { continue };
        met.entry(at).or_default().push(body);
        last = Some((body, at));
    }
    met
}

fn same(one: &Body, other: &Body) -> bool {
    one.at == other.at && one.until == other.until && one.url == other.url
}

/// The first request that began within the body's call and has no body; else the last shortly before.
fn find(requests: &[&Request], body: &Body, met: &Bodies<'_>) -> Option<usize> {
    let from = requests.partition_point(|request| request.start.0 < body.at.0 - SLACK);
    let fits = |at: &usize| {
        requests
            .get(*at)
            .is_some_and(|request| request.api == Api::Fetch && request.url == body.url)
            && !met.contains_key(at)
    };
    let start = |at: usize| requests.get(at).map_or(f64::NAN, |request| request.start.0);
    let mut within = (from..requests.len().min(from.saturating_add(MOST)))
        .take_while(|at| start(*at) <= body.until.0 + SLACK);
    let mut before =
        (from.saturating_sub(MOST)..from).rev().take_while(|at| start(*at) >= body.at.0 - BEFORE);
    within.find(fits).or_else(|| before.find(fits))
}

/// The GraphQL operation that a request's body names; empty where it names none.
pub(super) fn operation<'a>(bodies: &[&'a Body]) -> &'a str {
    let mut named = bodies.iter().map(|body| body.operation.as_str());
    named.find(|operation| !operation.is_empty()).unwrap_or_default()
}

/// Says what a Server Action was called with and answered. Of a field whose value is not known, its
/// name; what stands there already stays.
pub(super) fn describe(attributes: &mut Attributes, bodies: &[&Body]) {
    let mut fields: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for field in bodies.iter().flat_map(|body| &body.fields) {
        let value = field.value.as_deref().unwrap_or(REDACTED).into();
        fields.entry(&field.name).or_default().push(value);
    }
    for (name, mut values) in fields {
        let value =
            if values.len() > 1 { Value::List(values) } else { values.pop().unwrap_or_default() };
        attributes.insert(format!("{}{name}", key::FORM), value);
    }
    for body in bodies {
        put_text(attributes, key::ACTION_RESPONSE, &body.response);
    }
}
