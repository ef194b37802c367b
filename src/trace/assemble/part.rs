//! The pages of one document: itself, then each soft navigation and each return from the
//! back/forward cache. Each has a trace of its own.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::context::PageContext;
use crate::record::{Resource, Soft};
use crate::{PageMillis, SpanId, TraceId};

/// A page whose loads have been quiet this long has settled, milliseconds. The relay waits as long
/// before it lets requests go by themselves.
pub const QUIET: f64 = 1_000.0;
/// No page takes longer to settle, milliseconds.
pub const CAP: f64 = 10_000.0;

/// One page of the document.
pub(super) struct Part<'a> {
    pub(super) trace: TraceId,
    pub(super) root: SpanId,
    pub(super) start: PageMillis,
    /// `None` for the document's own.
    pub(super) soft: Option<&'a Soft>,
}

/// All of them, by their start.
pub(super) struct Parts<'a> {
    list: Vec<Part<'a>>,
    places: BTreeMap<TraceId, usize>,
}

impl<'a> Parts<'a> {
    /// The document's page and the soft ones, which are sorted. A trace is one page's.
    pub(super) fn new(context: PageContext, softs: &[&'a Soft]) -> Self {
        let PageContext { trace, root, .. } = context;
        let mut list = vec![Part { trace, root, start: PageMillis(0.0), soft: None }];
        let mut places = BTreeMap::from([(trace, 0)]);
        for soft in softs {
            let trace = soft.context.trace;
            if let Entry::Vacant(place) = places.entry(trace) {
                place.insert(list.len());
                let Soft { at, context, .. } = soft;
                list.push(Part { trace, root: context.span, start: *at, soft: Some(soft) });
            }
        }
        Self { list, places }
    }

    /// The page that was shown at a moment.
    pub(super) fn at(&self, moment: PageMillis) -> usize {
        self.list.partition_point(|part| part.start.0 <= moment.0).saturating_sub(1)
    }

    /// The page whose trace this is.
    pub(super) fn home(&self, trace: TraceId) -> Option<usize> {
        self.places.get(&trace).copied()
    }

    pub(super) fn get(&self, part: usize) -> &Part<'a> {
        &self.list[part]
    }

    pub(super) fn all(&self) -> &[Part<'a>] {
        &self.list
    }

    /// When a page had settled: the loads that began in it, until there was none for a while.
    /// Judged by what the browser timed, which a page cannot forge. Resources are sorted.
    pub(super) fn settled(&self, part: usize, resources: &[&Resource]) -> PageMillis {
        let start = self.list[part].start.0;
        let next = self.list.get(part + 1).map_or(f64::INFINITY, |part| part.start.0);
        let first = resources.partition_point(|it| it.timing.start_time.0 < start);
        let mut end = start;
        for Resource { timing, .. } in resources[first..].iter().copied() {
            let began = timing.start_time.0;
            if began >= next || began > end + QUIET || began > start + CAP {
                break;
            }
            end = end.max(timing.response_end.0);
        }
        PageMillis(end)
    }
}
