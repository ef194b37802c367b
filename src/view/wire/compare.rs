//! Wires the comparison of two traces: reads both from the journal, has the store asked for them,
//! and lays them beside each other in steps.

use std::sync::Arc;

use bridge::{Command, Notice};
use leptos::prelude::*;
use leptos::task::spawn_local;
use otlp::Sheet;
use surface::page::{journal, keep, opener};
use trace::TraceId;
use trace::compare::{Build, Paths};
use trace::request::TracedRequest;

use super::chunks;
use super::files::FileWire;
use crate::compare::duel::Duel;
use crate::compare::loaded::Loaded;
use crate::compare::pair::Pair;
use crate::compare::versus::Versus;
use crate::files::Act;
use crate::opening::Stage;
use crate::traces;
use surface::door::Over;
use webext::source::{self, Hand, Source};

/// The comparison of two traces, wired.
#[component]
pub fn Compare(
    /// The first; `None` while it is to be chosen.
    a: Option<TraceId>,
    /// The second.
    b: Option<TraceId>,
    /// The first where it is of a file.
    #[prop(optional_no_strip)]
    first: Option<Loaded>,
    /// Goes back to what was there before.
    #[prop(optional)]
    on_back: Option<Callback<()>>,
) -> impl IntoView {
    let duel = RwSignal::new(Duel::of(a, b));
    if let Some(first) = first {
        duel.update(|duel| duel.bring(first));
    }
    let rows = RwSignal::new(Vec::new());
    spawn_local(async move {
        read_rows(rows).await;
        begin(duel, [a, b].into_iter().flatten().collect()).await;
    });
    keep(webext::message::listen(move |notice| {
        let Notice::Grew { trace } = notice else { return };
        if duel.with_untracked(|duel| duel.wanted.contains(&Some(trace))) {
            spawn_local(async move {
                put(duel, read(trace).await, trace);
                lay(duel).await;
            });
        }
    }));
    let on_swap = Callback::new(move |()| {
        duel.update(Duel::swap);
        tell(duel);
        spawn_local(lay(duel));
    });
    let on_again = Callback::new(move |()| {
        duel.update(Duel::again);
        tell(duel);
    });
    let on_trace = Callback::new(move |trace| {
        duel.update(|duel| duel.choose(trace));
        tell(duel);
        spawn_local(begin(duel, vec![trace]));
    });
    let intake = Intake::new(duel);
    let on_act = Callback::new(move |act| match (act, on_back) {
        (Act::Back, Some(on_back)) => on_back.run(()),
        _ => intake.act(act),
    });
    let (zone, back) = (webext::page::zone(webext::page::now()), on_back.is_some());
    let opening = intake.files.opening;
    let over = intake.listen();
    let words = Signal::derive(move || duel.with(|duel| DROPS[duel.free()]));
    view! {
        <Versus
            duel rows zone on_swap on_trace on_again on_open=opener() opening on_act back
        />
        <Show when=move || over.get()><Over words /></Show>
    }
}

/// What a dropped file becomes.
const DROPS: [&str; 2] = ["Drop as trace A", "Drop as trace B"];

/// Keeps the address in step, as far as one can name what is compared.
fn tell(duel: RwSignal<Duel>) {
    if let Some(address) = duel.with_untracked(Duel::address) {
        webext::page::replace(&address);
    }
}

/// The way of files into a comparison.
#[derive(Clone, Copy)]
struct Intake {
    duel: RwSignal<Duel>,
    files: FileWire,
}

impl Intake {
    fn new(duel: RwSignal<Duel>) -> Self {
        Self { duel, files: FileWire::new(false) }
    }

    /// Hears what is dropped and pasted; tells whether something is held above the page.
    fn listen(self) -> RwSignal<bool> {
        let over = RwSignal::new(false);
        keep(source::listen(move |hand| match hand {
            Hand::Over(above) => over.maybe_update(|over| std::mem::replace(over, above) != above),
            Hand::Gives(sources) => {
                over.set(false);
                self.open(sources);
            }
        }));
        over
    }

    fn act(self, act: Act) {
        match act {
            Act::Choose => self.files.choose(move |sources| self.open(sources)),
            Act::Cancel => self.files.cancel(),
            Act::Show(trace) => spawn_local(self.take(trace)),
            Act::List | Act::Compare | Act::Back => {}
        }
    }

