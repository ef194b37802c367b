//! Messages between surfaces, background and pages, over `runtime.sendMessage`.
//!
//! No ports: a message wakes a sleeping worker by itself, so there is no connection that could be
//! lost, and nothing to reconnect.

use std::time::Duration;

use bridge::{Command, Consult, Envelope, Notice, Reply, ToPage, Toast};
use js_sys::Function;
use serde::Serialize;
use serde::de::DeserializeOwned;
use trace::json;
use wasm_bindgen::prelude::*;

use crate::{Error, Listening, call, clock};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime", "onMessage"], js_name = addListener)]
    fn add_listener(listener: &Function);
    #[wasm_bindgen(js_namespace = ["chrome", "runtime", "onMessage"], js_name = removeListener)]
    fn remove_listener(listener: &Function);
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    frame_id: i32,
}

/// Pauses between attempts to reach the background: 50, 100, 200 and 400 ms.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_millis(800);

const MESSAGE: &str = "runtime.sendMessage";

/// Asks the background.
///
/// # Errors
/// When it cannot be reached or its answer is of another shape.
pub async fn ask(command: Command) -> Result<Reply, Error> {
    call::read(MESSAGE, &answer(command).await?)
}

/// Asks the module that speaks with trace stores.
///
/// # Errors
/// As [`ask`].
pub async fn consult<T: DeserializeOwned>(consult: &Consult) -> Result<T, Error> {
    let task = json::write(consult);
    call::read(MESSAGE, &answer(Command::Consult { task }).await?)
}

async fn answer(command: Command) -> Result<String, Error> {
    let message = json::write(&[Envelope::new(command)]);
    let mut pause = FIRST_PAUSE;
    loop {
        match call::ask(MESSAGE, message.clone()).await {
            Ok(answer) => return Ok(answer),
            // A worker that is just being started may have no listener yet.
            Err(_) if pause < LAST_PAUSE => clock::sleep(pause).await,
            Err(error) => return Err(error),
        }
        pause *= 2;
    }
}

/// Tells all surfaces. That none is open is no error.
pub fn tell(notice: Notice) -> impl Future<Output = ()> {
    say(MESSAGE, json::write(&[notice]))
}

/// Tells the main document of a tab. That no relay runs there is no error.
pub fn tell_page(tab: i32, message: ToPage) -> impl Future<Output = ()> {
    let arguments = json::write(&(tab, Envelope::new(message), Options { frame_id: 0 }));
    say("tabs.sendMessage", arguments)
}

/// Shows a toast in the main document of a tab, or takes it away. Whether it can be seen there.
pub async fn show_toast(tab: i32, toast: Option<Toast>) -> bool {
    let message = Envelope::new(ToPage::Toast { toast });
    let arguments = json::write(&(tab, message, Options { frame_id: 0 }));
    call::ask("tabs.sendMessage", arguments).await.is_ok_and(|answer| answer == "true")
}

async fn say(name: &'static str, arguments: String) {
    // The browser calls it an error when nobody listens; for news that is fine.
    let _nobody_listens = call::perform(name, arguments).await;
}

/// Hears the background's news until dropped.
pub fn listen(hear: impl Fn(Notice) + 'static) -> Listening {
    let listener = Closure::<dyn Fn(JsValue)>::new(move |message| {
        // What is not a notice is somebody else's message.
        let text = call::text("runtime.onMessage", &message);
        if let Some(notice) = text.ok().and_then(|text| json::read::<Notice>(&text).ok()) {
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
