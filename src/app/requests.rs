//! The list of a tab's traced requests: what a line says, which one is chosen, and whether the list
//! follows its end.
//!
//! Plain state; the journal's order (oldest first) is the list's order.

use std::time::Duration;

use trace::request::{Api, TracedRequest};
use trace::{SpanId, TraceId, quantity};

use crate::cursor::Step;
use crate::moment;
use crate::tab::Tone;

/// A request by its trace and its span.
pub type RequestKey = (TraceId, SpanId);

/// The list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    rows: Vec<TracedRequest>,
    chosen: Option<RequestKey>,
    /// Whether the journal has been read.
    pub read: bool,
    /// Why it could not be read.
    pub trouble: Option<String>,
}

/// A line of the list, ready to draw.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// Its place, from 0.
    pub at: usize,
    /// Which request.
    pub key: RequestKey,
    /// When it began.
    pub time: String,
    /// Its method.
    pub method: String,
    /// What it asked for: from the path on where it is the page's own origin.
    pub place: String,
    /// All of its URL.
    pub url: String,
    /// Status, or why there is none.
    pub status: String,
    /// The status's tone.
    pub tone: Tone,
    /// How long it took; empty while it is under way.
    pub duration: String,
    /// What made it.
    pub kind: &'static str,
}

impl Line {
    fn of(at: usize, request: &TracedRequest, origin: &str, zone: i32) -> Self {
        let (status, tone) = outcome(request);
        Self {
            at,
            key: (request.trace, request.span),
            time: moment::clock(request.start, zone),
            method: request.method.clone(),
            place: place(&request.url, origin).to_owned(),
            url: request.url.clone(),
            status,
            tone,
            duration: request.millis.map(duration).unwrap_or_default(),
            kind: match request.api {
                Api::Document => "document",
                Api::Fetch => "fetch",
                Api::Xhr => "xhr",
            },
        }
    }
}

/// The status in words, and its tone.
fn outcome(request: &TracedRequest) -> (String, Tone) {
    match (request.status, &request.error) {
        (Some(status @ 500..), _) => (status.to_string(), Tone::Bad),
        (Some(status @ 400..=499), _) => (status.to_string(), Tone::Warn),
        (Some(status), None) => (status.to_string(), Tone::Good),
        (Some(status), Some(_)) => (status.to_string(), Tone::Bad),
        (None, Some(error)) => (error.clone(), Tone::Bad),
        (None, None) if request.millis.is_none() => ("pending".to_owned(), Tone::Busy),
        (None, None) => ("no status".to_owned(), Tone::Idle),
    }
}

/// What a page's clock measured. It may say anything.
fn duration(millis: f64) -> String {
    let time = Duration::try_from_secs_f64(millis / 1e3);
    time.map(quantity::duration).unwrap_or_else(|_| "no duration".to_owned())
}

/// The URL without the page's own origin; of another origin, without the scheme.
fn place<'a>(url: &'a str, origin: &str) -> &'a str {
    match url.strip_prefix(origin) {
        Some(place) if !origin.is_empty() && place.starts_with('/') => place,
        _ => url.split_once("://").map_or(url, |(_, rest)| rest),
    }
}

impl Requests {
    /// Takes in what the journal has.
    pub fn fill(&mut self, rows: Result<Vec<TracedRequest>, String>) {
        self.read = true;
        match rows {
            Ok(rows) => {
                self.trouble = None;
                self.rows = rows;
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines of a range, for a page of this origin and a reader in this zone.
    #[must_use]
    pub fn lines(&self, range: std::ops::Range<usize>, origin: &str, zone: i32) -> Vec<Line> {
        let rows = self.rows.get(range.clone()).unwrap_or_default();
        range.zip(rows).map(|(at, row)| Line::of(at, row, origin, zone)).collect()
    }

    /// The chosen request.
    #[must_use]
    pub fn chosen(&self) -> Option<RequestKey> {
        self.chosen
    }

    /// The place of the chosen request.
    #[must_use]
    pub fn place(&self) -> Option<usize> {
        let chosen = self.chosen?;
        self.rows.iter().position(|row| (row.trace, row.span) == chosen)
    }

    /// Chooses the request at a place.
    pub fn choose(&mut self, at: usize) {
        self.chosen = self.rows.get(at).map(|row| (row.trace, row.span));
    }

    /// Follows a key; whether it meant anything here.
    pub fn step(&mut self, step: Step, page: usize) -> bool {
        if step == Step::Close {
            return self.chosen.take().is_some();
        }
        let to = step.along(self.place(), self.len(), page);
        if let Some(at) = to {
            self.choose(at);
        }
        to.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn list() -> Requests {
        let mut list = Requests::default();
        list.fill(Ok(sample::requests()));
        list
    }

    fn line(change: impl Fn(&mut TracedRequest)) -> Line {
        let mut request = sample::requests().remove(0);
        change(&mut request);
        Line::of(0, &request, "https://shop.example", 0)
    }

    #[test]
    fn a_line_says_when_what_and_how_it_went() {
        let lines = list().lines(0..3, "https://shop.example", 60);
        let said = |line: &Line| {
            let Line { time, method, place, status, duration, kind, .. } = line;
            format!("{time} {method} {place} {status} {duration} {kind}")
        };
        let said: Vec<String> = lines.iter().map(said).collect();
        assert_eq!(
            said,
            [
                "15:23:22.123 GET /checkout?step=2 200 412 ms document",
                "15:23:22.523 POST /api/orders 500 38.2 ms fetch",
                "15:23:22.623 GET pricing.example/api/price pending  xhr",
            ]
        );
    }

    #[test]
    fn a_status_has_a_tone_and_a_failure_its_reason() {
        let tone = |status| line(|request| request.status = Some(status)).tone;
        assert_eq!((tone(204), tone(404), tone(503)), (Tone::Good, Tone::Warn, Tone::Bad));
        let failed = line(|request| {
            (request.status, request.error) = (None, Some("net::ERR_ABORTED".to_owned()));
        });
        assert_eq!((failed.status.as_str(), failed.tone), ("net::ERR_ABORTED", Tone::Bad));
        let opaque = line(|request| request.status = None);
        assert_eq!(opaque.status, "no status");
    }

    #[test]
    fn hostile_numbers_and_urls_are_still_a_line() {
        assert_eq!(line(|request| request.millis = Some(f64::NAN)).duration, "no duration");
        assert_eq!(line(|request| request.millis = Some(-1.0)).duration, "no duration");
        let other = "https://shop.example.evil/x";
        assert_eq!(line(|request| request.url = other.to_owned()).place, "shop.example.evil/x");
        assert_eq!(line(|request| request.url = String::new()).place, "");
    }

    #[test]
    fn the_choice_stays_with_its_request_while_the_list_grows() {
        let mut list = list();
        assert!(list.step(Step::Up, 5));
        assert_eq!(list.place(), Some(2));
        let mut more = sample::requests();
        more.rotate_right(1);
        list.fill(Ok(more));
        assert_eq!(list.place(), Some(0));
        assert!(list.step(Step::Close, 5) && list.chosen().is_none());
        assert!(!list.step(Step::Open, 5), "nothing is chosen");
    }

    #[test]
    fn an_unreadable_journal_keeps_what_was_read_before() {
        let mut list = list();
        list.fill(Err("no room".to_owned()));
        assert_eq!((list.len(), list.trouble.as_deref()), (3, Some("no room")));
    }
}
