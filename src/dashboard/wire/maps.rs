//! Fetches source maps: the script, to learn where its map is, and the map. Nothing is asked for
//! before the user has pressed the button that names the hosts, and no other host ever is.

use std::time::Duration;

use bridge::Consult;
use leptos::prelude::*;
use leptos::task::spawn_local;
use trace::origin::Origin;
use trace::sourcemap::{LARGEST, SourceMap, inline, mentioned, resolve};
use webext::net::{Reply, Request, send};
use webext::permissions;

use crate::errors::diagnose::Maps;
use crate::errors::mapped::{Mapped, Outcome, hosts};

/// How long a server may take for a file.
const PATIENCE: Duration = Duration::from_secs(15);
/// Scripts of one stack that are asked for.
const MOST: usize = 20;

/// Asks the user's leave and then the hosts. Must be called in the turn of a click: the browser asks
/// the user in no other.
pub fn apply(scripts: Vec<String>, maps: RwSignal<Maps>) {
    let patterns: Vec<String> = hosts(&scripts).into_iter().map(|(pattern, _)| pattern).collect();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let asked = permissions::request(&patterns);
    maps.set(Maps::Fetching);
    spawn_local(async move {
        let outcome = match asked.await {
            Ok(true) => Maps::Read(read(scripts).await),
            Ok(false) | Err(_) => Maps::Refused,
        };
        let _gone = maps.try_set(outcome);
    });
}

async fn read(scripts: Vec<String>) -> Mapped {
    let mut mapped = Mapped::default();
    for script in scripts.into_iter().take(MOST) {
        let outcome = match map(&script).await {
            Ok(map) => Outcome::Applied(map),
            Err(reason) => Outcome::Failed(reason),
        };
        mapped.scripts.push((script, outcome));
    }
    mapped
}

/// The map of a script.
async fn map(script: &str) -> Result<SourceMap, String> {
    let origin = Origin::of(script).map_err(|error| error.to_string())?;
    let reply = fetch(script).await?;
    let named = reply.source_map.clone();
    let text = String::from_utf8_lossy(&reply.body);
    let address = if named.is_empty() { mentioned(&text).unwrap_or_default() } else { &named };
    if address.is_empty() {
        return Err("it offers no source map, by a SourceMap header or a sourceMappingURL comment"
            .to_owned());
    }
    if address.starts_with("data:") {
        let text = inline(address).ok_or("the source map within it is broken")?;
        return SourceMap::parse(&text).map_err(|error| error.to_string());
    }
    let address = resolve(script, address).ok_or("its source map has no web address")?;
    let there = Origin::of(&address).map_err(|error| error.to_string())?;
    if there.pattern() != origin.pattern() {
        return Err(format!(
            "its source map is on another host, which was not asked: {}",
            there.host
        ));
    }
    let reply = fetch(&address).await.map_err(|reason| format!("its source map: {reason}"))?;
    let text = String::from_utf8(reply.body).map_err(|_| "its source map is not UTF-8")?;
    SourceMap::parse(&text).map_err(|error| error.to_string())
}

#[expect(clippy::disallowed_methods, reason = "the user named the host, and it is noted first")]
async fn fetch(url: &str) -> Result<Reply, String> {
    // On the trust page first.
    let noted = webext::message::consult::<bool>(&Consult::Map { url: url.to_owned() }).await;
    noted.map_err(|error| error.to_string())?;
    let request = Request { method: "GET", url, headers: &[], body: &[] };
    let reply = send(&request, PATIENCE).await.map_err(|error| error.to_string())?;
    match reply.status {
        200 if reply.body.len() > LARGEST => {
            Err(format!("it has {} bytes, wanted at most {LARGEST}", reply.body.len()))
        }
        200 => Ok(reply),
        status => Err(format!("the server answers {status}")),
    }
}
