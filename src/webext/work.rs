//! Work that goes on by itself, and work that lets others go first.

use std::pin::Pin;
use std::time::Duration;

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::clock;
use crate::js::{call, global};

/// Begins a work as soon as the caller waits. Nobody waits for it.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    begin(Box::pin(work));
}

/// Apart, so that what begins a work is compiled once and not for each.
fn begin(work: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(work);
}

/// Lets the browser draw and hear before the work goes on. What is in no hurry to go on waits no
/// longer than that: a timer would be held back by milliseconds, and by a second in a hidden tab.
pub async fn rest() {
    match yielded() {
        Ok(promise) => drop(JsFuture::from(promise).await),
        // Of before Chromium 129.
        Err(_) => clock::sleep(Duration::ZERO).await,
    }
}

/// How long a page that nobody can see, and which draws nothing, is waited for.
const UNSEEN: Duration = Duration::from_millis(200);

/// Waits until the browser has drawn what the page is now: for work that a reader does not wait for.
pub async fn drawn() {
    let promise = Promise::new(&mut |resolve, _| {
        let frame = call(&js_sys::global(), "requestAnimationFrame", &[&resolve]);
        clock::after(&resolve, if frame.is_ok() { UNSEEN } else { Duration::ZERO });
    });
    // It is never rejected.
    let _drawn = JsFuture::from(promise).await;
    // A frame's callbacks come before it is painted.
    clock::sleep(Duration::ZERO).await;
}

fn yielded() -> Result<Promise, JsValue> {
    call(&global("scheduler")?, "yield", &[]).map(JsCast::unchecked_into)
}
