//! `cargo xtask bench [NAME]`: the measurements of the native crates, and of the extension in a real
//! browser; their figures as they print them.
//!
//! A bench in a browser is a script, or a folder with one in it that has packages of its own: those of
//! others, to measure beside.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::child::Child;
use crate::e2e::Servers;
use crate::failure::{Failure, Result};
use crate::screen::Step;
use crate::{extension, files, node, setup};

/// Where the measurements in a browser are, and how each of them ends.
const SCRIPTS: &str = "tests/bench";
const SCRIPT: &str = ".bench.mjs";

pub(crate) fn run(name: Option<&str>, rounds: Option<u32>) -> Result<()> {
    let unreadable = || Failure::new("`cargo metadata --no-deps` says nothing that can be read");
    let metadata = ["metadata", "--format-version", "1", "--no-deps"];
    let said = Child::cargo().args(metadata).ask().ok_or_else(unreadable)?;
    let mut all = read(&said).ok_or_else(unreadable)?;
    all.extend(scripts(script_files(Path::new(SCRIPTS))?));
    let wanted = |bench: &&Bench| name.is_none_or(|name| bench.is_named(name));
    let chosen: Vec<&Bench> = all.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let known: Vec<String> = all.iter().map(Bench::title).collect();
        return Err(Failure::new(format!(
            "no bench has {:?} in its name; there are: {}",
            name.unwrap_or_default(),
            known.join(", ")
        )));
    }
    let stage = chosen.iter().any(|bench| bench.is_script()).then(Stage::build).transpose()?;
    let mut failed = Vec::new();
    for bench in chosen {
        println!("\n{}", bench.title());
        bench.prepare()?;
        if !bench.child(stage.as_ref(), rounds).show()? {
            failed.push(bench.title());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!("these benches failed: {}", failed.join(", "))))
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Bench {
    /// One of cargo's.
    Native { package: String, name: String },
    /// A script for node that drives a browser.
    Script { name: String, path: PathBuf },
}

impl Bench {
    fn title(&self) -> String {
        match self {
            Self::Native { package, name } => format!("{package} {name}"),
            Self::Script { name, .. } => format!("browser {name}"),
        }
    }

    fn is_named(&self, word: &str) -> bool {
        self.title().contains(word)
    }

    /// Installs what the bench alone needs.
    fn prepare(&self) -> Result<()> {
        let folder = match self {
            Self::Script { path, .. } => path.parent(),
            Self::Native { .. } => None,
        };
        match folder.filter(|folder| *folder != Path::new(SCRIPTS)) {
            Some(folder) if !node::packages_fit(folder) => node::install_packages(folder),
            _ => Ok(()),
        }
    }

    const fn is_script(&self) -> bool {
        matches!(self, Self::Script { .. })
    }

    fn child(&self, stage: Option<&Stage>, rounds: Option<u32>) -> Child {
        match self {
            Self::Native { package, name } => {
                Child::cargo().args(["bench", "--quiet", "--package", package, "--bench", name])
            }
            Self::Script { path, .. } => {
                let rounds = rounds.map(|count| ["--rounds".to_owned(), count.to_string()]);
                let script = Child::new("node").args([path]).args(rounds.into_iter().flatten());
                match stage {
                    Some(stage) => stage.servers.tell(script, &stage.extension, &stage.browser),
                    None => script,
                }
            }
        }
    }
}

/// What a browser's benches need.
struct Stage {
    browser: PathBuf,
    extension: PathBuf,
    servers: Servers,
}

impl Stage {
    fn build() -> Result<Self> {
        let browser = setup::browser()?;
        let extension = extension::build_for_tests()?;
        let mut step = Step::begin("compile collector and shop");
        let servers = Servers::optimised(&mut step)?;
        step.done("");
        Ok(Self { browser, extension, servers })
    }
}

/// What is in the folder of scripts, and in the folders of those that have one.
fn script_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = files::entries(folder)?;
    for inner in found.clone().into_iter().filter(|path| path.is_dir()) {
        found.extend(files::entries(&inner)?);
    }
    Ok(found)
}

fn scripts(paths: Vec<PathBuf>) -> impl Iterator<Item = Bench> {
    paths.into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?.strip_suffix(SCRIPT)?.to_owned();
        Some(Bench::Script { name, path })
    })
}

fn read(metadata: &str) -> Option<Vec<Bench>> {
    let metadata: Value = serde_json::from_str(metadata).ok()?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array()? {
        for target in package["targets"].as_array()? {
            if target["kind"][0] == "bench" {
                let text = |value: &Value| value["name"].as_str().map(str::to_owned);
                found.push(Bench::Native { package: text(package)?, name: text(target)? });
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_are_found_by_package_or_name() {
        let metadata = r#"{"packages":[{"name":"tracelight-collector","targets":[
            {"name":"ingest","kind":["bench"]},{"name":"collector","kind":["lib"]}]}]}"#;
        let found = read(metadata).unwrap();
        assert_eq!(found.len(), 1);
        assert!(found[0].is_named("collector") && found[0].is_named("ingest"));
        assert!(!found[0].is_named("demo"));
    }

    #[test]
    fn a_script_is_a_bench_when_its_name_says_so() {
        let paths = ["tests/bench/sample.mjs", "tests/bench/wake.bench.mjs"].map(PathBuf::from);
        let found: Vec<Bench> = scripts(paths.into()).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title(), "browser wake");
    }
}
