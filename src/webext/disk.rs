//! What the extension takes of the disk.

use js_sys::global;

use crate::Error;
use crate::js::{call, get, settled};

/// How many bytes the journal has on the disk, as the browser tells it.
///
/// # Errors
/// When the browser does not tell.
pub async fn used() -> Result<u64, Error> {
    let name = "StorageManager.estimate";
    let storage = get(&global(), "navigator").and_then(|it| get(&it, "storage"));
    let told = settled(name, storage.and_then(|it| call(&it, "estimate", &[]))).await?;
    // Chromium tells it apart from the extension's own files.
    let apart = get(&told, "usageDetails").and_then(|it| get(&it, "indexedDB"));
    let bytes = apart.ok().and_then(|it| it.as_f64());
    let bytes = bytes.or_else(|| get(&told, "usage").ok().and_then(|it| it.as_f64()));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of bytes")]
    bytes.map(|bytes| bytes as u64).ok_or_else(|| Error::found(name, "it tells no usage"))
}
