//! What source maps say of the places of a stack, and how their fetching stands.

use trace::origin::Origin;
use trace::sourcemap::{SourceMap, excerpt};

/// Lines of source that are shown above and below a place.
const AROUND: u32 = 3;
/// Characters of a source's line that are shown: minified sources have one line.
const WIDE: usize = 200;

/// A place in what the browser ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The script's address.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
}

/// A place in what somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The source, as the map names it.
    pub source: String,
    /// Its line, from 1.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
    /// What stands there was called this; empty where the map does not say.
    pub name: String,
    /// The lines around it with their numbers; none where the map has no sources.
    pub lines: Vec<(u32, String)>,
}

/// What became of a script's map.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was read.
    Applied(SourceMap),
    /// Why it was not.
    Failed(String),
}

/// Maps by script.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapped {
    /// Each script's address, and what became of its map.
    pub scripts: Vec<(String, Outcome)>,
}

impl Mapped {
    /// What stands at a place. `None` where no map says it.
    #[must_use]
    pub fn at(&self, spot: &Spot) -> Option<Original> {
        let (_, outcome) = self.scripts.iter().find(|(file, _)| *file == spot.file)?;
        let Outcome::Applied(map) = outcome else { return None };
        let place = map.at(spot.line, spot.column)?;
        let lines = place.content.map(|content| excerpt(content, place.line, AROUND));
        let lines = lines.unwrap_or_default().into_iter();
        let short = |line: &str| line.chars().take(WIDE).collect();
        Some(Original {
            source: place.source.to_owned(),
            line: place.line,
            column: place.column,
            name: place.name.to_owned(),
            lines: lines.map(|(number, line)| (number, short(line))).collect(),
        })
    }
}

/// The hosts that are asked for these scripts, each once, as match patterns of the browser and as a
/// reader knows them. What is on no such host cannot be asked for.
#[must_use]
pub fn hosts(scripts: &[String]) -> Vec<(String, String)> {
    let mut hosts: Vec<(String, String)> = Vec::new();
    for origin in scripts.iter().filter_map(|script| Origin::of(script).ok()) {
        let pattern = origin.pattern();
        if !hosts.iter().any(|(known, _)| *known == pattern) {
            hosts.push((pattern, origin.host.clone()));
        }
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_with_the_lines_around_it() {
        let text = r#"{"version":3,"sources":["a.ts"],"sourcesContent":["one\ntwo\nthree"],"names":["pay"],"mappings":"AACAA"}"#;
        let map = SourceMap::parse(text).unwrap();
        let failed = ("b.js".to_owned(), Outcome::Failed("no map".to_owned()));
        let mapped = Mapped { scripts: vec![failed, ("a.js".to_owned(), Outcome::Applied(map))] };
        let spot = |file: &str| Spot { file: file.to_owned(), line: 1, column: 9 };
        let found = mapped.at(&spot("a.js")).unwrap();
        assert_eq!((&*found.source, found.line, found.column, &*found.name), ("a.ts", 2, 1, "pay"));
        assert_eq!(found.lines.len(), 3);
        assert_eq!(mapped.at(&spot("b.js")), None);
        assert_eq!(mapped.at(&spot("c.js")), None);
    }

    #[test]
    fn each_host_is_named_once_and_what_is_no_host_is_not() {
        let scripts = ["https://a.test/x.js", "https://a.test/y.js", "blob:https://a.test/z"];
        let hosts = hosts(&scripts.map(str::to_owned));
        assert_eq!(hosts.len(), 1);
        assert_eq!(hosts[0].1, "a.test");
    }
}
