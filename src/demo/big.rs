//! Makes spans by the thousand, to see how a trace of that size is stored and drawn.
//!
//! None of them is lost on the way out: the exporter's queue is bounded and drops what does not
//! fit, so after each batch this waits until the collector has taken it. The span count that the
//! page reports is therefore what was delivered, not what was tried.

use opentelemetry::trace::{SpanKind, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkError;
use tokio::sync::Mutex;

use crate::failure::Failure;
use crate::telemetry::{BATCH, Telemetry};

/// No request makes more.
pub(crate) const MOST: u32 = 200_000;

/// Spans under one section, the outermost level.
const SECTION: usize = 1000;
/// The shape inside a section: how deep each next span lies. A span ends when one comes that is
/// not deeper.
const DEPTHS: [usize; 10] = [1, 2, 3, 4, 4, 3, 2, 3, 3, 2];
/// What a span is called at each depth.
const NAMES: [&str; 5] = ["section", "order", "line", "reserve", "write"];

/// Makes big traces, one at a time: two at once could fill the queue together.
#[derive(Debug)]
pub(crate) struct Big {
    telemetry: Telemetry,
    turn: Mutex<()>,
}

impl Big {
    pub(crate) fn new(telemetry: Telemetry) -> Self {
        Self { telemetry, turn: Mutex::new(()) }
    }

    /// Makes `count` spans under `parent`.
    ///
    /// # Errors
    /// When the collector stops taking them; the rest is then not made.
    pub(crate) async fn make(&self, parent: &Context, count: u32) -> Result<(), Failure> {
        if !parent.span().is_recording() {
            // Nobody asked for a trace: no span would come of it, nor be delivered.
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        let (telemetry, parent) = (self.telemetry.clone(), parent.clone());
        tokio::task::spawn_blocking(move || grow(&telemetry, &parent, count as usize))
            .await
            .unwrap_or_else(|ended| Err(Failure::broken("JoinError", ended.to_string())))
    }
}

fn grow(telemetry: &Telemetry, parent: &Context, count: usize) -> Result<(), Failure> {
    let lost = telemetry.lost();
    let mut open: Vec<Context> = Vec::with_capacity(NAMES.len());
    for index in 0..count {
        let depth = depth(index);
        close(&mut open, depth);
        let under = open.last().unwrap_or(parent);
        let span = telemetry.start(under, NAMES[depth], SpanKind::Internal, describe(index, depth));
        open.push(span);
        if (index + 1) % BATCH == 0 {
            deliver(telemetry, lost)
                .inspect_err(|_| close(&mut open, 0))
                .map_err(|text| stopped(index + 1, count, text))?;
        }
    }
    close(&mut open, 0);
    deliver(telemetry, lost).map_err(|text| stopped(count, count, text))
}

/// Waits until all that has ended is delivered; says why not, if some of it is lost since.
fn deliver(telemetry: &Telemetry, lost_before: usize) -> Result<(), &'static str> {
    match telemetry.flush_blocking() {
        Err(OTelSdkError::Timeout(_)) => Err("the collector is too slow"),
        Ok(()) | Err(_) if telemetry.lost() > lost_before => Err("the collector lost some"),
        Ok(()) => Ok(()),
        Err(_) => Err("the exporter has stopped"),
    }
}

fn stopped(made: usize, count: usize, reason: &str) -> Failure {
    Failure::broken("Undelivered", format!("stopped at {made} of {count} spans: {reason}"))
}

fn depth(index: usize) -> usize {
    match index % SECTION {
        0 => 0,
        place => DEPTHS[(place - 1) % DEPTHS.len()],
    }
}

/// Ends the open spans down to `depth`, innermost first.
fn close(open: &mut Vec<Context>, depth: usize) {
    while open.len() > depth {
        if let Some(innermost) = open.pop() {
            innermost.span().end();
        }
    }
}

fn describe(index: usize, depth: usize) -> Vec<KeyValue> {
    let number = i64::try_from(index).unwrap_or(i64::MAX);
    vec![
        KeyValue::new("shop.big.index", number),
        KeyValue::new("shop.big.depth", i64::try_from(depth).unwrap_or(i64::MAX)),
        KeyValue::new("shop.product.id", number % 24 + 1),
        KeyValue::new("shop.aisle", format!("{}-{}", index % 7, index % 13)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_never_deeper_than_one_below_the_last() {
        let mut last = 0;
        for index in 0..3 * SECTION {
            let depth = depth(index);
            assert!(depth <= last + 1, "{index}: {depth} after {last}");
            assert!(depth < NAMES.len());
            last = depth;
        }
    }
}
