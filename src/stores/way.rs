//! The way to a store and back: the only way out of the extension.

use std::time::Duration;

use backend::store::{Answer, Ask};
use trace::contact::Purpose;
use webext::{Error, net};

use crate::Stores;

/// How long a store may take to answer. The browser ends a worker that waits for longer than 30 s.
const PATIENCE: Duration = Duration::from_secs(25);

impl Stores {
    /// Sends a request to a store, which is noted first.
    pub(crate) async fn call(
        &self,
        purpose: Purpose,
        request: backend::Request,
    ) -> Result<backend::Reply, Error> {
        self.contact(&request.url, purpose).await;
        let asked = net::Request {
            method: request.method.name(),
            url: &request.url,
            headers: &request.headers,
            body: &request.body,
        };
        let net::Reply { status, content_type, retry_after, body, .. } =
            net::send(&asked, PATIENCE).await?;
        Ok(backend::Reply { status, content_type, retry_after, body })
    }
}

impl Stores {
    /// Sends what is asked to a store. `None` where nothing answers.
    pub(crate) async fn exchange(&self, purpose: Purpose, ask: Ask) -> Option<Answer> {
        let reply = self.call(purpose, ask.request).await.ok()?;
        Some(Answer { reply, ..Answer::default() })
    }
}

/// What is said of a store that does not answer.
pub(crate) fn silent(store: &str) -> String {
    format!("nothing answers at {store}")
}
