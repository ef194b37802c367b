//! Trace stores as "build the request, read the reply".
//!
//! Owns what each store wants to be asked and how it answers. Refuses to send anything: whoever
//! calls does the fetching, so the same code serves the extension, the tests and the demo.

use otlp::answer::Refusal;

pub mod credential;
pub mod follow;
pub mod jaeger;
pub mod link;
pub mod outbox;
pub mod probe;
pub mod retry;
pub mod sender;
pub mod store;
pub mod stores;

/// What to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to, in full.
    pub url: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// What goes with it; empty for a GET.
    pub body: Vec<u8>,
}

/// A request's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks.
    Get,
    /// Hands over.
    Post,
}

impl Method {
    /// As it stands in a request.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The `content-type` header; empty when there was none.
    pub content_type: String,
    /// The `retry-after` header; empty when there was none.
    pub retry_after: String,
    /// The body, at most as much as the caller is ready to hold.
    pub body: Vec<u8>,
}

/// As much of a store's words as fits a line of a surface.
const SAID: usize = 200;

impl Reply {
    /// Whether the body is JSON, by its type or, where that is not said, by its first byte.
    fn is_json(&self) -> bool {
        let content_type = self.content_type.to_ascii_lowercase();
        content_type.as_bytes().windows(4).any(|part| part == b"json")
            || content_type.is_empty() && self.body.trim_ascii_start().starts_with(b"{")
    }

    /// Whether a page came where none was asked for, whatever its status: who answers is no store.
    fn is_page(&self) -> bool {
        self.body.trim_ascii_start().starts_with(b"<")
    }

    /// What the store says of an error: its message, or the first line of its answer.
    fn said(&self) -> String {
        let refusal = match &*self.content_type {
            "application/x-protobuf" => Refusal::from_proto(&self.body),
            _ => Refusal::from_json(&self.body),
        };
        let text = match refusal.message {
            message if message.is_empty() => String::from_utf8_lossy(&self.body).into_owned(),
            message => message,
        };
        match text.trim().lines().next() {
            Some(line) => line.chars().take(SAID).collect(),
            None => "nothing more".to_owned(),
        }
    }
}
