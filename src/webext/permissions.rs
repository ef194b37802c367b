//! Host permissions: what the user lets us do on a site.

use serde::{Deserialize, Serialize};
use trace::json;

use crate::Error;
use crate::call::{ask, begin, read, settle};

#[derive(Serialize)]
struct Origins<'a> {
    origins: &'a [&'a str],
}

/// Whether we may act on a match pattern.
///
/// # Errors
/// When the browser refuses the pattern.
pub async fn has(pattern: &str) -> Result<bool, Error> {
    let answer = ask("permissions.contains", origins(&[pattern])).await?;
    Ok(answer == "true")
}

/// A site's pattern, and that of its WebSockets: Chromium has permissions of their own for these,
/// and shows the user one line for both.
fn whole(pattern: &str) -> [String; 2] {
    [pattern.to_owned(), pattern.replacen("http", "ws", 1)]
}

/// Asks the user for sites by their match patterns, all at once. Must be called in the turn of a click:
/// the browser is asked before this returns, and the future waits for the user.
pub fn request(patterns: &[&str]) -> impl Future<Output = Result<bool, Error>> + use<> {
    let call = "permissions.request";
    let all: Vec<String> = patterns.iter().flat_map(|pattern| whole(pattern)).collect();
    let asked = begin(call, &origins(&all));
    async move { Ok(settle(call, asked?).await? == "true") }
}

/// Everything that the extension is permitted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Granted {
    /// Permissions of the browser's, by its names.
    pub permissions: Vec<String>,
    /// Match patterns of the sites.
    pub origins: Vec<String>,
}

/// Tells what the extension is permitted.
///
/// # Errors
/// When the browser refuses.
pub async fn all() -> Result<Granted, Error> {
    let call = "permissions.getAll";
    let mut granted: Granted = read(call, &ask(call, "[]".to_owned()).await?)?;
    // They come and go with their site.
    granted.origins.retain(|origin| !origin.starts_with("ws"));
    Ok(granted)
}

/// Gives a site's permission back. Whether the browser took it.
///
/// # Errors
/// When the browser refuses.
pub async fn remove(pattern: &str) -> Result<bool, Error> {
    Ok(ask("permissions.remove", origins(&whole(pattern))).await? == "true")
}

fn origins(patterns: &[impl AsRef<str>]) -> String {
    let patterns: Vec<&str> = patterns.iter().map(AsRef::as_ref).collect();
    json::write(&[Origins { origins: &patterns }])
}
