//! Long work of the main thread, and what the page measured itself.

use serde::{Deserialize, Serialize};

use super::{NAME_LIMIT, Texts, URL_LIMIT, WORD_LIMIT};
use crate::PageMillis;

/// Scripts that are kept of one frame. The browser names those that ran 5 ms and longer.
const MOST_SCRIPTS: usize = 16;
/// Longest detail of a measure, bytes. A longer one is left out: half of an object is none.
const DETAIL_LIMIT: usize = 4 * 1024;

/// A frame that took 50 ms or longer (Long Animation Frames).
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// When it began.
    pub start_time: PageMillis,
    /// How long it took.
    pub duration: PageMillis,
    /// How long of that no input could be heard.
    #[serde(default)]
    pub blocking_duration: PageMillis,
    /// When rendering began; 0 where nothing was rendered.
    #[serde(default)]
    pub render_start: PageMillis,
    /// When style and layout began.
    #[serde(default)]
    pub style_and_layout_start: PageMillis,
    /// When the first input came that it kept waiting; 0 for none.
    #[serde(default, rename = "firstUIEventTimestamp")]
    pub first_input: PageMillis,
    /// What ran in it.
    #[serde(default)]
    pub scripts: Vec<Script>,
}

/// A script that ran in a long frame.
#[derive(Clone, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Script {
    /// When it began.
    pub start_time: PageMillis,
    /// How long it ran.
    pub duration: PageMillis,
    /// Who called it: `BUTTON#pay.onclick`, `TimerHandler:setTimeout`.
    pub invoker: String,
    /// Of which kind that is: `event-listener`, `user-callback`…
    pub invoker_type: String,
    /// Where it is from; empty for other origins without leave.
    #[serde(rename = "sourceURL")]
    pub source_url: String,
    /// The function.
    pub source_function_name: String,
    /// Where that is in it.
    pub source_char_position: i64,
    /// How long of it the script waited for layouts that it forced.
    pub forced_style_and_layout_duration: PageMillis,
    /// How long of it the browser stood still, as in `alert`.
    pub pause_duration: PageMillis,
}

impl Frame {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        // The longest ones, in their order.
        while self.scripts.len() > MOST_SCRIPTS {
            let lengths = self.scripts.iter().map(|script| script.duration.0).enumerate();
            let Some((shortest, _)) = lengths.min_by(|a, b| a.1.total_cmp(&b.1)) else { break };
            self.scripts.remove(shortest);
        }
        let scripts = self.scripts.iter_mut();
        let texts = scripts.flat_map(|script| {
            [
                (&mut script.invoker, NAME_LIMIT),
                (&mut script.invoker_type, WORD_LIMIT),
                (&mut script.source_url, URL_LIMIT),
                (&mut script.source_function_name, NAME_LIMIT),
            ]
        });
        texts.collect()
    }
}

/// A task of 50 ms and longer, where the browser knows no long frames (Long Tasks).
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// When it began.
    pub start_time: PageMillis,
    /// How long it took.
    pub duration: PageMillis,
    /// Whose it is: `self`, `same-origin-ancestor`, `unknown`…
    #[serde(default)]
    pub name: String,
}

impl Task {
    pub(super) fn texts(&mut self) -> Texts<'_> {
        vec![(&mut self.name, WORD_LIMIT)]
    }
}

/// What the page measured (User Timing).
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measure {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// When it began.
    pub start_time: PageMillis,
    /// How long it took.
    #[serde(default)]
    pub duration: PageMillis,
    /// What the page says of it, JSON text; empty for nothing.
    #[serde(default)]
    pub detail: String,
}

/// The group of tracks in which the Performance panel draws what we put onto a page's timeline.
pub const MEASURES: &str = "Tracelight";

impl Measure {
    /// Whether we measured it ourselves, to show a trace in the Performance panel: then it is no fact
    /// of the page.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.detail.contains(&format!("\"trackGroup\":\"{MEASURES}\""))
    }

    pub(super) fn texts(&mut self) -> Texts<'_> {
        if self.detail.len() > DETAIL_LIMIT {
            self.detail.clear();
        }
        vec![(&mut self.name, NAME_LIMIT)]
    }
}
