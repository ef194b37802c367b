//! Client spans: what OpenTelemetry's conventions for HTTP say of a request that the browser made.

use std::borrow::Cow;

use crate::attribute::{Attributes, key};
use crate::ladder::Ladder;
use crate::origin::{Origin, OriginError};
use crate::record::{Request, Resource, Timing};
use crate::request::TracedRequest;
use crate::{Link, PageClock, PageMillis, Span, SpanId, Status, TraceId, redact};

use super::{FLAGS, Tracer, network, put, put_text};

/// Methods that a span may be named by; more would make its name a field of free text.
const KNOWN: [&str; 9] =
    ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
/// Stands for a method that is not known, or not told.
const OTHER: &str = "_OTHER";

/// A method as it goes out. Browsers write six methods in upper case, and no other (Fetch, method
/// normalization): `patch` stays what it is.
pub(super) fn sent(method: &str) -> Cow<'_, str> {
    let upper = method.to_ascii_uppercase();
    match upper.as_str() {
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => Cow::Owned(upper),
        _ => Cow::Borrowed(method),
    }
}

/// One word for what went wrong, whichever API told it.
fn reason(error: &str) -> &str {
    match error {
        "TimeoutError" | "timeout" => "timeout",
        "abort" => "AbortError",
        "error" => "NetworkError",
        other => other,
    }
}

/// A request that the browser made, and all that is known of it.
pub(super) struct Client<'a> {
    /// As it was given; [`OTHER`] when nobody told.
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) timing: Option<&'a Timing>,
    /// As somebody other than the timing saw it.
    pub(super) status: Option<u16>,
    pub(super) error: Option<&'a str>,
}

impl Client<'_> {
    /// The response's status. 0 is how browsers say that they do not tell.
    pub(super) fn status(&self) -> Option<u16> {
        let timed = self.timing.map(|timing| timing.response_status);
        self.status.into_iter().chain(timed).find(|status| (100..600).contains(status))
    }

    /// Names a span and tells what is known.
    pub(super) fn describe(&self, span: &mut Span, clock: PageClock) {
        let method = sent(self.method);
        let known = KNOWN.contains(&method.as_ref());
        if known { &*method } else { "HTTP" }.clone_into(&mut span.name);
        let attributes = &mut span.attributes;
        put(attributes, key::HTTP_REQUEST_METHOD, if known { &*method } else { OTHER });
        if !known && method != OTHER {
            put(attributes, key::HTTP_REQUEST_METHOD_ORIGINAL, &*method);
        }
        put(attributes, key::URL_FULL, redact::url(self.url));
        server(attributes, self.url);
        if let Some(timing) = self.timing {
            network::describe(attributes, timing);
            span.events = network::phases(clock, timing);
        }
        self.judge(span);
    }

    /// Tells how it ended: for a client, 4xx and 5xx are errors. The status says it all, so that
    /// the message is left to failures without one.
    fn judge(&self, span: &mut Span) {
        let status = self.status();
        if let Some(status) = status {
            put(&mut span.attributes, key::HTTP_RESPONSE_STATUS_CODE, i64::from(status));
        }
        let refused = status.filter(|status| *status >= 400);
        if let Some(error) = self.error.map(reason) {
            put(&mut span.attributes, key::ERROR_TYPE, error);
            span.status = Status::Error(error.to_owned());
        } else if let Some(status) = refused {
            put(&mut span.attributes, key::ERROR_TYPE, status.to_string());
            span.status = Status::Error(String::new());
        }
    }
}

/// Who is asked.
fn server(attributes: &mut Attributes, url: &str) {
    let (host, port) = match Origin::of(url) {
        Ok(Origin { secure, host, port }) => (host, port.unwrap_or(if secure { 443 } else { 80 })),
        Err(OriginError::Store(host)) => (host, 443),
        Err(OriginError::Scheme(_) | OriginError::Host) => return,
    };
    put(attributes, key::SERVER_ADDRESS, host.trim_matches(['[', ']']));
    put(attributes, key::SERVER_PORT, i64::from(port));
}

/// Whether an address leads to a server. The rest (`data:`, `blob:`, another extension's files) is
/// the browser's own business. An address that cannot be read was meant to lead somewhere.
fn remote(url: &str) -> bool {
    match Origin::of(url) {
        Err(OriginError::Scheme(scheme)) => scheme.is_empty(),
        _ => true,
    }
}

