//! How something stands, in words.

use trace::completion::Progress;

use crate::lamp::Tone;

/// A state in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// For its colour and shape.
    pub tone: Tone,
    /// A few words.
    pub title: String,
    /// Why, and what to do next; may be empty.
    pub detail: String,
}

impl Standing {
    /// A state of this tone, in these words.
    #[must_use]
    pub fn new(tone: Tone, title: &str, detail: impl Into<String>) -> Self {
        Self { tone, title: title.to_owned(), detail: detail.into() }
    }

    /// How a page's trace stands.
    #[must_use]
    pub fn of(progress: &Progress) -> Self {
        Self::new(tone(progress), progress.title(), progress.detail())
    }
}

/// A page trace's tone: incomplete is the user's to act on.
fn tone(progress: &Progress) -> Tone {
    match progress {
        Progress::Complete { .. } => Tone::Good,
        Progress::TimedOut { .. } => Tone::Warn,
        Progress::Spared { .. } => Tone::Idle,
        _ => Tone::Busy,
    }
}
