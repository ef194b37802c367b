//! `cargo xtask demo`: collector, shop and a browser with the extension. With a display it leaves
//! the clicking to a person; without one it clicks itself, and `trace-tree` judges what came of it.

use std::path::{Path, PathBuf};

use crate::child::Child;
use crate::e2e::Servers;
use crate::failure::{Failure, Result};
use crate::screen::Step;
use crate::{e2e, extension, files, setup};

const SCRIPT: &str = "tests/e2e/demo.mjs";
/// Where the script leaves screenshots and the store's answer.
const RESULTS: &str = "target/demo";

/// Shows the main job.
pub(crate) fn run(headless: bool) -> Result<()> {
    let headless = headless || !has_display();
    let browser = setup::browser()?;
    let extension = extension::build_for_tests()?;
    let mut step = Step::begin("compile collector and shop");
    let servers = Servers::build(&mut step)?;
    build_tree(&mut step)?;
    step.done("");
    let results = fresh(RESULTS)?;
    let script = Child::new("node").args([SCRIPT]).args(headless.then_some("--headless"));
    let script = servers.tell(script, &extension, &browser).env("TRACELIGHT_RESULTS", &results);
    if !script.show()? {
        return Err(Failure::new("the demo did not come to its end; the reason is above"));
    }
    if headless { show_trace(&results) } else { Ok(()) }
}

/// Before the show, so that its end does not wait for a compiler.
fn build_tree(step: &mut Step) -> Result<()> {
    let tree = ["build", "--package", "xtask", "--features", "tree", "--bin", "trace-tree"];
    let report = Child::cargo().args(tree).watch(step)?;
    if report.ok {
        return Ok(());
    }
    Err(Failure::new(format!("trace-tree does not compile:\n{}", report.tail())))
}

/// Prints the trace that the store answered with, and fails when the two sides are not joined.
fn show_trace(results: &Path) -> Result<()> {
    let tree = Child::new(e2e::neighbour("trace-tree")?);
    if !tree.args([results.join("trace.json")]).show()? {
        return Err(Failure::new("the page trace is not what it should be; the reason is above"));
    }
    println!("Screenshots are in {RESULTS}.");
    Ok(())
}

/// Windows and macOS always have one; elsewhere a display server says so.
fn has_display() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some())
}

fn fresh(folder: &str) -> Result<PathBuf> {
    let folder = Path::new(folder);
    files::remove(folder)?;
    files::make(folder)?;
    folder.canonicalize().map_err(|error| Failure::file("find", folder, &error))
}
