//! Whose pages are recorded: by the options, and by what pages say themselves where these name the place.

use std::time::Duration;

use serde::Serialize;
use trace::assemble::User;
use trace::choices::{Choices, KEY};
use trace::redact::Redaction;
use trace::state::Page;
use trace::{TraceContext, json};
use webext::scripts;
use webext::storage::{self, Area};

/// Reads, in a traced document, who its user is. Run only where the options name the place.
const SCRIPT: &str = "who.js";
/// How long a page that is busy is waited for: its facts are not stored before.
const PATIENCE: Duration = Duration::from_millis(500);

/// What [`SCRIPT`] answers: the context that the document has, who its user is, and when it was asked.
type Said = (String, String, f64);

/// A fact as the relay would state it.
#[derive(Serialize)]
struct Fact<'a> {
    kind: &'static str,
    user: &'a str,
    since: f64,
}

/// What the user chose for the dashboard. Read at each look, as a change must hold for the next.
pub(crate) async fn choices() -> Choices {
    storage::load(Area::Local, KEY).await.ok().flatten().unwrap_or_default()
}

/// The user whom the options name, without secrets.
pub(crate) fn user(choices: &Choices, redaction: &Redaction) -> User {
    let Choices { user_name, user_id, .. } = choices;
    User { name: redaction.text(user_name), id: redaction.text(user_id) }
}

/// Asks a page who its user is, and answers with a fact where it says another than it `said` before.
pub(crate) async fn ask(page: &Page, choices: &Choices, said: &mut String) -> Option<String> {
    if choices.user_from.is_empty() || !page.live || page.closed {
        return None;
    }
    let (context, user, since) = scripts::run::<Said>(page.tab, SCRIPT, PATIENCE).await.ok()??;
    // The tab may show another document by now.
    let TraceContext { trace, .. } = context.parse().ok()?;
    let shared = page.shared.map(|shared| shared.trace);
    let ours = trace == page.context.trace || Some(trace) == shared;
    if !ours || user == *said {
        return None;
    }
    let fact = json::write(&Fact { kind: "document", user: &user, since });
    *said = user;
    Some(fact)
}
