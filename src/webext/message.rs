//! Messages between surfaces, background and pages, over `runtime.sendMessage`.
//!
//! No ports: a message wakes a sleeping worker by itself, so there is no connection that could be
//! lost, and nothing to reconnect.

use std::time::Duration;

use bridge::{Command, Envelope, Notice, Reply, ToPage};
use js_sys::Function;
use wasm_bindgen::prelude::*;

use crate::value::{from_js, to_js};
use crate::{Error, Listening, clock};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    async fn send_message(message: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = sendMessage, catch)]
    async fn send_to_tab(
        tab: i32,
        message: &JsValue,
        options: &JsValue,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime", "onMessage"], js_name = addListener)]
    fn add_listener(listener: &Function);
    #[wasm_bindgen(js_namespace = ["chrome", "runtime", "onMessage"], js_name = removeListener)]
    fn remove_listener(listener: &Function);
}

/// Pauses between attempts to reach the background: 50, 100, 200 and 400 ms.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_millis(800);

/// Asks the background.
///
/// # Errors
/// When it cannot be reached or its answer is of another shape.
pub async fn ask(command: Command) -> Result<Reply, Error> {
    let call = "runtime.sendMessage";
    let message = to_js(call, &Envelope::new(command))?;
    let mut pause = FIRST_PAUSE;
    loop {
        match send_message(&message).await {
            Ok(answer) => return from_js(call, &answer),
            // A worker that is just being started may have no listener yet.
            Err(_) if pause < LAST_PAUSE => clock::sleep(pause).await,
            Err(error) => return Err(Error::new(call, &error)),
        }
        pause *= 2;
    }
}

/// Tells all surfaces. That none is open is no error.
pub async fn tell(notice: Notice) {
    if let Ok(message) = to_js("runtime.sendMessage", &notice) {
        // The browser calls it an error when nobody listens; for news that is fine.
        let _nobody_listens = send_message(&message).await;
    }
}

/// Tells the main document of a tab. That no relay runs there is no error.
pub async fn tell_page(tab: i32, message: ToPage) {
    let call = "tabs.sendMessage";
    let options = js_sys::Object::new();
    let frame = js_sys::Reflect::set(&options, &"frameId".into(), &JsValue::from(0));
    if let (Ok(message), Ok(_)) = (to_js(call, &Envelope::new(message)), frame) {
        let _nobody_listens = send_to_tab(tab, &message, &options).await;
    }
}

/// Hears the background's news until dropped.
pub fn listen(hear: impl Fn(Notice) + 'static) -> Listening {
    let listener = Closure::<dyn Fn(JsValue)>::new(move |message| {
        // What is not a notice is somebody else's message.
        if let Ok(notice) = from_js::<Notice>("runtime.onMessage", &message) {
            hear(notice);
        }
    });
    let function: Function = listener.as_ref().unchecked_ref::<Function>().clone();
    add_listener(&function);
    Listening::new(move || {
        remove_listener(&function);
        drop(listener);
    })
}
