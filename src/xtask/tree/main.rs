//! `trace-tree FILE`: prints the trace in a store's answer, and says whether browser and server are
//! joined in it.
//!
//! A program of its own, so that `cargo xtask check` runs while the crates that it uses do not
//! compile.

mod draw;
mod joined;

use std::process::ExitCode;

use backend::Reply;
use backend::jaeger::{self, Found};
use trace::{Span, quantity};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("trace-tree: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let file =
        std::env::args().nth(1).ok_or("wants the file of a store's answer, found nothing")?;
    let body = std::fs::read(&file).map_err(|error| format!("cannot read {file}: {error}"))?;
    let spans = read(body)?;
    println!("\n{}", draw::draw(&spans));
    let joined =
        joined::judge(&spans).map_err(|why| format!("browser and server are not joined: {why}"))?;
    let count = quantity::count(u64::try_from(joined).unwrap_or(u64::MAX), "server span");
    println!("Joined: {count} under the browser's request for the document.");
    Ok(())
}

/// Reads the answer with the code that the extension reads it with.
fn read(body: Vec<u8>) -> Result<Vec<Span>, String> {
    let content_type = "application/json".to_owned();
    let reply = Reply { status: 200, content_type, body, ..Reply::default() };
    match jaeger::read_trace(&reply) {
        Ok(Found::Spans(accepted)) => Ok(accepted.spans),
        Ok(Found::NotYet) => Err("the store knows no span of the trace".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
