//! Counts the spans that could not be kept, by reason.

use std::fmt;

use trace::table::Table;

/// How many spans were left out, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// All of them.
    pub count: u64,
    /// How many for each reason.
    pub reasons: Table<Reason, u64>,
}

impl Rejected {
    /// Counts one more.
    pub fn add(&mut self, reason: Reason) {
        self.add_many(reason, 1);
    }

    /// Counts several that share a reason, as the spans of an unreadable resource do.
    pub fn add_many(&mut self, reason: Reason, count: u64) {
        if count > 0 {
            self.count += count;
            *self.reasons.or_default(reason) += count;
        }
    }

    /// What was left out since an earlier count of the same.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let mut since = Self::default();
        for (reason, count) in self.reasons.iter() {
            let known = before.reasons.get(reason).copied().unwrap_or_default();
            since.add_many(*reason, count.saturating_sub(known));
        }
        since
    }

    /// Whether nothing was left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// One line: `3 spans rejected: 2 with an all-zero trace id, 1 with text that is not UTF-8`.
impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.count == 1 { "span" } else { "spans" };
        write!(f, "{} {noun} rejected", self.count)?;
        for (at, (reason, count)) in self.reasons.iter().enumerate() {
            write!(f, "{} {count} {reason}", if at == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

/// Why a span cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No trace id at all.
    TraceMissing,
    /// A trace id of zeros only, which W3C Trace Context forbids.
    TraceZero,
    /// A trace id that is not 16 bytes.
    TraceForm,
    /// No span id at all.
    SpanMissing,
    /// A span id of zeros only, which W3C Trace Context forbids.
    SpanZero,
    /// A span id that is not 8 bytes.
    SpanForm,
    /// A parent id that is there and is not 8 bytes.
    ParentForm,
    /// Text that is not UTF-8.
    Text,
    /// A time that is no count of nanoseconds since 1970 (only JSON can write one).
    Time,
    /// A field that is cut short or of a wrong type.
    Garbled,
    /// Values nested deeper than [`DEPTH`](crate::proto::DEPTH).
    Deep,
    /// The resource it belongs to cannot be read.
    Resource,
    /// The scope it belongs to cannot be read.
    Scope,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TraceMissing => "without a trace id",
            Self::TraceZero => "with an all-zero trace id",
            Self::TraceForm => "with a trace id that is not 16 bytes",
            Self::SpanMissing => "without a span id",
            Self::SpanZero => "with an all-zero span id",
            Self::SpanForm => "with a span id that is not 8 bytes",
            Self::ParentForm => "with a parent id that is not 8 bytes",
            Self::Text => "with text that is not UTF-8",
            Self::Time => "with a time that is no count of nanoseconds since 1970",
            Self::Garbled => "with a field that is cut short or of a wrong type",
            Self::Deep => "with values nested too deep",
            Self::Resource => "of a resource that cannot be read",
            Self::Scope => "of a scope that cannot be read",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_reads_as_one_line_with_counts_and_reasons() {
        let mut rejected = Rejected::default();
        rejected.add(Reason::Text);
        assert_eq!(rejected.to_string(), "1 span rejected: 1 with text that is not UTF-8");
        rejected.add_many(Reason::TraceZero, 2);
        rejected.add_many(Reason::Deep, 0);
        assert_eq!(
            rejected.to_string(),
            "3 spans rejected: 2 with an all-zero trace id, 1 with text that is not UTF-8"
        );
        let before = rejected.clone();
        assert!(rejected.since(&before).is_empty());
        rejected.add(Reason::Text);
        assert_eq!(
            rejected.since(&before).to_string(),
            "1 span rejected: 1 with text that is not UTF-8"
        );
    }
}
