//! Follows one trace: reads it from the journal, and has the store asked when it grew.

use std::collections::BTreeSet;

use bridge::{Command, Notice};
use leptos::prelude::*;
use leptos::task::spawn_local;
use surface::page::journal;
use trace::{SpanId, TraceId};
use webext::Listening;
use webext::journal::{Side, SpanChunk};

use crate::load::{Chunk, Load};
use crate::picture::Picture;
use crate::reading::Reading;
use surface::gate::Gate;

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
    asks: StoredValue<Gate>,
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
            asks: StoredValue::new(Gate::default()),
            stream: StoredValue::new_local(None),
        }
    }

    /// The trace that is followed.
    fn trace(self) -> Option<TraceId> {
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
        self.picture.set(Picture::default());
        self.loads.set_value(None);
        self.read();
        self.ask();
        self.subscribe(trace);
    }

    /// Follows no trace any more.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn close(self) {
        self.stream.set_value(None);
        self.reading.set(Reading::default());
        self.picture.set(Picture::default());
        self.loads.set_value(None);
    }

    /// Chooses the wanted span, once.
    fn choose(self, picture: &mut Picture) {
        let Some(span) = self.wanted.get_value() else { return };
        if picture.reveal_id(span) {
            self.wanted.set_value(None);
        }
    }

    /// Reads the trace again when the background says that it grew.
    pub(super) fn hear(self, notice: &Notice) {
        if matches!(notice, Notice::Grew { trace } if Some(*trace) == self.trace()) {
            self.read();
        }
    }

    /// Reads the journal; one reading at a time.
    fn read(self) {
        if self.reads.try_update_value(Gate::enter) != Some(true) {
            return;
        }
        spawn_local(async move {
            loop {
                self.load().await;
                if self.reads.try_update_value(Gate::leave) != Some(true) {
                    return;
                }
            }
        });
    }

    async fn load(self) {
        let Some(trace) = self.trace() else { return };
        let chunks = chunks(trace).await;
        if self.trace() != Some(trace) {
            return; // Another trace was chosen meanwhile.
        }
        match chunks {
            Err(trouble) => self.reading.update(|reading| reading.failed(trouble)),
            Ok(chunks) => {
                let last = self.loads.try_update_value(Option::take).flatten();
                let mut load = last.unwrap_or_else(|| Load::begin(trace));
                let mut count = 0;
                self.picture.update(|picture| {
                    let mut whole = None;
                    picture.grow_by(|sheet| whole = load.read(chunks, sheet));
                    if let Some(whole) = whole {
                        picture.grow(whole);
                    }
                    if let Some(kin) = load.kin() {
                        picture.relate(kin);
                    }
                    self.choose(picture);
                    count = picture.sheet().len();
                });
                self.reading.update(|reading| reading.read(count, load.trouble().to_owned()));
                self.loads.set_value(Some(load));
            }
        }
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
            self.read();
        }
    }

    /// Listens to the store's stream, where it has one.
    fn subscribe(self, trace: TraceId) {
        self.stream.set_value(None);
        spawn_local(async move {
            let Ok(settings) = webext::settings::load().await else { return };
            if settings.store.is_empty() || self.trace() != Some(trace) {
                return;
            }
            // Without a stream the trace still grows by what the background tells.
            let stream = webext::stream::growth(&settings.store, trace, move || self.ask());
            self.stream.set_value(stream.ok());
        });
    }
}

/// The trace's chunks, as the journal keeps them: its own, and those of pages that have spans of it,
/// with what the page itself did: there is what opened the trace.
pub(super) async fn chunks(trace: TraceId) -> Result<Vec<Chunk>, String> {
    let journal = journal().await?;
    let own = journal.chunks(trace).await.map_err(|error| error.to_string())?;
    let with = journal.chunks_of_pages(trace).await.map_err(|error| error.to_string())?;
    let pages: BTreeSet<TraceId> = with.iter().map(|chunk| chunk.trace).collect();
    let theirs = |chunk: SpanChunk, of: Option<TraceId>| Chunk {
        key: (chunk.trace, chunk.side == Side::Server, chunk.part),
        mixed: !chunk.others.is_empty() || of.is_some(),
        bytes: chunk.bytes,
        late: chunk.late,
        open: chunk.open,
        of,
    };
    let mut chunks: Vec<_> = own.into_iter().map(|chunk| theirs(chunk, None)).collect();
    for page in pages {
        let all = journal.chunks(page).await.map_err(|error| error.to_string())?;
        let part = all.into_iter().filter(|it| !it.apart || it.others.contains(&trace));
        chunks.extend(part.map(|chunk| theirs(chunk, Some(trace))));
    }
    Ok(chunks)
}
