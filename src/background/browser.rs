//! The browser's events as ours. What cannot be read is nobody's event.

use bridge::Verb;
use serde::Deserialize;
use trace::observe::Seen;
use trace::session::{Asked, Event, Open};
use trace::settings::Triggers;
use trace::state::Place;
use trace::{Timestamp, TraceContext, json, propagation, redact};

use webext::tabs;

use crate::evidence;

/// What the browser said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// Something for the session machine, at its own time.
    Event(Event, Timestamp),
    /// Evidence of a document request, and what it means for the session machine.
    Seen {
        /// The tab.
        tab: i32,
        /// The browser's number of the request, where it is one.
        request: String,
        /// What was seen.
        seen: Seen,
        /// What follows.
        event: Option<Event>,
        /// When.
        time: Timestamp,
    },
    /// A cookie changed.
    Cookie {
        /// Where it is at home.
        place: Place,
        /// Whether it is the host's alone.
        alone: bool,
        /// Whether its time was over.
        expired: bool,
        /// Its name.
        name: String,
        /// What it holds now; `None` when it is gone.
        value: Option<String>,
    },
    /// The user set something else.
    Settings,
    /// A notification was clicked.
    Clicked {
        /// Its name.
        name: String,
    },
    /// A verb was chosen in the icon's menu, or pressed on the keyboard.
    Verb(Verb, i32),
    /// A message of a surface or a page.
    Message(Box<Message>),
    /// A panel was opened or closed.
    Panel(Panel),
    /// Requests that pages made and cannot see.
    Unseen(Vec<Unseen>),
    /// Nothing but a reason to be awake.
    Woke,
    /// The browser or this version of the extension has just begun.
    Began,
}

/// A request that a page made and cannot see.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Unseen {
    /// The tab.
    pub tab: i32,
    /// When it left, milliseconds since the epoch.
    pub start: f64,
    /// All that the browser told of it (`trace::unseen`).
    pub text: String,
}

/// A devtools panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Panel {
    /// The tab that it is about.
    pub tab: i32,
    /// Whether it is there.
    pub open: bool,
}

/// A message with its sender.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// What it says, unread.
    pub body: String,
    /// Who says it, by the browser's word.
    pub sender: Sender,
}

/// Who sent a message (`runtime.MessageSender`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sender {
    /// The address of the sending document.
    #[serde(default)]
    pub url: String,
    /// Its frame; 0 for the main document.
    #[serde(default)]
    pub frame_id: i32,
    /// Its tab.
    #[serde(default)]
    pub tab: Option<SenderTab>,
    /// Where the extension's own pages live; not the sender's word but `background.js`'s.
    #[serde(default)]
    pub root: String,
}

/// The tab of a sender.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct SenderTab {
    /// Its id.
    pub id: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[derive(Default)]
