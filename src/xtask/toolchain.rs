//! A Rust that can compile to wasm32: found, fetched with rustup, or made from Debian's packages.
//!
//! Debian's `rustc-web` is a current Rust that comes with its library's sources but not with the
//! library for wasm32, so that is compiled here and kept in the cache, beside nothing of the system.

use std::path::{Path, PathBuf};

use crate::child::{Child, which, which_all};
use crate::failure::{Failure, Result};
use crate::{cache, debian, files};

/// The target's name.
pub(crate) const WASM32: &str = "wasm32-unknown-unknown";

const DEBIAN: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "lld-19"];

/// A Rust that has the wasm32 library.
#[derive(Debug)]
pub(crate) struct Toolchain {
    /// `rustc --version`, for people and for fingerprints.
    pub(crate) version: String,
    /// The folder of its programs, where they are not the ones that `PATH` finds first.
    bin: Option<PathBuf>,
    /// Where the library is, when it is not the compiler's own.
    sysroot: Option<PathBuf>,
    /// The linker, when the compiler brings none.
    linker: Option<PathBuf>,
}

impl Toolchain {
    /// Makes a cargo, or a program that runs cargo, build for wasm32 with this toolchain.
    pub(crate) fn dress(&self, child: Child) -> Child {
        let mut child = child;
        if let Some(sysroot) = &self.sysroot {
            let flag = format!("--sysroot={}", sysroot.display());
            child = child.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flag);
        }
        if let Some(linker) = &self.linker {
            child = child.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        child
    }

    /// The folders that come first on `PATH` for it.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        self.bin.iter().cloned().collect()
    }
}

/// The first Rust on `PATH` that has the wasm32 library.
pub(crate) fn find() -> Option<Toolchain> {
    which_all("rustc").iter().enumerate().find_map(|(at, rustc)| inspect(rustc, at == 0))
}

/// Gets the library: with rustup, else from Debian.
pub(crate) fn install() -> Result<Toolchain> {
    let rustup = with_rustup();
    if let Some(toolchain) = find() {
        return Ok(toolchain);
    }
    let debian = from_debian();
    if let Some(toolchain) = find() {
        return Ok(toolchain);
    }
    let reason = |tried: Result<()>| match tried {
        Ok(()) => "ran, but the library is still not there".to_owned(),
        Err(failure) => failure.to_string(),
    };
    Err(Failure::new(format!(
        "this machine's Rust has no {WASM32} library, and it could not be installed.\n  with rustup: {}\n  \
         from Debian: {}\n\
         Install Rust with rustup and type: rustup target add {WASM32}",
        reason(rustup),
        reason(debian)
    )))
}

fn with_rustup() -> Result<()> {
    if which("rustup").is_none() {
        return Err(Failure::new("there is no rustup here"));
    }
    Child::new("rustup").args(["target", "add", WASM32]).attempt("rustup target add wasm32")
}

fn from_debian() -> Result<()> {
    let with_sources = || which_all("rustc").into_iter().find(|rustc| has_sources(rustc));
    if with_sources().is_none() {
        debian::install(DEBIAN)?;
    }
    let rustc = with_sources().ok_or_else(|| {
        Failure::new(format!("no rustc on PATH has its library's sources after {DEBIAN:?}"))
    })?;
    if linker().is_none() && !sysroot(&rustc).is_some_and(|own| brings_linker(&own)) {
        debian::install(&["lld-19"])?;
    }
    compile_library(&rustc)
}

/// What a compiler can do for us; `None` when it lacks the library or is too old.
fn inspect(rustc: &Path, first: bool) -> Option<Toolchain> {
    let version = version(rustc)?;
    let own = sysroot(rustc)?;
    let kept = kept(&version).ok().filter(|kept| has_library(kept));
    let foreign = (!has_library(&own)).then_some(kept);
    if foreign == Some(None) {
        return None;
    }
    Some(Toolchain {
        version,
        bin: if first { None } else { rustc.parent().map(Path::to_owned) },
        sysroot: foreign.flatten(),
        linker: if brings_linker(&own) { None } else { Some(linker()?) },
    })
}

