//! The browser's notifications: for what a page cannot show.

use serde::Serialize;
use trace::json;

use crate::Error;
use crate::call::perform;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options<'a> {
    #[serde(rename = "type")]
    form: &'static str,
    icon_url: &'static str,
    title: &'a str,
    message: &'a str,
}

/// Shows a notification; one with the same name is replaced.
///
/// # Errors
/// When the browser refuses.
pub fn show(
    name: &str,
    title: &str,
    message: &str,
) -> impl Future<Output = Result<(), Error>> + use<> {
    let options = Options { form: "basic", icon_url: "/icons/icon-128.png", title, message };
    perform("notifications.create", json::write(&(name, options)))
}

/// Takes a notification away.
///
/// # Errors
/// When the browser refuses.
pub fn clear(name: &str) -> impl Future<Output = Result<(), Error>> + use<> {
    perform("notifications.clear", json::write(&[name]))
}
