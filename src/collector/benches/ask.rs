//! How long the dashboard's questions take, against how much is stored: 10,000 spans, then ten times
//! as many, and so on to as many as `SPANS` says (a million).
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a bench fails by panicking, and its counts are far below 2^53"
)]

#[allow(dead_code, reason = "each bench uses another part of it")]
mod load;

use std::time::{Duration, Instant};

use bridge::query::{Question, Range, SessionFilter};
use load::server::Server;
use load::visit;
use reqwest::Client;
use trace::{Timestamp, json};

const ROUNDS: usize = 9;

#[tokio::main]
async fn main() {
    let most = std::env::var("SPANS").ok().and_then(|spans| spans.parse().ok());
    let most = most.unwrap_or(1_000_000_u64);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("traces.db"));
    let client = Client::new();
    let (mut pages, mut size) = (0, 10_000);
    while size <= most {
        let began = Instant::now();
        pages = fill(&client, &server, pages, size / visit::PAGE).await;
        let filled = began.elapsed();
        wait(&client, &server).await;
        println!(
            "{size} spans: in after {:.1} s, digested after {:.1} s, {:.0} MB at most",
            filled.as_secs_f64(),
            began.elapsed().as_secs_f64(),
            server.memory()
        );
        for (name, question) in questions() {
            let mut waits = Vec::new();
            let mut bytes = 0;
            for _ in 0..ROUNDS {
                let asked = Instant::now();
                bytes = ask(&client, &server, &question).await.1;
                waits.push(asked.elapsed());
            }
            waits.sort();
            println!("  {name}  {:.1} ms  ({} kB)", ms(waits[ROUNDS / 2]), bytes / 1000);
        }
        let mut waits = Vec::new();
        for number in 0..ROUNDS as u64 {
            let id = visit::session(number * pages / 10);
            let url = format!("http://{}/api/tracelight/session/{id}", server.http);
            let asked = Instant::now();
            let answer = client.get(&url).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.bytes().await.unwrap();
            waits.push(asked.elapsed());
        }
        waits.sort();
        println!("  spans of a session  {:.1} ms  (bar 50)", ms(waits[ROUNDS / 2]));
        size *= 10;
    }
    server.stop();
}

fn ms(wait: Duration) -> f64 {
    wait.as_secs_f64() * 1e3
}

fn questions() -> Vec<(&'static str, Question)> {
    let until = Timestamp::from_nanos(i64::MAX.unsigned_abs());
    let range = Range { since: Timestamp::from_nanos(load::span::EPOCH), until };
    // A day of it: what the dashboard begins with.
    let day =
        Range { until: Timestamp::from_nanos(load::span::EPOCH + 86_400_000_000_000), ..range };
    let rules = Vec::new();
    let filter = SessionFilter { url: "products/4711".to_owned(), ..SessionFilter::default() };
    let route = "shop.example/api/prices/{id}".to_owned();
    vec![
        ("all sessions", Question::Sessions(SessionFilter::default())),
        ("sessions by url", Question::Sessions(filter)),
        ("one session", Question::Session { session: visit::session(7), slow: 3_000 }),
        ("pages", Question::Pages { range, rules: rules.clone() }),
        ("pages of a day", Question::Pages { range: day, rules: rules.clone() }),
        ("errors", Question::Errors { range }),
        ("calls", Question::Calls { range, rules: rules.clone() }),
        ("calls of a day", Question::Calls { range: day, rules: rules.clone() }),
        ("route", Question::Route { range, rules, method: "GET".to_owned(), route, failed: true }),
        ("usage", Question::Usage { range: day, zone: 60 }),
    ]
}

/// Asks; says how many traces the answer lacks, and how long it is.
async fn ask(client: &Client, server: &Server, question: &Question) -> (u64, usize) {
    let url = format!("http://{}/api/tracelight/query", server.http);
    let request = client.post(&url).header("content-type", "application/json");
    let answer = request.body(json::write(question)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let behind = answer.headers()["tracelight-behind"].to_str().unwrap().parse().unwrap();
    (behind, answer.bytes().await.unwrap().len())
}

async fn wait(client: &Client, server: &Server) {
    let question = Question::Session { session: String::new(), slow: 0 };
    while ask(client, server, &question).await.0 > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends pages in requests of ten, up to so many.
async fn fill(client: &Client, server: &Server, from: u64, to: u64) -> u64 {
    let url = format!("http://{}/v1/traces", server.http);
    for first in (from..to).step_by(10) {
        let spans: Vec<_> = (first..to.min(first + 10)).flat_map(visit::page).collect();
        let request = client.post(&url).header("content-type", "application/x-protobuf");
        let answer = request.body(otlp::proto::encode(&spans)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    to
}
