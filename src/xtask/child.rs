//! Runs other programs: probed for an answer, watched as a step, or with the terminal as their own.
//! Decides nothing about what they print.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::failure::{Failure, Result};
use crate::screen::Step;

/// How much of a failed program's output is shown; its end says why.
const TAIL: usize = 60;

/// A program about to be run.
pub(crate) struct Child {
    command: Command,
}

/// How a watched program ended.
pub(crate) struct Report {
    /// Whether it said that all is well.
    pub(crate) ok: bool,
    /// All that it printed, both streams, in the order of arrival.
    pub(crate) text: String,
}

impl Report {
    /// The one line that most likely says why it failed.
    pub(crate) fn gist(&self) -> String {
        let mut lines = self.text.lines().filter(|line| !line.trim().is_empty());
        let error = lines.clone().find(|line| line.to_lowercase().contains("error"));
        error.or_else(|| lines.next_back()).unwrap_or("it said nothing").trim().to_owned()
    }

    /// The end of what was printed.
    pub(crate) fn tail(&self) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        lines[lines.len().saturating_sub(TAIL)..].join("\n")
    }
}

impl Child {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.stdin(Stdio::null());
        // `cargo run` describes this crate to this process. A build below that took it for its own
        // would find its fingerprints changed and compile again.
        for (name, _) in std::env::vars_os() {
            let foreign = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
            if name.to_str().is_some_and(|name| foreign.iter().any(|it| name.starts_with(it))) {
                command.env_remove(&name);
            }
        }
        Self { command }
    }

    /// Cargo, the one that runs us.
    pub(crate) fn cargo() -> Self {
        Self::new("cargo")
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Puts folders in front of `PATH`, the first one first.
    pub(crate) fn path(self, first: &[PathBuf]) -> Self {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let folders = first.iter().cloned().chain(std::env::split_paths(&old));
        // Only a folder whose name holds the separator cannot be joined; then PATH stays as it was.
        let joined = std::env::join_paths(folders).unwrap_or(old);
        self.env("PATH", joined)
    }

    /// Asks a question: what it printed, or `None` when it is missing or fails.
    pub(crate) fn ask(mut self) -> Option<String> {
        let output = self.command.stderr(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(text)
    }

    /// Runs it as a step that is shown with its progress and its time.
    pub(crate) fn run(self, name: &str) -> Result<String> {
        let mut step = Step::begin(name);
        let report = self.watch(&mut step)?;
        if report.ok {
            step.done("");
            return Ok(report.text);
        }
        step.failed("");
        Err(Failure::new(format!("{name} failed. It said:\n{}", report.tail())))
    }

    /// As [`Self::run`], for one of several ways: that it leads nowhere is no failure yet, and told
    /// in a line.
    pub(crate) fn attempt(self, name: &str) -> Result<()> {
        let mut step = Step::begin(name);
        let report = self.env("RUST_BACKTRACE", "0").watch(&mut step)?;
        if report.ok {
            step.done("");
            return Ok(());
        }
        step.missed("there may be another way");
        Err(Failure::new(report.gist()))
    }

    /// Runs it inside a step; the caller says how the step ended.
    pub(crate) fn watch(mut self, step: &mut Step) -> Result<Report> {
        let program = self.name();
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::new(format!("cannot run {program}: {error}")))?;
        let (send, lines) = mpsc::channel();
        let readers = [
            child.stdout.take().map(|out| read_lines(out, send.clone())),
            child.stderr.take().map(|err| read_lines(err, send)),
        ];
        let text = follow(&lines, step);
        for reader in readers.into_iter().flatten() {
            // A reader only reads; that it ended is all that matters.
            let _ = reader.join();
        }
        let status = child
            .wait()
            .map_err(|error| Failure::new(format!("cannot wait for {program}: {error}")))?;
        Ok(Report { ok: status.success(), text })
    }

    /// Runs it with the terminal as its own.
    pub(crate) fn show(mut self) -> Result<bool> {
        let program = self.name();
        self.command
            .status()
            .map(|status| status.success())
            .map_err(|error| Failure::new(format!("cannot run {program}: {error}")))
    }

    fn name(&self) -> String {
        self.command.get_program().to_string_lossy().into_owned()
    }
}

fn read_lines(
    from: impl Read + Send + 'static,
    to: mpsc::Sender<String>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(std::result::Result::ok) {
            // The receiver lives until every sender is gone, so this cannot be refused.
            let _ = to.send(String::from_utf8_lossy(&line).into_owned());
        }
    })
}

fn follow(lines: &mpsc::Receiver<String>, step: &mut Step) -> String {
    let mut text = String::new();
    let mut last = String::new();
    loop {
        match lines.recv_timeout(Duration::from_millis(500)) {
            Ok(line) => {
                text.push_str(&line);
                text.push('\n');
                last = line;
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => return text,
        }
        step.progress(&last);
    }
}

/// Where a program is on `PATH`.
pub(crate) fn which(name: &str) -> Option<PathBuf> {
    which_all(name).into_iter().next()
}

/// Everywhere a program is on `PATH`, links followed once, so that one program is told once.
pub(crate) fn which_all(name: &str) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = OsString::from(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for candidate in std::env::split_paths(&path).map(|dir| dir.join(&file)) {
        let Ok(real) = candidate.canonicalize() else { continue };
        if real.is_file() && !seen.contains(&real) {
            seen.push(real);
            found.push(candidate);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gist_of_a_failure_is_its_first_error_else_its_last_word() {
        let gist = |text: &str| Report { ok: false, text: text.to_owned() }.gist();
        assert_eq!(gist("info: x\nerror: no network\n  1: why\n"), "error: no network");
        assert_eq!(gist("a\nb\n\n"), "b");
        assert_eq!(gist(""), "it said nothing");
    }

    #[test]
    fn a_program_is_found_once_however_often_path_names_it() {
        let found = which_all("cargo");
        let mut real: Vec<_> = found.iter().map(|path| path.canonicalize().unwrap()).collect();
        real.dedup();
        assert!(!found.is_empty() && real.len() == found.len());
        assert_eq!(which("no-such-program"), None);
    }

    #[test]
    fn a_question_is_answered_by_a_program_that_succeeds_and_by_no_other() {
        assert!(Child::cargo().args(["--version"]).ask().unwrap().starts_with("cargo "));
        assert_eq!(Child::cargo().args(["no-such-command"]).ask(), None);
    }
}
