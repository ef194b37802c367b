//! The spans of one trace: who is above whom, and what each is to lists.

use std::collections::BTreeMap;

use crate::assemble::{PAGE_LOAD, SOFT};
use crate::attribute::key;
use crate::order::{arrange, order};
use crate::{Kind, Resource, Scope, Span, SpanId};

use super::said;

/// Our own name, as SDK and as instrumentation.
const TRACELIGHT: &str = "tracelight";
/// OpenTelemetry's instrumentation of document loads names its root so.
const DOCUMENT_LOAD: &str = "documentLoad";
/// And the document's request.
const DOCUMENT_FETCH: &str = "documentFetch";
/// What Sentry says of what a span is.
const SENTRY: &str = "sentry.op";
/// Names of methods: the conventions' of today, and those before.
pub(super) const METHOD: [&str; 2] = [key::HTTP_REQUEST_METHOD, "http.method"];
/// Names of statuses, likewise.
pub(super) const STATUS: [&str; 2] = [key::HTTP_RESPONSE_STATUS_CODE, "http.status_code"];
/// Names of addresses, likewise.
pub(super) const URL: [&str; 2] = [key::URL_FULL, "http.url"];

/// What a span is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    /// None of the below.
    #[default]
    Other,
    /// The root of a page.
    Page {
        /// Whether that lies within a document.
        soft: bool,
    },
    /// A script's request.
    Call {
        /// Whether only the network events tell of it.
        unseen: bool,
    },
    /// Another request of the browser.
    Load,
}

/// One trace.
pub(super) struct Scene<'a> {
    /// Each once, by id; of those that share one, the server's last.
    spans: Vec<&'a Span>,
    roles: Vec<Role>,
    /// Whether we recorded its browser.
    pub(super) ours: bool,
    /// Each span that has a page or request of the browser at or above it, after the nearest such.
    below: Vec<(usize, usize)>,
    /// The documents' requests, by their pages.
    documents: BTreeMap<usize, usize>,
    /// Whether it has one page and no more.
    pub(super) single: bool,
}

/// Whether we recorded a span.
fn ours(span: &Span) -> bool {
    we(&span.resource, &span.scope)
}

/// Whether we recorded what these name.
fn we(resource: &Resource, scope: &Scope) -> bool {
    scope.name == TRACELIGHT
        || said::text(&resource.attributes, &[key::TELEMETRY_SDK_NAME]) == TRACELIGHT
}

/// Whether a browser's SDK did.
fn web(span: &Span) -> bool {
    in_browser(&span.resource) || span.name == DOCUMENT_LOAD
}

fn in_browser(resource: &Resource) -> bool {
    let resource = &resource.attributes;
    said::text(resource, &[key::TELEMETRY_SDK_LANGUAGE]) == "webjs"
        || resource.contains_key(key::BROWSER_BRANDS)
        || resource.contains_key(key::BROWSER_PLATFORM)
}

/// Whether a span of this name can be what makes a trace have rows.
pub(super) fn tells(resource: &Resource, scope: &Scope, name: &str) -> bool {
    we(resource, scope) || in_browser(resource) || name == DOCUMENT_LOAD
}

/// What a span of ours is.
fn role(span: &Span) -> Role {
    if span.kind == Kind::Internal && span.parent.is_none() {
        return match &*span.name {
            PAGE_LOAD => Role::Page { soft: false },
            SOFT => Role::Page { soft: true },
            _ => Role::Other,
        };
    }
    if span.kind != Kind::Client {
        return Role::Other;
    }
    let unseen = span.text(key::UNSEEN_TYPE);
    match span.text(key::INITIATOR_TYPE) {
        Some("fetch" | "xmlhttprequest") => Role::Call { unseen: false },
        // A stream of events is what `EventSource` asks for, which answers until it is closed.
        None if unseen == Some("xmlhttprequest") && !stream(span) => Role::Call { unseen: true },
        _ => Role::Load,
    }
}

fn stream(span: &Span) -> bool {
    let kind = said::first(&span.attributes, &["http.response.header.content-type"]);
    kind.starts_with("text/event-stream")
}

/// What a span of another SDK in a browser is, where it plainly says so.
fn told(span: &Span) -> Role {
    let op = span.text(SENTRY).unwrap_or_default();
    if span.name == DOCUMENT_LOAD || op == "pageload" {
        return Role::Page { soft: false };
    }
    if op == "navigation" {
        return Role::Page { soft: true };
    }
    if span.name == DOCUMENT_FETCH {
        return Role::Load;
    }
    let client = span.kind == Kind::Client || op == "http.client";
    let asks = !said::text(&span.attributes, &METHOD).is_empty()
        && !said::text(&span.attributes, &URL).is_empty();
    if client && asks { Role::Call { unseen: false } } else { Role::Other }
}

/// The traces of some spans, by their ids. A span that is there twice counts as ours, and then as it
/// ended last.
pub(super) fn scenes(spans: &[Span]) -> impl Iterator<Item = Scene<'_>> {
    let rank = |at: usize| {
        let [a, b, c, d, e, f, g, h, ..] = *spans[at].trace.as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    };
    let same = |span: &Span| (span.trace, span.id, span.kind == Kind::Server, span.kind.number());
    let order = order(spans.len(), &rank, &|a, b| {
        let (a, b) = (&spans[a], &spans[b]);
        same(a).cmp(&same(b)).then_with(|| (ours(b), b.end).cmp(&(ours(a), a.end)))
    });
    let mut sorted: Vec<&Span> = order.into_iter().map(|at| &spans[at]).collect();
    sorted.dedup_by(|later, kept| same(later) == same(kept));
    let mut rest = sorted.into_iter().peekable();
    std::iter::from_fn(move || {
        let mut spans = vec![rest.next()?];
        let trace = spans[0].trace;
        while let Some(span) = rest.next_if(|span| span.trace == trace) {
            spans.push(span);
        }
        Some(Scene::new(spans))
    })
}

