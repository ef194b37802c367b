//! The port that a panel holds while it is open, so that the worker hears when it is closed.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::{Error, clock, js, spawn};

/// How long to wait before a port that was cut is taken up again: its worker died.
const PAUSE: Duration = Duration::from_millis(500);

/// Holds a port, named by a tab, for as long as this page is open. A worker that died is woken.
pub fn hold(tab: i32) {
    spawn(async move {
        while wait(tab).await.is_ok() {
            clock::sleep(PAUSE).await;
        }
    });
}

/// Opens the port and waits until it is cut. An error when the extension itself is gone.
async fn wait(tab: i32) -> Result<(), Error> {
    let call = "runtime.connect";
    let name = js_sys::Object::new();
    let fail = |error: JsValue| Error::new(call, &error);
    js::set(&name, "name", &JsValue::from_str(&tab.to_string())).map_err(fail)?;
    let runtime = js::global("chrome").and_then(|of| js::get(&of, "runtime")).map_err(fail)?;
    let port = js::call(&runtime, "connect", &[&name]).map_err(fail)?;
    let cut = js::get(&port, "onDisconnect").map_err(fail)?;
    let failed: Rc<RefCell<Option<JsValue>>> = Rc::default();
    let promise = js_sys::Promise::new(&mut |done: Function, _| {
        if let Err(error) = js::call(&cut, "addListener", &[&done]) {
            failed.replace(Some(error));
        }
    });
    if let Some(error) = failed.take() {
        return Err(fail(error));
    }
    wasm_bindgen_futures::JsFuture::from(promise).await.map(drop).map_err(fail)
}
