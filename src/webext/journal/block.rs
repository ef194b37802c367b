//! Blocks: many digests in one value, for whoever reads them all. What is in them is not known here.

use js_sys::{Array, Math, Uint8Array};
use trace::TraceId;
use wasm_bindgen::{JsCast as _, JsValue};

use super::{BLOCKS, GET, Journal, MOVED, PUT, Stamp, key, ours};
use crate::Error;
use crate::database::{ask, beginning, finish, open};
use crate::js::{self, call};

/// The parts of a block, each a value of its own.
pub const PARTS: usize = 4;
/// The key of the number that is another with each writing of blocks: it sorts before all of them.
pub(super) const EDITION: u32 = 0;

/// The blocks that there are.
#[derive(Debug)]
pub struct Blocks {
    /// Which writing of them it is; undefined where none were written.
    edition: JsValue,
    /// The parts that were asked for, block by block.
    parts: [Array; PARTS],
    /// The traces for which blocks do not speak.
    pub moved: Vec<(TraceId, Stamp)>,
}

impl Blocks {
    /// Whether there are blocks: there may be none of them, for a journal that is empty.
    #[must_use]
    pub fn are_there(&self) -> bool {
        !self.edition.is_undefined()
    }

    /// How many they are, by a part that was asked for.
    #[must_use]
    pub fn count(&self, part: usize) -> u32 {
        self.parts.get(part).map_or(0, Array::length)
    }

    /// A part of one, where that part was asked for.
    #[must_use]
    pub fn part(&self, part: usize, number: u32) -> Vec<u8> {
        let found = self.parts.get(part).filter(|parts| number < parts.length());
        found.map(|parts| js::bytes(parts.get(number))).unwrap_or_default()
    }
}

impl Journal {
    /// The blocks, with those parts of them that are wanted, and what moved since, as it all is at
    /// one moment.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn blocks(&self, wanted: [bool; PARTS]) -> Result<Blocks, Error> {
        let failed = |error: JsValue| Error::new(GET, &error);
        let names = Array::of2(&BLOCKS.into(), &MOVED.into());
        let transaction = self.database.transaction(&names, "readonly").map_err(failed)?;
        let ask = |store, method, keys: &JsValue| ask(&transaction, store, method, keys);
        let edition = ask(BLOCKS, "get", &EDITION.into()).map_err(failed)?;
        let traces = ask(MOVED, "getAllKeys", &JsValue::UNDEFINED).map_err(failed)?;
        let stamps = ask(MOVED, "getAll", &JsValue::UNDEFINED).map_err(failed)?;
        let mut asked = Vec::new();
        for (part, _) in (0_u32..).zip(wanted).filter(|(_, wanted)| *wanted) {
            let keys = beginning(&[part.into()]).map_err(failed)?;
            asked.push((part, ask(BLOCKS, "getAll", &keys).map_err(failed)?));
        }
        let edition = edition.await.map_err(failed)?;
        let moved = marks(traces.await.map_err(failed)?, stamps.await.map_err(failed)?)?;
        let mut parts = [(); PARTS].map(|()| Array::new());
        for (part, found) in asked {
            let found = found.await.map_err(failed)?;
            if let Some(place) = parts.get_mut(part as usize) {
                *place = found.unchecked_into();
            }
        }
        Ok(Blocks { edition, parts, moved })
    }

    /// Writes blocks that were made of the digests as they were since `seen`, behind those that it has
    /// or in place of them. What moved until then did not if it has not moved again. Does nothing
    /// where somebody else wrote blocks meanwhile.
    ///
    /// # Errors
    /// When the browser cannot store them.
    pub async fn put_blocks(
        &self,
        seen: &Blocks,
        made: Vec<[Vec<u8>; PARTS]>,
        anew: bool,
    ) -> Result<(), Error> {
        let failed = |error: JsValue| Error::new(PUT, &error);
        let names = Array::of2(&BLOCKS.into(), &MOVED.into());
        let transaction = self.database.transaction(&names, "readwrite").map_err(failed)?;
        let ask = |store, method, keys: &JsValue| ask(&transaction, store, method, keys);
        let edition = ask(BLOCKS, "get", &EDITION.into()).map_err(failed)?;
        let traces = ask(MOVED, "getAllKeys", &JsValue::UNDEFINED).map_err(failed)?;
        let stamps = ask(MOVED, "getAll", &JsValue::UNDEFINED).map_err(failed)?;
        let edition = edition.await.map_err(failed)?;
        let mut left = marks(traces.await.map_err(failed)?, stamps.await.map_err(failed)?)?;
        if edition != seen.edition {
            return finish(transaction, Ok(())).await;
        }
        left.retain(|mark| seen.moved.binary_search(mark).is_err());
        let write = || {
            let blocks = open(&transaction, BLOCKS)?;
            if anew {
                call(&blocks, "clear", &[])?;
            }
            let first = if anew { 0 } else { seen.count(0) };
            for (number, parts) in (first..).zip(&made) {
                for (part, bytes) in (0_u32..).zip(parts) {
                    let key = Array::of2(&part.into(), &number.into());
                    call(&blocks, "put", &[&Uint8Array::from(bytes.as_slice()), &key])?;
                }
            }
            call(&blocks, "put", &[&Math::random().into(), &EDITION.into()])?;
            let moved = open(&transaction, MOVED)?;
            call(&moved, "clear", &[])?;
            for (trace, stamp) in &left {
                call(&moved, "put", &[&(*stamp).into(), &key(*trace)])?;
            }
            Ok(())
        };
        let written = write();
        finish(transaction, written).await
    }
}

/// What moved, by the keys and the values of its store.
fn marks(traces: JsValue, stamps: JsValue) -> Result<Vec<(TraceId, Stamp)>, Error> {
    let traces: Vec<TraceId> = ours(&traces.unchecked_into())?;
    let stamps: Vec<Stamp> = ours(&stamps.unchecked_into())?;
    Ok(traces.into_iter().zip(stamps).collect())
}
