//! Makes spans of records: one for the page's load, one for the document's request, one for each
//! page within the document, and one for each thing that was loaded, asked for, measured or done.
//!
//! Owns what a span of the browser is: its name, its trace and parent, its attributes. The same
//! records, in any order and repeated at will, make the same spans. A record can only claim what its
//! kind is about: a forged request is one more request and a forged error one more error; the root's
//! time, the document and other pages do not change.

mod act;
mod body;
mod client;
mod detail;
mod facts;
mod fault;
mod id;
mod meet;
mod nest;
mod network;
mod pair;
mod part;
mod root;
mod vital;
mod work;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::attribute::{Attributes, Name, Value, key};
use crate::context::{PageContext, RANDOM, SAMPLED};
use crate::ladder::Ladder;
use crate::order::arrange;
use crate::origin::Origin;
use crate::record::{Document, Record};
use crate::request::{Api, TracedRequest};
use crate::unseen::Unseen;
use crate::{Kind, PageClock, PageMillis, Scope, SessionId, Span, SpanId, Status, Timestamp};
use crate::{TraceId, framework, redact};
use client::Client;
use facts::Facts;
use fault::Faults;
use id::Ids;
use meet::Met;
use pair::Pairs;
use part::Parts;
use root::Told;
use vital::Vitals;

pub use part::{CAP, QUIET};

/// `service.name` of what the browser recorded.
pub const SERVICE: &str = "browser";
/// Name of the root span of a page trace.
pub const PAGE_LOAD: &str = "page load";
/// Name of the root span of a page within a document.
pub const SOFT: &str = "navigation";
/// OTLP span flags: the trace's W3C flags, and bit 8, which says that bit 9 (the parent is in
/// another process) is set where it should be; here it never is.
const FLAGS: u32 = (SAMPLED | RANDOM) as u32 | 0x100;
/// Attributes that a request's span has as a rule.
const USUAL: usize = 16;
/// Names our spans' instrumentation scope and SDK.
const TRACELIGHT: &str = "tracelight";

/// A page whose records are made into spans.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The context that its document got.
    pub context: PageContext,
    /// The session it was made in; `None` for a single page trace.
    pub session: Option<SessionId>,
    /// The session before that one, where this is its first page.
    pub previous: Option<SessionId>,
    /// The context that its document carried, where another document had used it up.
    pub shared: Option<PageContext>,
    /// Its clock.
    pub clock: PageClock,
    /// Its address, as the browser tells it.
    pub url: String,
    /// The document's request as it was seen from outside the page.
    pub document: Option<Wire>,
    /// Facts of it that were lost on their way.
    pub dropped: u32,
    /// Its user.
    pub user: User,
}

/// Who uses the browser, by the user's own word; empty where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// `user.name`.
    pub name: String,
    /// `user.id`, unless the page says another.
    pub id: String,
}

/// A document's request as the browser's network events tell it: for a page that has not finished,
/// or never began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    /// Request method, upper case.
    pub method: String,
    /// Response status; `None` while there is none.
    pub status: Option<u16>,
    /// When it was sent.
    pub start: Timestamp,
    /// When it was over; `None` while it is not.
    pub end: Option<Timestamp>,
    /// The browser's name for what went wrong: `net::ERR_CONNECTION_REFUSED`.
    pub error: Option<String>,
}

/// What became of a page's records.
#[derive(Clone, Debug, PartialEq)]
pub struct Assembly {
    /// The root, the document's request, then the rest by their start.
    pub spans: Vec<Span>,
    /// The requests that carried a context, the document's first, then by their start.
    pub requests: Vec<TracedRequest>,
    /// Whether the page's load event is over, so that its root has its true end.
    pub settled: bool,
    /// The roots of which more may be told yet: vitals, of which the last are told when the page is
    /// hidden, and errors. The others are final.
    pub open: Vec<(TraceId, SpanId)>,
}

impl Assembly {
    /// What is left where a page's own trace is not sampled: requests in traces of their own.
    #[must_use]
    pub fn without(mut self, trace: TraceId) -> Self {
        self.spans.retain(|span| span.trace != trace);
        self.requests.retain(|request| request.trace != trace);
        self
    }
}

