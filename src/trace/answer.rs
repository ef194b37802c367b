//! What a response says of the trace that its server made or joined.
//!
//! Servers say it in many ways, and a user's server may have one of its own. Everything here is a
//! server's word about its own request: it is shown and followed, and decides nothing else.

use serde::{Deserialize, Serialize};

use crate::record::Metric;
use crate::{SpanId, TraceContext, TraceId};

/// A server's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Where it was said: `Server-Timing traceparent`, `x-trace-id`.
    #[serde(default)]
    pub place: String,
    /// What was said, cut to [`LIMIT`] characters.
    #[serde(default)]
    pub said: String,
    /// The trace that it names; `None` where it names something else, such as a request.
    #[serde(default)]
    pub trace: Option<TraceId>,
    /// The server's span in it.
    #[serde(default)]
    pub span: Option<SpanId>,
    /// Whether the server records it, where it says so.
    #[serde(default)]
    pub sampled: Option<bool>,
    /// Whether it stands in the header that the user named for this.
    #[serde(default)]
    pub named: bool,
}

/// Characters of an answer that are kept.
pub const LIMIT: usize = 80;
/// `Server-Timing` metrics that name a trace: the OpenTelemetry distributions' own, W3C's draft,
/// Sentry's. Not ours: that one is added by the browser.
const METRICS: [&str; 3] = ["traceparent", "trace", "sentry-trace"];
/// Headers that name one, the surest first.
const HEADERS: [&str; 4] = ["traceresponse", "x-trace-id", "x-amzn-trace-id", "x-vercel-id"];
const SERVER_TIMING: &str = "server-timing";
/// How our own metrics begin, which a rule adds beside the server's: each page would keep them.
const OURS: &str = "tracelight;desc=";

/// What a response says, as it was said: kept where it is heard, and read where it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Headers that may name a trace, `name: value` each.
    pub headers: Vec<String>,
    /// The header that the user named for this; empty for none.
    pub named: String,
}

impl Said {
    /// Of a response's headers, by name and value, those that matter. `None` where none does.
    #[must_use]
    pub fn of(headers: &[(String, String)], named: &str) -> Option<Self> {
        let known = |name: &str| {
            let mut known = HEADERS.into_iter().chain([SERVER_TIMING, named]);
            known.any(|known| name.eq_ignore_ascii_case(known))
        };
        let theirs = headers.iter().filter(|(name, text)| known(name) && !text.starts_with(OURS));
        let headers: Vec<_> = theirs.map(|(name, value)| format!("{name}: {value}")).collect();
        (!headers.is_empty()).then(|| Self { headers, named: named.to_owned() })
    }

    /// Reads it.
    #[must_use]
    pub fn read(&self) -> Option<Answer> {
        let headers = self.headers.iter().filter_map(|header| header.split_once(": "));
        Answer::read(&headers.collect::<Vec<_>>(), &self.named)
    }
}

impl Answer {
    /// Reads a response's headers, in this order: the one that the user named, `Server-Timing`, the
    /// headers that frameworks and clouds set. The first that names a trace counts; where none
    /// does, the first of any kind.
    #[must_use]
    pub fn read(headers: &[(&str, &str)], named: &str) -> Option<Self> {
        let all = |name: &str| -> Vec<&str> {
            let same = headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            same.map(|(_, value)| *value).collect()
        };
        let mut found = Vec::new();
        for text in all(named) {
            found.push(Self { named: true, ..Self::of(named, text) });
        }
        for text in all(SERVER_TIMING) {
            for (name, description) in metrics(text) {
                found.extend(Self::metric(name, description));
            }
        }
        for name in HEADERS {
            found.extend(all(name).into_iter().map(|text| Self::of(name, text)));
        }
        let best = found.iter().position(|answer| answer.trace.is_some()).unwrap_or(0);
        (best < found.len()).then(|| found.swap_remove(best))
    }

    /// Reads what the browser's own timing of a request has of its `Server-Timing`.
    #[must_use]
    pub fn timed(metrics: &[Metric]) -> Option<Self> {
        metrics.iter().find_map(|metric| Self::metric(&metric.name, &metric.description))
    }

    fn metric(name: &str, description: &str) -> Option<Self> {
        METRICS.contains(&name).then(|| Self::of(&format!("Server-Timing {name}"), description))
    }

    fn of(place: &str, text: &str) -> Self {
        let (trace, span, sampled) = match text.trim().parse::<TraceContext>() {
            Ok(it) => (Some(it.trace), Some(it.span), Some(it.sampled())),
            Err(_) => loose(text),
        };
        let said = text.chars().take(LIMIT).collect();
        Self { place: place.to_owned(), said, trace, span, sampled, named: false }
    }
}

/// The metrics of a `Server-Timing` header, as name and description. A comma within quotes does not
/// separate; what is not well formed names nothing.
fn metrics(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut quoted = false;
    let comma = move |letter: char| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    };
    text.split(comma).map(|metric| {
        let (name, rest) = metric.split_once(';').unwrap_or((metric, ""));
        let parameters = rest.split(';').filter_map(|part| part.split_once('='));
        let described = parameters.map(|(key, value)| (key.trim(), value.trim()));
        let mut described = described.filter(|(key, _)| key.eq_ignore_ascii_case("desc"));
        (name.trim(), described.next().map_or("", |(_, value)| value.trim_matches('"')))
    })
}

