//! Who took part in a trace, and which colour each has.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::attribute::key::USER_AGENT_ORIGINAL;
use crate::{Resource, Span};

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

/// Whether a resource describes a browser (semantic conventions, `browser.*`).
pub(super) fn browser(resource: &Resource) -> bool {
    let mut names = resource.attributes.keys();
    names.any(|name| name.starts_with("browser.") || name == USER_AGENT_ORIGINAL)
}

/// Counts services while rows go by.
#[derive(Default)]
pub(super) struct Census<'a> {
    pub(super) services: Vec<Service>,
    /// Whether one of them is a browser.
    pub(super) browsed: bool,
    numbers: BTreeMap<&'a str, u16>,
    /// Neighbours mostly share their resource, which spares the look-up by name.
    last: Option<(&'a Arc<Resource>, u16)>,
}

impl<'a> Census<'a> {
    /// Counts a span, and gives its service's number.
    pub(super) fn count(&mut self, span: &'a Span) -> u16 {
        let number = match self.last {
            Some((resource, number)) if Arc::ptr_eq(resource, &span.resource) => number,
            _ => {
                self.browsed |= browser(&span.resource);
                self.number(span.service())
            }
        };
        self.last = Some((&span.resource, number));
        let service = &mut self.services[usize::from(number)];
        service.spans += 1;
        service.errors += usize::from(span.failed());
        number
    }

    /// The colour, or the next that nobody has while there is one.
    fn free(&self, wanted: u8) -> u8 {
        let taken = |colour: &u8| self.services.iter().any(|other| other.colour == *colour);
        let colours = (0..COLOURS).map(|step| (wanted + step) % COLOURS);
        colours.into_iter().find(|colour| !taken(colour)).unwrap_or(wanted)
    }

    /// The service's number. When there are too many to number, the last one stands for the rest.
    fn number(&mut self, name: &'a str) -> u16 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u16::try_from(self.services.len()).unwrap_or(u16::MAX);
        if usize::from(number) == self.services.len() {
            let colour = self.free(colour(name));
            self.services.push(Service { name: name.to_owned(), colour, spans: 0, errors: 0 });
        }
        self.numbers.insert(name, number);
        number
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
    }
}
