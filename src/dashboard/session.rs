//! The tab of one session: its summary, its timeline, its pages and what happened in them.

pub mod path;
pub mod plot;
pub mod steps;
pub mod stored;
pub mod summary;
pub mod timeline;
pub mod view;

use leptos::prelude::*;
use trace::digest::PageRow;
use trace::{SpanId, TraceId};

use crate::course::Step;

/// A page of the session: its trace and its root.
pub type Place = (TraceId, SpanId);

/// What is known of what happened in a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Course {
    /// It is being read.
    Waiting,
    /// Why it cannot be.
    Failed(String),
    /// It.
    There(Vec<Step>),
}

/// The pages that are open, each with what happened in it.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    /// Those that are shown open.
    pub open: RwSignal<Vec<Place>>,
    /// Those that were read.
    pub courses: RwSignal<Vec<(Place, Course)>>,
    /// Reads one.
    pub on_read: Callback<PageRow>,
}

impl Opened {
    /// Opens a page, and has it read.
    pub fn show(self, page: &PageRow) {
        let Some(place) = page.trace.zip(page.span) else { return };
        if !self.is_open(place) {
            self.open.update(|open| open.push(place));
        }
        // What could not be read is tried again.
        if matches!(self.course(place), None | Some(Course::Failed(_))) {
            self.on_read.run(page.clone());
        }
    }

    /// Closes a page.
    pub fn hide(self, place: Place) {
        self.open.update(|open| open.retain(|it| *it != place));
    }

    /// Whether a page is open.
    #[must_use]
    pub fn is_open(self, place: Place) -> bool {
        self.open.with(|open| open.contains(&place))
    }

    /// What is known of a page.
    #[must_use]
    pub fn course(self, place: Place) -> Option<Course> {
        let find = |all: &Vec<(Place, Course)>| {
            all.iter().find(|(it, _)| *it == place).map(|(_, course)| course.clone())
        };
        self.courses.with(find)
    }
}
