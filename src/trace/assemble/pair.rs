//! Pairs what the recorder saw of a request with what the browser timed of it.
//!
//! Nothing in Resource Timing says which call made a load, so they are paired by address and time.

use std::collections::BTreeMap;

use crate::record::{Request, Resource};
use crate::request::Api;

/// Browsers round both times, to 0.1 ms where the page is not isolated; milliseconds.
const SLACK: f64 = 0.1;

/// Who belongs to whom.
pub(super) struct Pairs {
    /// For each request, its resource.
    pub(super) resources: Vec<Option<usize>>,
    /// For each resource, whether a request has it.
    pub(super) taken: Vec<bool>,
}

/// Calls and loads of one address, by their place in the lists.
#[derive(Default)]
struct Group {
    requests: Vec<usize>,
    resources: Vec<usize>,
}

/// Resource Timing's names leave the fragment out in some browsers and not in others.
fn address(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

/// What a resource was asked for with; `None` when no script asked.
fn api(resource: &Resource) -> Option<Api> {
    match resource.initiator_type.as_str() {
        "fetch" => Some(Api::Fetch),
        "xmlhttprequest" => Some(Api::Xhr),
        _ => None,
    }
}

/// Pairs requests with resources; both must be sorted by their start.
pub(super) fn pair(requests: &[&Request], resources: &[&Resource]) -> Pairs {
    let mut groups: BTreeMap<(Api, &str), Group> = BTreeMap::new();
    for (at, request) in requests.iter().enumerate() {
        groups.entry((request.api, address(&request.url))).or_default().requests.push(at);
    }
    for (at, resource) in resources.iter().enumerate() {
        let group =
            api(resource).and_then(|api| groups.get_mut(&(api, address(&resource.timing.name))));
        if let Some(group) = group {
            group.resources.push(at);
        }
    }
    let mut pairs =
        Pairs { resources: vec![None; requests.len()], taken: vec![false; resources.len()] };
    for group in groups.into_values() {
        pairs.group(group, requests, resources);
    }
    pairs
}

impl Pairs {
    /// A load begins within its call and before the next one, so the latest call takes the latest
    /// load that began after it. A call without a load is one that never reached the network.
    ///
    /// ```text
    /// calls   A====   B===      C==
    /// loads    1===    2==             C has none, B takes 2, A takes 1
    /// ```
    fn group(&mut self, group: Group, requests: &[&Request], resources: &[&Resource]) {
        let mut loads = group.resources.into_iter().rev().peekable();
        for call in group.requests.into_iter().rev() {
            let request = requests[call];
            let began = |at: &usize| resources[*at].timing.start_time.0;
            while loads.next_if(|at| began(at) > request.end.0 + SLACK).is_some() {}
            if let Some(load) = loads.next_if(|at| began(at) >= request.start.0 - SLACK) {
                self.resources[call] = Some(load);
                self.taken[load] = true;
            }
        }
    }
}
