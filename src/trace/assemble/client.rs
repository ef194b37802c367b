//! Client spans: what OpenTelemetry's conventions for HTTP say of a request that the browser made.

use std::borrow::Cow;

use crate::attribute::{Attributes, Value, key};
use crate::ladder::Ladder;
use crate::origin::{Origin, OriginError};
use crate::record::{Body, Broken, Request, Resource, Timing};
use crate::request::{Api, TracedRequest};
use crate::unseen::Unseen;
use crate::{PageClock, PageMillis, Span, SpanId, Status, TraceId, framework, redact};

use super::act::Acts;
use super::meet::page_time;
use super::{Tracer, body, fault, network, put, put_text};

/// Methods that a span may be named by; more would make its name a field of free text.
const KNOWN: [&str; 9] =
    ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
/// Methods that browsers write in upper case, however a script does.
const NORMAL: [&str; 6] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"];
/// Stands for a method that is not known, or not told.
const OTHER: &str = "_OTHER";

/// A method as it goes out. Browsers write six methods in upper case, and no other (Fetch, method
/// normalization): `patch` stays what it is.
pub(super) fn sent(method: &str) -> &str {
    let upper = NORMAL.iter().find(|upper| method.eq_ignore_ascii_case(upper));
    upper.copied().unwrap_or(method)
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
    pub(super) server: Server,
    pub(super) timing: Option<&'a Timing>,
    /// As somebody other than the timing saw it.
    pub(super) status: Option<u16>,
    pub(super) error: Option<&'a str>,
    /// Headers by which frameworks know each other.
    pub(super) marks: &'a str,
    /// The GraphQL operation that its body names, where that may be known.
    pub(super) operation: &'a str,
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
        let known = KNOWN.contains(&method);
        if known { method } else { "HTTP" }.clone_into(&mut span.name);
        let attributes = &mut span.attributes;
        put(attributes, key::HTTP_REQUEST_METHOD, if known { method } else { OTHER });
        if !known && method != OTHER {
            put(attributes, key::HTTP_REQUEST_METHOD_ORIGINAL, method);
        }
        let url = redact::url(self.url);
        self.server.describe(attributes);
        if let Some(timing) = self.timing {
            network::describe(attributes, timing);
            span.events = network::phases(clock, timing);
        }
        headers(attributes, self.marks);
        if let Some(framework) = framework::of(method, &url, self.marks, self.operation) {
            framework.describe(span);
        }
        put(&mut span.attributes, key::URL_FULL, url);
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

/// Headers of responses among the marks; the others are of requests.
const RESPONSE: [&str; 7] = [
    "content-type",
    "x-edge-runtime",
    "x-matched-path",
    "x-middleware-rewrite",
    "x-nextjs-cache",
    "x-nextjs-matched-path",
    "x-vercel-id",
];
/// Headers of requests among the marks. A page can forge marks, so no other name is taken.
const REQUEST: [&str; 8] = [
    "next-action",
    "next-router-prefetch",
    "next-router-segment-prefetch",
    "next-url",
    "rsc",
    "x-apollo-operation-name",
    "x-graphql-operation-name",
    "x-nextjs-data",
];

/// Marks as the conventions write headers: each a list of values.
fn headers(attributes: &mut Attributes, marks: &str) {
    for (name, value) in marks.split('\t').filter_map(|mark| mark.split_once(':')) {
        let prefix = if RESPONSE.contains(&name) {
            key::RESPONSE_HEADER
        } else if REQUEST.contains(&name) {
            key::REQUEST_HEADER
        } else {
            continue;
        };
        attributes.insert(format!("{prefix}{name}"), Value::List(vec![Value::from(value)]));
    }
}

/// The address of a WebSocket, as that of the server that its handshake asks.
fn web(url: &str) -> Cow<'_, str> {
    match url.strip_prefix("ws") {
        Some(rest) if rest.starts_with(':') || rest.starts_with("s:") => {
            Cow::Owned(format!("http{rest}"))
        }
        _ => Cow::Borrowed(url),
    }
}

