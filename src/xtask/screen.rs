//! How steps and times look in the terminal: one line a step, alive while it runs.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often a step says that it is alive where lines cannot be rewritten (a CI log).
const HEARTBEAT: Duration = Duration::from_secs(30);
/// What fits beside a step's name on a narrow terminal.
const NOTE_WIDTH: usize = 60;

/// A step that is under way.
pub(crate) struct Step {
    name: String,
    begun: Instant,
    said: Instant,
    live: bool,
}

impl Step {
    pub(crate) fn begin(name: impl Into<String>) -> Self {
        let now = Instant::now();
        let step = Self {
            name: name.into(),
            begun: now,
            said: now,
            live: std::io::stderr().is_terminal(),
        };
        if step.live {
            step.rewrite("");
        }
        step
    }

    /// Shows what the step is at. Cheap enough to call for every line that a program prints.
    pub(crate) fn progress(&mut self, note: &str) {
        let pause = if self.live { Duration::from_millis(200) } else { HEARTBEAT };
        if self.said.elapsed() < pause {
            return;
        }
        self.said = Instant::now();
        let note: String = note.trim().chars().take(NOTE_WIDTH).collect();
        if self.live {
            self.rewrite(&note);
        } else {
            eprintln!("  {:<28} … {}: {note}", self.name, took(self.begun.elapsed()));
        }
    }

    pub(crate) fn done(self, note: &str) {
        self.end("ok", note);
    }

    pub(crate) fn failed(self, note: &str) {
        self.end("FAILED", note);
    }

    pub(crate) fn missed(self, note: &str) {
        self.end("no", note);
    }

    fn end(self, mark: &str, note: &str) {
        let clear = if self.live { "\r\x1b[K" } else { "" };
        let took = took(self.begun.elapsed());
        eprintln!("{clear}  {:<28} {mark:<6} {took:>12}   {note}", self.name);
    }

    fn rewrite(&self, note: &str) {
        let mut out = std::io::stderr().lock();
        let took = took(self.begun.elapsed());
        // A terminal that went away is no reason to stop the work.
        let _ = write!(out, "\r\x1b[K  {:<28} … {took}  {note}", self.name);
        let _ = out.flush();
    }
}

/// A time for people: `0.4 s`, `41 s`, `3 min 43 s`.
pub(crate) fn took(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_exact_as_they_are_short() {
        assert_eq!(took(Duration::from_millis(420)), "0.4 s");
        assert_eq!(took(Duration::from_secs(41)), "41 s");
        assert_eq!(took(Duration::from_secs(223)), "3 min 43 s");
    }
}
