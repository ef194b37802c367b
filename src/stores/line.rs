//! The store that is asked: where it is, what it speaks, what goes with each question.
//!
//! What it speaks is found out by asking and remembered in local storage.

use std::time::Duration;

use backend::credential::{self, Flaw};
use backend::store::{Answer, Ask, Fault, Memory, Step, Store};
use backend::stores::{self, Asked, MEMORY};
use trace::Timestamp;
use trace::contact::Purpose;
use webext::storage::{self, Area};
use webext::{clock, settings};

use crate::Stores;

/// A store wants to be left alone for so long at most, or it was a clock that was wrong.
const LONGEST: Duration = Duration::from_secs(600);

/// A store, as the user has set it.
#[derive(Debug)]
pub(crate) struct Line {
    /// Where its API begins.
    pub address: String,
    asked: Asked,
}

impl Line {
    /// A store at an address of the user's.
    pub(crate) fn new(store: &str, asked: Asked) -> Result<Self, Flaw> {
        // Or questions would go without what should go with them.
        asked.access.check()?;
        let address = match &*asked.grafana {
            "" => store.trim().trim_end_matches('/').to_owned(),
            source => credential::grafana(store, source)?,
        };
        Ok(Self { address, asked })
    }

    /// The store that is set; `None` where none is.
    pub(crate) async fn set() -> Option<Result<Self, Flaw>> {
        let store = settings::load().await.ok()?.store;
        let set = storage::load::<stores::Stores>(Area::Local, stores::KEY).await.ok().flatten();
        let asked = set.unwrap_or_default().asked;
        (!store.is_empty()).then(|| Self::new(&store, asked))
    }
}

impl Stores {
    /// Asks a store one question. One that wants to be left alone is.
    pub(crate) async fn put(
        &self,
        line: &Line,
        purpose: Purpose,
        ask: Ask,
    ) -> Result<Answer, Fault> {
        let ask = line.asked.access.sign(&line.address, ask);
        self.reach(purpose, &ask).await
    }

    /// Which store it is: remembered, or found out.
    pub(crate) async fn known(&self, line: &Line) -> Result<Store, Fault> {
        let memory = self.memory().await;
        if let Some(store) = memory.known(&line.address, line.asked.hint) {
            return Ok(store.clone());
        }
        let store = self.find(line, Purpose::Ask, &memory, &mut |_, _| {}).await?;
        self.remember(|memory| memory.found(&line.address, store.clone())).await;
        Ok(store)
    }

    /// Finds out which store it is, and shows what was asked and answered.
    pub(crate) async fn find(
        &self,
        line: &Line,
        purpose: Purpose,
        memory: &Memory,
        show: &mut dyn FnMut(&Ask, Option<&Answer>),
    ) -> Result<Store, Fault> {
        let mut finder = memory.finder(&line.address, line.asked.hint);
        let mut step = finder.next();
        loop {
            step = match step {
                Step::Ask(ask) => {
                    let answer = self.put(line, purpose, ask.clone()).await;
                    show(&ask, answer.as_ref().ok());
                    // What did not answer is not asked on, and was why it is known here alone.
                    let answer = answer?;
                    finder.heard(Some(&answer), clock::now())
                }
                Step::Found(store) => return Ok(store),
                Step::Failed(fault) => return Err(fault),
            };
        }
    }

    /// Until when a store wants to be left alone, and in which words it said so.
    pub(crate) fn quiet(&self, line: &Line) -> Option<Fault> {
        let quiet = self.quiet.borrow();
        let (address, until, fault) = quiet.as_ref()?;
        let now = clock::now();
        let holds = *address == line.address && now < *until && until.since(now) <= LONGEST;
        holds.then(|| fault.clone())
    }

    /// Takes in that a question failed: what the store is may be in doubt, or it wants to be left alone.
    pub(crate) async fn failed(&self, line: &Line, fault: &Fault) {
        if let Fault::Busy { after: Some(after), .. } = fault {
            let until = clock::now().plus((*after).min(LONGEST));
            self.quiet.replace(Some((line.address.clone(), until, fault.clone())));
        }
        if fault.is_doubt() {
            self.remember(|memory| memory.failed(fault)).await;
        }
    }

    async fn memory(&self) -> Memory {
        let known = self.memory.borrow().clone();
        match known {
            Some(memory) => memory,
            None => storage::load(Area::Local, MEMORY).await.ok().flatten().unwrap_or_default(),
        }
    }

    async fn remember(&self, change: impl FnOnce(&mut Memory)) {
        let before = self.memory().await;
        let mut memory = before.clone();
        change(&mut memory);
        let storing = (memory != before).then(|| storage::store(Area::Local, MEMORY, &memory));
        self.memory.replace(Some(memory));
        if let Some(storing) = storing {
            // What cannot be kept is found out again by the next worker.
            let _found_again = storing.await;
        }
    }
}

/// What a store said when it wanted to be left alone: its address, until when, its words.
pub(crate) type Quiet = Option<(String, Timestamp, Fault)>;
