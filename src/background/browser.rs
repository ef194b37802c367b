//! The browser's events as ours. What cannot be read is nobody's event.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use trace::session::Event;
use trace::{Timestamp, TraceContext, cookie, propagation, redact};

/// What the browser said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// Something for the session machine, at its own time.
    Event(Event, Timestamp),
    /// The trace cookie of a host changed.
    Cookie {
        /// The host.
        host: String,
        /// What it holds now; `None` when it is gone.
        value: Option<String>,
    },
    /// A message of a surface or a page.
    Message(Box<Message>),
    /// Nothing but a reason to be awake.
    Woke,
}

/// A message with its sender.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// What it says, unread.
    pub body: serde_json::Value,
    /// Who says it, by the browser's word.
    pub sender: Sender,
    /// Where the extension's own pages live.
    pub root: String,
}

/// Who sent a message (`runtime.MessageSender`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Sender {
    /// The address of the sending document.
    pub url: String,
    /// Its frame; 0 for the main document.
    pub frame_id: i32,
    /// Its tab.
    pub tab: Option<SenderTab>,
}

/// The tab of a sender.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct SenderTab {
    /// Its id.
    pub id: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Details {
    tab_id: i32,
    frame_id: i32,
    url: String,
    method: String,
    time_stamp: f64,
    status_code: Option<u16>,
    error: Option<String>,
    request_headers: Vec<Header>,
    document_lifecycle: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct CookieChange {
    removed: bool,
    cause: String,
    cookie: Jar,
}

#[derive(Deserialize)]
struct Jar {
    name: String,
    domain: String,
    value: String,
}

/// Reads an event. `None` when it does not concern us.
pub(crate) fn read(name: &str, args: &str) -> Option<Heard> {
    match name {
        "message" => {
            let (body, sender, root) = serde_json::from_str(args).ok()?;
            Some(Heard::Message(Box::new(Message { body, sender, root })))
        }
        "sent" => sent(first(args)?),
        "answered" | "failed" => {
            let Details { tab_id, status_code, error, time_stamp, .. } = first(args)?;
            let event = Event::Answered { tab: tab_id, status: status_code, error };
            Some(Heard::Event(event, Timestamp::from_millis(time_stamp)))
        }
        "committed" => {
            // A prerendered document is shown later, if at all.
            let details: Details = first(args)?;
            let shown = details.document_lifecycle.as_deref().is_none_or(|life| life == "active");
            let url = redact::url(&details.url);
            main_frame(&details, |tab| Event::Committed { tab, url }).filter(|_| shown)
        }
        "leaving" => main_frame(&first(args)?, |tab| Event::Leaving { tab }),
        "abandoned" => main_frame(&first(args)?, |tab| Event::Abandoned { tab }),
        "closed" => {
            let (tab, _): (i32, serde_json::Value) = serde_json::from_str(args).ok()?;
            Some(Heard::Event(Event::Closed { tab }, webext::clock::now()))
        }
        "cookie" => cookie_changed(first(args)?),
        "alarm" | "woke" => Some(Heard::Woke),
        _ => None,
    }
}

fn first<T: DeserializeOwned>(args: &str) -> Option<T> {
    let args: Vec<serde_json::Value> = serde_json::from_str(args).ok()?;
    serde_json::from_value(args.into_iter().next()?).ok()
}

fn main_frame(details: &Details, event: impl FnOnce(i32) -> Event) -> Option<Heard> {
    let time = Timestamp::from_millis(details.time_stamp);
    (details.frame_id == 0).then(|| Heard::Event(event(details.tab_id), time))
}

fn sent(details: Details) -> Option<Heard> {
    let Details { tab_id, url, method, time_stamp, request_headers, .. } = details;
    let header = request_headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case(propagation::TRACEPARENT))?;
    let context: TraceContext = header.value.parse().ok()?;
    let event = Event::Sent { tab: tab_id, url: redact::url(&url), method, context };
    Some(Heard::Event(event, Timestamp::from_millis(time_stamp)))
}

fn cookie_changed(change: CookieChange) -> Option<Heard> {
    // An overwrite is told twice: first as a removal of the old one, then as the new one.
    if change.cookie.name != cookie::NAME || change.cause == "overwrite" {
        return None;
    }
    let host = change.cookie.domain.trim_start_matches('.').to_owned();
    let value = (!change.removed).then_some(change.cookie.value);
    Some(Heard::Cookie { host, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_request_is_heard_with_the_context_that_went_out() {
        let args = r#"[{"tabId":7,"url":"http://me:pw@a.test/","method":"GET","timeStamp":1000.5,
            "requestHeaders":[{"name":"Traceparent",
            "value":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"}]}]"#;
        let Some(Heard::Event(Event::Sent { tab, url, context, .. }, time)) = read("sent", args)
        else {
            panic!("not heard");
        };
        assert_eq!((tab, time), (7, Timestamp::from_nanos(1_000_500_000)));
        assert!(!url.contains("pw"), "{url}");
        assert!(context.sampled());
    }

    #[test]
    fn a_request_without_context_and_a_frame_are_not_ours() {
        assert_eq!(read("sent", r#"[{"tabId":7,"url":"http://a.test/"}]"#), None);
        assert_eq!(read("committed", r#"[{"tabId":7,"frameId":3,"url":"http://a.test/"}]"#), None);
        let prerendered = r#"[{"tabId":7,"frameId":0,"documentLifecycle":"prerender"}]"#;
        assert_eq!(read("committed", prerendered), None);
        assert_eq!(read("committed", "rubbish"), None);
    }

    #[test]
    fn only_the_last_word_on_our_cookie_counts() {
        let change = |cause: &str, removed: bool, name: &str| {
            let args = format!(
                r#"[{{"removed":{removed},"cause":"{cause}",
                "cookie":{{"name":"{name}","domain":".a.test","value":"v"}}}}]"#
            );
            read("cookie", &args)
        };
        let host = "a.test".to_owned();
        assert_eq!(change("overwrite", true, cookie::NAME), None);
        assert_eq!(change("explicit", true, "other"), None);
        let gone = Heard::Cookie { host: host.clone(), value: None };
        assert_eq!(change("explicit", true, cookie::NAME), Some(gone));
        let set = Heard::Cookie { host, value: Some("v".to_owned()) };
        assert_eq!(change("explicit", false, cookie::NAME), Some(set));
    }
}
