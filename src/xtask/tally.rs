//! Runs many checks to the end, however many of them fail, and sums them up.

use std::process::ExitCode;

use crate::failure::{Failure, Result};
use crate::screen::{Step, took};

/// How many of a step's tests held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u32,
    /// The names of those that did not.
    pub(crate) failed: Vec<String>,
}

impl Count {
    /// Adds a named check that came out as `held`.
    pub(crate) fn check(&mut self, name: impl Into<String>, held: bool) {
        if held {
            self.passed += 1;
        } else {
            self.failed.push(name.into());
        }
    }
}

/// What a step found, and the text that explains its failures.
pub(crate) struct Finding {
    pub(crate) count: Count,
    pub(crate) text: String,
}

impl Finding {
    pub(crate) fn new(count: Count, text: impl Into<String>) -> Self {
        Self { count, text: text.into() }
    }
}

/// The steps so far.
pub(crate) struct Tally {
    begun: std::time::Instant,
    count: Count,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self { begun: std::time::Instant::now(), count: Count::default() }
    }

    /// Runs a step. That it cannot be run at all counts as one failure.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce(&mut Step) -> Result<Finding>) {
        let mut step = Step::begin(name);
        let finding = work(&mut step).unwrap_or_else(|failure| {
            let failed = vec!["could not be run".to_owned()];
            Finding::new(Count { passed: 0, failed }, failure.to_string())
        });
        let Count { passed, failed } = finding.count;
        if failed.is_empty() {
            step.done(&format!("{passed} passed"));
        } else {
            step.failed(&format!("{passed} passed, {} failed", failed.len()));
            eprintln!("{}\n", finding.text.trim_end());
        }
        self.count.passed += passed;
        self.count.failed.extend(failed.into_iter().map(|what| format!("{name}: {what}")));
    }

    /// Runs work that steps depend on and that is no check itself, such as a build.
    pub(crate) fn need<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        work().map_err(|failure| self.give_up(name, &failure)).ok()
    }

    fn give_up(&mut self, name: &str, failure: &Failure) {
        eprintln!("{failure}\n");
        self.count.failed.push(format!("{name}: could not be made"));
    }

    /// Says what failed, and ends with the one line that sums up.
    pub(crate) fn end(self) -> ExitCode {
        let Count { passed, failed } = self.count;
        eprintln!("\n  in all {}", took(self.begun.elapsed()));
        for what in &failed {
            eprintln!("  FAILED {what}");
        }
        println!("tracelight: {passed} passed, {} failed", failed.len());
        if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
