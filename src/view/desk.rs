//! What a reader has set for all views of a trace: which view, what is filtered, which stretch of
//! time, whose clocks. One desk lies under every view, so that choice and filter hold in all of them.
//!
//! Plain state in signals of their own: a stretch of time that changes with every frame must not
//! have rows built anew that it does not concern.

use std::sync::Arc;

use leptos::prelude::*;
use trace::filter::{self, Bits, Flaw, SPANS};

use crate::picture::Picture;
pub use surface::window::{Stretch, Window};

/// How a trace is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// Bars on a common time axis.
    #[default]
    Waterfall,
    /// Its shape, with shares and self times.
    Tree,
    /// Bars upon bars, by depth.
    Flame,
    /// A row a span, with columns of the reader's choice.
    Table,
    /// In numbers, by service and operation.
    Statistics,
    /// Who calls whom.
    Services,
    /// Events in order of time.
    Logs,
}

impl View {
    /// All of them, in the order of their tabs.
    pub const ALL: [Self; 7] = [
        Self::Waterfall,
        Self::Tree,
        Self::Flame,
        Self::Table,
        Self::Statistics,
        Self::Services,
        Self::Logs,
    ];

    /// What its tab is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waterfall => "Waterfall",
            Self::Tree => "Tree",
            Self::Flame => "Flame",
            Self::Table => "Table",
            Self::Statistics => "Statistics",
            Self::Services => "Services",
            Self::Logs => "Logs",
        }
    }
}

/// What becomes of rows that a filter does not let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    /// They are drawn pale, so that what is left stays in its place.
    #[default]
    Dim,
    /// They are left out; their ancestors stay, pale.
    Hide,
}

/// The filter of a trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// As typed.
    pub text: String,
    /// What becomes of the others.
    pub rest: Rest,
    /// The spans that it lets through; `None` while it lets all through.
    pub through: Option<Arc<Bits>>,
    /// Why the text is no filter; the last one that was holds on.
    pub flaw: Option<Flaw>,
}

impl Filter {
    /// Whether a span is let through.
    #[must_use]
    pub fn lets(&self, span: usize) -> bool {
        self.through.as_ref().is_none_or(|bits| bits.has(span))
    }
}

/// What the reader has set.
#[derive(Clone, Copy)]
pub struct Desk {
    /// How the trace is shown.
    pub view: RwSignal<View>,
    /// What is let through.
    pub filter: RwSignal<Filter>,
    /// The stretch of time in view.
    pub window: RwSignal<Window>,
    /// Whether server spans are fitted into the requests that they answer.
    pub adjusted: RwSignal<bool>,
    /// Whether the critical path is marked.
    pub critical: RwSignal<bool>,
    /// Whether the chosen span's details are shown.
    pub details: RwSignal<bool>,
}

impl Desk {
    /// A desk with nothing set.
    #[must_use]
    pub fn new() -> Self {
        Self {
            view: RwSignal::new(View::default()),
            filter: RwSignal::new(Filter::default()),
            window: RwSignal::new(Window::default()),
            adjusted: RwSignal::new(false),
            critical: RwSignal::new(false),
            details: RwSignal::new(false),
        }
    }

    /// Filters by one more condition (`trace::filter::condition` writes one).
    pub fn narrow(&self, condition: &str) {
        self.filter.update(|filter| filter.text = filter::narrow(&filter.text, condition, &SPANS));
    }

    /// The stretch of time in view of a trace, by its length as it is now.
    #[must_use]
    pub fn stretch(self, picture: RwSignal<Picture>) -> Memo<Stretch> {
        let length = Memo::new(move |_| picture.with(|picture| picture.waterfall().length()));
        Memo::new(move |_| {
            let length = u64::try_from(length.get().as_nanos()).unwrap_or(u64::MAX);
            self.window.get().within(length)
        })
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}
