//! The one way of the dashboard to data: questions are answered out of the journal.

use bridge::query::{Answer, Question, Rows, answer};
use leptos::prelude::*;
use trace::digest::digest;
use trace::{Span, TraceId};
use webext::journal::SpanChunk;

use crate::page::{journal, keep};

/// Answers a question out of all rows.
///
/// # Errors
/// Why the journal cannot be read.
pub async fn ask(question: &Question) -> Result<Answer, String> {
    let journal = journal().await?;
    let requests = journal.all_requests().await.map_err(|error| error.to_string())?;
    let (mut rows, mut seen) = (Rows::default(), Vec::new());
    for row in requests {
        let trace = row.request.trace;
        if seen.contains(&trace) {
            continue;
        }
        seen.push(trace);
        let more =
            digest(&decoded(&journal.chunks(trace).await.map_err(|error| error.to_string())?));
        rows.pages.extend(more.pages);
        rows.calls.extend(more.calls);
        rows.errors.extend(more.errors);
    }
    Ok(answer(&rows, question))
}

/// All spans of a page's trace, with those of its requests that are traces of their own.
///
/// # Errors
/// Why the journal cannot be read.
pub async fn spans(trace: TraceId) -> Result<Vec<Span>, String> {
    let chunks = journal().await?.chunks(trace).await;
    Ok(decoded(&chunks.map_err(|error| error.to_string())?))
}

/// Tells when there are other rows, as long as the surface is there.
pub fn watch(on_change: impl Fn() + 'static) {
    keep(webext::message::listen(move |_| on_change()));
}

/// Pages that are still to be digested.
#[must_use]
pub fn left() -> RwSignal<u32> {
    RwSignal::new(0)
}

fn decoded(chunks: &[SpanChunk]) -> Vec<Span> {
    let spans = chunks.iter().filter_map(|chunk| otlp::proto::decode(&chunk.bytes).ok());
    spans.flat_map(|accepted| accepted.spans).collect()
}
