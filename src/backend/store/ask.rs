//! What a shell sends for a store and must refuse for it, and what came back as only it can see it.

use trace::Timestamp;
use trace::origin::Origin;

use super::{Fault, Store, reason, summary};
use crate::credential::PROXY;
use crate::{Reply, Request, retry};

/// A longer answer is not read to its end: a worker has to hold it, and its spans beside it.
pub(super) const LARGEST: usize = 64 << 20;

/// What to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What to send.
    pub request: Request,
    /// What to do when the store sends us elsewhere.
    pub redirects: Redirects,
    /// More bytes than this are not read: the shell stops and says so ([`Answer::over`]).
    pub most: usize,
}

/// What a shell does when a store sends it elsewhere. An answer from another origin is refused in
/// any case ([`Fault::Redirected`]), so following serves to say where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// Follow.
    Follow,
    /// Follow none: the request carries secrets, and a browser takes all headers but
    /// `authorization` to whatever host it is sent to.
    Refuse,
}

impl Ask {
    /// Whether a shell that sees where a redirect leads may follow it with this request.
    #[must_use]
    pub fn may_follow(&self, to: &str) -> bool {
        self.redirects == Redirects::Follow || same(&self.request.url, to)
    }
}

/// Whether two addresses have one origin.
fn same(one: &str, other: &str) -> bool {
    Origin::of(one).is_ok_and(|origin| Origin::of(other) == Ok(origin))
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Status, headers and body. Status 0 is a redirect that was not followed.
    pub reply: Reply,
    /// Where it came from in the end; empty where that is not known.
    pub url: String,
    /// The `date` header: the store's own clock. Empty when there was none.
    pub date: String,
    /// Whether there was more than was asked for, so that the body is not whole.
    pub over: bool,
    /// Whether it broke off before its end.
    pub cut: bool,
}

impl Answer {
    /// That the store cannot answer now, where it says so.
    #[must_use]
    pub fn busy(&self, now: Timestamp) -> Option<Fault> {
        let status = self.reply.status;
        let after = || retry::after(&self.reply.retry_after, &self.date, now);
        matches!(status, 429 | 502..=504).then(|| Fault::Busy { status, after: after() })
    }

    /// Whether there is a body to read; `false` for what is not there yet.
    pub(super) fn sound(&self, store: &Store, now: Timestamp) -> Result<bool, Fault> {
        let status = self.reply.status;
        if !self.url.is_empty() && !same(&self.url, &store.base) {
            let to = Origin::of(&self.url).map_or_else(|_| String::new(), |to| to.to_string());
            return Err(Fault::Redirected { to });
        }
        if let Some(busy) = self.busy(now) {
            return Err(busy);
        }
        let said = || reason(&self.reply);
        match status {
            0 | 300..=399 => Err(Fault::Redirected { to: String::new() }),
            401 | 403 | 407 => Err(Fault::Denied { status, said: said() }),
            _ if self.over => Err(Fault::Large { limit: LARGEST }),
            _ if self.cut => Err(Fault::Cut),
            404 if self.is_lost() => Err(Fault::Page { status, said: said() }),
            404 if store.base.contains(PROXY) && self.is_of_grafana() => {
                Err(Fault::Status { status, said: said() })
            }
            404 => Ok(false),
            200..=299 if self.is_page() => Err(Fault::Page { status, said: said() }),
            200..=299 => Ok(true),
            _ => Err(Fault::Status { status, said: said() }),
        }
    }

    /// Whether the body is JSON, whatever its type says: no protobuf message begins with a bracket,
    /// which would be a group.
    pub(super) fn is_text(&self) -> bool {
        let body = &*self.reply.body;
        let protobuf = self.reply.content_type.contains("proto");
        let body = if protobuf { body } else { body.trim_ascii_start() };
        matches!(body.first(), Some(b'{' | b'[')) || self.reply.is_json()
    }

    /// Whether a page for people came, as from a login, a proxy, or a store's own page.
    fn is_page(&self) -> bool {
        let html = self.reply.content_type.to_ascii_lowercase().starts_with("text/html");
        let body = self.reply.body.trim_ascii_start();
        html && !self.is_text() || body.starts_with(b"<")
    }

    /// Whether Grafana itself answers rather than what is behind it: it has no such data source.
    fn is_of_grafana(&self) -> bool {
        let names = summary::names(&self.reply.body).unwrap_or_default();
        names.iter().any(|name| name == "message")
    }

    /// Whether there is nothing at the address at all, rather than no such trace. Go's servers, and
    /// Tempo is one, say it in these words.
    fn is_lost(&self) -> bool {
        self.is_page() || self.reply.body.starts_with(b"404 page not found")
    }
}
