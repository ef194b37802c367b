//! The trace cookie in the browser's jar.

use serde::{Deserialize, Serialize};
use trace::origin::Origin;
use trace::{Timestamp, cookie, json};

use crate::Error;
use crate::call::{ask, perform, read};

/// Browsers keep no cookie longer than 400 days (RFC 6265bis, 5.5), and cap what asks for more.
const LONGEST_SECONDS: u64 = 400 * 24 * 3_600;

#[derive(Serialize)]
struct Place<'a> {
    url: String,
    name: &'a str,
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
}

#[derive(Deserialize)]
struct Found {
    value: String,
}

fn root(origin: &Origin) -> String {
    format!("{origin}/")
}

/// Sets a host-only cookie and reads it back.
///
/// # Errors
/// When the name is none, or the browser refuses the cookie or does not have it afterwards.
pub async fn set(origin: &Origin, name: &str, value: &str, now: Timestamp) -> Result<(), Error> {
    let call = "cookies.set";
    // Chrome takes an empty name, and `=` in one as its end.
    cookie::check(name).map_err(|error| Error::found(call, &error.to_string()))?;
    let details = Details {
        url: root(origin),
        name,
        value,
        path: "/",
        same_site: "lax",
        secure: origin.secure,
        expiration_date: now.millis() / 1_000 + LONGEST_SECONDS,
    };
    perform(call, json::write(&[details])).await?;
    match get(origin, name).await? {
        Some(found) if found == value => Ok(()),
        Some(_) => Err(Error::found(call, "the cookie holds another value than the one just set")),
        None => Err(Error::found(call, "the cookie is not there after it was set")),
    }
}

/// Reads a cookie's value. `None` when there is none.
///
/// # Errors
/// When the browser refuses.
pub async fn get(origin: &Origin, name: &str) -> Result<Option<String>, Error> {
    let call = "cookies.get";
    let place = Place { url: root(origin), name };
    let found: Option<Found> = read(call, &ask(call, json::write(&[place])).await?)?;
    Ok(found.map(|found| found.value))
}

/// Removes a cookie and reads back that it is gone.
///
/// # Errors
/// When the browser refuses, or still has it afterwards.
pub async fn remove(origin: &Origin, name: &str) -> Result<(), Error> {
    let call = "cookies.remove";
    let place = Place { url: root(origin), name };
    perform(call, json::write(&[place])).await?;
    match get(origin, name).await? {
        None => Ok(()),
        Some(_) => Err(Error::found(call, "the cookie is still there after it was removed")),
    }
}
