//! Decides when a session begins and ends, and which context the next document of a tab gets.
//!
//! Knows nothing of storage, rules or messages: [`State::step`] takes what happened and returns
//! what to do besides; what must be set in the browser follows from the state (`wanted`).
//!
//! ```text
//!            Trace, Start                Sent                 Committed, Hello
//!   idle ───────────────▶ armed ───────────────▶ pending ───────────────▶ page ──▶ Closed
//!                           ▲                       │ Abandoned             │
//!                           └───────────────────────┴───────────────────────┘ in a session
//! ```
//!
//! A session's own life is in `life`, a tab's arming in `arming`, a document's in `document`.

mod arming;
mod document;
mod event;
mod life;

pub use event::{Asked, Event, Open};

use crate::context::PageContext;
use crate::state::State;
use crate::{Timestamp, TraceId};

/// What to do besides setting what is wanted; carried out after that, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Reload a tab.
    Reload(i32),
    /// Tell surfaces and the page that a tab's view changed.
    Changed(i32),
    /// Tell a tab's page to put nothing on requests any more.
    Silence(i32),
    /// Take a tab's toast away.
    Untoast(i32),
    /// A page begins: watch its trace.
    Begun(TraceId),
    /// A page is over: send what is recorded of it.
    Ended(TraceId),
}

/// Random bytes for one context; a shell draws them.
pub type Dice<'a> = &'a mut dyn FnMut() -> [u8; 32];

/// Draws until a usable context comes up. All-zero ids are invalid and two equal span ids would be
/// one span; that eight draws in a row are unusable does not happen with a working generator.
fn mint(dice: Dice<'_>) -> Option<PageContext> {
    (0..8).find_map(|_| PageContext::mint(dice()))
}

impl State {
    /// Takes in what happened and returns what to do. What has run out by then ends first.
    pub fn step(&mut self, event: Event, now: Timestamp, dice: Dice<'_>) -> Vec<Act> {
        let mut acts = self.expire(now);
        acts.extend(match event {
            Event::Start { tab, origin, plan, open } => {
                self.start((tab, origin), plan, &open, now, dice)
            }
            Event::Restart { tab, origin, open } => self.restart((tab, &origin), &open, now, dice),
            Event::Stop { place, end } => self.end(&place, end, now),
            Event::Found { open, guarded } => self.found(&open, guarded, dice),
            Event::Watched { tabs } => self.watched(&tabs, now),
            Event::Tick => Vec::new(),
            Event::Trace { tab, origin } => self.trace(tab, &origin, dice),
            Event::Cancel { tab } => self.cancel(tab, now, dice),
            Event::Opened(open) => self.opened(&open, dice),
            Event::Leaving { tab } => self.leaving(tab),
            Event::Sent(asked) => self.sent(asked, now, dice),
            Event::Redirected { request, url } => self.redirected(&request, url),
            Event::Responded { tab } => self.responded(tab, dice),
            Event::Answered { tab, request, status, error } => {
                self.answered(tab, &request, (status, error), now)
            }
            Event::Committed { tab, url } => self.committed(tab, &url, now, dice),
            Event::Abandoned { tab, url } => self.abandoned(tab, &url, dice),
            Event::Unshown { tab, url } => self.unshown(tab, &url, dice),
            Event::Hello { tab, url, context } => self.hello(tab, &url, context, now, dice),
            Event::Loaded { trace } => self.loaded(trace),
            Event::Counted { trace, requests, softs } => {
                self.counted(trace, [requests, softs], now)
            }
            Event::Resume { loading } => self.resume(&loading, dice),
            Event::Closed { tab } => self.closed(tab, now),
        });
        acts
    }
}

#[cfg(test)]
mod tests;
