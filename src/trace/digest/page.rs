//! Rows of pages. What a browser cannot know of itself, its address and where on Earth it is, is
//! told by the spans of the server that answered it, and of no server behind that: whom such a one
//! calls its client is another server.

use crate::attribute::key;
use crate::{Kind, Span};

use super::agent::Agent;
use super::scene::{Role, STATUS, Scene, URL};
use super::{PageRow, said, vitals};

/// Names of who uses a page.
const USER_NAME: [&str; 2] = [key::USER_NAME, key::ENDUSER_ID];
const USER_ID: [&str; 2] = [key::USER_ID, key::ENDUSER_ID];
/// Names of where a service runs: the conventions' of today, and that before.
const ENVIRONMENT: [&str; 2] = [key::ENVIRONMENT, key::OLD_ENVIRONMENT];
/// OpenTelemetry's instrumentation of what users do says so.
const EVENT_TYPE: &str = "event_type";

/// The row of the page of a root.
pub(super) fn row(scene: &Scene<'_>, at: usize) -> PageRow {
    let root = scene.span(at);
    let document = scene.document(at);
    let sides = Sides::of(scene, at);
    let asked = document.map(|at| scene.span(at));
    let agent = Agent::of(&root.resource.attributes, agent(root, &sides));
    PageRow {
        trace: Some(root.trace),
        span: Some(root.id),
        session: said::of(root, &[key::SESSION_ID]),
        start: root.start,
        millis: said::millis(root.end.nanos().saturating_sub(root.start.nanos())),
        url: said::cut(said::text(&root.attributes, &URL), said::ADDRESS),
        soft: scene.role(at) == Role::Page { soft: true },
        user_name: sides.word(root, &USER_NAME),
        user_id: sides.word(root, &USER_ID),
        browser: agent.browser,
        version: agent.version,
        system: agent.system,
        device: agent.device,
        connection: said::of(root, &[key::CONNECTION_EFFECTIVE, key::CONNECTION_TYPE]),
        ip: sides.first(|span| said::first(&span.attributes, &[key::CLIENT_ADDRESS])),
        region: sides.first(region),
        status: asked.and_then(status).or_else(|| sides.hop().and_then(status)),
        service: sides.hop().map(|hop| said::cut(hop.service(), said::WORD)).unwrap_or_default(),
        environment: sides.first(|span| said::first(&span.resource.attributes, &ENVIRONMENT)),
        vitals: vitals::vitals(root, asked, scene.ours),
        phases: vitals::phases(root, asked),
        spans: 0,
        acts: if scene.single { acts(scene) } else { 0 },
        lost: said::count(&root.attributes, key::LOST_FACTS)
            .saturating_add(said::count(&root.attributes, key::LOST_ENTRIES)),
    }
}

/// What the server's side of a page says.
struct Sides<'a> {
    /// Spans of the service that answered, the answers first.
    near: Vec<&'a Span>,
    /// All spans below what it answered.
    all: Vec<&'a Span>,
}

impl<'a> Sides<'a> {
    /// Of the document's request; where nobody tells of that, of the calls.
    fn of(scene: &Scene<'a>, page: usize) -> Self {
        if let Some(document) = scene.document(page) {
            let sides = Self::below(scene, document);
            if !sides.near.is_empty() {
                return sides;
            }
        }
        // A page that was made with a context in it joins its server's span.
        let above = scene.above(page).map(|at| scene.span(at));
        if let Some(server) = above.filter(|span| span.kind == Kind::Server) {
            return Self { near: vec![server], all: vec![server] };
        }
        let mut sides = Self { near: Vec::new(), all: Vec::new() };
        if scene.single {
            for call in scene.calls() {
                let more = Self::below(scene, call);
                sides.near.extend(more.near);
                sides.all.extend(more.all);
            }
        }
        sides
    }

    fn below(scene: &Scene<'a>, request: usize) -> Self {
        let mut near: Vec<_> = scene.hops(request).map(|at| scene.span(at)).collect();
        let all: Vec<_> = scene.below(request).map(|at| scene.span(at)).collect();
        if let Some(hop) = near.first() {
            let service = hop.service();
            let same = |span: &&&Span| span.kind != Kind::Server && span.service() == service;
            near.extend(all.iter().filter(same).filter(|span| span.id != scene.span(request).id));
        }
        Self { near, all }
    }

    /// The span that answered.
    fn hop(&self) -> Option<&'a Span> {
        self.near.first().copied()
    }

    /// The first word that the answering service says.
    fn first(&self, word: impl Fn(&Span) -> String) -> String {
        let mut words = self.near.iter().map(|span| word(span));
        words.find(|word| !word.is_empty()).unwrap_or_default()
    }

    /// What a root says under the first of some names that anybody has, else any server: users stay
    /// who they are from one to the next.
    fn word(&self, root: &Span, names: &[&str]) -> String {
        let spans = || std::iter::once(&root).chain(&self.all);
        let mut words = names.iter().flat_map(|name| spans().map(|span| said::of(span, &[*name])));
        words.find(|word| !word.is_empty()).unwrap_or_default()
    }
}

/// The browser's own name for itself: in its resource, in its root, or as its server was told.
fn agent<'a>(root: &'a Span, sides: &Sides<'a>) -> &'a str {
    let names = [key::USER_AGENT_ORIGINAL, "http.user_agent"];
    let spans = [Some(root), sides.hop()].into_iter().flatten();
    let mut sets = std::iter::once(&root.resource.attributes).chain(spans.map(|it| &it.attributes));
    let agent = sets.find_map(|set| Some(said::text(set, &names)).filter(|it| !it.is_empty()));
    let agent = agent.unwrap_or_default();
    &agent[..agent.floor_char_boundary(said::TEXT)]
}

/// Country, region and city, as far as they are told: `DE, BE, Berlin`.
fn region(span: &Span) -> String {
    let word = |name: &str| said::of(span, &[name]);
    let country = word(key::GEO_COUNTRY);
    let region = word(key::GEO_REGION);
    // ISO 3166-2 begins with the country.
    let within = region.strip_prefix(&*country).and_then(|rest| rest.strip_prefix('-'));
    let within = within.unwrap_or(&region).to_owned();
    let parts = [country, within, word(key::GEO_LOCALITY)];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// A response's status.
pub(super) fn status(span: &Span) -> Option<u16> {
    let told = STATUS.iter().find_map(|name| span.attributes.get(name)?.as_int());
    told.and_then(|status| u16::try_from(status).ok()).filter(|it| (100..600).contains(it))
}

/// How much the user did.
fn acts(scene: &Scene<'_>) -> u32 {
    let name = if scene.ours { key::OPERATION_TYPE } else { EVENT_TYPE };
    let all = scene.spans().filter(|span| scene.browser(span) && span.text(name).is_some());
    u32::try_from(all.count()).unwrap_or(u32::MAX)
}