impl<'a> Scene<'a> {
    fn new(spans: Vec<&'a Span>) -> Self {
        let ours = spans.iter().any(|span| self::ours(span));
        let judge = |span: &&Span| match ours {
            true if self::ours(span) => role(span),
            false if web(span) => told(span),
            _ => Role::Other,
        };
        let roles: Vec<Role> = spans.iter().map(judge).collect();
        let (below, documents) = (Vec::new(), BTreeMap::new());
        let mut scene = Self { spans, roles, ours, below, documents, single: false };
        scene.single = scene.pages().take(2).count() == 1;
        let owners = scene.own().into_iter().enumerate();
        let below: Vec<_> = owners.filter_map(|(at, owner)| Some((owner?, at))).collect();
        let start = |at: usize| scene.spans[at].start;
        scene.below = arrange(
            below,
            |(owner, _)| *owner as u64,
            |a, b| start(a.1).cmp(&start(b.1)).then_with(|| a.1.cmp(&b.1)),
        );
        scene.documents = scene.seek();
        scene
    }

    /// Finds all owners; of a cycle there is none.
    fn own(&self) -> Vec<Option<usize>> {
        let mut owners: Vec<Option<Option<usize>>> = vec![None; self.len()];
        for start in 0..self.len() {
            let (mut path, mut next, mut owner) = (Vec::new(), Some(start), None);
            while let Some(at) = next {
                if let Some(known) = owners[at] {
                    owner = known;
                    break;
                }
                // Until it is known better: a cycle leads back here.
                owners[at] = Some(None);
                path.push(at);
                if self.roles[at] != Role::Other {
                    owner = Some(at);
                    break;
                }
                next = self.above(at);
            }
            for at in path {
                owners[at] = Some(owner);
            }
        }
        owners.into_iter().map(Option::flatten).collect()
    }

    /// How many spans it has.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn span(&self, at: usize) -> &'a Span {
        self.spans[at]
    }

    pub(super) fn spans(&self) -> impl Iterator<Item = &'a Span> {
        self.spans.iter().copied()
    }

    /// All spans, each with what it is.
    pub(super) fn told(&self) -> impl Iterator<Item = (&'a Span, Role)> {
        self.spans().zip(self.roles.iter().copied())
    }

    /// The span of an id: of a shared one, the client's.
    fn find(&self, id: SpanId) -> Option<usize> {
        let at = self.spans.partition_point(|span| span.id < id);
        self.spans.get(at).filter(|span| span.id == id).map(|_| at)
    }

    /// The span above another: its parent, or the client that shares its id with it.
    pub(super) fn above(&self, at: usize) -> Option<usize> {
        let span = self.spans[at];
        self.find(span.id).filter(|shared| *shared != at).or_else(|| self.find(span.parent?))
    }

    /// The roots of its pages.
    pub(super) fn pages(&self) -> impl Iterator<Item = usize> {
        let all = self.roles.iter().enumerate();
        all.filter(|(_, role)| matches!(role, Role::Page { .. })).map(|(at, _)| at)
    }

    /// What scripts asked for.
    pub(super) fn calls(&self) -> impl Iterator<Item = usize> {
        let all = self.roles.iter().enumerate();
        all.filter(|(_, role)| matches!(role, Role::Call { .. })).map(|(at, _)| at)
    }

    pub(super) fn role(&self, at: usize) -> Role {
        self.roles[at]
    }

    /// Whether a browser recorded a span.
    pub(super) fn browser(&self, span: &Span) -> bool {
        if self.ours { self::ours(span) } else { web(span) }
    }

    /// The request of a page's document.
    pub(super) fn document(&self, page: usize) -> Option<usize> {
        self.documents.get(&page).copied()
    }

    /// Finds the documents of all pages: of several, the first.
    fn seek(&self) -> BTreeMap<usize, usize> {
        let mut documents = BTreeMap::new();
        for at in (0..self.len()).filter(|at| self.roles[*at] == Role::Load) {
            let span = self.spans[at];
            let Some(page) = self.above(at).filter(|page| self.is_page(*page)) else { continue };
            if self.ours {
                let loaded = span.attributes.contains_key(key::INITIATOR_TYPE)
                    || span.attributes.contains_key(key::UNSEEN_TYPE);
                let url = |at: usize| said::text(&self.spans[at].attributes, &URL);
                if loaded || url(at) != url(page) {
                    continue;
                }
            }
            let first = documents.entry(page).or_insert(at);
            if span.start < self.spans[*first].start {
                *first = at;
            }
        }
        documents
    }

    fn is_page(&self, at: usize) -> bool {
        matches!(self.roles[at], Role::Page { .. })
    }

    /// The spans that a page or request of the browser is the nearest above, by their start; itself
    /// is among them.
    pub(super) fn below(&self, owner: usize) -> impl Iterator<Item = usize> {
        let from = self.below.partition_point(|(of, _)| *of < owner);
        let owned = self.below[from..].iter().take_while(move |(of, _)| *of == owner);
        owned.map(|(_, at)| *at)
    }

    /// The server's spans that answer a request of the browser, by their start.
    pub(super) fn hops(&self, owner: usize) -> impl Iterator<Item = usize> {
        let server = |at: &usize| self.spans[*at].kind == Kind::Server;
        self.below(owner).filter(server).filter(move |at| self.above(*at) == Some(owner))
    }
}
