//! A Chromium that takes an unpacked extension from its command line: found or installed.
//! Google's own Chrome does not count: since 137 it ignores `--load-extension`.

use std::path::{Path, PathBuf};

use crate::child::{Child, which};
use crate::debian;
use crate::failure::{Failure, Result};

/// Whoever has the right browser elsewhere names it here.
pub(crate) const VARIABLE: &str = "TRACELIGHT_BROWSER";

const NAMES: &[&str] = &["chromium", "chromium-browser", "chrome-for-testing"];
const APPLICATIONS: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
];

/// The browser, if there is one.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE).map(PathBuf::from) {
        // A wrong name must not silently become another browser.
        return named.is_file().then_some(named);
    }
    let on_path = NAMES.iter().find_map(|name| which(name));
    let installed = || APPLICATIONS.iter().map(PathBuf::from).find(|path| path.is_file());
    on_path.or_else(installed).or_else(downloaded)
}

/// Installs one: Debian's, else the one that Playwright downloads.
pub(crate) fn install() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Err(Failure::new(format!("{VARIABLE} names {named:?}, which is not a program")));
    }
    let debian = debian::install(&["chromium"]);
    if let Some(browser) = find() {
        return Ok(browser);
    }
    let download = playwright(&["install", "chromium"]).attempt("download Chromium");
    find().ok_or_else(|| {
        let said = |tried: Result<()>| tried.err().map_or_else(String::new, |it| it.to_string());
        Failure::new(format!(
            "no Chromium is on PATH, and none could be installed.\n  from Debian: {}\n  \
             by Playwright: {}\nInstall Chromium or Chrome for Testing and put it on PATH, or \
             name it in {VARIABLE}. (Google Chrome itself ignores --load-extension since 137.)",
            said(debian),
            said(download)
        ))
    })
}

/// The one that Playwright downloaded before.
fn downloaded() -> Option<PathBuf> {
    if !Path::new(PLAYWRIGHT).is_file() {
        return None;
    }
    let question = "console.log(require('playwright-core').chromium.executablePath())";
    let answer = Child::new("node").args(["-e", question]).dir(Path::new("tests")).ask()?;
    Some(PathBuf::from(answer)).filter(|path| path.is_file())
}

const PLAYWRIGHT: &str = "tests/node_modules/playwright-core/cli.js";

fn playwright(args: &[&str]) -> Child {
    Child::new("node").args([PLAYWRIGHT]).args(args)
}
