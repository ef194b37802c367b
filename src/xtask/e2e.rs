//! The tests in a real browser: builds what they need and tells them where it is.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::child::Child;
use crate::failure::{Failure, Result};
use crate::screen::Step;
use crate::tally::{Finding, Tally};
use crate::{browser, count, extension, files, kit, setup};

const TESTS: &str = "tests/e2e";

/// `cargo xtask e2e [FILTER]`.
pub(crate) fn run(filter: Option<&str>) -> Result<ExitCode> {
    let browser = setup::browser()?;
    let kit = kit::wanted(filter).then(kit::folder).transpose()?;
    let mut tally = Tally::new();
    if let Some(folder) = tally.need("extension", extension::build_for_tests) {
        tally.step("browser tests", |step| check(step, &folder, &browser, kit.as_deref(), filter));
    }
    Ok(tally.end())
}

/// Runs the tests whose file name contains the filter, against an unpacked extension.
pub(crate) fn check(
    step: &mut Step,
    extension: &Path,
    browser: &Path,
    kit: Option<&Path>,
    filter: Option<&str>,
) -> Result<Finding> {
    let tests = tests(Path::new(TESTS), filter)?;
    if tests.is_empty() {
        let wanted = filter.unwrap_or(".test.mjs");
        return Err(Failure::new(format!("no file in {TESTS} has {wanted:?} in its name")));
    }
    let servers = Servers::build(step)?;
    let script = servers.tell(node_tests(&tests), extension, browser);
    // Without it the tests that want it say so, and the others run.
    let script = if let Some(kit) = kit { kit::tell(script, kit) } else { script };
    script.watch(step).map(|report| count::node(&report))
}

/// The programs that tests and demo start.
pub(crate) struct Servers {
    /// The trace store.
    pub(crate) collector: PathBuf,
    shop: PathBuf,
}

impl Servers {
    /// Compiles them.
    pub(crate) fn build(step: &mut Step) -> Result<Self> {
        let packages = ["--package", "tracelight-collector", "--package", "tracelight-demo"];
        let report = Child::cargo().args(["build"]).args(packages).watch(step)?;
        if !report.ok {
            return Err(Failure::new(format!("the servers do not compile:\n{}", report.tail())));
        }
        Ok(Self {
            collector: neighbour("tracelight-collector")?,
            shop: neighbour("tracelight-demo")?,
        })
    }

    /// Compiles them, the collector as users have it: what is slow in a bench is to be slow for them.
    pub(crate) fn optimised(step: &mut Step) -> Result<Self> {
        let release = ["--release", "--package", "tracelight-collector"];
        let report = Child::cargo().args(["build"]).args(release).watch(step)?;
        if !report.ok {
            return Err(Failure::new(format!(
                "the collector does not compile:\n{}",
                report.tail()
            )));
        }
        let servers = Self::build(step)?;
        let built =
            |path: &Path| Some(path.parent()?.parent()?.join("release").join(path.file_name()?));
        let collector = built(&servers.collector).unwrap_or_default();
        Ok(Self { collector, ..servers })
    }

    /// Tells a script where everything is.
    pub(crate) fn tell(&self, script: Child, extension: &Path, browser: &Path) -> Child {
        script
            .env("TRACELIGHT_COLLECTOR", &self.collector)
            .env("TRACELIGHT_SHOP", &self.shop)
            .env("TRACELIGHT_EXTENSION", extension)
            .env(browser::VARIABLE, browser)
    }
}

/// A program of this workspace: cargo puts it beside this one, wherever its target folder is.
pub(crate) fn neighbour(name: &str) -> Result<PathBuf> {
    let me = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot find this program itself: {error}")))?;
    Ok(me.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// The test files in a folder whose name contains the filter, sorted.
pub(crate) fn tests(folder: &Path, filter: Option<&str>) -> Result<Vec<PathBuf>> {
    let mut found = files::entries(folder)?;
    found.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.contains(".test.") && filter.is_none_or(|filter| name.contains(filter))
    });
    Ok(found)
}

/// Node's test runner. One file at a time: two browsers on two cores only wait for each other.
pub(crate) fn node_tests(tests: &[PathBuf]) -> Child {
    // A file that hangs is cut off, so that the rest is still run and summed up.
    let limits = ["--test-concurrency=1", "--test-timeout=600000"];
    let how = ["--test", "--test-reporter=spec"];
    Child::new("node").args(how).args(limits).args(tests)
}
