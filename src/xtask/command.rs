//! What may be typed after `cargo xtask`, and nothing of what it does.

use crate::failure::{Failure, Result};

/// A command with its arguments, read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Print the table.
    Help,
    /// Install what the machine lacks.
    Setup,
    /// Make an unpacked extension.
    Build(Plan),
    /// Show the main job.
    Demo { headless: bool },
    /// Everything that must hold before a change lands.
    Test,
    /// The part of it that needs no browser.
    Check,
    /// The tests in a real browser; those whose name contains the filter.
    E2e { filter: Option<String> },
    /// The measurements; those whose name contains the word. Rounds of those that come in rounds.
    Bench { name: Option<String>, rounds: Option<u32> },
    /// The sizes of what the browser loads.
    Budget,
}

/// What kind of extension to build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Whose manifest.
    pub(crate) browser: Browser,
    /// Match patterns that are granted at install, because a browser's permission prompt cannot
    /// be clicked by a program.
    pub(crate) host_access: Vec<String>,
}

/// A family of browsers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Browser {
    /// Chrome, Chromium, Edge and their kin.
    #[default]
    Chrome,
    /// Firefox.
    Firefox,
}

impl Browser {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
        }
    }
}

const TABLE: &str = "\
cargo xtask COMMAND

  setup     install what this machine lacks: wasm32 library, wasm-bindgen, trunk, wasm-opt,
            browser, node packages, SDKs for the servers' tests. Does nothing the second time.
  build     make the unpacked extension in dist/<browser>/
              --browser chrome|firefox   whose manifest (chrome)
              --host-access PATTERN...   grant these sites at install, for demo and tests
  demo      collector, shop and a browser with the extension: see one page trace
              --headless                 click through it by program and print the trace
  test      everything: formatting, lints, tests, purity, browser tests, budgets
  check     the fast part of test, without a browser
  e2e       the browser tests
              FILTER                     only those whose file name contains this
  bench     the measurements
              NAME                       only those whose name contains this: collector, recorder
              --rounds N                 so many, of those in a browser
  budget    the sizes of what the browser loads, against their bars
";

pub(crate) fn print_table() {
    print!("{TABLE}");
}

/// Reads the words after `cargo xtask`.
pub(crate) fn parse(words: &[String]) -> Result<Command> {
    let mut words = words.iter().map(String::as_str);
    let Some(name) = words.next() else { return Ok(Command::Help) };
    let rest: Vec<&str> = words.collect();
    match name {
        "help" | "--help" | "-h" => Ok(Command::Help),
        "setup" => none(name, &rest, Command::Setup),
        "build" => plan(&rest).map(Command::Build),
        "demo" => demo(&rest),
        "test" => none(name, &rest, Command::Test),
        "check" => none(name, &rest, Command::Check),
        "e2e" => Ok(Command::E2e { filter: one(name, &rest)? }),
        "bench" => bench(&rest),
        "budget" => none(name, &rest, Command::Budget),
        other => Err(Failure::new(format!(
            "no command is named {other:?}; `cargo xtask` alone lists them"
        ))),
    }
}

fn none(name: &str, rest: &[&str], command: Command) -> Result<Command> {
    rest.first().map_or(Ok(command), |extra| {
        Err(Failure::new(format!("{name} takes no arguments, found {extra:?}")))
    })
}

fn one(name: &str, rest: &[&str]) -> Result<Option<String>> {
    match rest {
        [] => Ok(None),
        [word] if !word.starts_with('-') => Ok(Some((*word).to_owned())),
        _ => Err(Failure::new(format!("{name} takes one word, found {:?}", rest.join(" ")))),
    }
}

fn bench(rest: &[&str]) -> Result<Command> {
    let (words, rounds) = match rest {
        [words @ .., "--rounds", count] => (words, Some(rounds(count)?)),
        [words @ .., "--rounds"] => (words, Some(rounds("nothing")?)),
        words => (words, None),
    };
    Ok(Command::Bench { name: one("bench", words)?, rounds })
}

fn rounds(word: &str) -> Result<u32> {
    let wrong = || Failure::new(format!("--rounds wants a number above 0, found {word:?}"));
    word.parse().ok().filter(|count| *count > 0).ok_or_else(wrong)
}

