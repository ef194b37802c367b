//! How many spans one core takes in, durable and indexed: OTLP/HTTP in requests of 512 spans,
//! answered after the commit, beside a bare loop that puts the very same rows into the same tables.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    reason = "a bench fails by panicking, and its counts are far below 2^53"
)]

#[allow(dead_code, reason = "each bench uses another part of it")]
mod load;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use load::server::{Server, processor_time};
use load::span::BATCH;
use reqwest::Client;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Requests in one measurement.
const REQUESTS: u64 = 800;
const CONNECTIONS: usize = 4;
const ROUNDS: usize = 3;
/// Pairs of measurements of which the one has something that the other has not.
const PAIRS: usize = 3;
/// How long each connection rests between requests where it is not measured how many there can be: all
/// four send some 50,000 spans a second at most.
const PAUSE: Duration = Duration::from_millis(40);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let proto: Vec<Bytes> = bodies(|spans| otlp::proto::encode(spans));
    let json: Vec<Bytes> = bodies(|spans| otlp::json::encode(spans).into_bytes());
    let packed: Vec<Bytes> = proto.iter().map(|body| pack(body)).collect();

    let (mut served, mut bare, mut latency, mut memory) = (vec![], vec![], vec![], 0.0_f64);
    for round in 0..ROUNDS {
        let path = folder.path().join(format!("{round}.db"));
        let run = runtime.block_on(ingest(&path, &proto, "application/x-protobuf", false));
        served.push(run.rate);
        latency.push(run.slow.as_secs_f64() * 1e3);
        memory = memory.max(run.memory);
        bare.push(bare_loop(&path, &folder.path().join(format!("{round}-bare.db")), false));
    }
    let (served, bare) = (median(served), median(bare));
    let ratio = served / bare;
    println!(
        "ingest.protobuf  {served:.0} spans/s/core  (ratio {ratio:.2} of the bare loop's {bare:.0}, bar 0.60)"
    );
    println!("ingest.ack.p99  {:.1} ms  (4 connections)", median(latency));
    println!("ingest.memory  {memory:.0} MB  (peak, bar 48)");
    forwarding(&runtime, folder.path(), &proto, served);
    marking(folder.path(), served);
    for (name, bodies, content_type, gzip) in [
        ("ingest.gzip", &packed, "application/x-protobuf", true),
        ("ingest.json", &json, "application/json", false),
    ] {
        let path = folder.path().join(format!("{name}.db"));
        let run = runtime.block_on(ingest(&path, bodies, content_type, gzip));
        println!(
            "{name}  {:.0} spans/s/core  (ratio {:.2} of the bare loop's)",
            run.rate,
            run.rate / bare
        );
    }
}

/// What handing on adds to what taking in costs: the same load without and with, one behind the other,
/// each until all of it is digested and handed on.
fn forwarding(runtime: &tokio::runtime::Runtime, folder: &Path, bodies: &[Bytes], served: f64) {
    let sink = format!("http://{}", runtime.block_on(load::sink::open()));
    for (name, more, pause, bar) in [
        ("ingest.forward", vec!["--forward", &*sink], PAUSE, "bar 10 %"),
        ("ingest.forward.gzip", vec!["--forward", &*sink, "--forward-gzip"], PAUSE, "no bar"),
        // Faster than a courier, who then reads in the database what he hands on.
        ("ingest.forward.flood", vec!["--forward", &*sink], Duration::ZERO, "no bar"),
    ] {
        let (mut added, mut slower) = (Vec::new(), Vec::new());
        for round in 0..PAIRS {
            let path = |kind| folder.join(format!("{name}-{kind}-{round}.db"));
            let run = |path: &Path, more: &[&str]| {
                let run =
                    ingest_with(path, bodies, "application/x-protobuf", false, Some((more, pause)));
                runtime.block_on(run)
            };
            let (without, with) = (run(&path("without"), &[]), run(&path("with"), &more));
            added.push((1.0 / with.rate - 1.0 / without.rate) * served * 100.0);
            slower.push(with.slow.as_secs_f64() / without.slow.as_secs_f64());
        }
        let (added, slower) = (median(added), median(slower));
        println!(
            "{name}  {added:+.1} % of processor time  ({bar}; slowest answers {slower:.2} times as long)"
        );
    }
}

/// What it costs to mark traces for those who make digests, of what taking in costs: the bare loop
/// without and with marks, one behind the other.
fn marking(folder: &Path, served: f64) {
    let from = folder.join("0.db");
    let costs = (0..PAIRS).map(|round| {
        let path = |kind| folder.join(format!("marks-{kind}-{round}.db"));
        let without = bare_loop(&from, &path("without"), false);
        let with = bare_loop(&from, &path("with"), true);
        (1.0 / with - 1.0 / without) * served * 100.0
    });
    println!("ingest.marks  {:+.1} % of processor time", median(costs.collect()));
}

fn bodies(encode: impl Fn(&[trace::Span]) -> Vec<u8>) -> Vec<Bytes> {
    (0..REQUESTS).map(|number| encode(&load::span::batch(number)).into()).collect()
}

