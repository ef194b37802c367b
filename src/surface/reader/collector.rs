//! Asks the collector that serves the page.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bridge::query::{Answer, Question};
use leptos::prelude::Set as _;
use leptos::task::spawn_local;
use serde::Deserialize;
use trace::{Span, TraceId, json};
use webext::Listening;
use webext::net::{self, Reply, Request};

use super::news;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is asked whether there is something new.
const PERIOD: Duration = Duration::from_secs(2);

/// What it says of itself, of which a change means that answers may be others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
struct Health {
    traces: u64,
    spans: u64,
    /// Traces that answers lack.
    behind: u32,
}

/// Asks a question.
pub(super) async fn ask(origin: &str, question: &Question) -> Result<Answer, String> {
    let body = json::write(question);
    let kind = [("content-type".to_owned(), "application/json".to_owned())];
    let reply = send(origin, "/api/tracelight/query", ("POST", &kind, body.as_bytes())).await?;
    let text = text(&reply)?;
    Answer::read(question, text).map_err(|error| unread(&error))
}

/// All spans of a page's trace, with those of its requests that are traces of their own; none of a
/// trace that it does not know.
pub(super) async fn spans(origin: &str, trace: TraceId) -> Result<Vec<Span>, String> {
    let path = format!("/api/tracelight/page/{trace}");
    let reply = net_get(origin, &path).await?;
    if reply.status == 404 {
        return Ok(Vec::new());
    }
    checked(&reply)?;
    let accepted = otlp::proto::decode(&reply.body).map_err(|error| unread(&error))?;
    Ok(accepted.spans)
}

/// Tells all watchers when there is something new, until dropped.
pub(super) fn listen(origin: String) -> Listening {
    let origin: Rc<str> = origin.into();
    let (last, asks) = (Rc::new(Cell::new(None)), Rc::new(Cell::new(false)));
    webext::page::every(PERIOD, move || {
        let (origin, last, asks) = (origin.clone(), last.clone(), asks.clone());
        spawn_local(async move {
            // One question at a time: a collector may be slow.
            if asks.replace(true) {
                return;
            }
            let health = health(&origin).await;
            asks.set(false);
            let Ok(health) = health else { return };
            let before = last.replace(Some(health));
            news::left().set(health.behind);
            // The first time too: there may be more than when the first question was asked.
            if before != Some(health) {
                news::tell();
            }
        });
    })
}

async fn health(origin: &str) -> Result<Health, String> {
    let reply = net_get(origin, "/healthz").await?;
    json::read(text(&reply)?).map_err(|error| unread(&error))
}

async fn net_get(origin: &str, path: &str) -> Result<Reply, String> {
    send(origin, path, ("GET", &[], &[])).await
}

#[expect(clippy::disallowed_methods, reason = "it is asked by the page that it serves")]
async fn send(
    origin: &str,
    path: &str,
    (method, headers, body): (&str, &[(String, String)], &[u8]),
) -> Result<Reply, String> {
    let url = format!("{origin}{path}");
    let request = Request { method, url: &url, headers, body };
    let silent =
        |error: webext::Error| format!("the collector does not answer, is it running? {error}");
    net::send(&request, PATIENCE).await.map_err(silent)
}

fn text(reply: &Reply) -> Result<&str, String> {
    checked(reply)?;
    str::from_utf8(&reply.body).map_err(|error| unread(&error))
}

/// A reply that is what was asked for.
fn checked(reply: &Reply) -> Result<(), String> {
    if reply.status == 200 {
        return Ok(());
    }
    let said: String = String::from_utf8_lossy(&reply.body).chars().take(300).collect();
    Err(format!("the collector answered {}, wanted 200: {said}", reply.status))
}

fn unread(error: &dyn std::fmt::Display) -> String {
    format!("what the collector answered cannot be read: {error}")
}