fn demo(rest: &[&str]) -> Result<Command> {
    match rest {
        [] => Ok(Command::Demo { headless: false }),
        ["--headless"] => Ok(Command::Demo { headless: true }),
        _ => Err(Failure::new(format!("demo takes --headless, found {:?}", rest.join(" ")))),
    }
}

fn plan(rest: &[&str]) -> Result<Plan> {
    let mut plan = Plan::default();
    let mut words = rest.iter().copied().peekable();
    while let Some(word) = words.next() {
        match word {
            "--browser" => plan.browser = browser(words.next())?,
            "--host-access" => {
                while let Some(pattern) = words.next_if(|next| !next.starts_with("--")) {
                    plan.host_access.push(match_pattern(pattern)?);
                }
                if plan.host_access.is_empty() {
                    return Err(Failure::new("--host-access wants a pattern: http://127.0.0.1/*"));
                }
            }
            other => {
                return Err(Failure::new(format!(
                    "build takes --browser and --host-access, found {other:?}"
                )));
            }
        }
    }
    Ok(plan)
}

fn browser(word: Option<&str>) -> Result<Browser> {
    match word {
        Some("chrome") => Ok(Browser::Chrome),
        Some("firefox") => Ok(Browser::Firefox),
        other => Err(Failure::new(format!(
            "--browser wants chrome or firefox, found {:?}",
            other.unwrap_or("nothing")
        ))),
    }
}

/// A browser loads no extension at all when one pattern is malformed, and says little of which.
fn match_pattern(word: &str) -> Result<String> {
    let known = ["http://", "https://", "*://", "ws://", "wss://"];
    let rest = known.iter().find_map(|scheme| word.strip_prefix(scheme));
    if word == "<all_urls>" || rest.is_some_and(|rest| rest.find('/').is_some_and(|at| at > 0)) {
        return Ok(word.to_owned());
    }
    Err(Failure::new(format!(
        "--host-access wants a match pattern as http://127.0.0.1/*, found {word:?}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> std::result::Result<Command, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_commands_of_the_table_are_read() {
        assert_eq!(read(""), Ok(Command::Help));
        assert_eq!(read("setup"), Ok(Command::Setup));
        assert_eq!(read("demo --headless"), Ok(Command::Demo { headless: true }));
        assert_eq!(read("e2e popup"), Ok(Command::E2e { filter: Some("popup".into()) }));
        assert_eq!(read("bench"), Ok(Command::Bench { name: None, rounds: None }));
        let recorder = Command::Bench { name: Some("recorder".into()), rounds: Some(9) };
        assert_eq!(read("bench recorder --rounds 9"), Ok(recorder));
    }

    #[test]
    fn build_takes_a_browser_and_several_patterns() {
        let plan = Plan {
            browser: Browser::Firefox,
            host_access: vec!["http://127.0.0.1/*".into(), "http://localhost/*".into()],
        };
        let line = "build --host-access http://127.0.0.1/* http://localhost/* --browser firefox";
        assert_eq!(read(line), Ok(Command::Build(plan)));
        assert_eq!(read("build"), Ok(Command::Build(Plan::default())));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let said = |line: &str| read(line).unwrap_err();
        assert!(said("tset").contains("\"tset\""));
        assert!(said("setup now").contains("\"now\""));
        assert!(said("build --browser safari").contains("safari"));
        assert!(said("build --host-access").contains("wants a pattern"));
        assert!(said("build --host-access 127.0.0.1").contains("127.0.0.1"));
        assert!(said("build --fast").contains("--fast"));
        assert!(said("demo --head").contains("--head"));
        assert!(said("e2e a b").contains("a b"));
        assert!(said("bench --rounds none").contains("\"none\""));
        assert!(said("bench --rounds").contains("above 0"));
        assert!(said("bench --rounds 0").contains("above 0"));
    }

    #[test]
    fn every_command_of_the_table_is_one_that_is_read() {
        let named = TABLE.lines().filter_map(|line| {
            let name = line.strip_prefix("  ")?.split(' ').next()?;
            (!name.is_empty()).then_some(name)
        });
        let unread: Vec<&str> = named.filter(|name| read(name).is_err()).collect();
        assert_eq!(unread, Vec::<&str>::new());
    }
}
