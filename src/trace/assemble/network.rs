//! What the browser timed of a load, as events and attributes of its span.

use crate::attribute::{Attributes, key};
use crate::record::{Navigation, Timing};
use crate::{Event, PageClock, PageMillis, Timestamp, propagation};

use super::{put, put_count, put_text};

/// Metrics taken from one response: a server may state hundreds.
const METRICS: usize = 16;

type Phase<T> = (&'static str, fn(&T) -> PageMillis);

/// A load's moments, in the order in which they happen, under the names that OpenTelemetry's
/// instrumentations for fetch and document load give them.
const PHASES: [Phase<Timing>; 12] = [
    ("redirectStart", |it| it.redirect_start),
    ("redirectEnd", |it| it.redirect_end),
    ("workerStart", |it| it.worker_start),
    ("fetchStart", |it| it.fetch_start),
    ("domainLookupStart", |it| it.domain_lookup_start),
    ("domainLookupEnd", |it| it.domain_lookup_end),
    ("connectStart", |it| it.connect_start),
    ("secureConnectionStart", |it| it.secure_connection_start),
    ("connectEnd", |it| it.connect_end),
    ("requestStart", |it| it.request_start),
    ("responseStart", |it| it.response_start),
    ("responseEnd", |it| it.response_end),
];

/// A document's moments, as above.
const MILESTONES: [Phase<Navigation>; 8] = [
    ("unloadEventStart", |it| it.unload_event_start),
    ("unloadEventEnd", |it| it.unload_event_end),
    ("domInteractive", |it| it.dom_interactive),
    ("domContentLoadedEventStart", |it| it.dom_content_loaded_event_start),
    ("domContentLoadedEventEnd", |it| it.dom_content_loaded_event_end),
    ("domComplete", |it| it.dom_complete),
    ("loadEventStart", |it| it.load_event_start),
    ("loadEventEnd", |it| it.load_event_end),
];

pub(super) fn event(name: &'static str, time: Timestamp) -> Event {
    Event { time, name: name.into(), ..Event::default() }
}

/// A moment of 0 did not happen, or the browser keeps it to itself.
fn events<T>(clock: PageClock, phases: &[Phase<T>], of: &T) -> Vec<Event> {
    let happened = || phases.iter().filter(|(_, moment)| moment(of).0 > 0.0);
    let mut events = Vec::with_capacity(happened().count());
    events.extend(happened().map(|(name, moment)| event(name, clock.at(moment(of)))));
    events
}

/// The moments of a load.
pub(super) fn phases(clock: PageClock, timing: &Timing) -> Vec<Event> {
    events(clock, &PHASES, timing)
}

/// The moments of a document.
pub(super) fn milestones(clock: PageClock, navigation: &Navigation) -> Vec<Event> {
    events(clock, &MILESTONES, navigation)
}

/// `network.protocol.version` of an ALPN name: `h2` is 2, `http/1.1` is 1.1.
fn version(protocol: &str) -> Option<&str> {
    match protocol {
        "h2" | "h2c" => Some("2"),
        "h3" => Some("3"),
        _ => protocol.strip_prefix("http/"),
    }
}

/// What a load's timing says beyond its moments.
pub(super) fn describe(attributes: &mut Attributes, timing: &Timing) {
    if let Some(version) = version(&timing.next_hop_protocol) {
        put_text(attributes, key::NETWORK_PROTOCOL_VERSION, version);
    }
    put_text(attributes, key::DELIVERY_TYPE, &timing.delivery_type);
    put_count(attributes, key::HTTP_RESPONSE_BODY_SIZE, timing.encoded_body_size);
    put_count(attributes, key::DECODED_BODY_SIZE, timing.decoded_body_size);
    // 0 bytes over the wire is a fact, where the browser tells sizes at all: a cache answered.
    if timing.encoded_body_size > 0 {
        let size = i64::try_from(timing.transfer_size).unwrap_or(i64::MAX);
        put(attributes, key::TRANSFER_SIZE, size);
    }
    // Our own metric is the context that the browser was told to add, not the server's word.
    let theirs = timing.server_timing.iter().filter(|it| it.name != propagation::SERVER_TIMING);
    for metric in theirs.filter(|it| it.duration.0 > 0.0).take(METRICS) {
        put(attributes, format!("{}{}", key::SERVER_TIMING, metric.name), metric.duration.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpn_names_become_versions() {
        let versions = ["h2", "h3", "http/1.1", "http/1.0", "", "hq", "http/"].map(version);
        let wanted = [Some("2"), Some("3"), Some("1.1"), Some("1.0"), None, None, Some("")];
        assert_eq!(versions, wanted);
    }
}