fn pack(body: &[u8]) -> Bytes {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(body).unwrap();
    packer.finish().unwrap().into()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One measurement of the collector.
struct Run {
    /// Spans for each second of its processor time.
    rate: f64,
    /// The slowest answer but for one in a hundred.
    slow: Duration,
    memory: f64,
}

async fn ingest(path: &Path, bodies: &[Bytes], content_type: &'static str, gzip: bool) -> Run {
    ingest_with(path, bodies, content_type, gzip, None).await
}

/// As above, with a collector that is told more, in connections that rest between requests, until it has
/// nothing left to do.
async fn ingest_with(
    path: &Path,
    bodies: &[Bytes],
    content_type: &'static str,
    gzip: bool,
    settled: Option<(&[&str], Duration)>,
) -> Run {
    let (more, pause) = settled.unwrap_or_default();
    let server = Server::with(path, more);
    let url = Arc::new(format!("http://{}/v1/traces", server.http));
    let bodies: Arc<[Bytes]> = bodies.into();
    let next = Arc::new(AtomicUsize::new(0));
    let before = server.time();
    let senders = (0..CONNECTIONS).map(|_| {
        let (url, bodies, next) = (Arc::clone(&url), Arc::clone(&bodies), Arc::clone(&next));
        tokio::spawn(async move {
            // A client for each, for a client shares its connections.
            let client = Client::new();
            let mut waits = Vec::new();
            while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
                let request = client.post(&*url).header("content-type", content_type);
                let request =
                    if gzip { request.header("content-encoding", "gzip") } else { request };
                let asked = Instant::now();
                let answer = request.body(body.clone()).send().await.unwrap();
                assert_eq!(answer.status(), 200);
                answer.bytes().await.unwrap();
                waits.push(asked.elapsed());
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
            }
            waits
        })
    });
    let mut waits = Vec::new();
    for sender in senders.collect::<Vec<_>>() {
        waits.extend(sender.await.unwrap());
    }
    waits.sort();
    if settled.is_some() {
        settle(&server).await;
    }
    let spans = (bodies.len() * BATCH) as f64;
    let rate = spans / (server.time() - before).as_secs_f64();
    let run = Run { rate, slow: waits[waits.len() * 99 / 100], memory: server.memory() };
    server.stop();
    run
}

/// Waits until all is digested and handed on.
async fn settle(server: &Server) {
    let (client, url) = (Client::new(), format!("http://{}/healthz", server.http));
    loop {
        let text = client.get(&url).send().await.unwrap().text().await.unwrap();
        let health: serde_json::Value = serde_json::from_str(&text).unwrap();
        let left = &health["forward"][0]["waiting"]["spans"];
        if health["behind"] == 0 && (left.is_null() || *left == 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Puts the rows of one database into another with nothing around: the same tables, the same
/// settings, one transaction for every 512 spans.
fn bare_loop(from: &Path, to: &Path, marked: bool) -> f64 {
    let source = Connection::open(from).unwrap();
    let target = Connection::open(to).unwrap();
    target
        .execute_batch(
            "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 1024;",
        )
        .unwrap();
    let mut tables = source
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'meta'")
        .unwrap();
    for table in tables.query_map([], |row| row.get::<_, String>(0)).unwrap() {
        target.execute_batch(&table.unwrap()).unwrap();
    }
    let spans = rows(&source, "SELECT * FROM span ORDER BY key");
    let traces = rows(&source, "SELECT * FROM trace ORDER BY no");
    let members = rows(&source, "SELECT * FROM member ORDER BY trace");
    let sessions = rows(&source, "SELECT * FROM session ORDER BY trace");
    let marks =
        if marked { rows(&source, "SELECT no, born FROM trace ORDER BY no") } else { vec![] };
    let share = |rows: &[Vec<Value>]| rows.len().div_ceil(spans.len().div_ceil(BATCH));
    let mut parts = [
        ("INSERT OR IGNORE INTO span VALUES (?, ?, ?)", spans.chunks(BATCH)),
        (
            "INSERT INTO trace VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            traces.chunks(share(&traces)),
        ),
        ("INSERT OR IGNORE INTO member VALUES (?, ?)", members.chunks(share(&members))),
        ("INSERT OR IGNORE INTO session VALUES (?, ?)", sessions.chunks(share(&sessions))),
        (
            "INSERT INTO stale VALUES (?1, ?2, ?2) ON CONFLICT (trace) DO UPDATE SET at = ?2",
            marks.chunks(share(&marks).max(1)),
        ),
    ];
    let before = processor_time("self");
    for _ in 0..spans.len().div_ceil(BATCH) {
        target.execute_batch("BEGIN IMMEDIATE").unwrap();
        for (statement, chunks) in &mut parts {
            let mut insert = target.prepare_cached(statement).unwrap();
            for row in chunks.next().unwrap_or_default() {
                insert.execute(params_from_iter(row)).unwrap();
            }
        }
        target.execute_batch("COMMIT").unwrap();
    }
    spans.len() as f64 / (processor_time("self") - before).as_secs_f64()
}

fn rows(source: &Connection, statement: &str) -> Vec<Vec<Value>> {
    let mut read = source.prepare(statement).unwrap();
    let columns = read.column_count();
    read.query_map([], |row| (0..columns).map(|at| row.get(at)).collect())
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}
