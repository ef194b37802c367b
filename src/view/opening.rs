//! How the opening of files stands: what is being read, what came of each file, and what there is to
//! choose from. Knows no file; `wire` reads them and tells.

use trace::quantity;

use crate::traces::Found;

/// The most bytes that a file may have, unpacked: with its spans beside it, it would not fit into
/// what WebAssembly can address.
pub const LARGEST: u64 = 1 << 30;
/// How many times as large as its file what is packed may be: traces shrink to a twentieth, and what
/// shrinks more than this is made to fill memory.
const SWELLS: u64 = 200;
/// What is packed may always be this large.
const HARMLESS: u64 = 64 << 20;
/// Traces that are listed at first.
const LISTED: usize = 200;

/// What the reader sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing was opened.
    #[default]
    Waiting,
    /// Files are being read.
    Reading,
    /// There are several traces.
    Choosing,
    /// A trace is shown.
    Shown,
}

/// How far the reading is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Going {
    /// Which file.
    pub name: String,
    /// What is done with it.
    pub verb: &'static str,
    /// Bytes that it is done with.
    pub read: u64,
    /// Bytes in all; 0 where nobody knows.
    pub of: u64,
}

impl Going {
    /// In words: `Reading 45 of 120 MB of trace.json`.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { name, verb, read, of } = self;
        let (read, of) = (quantity::bytes(*read), quantity::bytes(*of));
        // A unit that both have is said once.
        let units = (read.rsplit_once(' '), of.rsplit_once(' '));
        let short = match units {
            (Some((number, unit)), Some((_, same))) if unit == same => number,
            _ => &read,
        };
        match self.of {
            0 => format!("{verb} {name}: {read}"),
            _ => format!("{verb} {name}: {short} of {of}"),
        }
    }
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What it was.
    pub format: String,
    /// Spans that it had and no file before it.
    pub spans: usize,
    /// Spans that were there already.
    pub copies: u64,
    /// What could not be kept; may be empty.
    pub rejected: String,
    /// Why it was not read to its end; may be empty.
    pub broken: String,
}

/// A sentence for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Whether something is amiss: nothing came of the file, or not all.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// All is well.
    Good,
    /// A part is missing.
    Part,
    /// Nothing came of it.
    Bad,
}

/// The opening of files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opening {
    /// What the reader sees.
    pub stage: Stage,
    /// What he saw before files were read.
    before: Stage,
    /// How far the reading is.
    pub going: Going,
    /// What came of each file.
    pub notes: Vec<Note>,
    /// The traces of the files, the largest first.
    pub found: Vec<Found>,
    /// How many of them are listed.
    pub listed: usize,
    /// What the files are called.
    pub names: String,
    /// What those were called that are being read.
    coming: String,
}

impl Opening {
    /// Begins to read files of these names.
    pub fn begin(&mut self, names: &[String]) {
        if self.stage != Stage::Reading {
            self.before = self.stage;
        }
        self.stage = Stage::Reading;
        self.going = Going { verb: "Reading", ..Going::default() };
        self.notes.clear();
        self.coming = names.join(", ");
    }

    /// Takes in what came of a file.
    pub fn told(&mut self, name: &str, told: Result<Told, String>) {
        let note = match told {
            Err(why) => Note { tone: Tone::Bad, text: format!("{name} cannot be opened: {why}") },
            Ok(told) => told.note(name),
        };
        self.notes.push(note);
    }

    /// Ends the reading of all files: these traces were in them. Without any, what was there before
    /// stays.
    pub fn over(&mut self, found: Vec<Found>) {
        if found.is_empty() {
            self.stage = self.before;
            return;
        }
        self.stage = if found.len() == 1 { Stage::Shown } else { Stage::Choosing };
        self.listed = LISTED;
        self.found = found;
        self.names = std::mem::take(&mut self.coming);
        self.notes.retain(|note| note.tone != Tone::Good);
    }

    /// Ends the reading because the reader wants no more of it.
    pub fn cancel(&mut self) {
        self.stage = self.before;
        self.notes.clear();
    }

    /// Lists more traces.
    pub fn more(&mut self) {
        self.listed += LISTED;
    }
}

