//! The sizes of what the browser loads, against their bars.

use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

use crate::child::Child;
use crate::extension;
use crate::failure::{Failure, Result};
use crate::setup;
use crate::tally::{Count, Finding, Tally};

/// A bar: what is paid for together, and how much it may be once compressed.
struct Budget {
    what: &'static str,
    files: &'static [&'static str],
    form: &'static str,
    bytes: u64,
}

const BUDGETS: &[Budget] = &[
    // Compiled at every wake of the worker.
    Budget {
        what: "background wasm",
        files: &["tracelight-background_bg.wasm"],
        form: "gzip",
        bytes: 150_000,
    },
    // Compiled when the first traced page speaks, not at each wake: its bar is wider than the worker's:
    // assembly and journal, keeping to the room that the user gives, and what a store says otherwise.
    Budget {
        what: "recording wasm",
        files: &["tracelight-recording_bg.wasm"],
        form: "gzip",
        bytes: 230_000,
    },
    // Compiled when a trace store is asked or gets something: every store's form, and the way to it.
    Budget {
        what: "stores wasm",
        files: &["tracelight-stores_bg.wasm"],
        form: "gzip",
        bytes: 300_000,
    },
    // Compiled whenever popup, panel or Logs open.
    Budget { what: "app wasm", files: &["tracelight-app_bg.wasm"], form: "gzip", bytes: 400_000 },
    // Compiled whenever a trace is opened: seven views, filter, findings and comparison.
    Budget { what: "view wasm", files: &["tracelight-view_bg.wasm"], form: "gzip", bytes: 700_000 },
    // Compiled whenever options or trust page open.
    Budget {
        what: "options wasm",
        files: &["tracelight-options_bg.wasm"],
        form: "gzip",
        bytes: 400_000,
    },
    // Compiled whenever a tab of the dashboard other than Logs is opened: six tabs, the questions with
    // their answers, digests and blocks of them, source maps, sessions as files, and what a trace store
    // has of a session.
    Budget {
        what: "dashboard wasm",
        files: &["tracelight-dashboard_bg.wasm"],
        form: "gzip",
        bytes: 470_000,
    },
    // Compiled when a file of another system's is opened, or something is written.
    Budget {
        what: "files wasm",
        files: &["tracelight-files_bg.wasm"],
        form: "gzip",
        bytes: 220_000,
    },
    // Run in every traced page before its first script.
    Budget { what: "recorder", files: &["recorder.js"], form: "gzip", bytes: 3_000 },
    // Everything that a traced page gets, web-vitals with its attribution included.
    Budget {
        what: "page scripts",
        files: &["recorder.js", "relay.js"],
        form: "brotli",
        bytes: 10_000,
    },
    // Only where the user wants bodies to be read.
    Budget { what: "body script", files: &["body.js"], form: "brotli", bytes: 1_400 },
];

/// Node brings both compressors, in the versions that web servers use.
const MEASURE: &str = "
const { readFileSync } = require('fs'), zlib = require('zlib');
const sizes = process.argv.slice(1).map((file) => {
  const bytes = readFileSync(file);
  return { gzip: zlib.gzipSync(bytes, { level: 9 }).length, brotli: zlib.brotliCompressSync(bytes).length };
});
console.log(JSON.stringify(sizes));";

/// `cargo xtask budget`.
pub(crate) fn run() -> Result<ExitCode> {
    setup::node()?;
    let mut tally = Tally::new();
    if let Some(folder) = tally.need("extension", extension::build_for_tests) {
        tally.step("budgets", |_| check(&folder));
    }
    Ok(tally.end())
}

/// Measures an unpacked extension; prints the table whether or not it holds.
pub(crate) fn check(folder: &Path) -> Result<Finding> {
    let mut count = Count::default();
    let mut table = String::new();
    for budget in BUDGETS {
        let size = budget
            .files
            .iter()
            .map(|file| measure(&folder.join(file), budget.form))
            .sum::<Result<u64>>();
        let (held, said) = match size {
            Ok(size) => (size <= budget.bytes, row(budget, size)),
            Err(failure) => (false, failure.to_string()),
        };
        count.check(budget.what, held);
        table.push_str(&format!("    {said}\n"));
    }
    eprint!("\n{table}");
    Ok(Finding::new(count, ""))
}

fn row(budget: &Budget, size: u64) -> String {
    let Budget { what, form, bytes, .. } = budget;
    let distance = if size <= *bytes {
        format!("{} to spare", bytes - size)
    } else {
        format!("{} TOO MUCH", size - bytes)
    };
    format!("{what:<16} {size:>8} of {bytes:>7} bytes {form:<6} {distance}")
}

fn measure(file: &Path, form: &str) -> Result<u64> {
    let malformed = || Failure::new(format!("cannot measure {}", file.display()));
    let said = Child::new("node").args(["-e", MEASURE]).args([file]).ask().ok_or_else(malformed)?;
    let sizes: Value = serde_json::from_str(&said).map_err(|_| malformed())?;
    sizes[0][form].as_u64().ok_or_else(malformed)
}
