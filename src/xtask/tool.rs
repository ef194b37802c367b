//! Trunk and wasm-bindgen: found on `PATH` in exactly the right version, or built once from the
//! crates' registry and kept in the cache.

use std::path::{Path, PathBuf};

use crate::child::{Child, which};
use crate::failure::{Failure, Result};
use crate::{cache, files, lock};

/// The newest that compiles with the workspace's oldest Rust: 0.22 wants 1.96.1.
const TRUNK: &str = "0.21.14";

/// A command-line tool that a registry has as source.
pub(crate) struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
}

/// Trunk.
pub(crate) fn trunk() -> Tool {
    Tool { package: "trunk", program: "trunk", version: TRUNK.to_owned() }
}

/// The command-line half of wasm-bindgen. It refuses to work with another version of the library.
pub(crate) fn bindgen() -> Result<Tool> {
    Ok(Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: lock::version("wasm-bindgen")?,
    })
}

impl Tool {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.program, self.version)
    }

    /// The folder in which it is, if it is there.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        let on_path = which(self.program).filter(|program| self.is_right(program));
        let program = on_path.or_else(|| self.kept().filter(|program| self.is_right(program)))?;
        program.parent().map(Path::to_owned)
    }

    /// Builds it; the folder in which it is then.
    ///
    /// Without optimisation: on two cores Trunk takes 2 minutes in place of 4, wasm-bindgen 40 s in
    /// place of 70, and Leptos' WebAssembly passes through the latter in 0.3 s in place of 0.1.
    pub(crate) fn install(&self) -> Result<PathBuf> {
        let root = self.root()?;
        let build = cache::folder()?.join("build");
        Child::cargo()
            .args(["install", "--debug", "--locked", "--no-default-features", "--force"])
            .args(["--version", &self.version, "--bin", self.program, "--root"])
            .args([root.as_os_str(), self.package.as_ref()])
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_PROFILE_DEV_INCREMENTAL", "false")
            .run(&format!("compile {}", self.name()))
            .map_err(|failure| Failure::new(format!("{failure}\n{}", self.remedy())))?;
        self.find().ok_or_else(|| {
            Failure::new(format!("{} was built, but is not the version asked for", self.name()))
        })
    }

    fn remedy(&self) -> String {
        let Self { package, version, .. } = self;
        format!(
            "Put {} on PATH by other means, or find out why this fails:\n  \
             cargo install --locked --version {version} {package}",
            self.name()
        )
    }

    fn is_right(&self, program: &Path) -> bool {
        let said = Child::new(program).args(["--version"]).without("NO_COLOR").ask();
        said.is_some_and(|text| text.split_whitespace().any(|word| word == self.version))
    }

    fn kept(&self) -> Option<PathBuf> {
        let file = format!("{}{}", self.program, std::env::consts::EXE_SUFFIX);
        self.root().ok().map(|root| root.join("bin").join(file))
    }

    fn root(&self) -> Result<PathBuf> {
        Ok(cache::folder()?.join(format!("{}-{}", self.program, self.version)))
    }
}

/// Removes what compiling the tools left behind: more than a gigabyte that nobody needs again.
pub(crate) fn sweep() -> Result<()> {
    files::remove(&cache::folder()?.join("build"))
}
