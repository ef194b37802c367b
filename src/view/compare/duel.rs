//! The comparison of two traces as a reader has it before them: which two, what of them is here,
//! and what to say while there is nothing to show.

use std::sync::Arc;

use surface::lamp::Tone;
use surface::moment;
use trace::{TraceId, quantity};

use super::difference::{SMALLEST, counted, share, signed};
use super::loaded::Loaded;
use super::pair::{Pair, Setting};
use surface::address;
use surface::naming::time;
use surface::standing::Standing;

/// The traces' letters.
pub const LETTERS: [&str; 2] = ["A", "B"];

/// A comparison.
#[derive(Clone, Debug, Default)]
pub struct Duel {
    /// Which traces, as far as they are chosen.
    pub wanted: [Option<TraceId>; 2],
    /// What was read of them: `Err` says why nothing could be.
    found: [Option<Result<Arc<Loaded>, String>>; 2],
    /// Both, once they are laid beside each other.
    pub pair: Option<Pair>,
    /// What is shown of them.
    pub setting: Setting,
    /// Grows when other traces are wanted or found.
    pub edition: u32,
}

/// A trace in a line of the summary, or the difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `A`, `B`, or what it is.
    pub letter: &'static str,
    /// What the trace is about.
    pub title: String,
    /// Where it is shown; empty for the difference, and for a file's.
    pub link: String,
    /// Start, duration, spans and errors.
    pub figures: [String; 4],
}

impl Duel {
    /// Begins with what the address names.
    #[must_use]
    pub fn of(a: Option<TraceId>, b: Option<TraceId>) -> Self {
        Self { wanted: [a, b], ..Self::default() }
    }

    /// Whether the same trace is chosen twice. Of a file it may be another edition of itself.
    fn twice(&self) -> bool {
        let [a, b] = self.wanted;
        a.is_some() && a == b && !self.any_file()
    }

    /// Whether a side is a file's.
    fn of_file(&self, at: usize) -> bool {
        matches!(&self.found[at], Some(Ok(loaded)) if !loaded.file.is_empty())
    }

    /// Whether one of the traces is of a file, which no address can name.
    #[must_use]
    pub fn any_file(&self) -> bool {
        self.of_file(0) || self.of_file(1)
    }

