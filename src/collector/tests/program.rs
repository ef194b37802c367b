//! The program: what it prints, how it ends, what it refuses.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Output};

use otlp::proto;

mod shop;

use shop::program::Program;

/// Runs with these arguments to the end, which must come by itself.
fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tracelight-collector")).args(arguments).output().unwrap()
}

#[test]
fn it_says_in_one_line_where_it_is() {
    let mut program = Program::start(&["--db", ":memory:"]);
    let parts: Vec<_> = program.ready.trim_end().split(' ').collect();
    let [name, word, http, grpc, db] = parts[..] else { panic!("{}", program.ready) };
    assert_eq!((name, word, db), ("tracelight-collector", "ready", "db=:memory:"));
    assert!(http.starts_with("http=127.0.0.1:") && !http.ends_with(":0"), "{http}");
    assert!(grpc.starts_with("grpc=127.0.0.1:") && !grpc.ends_with(":0"), "{grpc}");
    program.child.kill().unwrap();
    let mut more = String::new();
    program.child.stdout.as_mut().unwrap().read_to_string(&mut more).unwrap();
    assert_eq!(more, "");
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_it_with_everything_in_one_file() {
    for signal in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("traces.db");
        let mut program = Program::start(&["--db", path.to_str().unwrap()]);
        let url = format!("http://{}/v1/traces", program.http());
        let body = proto::encode(&[shop::span(1, 1)]);
        let request = reqwest::Client::new().post(url).header("content-type", shop::PROTO);
        assert_eq!(shop::Answer::of(request.body(body)).await.status, 200);
        assert!(program.signal(signal), "{signal}");
        assert_eq!(std::fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len()), 0);
        let file = rusqlite::Connection::open(&path).unwrap();
        let count = file.query_row("SELECT count(*) FROM span", [], |row| row.get::<_, i64>(0));
        assert_eq!(count.unwrap(), 1);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn killed_at_once_it_has_lost_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.db");
    let mut program = Program::start(&["--db", path.to_str().unwrap()]);
    let url = format!("http://{}/v1/traces", program.http());
    let client = reqwest::Client::new();
    for number in 1..=10 {
        let body = proto::encode(&[shop::span(1, number)]);
        let request = client.post(&url).header("content-type", shop::PROTO).body(body);
        assert_eq!(shop::Answer::of(request).await.status, 200);
    }
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    let again = Program::start(&["--db", path.to_str().unwrap()]);
    let url = format!("http://{}/healthz", again.http());
    let health = shop::Answer::of(client.get(url)).await;
    assert_eq!(health.json()["spans"], 10);
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    for flag in ["--http", "--grpc"] {
        let other = if flag == "--http" { "--grpc" } else { "--http" };
        let address = format!("127.0.0.1:{port}");
        let output = run(&[flag, &address, other, "127.0.0.1:0", "--db", ":memory:"]);
        assert!(!output.status.success());
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!(
                "tracelight-collector: port {port} is in use on 127.0.0.1: stop the program that \
                 has it, or choose another with {flag} 127.0.0.1:PORT\n"
            )
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_cannot_be_is_refused_with_what_was_wanted() {
    for (arguments, wanted) in [
        (["--forward", "tempo"], "http"),
        (["--forward", "https://u:p@tempo.example"], "user name"),
        (["--forward-header", "x-key: 1"], "--forward"),
        (["--http", "0.0.0.0:0"], "--expose-to-network"),
        (["--http", "here"], "wanted an address with a port"),
        (["--max-bytes", "lots"], "wanted a size such as 500MB or 2GiB"),
        (["--max-age", "5"], "wanted a duration such as 7d"),
    ] {
        let output = run(&arguments);
        assert!(!output.status.success());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(wanted), "{text}");
    }
}
