//! A trace as the request that it begins with.

use trace::attribute::{Value, key};
use trace::framework::Badges;
use trace::ladder::Ladder;
use trace::request::{Api, TracedRequest};
use trace::{Kind, SessionId, Span, SpanId, Timestamp, TraceId};

/// What a trace is, as whoever sums it up says.
#[derive(Debug)]
pub(super) struct Brief<'a> {
    pub(super) trace: TraceId,
    pub(super) session: Option<SessionId>,
    /// Who has its root.
    pub(super) service: &'a str,
    /// The root's name.
    pub(super) name: &'a str,
    pub(super) start: Timestamp,
    pub(super) millis: f64,
    pub(super) spans: u32,
    pub(super) errors: u32,
}

impl Brief<'_> {
    /// As a request; what is asked for is read out of the root's name. A list does not say which span is
    /// the root, so its place is taken by an id that no span of it has to have.
    pub(super) fn request(&self) -> Option<TracedRequest> {
        let (method, url) = self.name.split_once(' ').unwrap_or(("", self.name));
        Some(TracedRequest {
            trace: self.trace,
            span: SpanId::from_bytes(self.trace.as_bytes().get(8..)?).ok()?,
            session: self.session,
            api: Api::Document,
            method: method.to_owned(),
            url: url.to_owned(),
            status: None,
            start: self.start,
            millis: Some(self.millis),
            error: None,
            ladder: Ladder::default(),
            spans: self.spans,
            errors: self.errors,
            service: self.service.to_owned(),
            environment: String::new(),
            badges: Badges::default(),
            call: String::new(),
        })
    }
}

/// Spans of one trace as a request; of a session where that is known. `None` where there is no span.
pub(super) fn of(spans: &[Span], session: Option<SessionId>) -> Option<TracedRequest> {
    let known = |id: SpanId| spans.iter().any(|span| span.id == id);
    // Above all others, or above what is here of a trace that is not whole.
    let top = |span: &&Span| span.parent.is_none_or(|parent| !known(parent));
    let first = |span: &&Span| (span.parent.is_some(), span.start);
    let root = spans.iter().filter(top).min_by_key(first).or_else(|| spans.first())?;
    let start = spans.iter().map(|span| span.start).min()?;
    let end = spans.iter().map(|span| span.end).max()?;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let brief = Brief {
        trace: root.trace,
        session: session.or_else(|| spans.iter().find_map(of_session)),
        service: root.service(),
        name: &root.name,
        start,
        millis: end.since(start).as_secs_f64() * 1e3,
        spans: number(spans.len()),
        errors: number(spans.iter().filter(|span| span.failed()).count()),
    };
    let mut request = brief.request()?;
    request.span = root.id;
    root.resource.environment().clone_into(&mut request.environment);
    if root.kind == Kind::Client {
        request.api = Api::Fetch;
    }
    // What Jaeger and Zipkin keep is often said in the older words.
    if let Some(method) = said(root, &[key::HTTP_REQUEST_METHOD, "http.method"]) {
        method.clone_into(&mut request.method);
    }
    if let Some(url) =
        said(root, &[key::URL_FULL, "http.url", key::URL_PATH, "http.target", key::HTTP_ROUTE])
    {
        url.clone_into(&mut request.url);
    }
    let names = [key::HTTP_RESPONSE_STATUS_CODE, "http.status_code"];
    request.status = names.iter().find_map(|name| match root.attributes.get(name)? {
        Value::Int(status) => u16::try_from(*status).ok(),
        Value::Text(status) => status.parse().ok(),
        _ => None,
    });
    Some(request)
}

fn said<'a>(span: &'a Span, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| span.text(name).filter(|text| !text.is_empty()))
}

fn of_session(span: &Span) -> Option<SessionId> {
    let own = [&span.attributes, &span.resource.attributes];
    own.iter().find_map(|it| it.get(key::SESSION_ID)?.as_text()?.parse().ok())
}
