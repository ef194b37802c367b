//! Ids as they come, in either format, and why some of them cannot be.

use trace::id::IdError;
use trace::{SpanId, TraceId};

use crate::Reason;

pub(crate) fn trace_id(bytes: &[u8]) -> Result<TraceId, Reason> {
    TraceId::from_bytes(bytes).map_err(|error| match error {
        _ if bytes.is_empty() => Reason::TraceMissing,
        IdError::Zero => Reason::TraceZero,
        _ => Reason::TraceForm,
    })
}

pub(crate) fn span_id(bytes: &[u8]) -> Result<SpanId, Reason> {
    SpanId::from_bytes(bytes).map_err(|error| match error {
        _ if bytes.is_empty() => Reason::SpanMissing,
        IdError::Zero => Reason::SpanZero,
        _ => Reason::SpanForm,
    })
}

/// A root has no parent id; some recorders write one of zeros instead, and mean the same.
pub(crate) fn parent_id(bytes: &[u8]) -> Result<Option<SpanId>, Reason> {
    match SpanId::from_bytes(bytes) {
        Ok(id) => Ok(Some(id)),
        Err(IdError::Zero) => Ok(None),
        Err(_) if bytes.is_empty() => Ok(None),
        Err(_) => Err(Reason::ParentForm),
    }
}
