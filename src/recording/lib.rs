//! What is recorded of traced pages: facts to spans, and the journal.
//!
//! A module of its own beside the worker's, which loads it when the first page speaks: a worker
//! wakes often and mostly for what needs none of this. It carries out one task at a time for each
//! trace and keeps nothing that the journal does not have; what follows for sessions, tabs, icons
//! and toasts is the worker's to decide.

mod look;
mod month;
mod page;
mod room;
mod secret;
mod targets;
mod turn;
mod who;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bridge::Task;
use serde::Serialize;
use trace::meter::Meter;
use trace::redact::Redaction;
use trace::suspect::Suspects;
use trace::table::Table;
use trace::{Span, Timestamp, TraceId, json};
use wasm_bindgen::prelude::wasm_bindgen;
use webext::journal::Desk;
use webext::{Error, Journal, settings};

use crate::page::Recorded;
use crate::secret::Kept;
use crate::turn::Turn;

/// Carries out a task ([`Task`]) of the worker's; both task and answer are JSON text. `None` for a
/// task that has no answer or cannot be read.
#[wasm_bindgen]
pub async fn record(task: String) -> Option<String> {
    Recording::get().carry_out(json::read(&task).ok()?).await
}

/// Takes what a store has of a trace, as OTLP protobuf, until it is looked at. Answers with the traces
/// that belong to it and may be asked for as well, their ids with spaces between.
#[wasm_bindgen]
pub fn found(trace: &str, spans: &[u8]) -> String {
    trace.parse().map(|trace| Recording::get().take_in(trace, spans)).unwrap_or_default()
}

/// What is in memory. All of it can be read back from the journal.
#[derive(Debug, Default)]
struct Recording {
    journal: Desk,
    /// Pages whose facts come in or whose spans are awaited. One is taken out while it is at work.
    pages: RefCell<Table<TraceId, Recorded>>,
    /// Traces to ask for besides a page's own.
    others: RefCell<Table<TraceId, Vec<TraceId>>>,
    /// Spans that a store gave and nobody has looked at yet.
    found: RefCell<Table<TraceId, Vec<Span>>>,
    /// Spans of this month; `None` until they are read.
    meter: RefCell<Option<Meter>>,
    /// Pages that the worker knows: they are never removed for want of room.
    alive: RefCell<Vec<TraceId>>,
    /// When the journal's size was measured.
    measured: Cell<Option<Timestamp>>,
    /// Of who removes old pages.
    tidying: Turn,
    /// Of who keeps what a store has of a trace: each begins where the one before ended.
    keeping: Turn,
    /// What is taken out of what is stored, and from which settings that follows.
    redaction: RefCell<Option<(Kept, Rc<Redaction>)>>,
    /// Origins whose requests fail.
    suspects: RefCell<Suspects>,
}

thread_local! {
    static RECORDING: Rc<Recording> = Rc::default();
}

impl Recording {
    fn get() -> Rc<Self> {
        RECORDING.with(Rc::clone)
    }

    async fn carry_out(&self, task: Task) -> Option<String> {
        match task {
            Task::Look(look) => text(&self.look(*look).await),
            Task::Keep { trace } => text(&self.keep(trace).await),
            Task::Forget => {
                self.forget().await;
                text(&true)
            }
            // The first two are for the module that speaks with the stores.
            Task::Ask { .. } | Task::Send | Task::Unknown => None,
        }
    }

    async fn journal(&self) -> Result<Rc<Journal>, Error> {
        self.journal.get().await
    }

    fn take_in(&self, trace: TraceId, spans: &[u8]) -> String {
        // Written by the module that read the store's answer.
        let spans = otlp::proto::decode(spans).map(|found| found.spans).unwrap_or_default();
        self.found.borrow_mut().or_default(trace).extend(spans);
        let others = self.others.borrow();
        let others = others.get(&trace).into_iter().flatten().map(TraceId::to_string);
        others.collect::<Vec<_>>().join(" ")
    }

    /// Forgets all that is in memory.
    async fn forget(&self) {
        self.pages.take();
        self.others.take();
        self.found.take();
        // One that cannot be put back shows in the options, where the user can.
        let _put_back = settings::unpause().await;
    }
}

fn text<T: Serialize>(answer: &T) -> Option<String> {
    Some(json::write(answer))
}
