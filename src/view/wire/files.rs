//! Opens what is dropped onto a surface, pasted into it or chosen, one file after the other, and
//! tells the plain state.

use leptos::prelude::*;
use leptos::task::spawn_local;
use otlp::Sheet;
use surface::page::keep;
use surface::steps::Steps;
use trace::TraceId;
use webext::source::{self, Hand, Source};

use super::Compare;
use super::file::{Stop, Work};
use crate::compare::loaded::Loaded;
use crate::files::{self, Act};
use crate::opening::{Opening, Stage};
use crate::picture::Picture;
use crate::traces;
use surface::door::{Door, Over};

/// Spans that go from one sheet to another at once.
const PART: usize = 2_000;

/// A surface onto which files may be dropped: it, or the view of what was opened.
#[component]
pub fn Opens(
    /// Whether the address asks for the view of files.
    asked: bool,
    /// The surface.
    below: ViewFn,
    /// Grows when another module gives files.
    #[prop(optional)]
    given: Option<ArcRwSignal<u32>>,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let wire = FileWire::new(asked);
    keep(source::listen(move |hand| match hand {
        // A comparison takes files itself.
        _ if wire.beside.get_untracked() => {}
        Hand::Over(above) if above == over.get_untracked() => {}
        Hand::Over(above) => over.set(above),
        Hand::Gives(sources) => {
            over.set(false);
            wire.open(sources);
        }
    }));
    if let Some(given) = given {
        Effect::new(move |_| {
            given.track();
            wire.there.set(true);
            wire.open(webext::view::given());
        });
    }
    provide_context(Door(Callback::new(move |()| wire.there.set(true))));
    let on_act = Callback::new(move |act| wire.act(act));
    let zone = webext::page::zone(webext::page::now());
    let theme = webext::devtools::dark().map(|dark| if dark { "dark" } else { "light" });
    let FileWire { opening, picture, there, beside, first, .. } = wire;
    let on_back = Callback::new(move |()| beside.set(false));
    let drawn = move || match there.get() {
        true if beside.get() => {
            let first = first.try_update_value(Option::take).flatten();
            view! { <Compare a=None b=None first on_back /> }.into_any()
        }
        true => {
            let back = !asked;
            view! { <files::Files opening picture zone back theme on_act /> }.into_any()
        }
        false => below.run(),
    };
    view! {
        {drawn}
        <Show when=move || over.get()><Over /></Show>
    }
    .into_any()
}

/// Files before the reader.
#[derive(Clone, Copy)]
pub(super) struct FileWire {
    pub(super) opening: RwSignal<Opening>,
    picture: RwSignal<Picture>,
    /// Whether the view of files is shown.
    there: RwSignal<bool>,
    /// Whether another trace is laid beside what is shown, and what that is.
    beside: RwSignal<bool>,
    first: StoredValue<Option<Loaded>>,
    /// All spans of files that have several traces.
    pub(super) sheet: StoredValue<Sheet>,
    /// Grows with every wish: work for an older one ends at its next step.
    pub(super) turn: StoredValue<u32>,
}

impl FileWire {
    pub(super) fn new(there: bool) -> Self {
        Self {
            opening: RwSignal::new(Opening::default()),
            picture: RwSignal::new(Picture::default()),
            there: RwSignal::new(there),
            beside: RwSignal::new(false),
            first: StoredValue::new(None),
            sheet: StoredValue::new(Sheet::default()),
            turn: StoredValue::new(0),
        }
    }

    fn act(self, act: Act) {
        match act {
            Act::Choose => self.choose(move |sources| self.open(sources)),
            Act::Cancel => self.cancel(),
            Act::Show(trace) => self.show(trace),
            Act::List => self.opening.update(|opening| opening.stage = Stage::Choosing),
            Act::Compare => self.compare(),
            Act::Back => {
                self.next();
                self.there.set(false);
            }
        }
    }