impl Told {
    fn note(&self, name: &str) -> Note {
        let Self { format, spans, copies, rejected, broken } = self;
        let mut text = format!("{name}: {format}, {}", quantity::count(*spans as u64, "span"));
        if *copies > 0 {
            text.push_str(&format!(", and {copies} that were there already"));
        }
        text.push('.');
        for part in [rejected, broken].into_iter().filter(|part| !part.is_empty()) {
            text.push_str(&format!(" {}.", sentence(part)));
        }
        let whole = rejected.is_empty() && broken.is_empty();
        if !broken.is_empty() {
            text.push_str(" What was whole before that is shown.");
        }
        let tone = match *spans as u64 + copies {
            0 => Tone::Bad,
            _ if whole => Tone::Good,
            _ => Tone::Part,
        };
        Note { tone, text }
    }
}

/// With a capital.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Why a file of a size cannot be opened.
#[must_use]
pub fn too_large(size: u64) -> String {
    let (size, most) = (quantity::bytes(size), quantity::bytes(LARGEST));
    format!("it has {size}, wanted at most {most}. A store can give one trace of it")
}

/// Why a packed file is unpacked no further; `None` while it may be. Sizes are in bytes, the second
/// that of what was unpacked so far.
#[must_use]
pub fn swollen(packed: u64, unpacked: u64) -> Option<String> {
    let swollen = unpacked > HARMLESS && unpacked > packed.saturating_mul(SWELLS);
    swollen.then(|| {
        let packed = quantity::bytes(packed);
        format!("its {packed} unpack to more than {SWELLS} times as much, which no trace does")
    })
}

#[cfg(test)]
mod tests {
    use otlp::Sheet;

    use super::*;
    use surface::sample;

    use crate::traces;

    fn found() -> Vec<Found> {
        traces::list(Sheet::of(&sample::spans()).columns())
    }

    #[test]
    fn progress_is_said_with_one_unit() {
        let (name, verb) = ("a.json".to_owned(), "Reading");
        let going = Going { name, verb, read: 45_000_000, of: 120_000_000 };
        assert_eq!(going.words(), "Reading a.json: 45 of 120 MB");
        assert_eq!(
            Going { read: 9_000, ..going.clone() }.words(),
            "Reading a.json: 9 kB of 120 MB"
        );
        assert_eq!(Going { of: 0, ..going }.words(), "Reading a.json: 45 MB");
    }

    #[test]
    fn a_good_file_is_shown_without_a_word_and_a_cut_one_says_what_is_missing() {
        let mut opening = Opening::default();
        opening.begin(&["a.json".to_owned()]);
        let told = Told { format: "HAR".to_owned(), spans: 2, ..Told::default() };
        opening.told("a.json", Ok(told.clone()));
        opening.over(found());
        assert_eq!((opening.stage, opening.notes.len()), (Stage::Shown, 0));
        assert_eq!(opening.names, "a.json");
        let broken = "JSON is broken at byte 9, wanted a value".to_owned();
        opening.told("b.json", Ok(Told { broken, ..told }));
        assert_eq!(
            opening.notes[0].text,
            "b.json: HAR, 2 spans. JSON is broken at byte 9, wanted a value. What was whole before \
             that is shown."
        );
        assert_eq!(opening.notes[0].tone, Tone::Part);
    }

    #[test]
    fn a_file_that_is_none_takes_nothing_away() {
        let mut opening = Opening::default();
        opening.begin(&["a.json".to_owned()]);
        opening.over(found());
        opening.begin(&["b.png".to_owned()]);
        opening.told("b.png", Err("found a PNG image".to_owned()));
        opening.over(Vec::new());
        assert_eq!((opening.stage, opening.names.as_str()), (Stage::Shown, "a.json"));
        assert_eq!(opening.notes[0].text, "b.png cannot be opened: found a PNG image");
        opening.begin(&["c.json".to_owned()]);
        opening.begin(&["d.json".to_owned()]);
        opening.cancel();
        assert_eq!((opening.stage, opening.notes.len()), (Stage::Shown, 0));
    }

    #[test]
    fn what_was_there_already_and_what_is_too_large_are_said() {
        let told = Told { format: "HAR".to_owned(), copies: 3, ..Told::default() };
        let note = told.note("a");
        assert_eq!(note.text, "a: HAR, no spans, and 3 that were there already.");
        assert_eq!(note.tone, Tone::Good);
        assert_eq!(Told::default().note("a").tone, Tone::Bad);
        assert_eq!(swollen(1_000_000, 100_000_000), None);
        assert_eq!(swollen(1_000, 60_000_000), None, "whatever it was, it is not large");
        let said = swollen(1_000_000, 200_000_001).unwrap();
        assert_eq!(said, "its 1 MB unpack to more than 200 times as much, which no trace does");
        assert!(too_large(LARGEST + 1).starts_with("it has 1.07 GB, wanted at most"));
    }
}
