//! Makes spans of records: one for the page's load, one for the document's request, one for each
//! thing that was loaded or asked for.
//!
//! Owns what a span of the browser is: its name, its parent, its attributes. The same records, in
//! any order and repeated at will, make the same spans. A record can only claim what its kind is
//! about: a forged request is one more request, and neither root nor document changes.

mod client;
mod id;
mod network;
mod order;
mod pair;

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::attribute::{Attributes, Value, key};
use crate::context::{PageContext, RANDOM, SAMPLED};
use crate::framework::Badges;
use crate::ladder::Ladder;
use crate::record::{Document, Navigation, Paint, Record, Request, Resource};
use crate::request::{Api, TracedRequest};
use crate::{Event, Kind, Link, PageClock, PageMillis, Scope, SessionId, Span, SpanId, Status};
use crate::{Timestamp, TraceId, redact};
use client::Client;
use id::Ids;
use order::arrange;

/// `service.name` of what the browser recorded.
pub const SERVICE: &str = "browser";
/// Name of the root span of a page trace.
pub const PAGE_LOAD: &str = "page load";
/// OTLP span flags: the trace's W3C flags, and bit 8, which says that bit 9 (the parent is in
/// another process) is set where it should be; here it never is.
const FLAGS: u32 = (SAMPLED | RANDOM) as u32 | 0x100;
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
}

/// Makes spans of a page's records. Takes time in proportion to their number (and its logarithm).
#[must_use]
pub fn assemble(page: &Page, records: &[Record]) -> Assembly {
    let facts = Facts::sort(records);
    let mut tracer = Tracer::new(page, facts.document);
    let root = tracer.root(&facts);
    let (document, request) = tracer.document(&facts, root.end);
    let mut spans = Vec::with_capacity(facts.requests.len() + facts.resources.len() + 2);
    let mut requests = vec![request];
    let mut rest = Vec::new();
    let pairs = pair::pair(&facts.requests, &facts.resources);
    for (request, resource) in facts.requests.iter().zip(pairs.resources) {
        let resource = resource.map(|at| facts.resources[at]);
        if let Some((span, traced)) = tracer.request(request, resource) {
            rest.push(span);
            requests.extend(traced);
        }
    }
    let alone = facts.resources.iter().zip(pairs.taken).filter(|(_, taken)| !taken);
    rest.extend(alone.filter_map(|(resource, _)| tracer.resource(resource)));
    let place = |span: &Span| (span.start, span.trace, span.id);
    spans.extend([root, document]);
    spans.extend(arrange(rest, |a, b| place(a).cmp(&place(b))));
    let settled = facts.navigation.is_some();
    Assembly { spans, requests, settled }
}

/// Records by kind, in an order that has nothing to do with their arrival, each once.
#[derive(Default)]
struct Facts<'a> {
    document: Option<&'a Document>,
    /// Only of a page whose load event is over.
    navigation: Option<&'a Navigation>,
    resources: Vec<&'a Resource>,
    requests: Vec<&'a Request>,
    paints: Vec<&'a Paint>,
    hidden: Option<PageMillis>,
}

/// Where a record stands among the others of its kind.
fn time(record: &Record) -> PageMillis {
    match record {
        Record::Document(_) => PageMillis(0.0),
        Record::Navigation(it) => it.load_event_end,
        Record::Resource(it) => it.timing.start_time,
        Record::Paint(it) => it.start_time,
        Record::Request(it) => it.start,
        Record::Hidden(it) => it.at,
        _ => PageMillis(0.0),
    }
}

impl<'a> Facts<'a> {
    /// Sorts by time first; then by everything, so that only equal facts are equal.
    fn sort(records: &'a [Record]) -> Self {
        let order = |a: &&Record, b: &&Record| {
            let earlier = time(a).0.total_cmp(&time(b).0);
            earlier.then_with(|| a.partial_cmp(b).unwrap_or(Ordering::Equal))
        };
        let mut sorted = arrange(records.iter().collect(), order);
        sorted.dedup_by(|a, b| order(a, b).is_eq());
        let mut facts = Self::default();
        for record in sorted {
            match record {
                Record::Document(it) => facts.document = facts.document.or(Some(it)),
                Record::Navigation(it) if it.load_event_end.0 > 0.0 => facts.navigation = Some(it),
                Record::Navigation(_) => {}
                Record::Resource(it) => facts.resources.push(it),
                Record::Paint(it) => facts.paints.push(it),
                Record::Request(it) => facts.requests.push(it),
                Record::Hidden(it) => facts.hidden = Some(it.at),
                _ => {}
            }
        }
        facts
    }

    /// The last moment of which the browser itself told something. What the page's own world
    /// stated does not count: it may be forged.
    fn last(&self) -> PageMillis {
        let resources = self.resources.iter().map(|it| it.timing.response_end);
        let paints = self.paints.iter().map(|it| it.start_time);
        let moments = resources.chain(paints).chain(self.hidden);
        moments.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
    }
}

/// Writes the spans of one page.
struct Tracer<'a> {
    page: &'a Page,
    resource: Arc<crate::Resource>,
    scope: Arc<Scope>,
    ids: Ids,
}

