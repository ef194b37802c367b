//! The surface's own page: its address, its clipboard, its files, its timers.

use std::time::Duration;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, UrlSearchParams, Window};

use crate::js::{call, get, global, set};
use crate::{Error, Listening};

fn window() -> Option<Window> {
    web_sys::window()
}

/// A query parameter of the surface's address. `None` when it is not there.
#[must_use]
pub fn param(name: &str) -> Option<String> {
    let search = window()?.location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// The origin of whoever serves this page over HTTP; `None` for a page of the extension.
#[must_use]
pub fn served() -> Option<String> {
    let location = window()?.location();
    let protocol = location.protocol().ok()?;
    matches!(&*protocol, "http:" | "https:").then(|| location.origin().ok()).flatten()
}

/// Writes another address of the surface into the address bar, without going there.
pub fn replace(address: &str) {
    let _address_stays = window()
        .and_then(|window| window.history().ok())
        .map(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(address)));
}

/// Whether a regular expression fits a text, as this browser reads both; false where it reads none.
#[must_use]
pub fn fits(regex: &str, text: &str) -> bool {
    let regex = global("RegExp").and_then(|class| {
        Reflect::construct(class.unchecked_ref::<Function>(), &Array::of1(&regex.into()))
    });
    let fits = regex.and_then(|regex| call(&regex, "test", &[&text.into()]));
    fits.is_ok_and(|fits| fits == JsValue::TRUE)
}

/// Whether a selector is one that this browser reads.
#[must_use]
pub fn selects(selector: &str) -> bool {
    let document = global("document");
    document.and_then(|it| call(&it, "querySelector", &[&selector.into()])).is_ok()
}

/// Calls each time that an element has got another size, and once at the beginning, until what is
/// returned is dropped (Resize Observer). `None` where the browser observes none.
#[must_use]
pub fn resized(element: &Element, then: impl Fn() + 'static) -> Option<Listening> {
    let told = Closure::<dyn Fn()>::new(then);
    let class = global("ResizeObserver").ok()?;
    let observer =
        Reflect::construct(class.unchecked_ref::<Function>(), &Array::of1(told.as_ref())).ok()?;
    call(&observer, "observe", &[element]).ok()?;
    Some(Listening::new(move || {
        let _ended = call(&observer, "disconnect", &[]);
        drop(told);
    }))
}

/// Whether the surface is dark, as the system or the user wants it.
#[must_use]
pub fn dark() -> bool {
    let query = JsValue::from("(prefers-color-scheme: dark)");
    let list = call(&js_sys::global(), "matchMedia", &[&query]);
    list.and_then(|list| get(&list, "matches")).is_ok_and(|dark| dark == JsValue::TRUE)
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

/// Offers a text to the user as a file to download; must be called in the turn of a click.
///
/// # Errors
/// When the browser refuses.
pub fn download(name: &str, text: &str) -> Result<(), Error> {
    let offered = offer(name, text);
    offered.map_err(|error| Error::new("a.download", &error))
}

fn offer(name: &str, text: &str) -> Result<(), JsValue> {
    let blob = global("Blob")?.unchecked_into::<Function>();
    let parts = Array::of1(&Array::of1(&text.into()));
    crate::source::offer(name, &Reflect::construct(&blob, &parts)?)
}

/// The text of the file that the user has chosen in a file input, by the input's id. `None` when he
/// has chosen none. The input is empty afterwards, so that he can choose the same file again.
///
/// # Errors
/// When the file cannot be read.
pub async fn chosen(input: &str) -> Result<Option<String>, Error> {
    let name = "File.text";
    let failed = |error: JsValue| Error::new(name, &error);
    let Some(begun) = read_chosen(input).map_err(failed)? else { return Ok(None) };
    let text = JsFuture::from(begun.unchecked_into::<Promise>()).await.map_err(failed)?;
    Ok(text.as_string())
}

fn read_chosen(input: &str) -> Result<Option<JsValue>, JsValue> {
    let input = call(&global("document")?, "getElementById", &[&input.into()])?;
    let file = get(&get(&input, "files")?, "0")?;
    if file.is_undefined() {
        return Ok(None);
    }
    let text = call(&file, "text", &[])?;
    set(&input, "value", &"".into())?;
    Ok(Some(text))
}
