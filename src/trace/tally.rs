//! Counts the spans of each traced request: those at and below its client span, and of a document
//! what no request lies above, such as the page itself. So every span of a page counts once.
//! Gathers besides what these spans say of the request: who answered, and which framework.

use crate::attribute::key;
use crate::framework::{self, Badges};
use crate::request::{Api, TracedRequest};
use crate::seen::Seen;
use crate::{Kind, Span, SpanId, TraceId};

/// No request, or none so far.
const NOBODY: usize = usize::MAX;

/// Writes the counts, and the service that answered, into the requests of one trace.
pub fn tally(requests: &mut [TracedRequest], spans: &[&Span]) {
    for request in requests.iter_mut() {
        (request.spans, request.errors, request.badges) = (0, 0, Badges::default());
    }
    let document = requests.iter().position(|request| request.api == Api::Document);
    for (span, owner) in spans.iter().zip(owners(requests, spans)) {
        let at = if owner == NOBODY { document } else { Some(owner) };
        let Some(request) = at.and_then(|at| requests.get_mut(at)) else { continue };
        request.spans = request.spans.saturating_add(1);
        request.errors = request.errors.saturating_add(u32::from(span.failed()));
        if span.kind == Kind::Server && span.parent == Some(request.span) {
            span.service().clone_into(&mut request.service);
            span.resource.environment().clone_into(&mut request.environment);
        }
        // What a script loads besides has badges of its own, which are not the document's.
        if span.id == request.span || !span.attributes.contains_key(key::FRAMEWORK) {
            request.badges |= framework::badges(span);
        }
        if span.id == request.span {
            span.text(key::CALL).unwrap_or_default().clone_into(&mut request.call);
        }
    }
}

/// For each span the nearest request at or above it.
fn owners(requests: &[TracedRequest], spans: &[&Span]) -> Vec<usize> {
    let mut places = index(spans.iter().map(|span| (span.trace, span.id)));
    let mut asked = index(requests.iter().map(|request| (request.trace, request.span)));
    let mut owners: Vec<Option<usize>> = vec![None; spans.len()];
    for start in 0..spans.len() {
        let (mut path, mut at, mut owner) = (Vec::new(), Some(start), NOBODY);
        while let Some(here) = at {
            if let Some(known) = owners[here] {
                owner = known;
                break;
            }
            // Until it is known better: a cycle leads back here, and then belongs to nobody.
            owners[here] = Some(NOBODY);
            path.push(here);
            let span = spans[here];
            if let Some(of) = place(&mut asked, span.trace, span.id) {
                owner = of;
                break;
            }
            at = span.parent.and_then(|parent| place(&mut places, span.trace, parent));
        }
        for here in path {
            owners[here] = Some(owner);
        }
    }
    owners.into_iter().map(|owner| owner.unwrap_or(NOBODY)).collect()
}

/// The place of each in a list; of doubled ones, the first.
fn index(ids: impl Iterator<Item = (TraceId, SpanId)>) -> Seen {
    let mut index = Seen::default();
    for (at, (trace, span)) in ids.enumerate() {
        if let (place, true) = index.enter(trace, span) {
            *place = at as u64;
        }
    }
    index
}