impl<'a> Tracer<'a> {
    fn new(page: &'a Page, document: Option<&Document>) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let mut attributes = Attributes::new();
        put(&mut attributes, key::SERVICE_NAME, SERVICE);
        put(&mut attributes, key::TELEMETRY_SDK_NAME, TRACELIGHT);
        put(&mut attributes, key::TELEMETRY_SDK_LANGUAGE, "webjs");
        put(&mut attributes, key::TELEMETRY_SDK_VERSION, version);
        if let Some(Document { user_agent, language, .. }) = document {
            put_text(&mut attributes, key::USER_AGENT_ORIGINAL, user_agent);
            put_text(&mut attributes, key::BROWSER_LANGUAGE, language);
        }
        let scope = Scope { name: TRACELIGHT.into(), version: version.into(), ..Scope::default() };
        Self {
            page,
            resource: Arc::new(crate::Resource { attributes, ..crate::Resource::default() }),
            scope: Arc::new(scope),
            ids: Ids::new(page.context),
        }
    }

    /// A span of this page with what all of them have.
    fn span(&self, trace: TraceId, id: SpanId, start: Timestamp, end: Timestamp) -> Span {
        let mut attributes = Attributes::new();
        if let Some(session) = self.page.session {
            put(&mut attributes, key::SESSION_ID, session.to_string());
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

    /// The page's load: from its origin to the end of the load event or, while that is not known,
    /// to the last thing that was seen.
    fn root(&self, facts: &Facts<'_>) -> Span {
        let Page { context, clock, document, .. } = self.page;
        let start = clock.at(PageMillis(0.0));
        let seen = document.as_ref().map_or(start, |wire| wire.end.unwrap_or(wire.start));
        let end = match facts.navigation {
            Some(navigation) => clock.at(navigation.load_event_end),
            None => clock.at(facts.last()).max(seen),
        };
        let mut root = self.span(context.trace, context.root, start, end);
        PAGE_LOAD.clone_into(&mut root.name);
        (root.parent, root.kind) = (None, Kind::Internal);
        put(&mut root.attributes, key::URL_FULL, redact::url(&self.page.url));
        if let Some(document) = facts.document {
            describe(&mut root.attributes, document);
        }
        if let Some(navigation) = facts.navigation {
            let attributes = &mut root.attributes;
            put_text(attributes, key::NAVIGATION_TYPE, &navigation.way);
            put_count(attributes, key::REDIRECT_COUNT, u64::from(navigation.redirect_count));
            if navigation.activation_start.0 > 0.0 {
                put(attributes, key::ACTIVATION, navigation.activation_start.0);
            }
            root.events = network::milestones(*clock, navigation);
        }
        root.events.extend(self.paints(&facts.paints));
        root.events = arrange(root.events, |a, b| a.time.cmp(&b.time));
        self.relate(&mut root);
        root
    }

    /// Names what came before: the session that this one took the place of, and the document whose
    /// context this one carried, because it left before it could get its own.
    fn relate(&self, root: &mut Span) {
        if let Some(previous) = self.page.previous {
            put(&mut root.attributes, key::SESSION_PREVIOUS_ID, previous.to_string());
        }
        if let Some(shared) = self.page.shared {
            put(&mut root.attributes, key::SHARED_TRACE, shared.trace.to_string());
            root.links.push(Link {
                trace: shared.trace,
                span: shared.document,
                state: String::new(),
                flags: FLAGS,
                attributes: Attributes::new(),
            });
        }
    }

    /// The earliest of each paint, under OpenTelemetry's names.
    fn paints(&self, paints: &[&Paint]) -> impl Iterator<Item = Event> {
        let named =
            [("first-paint", "firstPaint"), ("first-contentful-paint", "firstContentfulPaint")];
        named.into_iter().filter_map(|(name, event)| {
            let paint = paints.iter().find(|paint| paint.name == name)?;
            Some(network::event(event, self.page.clock.at(paint.start_time)))
        })
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
            timing,
            status: wire.as_ref().and_then(|wire| wire.status),
            error: wire.as_ref().and_then(|wire| wire.error.as_deref()),
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
            method: client::sent(client.method).into_owned(),
            url: redact::url(client.url),
            status: client.status(),
            start: span.start,
            millis: over.then(|| span.duration().as_secs_f64() * 1e3),
            error: span.text(key::ERROR_TYPE).map(str::to_owned),
            ladder: Ladder::default(),
            spans: 0,
            errors: 0,
            service: String::new(),
            badges: Badges::default(),
            call: String::new(),
        }
    }
}

/// What a document says of itself.
fn describe(attributes: &mut Attributes, document: &Document) {
    put_text(attributes, key::REFERRER, &redact::url(&document.referrer));
    if document.width > 0 {
        put(attributes, key::VIEWPORT, format!("{}x{}", document.width, document.height));
    }
}

fn put(attributes: &mut Attributes, name: &str, value: impl Into<Value>) {
    attributes.insert(name.to_owned(), value.into());
}

/// Empty text is what a browser that does not tell gives.
fn put_text(attributes: &mut Attributes, name: &str, text: &str) {
    if !text.is_empty() {
        put(attributes, name, text);
    }
}

/// As above: 0 is what a browser that does not tell gives.
fn put_count(attributes: &mut Attributes, name: &str, count: u64) {
    if count > 0 {
        put(attributes, name, i64::try_from(count).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
mod tests;