    /// Has the reader choose files.
    pub(super) fn choose(self, then: impl Fn(Vec<Source>) + 'static) {
        if let Err(error) = source::choose(then) {
            self.opening.update(|it| it.told("The file", Err(error.to_string())));
        }
    }

    /// Reads no more.
    pub(super) fn cancel(self) {
        self.next();
        self.opening.update(Opening::cancel);
    }

    /// Begins another work.
    pub(super) fn next(self) -> u32 {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.turn.get_value()
    }

    /// Opens files.
    fn open(self, sources: Vec<Source>) {
        if sources.is_empty() {
            return;
        }
        let turn = self.begin(&sources);
        self.there.set(true);
        spawn_local(async move { self.run(&sources, turn).await });
    }

    /// Begins to open files.
    pub(super) fn begin(self, sources: &[Source]) -> u32 {
        let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
        self.opening.update(|opening| opening.begin(&names));
        self.next()
    }

    /// Lays another trace beside the one that is shown.
    fn compare(self) {
        let names = self.opening.with_untracked(|opening| opening.names.clone());
        let first = self.picture.with_untracked(|picture| {
            let trace = picture.trace()?;
            Some(Loaded::of(trace, picture.sheet().clone(), String::new()).from_file(names))
        });
        self.first.set_value(first);
        self.beside.set(true);
    }

    /// The spans of files; `None` once the reader wants something else.
    pub(super) async fn gather(self, sources: &[Source], turn: u32) -> Option<Sheet> {
        let mut sheet = Sheet::default();
        for source in sources {
            let work = Work { wire: self, turn, source };
            match work.read(&mut sheet).await {
                Err(Stop::Unwanted) => return None,
                Err(Stop::Broken(why)) => {
                    self.opening.update(|it| it.told(&source.name, Err(why)));
                }
                Ok(told) => self.opening.update(|it| it.told(&source.name, Ok(told))),
            }
        }
        Some(sheet)
    }

    async fn run(self, sources: &[Source], turn: u32) {
        let Some(sheet) = self.gather(sources, turn).await else { return };
        let found = traces::list(sheet.columns());
        // To be laid out is a task of its own.
        webext::rest().await;
        if self.turn.get_value() != turn {
            return;
        }
        match found.len() {
            0 => {}
            1 => {
                self.sheet.set_value(Sheet::default());
                self.picture.set(Picture::default());
                self.picture.update(|picture| picture.grow(sheet));
                // That the view appears is a task of its own.
                webext::rest().await;
                if self.turn.get_value() != turn {
                    return;
                }
            }
            _ => self.sheet.set_value(sheet),
        }
        self.opening.update(|opening| opening.over(found));
    }

    /// Shows one trace of several, or all.
    fn show(self, trace: Option<TraceId>) {
        let turn = self.next();
        spawn_local(async move {
            let Some(sheet) = self.part(trace, turn).await else { return };
            self.picture.set(Picture::default());
            self.picture.update(|picture| picture.grow(sheet));
            self.opening.update(|opening| opening.stage = Stage::Shown);
        });
    }

    /// The spans of one trace, or all, in a sheet of their own; `None` when they are no longer wanted.
    pub(super) async fn part(self, trace: Option<TraceId>, turn: u32) -> Option<Sheet> {
        let places: Vec<usize> = self.sheet.with_value(|sheet| {
            let columns = sheet.columns();
            let known = columns.known_traces().iter().position(|known| Some(*known) == trace);
            let of = known.and_then(|known| u32::try_from(known).ok());
            let wanted = |at: &usize| of.is_none_or(|of| columns.traces[*at] == of);
            (0..sheet.len()).filter(wanted).collect()
        });
        let (mut part, mut steps) = (Sheet::default(), Steps::begin());
        for places in places.chunks(PART) {
            let bytes = self.sheet.with_value(|sheet| sheet.pack(places.iter().copied()));
            // They were read before, so they can be read.
            let _whole = part.take(bytes, |_, _| true);
            steps.rest().await;
            if self.turn.get_value() != turn {
                return None;
            }
        }
        Some(part)
    }
}