    /// Reads files. Where they have one trace, or the two that are wanted, these are taken.
    fn open(self, sources: Vec<Source>) {
        if sources.is_empty() {
            return;
        }
        let turn = self.files.begin(&sources);
        spawn_local(async move {
            let Some(sheet) = self.files.gather(&sources, turn).await else { return };
            let found = traces::list(sheet.columns());
            self.files.sheet.set_value(sheet);
            let none = self.duel.with_untracked(|duel| duel.wanted == [None, None]);
            let mut all: Vec<_> = found.iter().map(|it| (it.start, it.trace)).collect();
            self.files.opening.update(|opening| opening.over(found));
            all.sort_unstable();
            if all.len() == 1 || all.len() == 2 && none {
                for (_, trace) in all {
                    self.take(Some(trace)).await;
                }
            }
        });
    }

    /// Takes a trace of the files that were read; `None` takes all of them together.
    async fn take(self, trace: Option<TraceId>) {
        let turn = self.files.next();
        let Some(sheet) = self.files.part(trace, turn).await else { return };
        let Some(trace) = trace.or_else(|| sheet.columns().known_traces().first().copied()) else {
            return;
        };
        let names = self.files.opening.with_untracked(|opening| opening.names.clone());
        let loaded = Loaded::of(trace, sheet, String::new()).from_file(names);
        self.duel.update(|duel| duel.bring(loaded));
        self.files.opening.update(|opening| opening.stage = Stage::Waiting);
        lay(self.duel).await;
    }
}

/// Reads traces: first what is here, then what the store has besides.
async fn begin(duel: RwSignal<Duel>, traces: Vec<TraceId>) {
    for trace in &traces {
        put(duel, read(*trace).await, *trace);
    }
    lay(duel).await;
    for trace in traces {
        put(duel, fresh(trace).await, trace);
    }
    lay(duel).await;
}

/// What was read of a trace; `None` where it says no more than before.
type Read = Option<Result<Arc<Loaded>, String>>;

fn put(duel: RwSignal<Duel>, read: Read, trace: TraceId) {
    if let Some(read) = read {
        duel.update(|duel| duel.put(trace, &read));
    }
}

/// Lays both beside each other, unless others have come meanwhile.
async fn lay(duel: RwSignal<Duel>) {
    let (edition, ready) = duel.with_untracked(|duel| (duel.edition, duel.ready()));
    let Some(sides) = ready else { return };
    let paths = paths(&sides).await;
    duel.update(|duel| {
        if duel.edition == edition {
            duel.pair = Some(Pair::of(sides, paths, duel.setting));
        }
    });
}

/// The paths of traces, a step each.
pub(super) async fn paths(traces: &[Arc<Loaded>]) -> Paths {
    let mut build = Build::default();
    for trace in traces {
        trace.join(&mut build);
        webext::rest().await;
    }
    let paths = build.done();
    // To be laid out is another task.
    webext::rest().await;
    paths
}

/// A trace as the journal has it.
pub(super) async fn read(trace: TraceId) -> Read {
    let read = chunks::whole(trace).await;
    // To be looked over is another task, and so is the next one.
    webext::rest().await;
    let read = read.map(|(sheet, trouble)| Arc::new(Loaded::of(trace, sheet, trouble)));
    webext::rest().await;
    Some(read)
}

/// A trace once the store was asked for it. One that cannot be asked says why no span is here.
pub(super) async fn fresh(trace: TraceId) -> Read {
    let answer = webext::message::ask(Command::Refresh { trace }).await;
    let refusal = match answer {
        Ok(bridge::Reply::Refused { reason } | bridge::Reply::Asks { reason, .. }) => reason,
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    match read(trace).await? {
        Ok(loaded) if loaded.sheet.is_empty() && !refusal.is_empty() => {
            let trouble = format!(
                "This browser has no span of it, and the trace store could not be asked: {refusal}"
            );
            Some(Ok(Arc::new(Loaded::of(trace, Sheet::default(), trouble))))
        }
        read => Some(read),
    }
}

/// The requests that the journal knows.
async fn read_rows(rows: RwSignal<Vec<TracedRequest>>) {
    let Ok(journal) = journal().await else { return };
    if let Ok(all) = journal.all_requests().await {
        rows.set(all.into_iter().map(|row| row.request).collect());
    }
}
