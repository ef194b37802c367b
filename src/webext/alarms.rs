//! Alarms: what wakes the worker when nothing else does.

use std::time::Duration;

use serde::Serialize;
use trace::json;

use crate::Error;
use crate::call::perform;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct When {
    delay_in_minutes: f64,
}

/// Wakes the worker once, after this time. Browsers round up to half a minute.
///
/// # Errors
/// When the browser refuses.
pub fn set(name: &str, time: Duration) -> impl Future<Output = Result<(), Error>> + use<> {
    let when = When { delay_in_minutes: time.as_secs_f64() / 60.0 };
    perform("alarms.create", json::write(&(name, when)))
}