/// The server that an address leads to. `None` for one that leads to none: the rest (`data:`, `blob:`,
/// another extension's files) is the browser's own business. An address that cannot be read was
/// meant to lead somewhere.
fn server(url: &str) -> Option<Server> {
    match Origin::of(&web(url)) {
        Ok(Origin { secure, host, port }) => {
            Some(Server(Some((host, port.unwrap_or(if secure { 443 } else { 80 })))))
        }
        Err(OriginError::Store(host)) => Some(Server(Some((host, 443)))),
        Err(OriginError::Scheme(scheme)) if !scheme.is_empty() => None,
        Err(OriginError::Scheme(_) | OriginError::Host) => Some(Server(None)),
    }
}

/// Who is asked: host and port, where the address tells.
#[derive(Clone, Default)]
pub(super) struct Server(Option<(String, u16)>);

impl Server {
    /// Of any address; one that leads to no server tells none.
    pub(super) fn of(url: &str) -> Self {
        server(url).unwrap_or_default()
    }

    fn describe(&self, attributes: &mut Attributes) {
        if let Some((host, port)) = &self.0 {
            put(attributes, key::SERVER_ADDRESS, host.trim_matches(['[', ']']));
            put(attributes, key::SERVER_PORT, i64::from(*port));
        }
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
    /// The page whose trace it is in; `None` for a trace of its own.
    home: Option<usize>,
    /// Whether a context with just this place went out.
    sent: bool,
}

impl Tracer<'_> {
    /// Finds a script's request its place: the trace that its context names, be that a page's or its
    /// own; without one, the page's in which it was made. An id that is taken already, by a forger
    /// or by a page that sends the same context twice, is replaced by a derived one.
    fn place(&mut self, request: &Request) -> Place {
        let shown = self.parts.at(request.start);
        // The recorder sends the id that it states. What says otherwise is forged.
        let context = request.context.filter(|it| request.own || it.span == request.span);
        let home = context.map_or(Some(shown), |context| self.parts.home(context.trace));
        let ours = self.parts.get(home.unwrap_or(shown)).trace;
        let (trace, span) =
            context.map_or((ours, request.span), |context| (context.trace, context.span));
        if self.ids.claim(trace, span) {
            return Place { trace, span, home, sent: context.is_some() };
        }
        let span = self.ids.derive(trace, &request.url, request.start);
        Place { trace, span, home, sent: false }
    }

    /// The span of a script's request, and its row if a context went out with it. `None` when the
    /// request did not lead to a server, or is not sampled.
    pub(super) fn request(
        &mut self,
        request: &Request,
        resource: Option<&Resource>,
        acts: &Acts<'_>,
        bodies: &[&Body],
    ) -> Option<(Span, Option<TracedRequest>)> {
        let server = server(&request.url).filter(|_| sampled(request))?;
        let timing = resource.map(|resource| &resource.timing);
        let client = Client {
            method: &request.method,
            url: &request.url,
            server,
            timing,
            status: request.status,
            error: request.error.as_deref(),
            marks: &request.marks,
            operation: body::operation(bodies),
        };
        let Place { trace, span: id, home, sent } = self.place(request);
        // `fetch` is over for its script when the head is there; the load, when the body is.
        let body = timing.map_or(0.0, |timing| timing.response_end.0);
        let clock = self.page.clock;
        let (start, end) = (clock.at(request.start), clock.at(PageMillis(request.end.0.max(body))));
        let mut span = self.span(trace, id, start, end);
        let cause = acts.cause(request.start).map(|at| acts.get(at));
        let within = cause.filter(|act| Some(act.part) == home);
        span.parent = home.map(|part| within.map_or(self.parts.get(part).root, |act| act.id));
        if home.is_none() {
            span.links.push(self.back(self.parts.at(request.start)));
        }
        let before = cause.filter(|act| Some(act.part) != home);
        span.links.extend(before.map(|act| self.blame(act)));
        client.describe(&mut span, clock);
        if framework::badges(&span).has(framework::Badges::SERVER_ACTION) {
            body::describe(&mut span.attributes, bodies);
        }
        let initiator = if request.api == Api::Xhr { "xmlhttprequest" } else { "fetch" };
        put(&mut span.attributes, key::INITIATOR_TYPE, initiator);
        let context = request.context.filter(|_| sent);
        let traced = context.map(|context| {
            let ladder = Ladder::of(client.url, context, timing, client.error.is_some());
            TracedRequest { ladder, ..self.traced(&span, request.api, &client, true) }
        });
        Some((span, traced))
    }

