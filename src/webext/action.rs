//! The toolbar icon: its picture, badge and title, for one tab.

use serde::Serialize;
use trace::icon::Icon;
use trace::json;

use crate::Error;
use crate::call::perform;

/// What the browser is told of a tab's icon: each of its functions reads one of these.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    tab_id: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Paths>,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
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
    let path = |width| format!("/icons/{}-{width}.png", icon.shape.name());
    let path = Some(Paths { small: path(16), large: path(32) });
    let part = || Part { tab_id: tab, ..Part::default() };
    let of_shape = [
        ("action.setIcon", Part { path, ..part() }),
        ("action.setBadgeBackgroundColor", Part { color: Some(icon.shape.colour()), ..part() }),
    ];
    let always = [
        ("action.setBadgeText", Part { text: Some(&icon.badge), ..part() }),
        ("action.setTitle", Part { title: Some(&icon.title), ..part() }),
    ];
    for (name, part) in of_shape.into_iter().filter(|_| shape).chain(always) {
        perform(name, json::write(&[part])).await?;
    }
    Ok(())
}
