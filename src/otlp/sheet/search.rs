//! Looks for texts in what the columns do not hold: attributes, events, links.
//!
//! Most messages are sifted as the bytes that they are; only where the text may be in one is it
//! read. Values are looked at, not the names of attributes, of which every span has the same.

use std::collections::BTreeMap;
use std::ops::Range;

use trace::Event;
use trace::columns::Pool;
use trace::filter::{Bits, Needle, Sieve};

use super::Sheet;
use crate::proto::{self, DEPTH};
use crate::wire::{Field, Fields};

/// Lists within spans, by their number in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `Span.events`
    Events,
    /// `Span.links`
    Links,
}

impl Sheet {
    /// The spans in which a text stands: in a value of an attribute of theirs or their resource's,
    /// in an event or in the message of their status. `among` says which may be: the answer to a
    /// needle that this one narrows; `None` for all.
    #[must_use]
    pub fn search(&self, needle: &Needle, among: Option<&Bits>) -> Bits {
        let mut found = Bits::none(self.len());
        self.search_in(0..self.len(), needle, among, &mut found);
        found
    }

    /// As above, of some spans, which are put to those that were found.
    pub(super) fn search_in(
        &self,
        spans: Range<usize>,
        needle: &Needle,
        among: Option<&Bits>,
        found: &mut Bits,
    ) {
        let by = self.columns().by();
        let resources: Vec<bool> = by
            .resources()
            .iter()
            .map(|of| of.attributes.values().any(|value| needle.is_in(&value.to_string())))
            .collect();
        let owners: Vec<bool> = by
            .all()
            .iter()
            .map(|owner| resources.get(owner.resource as usize).copied().unwrap_or_default())
            .collect();
        let look = Look { needle, number: needle.number() };
        let digits = look.number.map(integer);
        // What came since is in no answer.
        let may = |at: &usize| among.is_none_or(|among| *at >= among.len() || among.has(*at));
        for at in spans.filter(may) {
            let owner = self.columns().owners[at] as usize;
            let message = self.message(at);
            let may = || {
                let number = digits.as_ref().is_some_and(|digits| digits.passes(message));
                number || needle.may_be_among(message)
            };
            if owners.get(owner).copied().unwrap_or_default() || (may() && look.span(message)) {
                found.add(at);
            }
        }
    }

    /// The spans that have something in a list.
    #[must_use]
    pub fn having(&self, part: Part) -> Bits {
        let mut lists = Lists::default();
        lists.look(self, usize::MAX);
        match part {
            Part::Events => lists.events,
            Part::Links => lists.links,
        }
    }

    /// When the events of a span were, nanoseconds since 1970, in their order. Nothing is built.
    pub fn moments(&self, at: usize) -> impl Iterator<Item = u64> {
        self.events(at).map(|event| {
            let times = Fields::new(event).map_while(Result::ok).filter_map(|field| match field {
                (1, Field::Fixed64(time)) => Some(time),
                _ => None,
            });
            times.last().unwrap_or_default()
        })
    }

    /// One event of a span, built for whoever looks at it.
    #[must_use]
    pub fn event(&self, at: usize, which: usize) -> Option<Event> {
        // Every message was checked when it came in.
        self.events(at).nth(which).and_then(|event| proto::event(event).ok())
    }

    fn events(&self, at: usize) -> impl Iterator<Item = &[u8]> {
        let fields = Fields::new(self.message(at)).map_while(Result::ok);
        fields.filter_map(|field| match field {
            (11, Field::Bytes(event)) => Some(event),
            _ => None,
        })
    }

    /// The names of all attributes of spans and resources, with how many spans have each.
    #[must_use]
    pub fn keys(&self) -> Vec<(String, usize)> {
        let mut keys = Keys::default();
        keys.look(self, usize::MAX);
        keys.tell(self)
    }
}

/// Which spans have events and links, as far as they were looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub(super) events: Bits,
    pub(super) links: Bits,
}

impl Lists {
    /// Looks at so many more spans. Whether that was all of them.
    pub(super) fn look(&mut self, sheet: &Sheet, most: usize) -> bool {
        let from = self.events.len();
        let to = sheet.len().min(from.saturating_add(most));
        self.events.grow(to);
        self.links.grow(to);
        for at in from..to {
            for (number, _) in Fields::new(sheet.message(at)).map_while(Result::ok) {
                match number {
                    11 => self.events.add(at),
                    13 => self.links.add(at),
                    _ => {}
                }
            }
        }
        to == sheet.len()
    }
}

