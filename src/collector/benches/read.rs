//! How long a trace of 10,000 spans takes by its id, from the request to the last byte.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench fails by panicking"
)]

#[allow(dead_code, reason = "each bench uses another part of it")]
mod load;

use std::time::{Duration, Instant};

use load::server::Server;
use reqwest::Client;

const SPANS: u64 = 10_000;
const ROUNDS: usize = 40;

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("traces.db"));
    let client = Client::new();
    fill(&client, &server).await;
    for (name, accept) in
        [("trace.protobuf", "application/x-protobuf"), ("trace.json", "application/json")]
    {
        let url =
            format!("http://{}/api/v3/traces/{}", server.http, load::span::trace_id(u64::MAX));
        let mut waits = Vec::new();
        let mut size = 0;
        for _ in 0..ROUNDS {
            let asked = Instant::now();
            let answer = client.get(&url).header("accept", accept).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            size = answer.bytes().await.unwrap().len();
            waits.push(asked.elapsed());
        }
        waits.sort();
        let ms = |wait: Duration| wait.as_secs_f64() * 1e3;
        println!(
            "{name}  {:.1} ms  (median of {ROUNDS}, slowest {:.1}, {} kB, bar 50)",
            ms(waits[ROUNDS / 2]),
            ms(waits[ROUNDS - 1]),
            size / 1000
        );
    }
}

/// The large trace, among others.
async fn fill(client: &Client, server: &Server) {
    let url = format!("http://{}/v1/traces", server.http);
    let large = load::span::large(SPANS);
    let others = (0..40).map(load::span::batch);
    for spans in large.chunks(load::span::BATCH).map(<[_]>::to_vec).chain(others) {
        let request = client.post(&url).header("content-type", "application/x-protobuf");
        let answer = request.body(otlp::proto::encode(&spans)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}
