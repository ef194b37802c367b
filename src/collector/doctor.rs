//! The doctor of the command line: sends a server one request as the extension would, a trace store one
//! span, and tells how far each came.
//!
//! Owns the asking, and how it is told. What lights a lamp and why one is dark is
//! [`trace::ladder`]'s and [`trace::doctor`]'s to say, in the words that the extension has.

mod examine;
mod flags;
mod ids;
mod inquiry;
mod jar;
mod paper;
mod probe;
mod progress;
mod report;
mod visit;

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::SystemTime;

use trace::Timestamp;

use crate::client::Client;

pub use flags::Flags;

use ids::Ids;
use progress::Progress;

/// Examines what the flags name, prints what was found, and says by the exit status whether all is
/// well that can be known from here.
pub async fn run(flags: Flags) -> ExitCode {
    let ids = Ids::draw().ok_or("this machine has no random numbers".to_owned());
    let client = Client::new().map_err(|error| error.to_string());
    let (ids, client) = match (ids, client) {
        (Ok(ids), Ok(client)) => (ids, client),
        (Err(reason), _) | (_, Err(reason)) => {
            // Nothing is left to be done about a standard error that is gone.
            let _ = writeln!(io::stderr(), "tracelight-collector: {reason}");
            return ExitCode::FAILURE;
        }
    };
    let mut progress = Progress::new(flags.json);
    let report = examine::examine(&flags, &ids, &client, &mut progress).await;
    progress.end();
    let text = if flags.json {
        format!("{:#}\n", report.json())
    } else {
        let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        paper::write(&report, coloured)
    };
    // Whoever closed our output does not want to read it; the exit status says it too.
    let _ = io::stdout().write_all(text.as_bytes());
    if report.well() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What time it is.
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_nanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}
