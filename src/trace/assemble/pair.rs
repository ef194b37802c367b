//! Pairs what the recorder saw of a request with what the browser timed of it.
//!
//! Nothing in Resource Timing says which call made a load, so they are paired by address and time.

use crate::record::{Request, Resource};
use crate::request::Api;

use super::id::{FNV, fnv};
use crate::order::order;

/// Browsers round both times, to 0.1 ms where the page is not isolated; milliseconds.
const SLACK: f64 = 0.1;

/// Who belongs to whom.
pub(super) struct Pairs {
    /// For each request, its resource.
    pub(super) resources: Vec<Option<usize>>,
    /// For each resource, whether a request has it.
    pub(super) taken: Vec<bool>,
}

/// Resource Timing's names leave the fragment out in some browsers and not in others.
pub(super) fn address(url: &str) -> &str {
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
    let calls = requests.iter().map(|it| (Some(it.api), address(&it.url)));
    let loads = resources.iter().map(|it| (api(it), address(&it.timing.name)));
    // By a sum over the address first: long addresses differ only at their ends.
    let keys: Vec<_> =
        calls.chain(loads).map(|(api, url)| (fnv(FNV, url.as_bytes()), api, url)).collect();
    let sum = |at: usize| keys.get(at).map_or(0, |key| key.0);
    let order = order(keys.len(), &sum, &|a, b| keys.get(a).cmp(&keys.get(b)));
    let mut pairs =
        Pairs { resources: vec![None; requests.len()], taken: vec![false; resources.len()] };
    for group in order.chunk_by(|a, b| keys.get(*a) == keys.get(*b)) {
        // The sort keeps them in their order: all calls before all loads.
        let split = group.partition_point(|at| *at < requests.len());
        let (calls, loads) = group.split_at(split);
        let loads = loads.iter().map(|at| at - requests.len()).collect();
        pairs.group(calls, loads, requests, resources);
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
    fn group(
        &mut self,
        calls: &[usize],
        mut loads: Vec<usize>,
        requests: &[&Request],
        resources: &[&Resource],
    ) {
        for call in calls.iter().rev() {
            let request = requests[*call];
            let began = |load: &usize| resources[*load].timing.start_time.0;
            while loads.pop_if(|load| began(load) > request.end.0 + SLACK).is_some() {}
            if let Some(load) = loads.pop_if(|load| began(load) >= request.start.0 - SLACK) {
                self.resources[*call] = Some(load);
                self.taken[load] = true;
            }
        }
    }
}