/// The names of attributes, of the spans that were looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    seen: usize,
    names: Pool,
    /// How many spans have each name, and how many are of each owner.
    counts: Vec<usize>,
    owners: Vec<usize>,
}

impl Keys {
    /// Looks at so many more spans. Whether that was all of them.
    pub(super) fn look(&mut self, sheet: &Sheet, most: usize) -> bool {
        let to = sheet.len().min(self.seen.saturating_add(most));
        self.owners.resize(sheet.columns().by().all().len(), 0);
        for at in self.seen..to {
            for field in Fields::new(sheet.message(at)).map_while(Result::ok) {
                let (9, Field::Bytes(pair)) = field else { continue };
                let Some(name) = name(pair) else { continue };
                let number = self.names.intern(name) as usize;
                self.counts.resize(self.counts.len().max(number + 1), 0);
                self.counts[number] += 1;
            }
            if let Some(count) = self.owners.get_mut(sheet.columns().owners[at] as usize) {
                *count += 1;
            }
        }
        self.seen = to;
        to == sheet.len()
    }

    /// The names, with how many spans have each.
    pub(super) fn tell(&self, sheet: &Sheet) -> Vec<(String, usize)> {
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        for (number, count) in (0..).zip(&self.counts).filter(|(_, count)| **count > 0) {
            let name = String::from_utf8_lossy(self.names.get(number)).into_owned();
            *all.entry(name).or_default() += count;
        }
        let by = sheet.columns().by();
        for (owner, count) in by.all().iter().zip(&self.owners) {
            let Some(resource) = by.resources().get(owner.resource as usize) else { continue };
            for name in resource.attributes.keys() {
                *all.entry(name.to_owned()).or_default() += count;
            }
        }
        all.into_iter().map(|(name, count)| (name, count.min(sheet.len()))).collect()
    }
}

/// The name in a `KeyValue` message.
fn name(pair: &[u8]) -> Option<&[u8]> {
    let mut fields = Fields::new(pair).map_while(Result::ok);
    fields.find_map(|field| match field {
        (1, Field::Bytes(name)) => Some(name),
        _ => None,
    })
}

/// A number as it stands in an `AnyValue`: a tag and a varint.
fn integer(number: i64) -> Sieve {
    let mut bytes = vec![3 << 3];
    let mut rest = number.cast_unsigned();
    loop {
        let low = u8::try_from(rest & 0x7f).unwrap_or_default();
        rest >>= 7;
        bytes.push(if rest > 0 { low | 0x80 } else { low });
        if rest == 0 {
            break;
        }
    }
    Sieve::new(&bytes)
}

/// What is looked for in messages.
#[derive(Clone, Copy)]
struct Look<'a> {
    needle: &'a Needle,
    /// The same as a whole number, where it is one.
    number: Option<i64>,
}

impl Look<'_> {
    fn text(self, bytes: &[u8]) -> bool {
        str::from_utf8(bytes).is_ok_and(|text| self.needle.is_in(text))
    }

    /// Whether it stands in a `Span`.
    fn span(self, message: &[u8]) -> bool {
        Fields::new(message).map_while(Result::ok).any(|field| match field {
            (9, Field::Bytes(pair)) => self.pair(pair, 0),
            (11, Field::Bytes(event)) => self.event(event),
            (15, Field::Bytes(status)) => Fields::new(status)
                .map_while(Result::ok)
                .any(|field| matches!(field, (2, Field::Bytes(text)) if self.text(text))),
            _ => false,
        })
    }

    /// Whether it stands in an `Event`.
    fn event(self, message: &[u8]) -> bool {
        Fields::new(message).map_while(Result::ok).any(|field| match field {
            (2, Field::Bytes(name)) => self.text(name),
            (3, Field::Bytes(pair)) => self.pair(pair, 0),
            _ => false,
        })
    }

    /// Whether it stands in the value of a `KeyValue`.
    fn pair(self, message: &[u8], depth: usize) -> bool {
        Fields::new(message)
            .map_while(Result::ok)
            .any(|field| matches!(field, (2, Field::Bytes(value)) if self.value(value, depth)))
    }

    /// Whether it stands in an `AnyValue`. Messages that are deeper were turned away.
    fn value(self, message: &[u8], depth: usize) -> bool {
        depth <= DEPTH
            && Fields::new(message).map_while(Result::ok).any(|field| {
                match field {
            (1, Field::Bytes(text)) => self.text(text),
            (3, Field::Varint(number)) => self.number == Some(number.cast_signed()),
            (5, Field::Bytes(list)) => Fields::new(list).map_while(Result::ok).any(
                |field| matches!(field, (1, Field::Bytes(value)) if self.value(value, depth + 1)),
            ),
            (6, Field::Bytes(map)) => Fields::new(map).map_while(Result::ok).any(
                |field| matches!(field, (1, Field::Bytes(pair)) if self.pair(pair, depth + 1)),
            ),
            _ => false,
        }
            })
    }
}

