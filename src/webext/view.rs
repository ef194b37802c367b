//! The module that draws a trace, beside those that draw lists: `app.js` loads it when the first trace
//! is opened.

use js_sys::Array;
use trace::{SpanId, TraceId};
use wasm_bindgen::JsValue;

use crate::js;
use crate::source::{self, Source};

/// Where files lie on their way from one module to the other.
const GIVEN: &str = "givenFiles";

/// Shows a trace within an element of the page, by its id, and chooses a span.
pub fn open(host: &str, trace: TraceId, span: Option<SpanId>) {
    let span = span.map(|span| span.to_string()).unwrap_or_default();
    tell("openTrace", &[&host.into(), &trace.to_string().into(), &span.into()]);
}

/// Takes the trace down that is shown.
pub fn close() {
    tell("closeTrace", &[]);
}

/// Shows the view of files over the page, and has it open these.
pub fn files(sources: &[Source]) {
    let all: Array = sources.iter().map(Source::value).collect();
    // A module has no way to another but the page.
    let _kept = js::set(&js_sys::global(), GIVEN, &all);
    tell("openFiles", &[]);
}

/// The files that were given, each once.
#[must_use]
pub fn given() -> Vec<Source> {
    let given = js::global(GIVEN).ok().filter(JsValue::is_object);
    let _taken = js::set(&js_sys::global(), GIVEN, &JsValue::NULL);
    given.map(|all| source::sources(&all)).unwrap_or_default()
}

/// What goes wrong there is said there, in the element.
fn tell(what: &str, arguments: &[&JsValue]) {
    drop(js::call(&js_sys::global(), what, arguments));
}
