//! Node, and the packages of a folder: those of tests/ drive the browser and shrink WebAssembly.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::child::{Child, which};
use crate::failure::{Failure, Result};
use crate::{debian, files};

/// playwright-core's oldest.
const OLDEST: u32 = 20;
/// In each folder that has packages: what is wanted, and what of it was installed.
const LOCK: &str = "package-lock.json";
const STAMP: &str = "node_modules/.tracelight";

/// Node's version, when it is new enough.
pub(crate) fn find() -> Option<String> {
    let version = Child::new("node").args(["--version"]).ask()?;
    let major: u32 = version.trim_start_matches('v').split('.').next()?.parse().ok()?;
    (major >= OLDEST && which("npm").is_some()).then_some(version)
}

/// Installs Node and npm.
pub(crate) fn install() -> Result<String> {
    let tried = debian::install(&["nodejs", "npm"]);
    find().ok_or_else(|| {
        let reason = tried.err().map_or_else(
            || "Debian's is older than that".to_owned(),
            |failure| failure.to_string(),
        );
        Failure::new(format!(
            "Node {OLDEST} or newer, with npm, is not on PATH, and was not installed: {reason}\n\
             Install it from your system's packages or with a version manager (nvm, fnm, mise)."
        ))
    })
}

/// Whether a folder's packages are what its lock file says.
pub(crate) fn packages_fit(folder: &Path) -> bool {
    let wanted = fingerprint(folder);
    wanted.is_some() && std::fs::read_to_string(folder.join(STAMP)).ok() == wanted
}

/// Installs the packages of a folder.
pub(crate) fn install_packages(folder: &Path) -> Result<()> {
    // A browser of Playwright's own would be a second one, and often cannot be had.
    Child::new(which("npm").unwrap_or_else(|| PathBuf::from("npm")))
        .args(["ci", "--no-audit", "--no-fund"])
        .dir(folder)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .run(&format!("npm ci in {}", folder.display()))?;
    files::write(&folder.join(STAMP), &fingerprint(folder).unwrap_or_default())
}

/// A program that one of the packages brings.
pub(crate) fn program(name: &str) -> PathBuf {
    let suffix = if cfg!(windows) { ".cmd" } else { "" };
    Path::new("tests/node_modules/.bin").join(format!("{name}{suffix}"))
}

fn fingerprint(folder: &Path) -> Option<String> {
    let lock = std::fs::read(folder.join(LOCK)).ok()?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    Some(format!("{:016x}", hasher.finish()))
}
