//! Who is to be told that answers may be others, and what is known to have changed.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use bridge::Notice;
use leptos::prelude::*;
use leptos::task::spawn_local;
use trace::TraceId;
use webext::{Listening, clock};

use super::{collector, shelf};
use crate::gate::Gate;
use crate::page::journal;

/// How long news are gathered: a page that loads is written several times a second.
const PAUSE: Duration = Duration::from_millis(300);
/// How long is digested before those who wait are answered.
const TURN: Duration = Duration::from_millis(500);

type Watcher = (u32, Rc<dyn Fn()>);

/// Digests that others made, or that are gone.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) traces: BTreeSet<TraceId>,
    /// Whether it may be any.
    pub(super) all: bool,
}

#[derive(Default)]
struct News {
    watchers: RefCell<Vec<Watcher>>,
    count: Cell<u32>,
    heard: RefCell<Heard>,
    /// Who hears for us; begun with the first watcher.
    listening: RefCell<Vec<Listening>>,
    gate: Cell<Gate>,
    working: Cell<Gate>,
    /// How often the rows in memory changed, and how often they had when all were told.
    grown: Cell<u32>,
    told: Cell<u32>,
    /// How many pages are left, and whose that signal is: of no view.
    left: OnceCell<(Owner, RwSignal<u32>)>,
}

thread_local! {
    static NEWS: Rc<News> = Rc::default();
}

fn all() -> Rc<News> {
    NEWS.with(Rc::clone)
}

/// Calls whenever answers may be others than before, until the view that asks for it is gone.
pub fn watch(on_change: impl Fn() + 'static) {
    let news = all();
    let id = news.count.get();
    news.count.set(id + 1);
    news.watchers.borrow_mut().push((id, Rc::new(on_change)));
    on_cleanup(move || all().watchers.borrow_mut().retain(|(other, _)| *other != id));
    let mut listening = news.listening.borrow_mut();
    if !listening.is_empty() {
        return;
    }
    if let Some(origin) = webext::page::served() {
        listening.push(collector::listen(origin));
    } else {
        listening.push(webext::message::listen(|notice| {
            let written = matches!(
                notice,
                Notice::Requests { .. } | Notice::Grew { .. } | Notice::Changed { .. }
            );
            if written {
                stir();
            }
        }));
        listening.push(webext::journal::hear(|news| {
            hear(&news.traces);
            stir();
        }));
    }
}

/// How many pages are still to be digested. Of no view, so that it outlives them all.
pub(super) fn left() -> RwSignal<u32> {
    let make = || {
        let owner = Owner::new_root(None);
        let left = owner.with(|| RwSignal::new(0));
        (owner, left)
    };
    all().left.get_or_init(make).1
}

/// What was heard since this was asked last.
pub(super) fn take() -> Heard {
    all().heard.take()
}

/// What was heard could not be looked at.
pub(super) fn put_back(traces: BTreeSet<TraceId>) {
    all().heard.borrow_mut().traces.extend(traces);
}

/// Digests of these traces are others than those in memory; where none is named, all may be.
pub(super) fn hear(traces: &[TraceId]) {
    let news = all();
    let mut heard = news.heard.borrow_mut();
    heard.all |= traces.is_empty();
    heard.traces.extend(traces);
}

/// The journal is closed: what is in memory is of one that is no more.
pub(super) fn closed() {
    hear(&[]);
    stir();
}

/// Tells other readers of digests that were made.
pub(super) fn made(traces: &[TraceId]) {
    if !traces.is_empty() {
        webext::journal::tell(&webext::journal::News { traces: traces.to_vec(), lists: false });
    }
}

/// The rows in memory are others.
pub(super) fn grown() {
    let grown = &all().grown;
    grown.set(grown.get().wrapping_add(1));
}

/// Sets how many pages are left, and goes on with them while there are any.
pub(super) fn count(pages: u32) {
    let left = left();
    if left.get_untracked() != pages {
        left.set(pages);
    }
    if pages > 0 && enter(&all().working) {
        spawn_local(go_on());
    }
}

async fn go_on() {
    loop {
        clock::sleep(Duration::ZERO).await;
        let Ok(journal) = journal().await else { break };
        let left = shelf::lock().await.refresh(&journal, [false; 3], TURN).await;
        // Whoever asks next is told why.
        let Ok(left) = left else { break };
        self::left().set(left);
        tell();
        if left == 0 {
            break;
        }
    }
    leave(&all().working);
}

/// Something was written, or the journal is gone: looks what that means, a little later, and tells.
pub(super) fn stir() {
    if enter(&all().gate) {
        spawn_local(async {
            loop {
                clock::sleep(PAUSE).await;
                if is_new().await {
                    tell();
                }
                if !leave(&all().gate) {
                    return;
                }
            }
        });
    }
}

/// Whether answers may be others than when all were told.
async fn is_new() -> bool {
    if all().has_news() {
        return true;
    }
    match journal().await {
        // A journal that says nothing is news as well.
        Ok(journal) => journal.stale().await.map_or(true, |stale| !stale.is_empty()),
        Err(_) => true,
    }
}

impl News {
    fn has_news(&self) -> bool {
        let heard = self.heard.borrow();
        heard.all || !heard.traces.is_empty() || self.grown.get() != self.told.get()
    }
}

/// Tells all watchers.
pub(super) fn tell() {
    let news = all();
    news.told.set(news.grown.get());
    let watchers: Vec<_> = news.watchers.borrow().iter().map(|(_, hear)| Rc::clone(hear)).collect();
    watchers.iter().for_each(|hear| hear());
}

fn enter(gate: &Cell<Gate>) -> bool {
    let mut state = gate.get();
    let enters = state.enter();
    gate.set(state);
    enters
}

fn leave(gate: &Cell<Gate>) -> bool {
    let mut state = gate.get();
    let again = state.leave();
    gate.set(state);
    again
}
