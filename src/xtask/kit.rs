//! OpenTelemetry's own SDKs, for the servers of docs/servers: packages of npm and of PyPI in a folder
//! of their own, so that the browser tests' packages do not grow by them.

use std::path::{Path, PathBuf};

use crate::child::{Child, which};
use crate::failure::{Failure, Result};
use crate::{debian, e2e, files, node};

/// Where tests and lock files are.
pub(crate) const TESTS: &str = "tests/servers";
/// Where the packages go, and where the tests run what a page says.
const FOLDER: &str = "target/servers";
/// The browser tests that want it.
const BROWSER: &str = "servers_kit.test.mjs";
/// In which variable tests find it.
const VARIABLE: &str = "TRACELIGHT_KIT";
/// npm's files, and pip's.
const PACKAGES: [&str; 2] = ["package.json", "package-lock.json"];
const REQUIREMENTS: &str = "requirements.txt";
/// The virtual environment, and in it what of it was installed.
const PYTHON: &str = "python";
const STAMP: &str = "python/.tracelight";

/// Makes sure that all is there; the folder where it is.
pub(crate) fn folder() -> Result<PathBuf> {
    let folder = Path::new(FOLDER);
    files::make(folder)?;
    for name in PACKAGES {
        let from = Path::new(TESTS).join(name);
        std::fs::copy(&from, folder.join(name))
            .map_err(|error| Failure::file("copy", &from, &error))?;
    }
    if !node::packages_fit(folder) {
        node::install_packages(folder)?;
    }
    python(folder)?;
    folder.canonicalize().map_err(|error| Failure::file("find", folder, &error))
}

/// Whether browser tests with such names want it.
pub(crate) fn wanted(filter: Option<&str>) -> bool {
    filter.is_none_or(|filter| BROWSER.contains(filter))
}

/// Runs a script of tests that find the folder, and the collector.
pub(crate) fn tests(folder: &Path, collector: &Path) -> Result<Child> {
    let tests = e2e::tests(Path::new(TESTS), None)?;
    Ok(tell(e2e::node_tests(&tests), folder).env("TRACELIGHT_COLLECTOR", collector))
}

/// Tells a script where the folder is.
pub(crate) fn tell(script: Child, folder: &Path) -> Child {
    script.env(VARIABLE, folder)
}

/// Installs the packages of Python, unless they are what is wanted.
fn python(folder: &Path) -> Result<()> {
    let list = Path::new(TESTS).join(REQUIREMENTS);
    let wanted =
        std::fs::read_to_string(&list).map_err(|error| Failure::file("read", &list, &error))?;
    let stamp = folder.join(STAMP);
    if std::fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let environment = folder.join(PYTHON);
    files::remove(&environment)?;
    make(&environment)?;
    Child::new(environment.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--no-compile", "--requirement"])
        .args([&list])
        .run(&format!("pip install in {}", folder.display()))?;
    files::write(&stamp, &wanted)
}

/// Makes a virtual environment. Debian has Python without the means for it.
fn make(environment: &Path) -> Result<()> {
    let venv = || Child::new("python3").args(["-m", "venv"]).args([environment]);
    if which("python3").is_some() && venv().ask().is_some() {
        return Ok(());
    }
    let tried = debian::install(&["python3-venv"]);
    files::remove(environment)?;
    venv().run("python3 -m venv").map(|_| ()).map_err(|failure| {
        let reason = tried.err().map(|failure| format!("\n{failure}")).unwrap_or_default();
        Failure::new(format!(
            "Python 3 with venv and pip is not on PATH, and was not installed: {failure}{reason}"
        ))
    })
}
