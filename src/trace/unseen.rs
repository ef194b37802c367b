//! A request of a page that its code cannot see: a beacon, a ping, an event stream, the handshake of
//! a WebSocket, a worker's.
//!
//! The browser's network events tell it to the background, so that no page can forge it. It is no
//! [`Record`](crate::record::Record): what a page states is never read as one.

use serde::{Deserialize, Serialize};

use crate::context::PageContext;
use crate::json;
use crate::propagation;
use crate::record::URL_LIMIT;
use crate::settings::Triggers;
use crate::{Timestamp, TraceContext, TraceId, redact};

/// Longest text that is read: headers with large cookies in them.
const LIMIT: usize = 256 * 1024;
/// Longest URL, name and value of a header that are kept, characters.
const MARK_LIMIT: usize = 256;
/// Headers by which frameworks know each other, of the request and of its response.
const MARKS: [&str; 15] = [
    "next-action",
    "rsc",
    "next-url",
    "next-router-prefetch",
    "next-router-segment-prefetch",
    "x-nextjs-data",
    "x-apollo-operation-name",
    "x-graphql-operation-name",
    "x-nextjs-cache",
    "x-nextjs-matched-path",
    "x-matched-path",
    "x-middleware-rewrite",
    "x-edge-runtime",
    "x-vercel-id",
    "content-type",
];

/// One request, as the network events tell it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unseen {
    /// The browser's id of it.
    pub id: String,
    /// The browser's word for its type: `ping`, `websocket`, `xmlhttprequest`, `other`…
    #[serde(rename = "type")]
    pub way: String,
    /// Method.
    pub method: String,
    /// Full URL, redacted.
    pub url: String,
    /// The context that it carried.
    #[serde(default)]
    pub context: Option<TraceContext>,
    /// Response status; `None` while there is none.
    #[serde(default)]
    pub status: Option<u16>,
    /// When it was sent.
    pub start: Timestamp,
    /// When it was over, for a WebSocket its handshake; `None` while it is not.
    #[serde(default)]
    pub end: Option<Timestamp>,
    /// The browser's name for what went wrong: `net::ERR_ABORTED`.
    #[serde(default)]
    pub error: Option<String>,
    /// Whether the browser's cache answered.
    #[serde(default)]
    pub cached: bool,
    /// Headers by which frameworks know each other, as in a recorded request.
    #[serde(default)]
    pub marks: String,
}

/// What `background.js` gathers of one request: all that its events said, the last word first.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Told {
    stage: String,
    request_id: String,
    #[serde(rename = "type")]
    way: String,
    method: String,
    url: String,
    status_code: Option<u16>,
    error: Option<String>,
    from_cache: bool,
    start: f64,
    time_stamp: f64,
    request_headers: Vec<Header>,
    response_headers: Vec<Header>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    #[serde(default)]
    value: String,
}

impl Header {
    fn named<'a>(headers: &'a [Self], name: &str) -> Option<&'a str> {
        let named = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| header.value.as_str())
    }
}

impl Told {
    fn marks(&self) -> String {
        let headers = |name: &str| {
            let sent =
                Header::named(&self.request_headers, name).filter(|_| name != "content-type");
            sent.or_else(|| Header::named(&self.response_headers, name))
        };
        let marks = MARKS.iter().filter_map(|name| {
            let value: String = headers(name)?.chars().take(MARK_LIMIT).collect();
            Some(format!("{name}:{}", value.replace('\t', " ")))
        });
        marks.collect::<Vec<_>>().join("\t")
    }

    /// Whether it goes on after its response began: an event stream is over when the page is.
    fn stream(&self) -> bool {
        let kind = Header::named(&self.response_headers, "content-type").unwrap_or_default();
        kind.starts_with("text/event-stream")
    }
}

