//! What happened within a span, for its bar: the phases of a browser's load, and moments.
//!
//! Reads events by the names that OpenTelemetry's instrumentations of fetch and document load give
//! them, ours and others'. Times are nanoseconds from the trace's start.

use trace::attribute::key;
use trace::{Event, Span, Timestamp};

/// Moments that a row shows at most; more could not be told apart.
const MOST: usize = 32;

/// A kind of phase: how it is drawn, what it is, and between which events it lies.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its class in the style sheet.
    pub class: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What happens in it.
    pub meaning: &'static str,
    from: &'static str,
    to: &'static [&'static str],
}

/// A kind between two events; of the later ones, the first that is there counts.
const fn kind(
    [class, name, meaning]: [&'static str; 3],
    from: &'static str,
    to: &'static [&'static str],
) -> Kind {
    Kind { class, name, meaning, from, to }
}

/// All kinds, in the order in which they happen and are drawn: later ones over earlier ones.
pub static KINDS: [Kind; 11] = [
    kind(["hop", "Redirect", "earlier addresses"], "redirectStart", &["redirectEnd"]),
    kind(
        ["work", "Service worker", "until it lets the request go"],
        "workerStart",
        &["fetchStart"],
    ),
    kind(["dns", "DNS", "looking the host up"], "domainLookupStart", &["domainLookupEnd"]),
    kind(
        ["tcp", "Connect", "opening a connection"],
        "connectStart",
        &["secureConnectionStart", "connectEnd"],
    ),
    kind(["tls", "TLS", "agreeing on encryption"], "secureConnectionStart", &["connectEnd"]),
    kind(
        ["wait", "Request", "sent, and waiting for the first byte"],
        "requestStart",
        &["responseStart"],
    ),
    kind(["read", "Response", "first byte to last"], "responseStart", &["responseEnd"]),
    kind(["hop", "Unload", "leaving the page before"], "unloadEventStart", &["unloadEventEnd"]),
    kind(
        ["dom", "DOM", "parsed, until all that it loads is there"],
        "domInteractive",
        &["domComplete"],
    ),
    kind(
        ["ready", "DOMContentLoaded", "its listeners at work"],
        "domContentLoadedEventStart",
        &["domContentLoadedEventEnd"],
    ),
    kind(
        ["load", "Load", "listeners of the load event at work"],
        "loadEventStart",
        &["loadEventEnd"],
    ),
];

/// A phase of one span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Which, in [`KINDS`].
    pub kind: usize,
    /// When it began.
    pub from: u64,
    /// When it was over; later than that.
    pub to: u64,
}

/// What a moment in a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Something was thrown.
    Error,
    /// The user did something.
    Operation,
    /// Anything else that the span tells.
    Event,
}

impl Sign {
    /// Its class in the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Error => "sign thrown",
            Self::Operation => "sign acted",
            Self::Event => "sign",
        }
    }
}

/// A moment of one span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What it is.
    pub sign: Sign,
    /// When.
    pub at: u64,
}

/// The phases of a span, in the order in which they are drawn.
#[must_use]
pub fn phases(span: &Span, start: Timestamp) -> Vec<Phase> {
    let at = |name: &str| span.events.iter().find(|event| event.name == name).map(|it| it.time);
    let offset = |time: Timestamp| time.nanos().saturating_sub(start.nanos());
    let lies = |(number, kind): (usize, &Kind)| {
        let from = offset(at(kind.from)?);
        let to = offset(kind.to.iter().find_map(|name| at(name))?);
        (to > from).then_some(Phase { kind: number, from, to })
    };
    if span.events.is_empty() {
        return Vec::new();
    }
    KINDS.iter().enumerate().filter_map(lies).collect()
}

/// The moments of a span, by their time as they come.
#[must_use]
pub fn moments(span: &Span, start: Timestamp) -> Vec<Moment> {
    let moment = |sign: Sign, time: Timestamp| Moment {
        sign,
        at: time.nanos().saturating_sub(start.nanos()),
    };
    let acted = span.attributes.contains_key(key::OPERATION_TYPE);
    let acted = acted.then(|| moment(Sign::Operation, span.start));
    let told = span.events.iter().filter_map(|event| Some(moment(sign(event)?, event.time)));
    acted.into_iter().chain(told).take(MOST).collect()
}

/// What an event is in a row; `None` for those that are ends of phases or stand on the ruler.
fn sign(event: &Event) -> Option<Sign> {
    let name = &*event.name;
    let ends = |kind: &Kind| kind.from == name || kind.to.contains(&name);
    let drawn = name == "browser.web_vital" || name.starts_with("first") || name == "fetchStart";
    match name {
        "exception" => Some(Sign::Error),
        _ if drawn || KINDS.iter().any(ends) => None,
        _ => Some(Sign::Event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    /// The first span of the sample, with events at milliseconds from its start.
    fn span(events: &[(&'static str, u64)]) -> Span {
        let mut span = sample::spans().remove(1);
        let event = |(name, millis): &(&'static str, u64)| Event {
            time: Timestamp::from_nanos(sample::NOW.nanos() + millis * 1_000_000),
            name: (*name).into(),
            ..Event::default()
        };
        span.events = events.iter().map(event).collect();
        span
    }

    fn said(span: &Span) -> Vec<(&'static str, u64, u64)> {
        let all = phases(span, sample::NOW).into_iter();
        all.map(|it| (KINDS[it.kind].name, it.from / 1_000_000, it.to / 1_000_000)).collect()
    }

    #[test]
    fn a_load_has_the_phases_between_the_browser_s_moments() {
        let load = span(&[
            ("fetchStart", 10),
            ("domainLookupStart", 12),
            ("domainLookupEnd", 20),
            ("connectStart", 20),
            ("secureConnectionStart", 30),
            ("connectEnd", 45),
            ("requestStart", 46),
            ("responseStart", 90),
            ("responseEnd", 95),
        ]);
        let wanted = [
            ("DNS", 12, 20),
            ("Connect", 20, 30),
            ("TLS", 30, 45),
            ("Request", 46, 90),
            ("Response", 90, 95),
        ];
        assert_eq!(said(&load), wanted);
        assert!(moments(&load, sample::NOW).is_empty(), "ends of phases are no moments");
    }

    #[test]
    fn phases_that_took_no_time_or_run_backward_are_none() {
        let kept = span(&[
            ("connectStart", 20),
            ("connectEnd", 20),
            ("responseStart", 90),
            ("responseEnd", 80),
        ]);
        assert_eq!(said(&kept), []);
        let plain = span(&[("connectStart", 20), ("connectEnd", 25)]);
        assert_eq!(said(&plain), [("Connect", 20, 25)], "without encryption");
    }

    #[test]
    fn what_was_thrown_and_what_the_user_did_are_told_from_other_events() {
        let mut row = span(&[("exception", 5), ("retry", 7), ("browser.web_vital", 9)]);
        row.attributes.insert(key::OPERATION_TYPE.to_owned(), "click".into());
        let signs: Vec<Sign> = moments(&row, sample::NOW).iter().map(|it| it.sign).collect();
        assert_eq!(signs, [Sign::Operation, Sign::Error, Sign::Event]);
        let many: Vec<(&'static str, u64)> = (0..1_000).map(|at| ("retry", at)).collect();
        assert_eq!(moments(&span(&many), sample::NOW).len(), MOST);
    }
}
