//! Tabs: find, reload, open.

use serde::{Deserialize, Serialize};
use trace::json;
use trace::session::Open;

use crate::Error;
use crate::call::{ask, perform, read};

/// A tab, as far as we need it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Tab {
    /// Its id.
    pub id: i32,
    /// What it shows; empty where the browser does not tell.
    #[serde(default)]
    pub url: String,
    /// What it is about to show.
    #[serde(default, rename = "pendingUrl")]
    coming: String,
    /// Whether it is in a private window.
    #[serde(default)]
    incognito: bool,
    /// Its cookie store, where the browser tells (Firefox).
    #[serde(default, rename = "cookieStoreId")]
    store: String,
    /// Its window.
    #[serde(default, rename = "windowId")]
    pub window: i32,
    /// Its place in the window, from 0.
    #[serde(default)]
    pub index: i32,
    #[serde(default)]
    status: String,
}

impl Tab {
    /// Whether it waits for a document, or for what its document loads.
    #[must_use]
    pub fn loading(&self) -> bool {
        self.status == "loading"
    }
}

impl Tab {
    /// Reads one from an event of the browser's.
    ///
    /// # Errors
    /// When it is of another shape.
    pub fn read(text: &str) -> Result<Self, Error> {
        read("tabs", text)
    }

    /// The tab as the session machine knows it. Chromium names no stores at tabs: it has two, and
    /// which one follows from the window.
    #[must_use]
    pub fn open(self) -> Open {
        let store = match self.store.as_str() {
            "" if self.incognito => PRIVATE.to_owned(),
            store => plain(store).to_owned(),
        };
        let url = if self.coming.is_empty() { self.url } else { self.coming };
        Open { tab: self.id, url, store: Some(store) }
    }
}

/// The cookie store of Chromium's private windows.
const PRIVATE: &str = "1";

/// A cookie store's name, empty for the browser's own: Chromium calls it `0`.
#[must_use]
pub fn plain(store: &str) -> &str {
    if matches!(store, "0" | "firefox-default") { "" } else { store }
}

/// Whether tabs of private windows or containers may be in our reach.
///
/// # Errors
/// When the browser refuses to say.
pub async fn guarded(open: &[Tab]) -> Result<bool, Error> {
    let contained = open.iter().any(|tab| !tab.store.is_empty());
    Ok(contained || ask("extension.isAllowedIncognitoAccess", "[]".to_owned()).await? == "true")
}

/// All tabs.
///
/// # Errors
/// When the browser refuses.
pub async fn all() -> Result<Vec<Tab>, Error> {
    query(Query { active: None, last_focused_window: None }).await
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_focused_window: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    window_id: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<i32>,
}

async fn query(query: Query) -> Result<Vec<Tab>, Error> {
    let call = "tabs.query";
    read(call, &ask(call, json::write(&[query])).await?)
}

/// The tab that the user looks at. `None` where there is none.
///
/// # Errors
/// When the browser refuses.
pub async fn active() -> Result<Option<i32>, Error> {
    let wanted = Query { active: Some(true), last_focused_window: Some(true) };
    Ok(query(wanted).await?.first().map(|tab| tab.id))
}

/// One tab.
///
/// # Errors
/// When it is gone.
pub async fn get(tab: i32) -> Result<Tab, Error> {
    let call = "tabs.get";
    read(call, &ask(call, json::write(&[tab])).await?)
}

/// Reloads a tab, as the user would: cached resources stay cached, the document is asked for.
///
/// # Errors
/// When it is gone.
pub fn reload(tab: i32) -> impl Future<Output = Result<(), Error>> {
    perform("tabs.reload", json::write(&[tab]))
}

/// Loads a tab's address again, by `GET` whatever its document was reached by. Without its fragment,
/// or the browser would only scroll.
///
/// # Errors
/// When it is gone or the browser does not tell its address.
pub async fn revisit(tab: i32) -> Result<(), Error> {
    let found = get(tab).await?;
    let url = found.url.split('#').next().unwrap_or_default().to_owned();
    let properties = Properties { url, window_id: None, index: None };
    perform("tabs.update", json::write(&(tab, properties))).await
}

/// Opens an address in a new tab, beside another one. A relative one is a page of the extension.
///
/// # Errors
/// When the browser refuses.
pub fn open(url: String, beside: Option<&Tab>) -> impl Future<Output = Result<(), Error>> + use<> {
    let window_id = beside.map(|tab| tab.window);
    let index = beside.map(|tab| tab.index + 1);
    perform("tabs.create", json::write(&[Properties { url, window_id, index }]))
}

#[derive(Serialize)]
struct Frame {
    url: String,
    #[serde(rename = "type")]
    kind: &'static str,
    width: i32,
    height: i32,
}

/// Opens a page of the extension in a small window of its own, so wide and so high in pixels: the
/// tab that the user looks at stays in view.
///
/// # Errors
/// When the browser refuses.
pub fn window(
    url: String,
    (width, height): (i32, i32),
) -> impl Future<Output = Result<(), Error>> + use<> {
    perform("windows.create", json::write(&[Frame { url, kind: "popup", width, height }]))
}
