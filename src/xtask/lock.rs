//! Reads a package's version from Cargo.lock, so that no version is written twice.

use crate::failure::{Failure, Result};

/// The locked version of a package.
pub(crate) fn version(package: &str) -> Result<String> {
    let path = std::path::Path::new("Cargo.lock");
    let lock =
        std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    find(&lock, package)
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("Cargo.lock names no package {package}")))
}

fn find<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_that_of_the_package_with_exactly_this_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.129\"\n";
        assert_eq!(find(lock, "wasm-bindgen"), Some("0.2.129"));
        assert_eq!(find(lock, "wasm"), None);
    }
}