    /// The page in whose trace something is that was loaded and not by a script. What goes to the
    /// page's own origin carries the document's context, by a rule that knows of no other page.
    fn loaded(&self, url: &str, start: PageMillis) -> usize {
        let rest = url.strip_prefix(&*self.origin);
        let own = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        if own { 0 } else { self.parts.at(start) }
    }

    /// The span of something that was loaded. `None` when no server was asked.
    pub(super) fn resource(
        &mut self,
        resource: &Resource,
        failed: bool,
        unseen: Option<&Unseen>,
    ) -> Option<Span> {
        let Resource { timing, initiator_type, render_blocking_status } = resource;
        let server = server(&timing.name)?;
        let url = &timing.name;
        let part = self.loaded(url, timing.start_time);
        let trace = self.parts.get(part).trace;
        let id = self.ids.derive(trace, url, timing.start_time);
        let clock = self.page.clock;
        // A load that failed early has no end in some browsers.
        let end = PageMillis(timing.response_end.0.max(timing.start_time.0));
        let mut span = self.span(trace, id, clock.at(timing.start_time), clock.at(end));
        span.parent = Some(self.parts.get(part).root);
        let refused = timing.response_status >= 400;
        let client = Client {
            method: unseen.map_or(method(resource), |unseen| &unseen.method),
            url,
            server,
            timing: Some(timing),
            status: unseen.and_then(|unseen| unseen.status),
            error: (failed && !refused).then_some(fault::FAILED),
            marks: unseen.map_or("", |unseen| &unseen.marks),
            operation: "",
        };
        client.describe(&mut span, clock);
        put_text(&mut span.attributes, key::INITIATOR_TYPE, initiator_type);
        put_text(&mut span.attributes, key::RENDER_BLOCKING, render_blocking_status);
        unseen
            .into_iter()
            .for_each(|unseen| put_text(&mut span.attributes, key::UNSEEN_TYPE, &unseen.way));
        Some(span)
    }

    /// The span of something that failed to load and was not timed. `None` when no server was meant.
    pub(super) fn broken(&mut self, broken: &Broken) -> Option<Span> {
        let timing =
            Timing { name: broken.url.clone(), start_time: broken.at, ..Timing::default() };
        let initiator_type = broken.element.clone();
        self.resource(&Resource { timing, initiator_type, ..Resource::default() }, true, None)
    }

    /// The span of a request that only the network events tell of. `None` when no server was asked.
    pub(super) fn unseen(&mut self, unseen: &Unseen) -> Option<Span> {
        let server = server(&unseen.url)?;
        let clock = self.page.clock;
        let began = page_time(clock, unseen.start);
        let url = unseen.url.as_str();
        // A context with an id of its own was made by the page: rules give all requests the root's.
        let part = unseen.context.and_then(|context| self.parts.home(context.trace));
        let own = unseen.context.filter(|_| part.is_none());
        let home = part.unwrap_or_else(|| self.loaded(url, began));
        let trace = own.map_or(self.parts.get(home).trace, |context| context.trace);
        let id = match own.filter(|context| self.ids.claim(trace, context.span)) {
            Some(context) => context.span,
            None => self.ids.derive(trace, url, began),
        };
        let mut span = self.span(trace, id, unseen.start, unseen.end.unwrap_or(unseen.start));
        if own.is_some() {
            span.parent = None;
            span.links.push(self.back(home));
        } else {
            span.parent = Some(self.parts.get(home).root);
        }
        let client = Client {
            method: &unseen.method,
            url,
            server,
            timing: None,
            status: unseen.status,
            error: unseen.error.as_deref(),
            marks: &unseen.marks,
            operation: "",
        };
        client.describe(&mut span, clock);
        let attributes = &mut span.attributes;
        put_text(attributes, key::UNSEEN_TYPE, &unseen.way);
        put_text(attributes, key::DELIVERY_TYPE, if unseen.cached { "cache" } else { "" });
        let socket = url.starts_with("ws:") || url.starts_with("wss:");
        put_text(attributes, key::NETWORK_PROTOCOL_NAME, if socket { "websocket" } else { "" });
        Some(span)
    }
}

/// Whether a request is one that is recorded. A page's own context is its own affair.
fn sampled(request: &Request) -> bool {
    let Request { context, own, span, .. } = request;
    *own || !context.is_some_and(|context| context.span == *span && !context.sampled())
}
