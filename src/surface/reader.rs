//! The one way of lists and statistics to what this browser recorded: asks `bridge::query`'s questions
//! of the journal; where the page is served by the collector, of that.
//!
//! Answers come of digests (`trace::digest`), which this keeps in memory and in the journal; what
//! changed since is digested anew, in steps, whenever somebody asks. Whoever asks while much is left
//! is answered with what there is, and told again by [`watch`]. Only modules that call this are
//! larger by it.

mod blocks;
mod collector;
mod digesting;
mod file;
mod kept;
mod news;
mod removal;
mod session;
mod shelf;
mod transfer;

use std::collections::BTreeMap;
use std::time::Duration;

use bridge::query::{Answer, Asking, Question, answer};
use leptos::prelude::*;
use trace::seen::Seen;
use trace::{Span, TraceId};
use webext::Error;

use crate::page::journal;
use crate::steps::Steps;

pub use news::watch;
pub use removal::{delete_all, delete_session};
pub use transfer::{export, import};

/// How long somebody who asks may wait for what is still to be digested.
const PATIENCE: Duration = Duration::from_millis(200);

/// Calls that are looked at before the clock is.
const CALLS: usize = 1_024;

/// Who keeps what is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeper {
    /// This browser, in its journal: what is in it can be deleted, exported and brought in.
    #[default]
    Browser,
    /// The collector that serves the page: what is said of it here is all that can be done with it.
    Collector,
}

/// Who keeps what is listed.
#[must_use]
pub fn keeper() -> Keeper {
    webext::page::served().map_or(Keeper::Browser, |_| Keeper::Collector)
}

/// Asks a question.
///
/// # Errors
/// Why the journal cannot be read, in words for the user.
pub async fn ask(question: &Question) -> Result<Answer, String> {
    if let Some(origin) = webext::page::served() {
        return collector::ask(&origin, question).await;
    }
    match attempt(question).await {
        // The browser closes a journal that is deleted, and gives a new one.
        Err(Failed { closed: true, .. }) => attempt(question).await,
        done => done,
    }
    .map_err(|failed| failed.text)
}

/// Why an answer could not be had.
struct Failed {
    text: String,
    closed: bool,
}

async fn attempt(question: &Question) -> Result<Answer, Failed> {
    let journal = journal().await.map_err(|text| Failed { text, closed: false })?;
    let failed = |error: Error| Failed { text: error.to_string(), closed: !journal.is_open() };
    if let Question::Session { session, .. } = question {
        let rows = session::rows(&journal, session).await.map_err(failed)?;
        return Ok(answer(&rows, question));
    }
    let mut shelf = shelf::lock().await;
    let left = shelf.refresh(&journal, question.about(), PATIENCE).await.map_err(failed)?;
    let mut asking = Asking::begin(shelf.rows(), question);
    let mut steps = Steps::begin();
    while !asking.step(CALLS) {
        if steps.over() {
            steps.rest().await;
        }
    }
    let answer = asking.end();
    drop(shelf);
    news::count(left);
    Ok(answer)
}

/// All spans of a page's trace, each once, with those of its requests that are traces of their own.
///
/// # Errors
/// Why the journal cannot be read, in words for the user.
pub async fn spans(trace: TraceId) -> Result<Vec<Span>, String> {
    if let Some(origin) = webext::page::served() {
        return collector::spans(&origin, trace).await;
    }
    let failed = |error: Error| error.to_string();
    let journal = journal().await?;
    let (own, others) = (journal.fetch(trace), journal.chunks_of_pages(trace));
    let mut steps = Steps::begin();
    let mut seen = Seen::default();
    let mut spans = digesting::spans(own.await.map_err(failed)?, &mut seen, &mut steps).await;
    let mut others = digesting::spans(others.await.map_err(failed)?, &mut seen, &mut steps).await;
    others.retain(|span| span.trace == trace);
    spans.append(&mut others);
    Ok(spans)
}

/// How much room there is, and who has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// How many bytes the spans of each session have, by its id; those of pages of no session are
    /// under an empty one. Pages that are still to be digested do not count.
    pub sessions: BTreeMap<String, u64>,
    /// How many bytes of the disk the extension uses, as the browser estimates it.
    pub used: u64,
    /// How many the browser would give it.
    pub room: u64,
}

/// How much room there is, and who has it.
///
/// # Errors
/// Why the journal cannot be read, in words for the user.
pub async fn sizes() -> Result<Sizes, String> {
    let failed = |error: Error| error.to_string();
    let journal = journal().await?;
    let mut shelf = shelf::lock().await;
    let left = shelf.refresh(&journal, [false; 3], PATIENCE).await.map_err(failed)?;
    let sessions = shelf.sizes();
    drop(shelf);
    news::count(left);
    let (used, room) = webext::storage::estimate().await.map_err(failed)?;
    Ok(Sizes { sessions, used, room })
}

/// How many pages are still to be digested.
#[must_use]
pub fn left() -> RwSignal<u32> {
    news::left()
}
