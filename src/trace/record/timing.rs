//! What the browser timed of a load or a paint, with the names that its `toJSON` gives.

use serde::{Deserialize, Serialize};

use super::{Texts, URL_LIMIT, WORD_LIMIT};
use crate::PageMillis;

/// The times of one load, as Resource Timing has them. 0 where the browser does not tell.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Timing {
    /// URL that was asked for.
    pub name: String,
    /// When the load began, redirects included.
    pub start_time: PageMillis,
    /// When the first redirect began.
    pub redirect_start: PageMillis,
    /// When the last redirect was answered.
    pub redirect_end: PageMillis,
    /// When a service worker was started for it.
    pub worker_start: PageMillis,
    /// When the final URL was asked for.
    pub fetch_start: PageMillis,
    /// When the host's name was looked up.
    pub domain_lookup_start: PageMillis,
    /// When its address was known.
    pub domain_lookup_end: PageMillis,
    /// When the connection was begun.
    pub connect_start: PageMillis,
    /// When TLS was begun.
    pub secure_connection_start: PageMillis,
    /// When the connection stood.
    pub connect_end: PageMillis,
    /// When the request was sent.
    pub request_start: PageMillis,
    /// When the first byte of the response came.
    pub response_start: PageMillis,
    /// When the last byte of the response came.
    pub response_end: PageMillis,
    /// ALPN name of the protocol: `h2`, `http/1.1`.
    pub next_hop_protocol: String,
    /// `cache` or `navigational-prefetch`, where it did not come from the network.
    pub delivery_type: String,
    /// Response status.
    pub response_status: u16,
    /// Bytes over the wire, headers included.
    pub transfer_size: u64,
    /// Bytes of the body as it came over the wire.
    pub encoded_body_size: u64,
    /// Bytes of the body when unpacked.
    pub decoded_body_size: u64,
    /// What the server says of its own time (Server Timing).
    pub server_timing: Vec<Metric>,
}

/// One metric of a `Server-Timing` header.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(default)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// Milliseconds; 0 when it says none.
    pub duration: PageMillis,
    /// What it means; often empty.
    pub description: String,
}

/// A document's load.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Navigation {
    /// Its network times.
    #[serde(rename = "")]
    pub timing: Timing,
    /// `navigate`, `reload`, `back_forward` or `prerender`.
    #[serde(rename = "type")]
    pub way: String,
    /// Redirects on the way, those of the own origin.
    pub redirect_count: u32,
    /// When a prerendered page was shown.
    pub activation_start: PageMillis,
    /// When `unload` was fired in the document before, if that was of the same origin.
    pub unload_event_start: PageMillis,
    /// When its listeners were done.
    pub unload_event_end: PageMillis,
    /// When the parser was done.
    pub dom_interactive: PageMillis,
    /// When `DOMContentLoaded` was fired.
    pub dom_content_loaded_event_start: PageMillis,
    /// When its listeners were done.
    pub dom_content_loaded_event_end: PageMillis,
    /// When all that the document needs was there.
    pub dom_complete: PageMillis,
    /// When `load` was fired.
    pub load_event_start: PageMillis,
    /// When its listeners were done.
    pub load_event_end: PageMillis,
}

/// Something that a document loaded.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resource {
    /// Its network times.
    #[serde(rename = "")]
    pub timing: Timing,
    /// What asked for it: `script`, `img`, `fetch`…
    pub initiator_type: String,
    /// `blocking` or `non-blocking`.
    pub render_blocking_status: String,
}

/// A first paint.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Paint {
    /// `first-paint` or `first-contentful-paint`.
    pub name: String,
    /// When.
    pub start_time: PageMillis,
}

impl Timing {
    /// Whether the browser's cache answered. Browsers that do not say so send nothing for it.
    #[must_use]
    pub fn cached(&self) -> bool {
        let unsent = self.transfer_size == 0 && self.encoded_body_size > 0;
        self.delivery_type == "cache" || (unsent && self.worker_start.0 == 0.0)
    }

    fn texts<'a, const N: usize>(&'a mut self, more: [(&'a mut String, usize); N]) -> Texts<'a> {
        let mut texts = Vec::from(more);
        texts.push((&mut self.name, URL_LIMIT));
        texts.push((&mut self.next_hop_protocol, WORD_LIMIT));
        texts.push((&mut self.delivery_type, WORD_LIMIT));
        for metric in &mut self.server_timing {
            texts.push((&mut metric.name, WORD_LIMIT));
            texts.push((&mut metric.description, WORD_LIMIT));
        }
        texts
    }
}

impl Navigation {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        let Self { timing, way, .. } = self;
        timing.texts([(way, WORD_LIMIT)])
    }
}

impl Resource {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        let Self { timing, initiator_type, render_blocking_status } = self;
        timing.texts([(initiator_type, WORD_LIMIT), (render_blocking_status, WORD_LIMIT)])
    }
}
