//! The toolbar icon: its picture, badge and title, for one tab.

use serde::Serialize;
use trace::icon::Icon;
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Colour {
    tab_id: i32,
    color: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Picture {
    tab_id: i32,
    path: Paths,
}

/// Paths by the width of the picture.
#[derive(Serialize)]
struct Paths {
    #[serde(rename = "16")]
    small: String,
    #[serde(rename = "32")]
    large: String,
}

/// Opens the popup, as a click on the icon does.
///
/// # Errors
/// When the browser opens it for nobody but the user.
pub fn open_popup() -> impl Future<Output = Result<(), Error>> {
    perform("action.openPopup", "[]".to_owned())
}

/// Shows a tab's state at the icon; `shape` says whether its shape is another one than before.
///
/// # Errors
/// When the tab is gone.
pub async fn show(tab: i32, icon: &Icon, shape: bool) -> Result<(), Error> {
    if shape {
        let path = |width| format!("/icons/{}-{width}.png", icon.shape.name());
        let path = Paths { small: path(16), large: path(32) };
        perform("action.setIcon", json::write(&[Picture { tab_id: tab, path }])).await?;
        let colour = Colour { tab_id: tab, color: icon.shape.colour() };
        perform("action.setBadgeBackgroundColor", json::write(&[colour])).await?;
    }
    let badge = json::write(&[Badge { tab_id: tab, text: &icon.badge }]);
    perform("action.setBadgeText", badge).await?;
    perform("action.setTitle", json::write(&[Title { tab_id: tab, title: &icon.title }])).await
}
