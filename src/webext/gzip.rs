//! Packs bytes, by the browser's own streams.

use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::Error;
use crate::js::{bytes, call, get, global, settled};

const NAME: &str = "CompressionStream";

/// Packs bytes with gzip.
///
/// # Errors
/// When the browser cannot.
pub async fn gzip(plain: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(bytes(settled(NAME, begin(plain)).await?))
}

fn begin(plain: &[u8]) -> Result<JsValue, JsValue> {
    let plain = made("Response", &Uint8Array::from(plain))?;
    let packed = call(&get(&plain, "body")?, "pipeThrough", &[&made(NAME, &"gzip".into())?])?;
    call(&made("Response", &packed)?, "arrayBuffer", &[])
}

/// A new object of a class, of one argument.
fn made(class: &str, of: &JsValue) -> Result<JsValue, JsValue> {
    let class = global(class)?;
    Reflect::construct(class.unchecked_ref::<Function>(), &Array::of1(of))
}
