//! Rows of calls: what scripts asked for.

use std::cmp::Ordering;

use crate::attribute::key;
use crate::order::{order, sort};
use crate::{Span, Status, Timestamp, TraceId};

use super::page::status;
use super::scene::{METHOD, Role, Scene, URL};
use super::{CallRow, PageRow, said};

/// How far two witnesses of one request may be apart, nanoseconds: two clocks tell.
const APART: u64 = 300_000_000;
/// Stands for a method that nobody told.
const OTHER: &str = "_OTHER";

/// The row of a call, one of a trace with this page.
pub(super) fn row(scene: &Scene<'_>, at: usize, home: Option<&PageRow>) -> CallRow {
    let span = scene.span(at);
    let hop = scene.hops(at).next().map(|at| scene.span(at));
    let page = page(scene, span, home);
    let session = said::of(span, &[key::SESSION_ID]);
    let of_page = || home.map(|page| page.session.clone());
    let text = |span: &Span, names: &[&str]| said::first(&span.attributes, names);
    let route = hop.map(|hop| text(hop, &[key::HTTP_ROUTE])).filter(|it| !it.is_empty());
    CallRow {
        trace: Some(span.trace),
        span: Some(span.id),
        page,
        session: if session.is_empty() { of_page().unwrap_or_default() } else { session },
        start: span.start,
        millis: said::millis(span.end.nanos().saturating_sub(span.start.nanos())),
        method: method(span),
        url: said::cut(said::text(&span.attributes, &URL), said::ADDRESS),
        status: status(span),
        error: error(span),
        service: hop.map(|hop| said::cut(hop.service(), said::WORD)).unwrap_or_default(),
        route: route.unwrap_or_else(|| text(span, &[key::ROUTE_TEMPLATE])),
        spans: 0,
        unseen: scene.role(at) == Role::Call { unseen: true },
    }
}

/// The page that made it: that of its trace or, where it has one of its own, the one it links to.
fn page(scene: &Scene<'_>, span: &Span, home: Option<&PageRow>) -> Option<TraceId> {
    let link = || {
        let links = span.links.iter();
        let back = |link: &&crate::Link| said::text(&link.attributes, &[key::LINK_KIND]) == "page";
        links.filter(back).map(|link| link.trace).next()
    };
    // A page whose root is not there yet has its calls below it all the same.
    let within = home.is_some() || (scene.ours && span.parent.is_some());
    if within { Some(span.trace) } else { link() }
}

/// The method, as it was given where it is not a known one; empty where nobody told.
fn method(span: &Span) -> String {
    let told = said::first(&span.attributes, &METHOD);
    match &*told {
        OTHER => said::first(&span.attributes, &[key::HTTP_REQUEST_METHOD_ORIGINAL]),
        _ => told,
    }
}

/// Why it failed: a status from 400 on, the name of an error, or that alone.
fn error(span: &Span) -> String {
    let named = said::first(&span.attributes, &[key::ERROR_TYPE]);
    if !named.is_empty() {
        return named;
    }
    match (status(span), &span.status) {
        (Some(status @ 400..), _) => status.to_string(),
        (_, Status::Error(message)) if !message.is_empty() => said::cut(message, said::WORD),
        (_, Status::Error(_)) => "error".to_owned(),
        _ => String::new(),
    }
}

/// The calls, each once: what the network events tell of a request that the recorder tells of as
/// well is left out.
pub(super) fn once(mut found: Vec<CallRow>) -> Vec<CallRow> {
    if !found.iter().any(|row| row.unseen) {
        return found;
    }
    sort(&mut found, |it| it.start.nanos(), |_, _| Ordering::Equal);
    // Those of one address side by side, each in order of time.
    let places = order(found.len(), &|_| 0, &|a, b| found[a].url.cmp(&found[b].url));
    let mut gone = vec![false; found.len()];
    for same in places.chunk_by(|a, b| found[*a].url == found[*b].url) {
        let (unseen, told): (Vec<usize>, Vec<usize>) =
            same.iter().partition(|at| found[**at].unseen);
        let starts =
            |places: &[usize]| -> Vec<_> { places.iter().map(|at| found[*at].start).collect() };
        for place in doubled(&starts(&unseen), &starts(&told)) {
            gone[unseen[place]] = true;
        }
    }
    let mut gone = gone.into_iter();
    found.retain(|_| gone.next() == Some(false));
    found
}

/// Which of some requests to one address of which the network events tell the recorder tells of as
/// well: their places. Each that is `told` answers for one. Both are in order of time.
#[must_use]
pub fn doubled(unseen: &[Timestamp], told: &[Timestamp]) -> Vec<usize> {
    let mut told = told.iter().peekable();
    let meets = |start: &Timestamp| {
        let near = start.nanos().saturating_sub(APART);
        while told.next_if(|told| told.nanos() < near).is_some() {}
        told.next_if(|told| told.nanos() <= start.nanos().saturating_add(APART)).is_some()
    };
    let met: Vec<bool> = unseen.iter().map(meets).collect();
    met.iter().enumerate().filter(|(_, met)| **met).map(|(place, _)| place).collect()
}
