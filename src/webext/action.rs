//! The toolbar icon's badge and title.

use serde::Serialize;
use trace::json;

use crate::Error;
use crate::call::perform;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge<'a> {
    tab_id: i32,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Title<'a> {
    tab_id: i32,
    title: &'a str,
}

/// Shows a tab's state at the icon: about four characters on it, a sentence on hover.
///
/// # Errors
/// When the tab is gone.
pub async fn show(tab: i32, badge: &str, title: &str) -> Result<(), Error> {
    let badge = json::write(&[Badge { tab_id: tab, text: badge }]);
    let title = json::write(&[Title { tab_id: tab, title }]);
    perform("action.setBadgeText", badge).await?;
    perform("action.setTitle", title).await
}
