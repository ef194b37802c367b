//! Checks the shape of the workspace: which crate may use which, and that the pure ones stay pure.

use serde_json::Value;

use crate::child::Child;
use crate::failure::{Failure, Result};
use crate::tally::{Count, Finding};

/// Which of our crates each may use. Tests may use more.
const ARROWS: &[(&str, &[&str])] = &[
    ("trace", &[]),
    ("otlp", &["trace"]),
    ("exchange", &["trace", "otlp"]),
    ("backend", &["trace", "otlp", "exchange"]),
    ("bridge", &["trace"]),
    ("webext", &["trace", "bridge"]),
    ("background", &["trace", "backend", "bridge", "webext"]),
    ("recording", &["trace", "otlp", "bridge", "webext"]),
    ("stores", &["trace", "otlp", "backend", "bridge", "webext"]),
    ("files", &["trace", "otlp", "exchange", "bridge"]),
    ("surface", &["trace", "otlp", "bridge", "webext"]),
    ("app", &["trace", "backend", "bridge", "webext", "surface"]),
    ("view", &["trace", "otlp", "backend", "bridge", "webext", "surface"]),
    ("options", &["trace", "backend", "bridge", "webext", "surface"]),
    ("dashboard", &["trace", "bridge", "webext", "surface"]),
    ("collector", &["trace", "otlp", "backend", "bridge"]),
    ("demo", &[]),
    ("xtask", &["trace", "otlp", "backend"]),
    // Has tests and nothing else, so all that it uses is a test's.
    ("tests", &[]),
];

/// Compiled everywhere, so they may lean on nothing that only one place has.
const PURE: &[&str] = &["trace", "otlp", "exchange", "backend", "bridge"];

/// Clocks, dice, I/O and the browser (invariant 1), by the names under which they come.
const IMPURE: &[&str] = &[
    "chrono",
    "fastrand",
    "getrandom",
    "gloo",
    "hyper",
    "idb",
    "instant",
    "js-sys",
    "leptos",
    "mio",
    "rand",
    "rand_core",
    "reqwest",
    "rusqlite",
    "socket2",
    "tokio",
    "ureq",
    "uuid",
    "wasm-bindgen",
    "web-sys",
    "web-time",
];

/// JavaScript's values live in webext alone (invariant 2).
const NO_JS: &[&str] = &[
    "background",
    "recording",
    "stores",
    "files",
    "surface",
    "app",
    "view",
    "options",
    "dashboard",
];
const JS: &[&str] = &["js-sys", "web-sys", "serde-wasm-bindgen", "gloo", "idb"];

/// All of it; one check a crate and rule.
pub(crate) fn check() -> Result<Finding> {
    let packages = packages()?;
    let mut count = Count::default();
    let mut text = String::new();
    let mut note = |name: String, wrong: Vec<String>| {
        for what in &wrong {
            text.push_str(&format!("{name}: {what}\n"));
        }
        count.check(name, wrong.is_empty());
    };
    for package in &packages {
        note(format!("arrows of {}", package.name), package.forbidden_arrows());
    }
    for package in packages.iter().filter(|package| NO_JS.contains(&package.name.as_str())) {
        let uses = package.uses.iter().filter(|name| is_any(name, JS));
        let said = uses.map(|name| format!("uses {name}, which belongs to webext"));
        note(format!("no JavaScript values in {}", package.name), said.collect());
    }
    for name in PURE {
        let tree = tree(name)?;
        let said = impure(&tree).into_iter().map(|name| format!("depends on {name}"));
        note(format!("purity of {name}"), said.collect());
    }
    Ok(Finding::new(count, text))
}

/// One of our crates with what it names as dependencies, those of tests aside.
#[derive(Debug, PartialEq, Eq)]
struct Package {
    name: String,
    uses: Vec<String>,
}

impl Package {
    fn forbidden_arrows(&self) -> Vec<String> {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == self.name) else {
            return vec!["no arrows are written down for it in purity.rs".to_owned()];
        };
        let ours = self.uses.iter().filter_map(|name| name.strip_prefix("tracelight-"));
        let wrong = ours.filter(|name| !allowed.contains(name));
        wrong.map(|name| format!("may not use {name}")).collect()
    }
}

fn packages() -> Result<Vec<Package>> {
    let metadata = ["metadata", "--format-version", "1", "--no-deps"];
    let said = Child::cargo().args(metadata).ask();
    said.and_then(|text| read(&text))
        .ok_or_else(|| Failure::new("`cargo metadata --no-deps` says nothing that can be read"))
}

fn read(metadata: &str) -> Option<Vec<Package>> {
    let metadata: Value = serde_json::from_str(metadata).ok()?;
    let name = |value: &Value| value["name"].as_str().map(str::to_owned);
    let packages = metadata["packages"].as_array()?.iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array()?.iter();
            let uses = dependencies.filter(|it| it["kind"].is_null()).filter_map(name).collect();
            let full = name(package)?;
            Some(Package { name: full.trim_start_matches("tracelight-").to_owned(), uses })
        })
        .collect()
}

/// All that a crate is compiled with, by name. What only runs in the compiler does not count.
fn tree(name: &str) -> Result<String> {
    let package = format!("tracelight-{name}");
    let edges = ["--edges", "normal,no-proc-macro", "--target", "all", "--prefix", "none"];
    Child::cargo()
        .args(["tree", "--package", &package, "--format", "{p}"])
        .args(edges)
        .ask()
        .ok_or_else(|| Failure::new(format!("`cargo tree --package {package}` fails")))
}

fn impure(tree: &str) -> Vec<&str> {
    let mut found: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| is_any(name, IMPURE))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a name is one of a list, or one of its family: `gloo-timers` is of `gloo`.
fn is_any(name: &str, list: &[&str]) -> bool {
    list.iter().any(|it| {
        name.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, uses: &[&str]) -> Package {
        Package { name: name.to_owned(), uses: uses.iter().map(|&it| it.to_owned()).collect() }
    }

    #[test]
    fn an_arrow_that_is_not_drawn_is_named() {
        assert_eq!(package("otlp", &["serde", "tracelight-trace"]).forbidden_arrows().len(), 0);
        let wrong = package("otlp", &["tracelight-app"]).forbidden_arrows();
        assert_eq!(wrong, ["may not use app"]);
        assert_eq!(package("novel", &[]).forbidden_arrows().len(), 1);
    }

    #[test]
    fn a_tests_dependencies_are_its_own() {
        let metadata = r#"{"packages":[{"name":"tracelight-otlp","dependencies":[
            {"name":"serde","kind":null},{"name":"tracelight-app","kind":"dev"}]}]}"#;
        assert_eq!(read(metadata), Some(vec![package("otlp", &["serde"])]));
        assert_eq!(read("{}"), None);
    }

    #[test]
    fn what_is_impure_is_found_with_its_family_and_said_once() {
        let tree = "tracelight-trace v0.1.0 (src/trace)\nserde v1.0.0\nrand_core v0.9.0\n\
                    gloo-timers v0.3.0\nrandomly v1.0.0\nrand_core v0.9.0 (*)\n";
        assert_eq!(impure(tree), ["gloo-timers", "rand_core"]);
    }
}
