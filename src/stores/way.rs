//! The way to a store and back: the only way out of the extension.

use std::time::Duration;

use backend::store::{Answer, Ask, Fault, Redirects};
use backend::{Reply, Request};
use trace::contact::Purpose;
use trace::origin::Origin;
use webext::net::{self, Bounds};
use webext::{Error, contact};

use crate::Stores;

/// How long a store may take to answer. The browser ends a worker that waits for longer than 30 s.
const PATIENCE: Duration = Duration::from_secs(25);

impl Stores {
    /// Sends what is asked to a store, which is noted first.
    pub(crate) async fn reach(&self, purpose: Purpose, ask: &Ask) -> Result<Answer, Fault> {
        contact::note(&ask.request.url, purpose).await;
        self.go(purpose, ask).await
    }

    /// Sends what is noted already.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the way out, and whom it leads to is noted"
    )]
    pub(crate) async fn go(&self, purpose: Purpose, ask: &Ask) -> Result<Answer, Fault> {
        let Ask { request: Request { method, url, headers, body }, redirects, most } = ask;
        let asked = net::Request { method: method.name(), url, headers, body };
        let follow = *redirects == Redirects::Follow;
        let bounds = Bounds { patience: PATIENCE, most: *most, follow };
        match net::reach(&asked, bounds).await {
            Ok(answer) if !answer.cut.as_ref().is_some_and(late) => {
                // Whoever we were sent to was spoken with as well. It saw no secret: with one, nothing
                // is followed.
                if Origin::of(&answer.url).is_ok_and(|from| Origin::of(url) != Ok(from)) {
                    contact::note(&answer.url, purpose).await;
                }
                Ok(read(answer))
            }
            Err(error) if !late(&error) => Err(Fault::Silent),
            _ => Err(Fault::Late { patience: PATIENCE }),
        }
    }
}

/// Whether our patience was over. Browsers word it differently, and all so.
fn late(error: &Error) -> bool {
    error.text().contains("timed out")
}

fn read(answer: net::Answer) -> Answer {
    let net::Answer { reply, url, date, over, cut } = answer;
    let net::Reply { status, content_type, retry_after, body, .. } = reply;
    Answer {
        reply: Reply { status, content_type, retry_after, body },
        url,
        date,
        over,
        cut: cut.is_some(),
    }
}

/// What is said of a store that cannot be used.
pub(crate) fn trouble(store: &str, fault: &Fault) -> String {
    match fault {
        // A browser does not say more of it.
        Fault::Silent if store.starts_with("https:") => {
            format!("nothing answers at {store}, or its certificate is not trusted")
        }
        Fault::Silent => format!("nothing answers at {store}"),
        _ => fault.to_string(),
    }
}
