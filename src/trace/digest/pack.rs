//! Rows in few bytes: their fields one behind the other, a text that was there before by its number.
//! Nothing says which field is which, so whoever reads must know [`Pack::SHAPE`] to be the writer's.

use std::collections::BTreeMap;

use crate::{SpanId, Timestamp, TraceId};

/// What a text begins with that is empty, and one that was not there before.
const EMPTY: u64 = 0;
const NEW: u64 = 1;

/// What can be packed.
pub(super) trait Pack: Sized {
    /// A number that is another where fields are others.
    const SHAPE: u32 = 0;

    /// Puts it behind what is there.
    fn pack(&self, into: &mut Packer);

    /// Takes it from where it was put. `None` where bytes are no such thing.
    fn unpack(from: &mut Unpacker<'_>) -> Option<Self>;
}

/// Bytes that grow.
#[derive(Debug, Default)]
pub(super) struct Packer {
    bytes: Vec<u8>,
    words: BTreeMap<String, u64>,
    trace: Option<TraceId>,
}

/// Bytes that are read.
#[derive(Debug)]
pub(super) struct Unpacker<'a> {
    rest: &'a [u8],
    words: Vec<&'a str>,
    trace: Option<TraceId>,
}

impl Packer {
    pub(super) fn end(self) -> Vec<u8> {
        self.bytes
    }

    /// Seven bits a byte, the low ones first, as in protobuf.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(low(number) | 0x80);
            number >>= 7;
        }
        self.bytes.push(low(number));
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return self.number(EMPTY);
        }
        if let Some(place) = self.words.get(text) {
            return self.number(*place);
        }
        let place = self.words.len() as u64 + NEW + 1;
        self.words.insert(text.to_owned(), place);
        self.number(NEW);
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

const fn low(number: u64) -> u8 {
    (number & 0x7f) as u8
}

impl<'a> Unpacker<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, words: Vec::new(), trace: None }
    }

    /// Whether all was read.
    pub(super) const fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that is left, row by row.
    pub(super) fn all<T: Pack>(mut self) -> Option<Vec<T>> {
        let mut all = Vec::new();
        while !self.is_over() {
            all.push(T::unpack(&mut self)?);
        }
        Some(all)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        match self.number()? {
            EMPTY => Some(""),
            NEW => {
                let length = usize::try_from(self.number()?).ok()?;
                let text = str::from_utf8(self.take(length)?).ok()?;
                self.words.push(text);
                Some(text)
            }
            place => self.words.get(usize::try_from(place - NEW - 1).ok()?).copied(),
        }
    }
}

impl Pack for String {
    fn pack(&self, into: &mut Packer) {
        into.text(self);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        from.text().map(str::to_owned)
    }
}

impl Pack for bool {
    fn pack(&self, into: &mut Packer) {
        into.number(u64::from(*self));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        from.number().map(|number| number != 0)
    }
}

impl Pack for u32 {
    fn pack(&self, into: &mut Packer) {
        into.number(u64::from(*self));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Pack for u64 {
    fn pack(&self, into: &mut Packer) {
        into.number(*self);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        from.number()
    }
}

/// A status.
impl Pack for Option<u16> {
    fn pack(&self, into: &mut Packer) {
        into.number(self.map_or(0, |status| u64::from(status) + 1));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(match from.number()? {
            0 => None,
            next => Some(u16::try_from(next - 1).ok()?),
        })
    }
}

impl Pack for Option<f64> {
    fn pack(&self, into: &mut Packer) {
        into.number(u64::from(self.is_some()));
        if let Some(number) = self {
            into.bytes.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(match from.number()? {
            0 => None,
            _ => Some(f64::from_le_bytes(from.array()?)),
        })
    }
}

impl Pack for f64 {
    fn pack(&self, into: &mut Packer) {
        (self.to_bits() != 0).then_some(*self).pack(into);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Option::unpack(from).map(Option::unwrap_or_default)
    }
}

impl Pack for Timestamp {
    fn pack(&self, into: &mut Packer) {
        into.bytes.extend_from_slice(&self.nanos().to_le_bytes());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        from.array().map(|bytes| Self::from_nanos(u64::from_le_bytes(bytes)))
    }
}

/// Mostly that of the row before.
impl Pack for Option<TraceId> {
    fn pack(&self, into: &mut Packer) {
        match self {
            None => into.number(EMPTY),
            Some(_) if into.trace == *self => into.number(NEW + 1),
            Some(trace) => {
                into.number(NEW);
                into.bytes.extend_from_slice(trace.as_bytes());
                into.trace = *self;
            }
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(match from.number()? {
            EMPTY => None,
            NEW => {
                from.trace = Some(TraceId::mint(from.array()?)?);
                from.trace
            }
            _ => Some(from.trace?),
        })
    }
}

impl Pack for Option<SpanId> {
    fn pack(&self, into: &mut Packer) {
        // All are zero in no id.
        into.bytes.extend_from_slice(self.as_ref().map_or(&[0; 8][..], |span| span.as_bytes()));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        from.array().map(SpanId::mint)
    }
}

/// A number of names and kinds of fields.
pub(super) const fn shape(text: &str, mut hash: u32) -> u32 {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        // FNV-1a.
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}
