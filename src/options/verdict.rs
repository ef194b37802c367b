//! What a store's answer to a test means, for a person: what was tried, what came back, what to do.

use backend::probe;
use bridge::Trial;
use surface::lamp::Tone;

use crate::asked;

/// A test of one way to use a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// For its colour and shape.
    pub tone: Tone,
    /// What it is about, and how it stands.
    pub title: String,
    /// What was asked.
    pub tried: String,
    /// What came back; empty while it is waited for.
    pub came: String,
    /// What that means.
    pub means: String,
}

/// The two ways to use a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Asking it for traces.
    Query,
    /// Sending it spans.
    Receive,
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Self::Query => "Asking for traces",
            Self::Receive => "Sending spans",
        }
    }

    /// What is about to be tried. What a store is asked is found out on the way.
    fn tried(self, store: &str) -> String {
        match self {
            Self::Query => store.to_owned(),
            Self::Receive => {
                let request = probe::send(store);
                format!("{} {}", request.method.name(), request.url)
            }
        }
    }
}

impl Verdict {
    /// While the answer is waited for.
    #[must_use]
    pub fn waiting(way: Way, store: &str) -> Self {
        let title = format!("{}: waiting", way.name());
        Self { tone: Tone::Busy, title, tried: way.tried(store), ..Self::default() }
    }

    /// Once it is there; `Err` when the background did not answer.
    #[must_use]
    pub fn of(way: Way, store: &str, answer: Result<Trial, String>) -> Self {
        let mut tried = way.tried(store);
        let (tone, came, means) = match answer {
            Ok(trial) => {
                if !trial.tried.is_empty() {
                    tried.clone_from(&trial.tried);
                }
                let (tone, means) = judge(way, &trial);
                let found = asked::named(&trial.found).map(|found| format!("{found}. "));
                (tone, came(&trial), found.unwrap_or_default() + &means)
            }
            Err(reason) => (Tone::Bad, reason, "Reload the extension, and try again.".to_owned()),
        };
        let stands = match tone {
            Tone::Good => "works",
            Tone::Warn => "not permitted",
            _ => "does not work",
        };
        let title = format!("{}: {stands}", way.name());
        Self { tone, title, tried, came, means }
    }
}

fn came(trial: &Trial) -> String {
    let Trial { status, content_type, said, millis, .. } = trial;
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    match status {
        0 => format!("Nothing, after {millis} ms{said}"),
        _ if content_type.is_empty() => format!("{status}, no content type, in {millis} ms{said}"),
        _ => format!("{status}, {content_type}, in {millis} ms{said}"),
    }
}

const SILENT: &str = "Nothing answers there. Is the store running, and is this its URL? A store \
    that redirects, or that neither allows this extension (CORS) nor is one of the sites that you \
    have allowed, looks the same.";

fn judge(way: Way, trial: &Trial) -> (Tone, String) {
    let (tone, means) = match (trial.status, way) {
        (0, _) if trial.said.contains("timed out") => (
            Tone::Bad,
            "The store took too long. It may be overloaded, or a firewall drops what is sent.",
        ),
        (0, _) => (Tone::Bad, SILENT),
        (401, _) => (
            Tone::Warn,
            "The store wants to know who asks: credentials, a tenant or a header are missing here, or are others than it knows.",
        ),
        (403, _) => {
            (Tone::Warn, "The store knows this extension, or nobody, and does not let it in.")
        }
        (429 | 503, _) => (Tone::Bad, "The store is there, and too busy to answer. Try again."),
        (404, Way::Query) if !is_json(trial) => (
            Tone::Bad,
            "A server is there, but it has no query API of Jaeger, Tempo or Zipkin at this URL.",
        ),
        (_, Way::Query) if trial.understood => (Tone::Good, "It answers as a trace store does."),
        (200..=299, Way::Query) => (
            Tone::Bad,
            "A server is there, but what it answers is no trace. Is this the URL of its user interface?",
        ),
        (200..=299, Way::Receive) if trial.understood && !is_page(trial) => {
            (Tone::Good, "It takes OTLP.")
        }
        (200..=299, Way::Receive) => {
            (Tone::Bad, "A server is there, but its answer is not that of an OTLP receiver.")
        }
        (404 | 405, Way::Receive) => (
            Tone::Bad,
            "A server is there, but it takes no OTLP at this URL. Receivers mostly listen on port 4318.",
        ),
        (415, Way::Receive) => (Tone::Bad, "The receiver takes no spans in this format."),
        (500.., _) => (Tone::Bad, "The store is there, and fails. Its log may say why."),
        _ => (Tone::Bad, "A server is there, and refuses what a trace store should take."),
    };
    (tone, means.to_owned())
}

