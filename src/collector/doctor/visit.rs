//! The forced request: asks the server as a traced document is asked for, follows where it leads, and
//! keeps the evidence.

use std::time::Duration;

use backend::{Method, Request};
use ring::hmac;
use tokio::time::timeout;
use trace::answer::Said;
use trace::cookie::{TraceCookie, seal};
use trace::ladder::{Ladder, Way};
use trace::origin::Origin;
use trace::settings::Triggers;
use trace::sourcemap::resolve;
use trace::{Timestamp, TraceContext, propagation, redact};

use super::flags::Flags;
use super::ids::Ids;
use super::jar::Jar;
use super::now;
use crate::client::{Client, Opened, Reply};

/// How long each server on the way may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a body may take: it is read so that the server can end what it does, and not looked at.
const BODY: Duration = Duration::from_secs(5);
/// As much of it.
const MOST: usize = 16 << 20;
/// As browsers have it.
const REDIRECTS: usize = 20;
/// What a browser wants when it asks for a document.
const ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A request that was made, as evidence.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// What is known of it.
    pub(super) ladder: Ladder,
    /// From when to when.
    pub(super) window: (Timestamp, Timestamp),
    /// Whom it asked, in order.
    pub(super) stops: Vec<Stop>,
    /// Why there is no answer, where there is none.
    pub(super) trouble: Option<String>,
}

/// One server that was asked.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    /// For what, redacted.
    pub(super) url: String,
    /// What it answered; 0 for nothing.
    pub(super) status: u16,
    /// Whether the context went there.
    pub(super) ours: bool,
}

/// What is to be asked, and by whom.
#[derive(Clone, Copy, Debug)]
struct Errand<'a> {
    client: &'a Client,
    flags: &'a Flags,
    ids: &'a Ids,
}

/// Asks the server.
pub(super) async fn visit(client: &Client, flags: &Flags, ids: &Ids) -> Visit {
    let errand = Errand { client, flags, ids };
    let context = ids.page.request();
    let mut visit = Visit {
        ladder: Ladder::armed(context),
        window: (now(), now()),
        stops: Vec::new(),
        trouble: None,
    };
    if let Err(trouble) = errand.run(context, &mut visit).await {
        visit.ladder.way = Way::Failed;
        visit.trouble = Some(trouble);
    }
    visit.window.1 = now();
    visit
}

impl Errand<'_> {
    async fn run(&self, context: TraceContext, visit: &mut Visit) -> Result<(), String> {
        let mut jar = Jar::default();
        let mut url = self.flags.url.clone();
        loop {
            let ours = kept(&self.flags.url, &url);
            visit.ladder.left(&url, ours.then_some(context), ours);
            visit.stops.push(Stop { url: redact::url(&url), status: 0, ours });
            let request = self.request(&url, ours.then_some(context), &jar);
            let opened = self.client.open(request, PATIENCE).await;
            let opened = opened.map_err(|error| error.to_string())?;
            let Reply { status, headers, .. } = &opened.head;
            if let Some(stop) = visit.stops.last_mut() {
                stop.status = *status;
            }
            jar.take(&url, headers);
            let next = onward(&opened.head, &url);
            if next.is_none() {
                visit.ladder.way = Way::Network;
                visit.ladder.said = Said::of(headers, &self.flags.answer);
                visit.ladder = std::mem::take(&mut visit.ladder).heard();
            }
            drain(opened).await;
            let Some(next) = next else { return Ok(()) };
            if visit.stops.len() > REDIRECTS {
                return Err(format!("more than {REDIRECTS} redirects, wanted an answer"));
            }
            visit.ladder.redirected(&next);
            url = next;
        }
    }

    /// What is sent to an address, with the context where it is one that may have it.
    fn request(&self, url: &str, context: Option<TraceContext>, jar: &Jar) -> Request {
        let mut headers = vec![("accept".to_owned(), ACCEPT.to_owned())];
        let mut cookies: Vec<String> = jar.of(url).collect();
        if let Some(context) = context {
            let session = self.ids.session;
            let ours = propagation::headers(&Triggers::default(), context, Some(session));
            headers.extend(ours.into_iter().map(|(name, value)| (name.into_owned(), value)));
            for header in &self.flags.headers {
                match &*header.name {
                    "cookie" => cookies.push(header.value.0.clone()),
                    name => {
                        headers.retain(|(known, _)| known != name);
                        headers.push((name.to_owned(), header.value.0.clone()));
                    }
                }
            }
            cookies.push(format!("{}={}", self.flags.cookie, self.cookie()));
        }
        if !cookies.is_empty() {
            headers.push(("cookie".to_owned(), cookies.join("; ")));
        }
        Request { method: Method::Get, url: url.to_owned(), headers, body: Vec::new() }
    }

    /// The trace cookie's value, as that of a session without an end.
    fn cookie(&self) -> String {
        let value = TraceCookie { session: self.ids.session, expiry: 0 }.to_string();
        let secret = self.flags.secret();
        if secret.is_empty() {
            return value;
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        seal(&value, hmac::sign(&key, value.as_bytes()).as_ref())
    }
}

/// Whether what was meant for one address may go to another: to its own origin, and from http to https
/// of the same host, where each has its own port.
fn kept(first: &str, url: &str) -> bool {
    let (Ok(first), Ok(here)) = (Origin::of(first), Origin::of(url)) else { return false };
    let plain = first.port.is_none() && here.port.is_none();
    first == here || first.host == here.host && plain && here.secure
}

/// Where an answer sends us.
fn onward(reply: &Reply, url: &str) -> Option<String> {
    let to = reply.header("location");
    if !matches!(reply.status, 301 | 302 | 303 | 307 | 308) || to.is_empty() {
        return None;
    }
    let to = to.split('#').next().unwrap_or_default();
    if to.is_empty() || to.starts_with('?') {
        let path = url.split('?').next().unwrap_or_default();
        return Some(format!("{path}{to}"));
    }
    resolve(url, to)
}

/// Reads the rest of an answer. That it breaks off tells nothing about the trace.
async fn drain(opened: Opened) {
    let _whole = timeout(BODY, opened.read(MOST)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_stays_with_its_origin_and_goes_with_it_to_https() {
        for (to, wanted) in [
            ("http://shop.test/b", true),
            ("https://shop.test/b", true),
            ("https://shop.test:8443/", false),
            ("http://shop.test:81/", false),
            ("http://www.shop.test/", false),
            ("http://shop.test.evil/", false),
        ] {
            assert_eq!(kept("http://shop.test/a", to), wanted, "{to}");
        }
        assert!(!kept("https://shop.test/", "http://shop.test/"), "what was secret stays so");
    }

    #[test]
    fn a_redirect_leads_where_a_browser_would_go() {
        let to = |status, to: &str| {
            let headers = vec![("location".to_owned(), to.to_owned())];
            onward(&Reply { status, headers, ..Reply::default() }, "http://h:1/a/b?c")
        };
        assert_eq!(to(302, "/x#y").as_deref(), Some("http://h:1/x"));
        assert_eq!(to(301, "d").as_deref(), Some("http://h:1/a/d"));
        assert_eq!(to(307, "?e").as_deref(), Some("http://h:1/a/b?e"));
        assert_eq!(to(308, "https://i/").as_deref(), Some("https://i/"));
        assert_eq!(to(303, "mailto:x"), None);
        assert_eq!((to(200, "/x"), to(304, "/x"), to(302, "")), (None, None, None));
    }
}
