//! Where tools are kept: per user and by version, so that a second clone of the repository, or a
//! second branch with other versions, finds what the first one built.

use std::path::PathBuf;

use crate::failure::{Failure, Result};

/// The folder of all that `setup` builds.
pub(crate) fn folder() -> Result<PathBuf> {
    base().map(|base| base.join("tracelight")).ok_or_else(|| {
        Failure::new("no home folder is known, so there is no place for tools: set XDG_CACHE_HOME")
    })
}

fn base() -> Option<PathBuf> {
    let named =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // The same variable on every system, for whoever keeps caches elsewhere.
    named("XDG_CACHE_HOME").or_else(|| match std::env::consts::OS {
        "windows" => named("LOCALAPPDATA"),
        "macos" => named("HOME").map(|home| home.join("Library/Caches")),
        _ => named("HOME").map(|home| home.join(".cache")),
    })
}
