//! `cargo xtask bench [NAME]`: the measurements of the native crates, their figures as they print them.

use serde_json::Value;

use crate::child::Child;
use crate::failure::{Failure, Result};

pub(crate) fn run(name: Option<&str>) -> Result<()> {
    let unreadable = || Failure::new("`cargo metadata --no-deps` says nothing that can be read");
    let metadata = ["metadata", "--format-version", "1", "--no-deps"];
    let said = Child::cargo().args(metadata).ask().ok_or_else(unreadable)?;
    let all = read(&said).ok_or_else(unreadable)?;
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
    let mut failed = Vec::new();
    for bench in chosen {
        println!("\n{}", bench.title());
        let cargo = Child::cargo().args(["bench", "--quiet", "--package", &bench.package]);
        if !cargo.args(["--bench", &bench.name]).show()? {
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
struct Bench {
    package: String,
    name: String,
}

impl Bench {
    fn title(&self) -> String {
        format!("{} {}", self.package, self.name)
    }

    fn is_named(&self, word: &str) -> bool {
        self.title().contains(word)
    }
}

fn read(metadata: &str) -> Option<Vec<Bench>> {
    let metadata: Value = serde_json::from_str(metadata).ok()?;
    let mut found = Vec::new();
    for package in metadata["packages"].as_array()? {
        for target in package["targets"].as_array()? {
            if target["kind"][0] == "bench" {
                let text = |value: &Value| value["name"].as_str().map(str::to_owned);
                found.push(Bench { package: text(package)?, name: text(target)? });
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
}
