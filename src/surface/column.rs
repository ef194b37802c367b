//! The columns of Logs: what they are called, which are shown, and which of them fit.

use crate::address::AddressError;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// When the request began.
    Time,
    /// Its method.
    Method,
    /// What it asked for, from the path on.
    Path,
    /// Where.
    Host,
    /// The response's status.
    Status,
    /// How long it took.
    Duration,
    /// Spans at and below it.
    Spans,
    /// How many of them failed.
    Errors,
    /// Who answered.
    Service,
    /// Where that runs.
    Environment,
    /// Its session.
    Session,
    /// How far the proof goes that it was traced.
    Lamps,
    /// What made it.
    Kind,
    /// Why it failed.
    Error,
    /// What it called: an action, an operation.
    Call,
    /// What it is to its framework.
    Framework,
    /// Its trace.
    Trace,
    /// Where else it leads.
    Operation,
}

use Column::{
    Call, Duration, Environment, Error, Errors, Framework, Host, Kind, Lamps, Method, Operation,
    Path, Service, Session, Spans, Status, Time, Trace,
};

/// What is to be known of a column to lay it out.
struct Look {
    column: Column,
    name: &'static str,
    /// In an address, and the style sheet's class.
    word: &'static str,
    /// Pixels that it takes at least, and its share of what is left; none keeps its width.
    width: u32,
    share: u32,
    /// Who does without it first, the largest first.
    rank: u8,
}

const fn look(
    (column, name, word): (Column, &'static str, &'static str),
    (width, share): (u32, u32),
    rank: u8,
) -> Look {
    Look { column, name, word, width, share, rank }
}

/// All columns in their order.
const LOOKS: [Look; 18] = [
    look((Time, "Time", "time"), (86, 0), 4),
    look((Method, "Method", "method"), (52, 0), 1),
    look((Path, "Path", "path"), (74, 3), 0),
    look((Host, "Host", "host"), (90, 2), 8),
    look((Status, "Status", "status"), (62, 0), 0),
    look((Duration, "Duration", "duration"), (60, 0), 2),
    look((Spans, "Spans", "spans"), (42, 0), 6),
    look((Errors, "Errors", "errors"), (42, 0), 5),
    look((Service, "Service", "service"), (80, 1), 7),
    look((Environment, "Environment", "environment"), (90, 1), 16),
    look((Session, "Session", "session"), (70, 0), 10),
    look((Lamps, "Lamps", "lamps"), (56, 0), 3),
    look((Kind, "Kind", "kind"), (62, 0), 11),
    look((Error, "Error", "error"), (110, 2), 12),
    look((Call, "Call", "call"), (90, 1), 13),
    look((Framework, "Framework", "framework"), (90, 1), 14),
    look((Trace, "Trace", "trace"), (70, 0), 15),
    look((Operation, "Operation", "operation"), (92, 0), 9),
];

/// Pixels between columns, and beside them.
const GAP: u32 = 8;
const BESIDE: u32 = 30;

impl Column {
    fn look(self) -> &'static Look {
        &LOOKS[LOOKS.iter().position(|look| look.column == self).unwrap_or_default()]
    }

    /// Its heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.look().name
    }

    /// Its name in an address and in the style sheet.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.look().word
    }
}

/// The columns that are shown, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

impl Default for Columns {
    fn default() -> Self {
        let more = [Environment, Kind, Error, Call, Framework, Trace];
        Self(Self::all().filter(|column| !more.contains(column)).collect())
    }
}

impl Columns {
    /// All that there are.
    pub fn all() -> impl Iterator<Item = Column> {
        LOOKS.iter().map(|look| look.column)
    }

    /// Reads them, with commas between.
    ///
    /// # Errors
    /// When there is no column of a name, or none at all.
    pub fn read(text: &str) -> Result<Self, AddressError> {
        let of = |word: &str| {
            let look = LOOKS.iter().find(|look| look.word == word.trim());
            look.map(|look| look.column).ok_or_else(|| AddressError::Column(word.to_owned()))
        };
        let named = text.split(',').map(of).collect::<Result<Vec<_>, _>>()?;
        Ok(Self(Self::all().filter(|column| named.contains(column)).collect()))
    }

    /// Their names with commas between, as [`read`](Self::read) takes them.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|column| column.word()).collect::<Vec<_>>().join(",")
    }

    /// Whether one is shown.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.0.contains(&column)
    }

    /// Shows one, or no longer. The last one stays.
    pub fn turn(&mut self, column: Column) {
        let on = !self.has(column);
        let now: Vec<Column> =
            Self::all().filter(|it| if *it == column { on } else { self.has(*it) }).collect();
        if !now.is_empty() {
            self.0 = now;
        }
    }

    /// Those for which a list of so many pixels has room, and how it is shared among them, as the
    /// style sheet wants it (`grid-template-columns`).
    #[must_use]
    pub fn fit(&self, width: usize) -> (Vec<Column>, String) {
        let width = u32::try_from(width).unwrap_or(u32::MAX);
        let mut all: Vec<&Look> = self.0.iter().map(|column| column.look()).collect();
        let takes = |all: &[&Look]| BESIDE + all.iter().map(|it| it.width + GAP).sum::<u32>();
        while takes(&all) > width && all.len() > 1 {
            let least = all.iter().enumerate().max_by_key(|(_, it)| it.rank).map_or(0, |it| it.0);
            if all[least].rank == 0 {
                break;
            }
            all.remove(least);
        }
        // Somebody takes what is left.
        let shared = all.iter().any(|look| look.share > 0);
        let track = |(at, look): (usize, &&Look)| match look.share {
            0 if shared || at + 1 < all.len() => format!("{}px", look.width),
            share => format!("minmax(0,{}fr)", share.max(1)),
        };
        let tracks: Vec<String> = all.iter().enumerate().map(track).collect();
        (all.iter().map(|look| look.column).collect(), tracks.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_read_back_in_their_order() {
        let columns = Columns::read("status,time,path").unwrap();
        assert_eq!(columns.text(), "time,path,status");
        assert_eq!(Columns::read(&Columns::default().text()), Ok(Columns::default()));
        let said = Columns::read("time,weather").unwrap_err().to_string();
        assert!(
            said.starts_with("The address names an unknown column, wanted time, method, path,")
        );
        assert!(said.ends_with(": weather"), "{said}");
    }

    #[test]
    fn a_column_is_turned_on_and_off_and_the_last_one_stays() {
        let mut columns = Columns::read("time").unwrap();
        columns.turn(Kind);
        assert_eq!(columns.text(), "time,kind");
        columns.turn(Time);
        columns.turn(Kind);
        assert_eq!(columns.text(), "kind");
    }

    #[test]
    fn what_one_can_do_without_gives_way_first() {
        let names = |width| {
            let (all, tracks) = Columns::default().fit(width);
            assert_eq!(tracks.split(' ').count(), all.len(), "{tracks}");
            Columns(all).text()
        };
        assert_eq!(names(1_400), Columns::default().text());
        assert_eq!(names(700), "time,method,path,status,duration,spans,errors,service,lamps");
        assert_eq!(names(320), "method,path,status,duration");
        assert_eq!(names(0), "path,status");
        assert_eq!(Columns::read("kind").unwrap().fit(10).1, "minmax(0,1fr)");
    }
}
