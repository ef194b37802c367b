//! What waits goes to the trace stores, and traces are asked of them: the only way out of the
//! extension, so whoever is spoken with is noted here first.
//!
//! A module of its own beside the worker's, which loads it when a store is first needed. What a store
//! wants and how its answers are read is `backend`'s; what it has of a trace is handed to the module
//! that records, which alone writes it into the journal.

mod ask;
mod follow;
mod line;
mod list;
mod month;
mod queue;
mod search;
mod send;
mod trial;
mod way;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_lock::Mutex;
use backend::store::{Fault, Memory, Rest, Store};
use bridge::Consult;
use serde::Serialize;
use trace::contact::Purpose;
use trace::json;
use wasm_bindgen::prelude::wasm_bindgen;
use webext::contact;
use webext::journal::Desk;

use crate::line::Line;
use crate::queue::Outbox;

/// Carries out a task ([`Consult`]) of the worker's or of a surface's; both task and answer are JSON
/// text. `None` for a task that has no answer or cannot be read.
#[wasm_bindgen]
pub async fn consult(task: String) -> Option<String> {
    Stores::get().carry_out(json::read(&task).ok()?).await
}

/// What is in memory. All of it can be read back.
#[derive(Debug, Default)]
struct Stores {
    journal: Desk,
    outbox: Outbox,
    /// What the store that is asked speaks; `None` until it is read.
    memory: RefCell<Option<Memory>>,
    /// The store that was asked last, and whether it is to be left alone.
    rest: RefCell<Option<(Line, Rest)>>,
    /// What was found out last of a store, by the one who finds out.
    finding: Mutex<Option<(Line, Result<Store, Fault>)>>,
    /// How often that was done: who waited for it sees that it was.
    finds: Cell<u64>,
}

thread_local! {
    static STORES: Rc<Stores> = Rc::default();
}

impl Stores {
    fn get() -> Rc<Self> {
        STORES.with(Rc::clone)
    }

    async fn carry_out(&self, task: Consult) -> Option<String> {
        match task {
            Consult::Ask { trace } => text(&self.ask(trace).await),
            Consult::Send => text(&self.send().await?),
            Consult::Lost { spans } => {
                self.outbox.lost(&spans).await;
                text(&true)
            }
            Consult::TestAsked { store, asked } => text(&self.test_asked(&store, &asked).await?),
            Consult::TestSent { destination } => text(&self.test_sent(&destination).await?),
            Consult::Search(wanted) => text(&self.search(wanted).await),
            Consult::List(within) => text(&self.list(within).await),
            Consult::Follow { trace } => text(&self.follow(trace).await),
            Consult::Map { url } => {
                contact::note(&url, Purpose::Map).await;
                text(&true)
            }
            Consult::Forget => {
                self.outbox.forget().await;
                contact::forget().await;
                text(&true)
            }
            Consult::Unknown => None,
        }
    }
}

fn text<T: Serialize>(answer: &T) -> Option<String> {
    Some(json::write(answer))
}
