//! How many megabytes a second each reader takes, beside OTLP JSON's in the same run; how much memory
//! that needs; and how long each writer takes. With the names of files: what they are and hold.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench fails by panicking, counts far below 2^53, and reads files and the clock"
)]

#[path = "../../collector/benches/load/span.rs"]
#[allow(dead_code, reason = "the collector's benches use the rest of it")]
mod span;

use std::hint::black_box;
use std::time::Instant;

use exchange::{File, write};
use otlp::{Sheet, json, proto};
use trace::Span;
use trace::find::Finds;
use trace::tree::Tree;
use trace::waterfall::Waterfall;

/// Batches, and how often each file is opened.
const BATCHES: u64 = 200;
const ROUNDS: u32 = 3;
/// Spans of a step, as a shell may ask for.
const STEP: usize = 1_000;

fn main() {
    let names: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    if !names.is_empty() {
        return names.iter().for_each(|name| tell(name));
    }
    let spans: Vec<Span> = (0..BATCHES).flat_map(span::batch).collect();
    let sheet = Sheet::of(&spans);
    let files = [
        ("otlp.json", json::encode(&spans).into_bytes()),
        ("otlp.protobuf", proto::encode(&spans)),
        ("jaeger", write::jaeger(&sheet).into_bytes()),
        ("zipkin", zipkin(&spans).into_bytes()),
        ("har", har(&spans).into_bytes()),
        ("chrome", write::chrome(&sheet).into_bytes()),
    ];
    let mut usual = None;
    for (name, bytes) in &files {
        let (speed, spans) = open(bytes);
        let usual = *usual.get_or_insert(speed);
        println!(
            "exchange.{name}.open  {:.0} MB/s  ({:.2} of OTLP JSON; {spans} spans, {:.0} MB, {:.0} spans/s)",
            speed / 1e6,
            speed / usual,
            bytes.len() as f64 / 1e6,
            speed / bytes.len() as f64 * spans as f64,
        );
    }
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "otlp.protobuf") {
        println!("exchange.{name}.step  {:.1} ms for the longest of {STEP} spans", longest(bytes));
        memory(name, bytes);
    }
    writers(&sheet);
}

/// Bytes a second, and how many spans there were.
fn open(bytes: &[u8]) -> (f64, usize) {
    let mut best = f64::MAX;
    let mut count = 0;
    for _ in 0..ROUNDS {
        let copy = bytes.to_vec();
        let begun = Instant::now();
        let mut sheet = Sheet::default();
        File::open(copy, &mut sheet).unwrap().finish(&mut sheet).unwrap();
        best = best.min(begun.elapsed().as_secs_f64());
        count = black_box(sheet).len();
    }
    (bytes.len() as f64 / best, count)
}

/// Milliseconds of the longest step, while a file is opened in steps.
fn longest(bytes: &[u8]) -> f64 {
    let mut sheet = Sheet::default();
    let mut file = File::open(bytes.to_vec(), &mut sheet).unwrap();
    let (mut longest, mut done) = (0.0_f64, false);
    while !done {
        let begun = Instant::now();
        done = file.step(&mut sheet, STEP).done;
        longest = longest.max(begun.elapsed().as_secs_f64() * 1e3);
    }
    longest
}

/// Says how far the process grows while a file is opened; on Linux only.
fn memory(name: &str, bytes: &[u8]) {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let Some(before) = peak() else { return };
    let mut sheet = Sheet::default();
    File::open(bytes.to_vec(), &mut sheet).unwrap().finish(&mut sheet).unwrap();
    let grown = peak().unwrap_or_default().saturating_sub(before);
    let size = bytes.len() as f64 / 1e6;
    let grown = grown as f64 / 1e3;
    println!("exchange.{name}.memory  {grown:.0} MB for {size:.0} MB ({:.1} times)", grown / size);
    black_box(sheet);
}

