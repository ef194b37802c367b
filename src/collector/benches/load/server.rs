//! The collector as a process of its own, so that its time can be told from the load's.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running collector.
pub(crate) struct Server {
    child: Child,
    /// `host:port` of its HTTP side.
    pub(crate) http: String,
}

impl Server {
    pub(crate) fn start(database: &Path) -> Self {
        Self::with(database, &[])
    }

    /// One that is told more.
    pub(crate) fn with(database: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tracelight-collector"))
            .args(["--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--max-bytes", "1TB", "--db"])
            .arg(database)
            .args(more)
            // It says how it fares, which is not what is measured.
            .stderr(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the collector was built with this bench");
        let mut ready = String::new();
        let stdout = child.stdout.as_mut().expect("it was asked to be piped");
        BufReader::new(stdout).read_line(&mut ready).expect("it says when it is ready");
        let http = ready.split_once("http=").and_then(|(_, rest)| rest.split(' ').next());
        let http = http.unwrap_or_else(|| panic!("no address in {ready:?}")).to_owned();
        Self { child, http }
    }

    /// Processor time that it has used so far.
    pub(crate) fn time(&self) -> Duration {
        processor_time(&self.child.id().to_string())
    }

    /// The most memory that it ever held, in megabytes.
    pub(crate) fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes =
            peak.and_then(|text| text.trim().trim_end_matches(" kB").parse::<f64>().ok());
        kilobytes.unwrap_or(f64::NAN) / 1024.0
    }

    /// Ends it the way a user does, so that its file is whole.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of a process, `self` for this one: user and system, in the kernel's hundredths.
pub(crate) fn processor_time(process: &str) -> Duration {
    let stat =
        fs::read_to_string(format!("/proc/{process}/stat")).expect("this bench is for Linux");
    // Fields are counted after the name, which may hold anything and ends with a bracket.
    let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse().unwrap_or(0));
    Duration::from_millis(ticks.sum::<u64>() * 10)
}
