//! Calls as questions read them, wherever they lie.

use trace::digest::{CallRow, failed};
use trace::{SpanId, Timestamp, TraceId};

/// A call: what a [`CallRow`] says, whose fields these are.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "CallRow says what they are")]
pub struct Call<'a> {
    pub trace: Option<TraceId>,
    pub span: Option<SpanId>,
    pub page: Option<TraceId>,
    pub session: &'a str,
    pub start: Timestamp,
    pub millis: f64,
    pub method: &'a str,
    pub url: &'a str,
    pub status: Option<u16>,
    pub error: &'a str,
    pub service: &'a str,
    pub route: &'a str,
    pub spans: u32,
    pub unseen: bool,
}

impl<'a> From<&'a CallRow> for Call<'a> {
    fn from(row: &'a CallRow) -> Self {
        Self {
            trace: row.trace,
            span: row.span,
            page: row.page,
            session: &row.session,
            start: row.start,
            millis: row.millis,
            method: &row.method,
            url: &row.url,
            status: row.status,
            error: &row.error,
            service: &row.service,
            route: &row.route,
            spans: row.spans,
            unseen: row.unseen,
        }
    }
}

impl Call<'_> {
    /// Whether it failed, as [`CallRow::failed`] has it.
    #[must_use]
    pub fn failed(&self) -> bool {
        failed(self.status, self.error)
    }

    /// As a row of its own.
    #[must_use]
    pub fn row(&self) -> CallRow {
        CallRow {
            trace: self.trace,
            span: self.span,
            page: self.page,
            session: self.session.to_owned(),
            start: self.start,
            millis: self.millis,
            method: self.method.to_owned(),
            url: self.url.to_owned(),
            status: self.status,
            error: self.error.to_owned(),
            service: self.service.to_owned(),
            route: self.route.to_owned(),
            spans: self.spans,
            unseen: self.unseen,
        }
    }
}

/// All calls that there are. Of all rows most are calls, so whoever keeps many of them keeps them in a
/// form of his own.
pub trait Calls {
    /// How many.
    fn count(&self) -> usize;
    /// Each of them, in any order.
    fn each(&self) -> impl Iterator<Item = Call<'_>>;
}

impl Calls for [CallRow] {
    fn count(&self) -> usize {
        self.len()
    }

    fn each(&self) -> impl Iterator<Item = Call<'_>> {
        self.iter().map(Call::from)
    }
}
