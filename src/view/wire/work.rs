//! One reading of a trace: what is new in the journal and what the store told goes into the picture.
//!
//! Little is put to what is before the reader at once. Much goes into a sheet beside it, step by step,
//! which takes the picture's place when all of it is there.

use std::time::Duration;

use leptos::prelude::*;
use otlp::Sheet;
use surface::steps::Steps;
use trace::{Span, TraceId};

use super::chunks;
use super::trace::TraceWire;
use crate::load::{Chunk, Load};
use crate::picture::Picture;

/// Bytes that are taken in at once.
const SMALL: usize = 256 * 1024;

/// A sheet beside the picture.
#[derive(Default)]
pub(super) struct Aside {
    sheet: Sheet,
    /// Whether it holds other spans than the picture, and not the same and more.
    anew: bool,
}

/// A reading.
pub(super) struct Work {
    pub(super) wire: TraceWire,
    pub(super) trace: TraceId,
    pub(super) load: Load,
    pub(super) steps: Steps,
    pub(super) aside: Option<Aside>,
    /// What is so little that it goes into the picture at once.
    pub(super) few: Vec<Piece>,
    /// How long the picture took.
    pub(super) took: Duration,
}

/// Bytes to take in.
pub(super) enum Piece {
    /// Of the journal.
    Chunk(Chunk),
    /// Of what the store tells.
    Part(Vec<u8>),
}

impl Piece {
    fn size(&self) -> usize {
        match self {
            Self::Chunk(chunk) => chunk.bytes.len(),
            Self::Part(bytes) => bytes.len(),
        }
    }

    fn go(self, load: &mut Load, sheet: &mut Sheet) {
        match self {
            Self::Chunk(chunk) => load.take(chunk, sheet),
            Self::Part(bytes) => load.follow(bytes, sheet),
        }
    }
}

impl Work {
    /// Whether the trace is still the one that somebody wants to see.
    fn wanted(&self) -> bool {
        self.wire.trace() == Some(self.trace)
    }

    /// What was read so far.
    fn sheet<T>(&self, ask: impl FnOnce(&Sheet) -> T) -> T {
        match &self.aside {
            Some(aside) => ask(&aside.sheet),
            None => self.wire.picture.with_untracked(|picture| ask(picture.sheet())),
        }
    }

    /// Reads what the journal has and was not read yet.
    pub(super) async fn journal(&mut self) -> Result<(), String> {
        let all = chunks::all(self.trace).await?;
        let keys = all.iter().map(chunks::Wanted::key).collect();
        let mut wanted = all.clone();
        wanted.retain(|chunk| self.load.wants(chunk.key()));
        let mut found = chunks::fetch(&wanted, &mut self.steps).await?;
        if !self.wanted() {
            return Ok(());
        }
        let Self { load, aside, wire, .. } = self;
        let picture = wire.picture;
        let fits = match aside {
            Some(aside) => load.fits(&keys, &found, &aside.sheet),
            None => picture.with_untracked(|it| load.fits(&keys, &found, it.sheet())),
        };
        if !fits {
            found = chunks::fetch(&all, &mut self.steps).await?;
            self.begin_anew(&found).await;
        }
        self.take(found.into_iter().map(Piece::Chunk).collect()).await;
        Ok(())
    }

    /// Begins with an empty sheet, and with what the store told.
    async fn begin_anew(&mut self, found: &[Chunk]) {
        let mut load = self.load.again();
        let mut sheet = Sheet::default();
        // The journal's word comes first.
        load.look(found);
        for chunk in found {
            load.take(chunk.clone(), &mut sheet);
            self.rest_if_over().await;
        }
        for at in self.load.followed() {
            if let Some(span) = self.sheet(|sheet| sheet.span(at)) {
                load.keep(&span, &mut sheet);
            }
            self.rest_if_over().await;
        }
        let heard: Vec<Span> = self.sheet(|old| old.heard().cloned().collect());
        heard.into_iter().for_each(|span| sheet.hear(span));
        self.load = load;
        self.aside = Some(Aside { sheet, anew: true });
    }

    /// Takes pieces in.
    pub(super) async fn take(&mut self, pieces: Vec<Piece>) {
        if !self.wanted() {
            return;
        }
        self.few.extend(pieces);
        let size: usize = self.few.iter().map(Piece::size).sum();
        if self.aside.is_none() && size <= SMALL {
            return;
        }
        let mut aside = match self.aside.take() {
            Some(aside) => aside,
            None => Aside { sheet: self.sheet(Sheet::clone), anew: false },
        };
        for piece in std::mem::take(&mut self.few) {
            piece.go(&mut self.load, &mut aside.sheet);
            if self.steps.over() {
                self.wire.tell(aside.sheet.len());
                self.steps.rest().await;
            }
        }
        self.aside = Some(aside);
    }

    async fn rest_if_over(&mut self) {
        if self.steps.over() {
            self.steps.rest().await;
        }
    }

    /// Draws what was read.
    pub(super) async fn draw(&mut self) {
        if self.aside.is_some() {
            self.steps.rest().await;
        }
        if !self.wanted() {
            return;
        }
        let begun = webext::clock::lived();
        let (wire, load) = (self.wire, &mut self.load);
        let (aside, few) = (self.aside.take(), std::mem::take(&mut self.few));
        if aside.is_some() || !few.is_empty() || load.has_kin() || wire.waits() {
            wire.picture.update(|picture| {
                put(picture, load, aside, few);
                wire.choose(picture);
            });
        }
        // To be laid out is one task; that the view appears, which reading says, is the next.
        webext::rest().await;
        if !self.wanted() {
            return;
        }
        let load = &self.load;
        let count = wire.picture.with_untracked(|picture| picture.sheet().len());
        wire.reading.update(|reading| reading.read(count, load.trouble().to_owned()));
        webext::rest().await;
        self.took = webext::clock::lived().saturating_sub(begun);
    }
}

/// Puts what was read into a picture.
fn put(picture: &mut Picture, load: &mut Load, aside: Option<Aside>, few: Vec<Piece>) {
    let grew = match aside {
        Some(Aside { sheet, anew: true }) => {
            picture.grow(sheet);
            true
        }
        Some(Aside { sheet, .. }) => picture.grow_by(|old| *old = sheet),
        None => picture.grow_by(|sheet| few.into_iter().for_each(|piece| piece.go(load, sheet))),
    };
    if load.marked() && !grew {
        picture.lay_anew();
    }
    if let Some(kin) = load.kin() {
        picture.relate(kin);
    }
}
