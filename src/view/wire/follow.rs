//! Follows a trace in the store, where that is our own collector: one answer that goes on. What may be
//! asked, and with what, is said by the module that speaks with trace stores.

use backend::follow::{self, Part, Parts};
use bridge::Consult;
use bridge::follow::{Pass, Way};
use trace::TraceId;
use webext::Listening;
use webext::net::Flow;

/// Asks how a trace may be followed now.
pub(super) async fn pass(trace: TraceId) -> Pass {
    // Who cannot be reached now may be there again.
    webext::message::consult(&Consult::Follow { trace }).await.unwrap_or(Pass::Later)
}

/// An answer that goes on.
pub(super) struct Follow {
    flow: Flow,
    parts: Parts,
    /// Spans that are stored now.
    pub(super) spans: usize,
}

/// An answer that says no more than that a trace grew.
pub(super) struct Growth {
    flow: Flow,
    bytes: Vec<u8>,
}

/// What became of the question.
pub(super) enum Opened {
    /// It is our collector, and tells of spans.
    Spans(Follow),
    /// It is our collector, and tells that there are more.
    Growth(Growth),
    /// It is not, and has nothing to follow.
    Other,
    /// Nothing answers.
    Silent,
}

impl Opened {
    /// Asks the store.
    #[expect(clippy::disallowed_methods, reason = "what is asked was signed and noted by `stores`")]
    pub(super) async fn of(Way { url, headers, spans }: Way) -> Self {
        let flow = match Flow::open(&url, &headers).await {
            Ok(Some(flow)) => flow,
            Ok(None) => return Self::Other,
            Err(_) => return Self::Silent,
        };
        let header = |name| flow.header(name).unwrap_or_default();
        if !spans {
            let ours = header("content-type").starts_with(follow::EVENTS);
            let growth = Growth { flow, bytes: Vec::new() };
            return if ours { Self::Growth(growth) } else { Self::Other };
        }
        match header(follow::SPANS).parse() {
            Ok(spans) => Self::Spans(Follow { flow, parts: Parts::default(), spans }),
            Err(_) => Self::Other,
        }
    }
}

impl Follow {
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

impl Growth {
    /// Ends it when that is dropped.
    pub(super) fn ending(&self) -> Listening {
        self.flow.ending()
    }

    /// Waits until the trace grew; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<()> {
        while !follow::grew(&mut self.bytes) {
            if !self.flow.read(&mut self.bytes).await.ok()? {
                return None;
            }
        }
        Some(())
    }
}
