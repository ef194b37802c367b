//! What a line of a list of requests says.

use std::time::Duration;

use surface::lamp::Tone;
use surface::moment;
use surface::naming::short;
use trace::SessionId;
use trace::framework::Badges;
use trace::quantity;
use trace::request::{Api, TracedRequest};

use super::RequestKey;
use crate::lamps;

/// A line of the list, ready to draw.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// Its place, from 0.
    pub at: usize,
    /// Which request.
    pub key: RequestKey,
    /// When it began: the time of day.
    pub time: String,
    /// The day as well.
    pub date: String,
    /// Its method.
    pub method: String,
    /// What it asked for: from the path on where it is the page's own origin.
    pub place: String,
    /// Where it was asked for.
    pub host: String,
    /// All of its URL.
    pub url: String,
    /// Status, or why there is none.
    pub status: String,
    /// The status's tone.
    pub tone: Tone,
    /// How long it took; empty while it is under way.
    pub duration: String,
    /// What it is to its framework.
    pub badges: Badges,
    /// What it called, in a word or two; may be empty.
    pub call: String,
    /// What made it; `server` where only the store knows of it.
    pub kind: &'static str,
    /// Its spans; empty while there is none.
    pub spans: String,
    /// How many of them failed; empty for none.
    pub errors: String,
    /// The service that answered.
    pub service: String,
    /// Where that runs; may be empty.
    pub environment: String,
    /// Its session, in short; empty where it has none.
    pub session: String,
    /// Its session.
    pub of: Option<SessionId>,
    /// Why it failed; may be empty.
    pub error: String,
    /// What its lamps show.
    pub lights: [&'static str; 5],
    /// The same in words.
    pub lamps: String,
}

impl Line {
    pub(super) fn of(at: usize, request: &TracedRequest, origin: &str, zone: i32) -> Self {
        let (status, tone) = outcome(request);
        let number = |count: u32| if count == 0 { String::new() } else { count.to_string() };
        Self {
            at,
            key: (request.trace, request.span),
            time: moment::clock(request.start, zone),
            date: moment::date(request.start, zone),
            method: request.method.clone(),
            place: place(&request.url, origin).to_owned(),
            host: request.host().to_owned(),
            url: request.url.clone(),
            status,
            tone,
            duration: length(request),
            badges: request.badges,
            call: request.call.clone(),
            kind: match request.api {
                Api::Document => "document",
                Api::Fetch => "fetch",
                Api::Xhr => "xhr",
                Api::Page => "page",
            },
            spans: number(request.spans),
            errors: number(request.errors),
            service: request.service.clone(),
            environment: request.environment.clone(),
            of: request.session,
            error: request.error.clone().unwrap_or_default(),
            session: request.session.map(|id| short(&id.to_string())).unwrap_or_default(),
            lights: lamps::lights(&request.ladder),
            lamps: lamps::summary(&request.ladder),
        }
    }
}

/// Stands where there is nothing to tell: a page within the document has no answer, and may load
/// nothing.
pub(super) const NOTHING: &str = "–";

/// The status in words, and its tone.
fn outcome(request: &TracedRequest) -> (String, Tone) {
    match (request.status, &request.error) {
        (Some(status @ 500..), _) => (status.to_string(), Tone::Bad),
        (Some(status @ 400..=499), _) => (status.to_string(), Tone::Warn),
        (Some(status), None) => (status.to_string(), Tone::Good),
        (Some(status), Some(_)) => (status.to_string(), Tone::Bad),
        (None, Some(error)) => (error.clone(), Tone::Bad),
        (None, None) if request.api == Api::Page => (NOTHING.to_owned(), Tone::Idle),
        (None, None) if request.millis.is_none() => ("pending".to_owned(), Tone::Busy),
        (None, None) => ("no status".to_owned(), Tone::Idle),
    }
}

/// How long it took; of a page within the document, until what it loaded was there.
fn length(request: &TracedRequest) -> String {
    match request.millis {
        None => String::new(),
        Some(0.0) if request.api == Api::Page => NOTHING.to_owned(),
        Some(millis) => duration(millis),
    }
}

/// What a page's clock measured. It may say anything.
fn duration(millis: f64) -> String {
    let time = Duration::try_from_secs_f64(millis / 1e3);
    time.map(quantity::duration).unwrap_or_else(|_| "no duration".to_owned())
}

impl Line {
    /// What it asked for, without its host.
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.place.strip_prefix(&self.host).filter(|path| !path.is_empty());
        path.unwrap_or(&self.place)
    }
}

/// The URL without the page's own origin; of another origin, without the scheme.
fn place<'a>(url: &'a str, origin: &str) -> &'a str {
    match url.strip_prefix(origin) {
        Some(place) if !origin.is_empty() && place.starts_with('/') => place,
        _ => url.split_once("://").map_or(url, |(_, rest)| rest),
    }
}