fn place(index: &mut Seen, trace: TraceId, span: SpanId) -> Option<usize> {
    index.note(trace, span).and_then(|at| usize::try_from(*at).ok())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::span::Dropped;
    use crate::{Attributes, Resource, Scope, Status, Timestamp};

    fn id(number: u64) -> SpanId {
        SpanId::mint(number.to_be_bytes()).unwrap()
    }

    fn trace() -> TraceId {
        TraceId::mint([7; 16]).unwrap()
    }

    fn span(number: u64, parent: u64, kind: Kind) -> Span {
        let resource = Resource {
            attributes: Attributes::from([
                ("service.name".to_owned(), "shop".into()),
                ("deployment.environment".to_owned(), "staging".into()),
            ]),
            schema: String::new(),
        };
        Span {
            trace: trace(),
            id: id(number),
            parent: SpanId::mint(parent.to_be_bytes()),
            state: String::new(),
            flags: 1,
            name: String::new(),
            kind,
            start: Timestamp::default(),
            end: Timestamp::default(),
            attributes: Attributes::new(),
            events: Vec::new(),
            links: Vec::new(),
            status: Status::Unset,
            dropped: Dropped::default(),
            resource: Arc::new(resource),
            scope: Arc::new(Scope::default()),
        }
    }

    fn request(number: u64, api: Api) -> TracedRequest {
        TracedRequest {
            trace: trace(),
            span: id(number),
            session: None,
            api,
            method: "GET".to_owned(),
            url: String::new(),
            status: None,
            start: Timestamp::default(),
            millis: None,
            error: None,
            ladder: crate::ladder::Ladder::default(),
            spans: 9,
            errors: 9,
            service: String::new(),
            environment: String::new(),
            badges: Badges::default(),
            call: String::new(),
        }
    }

    fn counts(requests: &mut [TracedRequest], spans: &[Span]) -> Vec<(u32, u32)> {
        tally(requests, &spans.iter().collect::<Vec<_>>());
        requests.iter().map(|request| (request.spans, request.errors)).collect()
    }

    #[test]
    fn each_span_counts_for_the_nearest_request_above_it() {
        // 1 page ── 2 document ── 3 server ── 4 statement (failed)
        //        ├─ 5 fetch ───── 6 server
        //        └─ 7 image
        let mut spans = vec![
            span(1, 0, Kind::Internal),
            span(2, 1, Kind::Client),
            span(3, 2, Kind::Server),
            span(4, 3, Kind::Client),
            span(5, 1, Kind::Client),
            span(6, 5, Kind::Server),
            span(7, 1, Kind::Client),
        ];
        spans[3].status = Status::Error(String::new());
        let mut requests = [request(2, Api::Document), request(5, Api::Fetch)];
        assert_eq!(counts(&mut requests, &spans), [(5, 1), (2, 0)]);
        assert_eq!((&*requests[1].service, &*requests[1].environment), ("shop", "staging"));
        spans.reverse();
        assert_eq!(counts(&mut requests, &spans), [(5, 1), (2, 0)], "in any order");
    }

    #[test]
    fn a_request_is_badged_by_its_own_span_and_by_its_server_s() {
        let mut own = span(5, 1, Kind::Client);
        let found = framework::of("POST", "https://a.test/cart", "next-action:7f8a2c4be19d", "");
        found.unwrap().describe(&mut own);
        let mut middleware = span(6, 5, Kind::Internal);
        let kind = ("next.span_type".to_owned(), "Middleware.execute".into());
        middleware.attributes.extend([kind]);
        let mut prefetch = span(7, 1, Kind::Client);
        let found = framework::of("GET", "https://a.test/x", "rsc:1\tnext-router-prefetch:1", "");
        found.unwrap().describe(&mut prefetch);
        let spans = [span(2, 1, Kind::Client), own, middleware, prefetch];
        let mut requests = [request(2, Api::Document), request(5, Api::Fetch)];
        counts(&mut requests, &spans);
        assert!(requests[0].badges.is_empty());
        assert_eq!(requests[1].badges, Badges::SERVER_ACTION | Badges::MIDDLEWARE);
        assert_eq!(requests[1].call, "7f8a2c4be1");
    }

    #[test]
    fn cycles_and_orphans_belong_to_the_document() {
        let spans = [
            span(2, 0, Kind::Client),
            span(10, 11, Kind::Internal),
            span(11, 10, Kind::Internal),
            span(12, 99, Kind::Internal),
            span(13, 13, Kind::Internal),
        ];
        assert_eq!(counts(&mut [request(2, Api::Document)], &spans), [(5, 0)]);
        assert_eq!(counts(&mut [request(8, Api::Fetch)], &spans), [(0, 0)]);
    }
}