pub(crate) struct Details {
    #[serde(default)]
    tab_id: i32,
    #[serde(default)]
    frame_id: i32,
    #[serde(default)]
    request_id: String,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub method: String,
    #[serde(default)]
    time_stamp: f64,
    #[serde(default)]
    status_code: Option<u16>,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    request_headers: Vec<Header>,
    #[serde(default)]
    pub response_headers: Vec<Header>,
    #[serde(default)]
    pub from_cache: bool,
    #[serde(default)]
    pub redirect_url: String,
    #[serde(default)]
    document_id: Option<String>,
    #[serde(default)]
    pub document_lifecycle: Option<String>,
    #[serde(default)]
    pub transition_qualifiers: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Header {
    pub name: String,
    #[serde(default)]
    pub value: String,
}

#[derive(Deserialize)]
struct CookieChange {
    removed: bool,
    cause: String,
    cookie: Jar,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Jar {
    name: String,
    domain: String,
    value: String,
    host_only: bool,
    store_id: String,
}

/// Reads an event: its name, what it says and who says it; `triggers` say in which headers a request
/// carries its context. `None` when it does not concern us.
pub(crate) fn read(name: &str, what: String, who: &str, triggers: &Triggers) -> Option<Heard> {
    match name {
        "message" => {
            let sender = json::read(who).ok()?;
            Some(Heard::Message(Box::new(Message { body: what, sender })))
        }
        "closed" => {
            let event = Event::Closed { tab: what.parse().ok()? };
            Some(Heard::Event(event, webext::clock::now()))
        }
        "cookie" => cookie_changed(json::read(&what).ok()?),
        "verb" => {
            let name: String = json::read(&what).ok()?;
            let tab: SenderTab = json::read(who).ok()?;
            Some(Heard::Verb(Verb::named(&name)?, tab.id))
        }
        "notified" => Some(Heard::Clicked { name: json::read(&what).ok()? }),
        "settings" => Some(Heard::Settings),
        "tab" => {
            let event = Event::Opened(tabs::Tab::read(&what).ok()?.open());
            Some(Heard::Event(event, webext::clock::now()))
        }
        "panel" => Some(Heard::Panel(json::read(&what).ok()?)),
        "unseen" => Some(Heard::Unseen(json::read(&what).ok()?)),
        "alarm" | "activated" => Some(Heard::Woke),
        "began" => Some(Heard::Began),
        _ => request(name, json::read(&what).ok()?, triggers),
    }
}

/// A request or navigation of a tab.
fn request(name: &str, details: Details, triggers: &Triggers) -> Option<Heard> {
    let time = Timestamp::from_millis(details.time_stamp);
    let Details { tab_id: tab, status_code: status, frame_id, .. } = details;
    if frame_id != 0 {
        return None;
    }
    let context = carried(&details, triggers);
    let seen = evidence::read(name, &details, context);
    let url = redact::url(&details.url);
    let request = details.request_id.clone();
    let event = match name {
        "sent" => context.map(|context| {
            let (request, method) = (request.clone(), details.method);
            Event::Sent(Asked { tab, request, url, method, context })
        }),
        "redirected" => {
            let url = redact::url(&details.redirect_url);
            Some(Event::Redirected { request: request.clone(), url })
        }
        "responded" => Some(Event::Responded { tab }),
        "failed" if evidence::broken(&details) => Some(Event::Abandoned { tab, url }),
        "answered" | "failed" => {
            let (request, error) = (request.clone(), details.error);
            Some(Event::Answered { tab, request, status, error })
        }
        "opened" => Some(Event::Opened(Open { tab, url, store: None })),
        "leaving" => Some(Event::Leaving { tab }),
        // An error of a document that is shown already says nothing of the one to come. Where there is
        // no document, browsers leave its id out or say nought.
        "abandoned" => {
            let document = details.document_id.as_ref();
            let none = document.is_none_or(|id| id.bytes().all(|digit| digit == b'0'));
            none.then_some(Event::Unshown { tab, url })
        }
        // A prerendered document is shown later, if at all.
        "committed" => {
            let shown = details.document_lifecycle.is_none_or(|life| life == "active");
            shown.then_some(Event::Committed { tab, url })
        }
        _ => None,
    };
    match seen {
        Some(seen) => Some(Heard::Seen { tab, request, seen, event, time }),
        None => Some(Heard::Event(event?, time)),
    }
}

/// The context that a request carries.
fn carried(details: &Details, triggers: &Triggers) -> Option<TraceContext> {
    propagation::find(triggers, &|name| {
        let named = |header: &&Header| header.name.eq_ignore_ascii_case(name);
        details.request_headers.iter().find(named).map(|header| header.value.as_str())
    })
}

fn cookie_changed(change: CookieChange) -> Option<Heard> {
    // An overwrite is told twice: first as a removal of the old one, then as the new one.
    if change.cause == "overwrite" {
        return None;
    }
    let Jar { name, domain, value, host_only: alone, store_id } = change.cookie;
    let host = domain.trim_start_matches('.').to_owned();
    let place = Place { store: tabs::plain(&store_id).to_owned(), host };
    let (expired, value) = (change.cause == "expired", (!change.removed).then_some(value));
    Some(Heard::Cookie { place, alone, expired, name, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(name: &str, what: &str) -> Option<Heard> {
        read(name, what.to_owned(), "null", &Triggers::default())
    }

    #[test]
    fn a_document_request_is_heard_with_the_context_that_went_out() {
        let what = r#"{"tabId":7,"url":"http://me:pw@a.test/","method":"GET","timeStamp":1000.5,
            "requestHeaders":[{"name":"Traceparent",
            "value":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"}]}"#;
        let Some(Heard::Seen { event: Some(event), time, .. }) = heard("sent", what) else {
            panic!("not heard");
        };
        let Event::Sent(Asked { tab, url, context, .. }) = event else { panic!("another event") };
        assert_eq!((tab, time), (7, Timestamp::from_nanos(1_000_500_000)));
        assert!(!url.contains("pw"), "{url}");
        assert!(context.sampled());
    }

    #[test]
    fn a_context_is_read_in_the_formats_that_are_on_and_no_others() {
        let what = r#"{"tabId":7,"url":"http://a.test/","method":"GET","requestHeaders":[
            {"name":"traceparent","value":"00-11111111111111111111111111111111-2222222222222222-01"},
            {"name":"B3","value":"4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d"}]}"#;
        let read = |triggers| match read("sent", what.to_owned(), "null", &triggers) {
            Some(Heard::Seen { event: Some(Event::Sent(Asked { context, .. })), .. }) => {
                Some(context)
            }
            _ => None,
        };
        let theirs = read(Triggers::default()).unwrap();
        assert!(theirs.trace.to_string().starts_with("1111"));
        let ours = read(Triggers { w3c: false, b3: true, ..Triggers::default() }).unwrap();
        assert!(ours.trace.to_string().starts_with("4bf9"));
        assert_eq!(read(Triggers { w3c: false, google: true, ..Triggers::default() }), None);
    }

    #[test]
    fn a_verb_of_menu_or_keyboard_is_one_of_ours_on_a_tab() {
        let heard =
            |what: &str, who: &str| read("verb", what.to_owned(), who, &Triggers::default());
        let stop = Some(Heard::Verb(Verb::Stop, 7));
        assert_eq!(heard(r#""stop-session""#, r#"{"id":7,"url":"http://a.test/"}"#), stop);
        assert_eq!(heard(r#""format-disk""#, r#"{"id":7}"#), None);
        assert_eq!(heard(r#""stop-session""#, "null"), None, "devtools have no tab");
    }

    #[test]
    fn a_request_without_context_and_a_frame_are_not_ours() {
        let plain = heard("sent", r#"{"tabId":7,"url":"http://a.test/"}"#);
        assert!(matches!(plain, Some(Heard::Seen { event: None, .. })), "evidence, and no event");
        assert_eq!(heard("committed", r#"{"tabId":7,"frameId":3,"url":"http://a.test/"}"#), None);
        let prerendered = r#"{"tabId":7,"frameId":0,"documentLifecycle":"prerender"}"#;
        assert_eq!(heard("committed", prerendered), None);
        assert_eq!(heard("committed", "rubbish"), None);
        assert_eq!(heard("unheard of", r#"{"tabId":7}"#), None);
    }

    #[test]
    fn only_the_last_word_on_a_cookie_counts() {
        let change = |cause: &str, removed: bool| {
            let what = format!(
                r#"{{"removed":{removed},"cause":"{cause}",
                "cookie":{{"name":"n","domain":".a.test","value":"v","hostOnly":false,"storeId":"0"}}}}"#
            );
            heard("cookie", &what)
        };
        let heard = |value| {
            let place = Place { store: String::new(), host: "a.test".to_owned() };
            let name = "n".to_owned();
            Some(Heard::Cookie { place, alone: false, expired: false, name, value })
        };
        assert_eq!(change("overwrite", true), None);
        assert_eq!(change("explicit", true), heard(None));
        assert_eq!(change("explicit", false), heard(Some("v".to_owned())));
    }
}
