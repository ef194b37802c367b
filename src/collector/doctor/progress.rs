//! What is going on, on the standard error: one line that changes on a terminal, a line for each
//! phase elsewhere, nothing for machines.

use std::io::{self, IsTerminal as _, Write as _};

use super::paper::clean;

/// Of a longer text, the beginning is shown: a line that wraps cannot be taken back.
const WIDTH: usize = 56;

/// What is going on.
#[derive(Debug)]
pub(super) struct Progress {
    quiet: bool,
    live: bool,
    phase: &'static str,
}

impl Progress {
    /// Nothing yet.
    pub(super) fn new(quiet: bool) -> Self {
        Self { quiet, live: io::stderr().is_terminal(), phase: "" }
    }

    /// Tells it.
    pub(super) fn show(&mut self, phase: &'static str, detail: &str) {
        let mut out = io::stderr();
        let comma = if detail.is_empty() { "" } else { ": " };
        // A standard error that is gone wants to know nothing.
        let _ = match (self.quiet, self.live) {
            (true, _) => Ok(()),
            (_, true) => {
                let line: String = clean(detail).chars().take(WIDTH).collect();
                write!(out, "\r\x1b[2K{phase}{comma}{line}")
            }
            (_, false) if self.phase == phase => Ok(()),
            (_, false) => writeln!(out, "{phase}"),
        };
        let _ = out.flush();
        self.phase = phase;
    }

    /// Makes room for the report.
    pub(super) fn end(&self) {
        if self.live && !self.quiet {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}
