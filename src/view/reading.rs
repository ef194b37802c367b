//! How the reading of one trace stands: what was asked, what came, and what to say while there is
//! nothing to draw.

use std::time::Duration;

use bridge::Reply;
use surface::lamp::Tone;
use trace::{Timestamp, TraceId, quantity};

use surface::standing::Standing;

/// The reading of one trace, from journal and store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Which trace; `None` while none is chosen.
    pub trace: Option<TraceId>,
    /// When it was opened.
    since: Timestamp,
    /// Spans that are here.
    spans: usize,
    /// Of a long reading, how many spans were read and how many there are; 0 where nobody knows.
    read: (usize, usize),
    /// How often the journal was read.
    reads: u32,
    /// Whether the store is being asked.
    asking: bool,
    /// Why the journal or a part of it could not be read; empty when it could.
    broken: String,
    /// Why the store could not be asked.
    refusal: Option<String>,
}

impl Reading {
    /// Begins to read a trace.
    #[must_use]
    pub fn begin(trace: TraceId, now: Timestamp) -> Self {
        Self { trace: Some(trace), since: now, ..Self::default() }
    }

    /// Takes in what the journal had.
    pub fn read(&mut self, spans: usize, trouble: String) {
        self.reads = self.reads.saturating_add(1);
        self.spans = spans;
        self.read = (0, 0);
        self.broken = trouble;
    }

    /// Tells how far a long reading is: spans that were read, and all there are; 0 where nobody knows.
    pub fn progress(&mut self, read: usize, of: usize) {
        self.read = (read, of);
    }

    /// The journal could not be read; what was read before stays.
    pub fn failed(&mut self, trouble: String) {
        self.reads = self.reads.saturating_add(1);
        self.broken = trouble;
    }

    /// Notes that the store is being asked.
    pub fn ask(&mut self) {
        self.asking = true;
    }

    /// Takes in the answer.
    pub fn answered(&mut self, answer: Result<Reply, String>) {
        self.asking = false;
        self.refusal = match answer {
            Ok(Reply::Refused { reason } | Reply::Asks { reason, .. }) | Err(reason) => {
                Some(reason)
            }
            Ok(_) => None,
        };
    }

    /// Whether there is something to draw.
    #[must_use]
    pub fn shown(&self) -> bool {
        self.spans > 0
    }

    /// Whether the store is being asked just now.
    #[must_use]
    pub fn asking(&self) -> bool {
        self.asking
    }

    /// What to say instead of a waterfall.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        let say =
            |tone, title: &str, detail: String| Standing { tone, title: title.to_owned(), detail };
        match self.read {
            (0, _) => {}
            (read, of) => {
                let spans = quantity::count(read.max(of) as u64, "span");
                let title = if of <= read {
                    format!("Reading {spans}")
                } else {
                    format!("Reading {} of {spans}", quantity::grouped(read as u64))
                };
                return say(Tone::Busy, &title, String::new());
            }
        }
        if self.reads == 0 {
            return say(Tone::Busy, "Reading the journal", String::new());
        }
        if !self.broken.is_empty() {
            let next = "Reload this page; if that does not help, run the page trace again.";
            return say(Tone::Bad, "Trace cannot be read", format!("{}. {next}", self.broken));
        }
        if self.asking {
            return say(Tone::Busy, "Asking the trace store", "No span is here yet.".to_owned());
        }
        if let Some(reason) = &self.refusal {
            let next = "No span is in this browser's journal either. Ask again when the store is \
                        back, or run the page trace again.";
            return say(
                Tone::Warn,
                "No spans yet",
                format!("The trace store could not be asked: {reason}. {next}"),
            );
        }
        let waited = Duration::from_secs(now.since(self.since).as_secs());
        let waited = quantity::duration(waited);
        let text = "Neither this browser's journal nor the trace store has a span of this trace. \
                    Spans appear here by themselves as they arrive. An old trace may have been \
                    removed; a mistyped id finds nothing.";
        say(Tone::Warn, "No spans yet", format!("{text} Waited {waited}."))
    }

    /// What to say above a waterfall; `None` when all is well.
    #[must_use]
    pub fn caveat(&self) -> Option<String> {
        if !self.broken.is_empty() {
            return Some(format!("{}. What could be read is shown.", self.broken));
        }
        let reason = self.refusal.as_ref()?;
        Some(format!("The trace store could not be asked: {reason}. What is here is shown."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    fn begun() -> Reading {
        Reading::begin(sample::trace_id(), sample::NOW)
    }

    fn said(reading: &Reading) -> String {
        let now = sample::NOW.plus(Duration::from_millis(4_700));
        let standing = reading.standing(now);
        format!("{}: {}", standing.title, standing.detail)
    }

    #[test]
    fn each_step_of_the_wait_is_said() {
        let mut reading = begun();
        assert_eq!(said(&reading), "Reading the journal: ");
        reading.read(0, String::new());
        reading.ask();
        assert_eq!(said(&reading), "Asking the trace store: No span is here yet.");
        reading.answered(Ok(Reply::Done));
        let text = said(&reading);
        assert!(text.starts_with("No spans yet: Neither") && text.ends_with("Waited 4 s."));
        reading.read(3, String::new());
        assert!(reading.shown());
        assert_eq!(reading.caveat(), None);
    }

    #[test]
    fn a_store_that_is_down_is_said_with_and_without_spans() {
        let mut reading = begun();
        reading.read(0, String::new());
        reading.answered(Err("nothing listens at 127.0.0.1:4318".to_owned()));
        assert!(
            said(&reading).contains("could not be asked: nothing listens at 127.0.0.1:4318. No")
        );
        reading.read(3, String::new());
        assert_eq!(
            reading.caveat().as_deref(),
            Some(
                "The trace store could not be asked: nothing listens at 127.0.0.1:4318. What is \
                 here is shown."
            )
        );
    }

    #[test]
    fn a_broken_journal_keeps_what_was_read() {
        let mut reading = begun();
        reading.failed("IndexedDB open: no room".to_owned());
        assert!(
            said(&reading).starts_with("Trace cannot be read: IndexedDB open: no room. Reload")
        );
        reading.read(3, String::new());
        reading.failed("gone".to_owned());
        assert!(reading.shown());
        assert_eq!(reading.caveat().as_deref(), Some("gone. What could be read is shown."));
    }
}
