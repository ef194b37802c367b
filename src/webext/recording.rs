//! The modules beside the worker's own, one that records and one that speaks with trace stores:
//! `background.js` loads each at its first task.

use bridge::Task;
use js_sys::Uint8Array;
use serde::de::DeserializeOwned;
use trace::{TraceId, json};

use crate::js::settled;
use crate::{Error, call, js};

/// Its name, for errors.
const NAME: &str = "record";

/// Has a task carried out.
///
/// # Errors
/// When the module cannot be loaded, or its answer is of another shape.
pub async fn ask<R: DeserializeOwned>(task: &Task) -> Result<R, Error> {
    call::read(NAME, &carry_out(json::write(task)).await?)
}

/// Has a task carried out, which is text as its answer is.
///
/// # Errors
/// When the module cannot be loaded.
pub async fn carry_out(task: String) -> Result<String, Error> {
    let answer = js::call(&js_sys::global(), NAME, &[&task.into()]);
    let answer = settled(NAME, answer).await?;
    Ok(answer.as_string().unwrap_or_else(|| "null".to_owned()))
}

/// Hands the module that records what a store has of a trace, as OTLP protobuf. Answers with the
/// traces that belong to it and may be asked for as well.
///
/// # Errors
/// When the module cannot be loaded.
pub async fn hand(trace: TraceId, spans: &[u8]) -> Result<Vec<TraceId>, Error> {
    let name = "hand";
    let spans = Uint8Array::from(spans);
    let trace = trace.to_string().into();
    let more = js::call(&js_sys::global(), name, &[&trace, &spans]);
    let more = settled(name, more).await?.as_string().unwrap_or_default();
    Ok(more.split_whitespace().filter_map(|id| id.parse().ok()).collect())
}

/// Has it loaded, as there will be something to record.
pub fn prepare() {
    // One that cannot be loaded is reported by the first task.
    let _loading = js::call(&js_sys::global(), NAME, &[]);
}