impl Unseen {
    /// Reads what the network events told of a request. `None` where that says nothing yet, and for a
    /// request of a page's script that the recorder gave a context: it tells of that itself.
    #[must_use]
    pub fn read(text: &str, triggers: &Triggers, page: PageContext) -> Option<Self> {
        let told: Told = json::read(text).ok().filter(|_| text.len() <= LIMIT)?;
        let early = told.stage == "answered";
        if early && !told.stream() {
            return None;
        }
        let context =
            propagation::find(triggers, &|name| Header::named(&told.request_headers, name));
        // A rule can only put the page's root on a request.
        let minted = context.is_some_and(|context| context.span != page.root);
        if told.way == "xmlhttprequest" && minted {
            return None;
        }
        let marks = told.marks();
        let mut url = redact::url(&told.url);
        url.truncate(url.floor_char_boundary(URL_LIMIT));
        Some(Self {
            id: told.request_id,
            way: told.way,
            method: told.method,
            url,
            context,
            status: told.status_code,
            start: Timestamp::from_millis(told.start),
            end: (!early).then(|| Timestamp::from_millis(told.time_stamp)),
            error: told.error.map(|error| error.chars().take(MARK_LIMIT).collect()),
            cached: told.from_cache,
            marks,
        })
    }

    /// Takes away a context that names one of some traces. A worker's script may send what it likes.
    pub fn disown(&mut self, traces: &[TraceId]) {
        self.context = self.context.filter(|context| !traces.contains(&context.trace));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn page() -> PageContext {
        PageContext {
            trace: TRACE.parse().unwrap(),
            root: "00f067aa0ba902b7".parse().unwrap(),
            document: "1111111111111111".parse().unwrap(),
        }
    }

    fn read(stage: &str, way: &str, span: &str, kind: &str) -> Option<Unseen> {
        let text = format!(
            r#"{{"stage":"{stage}","requestId":"7","type":"{way}","method":"POST","tabId":3,
            "url":"http://me:pw@a.test/log","start":1000.5,"timeStamp":1020,"statusCode":204,
            "requestHeaders":[{{"name":"Traceparent","value":"00-{TRACE}-{span}-03"}}],
            "responseHeaders":[{{"name":"Content-Type","value":"{kind}"}}]}}"#
        );
        Unseen::read(&text, &Triggers::default(), page())
    }

    #[test]
    fn a_beacon_is_read_with_what_it_carried_and_without_secrets() {
        let beacon = read("over", "ping", "00f067aa0ba902b7", "text/html").unwrap();
        assert_eq!(
            (&*beacon.way, beacon.status, &*beacon.marks),
            ("ping", Some(204), "content-type:text/html")
        );
        assert!(!beacon.url.contains("pw"), "{}", beacon.url);
        assert_eq!(beacon.start, Timestamp::from_nanos(1_000_500_000));
        assert_eq!(beacon.end, Some(Timestamp::from_nanos(1_020_000_000)));
        assert_eq!(beacon.context.unwrap().span, page().root);
        let disowned = |traces: &[TraceId]| {
            let mut beacon = beacon.clone();
            beacon.disown(traces);
            beacon.context.is_none()
        };
        assert!(disowned(&[page().trace]) && !disowned(&[]));
    }

    #[test]
    fn a_stream_is_told_of_as_soon_as_it_is_answered_and_nothing_else_is() {
        let stream = read("answered", "xmlhttprequest", "00f067aa0ba902b7", "text/event-stream");
        assert_eq!(stream.unwrap().end, None);
        assert_eq!(read("answered", "xmlhttprequest", "00f067aa0ba902b7", "text/html"), None);
    }

    #[test]
    fn what_the_recorder_tells_of_itself_is_left_to_it() {
        assert_eq!(read("over", "xmlhttprequest", "2222222222222222", ""), None);
        assert!(read("over", "xmlhttprequest", "00f067aa0ba902b7", "").is_some());
        assert_eq!(Unseen::read("rubbish", &Triggers::default(), page()), None);
    }
}
