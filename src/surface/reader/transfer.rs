//! Sessions to files and back, in steps.

use std::collections::BTreeSet;

use trace::seen::Seen;
use webext::journal::Side;
use webext::{Error, Journal};

use super::file::{Reader, Writer};
use super::{digesting, news, removal};
use crate::page::journal;
use crate::steps::Steps;

/// Requests that are written at once.
const ROWS: usize = 256;

/// A session as a file: its name, and what is in it.
///
/// # Errors
/// Why it cannot be read, in words for the user.
pub async fn export(session: &str) -> Result<(String, Vec<u8>), String> {
    let failed = |error: Error| error.to_string();
    let journal = journal().await?;
    let requests = journal.requests_of(session).await.map_err(failed)?;
    let pages = removal::pages(&journal, session).await.map_err(failed)?;
    let mut steps = Steps::begin();
    let mut file = Writer::begin(session, &requests);
    for page in pages {
        // A span that lies in two chunks is written once, as it is known last.
        let mut seen = Seen::default();
        let mut chunks = journal.fetch(page).await.map_err(failed)?;
        chunks.sort_by_key(|chunk| chunk.open);
        for chunk in chunks {
            let spans = match chunk.side {
                // It goes beside what it speaks of.
                Side::Copy => otlp::proto::decode(&chunk.bytes).unwrap_or_default().spans,
                _ => digesting::spans(vec![chunk.clone()], &mut seen, &mut steps).await,
            };
            if !spans.is_empty() {
                file.chunk(&chunk, &spans);
            }
            if steps.over() {
                steps.rest().await;
            }
        }
    }
    let part: String = session.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    Ok((format!("tracelight-session-{part}.json"), file.end()))
}

/// Takes the session of a file in. How many of its pages were not there before: what is there already
/// is left as it is.
///
/// # Errors
/// What is wrong with the file, or why the journal did not take it, in words for the user. Then
/// nothing of it was taken.
pub async fn import(file: &[u8]) -> Result<usize, String> {
    let journal = journal().await?;
    let mut steps = Steps::begin();
    let mut reader = Reader::begin(file);
    while !reader.step().map_err(|flaw| flaw.to_string())? {
        if steps.over() {
            steps.rest().await;
        }
    }
    let Reader { requests, chunks, .. } = reader;
    let mut taken = BTreeSet::new();
    let done = async {
        for theirs in chunks.chunk_by(|a, b| a.trace == b.trace) {
            let page = theirs[0].trace;
            if journal.take_page(page, theirs).await? {
                taken.insert(page);
            }
        }
        for rows in requests.chunks(ROWS) {
            journal.take_requests(rows).await?;
        }
        Ok(())
    };
    if let Err(error) = done.await {
        return Err(undo(&journal, &taken, &error).await);
    }
    news::stir();
    Ok(taken.len())
}

/// Takes back what was taken in before the journal refused the rest.
async fn undo(journal: &Journal, taken: &BTreeSet<trace::TraceId>, error: &Error) -> String {
    match journal.remove_pages(taken, None).await {
        Ok(()) => format!("Nothing was imported: {error}"),
        Err(_) => format!("Not all of it was imported: {error}"),
    }
}
