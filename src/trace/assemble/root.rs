//! Roots of page traces: the document's load, and each page within it.

use std::cmp::Ordering;

use crate::attribute::{Attributes, Value, key};
use crate::framework::Badges;
use crate::ladder::Ladder;
use crate::record::{Document, Paint, Soft, Turn};
use crate::request::{Api, TracedRequest};
use crate::{Event, Kind, Link, PageClock, PageMillis, Span, SpanId, Timestamp, TraceId, redact};

use super::act::Acts;
use super::facts::Facts;
use super::fault::Faults;
use super::vital::Vitals;
use super::{FLAGS, PAGE_LOAD, Page, SOFT, Tracer, User, network, put, put_count, put_text};
use crate::order::arrange;

/// Changes of the device that one root tells; more are counted.
const MOST_TURNS: usize = 64;
/// How long a root waits for more to be told, milliseconds: whoever looks into a store should find
/// it there, though its page is never hidden.
const OPEN: f64 = 60_000.0;
/// Vitals that are told this long before the page is hidden, milliseconds, are told because it is.
const AROUND: f64 = 1_000.0;
/// Brands of a browser that are kept.
const MOST_BRANDS: usize = 8;

/// What roots tell of what happened in their page.
pub(super) struct Told<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) faults: Faults<'a>,
    pub(super) vitals: Vitals<'a>,
}

impl Tracer<'_> {
    /// The document's load: from its origin to the end of the load event or, while that is not
    /// known, to the last thing that was seen.
    pub(super) fn root(&self, told: &Told<'_>) -> Span {
        let Page { context, clock, document, .. } = self.page;
        let facts = told.facts;
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
            peers(&mut root.attributes, facts.sdk);
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
        self.sign(&mut root, facts);
        put_count(&mut root.attributes, key::LOST_ENTRIES, u64::from(facts.lost));
        put_count(&mut root.attributes, key::LOST_FACTS, u64::from(self.page.dropped));
        root.events.extend(self.paints(&facts.paints));
        self.relate(&mut root);
        self.tell(&mut root, 0, told);
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

    /// The roots of the pages within the document.
    pub(super) fn softs(&self, acts: &Acts<'_>, told: &Told<'_>) -> Vec<Span> {
        let softs = self.parts.all().iter().enumerate();
        softs.filter_map(|(part, it)| Some(self.soft(part, it.soft?, acts, told))).collect()
    }

    /// The roots of which more may be told.
    pub(super) fn open(&self, facts: &Facts<'_>) -> Vec<(TraceId, SpanId)> {
        let last = facts.told();
        let hidden = facts.hidden.map_or(f64::INFINITY, |at| at.0);
        let vitals = facts.vitals.iter().any(|vital| vital.at.0 >= hidden - AROUND);
        let all = self.parts.all().iter();
        let open = all.filter(|part| {
            let loaded = facts.navigation.map_or(0.0, |it| it.load_event_end.0).max(part.start.0);
            last - loaded <= OPEN && !(vitals && hidden >= loaded)
        });
        open.map(|part| (part.trace, part.root)).collect()
    }

    /// A page within the document: from where it began until its loads had settled.
    fn soft(&self, part: usize, soft: &Soft, acts: &Acts<'_>, told: &Told<'_>) -> Span {
        let home = self.parts.get(part);
        let clock = self.page.clock;
        let end = self.parts.settled(part, &told.facts.resources);
        let mut root = self.span(home.trace, home.root, clock.at(soft.at), clock.at(end));
        SOFT.clone_into(&mut root.name);
        (root.parent, root.kind) = (None, Kind::Internal);
        put(&mut root.attributes, key::URL_FULL, redact::url(&soft.url));
        put_text(&mut root.attributes, key::SOFT_TYPE, &soft.way);
        put(&mut root.attributes, key::SAME_DOCUMENT, soft.way != "restore");
        root.links.push(self.back(part.saturating_sub(1)));
        root.links.extend(acts.cause(soft.at).map(|at| self.blame(acts.get(at))));
        self.sign(&mut root, told.facts);
        self.tell(&mut root, part, told);
        root
    }

    /// Says whose page it is: of one browser's users, the page knows which.
    fn sign(&self, root: &mut Span, facts: &Facts<'_>) {
        let User { name, id } = &self.page.user;
        let id = if facts.user.1.is_empty() { id } else { facts.user.1 };
        put_text(&mut root.attributes, key::USER_NAME, name);
        put_text(&mut root.attributes, key::USER_ID, id);
    }

    /// The row of a page within the document. Nothing was asked for it by itself, so no lamp is lit.
    pub(super) fn row(&self, root: &Span) -> TracedRequest {
        TracedRequest {
            trace: root.trace,
            span: root.id,
            session: self.page.session,
            api: Api::Page,
            method: String::new(),
            url: root.text(key::URL_FULL).unwrap_or_default().to_owned(),
            status: None,
            start: root.start,
            millis: Some(root.duration().as_secs_f64() * 1e3),
            error: None,
            ladder: Ladder::default(),
            spans: 0,
            errors: 0,
            service: String::new(),
            environment: String::new(),
            badges: Badges::default(),
            call: String::new(),
        }
    }

    /// Tells a root what happened in its page, its events by their time.
    fn tell(&self, root: &mut Span, part: usize, told: &Told<'_>) {
        let clock = self.page.clock;
        told.vitals.tell(part, root, clock);
        told.faults.tell(Faults::root(part), root, clock);
        self.turns(root, part, told.facts);
        let events = std::mem::take(&mut root.events);
        root.events = arrange(events, |it: &Event| it.time.nanos(), |_, _| Ordering::Equal);
    }

    /// What changed of the device while a page was shown.
    fn turns(&self, root: &mut Span, part: usize, facts: &Facts<'_>) {
        let all = self.parts.all();
        let until = |part: usize| {
            all.get(part).map_or(facts.turns.len(), |part| {
                facts.turns.partition_point(|turn| turn.at.0 < part.start.0)
            })
        };
        let range = if part == 0 { 0..until(1) } else { until(part)..until(part + 1) };
        let first = Turn::of(facts.document);
        let before = range.start.checked_sub(1).map_or(&first, |at| facts.turns[at]);
        let mut last = before;
        let mut count = 0;
        for turn in &facts.turns[range] {
            for event in changes(self.page.clock, last, turn) {
                count += 1;
                if count <= MOST_TURNS {
                    root.events.push(event);
                } else {
                    root.dropped.events += 1;
                }
            }
            last = turn;
        }
    }
}

