//! Takes in what was recorded elsewhere.

use js_sys::Array;
use trace::{SpanId, TraceId};

use super::digest::BY_SESSION;
use super::news::{self, News};
use super::{GONE, Journal, REQUESTS, RequestRow, SpanChunk, key, ours};
use crate::Error;
use crate::database::Change;
use crate::journal::chunk::stale;

impl Journal {
    /// The requests of a session, in no order that means anything.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn requests_of(&self, session: &str) -> Result<Vec<RequestRow>, Error> {
        ours(&self.database.equal(REQUESTS, BY_SESSION, &session.into()).await?)
    }

    /// Takes a page in, with its chunks. False where something of it is there already: then nothing
    /// is changed.
    ///
    /// # Errors
    /// When the browser cannot store them; then none is.
    pub async fn take_page(&self, page: TraceId, chunks: &[SpanChunk]) -> Result<bool, Error> {
        if !self.places(page).await?.is_empty() {
            return Ok(false);
        }
        let mut changes: Vec<Change> = vec![(GONE, "delete", Array::of1(&key(page)))];
        for chunk in chunks {
            changes.push(chunk.change()?);
        }
        changes.push(stale(page)?);
        self.database.change(changes, None).await?;
        Ok(true)
    }

    /// Takes requests in, without those that are there already.
    ///
    /// # Errors
    /// When the browser cannot store them; then none is.
    pub async fn take_requests(&self, rows: &[RequestRow]) -> Result<(), Error> {
        let mut changes: Vec<Change> = Vec::new();
        for row in rows {
            let (trace, span) = (row.request.trace, row.request.span);
            let there: Vec<(TraceId, SpanId)> =
                ours(&self.database.keys(REQUESTS, &[key(trace), span.to_string().into()]).await?)?;
            if there.is_empty() {
                changes.push(row.change()?);
            }
        }
        self.database.change(changes, None).await?;
        news::tell(&News { traces: Vec::new(), lists: true });
        Ok(())
    }
}
