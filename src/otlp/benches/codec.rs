//! How many spans a second each way of reading and writing does, on one core.
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench fails by panicking, counts far below 2^53, and reads the clock"
)]

#[path = "../../collector/benches/load/span.rs"]
#[allow(dead_code, reason = "the collector's benches use the rest of it")]
mod span;

use std::hint::black_box;
use std::time::{Duration, Instant};

use otlp::{json, proto, raw};

/// How long each is measured.
const WHILE: Duration = Duration::from_millis(600);

fn main() {
    let spans = span::batch(0);
    let message = proto::encode(&spans);
    let text = json::encode(&spans);
    let batch = raw::read(&message).unwrap();
    let heads: Vec<_> = batch.spans.iter().map(|head| head.bytes).collect();
    let groups = [(batch.groups[0], heads)];
    report("otlp.protobuf.check", message.len(), || raw::read(&message).unwrap().spans.len());
    report("otlp.protobuf.decode", message.len(), || proto::decode(&message).unwrap().spans.len());
    report("otlp.protobuf.encode", message.len(), || proto::encode(&spans).len());
    report("otlp.json.decode", text.len(), || json::decode(text.as_bytes()).unwrap().spans.len());
    report("otlp.json.encode", text.len(), || json::encode(&spans).len());
    report("otlp.json.transcode", text.len(), || json::transcode(&groups).len());
}

fn report(name: &str, size: usize, mut run: impl FnMut() -> usize) {
    let begun = Instant::now();
    let mut rounds = 0_u32;
    while begun.elapsed() < WHILE {
        black_box(run());
        rounds += 1;
    }
    let seconds = begun.elapsed().as_secs_f64() / f64::from(rounds);
    println!(
        "{name}  {:.0} spans/s  ({:.0} MB/s)",
        span::BATCH as f64 / seconds,
        size as f64 / seconds / 1e6
    );
}
