//! What is recorded of traced pages: facts to spans, the journal, the trace store.
//!
//! A module of its own beside the worker's, which loads it when the first page speaks: a worker
//! wakes often and mostly for what needs none of this. It carries out one task at a time for each
//! trace and keeps nothing that the journal does not have; what follows for sessions, tabs, icons
//! and toasts is the worker's to decide.

mod contact;
mod look;
mod month;
mod page;
mod room;
mod secret;
mod store;
mod targets;
mod trial;
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
use webext::{Error, Journal, settings};

use crate::page::Recorded;
use crate::secret::Kept;

/// Carries out a task ([`Task`]) of the worker's; both task and answer are JSON text. `None` for a
/// task that has no answer or cannot be read.
#[wasm_bindgen]
pub async fn record(task: String) -> Option<String> {
    Recording::get().carry_out(json::read(&task).ok()?).await
}

/// What is in memory. All of it can be read back from the journal.
#[derive(Debug, Default)]
struct Recording {
    journal: RefCell<Option<Rc<Journal>>>,
    /// Pages whose facts come in or whose spans are awaited. One is taken out while it is at work.
    pages: RefCell<Table<TraceId, Recorded>>,
    /// Traces to ask for besides a page's own.
    others: RefCell<Table<TraceId, Vec<TraceId>>>,
    /// Spans that a store gave and nobody has looked at yet.
    found: RefCell<Table<TraceId, Vec<Span>>>,
    /// Spans of this month; `None` until they are read.
    meter: RefCell<Option<Meter>>,
    /// Spans that wait while the month's limit keeps them here; `None` until they are counted.
    held: Cell<Option<u32>>,
    /// Pages that the worker knows: they are never removed for want of room.
    alive: RefCell<Vec<TraceId>>,
    /// When the journal's size was measured.
    measured: Cell<Option<Timestamp>>,
    /// Whether old pages are being removed.
    tidying: Cell<bool>,
    /// Whom we have spoken with, in `trace::contact`'s lines; `None` until they are read.
    contacts: RefCell<Option<String>>,
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
            Task::Ask { store, trace } => text(&self.ask(&store, trace).await),
            Task::Send { store } => text(&self.send(&store).await?),
            Task::Test { store, send } => text(&self.test(&store, send).await?),
            Task::Forget => {
                self.forget().await;
                text(&true)
            }
            Task::Unknown => None,
        }
    }

    /// The journal, opened when it is first needed, and again after an error or once the browser has
    /// closed it.
    async fn journal(&self) -> Result<Rc<Journal>, Error> {
        let known = self.journal.borrow().clone();
        if let Some(journal) = known.filter(|journal| journal.is_open()) {
            return Ok(journal);
        }
        let opened = Rc::new(Journal::open().await?);
        // Where somebody has opened it meanwhile, the last one stays.
        self.journal.replace(Some(Rc::clone(&opened)));
        Ok(opened)
    }

    /// Forgets all that is in memory, and whom we have spoken with.
    async fn forget(&self) {
        self.pages.take();
        self.others.take();
        self.found.take();
        self.held.take();
        self.forget_contacts().await;
        // One that cannot be put back shows in the options, where the user can.
        let _put_back = settings::unpause().await;
    }
}

fn text<T: Serialize>(answer: &T) -> Option<String> {
    Some(json::write(answer))
}
