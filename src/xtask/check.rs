//! `cargo xtask check` and `cargo xtask test`: all that must hold, in the order in which a mistake
//! is found soonest.

use std::path::Path;
use std::process::ExitCode;

use crate::child::{Child, Report};
use crate::failure::Result;
use crate::screen::Step;
use crate::tally::{Count, Finding, Tally};
use crate::toolchain::{Toolchain, WASM32};
use crate::{budget, count, e2e, extension, kit, purity, setup, site};

/// What is compiled for the browser.
const BROWSER: &[&str] = &[
    "tracelight-trace",
    "tracelight-otlp",
    "tracelight-exchange",
    "tracelight-backend",
    "tracelight-bridge",
    "tracelight-webext",
    "tracelight-background",
    "tracelight-recording",
    "tracelight-stores",
    "tracelight-files",
    "tracelight-surface",
    "tracelight-app",
    "tracelight-view",
    "tracelight-options",
    "tracelight-dashboard",
];

/// Native builds take in what only tests and the demo want. One set of features for all of them:
/// each other set would compile half of the workspace again.
const FEATURES: &[&str] = &["--features", "tracelight-surface/ssr,xtask/tree"];

/// The fast part, for every commit.
pub(crate) fn fast() -> Result<ExitCode> {
    let toolchain = setup::library()?;
    setup::node()?;
    let mut tally = Tally::new();
    static_checks(&mut tally, &toolchain);
    tests(&mut tally);
    Ok(tally.end())
}

/// Everything.
pub(crate) fn test() -> Result<ExitCode> {
    let wasm = setup::wasm()?;
    let browser = setup::browser()?;
    let mut tally = Tally::new();
    static_checks(&mut tally, &wasm.toolchain);
    tests(&mut tally);
    let kit = tally.need("servers of docs/servers", kit::folder);
    if let Some(kit) = &kit {
        tally.step("servers of docs/servers", |step| servers(step, kit));
    }
    tally.step("documentation", documentation);
    if let Some(folder) = tally.need("extension", extension::build_for_tests) {
        tally.step("budgets", |_| budget::check(&folder));
        tally.step("browser tests", |step| {
            e2e::check(step, &folder, &browser, kit.as_deref(), None)
        });
    }
    Ok(tally.end())
}

fn static_checks(tally: &mut Tally, toolchain: &Toolchain) {
    tally.step("format", |step| one(Child::cargo().args(["fmt", "--all", "--check"]), step));
    tally.step("purity and arrows", |_| purity::check());
    tally.step("lints, native", |step| {
        let lint = ["clippy", "--workspace", "--all-targets"];
        let child = Child::cargo().args(lint).args(FEATURES);
        one(child.args(["--", "-D", "warnings"]), step)
    });
    tally.step("lints, wasm32", |step| one(lint_wasm(toolchain), step));
}

fn lint_wasm(toolchain: &Toolchain) -> Child {
    let packages = BROWSER.iter().flat_map(|name| ["--package", name]);
    let child = Child::cargo().args(["clippy", "--target", WASM32]).args(packages);
    toolchain
        .dress(child.args(["--", "-D", "warnings"]))
        .path(&toolchain.folders())
        .env("CARGO_TARGET_DIR", site::TARGET)
}

fn tests(tally: &mut Tally) {
    tally.step("unit and cross-crate tests", |step| {
        let test = ["test", "--workspace", "--no-fail-fast"];
        // A panic's message names its line; thirty more of the runtime's say nothing.
        let child = Child::cargo().args(test).args(FEATURES).env("RUST_BACKTRACE", "0");
        child.watch(step).map(|report| count::cargo(&report))
    });
    tally.step("recorder tests", |step| {
        let tests = e2e::tests(Path::new("tests/recorder"), None)?;
        e2e::node_tests(&tests).watch(step).map(|report| count::node(&report))
    });
}

/// The code of the pages against the real SDKs.
fn servers(step: &mut Step, kit: &Path) -> Result<Finding> {
    let programs = e2e::Servers::build(step)?;
    kit::tests(kit, &programs.collector)?.watch(step).map(|report| count::node(&report))
}

fn documentation(step: &mut Step) -> Result<Finding> {
    let doc = ["doc", "--workspace", "--no-deps", "--document-private-items", "--keep-going"];
    one(Child::cargo().args(doc).env("RUSTDOCFLAGS", "-D warnings"), step)
}

/// A program that is one check: all is well, or what it printed.
fn one(child: Child, step: &mut Step) -> Result<Finding> {
    let Report { ok, text } = child.watch(step)?;
    let mut count = Count::default();
    count.check("see above", ok);
    Ok(Finding::new(count, text))
}
