//! Tracelight's build commands: `cargo xtask setup | build | demo | test | check | e2e | bench | budget`.
//! Runs other programs and says what they did. Knows nothing of what a span is, so that it compiles
//! in seconds, and while the crates that it checks do not.

mod bench;
mod browser;
mod budget;
mod cache;
mod check;
mod child;
mod command;
mod count;
mod debian;
mod demo;
mod e2e;
mod extension;
mod failure;
mod files;
mod import;
mod kit;
mod lock;
mod manifest;
mod module;
mod node;
mod order;
mod purity;
mod screen;
mod setup;
mod site;
mod tally;
mod tool;
mod toolchain;
mod trap;

use std::path::PathBuf;
use std::process::ExitCode;

use command::Command;
use failure::{Failure, Result};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match command::parse(&words).and_then(run) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    enter_root()?;
    match command {
        Command::Help => command::print_table(),
        Command::Setup => setup::run()?,
        Command::Build(plan) => extension::build_for_user(&plan)?,
        Command::Demo { headless } => demo::run(headless)?,
        Command::Test => return check::test(),
        Command::Check => return check::fast(),
        Command::E2e { filter } => return e2e::run(filter.as_deref()),
        Command::Bench { name, rounds } => bench::run(name.as_deref(), rounds)?,
        Command::Budget => return budget::run(),
    }
    Ok(ExitCode::SUCCESS)
}

/// Every path in this crate is relative to the repository's root, wherever the command was typed.
fn enter_root() -> Result<()> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = here.ancestors().nth(2).unwrap_or(&here);
    std::env::set_current_dir(root)
        .map_err(|error| Failure::new(format!("cannot enter {}: {error}", root.display())))
}