/// Makes spans of a page's records, and of its requests that none of them can tell of. Takes time
/// in proportion to their number (and its logarithm).
#[must_use]
pub fn assemble(page: &Page, records: &[Record], unseen: &[Unseen]) -> Assembly {
    let facts = Facts::sort(records);
    let mut tracer = Tracer::new(page, &facts);
    let pairs = pair::pair(&facts.requests, &facts.resources);
    let met = meet::meet(unseen, (&facts.requests, &facts.resources), &pairs, page.clock);
    let acts = tracer.operations(&facts, &pairs);
    let bodies = body::meet(&facts.requests, &facts.bodies);
    let mut faults = Faults::new(&page.url);
    // What has derived ids comes before those that claim theirs: nobody can take them first.
    let mut rest = Vec::with_capacity(records.len() + unseen.len());
    rest.extend(tracer.work(&facts, &acts, &mut faults));
    rest.extend(tracer.loads(&facts, &pairs, &met));
    let mut traced = Vec::new();
    for (at, (request, resource)) in facts.requests.iter().zip(&pairs.resources).enumerate() {
        let resource = resource.map(|at| facts.resources[at]);
        let bodies = bodies.get(&at).map_or(&[][..], Vec::as_slice);
        if let Some((span, row)) = tracer.request(request, resource, &acts, bodies) {
            rest.push(span);
            traced.extend(row);
        }
    }
    let vitals = Vitals::new(&facts.vitals, &tracer.parts);
    let told = Told { facts: &facts, faults, vitals };
    for root in tracer.softs(&acts, &told) {
        traced.push(tracer.row(&root));
        rest.push(root);
    }
    let root = tracer.root(&told);
    let (document, request) = tracer.document(&facts, root.end);
    let mut spans = vec![root, document];
    let begun = |span: &Span| span.start.nanos();
    spans.extend(arrange(rest, begun, |a, b| (a.trace, a.id).cmp(&(b.trace, b.id))));
    let place = |row: &TracedRequest| (row.trace, row.span);
    let sent = |row: &TracedRequest| row.start.nanos();
    let mut requests = vec![request];
    requests.extend(arrange(traced, sent, |a, b| place(a).cmp(&place(b))));
    let settled = facts.navigation.is_some();
    Assembly { spans, requests, settled, open: tracer.open(&facts) }
}

/// Writes the spans of one page.
struct Tracer<'a> {
    page: &'a Page,
    parts: Parts<'a>,
    /// The page's own origin; a text that no address begins with where it has none.
    origin: String,
    session: Option<String>,
    resource: Arc<crate::Resource>,
    scope: Arc<Scope>,
    ids: Ids,
}

impl<'a> Tracer<'a> {
    fn new(page: &'a Page, facts: &Facts<'a>) -> Self {
        let parts = Parts::new(page.context, &facts.softs);
        let mut ids = Ids::new(page.context);
        for part in parts.all() {
            ids.claim(part.trace, part.root);
        }
        let version = env!("CARGO_PKG_VERSION");
        let scope = Scope { name: TRACELIGHT.into(), version: version.into(), ..Scope::default() };
        let origin = Origin::of(&page.url).map_or("?".to_owned(), |origin| origin.to_string());
        let resource = Arc::new(resource(facts.document));
        let session = page.session.map(|session| session.to_string());
        Self { page, parts, origin, session, resource, scope: Arc::new(scope), ids }
    }

    /// What was loaded and no script asked for, and what only the network tells of.
    fn loads(&mut self, facts: &Facts<'_>, pairs: &Pairs, met: &Met<'_>) -> Vec<Span> {
        let alone: Vec<bool> = pairs.taken.iter().map(|taken| !taken).collect();
        let (failed, untimed) = fault::fail(&facts.broken, &facts.resources, &alone);
        let mut spans = Vec::with_capacity(facts.resources.len());
        for (at, resource) in facts.resources.iter().enumerate().filter(|(at, _)| alone[*at]) {
            spans.extend(self.resource(resource, failed[at], met.resources[at]));
        }
        spans.extend(untimed.into_iter().filter_map(|broken| self.broken(broken)));
        spans.extend(met.alone.iter().filter_map(|unseen| self.unseen(unseen)));
        spans
    }

