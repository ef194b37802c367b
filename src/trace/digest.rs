//! What lists and statistics ask of traces, taken out of their spans: pages, calls and errors as rows.
//!
//! A digest can be made again from its spans at any time, so whoever keeps one keeps a cache; when
//! the rules here change, [`VERSION`] does, and what was kept is made anew. The journal and the
//! collector keep the same rows of the same spans. Spans may come from any SDK: what is not said is
//! empty, and never guessed.
//!
//! Each trace is read by itself. Where we recorded its browser, what another SDK in the same page
//! says of the same things is left out, so that nothing counts twice.

mod agent;
pub mod block;
mod call;
mod fault;
mod pack;
mod page;
mod row;
mod said;
mod scene;
mod vitals;

use serde::{Deserialize, Serialize};

use crate::order::sort;
use crate::{Resource, Scope, Span, SpanId, Timestamp, TraceId};
use scene::Scene;

pub use call::doubled;
pub use row::{CallRow, ErrorRow, PageRow, Phases, Vitals, failed};

/// Which rules made a digest.
pub const VERSION: u32 = 2;

/// The rows of some spans.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    /// Pages: documents, and pages within them; by their start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<PageRow>,
    /// What scripts asked for; by their start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallRow>,
    /// Script errors; by their start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ErrorRow>,
}

impl Digest {
    /// The session of its page, or of its first call where it has no page; empty where neither has one.
    #[must_use]
    pub fn session(&self) -> &str {
        let page = self.pages.first().map(|row| &row.session);
        page.or_else(|| self.calls.first().map(|row| &row.session)).map_or("", String::as_str)
    }
}

/// Whether a trace can have rows because of a span of this name: whoever keeps spans as they came
/// need not read those of a trace of which no span can. Of servers' traces none does.
#[must_use]
pub fn tells(resource: &Resource, scope: &Scope, name: &str) -> bool {
    scene::tells(resource, scope, name)
}

/// Takes the rows out of spans: of one trace, or of a page with the requests that it made, in any
/// order and repeated at will. Takes time in proportion to their number (and its logarithm).
#[must_use]
pub fn digest(spans: &[Span]) -> Digest {
    let mut digest = Digest::default();
    for scene in scene::scenes(spans) {
        take(&scene, &mut digest);
    }
    digest.calls = call::once(digest.calls);
    sort(&mut digest.pages, |it| it.start.nanos(), |a, b| place(a).cmp(&place(b)));
    let place = |it: &CallRow| (it.trace, it.span);
    sort(&mut digest.calls, |it| it.start.nanos(), |a, b| place(a).cmp(&place(b)));
    let place = |it: &ErrorRow| (it.trace, it.span);
    sort(
        &mut digest.errors,
        |it| it.start.nanos(),
        |a, b| place(a).cmp(&place(b)).then_with(|| a.fingerprint.cmp(&b.fingerprint)),
    );
    digest
}

fn place(row: &PageRow) -> (Option<TraceId>, Option<SpanId>, Timestamp) {
    (row.trace, row.span, row.start)
}

/// Takes in one trace.
fn take(scene: &Scene<'_>, digest: &mut Digest) {
    let mut pages: Vec<PageRow> = scene.pages().map(|at| page::row(scene, at)).collect();
    // What belongs to no other page of several in one trace belongs to the first.
    sort(&mut pages, |it| it.start.nanos(), |a, b| place(a).cmp(&place(b)));
    let home = pages.first();
    let mut calls: Vec<CallRow> = scene.calls().map(|at| call::row(scene, at, home)).collect();
    digest.errors.extend(fault::rows(scene, home));
    // All spans of a trace count once.
    let count = u32::try_from(scene.len()).unwrap_or(u32::MAX);
    if let Some(page) = pages.first_mut() {
        page.spans = count;
    } else if let Some(call) = calls.iter_mut().min_by_key(|it| (it.start, it.span)) {
        call.spans = count;
    }
    digest.pages.append(&mut pages);
    digest.calls.append(&mut calls);
}

#[cfg(test)]
mod tests;
