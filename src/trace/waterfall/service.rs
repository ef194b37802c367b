//! Who took part in a trace, and which colour each has.

use std::collections::BTreeMap;

use crate::columns::{Columns, Flags};

/// How many colours there are to choose from.
const COLOURS: u8 = 12;

/// A service that took part in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its `service.name`; empty when its resource says none.
    pub name: String,
    /// Which of twelve colours it has. It comes from the name, so a service looks the same in every
    /// trace, unless one that comes before it in the trace has the same.
    pub colour: u8,
    /// Its spans.
    pub spans: usize,
    /// Those that failed.
    pub errors: usize,
}

/// FNV-1a, 32 bits: short, spread well over short names, and the same on every machine.
fn colour(name: &str) -> u8 {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = name.bytes().fold(0x811c_9dc5, mix);
    u8::try_from((hash ^ (hash >> 16)) % u32::from(COLOURS)).unwrap_or_default()
}

/// No number yet.
const NONE: u16 = u16::MAX;

/// Counts services while rows go by.
pub(super) struct Census<'a> {
    pub(super) services: Vec<Service>,
    /// Whether one of them is a browser.
    pub(super) browsed: bool,
    spans: &'a Columns,
    /// Numbers by owner, and by the word for their service: several owners may be one service.
    owners: Vec<u16>,
    words: Vec<u16>,
    /// Colours that somebody has, a bit for each.
    taken: u16,
}

impl<'a> Census<'a> {
    pub(super) fn new(spans: &'a Columns) -> Self {
        let owners = vec![NONE; spans.by().all().len()];
        Self { services: Vec::new(), browsed: false, spans, owners, words: Vec::new(), taken: 0 }
    }

    /// Counts a span, and gives its service's number.
    pub(super) fn count(&mut self, at: usize) -> u16 {
        let owner = self.spans.owners[at] as usize;
        let number = match self.owners.get(owner) {
            Some(number) if *number != NONE => *number,
            _ => self.meet(owner),
        };
        let service = &mut self.services[usize::from(number)];
        service.spans += 1;
        service.errors += usize::from(self.spans.flags[at].has(Flags::ERROR));
        number
    }

    /// The number of an owner that was not seen before.
    fn meet(&mut self, owner: usize) -> u16 {
        let of = self.spans.by().get(crate::waterfall::index(owner));
        self.browsed |= of.browser;
        let word = of.service as usize;
        if self.words.len() <= word {
            self.words.resize(word + 1, NONE);
        }
        if self.words[word] == NONE {
            self.words[word] = self.add(self.spans.words().get(of.service));
        }
        if let Some(number) = self.owners.get_mut(owner) {
            *number = self.words[word];
        }
        self.words[word]
    }

    /// A new service's number. When there are too many to number, the last one stands for the rest.
    fn add(&mut self, name: &str) -> u16 {
        let last = NONE - 1;
        let number = u16::try_from(self.services.len()).unwrap_or(last).min(last);
        if usize::from(number) == self.services.len() {
            let colour = free(self.taken, colour(name));
            self.taken |= 1 << colour;
            self.services.push(Service { name: name.to_owned(), colour, spans: 0, errors: 0 });
        }
        number
    }
}

/// The colour, or the next that nobody has while there is one.
fn free(taken: u16, wanted: u8) -> u8 {
    let mut colours = (0..COLOURS).map(|step| (wanted + step) % COLOURS);
    colours.find(|colour| taken & 1 << colour == 0).unwrap_or(wanted)
}

/// Colours of services that come one after the other, as in a waterfall of the same order.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    known: BTreeMap<String, u8>,
    taken: u16,
}

impl Palette {
    /// The colour of a service.
    pub fn colour(&mut self, name: &str) -> u8 {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let colour = free(self.taken, colour(name));
        self.taken |= 1 << colour;
        self.known.insert(name.to_owned(), colour);
        colour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_one_colour_and_the_demo_s_services_have_different_ones() {
        let mut colours: Vec<u8> =
            ["browser", "shop", "pricing", "payment"].into_iter().map(colour).collect();
        assert!(colours.iter().all(|colour| *colour < COLOURS));
        colours.sort_unstable();
        colours.dedup();
        assert_eq!(colours.len(), 4, "{colours:?}");
        assert_eq!(colour("shop"), colour("shop"));
        let mut palette = Palette::default();
        let many: Vec<u8> = (0..12).map(|at| palette.colour(&format!("service {at}"))).collect();
        assert_eq!(many.iter().fold(0, |all, colour| all | 1_u16 << colour), 0xfff);
        assert_eq!(palette.colour("service 3"), many[3]);
    }
}
