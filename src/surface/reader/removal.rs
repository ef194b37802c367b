//! Deletes what was recorded. A page that is being recorded goes on, and what it did until then does
//! not come back.

use std::collections::BTreeSet;

use trace::TraceId;

use super::{digesting, news};
use crate::page::journal;

/// Deletes a session: its pages with all that was recorded of them, and its requests.
///
/// # Errors
/// Why nothing was deleted, in words for the user.
pub async fn delete_session(session: &str) -> Result<(), String> {
    let failed = |error: webext::Error| error.to_string();
    let journal = journal().await?;
    let pages = pages(&journal, session).await.map_err(failed)?;
    journal.remove_pages(&pages, Some(session)).await.map_err(failed)?;
    removed(&pages);
    Ok(())
}

/// Deletes everything that was recorded.
///
/// # Errors
/// Why nothing was deleted, in words for the user.
pub async fn delete_all() -> Result<(), String> {
    journal().await?.remove_all().await.map_err(|error| error.to_string())?;
    removed(&BTreeSet::new());
    Ok(())
}

/// The traces of a session's pages and requests.
pub(super) async fn pages(
    journal: &webext::Journal,
    session: &str,
) -> Result<BTreeSet<TraceId>, webext::Error> {
    let mut pages: BTreeSet<TraceId> = journal.traces_of(session).await?.into_iter().collect();
    for row in journal.digests_of(session).await? {
        // A page may tell of a request that names a session of somebody else's.
        let ours = digesting::read(&row).is_none_or(|(.., digest)| {
            digest.pages.is_empty() || digest.pages.iter().any(|page| page.session == session)
        });
        if ours {
            pages.insert(row.trace);
        }
    }
    Ok(pages)
}

/// What is in memory of them goes as well.
fn removed(pages: &BTreeSet<TraceId>) {
    news::hear(&pages.iter().copied().collect::<Vec<_>>());
    news::stir();
}
