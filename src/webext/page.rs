//! The surface's own page: its address, its clipboard, its timers.

use std::time::Duration;

use wasm_bindgen::prelude::*;
use web_sys::{UrlSearchParams, Window};

use crate::Listening;

fn window() -> Option<Window> {
    web_sys::window()
}

/// A query parameter of the surface's address. `None` when it is not there.
#[must_use]
pub fn param(name: &str) -> Option<String> {
    let search = window()?.location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// Closes the surface.
pub fn close() {
    let _stays_open = window().map(|window| window.close());
}

/// Puts text on the clipboard; must be called in the turn of a click.
pub fn copy(text: &str) {
    let _not_copied = window().map(|window| window.navigator().clipboard().write_text(text));
}

/// The wall clock.
#[must_use]
pub fn now() -> trace::Timestamp {
    crate::clock::now()
}

/// Calls again and again until dropped.
pub fn every(period: Duration, tick: impl FnMut() + 'static) -> Listening {
    let millis = u32::try_from(period.as_millis()).unwrap_or(u32::MAX);
    let interval = gloo_timers::callback::Interval::new(millis, tick);
    Listening::new(move || drop(interval))
}

/// Minutes that local time is ahead of UTC at a moment: the browser knows the zone and its history.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "offsets are within a day: 1,440 minutes")]
#[allow(clippy::cast_precision_loss, reason = "milliseconds fit in 53 bits")]
pub fn zone(at: trace::Timestamp) -> i32 {
    let date = js_sys::Date::new(&JsValue::from_f64(at.millis() as f64));
    -(date.get_timezone_offset() as i32)
}
