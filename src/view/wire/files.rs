//! Opens what is dropped onto a surface, pasted into it or chosen: reads the bytes in pieces, has OTLP
//! read here in steps and everything else by the module of files, and tells the plain state.

use leptos::prelude::*;
use leptos::task::spawn_local;
use otlp::feed::{Around, Plain, plain};
use otlp::{Feed, Rejected, Sheet};
use surface::page::keep;
use surface::steps::Steps;
use trace::TraceId;
use webext::files::Reader;
use webext::source::{self, Hand, Source, Unpacked};

use crate::files::{self, Act};
use crate::opening::{Going, LARGEST, Opening, Stage, Told, swollen, too_large};
use crate::picture::Picture;
use crate::traces;
use surface::door::{Door, Over};

/// Bytes of a file that are read at once.
const PIECE: u64 = 4 << 20;
/// Bytes that tell what a file is.
const HEAD: usize = 64 << 10;
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
    let FileWire { opening, picture, there, .. } = wire;
    let drawn = move || match there.get() {
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
struct FileWire {
    opening: RwSignal<Opening>,
    picture: RwSignal<Picture>,
    /// Whether the view of files is shown.
    there: RwSignal<bool>,
    /// All spans of files that have several traces.
    sheet: StoredValue<Sheet>,
    /// Grows with every wish: work for an older one ends at its next step.
    turn: StoredValue<u32>,
}

impl FileWire {
    fn new(there: bool) -> Self {
        Self {
            opening: RwSignal::new(Opening::default()),
            picture: RwSignal::new(Picture::default()),
            there: RwSignal::new(there),
            sheet: StoredValue::new(Sheet::default()),
            turn: StoredValue::new(0),
        }
    }

    fn act(self, act: Act) {
        match act {
            Act::Choose => {
                if let Err(error) = source::choose(move |sources| self.open(sources)) {
                    self.opening.update(|it| it.told("The file", Err(error.to_string())));
                }
            }
            Act::Cancel => {
                self.next();
                self.opening.update(Opening::cancel);
            }
            Act::Show(trace) => self.show(trace),
            Act::List => self.opening.update(|opening| opening.stage = Stage::Choosing),
            Act::Back => {
                self.next();
                self.there.set(false);
            }
        }
    }

    /// Begins another work.
    fn next(self) -> u32 {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.turn.get_value()
    }

    /// Opens files.
    fn open(self, sources: Vec<Source>) {
        if sources.is_empty() {
            return;
        }
        let turn = self.next();
        let names: Vec<String> = sources.iter().map(|source| source.name.clone()).collect();
        self.opening.update(|opening| opening.begin(&names));
        self.there.set(true);
        spawn_local(async move { self.run(&sources, turn).await });
    }

    async fn run(self, sources: &[Source], turn: u32) {
        let mut sheet = Sheet::default();
        for source in sources {
            let work = Work { wire: self, turn, source };
            match work.read(&mut sheet).await {
                Err(Stop::Unwanted) => return,
                Err(Stop::Broken(why)) => {
                    self.opening.update(|it| it.told(&source.name, Err(why)));
                }
                Ok(told) => self.opening.update(|it| it.told(&source.name, Ok(told))),
            }
        }
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
    async fn part(self, trace: Option<TraceId>, turn: u32) -> Option<Sheet> {
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

/// Why the reading of a file ended before its end.
enum Stop {
    /// The reader wants something else.
    Unwanted,
    /// Nothing comes of it.
    Broken(String),
}

impl From<webext::Error> for Stop {
    fn from(error: webext::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

fn no_room() -> Stop {
    Stop::Broken("there is not enough memory for it".to_owned())
}

/// The reading of one file.
struct Work<'a> {
    wire: FileWire,
    turn: u32,
    source: &'a Source,
}

impl Work<'_> {
    async fn read(&self, sheet: &mut Sheet) -> Result<Told, Stop> {
        if self.source.size > LARGEST {
            return Err(Stop::Broken(too_large(self.source.size)));
        }
        let before = (sheet.len(), sheet.copies(), sheet.rejected().clone());
        let mut pieces = Pieces::of(self.source).await?;
        let mut head = Vec::new();
        while head.len() < HEAD
            && let Some(piece) = pieces.next().await?
        {
            head.extend(piece);
        }
        let mut told = match plain(&head) {
            Some(how) => self.read_here(how, head, &mut pieces, sheet).await?,
            None => self.read_there(&head, &mut pieces, sheet).await?,
        };
        told.spans = sheet.len() - before.0;
        told.copies = sheet.copies() - before.1;
        if told.rejected.is_empty() {
            told.rejected = words(&sheet.rejected().since(&before.2));
        }
        Ok(told)
    }

    /// Tells how far it is.
    fn tell(&self, verb: &'static str, read: u64, of: u64) -> Result<(), Stop> {
        if self.wire.turn.get_value() != self.turn {
            return Err(Stop::Unwanted);
        }
        let going = Going { name: self.source.name.clone(), verb, read, of };
        self.wire.opening.update(|opening| opening.going = going);
        Ok(())
    }

    /// OTLP goes into the sheet as it stands.
    async fn read_here(
        &self,
        how: Plain,
        mut bytes: Vec<u8>,
        pieces: &mut Pieces<'_>,
        sheet: &mut Sheet,
    ) -> Result<Told, Stop> {
        let more = usize::try_from(pieces.left()).unwrap_or(usize::MAX);
        bytes.try_reserve_exact(more).map_err(|_| no_room())?;
        while let Some(piece) = pieces.next().await? {
            bytes.try_reserve(piece.len()).map_err(|_| no_room())?;
            bytes.extend(piece);
            self.tell("Loading", bytes.len() as u64, pieces.size())?;
        }
        if let Plain::Protobuf(Around::Trace(from, to)) = how {
            bytes.truncate(to);
            bytes.drain(..from.min(bytes.len()));
        }
        let (format, mut feed) = match how {
            Plain::Json => ("OTLP JSON", Feed::json(bytes)),
            Plain::Protobuf(_) => ("OTLP protobuf", Feed::protobuf(bytes, sheet)),
        };
        let mut steps = Steps::begin();
        loop {
            let progress = feed.step(sheet, steps.size());
            if progress.done {
                break;
            }
            self.tell("Reading", progress.read as u64, progress.of as u64)?;
            steps.rest().await;
        }
        let broken = feed.error().map(|error| error.to_string()).unwrap_or_default();
        Ok(Told { format: format.to_owned(), broken, ..Told::default() })
    }

    /// Everything else is read by the module, and comes from there as OTLP.
    async fn read_there(
        &self,
        head: &[u8],
        pieces: &mut Pieces<'_>,
        sheet: &mut Sheet,
    ) -> Result<Told, Stop> {
        let reader = Reader::begin().await?;
        let mut size = head.len() as u64;
        let mut room = reader.push(head).await?;
        while let (true, Some(piece)) = (room, pieces.next().await?) {
            room = reader.push(&piece).await?;
            size += piece.len() as u64;
            self.tell("Loading", size, pieces.size())?;
        }
        if !room {
            return Err(no_room());
        }
        if let Some(wrong) = reader.open().await? {
            return Err(Stop::Broken(wrong));
        }
        loop {
            let progress = reader.step().await?;
            self.tell("Reading", progress.read, progress.of)?;
            if progress.done {
                break;
            }
        }
        loop {
            let spans = reader.take().await?;
            if spans.is_empty() {
                break;
            }
            // The module wrote it, so it can be read.
            let _whole = sheet.take(spans, |_, _| true);
            self.tell("Reading", size, size)?;
        }
        let report = reader.report().await?;
        let (format, rejected, broken) = (report.format, report.rejected, report.broken);
        Ok(Told { format, rejected, broken, ..Told::default() })
    }
}

fn words(rejected: &Rejected) -> String {
    if rejected.is_empty() { String::new() } else { rejected.to_string() }
}

/// A file in pieces, unpacked where it is packed.
struct Pieces<'a> {
    source: &'a Source,
    unpacked: Option<Unpacked>,
    /// Bytes that were given.
    read: u64,
    /// What is unpacked comes in the same task, as long as there is any.
    steps: Steps,
}

impl<'a> Pieces<'a> {
    async fn of(source: &'a Source) -> Result<Self, webext::Error> {
        let packed = source.piece(0, 2).await? == [0x1f, 0x8b];
        let unpacked = if packed { Some(source.unpack()?) } else { None };
        Ok(Self { source, unpacked, read: 0, steps: Steps::begin() })
    }

    /// Bytes in all; 0 where nobody knows.
    fn size(&self) -> u64 {
        if self.unpacked.is_some() { 0 } else { self.source.size }
    }

    /// Bytes that are left, as far as anybody knows.
    fn left(&self) -> u64 {
        self.size().saturating_sub(self.read)
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, Stop> {
        if self.steps.over() {
            self.steps.rest().await;
        }
        let piece = match &self.unpacked {
            Some(unpacked) => unpacked.next().await?,
            None if self.left() == 0 => None,
            None => {
                let to = self.source.size.min(self.read + PIECE);
                Some(self.source.piece(self.read, to).await?)
            }
        };
        self.read += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if self.read > LARGEST {
            return Err(Stop::Broken(format!("unpacked, {}", too_large(self.read))));
        }
        if let Some(why) = swollen(self.source.size, self.read)
            && self.unpacked.is_some()
        {
            return Err(Stop::Broken(why));
        }
        // A file that has become shorter meanwhile has no more.
        Ok(piece.filter(|piece| !piece.is_empty()))
    }
}
