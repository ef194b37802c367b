//! The module that records, beside the worker's own: `background.js` loads it at the first task.

use bridge::Task;
use serde::de::DeserializeOwned;
use trace::json;

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

/// Apart, so that the wait is compiled once and not for each kind of answer.
async fn carry_out(task: String) -> Result<String, Error> {
    let answer = js::call(&js_sys::global(), NAME, &[&task.into()]);
    let answer = settled(NAME, answer).await?;
    Ok(answer.as_string().unwrap_or_else(|| "null".to_owned()))
}

/// Has it loaded, as there will be something to record.
pub fn prepare() {
    // One that cannot be loaded is reported by the first task.
    let _loading = js::call(&js_sys::global(), NAME, &[]);
}