/// The most memory that was in use since it was last asked to forget, kB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn writers(sheet: &Sheet) {
    let waterfall = Waterfall::build(sheet.columns());
    let finds = Finds::look(sheet.columns(), &Tree::grow(sheet.columns()), &[]);
    let columns = sheet.columns();
    let report = write::markdown::Report {
        sheet,
        columns,
        clocks: "",
        waterfall: &waterfall,
        finds: &finds,
        longest: 64_000,
    };
    let attributes = ["http.route".to_owned()];
    let (own, adjusted) = (&finds.own, false);
    let table = write::csv::Table { sheet, columns, own, attributes: &attributes, adjusted };
    timed("otlp", || write::otlp(sheet).len());
    timed("jaeger", || write::jaeger(sheet).len());
    timed("chrome", || write::chrome(sheet).len());
    timed("csv", || table.write(0..sheet.len()).len());
    timed("markdown", || write::markdown::markdown(&report).len());
}

fn timed(name: &str, run: impl FnOnce() -> usize) {
    let begun = Instant::now();
    let size = run();
    let millis = begun.elapsed().as_secs_f64() * 1e3;
    println!("exchange.{name}.write  {millis:.0} ms for {:.1} MB", size as f64 / 1e6);
}

/// What a file is and holds.
fn tell(name: &str) {
    let bytes = match std::fs::read(name) {
        Ok(bytes) => bytes,
        Err(error) => return println!("{name}: {error}"),
    };
    let mut sheet = Sheet::default();
    let begun = Instant::now();
    match File::open(bytes, &mut sheet) {
        Err(unknown) => println!("{name}: {unknown}"),
        Ok(mut file) => {
            let error = file.finish(&mut sheet).err().map(|error| error.to_string());
            let millis = begun.elapsed().as_secs_f64() * 1e3;
            let waterfall = Waterfall::build(sheet.columns());
            println!(
                "{name}: {}, {} spans of {} traces in {millis:.1} ms, {} flawed, {} groups, {}{}",
                file.format(),
                sheet.len(),
                sheet.columns().known_traces().len(),
                waterfall.flawed().count(),
                waterfall.groups().len(),
                sheet.rejected(),
                error.map(|error| format!("; {error}")).unwrap_or_default(),
            );
        }
    }
}

fn list(spans: &[Span], each: impl Fn(&Span) -> String) -> String {
    format!("[{}]", spans.iter().map(each).collect::<Vec<_>>().join(","))
}

fn zipkin(spans: &[Span]) -> String {
    list(spans, |span| {
        let parent = span.parent.map(|parent| format!("\"parentId\":\"{parent}\","));
        let tag = |(name, value): (&str, &trace::Value)| format!("\"{name}\":\"{value}\"");
        format!(
            "{{\"traceId\":\"{}\",{}\"id\":\"{}\",\"kind\":\"SERVER\",\"name\":\"{}\",\"timestamp\":{},\
             \"duration\":{},\"localEndpoint\":{{\"serviceName\":\"{}\",\"ipv4\":\"192.0.2.1\"}},\
             \"tags\":{{{}}}}}",
            span.trace,
            parent.unwrap_or_default(),
            span.id,
            span.name,
            span.start.nanos() / 1_000,
            span.duration().as_micros(),
            span.service(),
            span.attributes.iter().map(tag).collect::<Vec<_>>().join(","),
        )
    })
}

fn har(spans: &[Span]) -> String {
    let header = "{\"name\":\"accept-language\",\"value\":\"en-GB,en;q=0.9\"}";
    let headers = [header; 8].join(",");
    let entries = list(spans, |_| {
        format!(
            "{{\"pageref\":\"page_1\",\"startedDateTime\":\"2026-11-21T09:30:00.100Z\",\"time\":12.5,\
             \"request\":{{\"method\":\"GET\",\"url\":\"https://shop.example/api/products/4711/price\",\
             \"headers\":[{headers}]}},\"response\":{{\"status\":200,\"httpVersion\":\"h2\",\
             \"headers\":[{headers}],\"content\":{{\"size\":2048,\"mimeType\":\"application/json\"}}}},\
             \"timings\":{{\"send\":0.5,\"wait\":11,\"receive\":1}}}}"
        )
    });
    format!("{{\"log\":{{\"version\":\"1.2\",\"entries\":{entries}}}}}")
}
