//! Traced requests: the rows of lists.

use js_sys::Array;
use serde::{Deserialize, Serialize};
use trace::request::TracedRequest;
use trace::{SpanId, Timestamp, TraceId, json};
use wasm_bindgen::JsValue;

use super::{Journal, REQUESTS, object, ours, unless};
use crate::Error;
use crate::database::Change;

const BY_TAB: &str = "tab";
const BY_START: &str = "start";

/// A traced request, with the tab it was made in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestRow {
    /// The tab; -1 for one that was made elsewhere.
    pub tab: i32,
    /// The request.
    #[serde(rename = "")]
    pub request: TracedRequest,
}

impl RequestRow {
    /// Written.
    pub(super) fn change(&self) -> Result<Change, Error> {
        Ok((REQUESTS, "put", Array::of1(&object(&json::write(self))?)))
    }
}

impl Journal {
    /// Keeps traced requests of a page; one that is there already is replaced.
    ///
    /// # Errors
    /// When the browser cannot store them.
    pub async fn put_requests(&self, page: TraceId, rows: &[RequestRow]) -> Result<(), Error> {
        let rows: Result<_, Error> = rows.iter().map(RequestRow::change).collect();
        self.database.change(rows?, unless(page)).await
    }

    /// The traced requests of a tab, oldest first.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn requests(&self, tab: i32) -> Result<Vec<RequestRow>, Error> {
        ours(&self.database.all(REQUESTS, BY_TAB, &[tab.into()]).await?)
    }

    /// All traced requests, in no order that means anything.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn all_requests(&self) -> Result<Vec<RequestRow>, Error> {
        ours(&self.database.all(REQUESTS, "", &[]).await?)
    }

    /// The last traced requests that began before a moment (`None` for all time), oldest first: so
    /// many, and besides those that began with the first of them. Whoever goes on before the first
    /// of them misses none.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn requests_before(
        &self,
        before: Option<Timestamp>,
        count: u32,
    ) -> Result<Vec<RequestRow>, Error> {
        let before = before.map_or(JsValue::UNDEFINED, |before| before.nanos().to_string().into());
        ours(&self.database.last(REQUESTS, BY_START, &before, count).await?)
    }

    /// The traces of the oldest traced requests, so many at most, each as often as it has. To read
    /// whole rows would cost the caller four times the code.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn oldest(&self, count: u32) -> Result<Vec<TraceId>, Error> {
        let keys = self.database.first(REQUESTS, BY_START, count).await?;
        let keys: Vec<(TraceId, SpanId)> = ours(&keys)?;
        Ok(keys.into_iter().map(|(trace, _)| trace).collect())
    }
}
