//! The store that is asked: where it is, what it speaks, what goes with each question.
//!
//! What it speaks is found out by asking and remembered in local storage.

use backend::credential::{self, Flaw};
use backend::store::{Answer, Ask, Fault, Memory, Rest, Step, Store};
use backend::stores::{self, Asked, MEMORY};
use trace::contact::Purpose;
use webext::storage::{self, Area};
use webext::{clock, contact, settings};

use crate::Stores;
use crate::send::dice;

/// A store, as the user has set it.
#[derive(Clone, Debug, PartialEq)]
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

    /// A question with all that the store wants to know of who asks.
    pub(crate) fn sign(&self, ask: Ask) -> Ask {
        self.asked.access.sign(&self.address, ask)
    }
}

impl Stores {
    /// Asks a store one question. One that wants to be left alone is, unless somebody tests it.
    pub(crate) async fn put(
        &self,
        line: &Line,
        purpose: Purpose,
        ask: Ask,
    ) -> Result<Answer, Fault> {
        let ask = line.sign(ask);
        if purpose == Purpose::Test {
            return self.reach(purpose, &ask).await;
        }
        self.may_ask(line)?;
        contact::note(&ask.request.url, purpose).await;
        // What others asked may have been answered meanwhile.
        self.may_ask(line)?;
        let answer = self.go(purpose, &ask).await?;
        if let Some(busy) = answer.busy(clock::now()) {
            self.fares(line, |rest| rest.failed(&busy, clock::now(), dice()));
        }
        Ok(answer)
    }

    /// Which store it is: remembered, or found out, by one who asks while the others wait.
    pub(crate) async fn known(&self, line: &Line) -> Result<Store, Fault> {
        let before = self.finds.get();
        let known = |memory: &Memory| memory.known(&line.address, line.asked.hint).cloned();
        if let Some(store) = known(&self.memory().await) {
            return Ok(store);
        }
        let mut last = self.finding.lock().await;
        if self.finds.get() != before
            && let Some((of, found)) = &*last
            && of == line
        {
            return found.clone();
        }
        let memory = self.memory().await;
        if let Some(store) = known(&memory) {
            return Ok(store);
        }
        self.may_ask(line)?;
        let found = self.find(line, Purpose::Ask, &memory, &mut |_, _| {}).await;
        match &found {
            Ok(store) => self.remember(|memory| memory.found(&line.address, store.clone())).await,
            // What is busy has said so, and who is silent answers at once or is waited for by all.
            Err(fault) if fault.is_passing() => {}
            Err(fault) => self.fares(line, |rest| rest.failed(fault, clock::now(), dice())),
        }
        self.finds.set(self.finds.get().wrapping_add(1));
        *last = Some((line.clone(), found.clone()));
        found
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

    /// Whether a store may be asked now, or why not.
    pub(crate) fn may_ask(&self, line: &Line) -> Result<(), Fault> {
        self.fares(line, |rest| rest.holds(clock::now()).cloned()).map_or(Ok(()), Err)
    }

    /// Does something with what is known of how a store fares: of the one that was asked last.
    pub(crate) fn fares<T>(&self, line: &Line, work: impl FnOnce(&mut Rest) -> T) -> T {
        let mut kept = self.rest.borrow_mut();
        match &mut *kept {
            Some((of, rest)) if of == line => work(rest),
            _ => work(&mut kept.insert((line.clone(), Rest::default())).1),
        }
    }

    /// Takes in that a question failed, so that what the store is may be in doubt.
    pub(crate) async fn failed(&self, fault: &Fault) {
        if fault.is_doubt() {
            self.remember(|memory| memory.failed(fault)).await;
        }
    }

    /// Takes in what somebody found by a test: he need not wait for what was believed before.
    pub(crate) async fn tested(&self, line: &Line, store: &Store) {
        self.rest.borrow_mut().take_if(|(of, _)| of == line);
        self.remember(|memory| {
            if memory.address == line.address {
                memory.found(&line.address, store.clone());
            }
        })
        .await;
    }

    async fn memory(&self) -> Memory {
        if self.memory.borrow().is_none() {
            let kept = storage::load(Area::Local, MEMORY).await.ok().flatten();
            // Two may read at the same time; who comes second must not undo what the first found.
            self.memory.borrow_mut().get_or_insert(kept.unwrap_or_default());
        }
        self.memory.borrow().clone().unwrap_or_default()
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