/// What sent the request: Resource Timing does not tell the method, but markup only ever gets.
fn method(resource: &Resource) -> &'static str {
    match resource.initiator_type.as_str() {
        "fetch" | "xmlhttprequest" => OTHER,
        "beacon" | "ping" => "POST",
        _ => "GET",
    }
}

/// The place in a trace that a request has.
struct Place {
    trace: TraceId,
    span: SpanId,
    parent: Option<SpanId>,
    /// Whether a context with just this place went out.
    sent: bool,
}

impl Tracer<'_> {
    /// Finds a script's request its place. A page's own context puts it into that context's trace.
    /// An id that is taken already, by a forger or by a page that sends the same context twice, is
    /// replaced by a derived one.
    fn place(&mut self, request: &Request) -> Place {
        let ours = self.page.context;
        let own = request.context.filter(|_| request.own);
        let (trace, span) =
            own.map_or((ours.trace, request.span), |context| (context.trace, context.span));
        let parent = (trace == ours.trace).then_some(ours.root);
        if self.ids.claim(trace, span) {
            let sent = request.context.is_some_and(|it| (it.trace, it.span) == (trace, span));
            return Place { trace, span, parent, sent };
        }
        let span = self.ids.derive(trace, &redact::url(&request.url), request.start);
        Place { trace, span, parent, sent: false }
    }

    /// The span of a script's request, and its row if a context went out with it. `None` when the
    /// request did not lead to a server.
    pub(super) fn request(
        &mut self,
        request: &Request,
        resource: Option<&Resource>,
    ) -> Option<(Span, Option<TracedRequest>)> {
        if !remote(&request.url) {
            return None;
        }
        let timing = resource.map(|resource| &resource.timing);
        let client = Client {
            method: &request.method,
            url: &request.url,
            timing,
            status: request.status,
            error: request.error.as_deref(),
        };
        let Place { trace, span: id, parent, sent } = self.place(request);
        // `fetch` is over for its script when the head is there; the load, when the body is.
        let body = timing.map_or(0.0, |timing| timing.response_end.0);
        let clock = self.page.clock;
        let (start, end) = (clock.at(request.start), clock.at(PageMillis(request.end.0.max(body))));
        let mut span = self.span(trace, id, start, end);
        span.parent = parent;
        if parent.is_none() {
            span.links.push(self.back());
        }
        client.describe(&mut span, clock);
        let initiator =
            if request.api == crate::request::Api::Xhr { "xmlhttprequest" } else { "fetch" };
        put(&mut span.attributes, key::INITIATOR_TYPE, initiator);
        let context = request.context.filter(|_| sent);
        let traced = context.map(|context| {
            let ladder = Ladder::of(client.url, context, timing, client.error.is_some());
            TracedRequest { ladder, ..self.traced(&span, request.api, &client, true) }
        });
        Some((span, traced))
    }

    /// From a span in the page's own trace back to the page's load.
    fn back(&self) -> Link {
        let context = self.page.context;
        Link {
            trace: context.trace,
            span: context.root,
            state: String::new(),
            flags: FLAGS,
            attributes: Attributes::new(),
        }
    }

    /// The span of something that was loaded. `None` when no server was asked.
    pub(super) fn resource(&mut self, resource: &Resource) -> Option<Span> {
        let Resource { timing, initiator_type, render_blocking_status } = resource;
        if !remote(&timing.name) {
            return None;
        }
        let url = redact::url(&timing.name);
        let trace = self.page.context.trace;
        let id = self.ids.derive(trace, &url, timing.start_time);
        let clock = self.page.clock;
        // A load that failed early has no end in some browsers.
        let end = PageMillis(timing.response_end.0.max(timing.start_time.0));
        let mut span = self.span(trace, id, clock.at(timing.start_time), clock.at(end));
        let client = Client {
            method: method(resource),
            url: &url,
            timing: Some(timing),
            status: None,
            error: None,
        };
        client.describe(&mut span, clock);
        put_text(&mut span.attributes, key::INITIATOR_TYPE, initiator_type);
        put_text(&mut span.attributes, key::RENDER_BLOCKING, render_blocking_status);
        Some(span)
    }
}
