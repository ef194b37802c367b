//! Follows a trace in the store, where that is our own collector: one answer that goes on.

use backend::follow::{self, Part, Parts};
use trace::TraceId;
use trace::contact::Purpose;
use webext::net::Flow;
use webext::{Listening, contact};

/// An answer that goes on.
pub(super) struct Follow {
    flow: Flow,
    parts: Parts,
    /// Spans that are stored now.
    pub(super) spans: usize,
}

/// What became of the question.
pub(super) enum Opened {
    /// It is our collector.
    Ours(Follow),
    /// It is not, and has nothing to follow.
    Other,
    /// Nothing answers.
    Silent,
}

impl Follow {
    /// Asks the store.
    pub(super) async fn open(store: &str, trace: TraceId) -> Opened {
        match Flow::open(&follow::url(store, trace)).await {
            Ok(Some(flow)) => match flow.header(follow::SPANS).and_then(|said| said.parse().ok()) {
                Some(spans) => Opened::Ours(Self { flow, parts: Parts::default(), spans }),
                None => Opened::Other,
            },
            Ok(None) => Opened::Other,
            Err(_) => Opened::Silent,
        }
    }

    /// Ends it when that is dropped.
    pub(super) fn ending(&self) -> Listening {
        self.flow.ending()
    }

    /// What comes next; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Part> {
        loop {
            match self.parts.take() {
                Some(Part::Garbled) => return None,
                Some(part) => return Some(part),
                None => {}
            }
            if !self.flow.read(&mut self.parts.bytes).await.ok()? {
                return None;
            }
        }
    }
}

/// Notes that the store was asked, where nobody else does: the trust page tells of it.
pub(super) async fn note(store: &str) {
    contact::note(store, Purpose::Ask).await;
}
