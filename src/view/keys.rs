//! The keys of the trace view: one table, which the help lists and the keyboard goes by.

use trace::waterfall::Level;

use crate::desk::View;
use surface::cursor::Step;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Leads through the rows; only while these have the focus.
    Step(Step),
    /// Less time in view, or more.
    Zoom(Zoom),
    /// Earlier or later time.
    Pan(Pan),
    /// The chosen span fills the view.
    Fit,
    /// All of the trace is in view.
    Reset,
    /// Folds or unfolds.
    Level(Level),
    /// The filter has the focus.
    Find,
    /// Another view.
    View(View),
    /// To the next span that matches, or back; without a filter, that failed.
    Seek {
        /// Whether it goes back.
        back: bool,
    },
    /// Lists the keys.
    Help,
}

/// Which way to zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zoom {
    /// Less time in view.
    In,
    /// More of it.
    Out,
}

/// Which way to go in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pan {
    /// Earlier.
    Back,
    /// Later.
    On,
}

/// A key of the trace view.
#[derive(Debug)]
pub struct Key {
    /// Its names in UI Events (`KeyboardEvent.key`), lower case where that makes no difference.
    pub names: &'static [&'static str],
    /// As it is written on keyboards.
    pub shown: &'static str,
    /// What it does.
    pub act: Act,
    /// That, in words.
    pub meaning: &'static str,
}

/// Keys that belong together.
#[derive(Debug)]
pub struct Group {
    /// What they are about.
    pub name: &'static str,
    /// The keys.
    pub keys: &'static [Key],
}

const fn key(
    names: &'static [&'static str],
    shown: &'static str,
    act: Act,
    meaning: &'static str,
) -> Key {
    Key { names, shown, act, meaning }
}

/// Every key, by what it is about. Letters are those of Perfetto and Jaeger UI, and of pagers.
pub static GROUPS: [Group; 5] = [
    Group {
        name: "Time",
        keys: &[
            key(&["w", "+", "="], "w", Act::Zoom(Zoom::In), "Zoom in"),
            key(&["s", "-"], "s", Act::Zoom(Zoom::Out), "Zoom out"),
            key(&["a"], "a", Act::Pan(Pan::Back), "Earlier"),
            key(&["d"], "d", Act::Pan(Pan::On), "Later"),
            key(&["f"], "f", Act::Fit, "Zoom to the chosen span"),
            key(&["0"], "0", Act::Reset, "Show the whole trace"),
        ],
    },
    Group {
        name: "Rows",
        keys: &[
            key(&["arrowup"], "↑", Act::Step(Step::Up), "Row above"),
            key(&["arrowdown"], "↓", Act::Step(Step::Down), "Row below"),
            key(&["arrowright"], "→", Act::Step(Step::In), "Unfold, or to the first child"),
            key(&["arrowleft"], "←", Act::Step(Step::Out), "Fold, or to the parent"),
            key(&["pageup"], "Page Up", Act::Step(Step::PageUp), "A screen up"),
            key(&["pagedown"], "Page Down", Act::Step(Step::PageDown), "A screen down"),
            key(&["home"], "Home", Act::Step(Step::First), "First row"),
            key(&["end"], "End", Act::Step(Step::Last), "Last row"),
            key(&["enter", " "], "Enter", Act::Step(Step::Open), "Show details"),
            key(&["escape"], "Esc", Act::Step(Step::Close), "Close details"),
        ],
    },
    Group {
        name: "Levels",
        keys: &[
            key(&["["], "[", Act::Level(Level::CollapseOne), "Collapse one level"),
            key(&["]"], "]", Act::Level(Level::ExpandOne), "Expand one level"),
            key(&["{"], "{", Act::Level(Level::CollapseAll), "Collapse all"),
            key(&["}"], "}", Act::Level(Level::ExpandAll), "Expand all"),
        ],
    },
    Group {
        name: "Views",
        keys: &[
            key(&["1"], "1", Act::View(View::Waterfall), "Waterfall"),
            key(&["2"], "2", Act::View(View::Tree), "Tree"),
            key(&["3"], "3", Act::View(View::Flame), "Flame graph"),
            key(&["4"], "4", Act::View(View::Table), "Table of spans"),
            key(&["5"], "5", Act::View(View::Statistics), "Statistics"),
            key(&["6"], "6", Act::View(View::Services), "Services"),
            key(&["7"], "7", Act::View(View::Logs), "Logs"),
        ],
    },
    Group {
        name: "Trace",
        keys: &[
            key(&["/"], "/", Act::Find, "Filter spans"),
            key(&["n"], "n", Act::Seek { back: false }, "Next match; without a filter, next error"),
            key(&["N"], "Shift n", Act::Seek { back: true }, "Previous match or error"),
            key(&["?"], "?", Act::Help, "Keyboard shortcuts"),
        ],
    },
];

/// What a key does, by its name in UI Events. Letters count in upper case, too, where that has no
/// meaning of its own.
#[must_use]
pub fn act(name: &str) -> Option<Act> {
    let of = |name: &str| {
        let mut keys = GROUPS.iter().flat_map(|group| group.keys);
        keys.find(|key| key.names.contains(&name)).map(|key| key.act)
    };
    of(name).or_else(|| of(&name.to_lowercase()))
}

/// The key for an act, as it is written on keyboards; empty where there is none.
#[must_use]
pub fn shown(act: Act) -> &'static str {
    let mut keys = GROUPS.iter().flat_map(|group| group.keys);
    keys.find(|key| key.act == act).map_or("", |key| key.shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_does_what_its_row_says() {
        let keys = || GROUPS.iter().flat_map(|group| group.keys);
        let mut names: Vec<_> = keys().flat_map(|key| key.names).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for key in keys() {
            assert!(key.names.iter().all(|name| act(name) == Some(key.act)), "{}", key.shown);
        }
        assert_eq!((act("W"), act("ArrowUp")), (act("w"), Some(Act::Step(Step::Up))));
        assert_eq!((act("Tab"), act("")), (None, None));
        let seek = |back| Some(Act::Seek { back });
        assert_eq!((act("n"), act("N")), (seek(false), seek(true)));
    }

    #[test]
    fn digits_lead_to_the_views_in_the_order_of_their_tabs() {
        for (at, view) in View::ALL.into_iter().enumerate() {
            assert_eq!(act(&(at + 1).to_string()), Some(Act::View(view)));
        }
        assert_eq!((act("8"), act("9")), (None, None));
    }

    #[test]
    fn steps_are_those_of_every_list() {
        let of = |name: &str| match act(name) {
            Some(Act::Step(step)) => Some(step),
            _ => None,
        };
        for name in ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown"] {
            assert_eq!(of(name), Step::of(name));
        }
        for name in ["Home", "End", "Enter", " ", "Escape"] {
            assert_eq!(of(name), Step::of(name));
        }
    }
}