fn is_json(trial: &Trial) -> bool {
    trial.content_type.contains("json")
}

fn is_page(trial: &Trial) -> bool {
    trial.content_type.starts_with("text/html")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: &str = "http://127.0.0.1:4318";

    fn trial(status: u16, content_type: &str, understood: bool) -> Trial {
        let content_type = content_type.to_owned();
        Trial { status, content_type, understood, millis: 12, ..Trial::default() }
    }

    fn verdict(way: Way, trial: Trial) -> (Tone, String) {
        let verdict = Verdict::of(way, STORE, Ok(trial));
        (verdict.tone, verdict.means)
    }

    #[test]
    fn a_verdict_says_what_was_tried_and_what_came_back() {
        let tried = "GET http://127.0.0.1:4318/api/v3/services".to_owned();
        let found = "Jaeger (version 3)".to_owned();
        let good = Trial { tried, found, ..trial(200, "application/json", true) };
        let verdict = Verdict::of(Way::Query, STORE, Ok(good));
        assert_eq!(verdict.title, "Asking for traces: works");
        assert_eq!(verdict.tried, "GET http://127.0.0.1:4318/api/v3/services");
        assert_eq!(verdict.came, "200, application/json, in 12 ms");
        assert_eq!(verdict.means, "Found: Jaeger (version 3). It answers as a trace store does.");
        assert_eq!(Verdict::waiting(Way::Query, STORE).tried, STORE);
        let silent = Trial { said: "Failed to fetch".to_owned(), ..trial(0, "", false) };
        let verdict = Verdict::of(Way::Receive, STORE, Ok(silent));
        assert_eq!(verdict.title, "Sending spans: does not work");
        assert_eq!(verdict.tried, "POST http://127.0.0.1:4318/v1/traces");
        assert_eq!(verdict.came, "Nothing, after 12 ms: Failed to fetch");
        assert!(verdict.means.starts_with("Nothing answers there."));
    }

    #[test]
    fn only_what_a_store_answers_is_good() {
        for (way, trial, tone) in [
            (Way::Query, trial(404, "application/json", true), Tone::Good),
            (Way::Query, trial(200, "application/json", true), Tone::Good),
            (Way::Query, trial(404, "text/html", true), Tone::Bad),
            (Way::Query, trial(200, "text/html", false), Tone::Bad),
            (Way::Receive, trial(200, "application/x-protobuf", true), Tone::Good),
            (Way::Receive, trial(202, "", true), Tone::Good),
            (Way::Receive, trial(200, "text/html; charset=utf-8", true), Tone::Bad),
            (Way::Receive, trial(404, "application/json", false), Tone::Bad),
            (Way::Query, trial(401, "text/plain", false), Tone::Warn),
            (Way::Receive, trial(403, "text/plain", false), Tone::Warn),
            (Way::Query, trial(502, "text/plain", false), Tone::Bad),
        ] {
            assert_eq!(verdict(way, trial.clone()).0, tone, "{way:?} {trial:?}");
        }
    }

    #[test]
    fn each_refusal_has_its_meaning() {
        let means = |status| verdict(Way::Receive, trial(status, "", false)).1;
        let all: Vec<_> =
            [0, 200, 400, 401, 403, 404, 415, 429, 500].into_iter().map(means).collect();
        let mut different = all.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), all.len());
        let slow = Trial { said: "signal timed out".to_owned(), ..trial(0, "", false) };
        assert!(verdict(Way::Query, slow).1.contains("took too long"));
    }

    #[test]
    fn a_background_that_does_not_answer_is_said() {
        let verdict = Verdict::of(Way::Query, STORE, Err("runtime.sendMessage: gone".to_owned()));
        assert_eq!((verdict.tone, verdict.came.as_str()), (Tone::Bad, "runtime.sendMessage: gone"));
    }
}