/// Its version; `None` when it is older than the workspace allows.
fn version(rustc: &Path) -> Option<String> {
    let version = Child::new(rustc).args(["--version"]).ask()?;
    new_enough(&version, env!("CARGO_PKG_RUST_VERSION")).then_some(version)
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    Child::new(rustc).args(["--print", "sysroot"]).ask().map(PathBuf::from)
}

/// Whether the wasm32 library can be compiled with it.
fn has_sources(rustc: &Path) -> bool {
    let std = |own: PathBuf| own.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file();
    version(rustc).is_some() && sysroot(rustc).is_some_and(std)
}

fn library(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(WASM32).join("lib")
}

fn has_library(sysroot: &Path) -> bool {
    std::fs::read_dir(library(sysroot)).is_ok_and(|files| {
        files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// rustup's toolchains bring `rust-lld`; distributions leave it out.
fn brings_linker(sysroot: &Path) -> bool {
    let name = format!("bin/rust-lld{}", std::env::consts::EXE_SUFFIX);
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib"));
    hosts.is_ok_and(|hosts| hosts.flatten().any(|host| host.path().join(&name).is_file()))
        || which("rust-lld").is_some()
}

/// `wasm-ld`, or the newest numbered one, as Debian names them.
fn linker() -> Option<PathBuf> {
    which("wasm-ld").or_else(|| (14..40).rev().find_map(|n| which(&format!("wasm-ld-{n}"))))
}

/// Where the library that was compiled for this compiler is kept. It fits no other, so the
/// name holds the compiler's version and commit.
fn kept(version: &str) -> Result<PathBuf> {
    let words = version.split([' ', '(', ')']).filter(|word| !word.is_empty());
    let name: Vec<&str> = ["wasm32"].into_iter().chain(words.skip(1).take(2)).collect();
    Ok(cache::folder()?.join(name.join("-")))
}

fn compile_library(rustc: &Path) -> Result<()> {
    let version = version(rustc).unwrap_or_default();
    let home = cache::folder()?.join("build/library");
    files::write(&home.join("Cargo.toml"), "[package]\nname = \"empty\"\n[workspace]\n")?;
    files::write(&home.join("src/lib.rs"), "#![no_std]\n")?;
    let folder = rustc.parent().map(Path::to_owned).unwrap_or_default();
    Child::new(folder.join("cargo"))
        .args(["build", "--release", "-Z", "build-std=std,panic_abort", "--target", WASM32])
        .dir(&home)
        .path(&[folder])
        .env("RUSTC", rustc)
        .env("RUSTC_BOOTSTRAP", "1") // build-std is not stable, but this is one fixed compiler
        .env("RUSTFLAGS", "-Cembed-bitcode=yes") // else `lto = true` finds no bitcode in it
        .env("CARGO_TARGET_DIR", home.join("target"))
        .run("compile the wasm32 library")?;
    let built = home.join("target").join(WASM32).join("release/deps");
    let kept = kept(&version)?;
    let fresh = kept.with_extension("new");
    files::remove(&fresh)?;
    copy_library(&built, &library(&fresh))?;
    // At once: half a library would be taken for a whole one.
    files::replace(&kept, &fresh)
}

fn copy_library(from: &Path, to: &Path) -> Result<()> {
    files::make(to)?;
    for file in files::entries(from)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            std::fs::copy(&file, to.join(&name))
                .map_err(|error| Failure::file("copy", &file, &error))?;
        }
    }
    Ok(())
}

/// Compares `rustc 1.96.0 (…)` with the workspace's oldest Rust.
fn new_enough(version: &str, oldest: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        text.split(['.', '-']).map_while(|part| part.parse().ok()).collect()
    };
    let found = version.split(' ').nth(1).map(numbers).unwrap_or_default();
    found >= numbers(oldest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rust_older_than_the_workspace_allows_is_passed_over() {
        assert!(new_enough("rustc 1.96.0 (ac68faa20 2026-05-25)", "1.95"));
        assert!(new_enough("rustc 1.95.0-nightly (x)", "1.95"));
        assert!(!new_enough("rustc 1.63.0", "1.95"));
        assert!(!new_enough("nonsense", "1.95"));
    }

    #[test]
    fn a_compiled_library_is_kept_by_version_and_commit() {
        let kept = kept("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source)").unwrap();
        assert_eq!(kept.file_name().unwrap(), "wasm32-1.96.0-ac68faa20");
    }
}