impl Turn {
    /// The device as it was when the document began.
    fn of(document: Option<&Document>) -> Self {
        let document = document.cloned().unwrap_or_default();
        let Document { visibility, online, connection, .. } = document;
        Self { at: PageMillis(0.0), visibility, online, connection }
    }
}

/// What is another than before, as events under the names of the DOM's.
fn changes(clock: PageClock, before: &Turn, turn: &Turn) -> Vec<Event> {
    let time: Timestamp = clock.at(turn.at);
    let mut events = Vec::new();
    if turn.visibility != before.visibility {
        let mut event = network::event("visibilitychange", time);
        put_text(&mut event.attributes, key::VISIBILITY, &turn.visibility);
        events.push(event);
    }
    if let Some(online) = turn.online.filter(|online| *online != before.online.unwrap_or(true)) {
        events.push(network::event(if online { "online" } else { "offline" }, time));
    }
    if turn.connection != before.connection && !turn.connection.is_empty() {
        let mut event = network::event("connectionchange", time);
        put_text(&mut event.attributes, key::CONNECTION_EFFECTIVE, &turn.connection);
        events.push(event);
    }
    events
}

/// What a document says of itself.
fn describe(attributes: &mut Attributes, document: &Document) {
    put_text(attributes, key::REFERRER, &redact::url(&document.referrer));
    if document.width > 0 {
        put(attributes, key::VIEWPORT, format!("{}x{}", document.width, document.height));
    }
    put_text(attributes, key::VISIBILITY, &document.visibility);
    put_text(attributes, key::CONNECTION_EFFECTIVE, &document.connection);
    if document.online == Some(false) {
        put(attributes, key::CONNECTION_TYPE, "unavailable");
    }
    if document.prerendered {
        put(attributes, key::PRERENDERED, true);
    }
}

/// The session ids of other tracers in the page.
fn peers(attributes: &mut Attributes, sdk: &str) {
    for peer in sdk.lines() {
        if let Some((tracer @ ("otel" | "faro" | "datadog"), id)) = peer.split_once(':') {
            put_text(attributes, format!("{}{tracer}", key::PEER_SESSION), id);
        }
    }
}

/// What a document says of its browser.
pub(super) fn browser(attributes: &mut Attributes, document: &Document) {
    put_text(attributes, key::USER_AGENT_ORIGINAL, &document.user_agent);
    put_text(attributes, key::BROWSER_LANGUAGE, &document.language);
    put_text(attributes, key::BROWSER_PLATFORM, &document.platform);
    if let Some(mobile) = document.mobile {
        put(attributes, key::BROWSER_MOBILE, mobile);
    }
    let brands = document.brands.split(", ").filter(|brand| !brand.is_empty());
    let brands: Vec<Value> = brands.take(MOST_BRANDS).map(Value::from).collect();
    if !brands.is_empty() {
        attributes.insert(key::BROWSER_BRANDS.to_owned(), Value::List(brands));
    }
}
