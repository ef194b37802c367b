//! The menu of the toolbar icon.

use serde::Serialize;
use trace::json;

use crate::Error;
use crate::call::perform;

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    title: &'a str,
    contexts: [&'a str; 1],
}

/// Sets the items, by name and title. Browsers show six at most.
///
/// # Errors
/// When the browser has no such menu.
pub async fn set(items: &[(&str, &str)]) -> Result<(), Error> {
    perform("contextMenus.removeAll", "[]".to_owned()).await?;
    for (id, title) in items {
        let item = Item { id, title, contexts: ["action"] };
        perform("contextMenus.create", json::write(&[item])).await?;
    }
    Ok(())
}
