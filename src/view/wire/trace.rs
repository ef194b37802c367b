//! Follows one trace: reads it from the journal and from our collector, and has every other store
//! asked when it grew.

use std::time::Duration;

use backend::follow::Part;
use bridge::follow::Pass;
use bridge::{Command, Notice};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::steps::Steps;
use trace::{SpanId, TraceId};
use webext::Listening;

use super::follow::{self, Follow, Growth, Opened};
use super::work::{Aside, Piece, Work};
use crate::load::Load;
use crate::picture::Picture;
use crate::reading::Reading;
use surface::gate::Gate;

/// A trace of more spans in the store is not asked for through the journal: it would be written
/// there, only to be read again.
const LARGE: usize = 5_000;
/// How long the store has to say whether it is our collector, before it is asked as any other.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long it may take to hear how the trace can be followed: what knows it may have to be loaded.
const LOADED: Duration = Duration::from_secs(1);
/// How long a stream that broke is left alone; longer and longer where nothing answers, because each
/// time the worker is woken.
const BREAK: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(60));
/// Between two growths lies nine times what the last one took, but within these bounds: a
/// reader needs no more than a few pictures a second, and each has the view that is shown made anew.
const PAUSE: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(5));
/// How often it is looked whether somebody wants another trace meanwhile.
const NAP: Duration = Duration::from_millis(50);

/// The trace before the reader, and what keeps it fresh.
#[derive(Clone, Copy)]
pub(super) struct TraceWire {
    pub(super) reading: RwSignal<Reading>,
    pub(super) picture: RwSignal<Picture>,
    /// The span to choose once it is there.
    wanted: StoredValue<Option<SpanId>>,
    /// What was read of the trace so far.
    loads: StoredValue<Option<Load>>,
    reads: StoredValue<Gate>,
    /// Whether the journal may hold more than what was read.
    due: StoredValue<bool>,
    asks: StoredValue<Gate>,
    /// What the store told and nobody took in yet.
    told: StoredValue<Vec<Vec<u8>>>,
    /// How many spans the store has, while it tells of them.
    stored: StoredValue<usize>,
    /// What is read beside the picture.
    aside: StoredValue<Option<Aside>>,
    /// How often a trace was opened or closed. Who followed one before follows it no more, though it
    /// be opened again: two would end each other's streams for ever.
    turn: StoredValue<u32>,
    stream: StoredValue<Option<Listening>, LocalStorage>,
}

impl TraceWire {
    pub(super) fn new() -> Self {
        Self {
            reading: RwSignal::new(Reading::default()),
            picture: RwSignal::new(Picture::default()),
            wanted: StoredValue::new(None),
            loads: StoredValue::new(None),
            reads: StoredValue::new(Gate::default()),
            due: StoredValue::new(false),
            asks: StoredValue::new(Gate::default()),
            told: StoredValue::new(Vec::new()),
            stored: StoredValue::new(0),
            aside: StoredValue::new(None),
            turn: StoredValue::new(0),
            stream: StoredValue::new_local(None),
        }
    }

    /// The trace that is followed.
    pub(super) fn trace(self) -> Option<TraceId> {
        self.reading.with_untracked(|reading| reading.trace)
    }

    /// Follows a trace, and chooses a span of it.
    pub(super) fn open(self, trace: TraceId, span: Option<SpanId>) {
        self.wanted.set_value(span);
        if self.trace() == Some(trace) {
            self.picture.update(|picture| self.choose(picture));
            return;
        }
        self.reading.set(Reading::begin(trace, webext::page::now()));
        self.forget();
        self.read_journal();
        spawn_local(self.subscribe(trace, self.turn.get_value()));
    }

