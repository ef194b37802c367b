//! The sessions that the journal knows: what each traced, the newest first.

use trace::request::{Api, TracedRequest};
use trace::{SessionId, Timestamp};

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

/// The sessions of a list of requests, the one with the newest request first.
#[must_use]
pub fn sessions(requests: &[TracedRequest]) -> Vec<Past> {
    let mut all: Vec<Past> = Vec::new();
    for request in requests {
        let Some(id) = request.session else { continue };
        let at = all.iter().position(|past| past.id == id).unwrap_or_else(|| {
            let origin = origin(&request.url).to_owned();
            let (since, until) = (request.start, request.start);
            all.push(Past { id, since, until, origin, pages: 0, requests: 0, errors: 0 });
            all.len() - 1
        });
        let Some(past) = all.get_mut(at) else { continue };
        past.since = past.since.min(request.start);
        past.until = past.until.max(request.start);
        past.pages += u64::from(request.api == Api::Document);
        past.requests += 1;
        past.errors += u64::from(request.errors);
    }
    all.sort_by(|a, b| b.until.cmp(&a.until).then(b.id.cmp(&a.id)));
    all
}

/// The last session of an origin, else the last one of all.
#[must_use]
pub fn last(sessions: &[Past], origin: &str) -> Option<SessionId> {
    let of = sessions.iter().find(|past| past.origin == origin);
    of.or_else(|| sessions.first()).map(|past| past.id)
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
        let found = sessions(&requests);
        let said: Vec<_> =
            found.iter().map(|past| (past.origin.as_str(), past.pages, past.requests)).collect();
        assert_eq!(said, [("https://shop.example", 1, 3), ("http://other.test:8080", 1, 1)]);
        assert_eq!(last(&found, "http://other.test:8080"), old);
        assert_eq!(last(&found, "http://unknown.test"), found.first().map(|past| past.id));
        assert_eq!(last(&[], ""), None);
    }
}