#[cfg(test)]
mod tests {
    use trace::{Link, Status, TraceId, Value};

    use super::*;
    use crate::feed::tests::trace_of;

    fn sheet() -> Sheet {
        let mut spans = trace_of(4);
        for span in &mut spans {
            (span.attributes, span.events, span.links) = Default::default();
            span.status = Status::Unset;
        }
        let list = Value::List(vec![Value::from(1), "Deep in".into()]);
        spans[0].attributes.insert("needle".to_owned(), "hay".into());
        spans[1].attributes.insert("code".to_owned(), Value::Int(503));
        spans[1].attributes.insert("list".to_owned(), list);
        spans[2].events = vec![Event { name: "A Needle".into(), ..Event::default() }];
        spans[3].status = Status::Error("no needle here".to_owned());
        spans[3].links = vec![Link {
            trace: TraceId::mint([3; 16]).unwrap(),
            span: spans[0].id,
            state: String::new(),
            flags: 0,
            attributes: trace::Attributes::new(),
        }];
        Sheet::of(&spans)
    }

    #[test]
    fn texts_are_found_in_values_events_and_messages_and_not_in_names() {
        let sheet = sheet();
        let found = |text: &str| sheet.search(&Needle::new(text), None).rows().collect::<Vec<_>>();
        assert_eq!(found("needle"), [2, 3]);
        assert_eq!(found("deep IN"), [1]);
        assert_eq!((found("503"), found("50")), (vec![1], vec![]));
        assert_eq!(found("HAY"), [0]);
        let before = sheet.search(&Needle::new("need"), None);
        let narrowed = Needle::new("a need");
        assert!(narrowed.narrows(&Needle::new("need")));
        assert_eq!(sheet.search(&narrowed, Some(&before)).rows().collect::<Vec<_>>(), [2]);
        assert_eq!(sheet.search(&narrowed, Some(&Bits::none(2))).rows().collect::<Vec<_>>(), [2]);
        assert_eq!(sheet.search(&narrowed, Some(&Bits::none(4))).count(), 0);
    }

    #[test]
    fn events_are_told_one_by_one() {
        let mut spans = trace_of(2);
        let at = |nanos, name: &'static str| Event {
            time: trace::Timestamp::from_nanos(nanos),
            name: name.into(),
            ..Event::default()
        };
        spans[1].events = vec![at(7, "late"), at(3, "early"), Event::default()];
        let sheet = Sheet::of(&spans);
        assert_eq!(sheet.moments(1).collect::<Vec<_>>(), [7, 3, 0]);
        assert_eq!(sheet.event(1, 1), Some(spans[1].events[1].clone()));
        assert_eq!((sheet.event(1, 3), sheet.event(9, 0)), (None, None));
    }

    #[test]
    fn lists_and_names_of_attributes_are_told() {
        let sheet = sheet();
        assert_eq!(sheet.having(Part::Events).rows().collect::<Vec<_>>(), [2]);
        assert_eq!(sheet.having(Part::Links).rows().collect::<Vec<_>>(), [3]);
        let keys = sheet.keys();
        let count = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, count)| *count);
        assert_eq!((count("needle"), count("code"), count("none")), (Some(1), Some(1), None));
    }
}