/// Trace, span and whether it is recorded, where a text holds them in another form than
/// `traceparent`: a bare id, a UUID, `trace-span-1` (Sentry, B3), `Root=1-8-24;Sampled=1` (X-Ray).
fn loose(text: &str) -> (Option<TraceId>, Option<SpanId>, Option<bool>) {
    let parts: Vec<&str> = text.trim().split(['-', ';', '=', '/']).collect();
    let trace = parts.iter().position(|part| part.len() == 32);
    let Some(at) = trace else { return (gathered(&parts), None, sampled(&parts)) };
    let span = parts.get(at + 1).and_then(|part| part.parse().ok());
    let flag = span.and_then(|_| parts.get(at + 2));
    let recorded = match flag.copied() {
        Some("0" | "00") => Some(false),
        Some("1" | "01" | "d") => Some(true),
        _ => None,
    };
    (parts[at].parse().ok(), span, recorded)
}

/// An id in pieces: X-Ray's time and random part, or a UUID's five.
fn gathered(parts: &[&str]) -> Option<TraceId> {
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let shape = |shape: &[usize]| lengths.windows(shape.len()).position(|window| window == shape);
    let (at, count) = match (shape(&[8, 24]), shape(&[8, 4, 4, 4, 12])) {
        (Some(at), _) => (at, 2),
        (_, Some(at)) => (at, 5),
        _ => return None,
    };
    parts[at..at + count].concat().parse().ok()
}

/// X-Ray's `Sampled=0`.
fn sampled(parts: &[&str]) -> Option<bool> {
    let at = parts.iter().position(|part| *part == "Sampled")?;
    match *parts.get(at + 1)? {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    /// By way of what the worker keeps.
    fn read(headers: &[(&str, &str)], named: &str) -> Option<Answer> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Said::of(&headers.iter().map(owned).collect::<Vec<_>>(), named)?.read()
    }

    #[test]
    fn of_what_was_said_nothing_is_kept_that_names_no_trace() {
        let headers = [("set-cookie", "secret"), ("X-Vercel-Id", "a: b"), ("x-mine", "1")];
        let owned = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let said = Said::of(&owned, "X-Mine").unwrap();
        assert_eq!(said.headers, ["X-Vercel-Id: a: b", "x-mine: 1"]);
        let ours =
            ("server-timing".to_owned(), r#"tracelight;desc="00-ab", tracelight-a"#.to_owned());
        assert_eq!(Said::of(&[ours], ""), None, "the browser added it");
        assert_eq!(Said::of(&owned[..1], ""), None);
        assert_eq!(read(&headers[1..2], "").unwrap().said, "a: b");
    }

    #[test]
    fn each_way_in_which_servers_name_their_trace_is_read() {
        let parent = format!("00-{TRACE}-{SPAN}-01");
        for (name, value, span, sampled) in [
            ("Server-Timing", format!("db;dur=5, traceparent;desc=\"{parent}\""), true, Some(true)),
            ("server-timing", format!("trace;desc={parent};dur=3"), true, Some(true)),
            (
                "server-timing",
                format!("a;desc=\"x,y\",sentry-trace;desc=\"{TRACE}-{SPAN}-0\""),
                true,
                Some(false),
            ),
            ("traceresponse", format!("00-{TRACE}-{SPAN}-00"), true, Some(false)),
            ("X-Trace-Id", TRACE.to_owned(), false, None),
            ("x-trace-id", "4bf92f35-77b3-4da6-a3ce-929d0e0e4736".to_owned(), false, None),
            (
                "x-amzn-trace-id",
                "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=0".to_owned(),
                false,
                Some(false),
            ),
        ] {
            let answer = read(&[(name, &value)], "").unwrap();
            assert_eq!(answer.trace.unwrap().to_string(), TRACE, "{value}");
            assert_eq!((answer.span.is_some(), answer.sampled), (span, sampled), "{value}");
        }
    }

    #[test]
    fn our_own_metric_and_what_says_nothing_of_a_trace_are_no_answer() {
        let ours = format!("tracelight;desc=\"00-{TRACE}-{SPAN}-03\"");
        assert_eq!(read(&[("server-timing", &ours), ("server-timing", "db;dur=5")], ""), None);
        assert_eq!(read(&[("content-type", "text/html")], ""), None);
        assert_eq!(read(&[], ""), None);
    }

    #[test]
    fn the_users_header_comes_first_and_a_trace_before_a_request_id() {
        let vercel = ("x-vercel-id", "iad1::abc-123");
        let answer = read(&[vercel], "").unwrap();
        assert_eq!((answer.trace, answer.said.as_str()), (None, "iad1::abc-123"));
        assert_eq!(read(&[vercel, ("x-trace-id", TRACE)], "").unwrap().place, "x-trace-id");
        let own = ("X-Request", "00000000000000000000000000000001");
        let answer = read(&[("x-trace-id", TRACE), own], "x-request").unwrap();
        assert!(answer.named && answer.place == "x-request");
    }

    #[test]
    fn rubbish_is_kept_short_and_names_nothing() {
        for text in ["", "-", "00-zz", &"é".repeat(500), &"0".repeat(32), "Sampled", "1-2-3-4-5"] {
            let answer = read(&[("x-trace-id", text)], "").unwrap();
            assert_eq!((answer.trace, answer.span), (None, None), "{text}");
            assert!(answer.said.chars().count() <= LIMIT);
        }
    }
}
