//! Trace context: what a request carries so that the next service joins the trace.

use crate::{SpanId, TraceId};
use serde::{Deserialize, Serialize};

/// W3C flag, bit 0: the caller records this trace.
pub const SAMPLED: u8 = 0x01;
/// W3C flag, bit 1 (Trace Context Level 2): the trace id's right-most seven bytes are random.
pub const RANDOM: u8 = 0x02;

/// The part of a trace context that names a place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TraceContext {
    /// The trace.
    pub trace: TraceId,
    /// The span that makes the request: the parent of whatever answers it.
    pub span: SpanId,
    /// W3C trace flags; test bits, never compare the byte.
    pub flags: u8,
}

impl TraceContext {
    /// Whether the caller records this trace.
    #[must_use]
    pub const fn sampled(self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The same, sampled or not.
    #[must_use]
    pub const fn sample(self, sampled: bool) -> Self {
        let flags = if sampled { self.flags | SAMPLED } else { self.flags & !SAMPLED };
        Self { flags, ..self }
    }

    /// Whether both name the same span, whatever their flags: most formats cannot say all of them.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        (self.trace, self.span) == (other.trace, other.span)
    }
}

/// The context of one document, minted before it is asked for.
///
/// A page trace has two spans from the start: its root (the page's load) and, under it, the
/// document request. The request's id goes out in `traceparent`, so that the server's span becomes
/// its child; the root's id goes out with what the document loads afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PageContext {
    /// The page's trace.
    pub trace: TraceId,
    /// The root span: the page's load.
    pub root: SpanId,
    /// The span of the document request.
    pub document: SpanId,
}

impl PageContext {
    /// Mints a context of 32 random bytes. `None` when an id would be all zero or both spans the
    /// same: draw again.
    #[must_use]
    pub fn mint(entropy: [u8; 32]) -> Option<Self> {
        let (trace, spans) = entropy.split_at(16);
        let (root, document) = spans.split_at(8);
        let minted = Self {
            trace: TraceId::from_bytes(trace).ok()?,
            root: SpanId::from_bytes(root).ok()?,
            document: SpanId::from_bytes(document).ok()?,
        };
        (minted.root != minted.document).then_some(minted)
    }

    /// What the document request carries.
    #[must_use]
    pub const fn request(self) -> TraceContext {
        TraceContext { trace: self.trace, span: self.document, flags: SAMPLED | RANDOM }
    }

    /// What the page's sub-resources carry.
    #[must_use]
    pub const fn resources(self) -> TraceContext {
        TraceContext { trace: self.trace, span: self.root, flags: SAMPLED | RANDOM }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_entropy_mints_nothing() {
        assert_eq!(PageContext::mint([0; 32]), None);
        assert_eq!(PageContext::mint([7; 32]), None, "root and document would be one span");
        let entropy: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let context = PageContext::mint(entropy).unwrap();
        assert_eq!(context.request().span.to_string(), "18191a1b1c1d1e1f");
        assert!(context.request().sampled());
    }
}
