//! The WebAssembly with its glue and its page: compiled by Trunk, made small by wasm-opt. What it is
//! made from is fingerprinted, and unchanged it is kept.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::child::{Child, Report};
use crate::failure::{Failure, Result};
use crate::files;
use crate::import;
use crate::order;
use crate::screen::Step;
use crate::setup::Wasm;
use crate::toolchain::WASM32;
use crate::trap;

/// Wasm builds have a target folder of their own, so that they and native builds do not wait for
/// one another, nor throw away each other's fingerprints.
pub(crate) const TARGET: &str = "target/wasm";
/// Where the result is.
pub(crate) const FOLDER: &str = "target/wasm/site";
const STAMP: &str = "target/wasm/site.stamp";
const OUTPUTS: &[&str] = &[
    "tracelight-background_bg.wasm",
    "tracelight-recording_bg.wasm",
    "tracelight-stores_bg.wasm",
    "tracelight-app_bg.wasm",
    "tracelight-view_bg.wasm",
    "tracelight-options_bg.wasm",
    "tracelight-dashboard_bg.wasm",
    "tracelight-files_bg.wasm",
];

/// What the result depends on, this file included.
const SOURCES: &[&str] = &[
    ".cargo/config.toml",
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "extension/app.html",
    "src/trace",
    "src/otlp",
    "src/exchange",
    "src/backend",
    "src/bridge",
    "src/webext",
    "src/background",
    "src/recording",
    "src/stores",
    "src/files",
    "src/surface",
    "src/app",
    "src/view",
    "src/options",
    "src/dashboard",
    "src/xtask/site.rs",
    "src/xtask/trap.rs",
    "src/xtask/import.rs",
    "src/xtask/order.rs",
    "src/xtask/module.rs",
    "tests/package-lock.json",
];

/// The features that the compiler itself turns on. Not `--all-features`: with it wasm-opt writes
/// compact imports, which Chromium 156 refuses.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
];

/// What holds of all that the Rust compiler makes: memory begins with zeros, and nothing is kept in
/// its first kilobyte.
const PROMISES: &[&str] = &["--zero-filled-memory", "--low-memory-unused"];

/// Thrice, the first time from flat code and the last time with what is alike in one function;
/// functions with one caller stay functions, except the smallest. Measured together: 1.5 % less after
/// compression.
const WAYS: &[&str] =
    &["--flatten", "--rereloop", "-Oz", "-Oz", "--merge-similar-functions", "-Oz", "-ocimfs", "5"];

/// Gives each function the place that its name says, and forgets what only tools read.
const LAST: &[&str] =
    &["--reorder-functions-by-name", "--strip-producers", "--strip-target-features"];

/// Makes it, unless it is there already.
pub(crate) fn make(wasm: &Wasm) -> Result<()> {
    let wanted = fingerprint(&wasm.toolchain.version)?;
    let stamp = Path::new(STAMP);
    let whole = outputs().iter().all(|file| file.is_file());
    if whole && std::fs::read_to_string(stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    files::remove(stamp)?;
    // Trunk runs cargo offline, as it does its own tools; on a fresh machine no crate is there yet.
    wasm.dress(Child::cargo()).args(["fetch", "--target", WASM32]).run("fetch crates")?;
    compile(wasm)?;
    optimise(wasm)?;
    files::write(stamp, &wanted)
}

fn compile(wasm: &Wasm) -> Result<()> {
    let mut step = Step::begin("compile to WebAssembly");
    let trunk = Child::new("trunk").args(["build", "--dist", FOLDER]);
    let report = wasm
        .dress(trunk)
        .env("CARGO_TARGET_DIR", TARGET)
        .env("RUST_BACKTRACE", "0")
        .without("NO_COLOR") // Trunk takes it for a flag, and reads only `true` and `false`
        .watch(&mut step)?;
    if report.ok {
        step.done("");
        return Ok(());
    }
    step.failed("");
    Err(Failure::new(format!("the WebAssembly cannot be made:\n{}", reason(&report))))
}

/// After the compiler's errors Trunk tells at length where it stood; that helps nobody. It is all
/// there is when the compiler was content.
fn reason(report: &Report) -> String {
    match report.text.split_once("ERROR ❌") {
        Some((compiler, _)) if compiler.contains("error: could not compile") => compiler.to_owned(),
        _ => report.tail(),
    }
}

fn optimise(wasm: &Wasm) -> Result<()> {
    let mut step = Step::begin("optimise WebAssembly");
    for file in outputs() {
        for (changed, ways) in [(trap::cut as Change, WAYS), (order::place, LAST)] {
            change(&file, changed)?;
            let child = Child::new(&wasm.optimiser).args(["--output"]).args([&file, &file]);
            let report = child.args(FEATURES).args(PROMISES).args(ways).watch(&mut step)?;
            if !report.ok {
                step.failed("");
                let tail = report.tail();
                return Err(Failure::new(format!("wasm-opt fails on {}:\n{tail}", file.display())));
            }
        }
        shorten(&file)?;
    }
    step.done("");
    Ok(())
}

/// What we change of a module; `None` of what is none.
type Change = fn(&[u8]) -> Option<Vec<u8>>;

/// A file that cannot be read as a module is wasm-opt's to refuse.
fn change(file: &Path, to: Change) -> Result<()> {
    let module = std::fs::read(file).map_err(|error| Failure::file("read", file, &error))?;
    let Some(changed) = to(&module) else { return Ok(()) };
    std::fs::write(file, changed).map_err(|error| Failure::file("write", file, &error))
}

/// Both files of a module at once: neither works with the other's old names.
fn shorten(file: &Path) -> Result<()> {
    let glue = PathBuf::from(file.display().to_string().replace("_bg.wasm", ".js"));
    let module = std::fs::read(file).map_err(|error| Failure::file("read", file, &error))?;
    let script =
        std::fs::read_to_string(&glue).map_err(|error| Failure::file("read", &glue, &error))?;
    let Some((module, script)) = import::shorten(&module, &script) else { return Ok(()) };
    std::fs::write(file, module).map_err(|error| Failure::file("write", file, &error))?;
    std::fs::write(&glue, script).map_err(|error| Failure::file("write", &glue, &error))
}

fn outputs() -> Vec<PathBuf> {
    OUTPUTS.iter().map(|name| Path::new(FOLDER).join(name)).collect()
}

fn fingerprint(toolchain: &str) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    toolchain.hash(&mut hasher);
    for source in SOURCES {
        for file in files::list(Path::new(source))? {
            let text =
                std::fs::read(&file).map_err(|error| Failure::file("read", &file, &error))?;
            (file, text).hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}
