//! Removes what was recorded.

use js_sys::Array;

use super::{DIGESTS, FACTS, GONE, Journal, REQUESTS, SPANS, STALE, news};
use crate::Error;

impl Journal {
    /// Removes all that is in it.
    ///
    /// # Errors
    /// When the browser refuses; then nothing of it is removed.
    pub async fn erase(&self) -> Result<(), Error> {
        let all = [FACTS, REQUESTS, SPANS, DIGESTS, STALE, GONE];
        let changes = all.map(|store| (store, "clear", Array::new()));
        self.database.change(changes.into(), None).await?;
        news::tell(&[]);
        Ok(())
    }
}