    /// Its address; `None` where that cannot name what is compared.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        let [a, b] = self.wanted;
        (!self.any_file()).then(|| address::compare(a, b))
    }

    /// Takes in what was read of a trace.
    pub fn put(&mut self, trace: TraceId, read: &Result<Arc<Loaded>, String>) {
        for at in 0..2 {
            if self.wanted[at] == Some(trace) && !self.of_file(at) {
                self.found[at] = Some(read.clone());
            }
        }
        self.edition = self.edition.wrapping_add(1);
    }

    /// The side that the next trace takes: one that is missing, else one without spans, else the
    /// second.
    #[must_use]
    pub fn free(&self) -> usize {
        let missing = self.wanted.iter().position(Option::is_none);
        missing.or_else(|| self.found.iter().position(void)).unwrap_or(1)
    }

    /// Lays another trace beside the one that stays; it is still to be read.
    pub fn choose(&mut self, trace: TraceId) {
        let at = self.free();
        (self.wanted[at], self.found[at], self.pair) = (Some(trace), None, None);
        self.edition = self.edition.wrapping_add(1);
    }

    /// The same with a trace that was read from a file.
    pub fn bring(&mut self, loaded: Loaded) {
        let at = self.free();
        self.wanted[at] = Some(loaded.trace);
        (self.found[at], self.pair) = (Some(Ok(Arc::new(loaded))), None);
        self.edition = self.edition.wrapping_add(1);
    }

    /// The second trace stays, as the first; another one is to be chosen.
    pub fn again(&mut self) {
        let [_, b] = self.wanted;
        let [_, found] = std::mem::take(&mut self.found);
        (self.wanted, self.found, self.pair) = ([b, None], [found, None], None);
        self.edition = self.edition.wrapping_add(1);
    }

    /// Both traces, once they are here and have spans.
    #[must_use]
    pub fn ready(&self) -> Option<[Arc<Loaded>; 2]> {
        let side = |at: usize| match &self.found[at] {
            Some(Ok(loaded)) if !loaded.sheet.is_empty() => Some(Arc::clone(loaded)),
            _ => None,
        };
        Some([side(0)?, side(1)?])
    }

    /// Puts each in the other's place.
    pub fn swap(&mut self) {
        self.wanted.swap(0, 1);
        self.found.swap(0, 1);
        self.edition = self.edition.wrapping_add(1);
    }

    /// What to say instead of a comparison; `None` when there is one.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        if self.twice() {
            let detail = "A trace does not differ from itself. Choose another one below.";
            return Some(Standing::new(Tone::Warn, "The same trace twice", detail));
        }
        for (letter, found) in LETTERS.iter().zip(&self.found) {
            match found {
                Some(Err(trouble)) => {
                    let title = format!("Trace {letter} cannot be read");
                    let next = "Reload this page to try again, or choose another trace below.";
                    return Some(Standing::new(Tone::Bad, &title, format!("{trouble}. {next}")));
                }
                Some(Ok(loaded)) if loaded.sheet.is_empty() => {
                    let title = format!("Trace {letter} has no spans");
                    return Some(Standing::new(Tone::Warn, &title, missing(loaded)));
                }
                _ => {}
            }
        }
        let busy = Standing::new(Tone::Busy, "Reading the traces", "");
        self.pair.is_none().then_some(busy)
    }

    /// Whether another trace is to be chosen: one is missing, or both are the same.
    #[must_use]
    pub fn choosing(&self) -> bool {
        let missing = self.wanted.iter().any(Option::is_none);
        missing || self.twice() || self.found.iter().any(void)
    }

    /// The trace that stays while another one is chosen to be laid beside it: the one that has spans.
    #[must_use]
    pub fn kept(&self) -> Option<TraceId> {
        let there = |at: &usize| matches!(&self.found[*at], Some(Ok(it)) if !it.sheet.is_empty());
        let at = [0, 1].into_iter().find(there).unwrap_or(0);
        self.wanted[at].or(self.wanted[1])
    }

    /// Both traces and their difference, for a reader in this zone.
    #[must_use]
    pub fn facts(&self, zone: i32) -> Vec<Facts> {
        let Some(pair) = &self.pair else { return Vec::new() };
        let of = |at: usize| facts(LETTERS[at], &pair.sides()[at], zone);
        let [a, b] = pair.sides();
        let by = |of: fn(&Loaded) -> u64| {
            i64::try_from(of(b)).unwrap_or(i64::MAX) - i64::try_from(of(a)).unwrap_or(i64::MAX)
        };
        let length = by(|it| it.length());
        let apart = share(length, a.length());
        let apart = if apart.is_empty() {
            String::new()
        } else {
            format!(" ({})", apart.replace(' ', "\u{a0}"))
        };
        let later = if a.start() <= b.start() { "later" } else { "earlier" };
        let between = b.start().since(a.start()).max(a.start().since(b.start()));
        let difference = Facts {
            letter: "Difference",
            figures: [
                format!("{} {later}", quantity::duration(between)),
                // One line where it fits, and two where it does not: never a number without its unit.
                format!("{}{apart}", signed(length).replace(' ', "\u{a0}")),
                counted(by(|it| it.sheet.len() as u64)),
                counted(by(|it| it.errors as u64)),
            ],
            ..Facts::default()
        };
        vec![of(0), of(1), difference]
    }

    /// That nothing differs, in words; `None` while something does.
    #[must_use]
    pub fn equal(&self) -> Option<String> {
        let changed = self.pair.as_ref()?.tally().changed();
        (changed == 0).then(|| format!("No path differs by more than {SMALLEST}."))
    }

    /// What could not be read of either, in words.
    #[must_use]
    pub fn caveats(&self) -> Vec<String> {
        let Some(pair) = &self.pair else { return Vec::new() };
        let sides = LETTERS.iter().zip(pair.sides());
        let told = sides.filter(|(_, side)| !side.trouble.is_empty());
        told.map(|(letter, side)| {
            format!("Trace {letter}: {}. What could be read is compared.", side.trouble)
        })
        .collect()
    }
}

/// Whether nothing came of a trace.
fn void(found: &Option<Result<Arc<Loaded>, String>>) -> bool {
    match found {
        Some(Ok(loaded)) => loaded.sheet.is_empty(),
        Some(Err(_)) => true,
        None => false,
    }
}

/// Why a trace has no spans, and what next.
fn missing(loaded: &Loaded) -> String {
    let why = if loaded.trouble.is_empty() {
        "Neither this browser's journal nor the trace store has a span of it: it may have been \
         removed, or its id is mistyped"
    } else {
        &loaded.trouble
    };
    format!("{why}. Its id is {}. Choose another trace below.", loaded.trace)
}

fn facts(letter: &'static str, side: &Loaded, zone: i32) -> Facts {
    let mut title =
        if side.title.is_empty() { format!("Trace {}", side.trace) } else { side.title.clone() };
    let mut link = address::dashboard(side.trace, None);
    if !side.file.is_empty() {
        title.extend([", from ", &*side.file]);
        link.clear();
    }
    Facts {
        letter,
        title,
        link,
        figures: [
            moment::date(side.start(), zone),
            time(side.length()),
            side.sheet.len().to_string(),
            side.errors.to_string(),
        ],
    }
}
