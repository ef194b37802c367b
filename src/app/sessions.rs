//! The sessions that the journal knows: what each traced, the newest first.

use std::collections::BTreeMap;

use trace::request::{Api, TracedRequest};
use trace::{SessionId, Timestamp, order};

/// A session, as its requests tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its id.
    pub id: SessionId,
    /// When its first request began.
    pub since: Timestamp,
    /// When its last one did.
    pub until: Timestamp,
    /// Where its first document came from: scheme, host and port.
    pub origin: String,
    /// Documents.
    pub pages: u64,
    /// Documents and API requests.
    pub requests: u64,
    /// Spans that failed.
    pub errors: u64,
}

/// The sessions of requests that come and go.
#[derive(Clone, Debug, Default)]
pub struct Sessions(BTreeMap<SessionId, Past>);

impl Sessions {
    /// Takes a request in.
    pub fn add(&mut self, request: &TracedRequest) {
        let Some(id) = request.session else { return };
        let new = || Past {
            id,
            since: request.start,
            until: request.start,
            origin: origin(&request.url).to_owned(),
            pages: 0,
            requests: 0,
            errors: 0,
        };
        let past = self.0.entry(id).or_insert_with(new);
        if request.start < past.since {
            past.since = request.start;
            origin(&request.url).clone_into(&mut past.origin);
        }
        past.until = past.until.max(request.start);
        past.pages += u64::from(request.api == Api::Document);
        past.requests += 1;
        past.errors += u64::from(request.errors);
    }

    /// Takes one out that was in.
    pub fn take(&mut self, request: &TracedRequest) {
        let Some(past) = request.session.and_then(|id| self.0.get_mut(&id)) else { return };
        past.pages = past.pages.saturating_sub(u64::from(request.api == Api::Document));
        past.requests = past.requests.saturating_sub(1);
        past.errors = past.errors.saturating_sub(u64::from(request.errors));
    }

    /// When one began.
    #[must_use]
    pub fn since(&self, id: SessionId) -> Option<Timestamp> {
        self.0.get(&id).map(|past| past.since)
    }

    /// So many at most, the one with the newest request first.
    #[must_use]
    pub fn newest(&self, most: usize) -> Vec<Past> {
        let mut all: Vec<&Past> = self.0.values().filter(|past| past.requests > 0).collect();
        order::sort_by_rank(&mut all, |past| u64::MAX - past.until.nanos());
        all.into_iter().take(most).cloned().collect()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.values().filter(|past| past.requests > 0).count()
    }

    /// The last session of an origin; `None` where there is none.
    #[must_use]
    pub fn last(&self, origin: &str) -> Option<SessionId> {
        let of = self.0.values().filter(|past| past.requests > 0 && past.origin == origin);
        of.max_by_key(|past| past.until).map(|past| past.id)
    }
}

fn origin(url: &str) -> &str {
    let path = url.find("://").and_then(|at| url[at + 3..].find('/').map(|end| at + 3 + end));
    path.map_or(url, |end| &url[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    #[test]
    fn requests_are_gathered_by_session_the_newest_first() {
        let mut requests = sample::requests();
        let old = SessionId::mint([8; 16]);
        let mut earlier = requests[0].clone();
        (earlier.session, earlier.start) = (old, Timestamp::from_nanos(5));
        earlier.url = "http://other.test:8080/x".to_owned();
        requests.insert(0, earlier);
        let mut single = requests[1].clone();
        single.session = None;
        requests.push(single);
        let mut all = Sessions::default();
        requests.iter().for_each(|request| all.add(request));
        let found = all.newest(9);
        let said: Vec<_> =
            found.iter().map(|past| (past.origin.as_str(), past.pages, past.requests)).collect();
        assert_eq!(said, [("https://shop.example", 1, 3), ("http://other.test:8080", 1, 1)]);
        assert_eq!(all.last("http://other.test:8080"), old);
        assert_eq!(all.last("http://unknown.test"), None);
        assert_eq!((all.count(), all.newest(1)), (2, found[..1].to_vec()));
        requests.iter().filter(|it| it.session == old).for_each(|it| all.take(it));
        assert_eq!((all.count(), all.last("http://other.test:8080")), (1, None));
    }
}
