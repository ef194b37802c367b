//! The trace cookie in the browser's jar.

use serde::{Deserialize, Serialize};
use trace::cookie::{self, TraceCookie};
use trace::origin::Origin;
use trace::wanted::Cookie;
use trace::{Timestamp, json};

use crate::call::{ask, perform, read};
use crate::{Error, clock};

/// Browsers keep no cookie longer than 400 days (RFC 6265bis, 5.5), and cap what asks for more.
const LONGEST_SECONDS: u64 = 400 * 24 * 3_600;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spot<'a> {
    url: String,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    store_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    url: String,
    name: &'a str,
    value: &'a str,
    // Given always: it defaults to the URL's path, and a session is for the whole host.
    path: &'a str,
    same_site: &'a str,
    secure: bool,
    expiration_date: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    domain: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    store_id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    value: String,
    domain: String,
    host_only: bool,
    secure: bool,
    store_id: String,
}

impl<'a> Spot<'a> {
    fn of(cookie: &'a Cookie) -> Self {
        Self { url: format!("{}/", cookie.origin), name: &cookie.name, store_id: &cookie.store }
    }
}

/// Sets a cookie and reads it back.
///
/// # Errors
/// When the name is none, or the browser refuses the cookie or does not have it afterwards.
pub async fn set(cookie: &Cookie, now: Timestamp) -> Result<(), Error> {
    let call = "cookies.set";
    // Chrome takes an empty name, and `=` in one as its end.
    cookie::check(&cookie.name).map_err(|error| Error::found(call, &error.to_string()))?;
    let Spot { url, name, store_id } = Spot::of(cookie);
    let details = Details {
        url,
        name,
        value: &cookie.value,
        path: "/",
        same_site: "lax",
        secure: cookie.origin.secure,
        expiration_date: match cookie.expiry {
            0 => now.millis() / 1_000 + LONGEST_SECONDS,
            expiry => expiry,
        },
        domain: &cookie.domain,
        store_id,
    };
    perform(call, json::write(&[details])).await?;
    match get(cookie).await? {
        Some(found) if found == cookie.value => Ok(()),
        Some(_) => Err(Error::found(call, "the cookie holds another value than the one just set")),
        None => Err(Error::found(call, "the cookie is not there after it was set")),
    }
}

/// Reads the value that a cookie's place holds now. `None` when there is none.
///
/// # Errors
/// When the browser refuses.
pub async fn get(cookie: &Cookie) -> Result<Option<String>, Error> {
    let call = "cookies.getAll";
    let all: Vec<Found> = read(call, &ask(call, json::write(&[Spot::of(cookie)])).await?)?;
    let place = cookie.place().host;
    // One of the host alone and one of its whole site may stand side by side.
    let ours = |found: &Found| {
        found.host_only == cookie.domain.is_empty() && found.domain.trim_start_matches('.') == place
    };
    Ok(all.into_iter().find(ours).map(|found| found.value))
}

/// Removes a cookie and reads back that it is gone.
///
/// # Errors
/// When the browser refuses, or still has it afterwards.
pub async fn remove(cookie: &Cookie) -> Result<(), Error> {
    let call = "cookies.remove";
    perform(call, json::write(&[Spot::of(cookie)])).await?;
    match get(cookie).await? {
        None => Ok(()),
        Some(_) => Err(Error::found(call, "the cookie is still there after it was removed")),
    }
}

/// The registrable domain of an origin; empty where it has none. Browsers refuse a cookie on a
/// public suffix, so the shortest domain that takes one is it. The cookie that asks has a name that
/// nobody else uses, and is gone afterwards.
///
/// # Errors
/// When the cookie that asked cannot be removed again.
pub async fn site(origin: &Origin, store: &str, now: Timestamp) -> Result<String, Error> {
    let name = json::write(&clock::entropy()[..8]);
    let name: String = name.chars().filter(char::is_ascii_digit).collect();
    for domain in origin.domains() {
        let probe = Cookie {
            origin: origin.clone(),
            name: format!("_tracelight_{name}"),
            value: "1".to_owned(),
            domain: domain.to_owned(),
            store: store.to_owned(),
            expiry: now.millis() / 1_000 + 60,
        };
        if set(&probe, now).await.is_ok() {
            remove(&probe).await?;
            return Ok(domain.to_owned());
        }
    }
    Ok(String::new())
}

/// Removes every cookie of a name that says what ours say and that nobody wants: one that is left
/// of an extension that was removed, or that died before it could note it.
///
/// # Errors
/// When the browser refuses.
pub async fn sweep(name: &str, wanted: &[&str]) -> Result<(), Error> {
    let call = "cookies.getAll";
    let all: Vec<Found> = read(call, &ask(call, json::write(&[Named { name }])).await?)?;
    for stray in all {
        let ours = stray.value.parse::<TraceCookie>().is_ok();
        if ours && !wanted.contains(&stray.value.as_str()) {
            let scheme = if stray.secure { "https" } else { "http" };
            let url = format!("{scheme}://{}/", stray.domain.trim_start_matches('.'));
            let spot = Spot { url, name, store_id: &stray.store_id };
            perform("cookies.remove", json::write(&[spot])).await?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}
