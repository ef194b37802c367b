//! Signatures, by the browser's own cryptography.

use js_sys::{JSON, Uint8Array};
use wasm_bindgen::JsValue;

use crate::Error;
use crate::js::{call, get, global, settled};

const SIGN: &str = "crypto.subtle.sign";

/// Signs a text with a secret that is not empty: HMAC-SHA-256, 32 bytes.
///
/// # Errors
/// When the browser refuses.
pub async fn sign(secret: &str, text: &str) -> Result<Vec<u8>, Error> {
    let key = settled(SIGN, import(secret)).await?;
    let text = Uint8Array::from(text.as_bytes());
    let signature =
        subtle().and_then(|subtle| call(&subtle, "sign", &[&"HMAC".into(), &key, &text]));
    Ok(Uint8Array::new(&settled(SIGN, signature).await?).to_vec())
}

fn subtle() -> Result<JsValue, JsValue> {
    get(&global("crypto")?, "subtle")
}

fn import(secret: &str) -> Result<JsValue, JsValue> {
    let key = Uint8Array::from(secret.as_bytes());
    let algorithm = JSON::parse(r#"{"name":"HMAC","hash":"SHA-256"}"#)?;
    let uses = JSON::parse(r#"["sign"]"#)?;
    call(&subtle()?, "importKey", &[&"raw".into(), &key, &algorithm, &JsValue::FALSE, &uses])
}