    /// Follows no trace any more.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn close(self) {
        self.reading.set(Reading::default());
        self.forget();
    }

    /// Forgets what was read.
    fn forget(self) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.stream.set_value(None);
        self.picture.set(Picture::default());
        self.loads.set_value(None);
        self.told.set_value(Vec::new());
        self.stored.set_value(0);
        self.aside.set_value(None);
    }

    /// Chooses the wanted span, once.
    pub(super) fn choose(self, picture: &mut Picture) {
        let Some(span) = self.wanted.get_value() else { return };
        if picture.reveal_id(span) {
            self.wanted.set_value(None);
        }
    }

    /// Reads the trace again when the background says that it grew.
    pub(super) fn hear(self, notice: &Notice) {
        if matches!(notice, Notice::Grew { trace } if Some(*trace) == self.trace()) {
            self.read_journal();
        }
    }

    fn read_journal(self) {
        self.due.set_value(true);
        self.read();
    }

    /// Reads what is new; one reading at a time, and pauses between two of them.
    fn read(self) {
        if self.reads.try_update_value(Gate::enter) != Some(true) {
            return;
        }
        spawn_local(async move {
            loop {
                if let Some(trace) = self.trace() {
                    let took = self.load(trace).await;
                    self.pause(trace, (took * 9).clamp(PAUSE.0, PAUSE.1)).await;
                }
                if self.reads.try_update_value(Gate::leave) != Some(true) {
                    return;
                }
            }
        });
    }

    /// Waits, unless somebody wants another trace meanwhile.
    async fn pause(self, trace: TraceId, pause: Duration) {
        let begun = webext::clock::lived();
        while self.rests(trace) && webext::clock::lived() < begun + pause {
            webext::clock::sleep(NAP).await;
        }
    }

    /// Whether there is time before the next growth: not where nothing is drawn yet, nor while the
    /// store tells what it has.
    fn rests(self, trace: TraceId) -> bool {
        self.trace() == Some(trace)
            && self.stored.get_value() == 0
            && self.reading.with_untracked(Reading::shown)
    }

    /// Reads what is new of a trace. How long it took to draw.
    async fn load(self, trace: TraceId) -> Duration {
        let last = self.loads.try_update_value(Option::take).flatten();
        let mut work = Work {
            wire: self,
            trace,
            load: last.unwrap_or_else(|| Load::begin(trace)),
            steps: Steps::begin(),
            aside: self.aside.try_update_value(Option::take).flatten(),
            few: Vec::new(),
            took: Duration::ZERO,
        };
        let due = self.due.try_update_value(std::mem::take) == Some(true);
        let read = if due { work.journal().await } else { Ok(()) };
        let told = self.told.try_update_value(std::mem::take).unwrap_or_default();
        work.take(told.into_iter().map(Piece::Part).collect()).await;
        // What is read before all that is stored was told is not drawn unless it is all there is.
        let wait = self.stored.get_value() > 0 && work.aside.is_some();
        if !wait {
            work.draw().await;
        }
        let Work { load, aside, took, .. } = work;
        if self.trace() == Some(trace) {
            self.loads.set_value(Some(load));
            self.aside.set_value(aside);
            if let Err(trouble) = read {
                self.reading.update(|reading| reading.failed(trouble));
            }
        }
        took
    }

    /// Tells how far a long reading is.
    pub(super) fn tell(self, read: usize) {
        let of = self.stored.get_value();
        self.reading.update(|reading| reading.progress(read, of));
    }

    /// Whether a span is to be chosen once it is there.
    pub(super) fn waits(self) -> bool {
        self.wanted.get_value().is_some()
    }

    /// Has the store asked for the trace; one question at a time.
    pub(super) fn ask(self) {
        if self.asks.try_update_value(Gate::enter) != Some(true) {
            return;
        }
        spawn_local(async move {
            loop {
                self.refresh().await;
                if self.asks.try_update_value(Gate::leave) != Some(true) {
                    return;
                }
            }
        });
    }

    async fn refresh(self) {
        let Some(trace) = self.trace() else { return };
        self.reading.update(Reading::ask);
        let answer = webext::message::ask(Command::Refresh { trace }).await;
        if self.trace() == Some(trace) {
            let answer = answer.map_err(|error| error.to_string());
            self.reading.update(|reading| reading.answered(answer));
            self.read_journal();
        }
    }

    /// Whether what was opened at that turn is open still.
    fn holds(self, turn: u32) -> bool {
        self.turn.try_get_value() == Some(turn)
    }

    /// Follows the trace in the store where that is our collector; asks for it everywhere else.
    async fn subscribe(self, trace: TraceId, turn: u32) {
        let waits = StoredValue::new(true);
        self.lose_patience(waits, trace, LOADED);
        let mut pause = BREAK.0;
        while self.holds(turn) {
            let opened = match follow::pass(trace).await {
                Pass::Go(way) => {
                    self.lose_patience(waits, trace, PATIENCE);
                    Opened::of(way).await
                }
                Pass::Later => Opened::Silent,
                // Whoever asks is told why.
                Pass::Never | Pass::Unknown => Opened::Other,
            };
            if !self.holds(turn) {
                return;
            }
            let first = waits.try_update_value(std::mem::take) == Some(true);
            // A large trace is not asked for besides.
            let large = matches!(&opened, Opened::Spans(follow) if follow.spans > LARGE);
            if first && !large {
                self.ask();
            }
            let last = std::mem::replace(&mut pause, BREAK.0);
            match opened {
                Opened::Spans(follow) => self.follow(follow, turn).await,
                Opened::Growth(growth) => self.heed(growth, turn).await,
                Opened::Silent => pause = (last * 2).min(BREAK.1),
                Opened::Other => return,
            }
            webext::clock::sleep(pause).await;
        }
    }

    /// Has the trace asked for as of any other store, if nobody has by then.
    fn lose_patience(self, waits: StoredValue<bool>, trace: TraceId, patience: Duration) {
        spawn_local(async move {
            webext::clock::sleep(patience).await;
            if self.trace() == Some(trace) && waits.try_update_value(std::mem::take) == Some(true) {
                self.ask();
            }
        });
    }

    /// Asks for the trace each time that it grew, until there is no more word of it.
    async fn heed(self, mut growth: Growth, turn: u32) {
        self.stream.set_value(Some(growth.ending()));
        while growth.next().await.is_some() && self.holds(turn) {
            self.ask();
        }
    }

    /// Takes in what is stored, and then what arrives, until there is no more of it.
    async fn follow(self, mut follow: Follow, turn: u32) {
        self.stream.set_value(Some(follow.ending()));
        self.stored.set_value(follow.spans);
        let mut stored = true;
        while let Some(part) = follow.next().await {
            if !self.holds(turn) {
                return;
            }
            match part {
                Part::Spans(part) => {
                    self.told.update_value(|told| told.push(part));
                    let count = self.picture.with_untracked(|picture| picture.sheet().len());
                    if !stored && count <= LARGE {
                        self.ask();
                    }
                }
                _ => {
                    stored = false;
                    self.stored.set_value(0);
                }
            }
            self.read();
        }
        // What is stored is of another trace by now, where one is open.
        if self.holds(turn) {
            self.stored.set_value(0);
            self.read();
        }
    }
}