    /// A span of this page with what all of them have.
    fn span(&self, trace: TraceId, id: SpanId, start: Timestamp, end: Timestamp) -> Span {
        let mut attributes = Attributes::with_capacity(USUAL);
        if let Some(session) = &self.session {
            put(&mut attributes, key::SESSION_ID, session.as_str());
        }
        Span {
            trace,
            id,
            parent: Some(self.page.context.root),
            state: String::new(),
            flags: FLAGS,
            name: String::new(),
            kind: Kind::Client,
            start,
            end,
            attributes,
            events: Vec::new(),
            links: Vec::new(),
            status: Status::Unset,
            dropped: crate::span::Dropped::default(),
            resource: Arc::clone(&self.resource),
            scope: Arc::clone(&self.scope),
        }
    }

    /// The document's request, by the page's own timing or, until that is there, by the network
    /// events. It is always there, because the server's span is its child.
    fn document(&self, facts: &Facts<'_>, last: Timestamp) -> (Span, TracedRequest) {
        let Page { context, clock, document: wire, url, .. } = self.page;
        let timing = facts.navigation.map(|navigation| &navigation.timing);
        let start = match (timing, wire) {
            (Some(timing), _) if timing.redirect_start.0 > 0.0 => clock.at(timing.redirect_start),
            (Some(timing), _) => clock.at(timing.fetch_start),
            (None, Some(wire)) => wire.start,
            (None, None) => clock.at(PageMillis(0.0)),
        };
        let end = match timing {
            Some(timing) => Some(clock.at(timing.response_end)),
            None => wire.as_ref().and_then(|wire| wire.end),
        };
        let client = Client {
            method: wire.as_ref().map_or("GET", |wire| &wire.method),
            url,
            server: client::Server::of(url),
            timing,
            status: wire.as_ref().and_then(|wire| wire.status),
            error: wire.as_ref().and_then(|wire| wire.error.as_deref()),
            marks: "",
            operation: "",
        };
        let mut span = self.span(context.trace, context.document, start, end.unwrap_or(last));
        client.describe(&mut span, *clock);
        let traced = self.traced(&span, Api::Document, &client, end.is_some());
        (span, traced)
    }

    /// The row of a request, from its span.
    fn traced(&self, span: &Span, api: Api, client: &Client<'_>, over: bool) -> TracedRequest {
        TracedRequest {
            trace: span.trace,
            span: span.id,
            session: self.page.session,
            api,
            method: client::sent(client.method).to_owned(),
            url: redact::url(client.url),
            status: client.status(),
            start: span.start,
            millis: over.then(|| span.duration().as_secs_f64() * 1e3),
            error: span.text(key::ERROR_TYPE).map(str::to_owned),
            ladder: Ladder::default(),
            spans: 0,
            errors: 0,
            service: String::new(),
            environment: String::new(),
            badges: framework::badges(span),
            call: span.text(key::CALL).unwrap_or_default().to_owned(),
        }
    }
}

/// Who records.
fn resource(document: Option<&Document>) -> crate::Resource {
    let mut attributes = Attributes::new();
    put(&mut attributes, key::SERVICE_NAME, SERVICE);
    put(&mut attributes, key::TELEMETRY_SDK_NAME, TRACELIGHT);
    put(&mut attributes, key::TELEMETRY_SDK_LANGUAGE, "webjs");
    put(&mut attributes, key::TELEMETRY_SDK_VERSION, env!("CARGO_PKG_VERSION"));
    document.into_iter().for_each(|document| root::browser(&mut attributes, document));
    crate::Resource { attributes, ..crate::Resource::default() }
}

fn put(attributes: &mut Attributes, name: impl Into<Name>, value: impl Into<Value>) {
    attributes.insert(name, value.into());
}

/// Empty text is what a browser that does not tell gives.
fn put_text(attributes: &mut Attributes, name: impl Into<Name>, text: &str) {
    if !text.is_empty() {
        put(attributes, name, text);
    }
}

/// As above: 0 is what a browser that does not tell gives.
fn put_count(attributes: &mut Attributes, name: impl Into<Name>, count: u64) {
    if count > 0 {
        put(attributes, name, i64::try_from(count).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
mod tests;
