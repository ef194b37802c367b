//! What waits for a store: what goes into one request and when, and what becomes of it by the answer.
//!
//! The shell keeps the queue (`IndexedDB`, `SQLite`) in chunks, each a `TracesData` message, and for each
//! destination a [`Pace`]. It sends one request at a time to each, and strikes chunks off in the same
//! transaction in which it notes the answer: then a worker that dies sends again only what it had no
//! answer to, which OTLP allows.

mod ledger;
mod letter;

use std::fmt;
use std::time::Duration;

use otlp::answer::Partial;
use serde::{Deserialize, Serialize};
use trace::Timestamp;
use trace::table::Table;

use crate::retry;
use crate::store::{Answer, reason};

pub use ledger::{Account, Ledger};
pub use letter::{Cut, Form, Letter, Part, export, join, to_json};

/// More is not read of an answer to an export (OTLP, 4 MiB).
const MOST: usize = 4 << 20;
/// A pause beyond this was made by a clock that was wrong.
const FAR: Duration = Duration::from_hours(27);

/// How spans are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request, before packing: nginx takes 1 MB unless told otherwise.
    pub bytes: usize,
    /// Spans of a request.
    pub spans: u32,
    /// So long a span waits for others.
    pub linger: Duration,
    /// Bytes of all that waits for one destination.
    pub held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    /// What suits most stores.
    pub const DEFAULT: Self =
        Self { bytes: 512 << 10, spans: 2048, linger: Duration::from_secs(5), held: 64 << 20 };

    /// Whether so much fills a request.
    #[must_use]
    pub const fn full(&self, bytes: usize, spans: u32) -> bool {
        bytes >= self.bytes || spans >= self.spans
    }
}

/// A chunk of spans that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its size.
    pub bytes: usize,
    /// How many they are.
    pub spans: u32,
    /// Since when.
    pub since: Timestamp,
}

/// How a destination fares. Kept from one life of the worker to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Failures, one behind the other.
    pub failures: u32,
    /// Nothing is sent before this.
    pub not_before: Timestamp,
}

/// What to do about what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing waits.
    Nothing,
    /// So many chunks, the oldest, go now, in one request.
    Send {
        /// How many.
        chunks: usize,
    },
    /// It is too early.
    Wait {
        /// Until when.
        until: Timestamp,
    },
}

impl Limits {
    /// What to do about what waits, the oldest first. `now_or_never` sends what there is, as at the
    /// end of a session.
    #[must_use]
    pub fn due(&self, waiting: &[Waiting], pace: Pace, now: Timestamp, now_or_never: bool) -> Due {
        let Some(oldest) = waiting.first() else { return Due::Nothing };
        if pace.not_before > now && pace.not_before.since(now) < FAR {
            return Due::Wait { until: pace.not_before };
        }
        let (mut bytes, mut spans, mut chunks) = (0_usize, 0_u32, 0);
        for chunk in waiting {
            (bytes, spans) = (bytes.saturating_add(chunk.bytes), spans.saturating_add(chunk.spans));
            // One that is too large by itself goes alone: the store may have other limits.
            if chunks > 0 && (bytes > self.bytes || spans > self.spans) {
                break;
            }
            chunks += 1;
        }
        let full = chunks < waiting.len() || self.full(bytes, spans);
        let until = oldest.since.plus(self.linger);
        // What came after now came before a clock was set back.
        if full || now_or_never || until <= now || oldest.since > now {
            Due::Send { chunks }
        } else {
            Due::Wait { until }
        }
    }

    /// How many of the oldest chunks must go, so that the rest fits.
    #[must_use]
    pub fn overflow(&self, waiting: &[Waiting]) -> usize {
        let mut held: usize = waiting.iter().map(|chunk| chunk.bytes).sum();
        let fits = |chunk: &Waiting| {
            let fits = held <= self.held;
            held -= chunk.bytes;
            fits
        };
        waiting.iter().position(fits).unwrap_or(waiting.len())
    }
}

/// Why spans were given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Why {
    /// More waited than is held.
    Full,
    /// The journal removed them with old pages to make room, while they waited.
    Removed,
    /// The store took the request without them.
    Rejected,
    /// The store wants other credentials.
    Denied,
    /// The request was too large for the store, with nothing else in it.
    Large,
    /// The store sent us elsewhere.
    Redirected,
    /// The store refused the request otherwise.
    Refused,
    /// We could not read them ourselves, to write them in the store's form.
    Garbled,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "because too much waited",
            Self::Removed => "to make room in the journal",
            Self::Rejected => "rejected by the store",
            Self::Denied => "for want of credentials",
            Self::Large => "too large for the store",
            Self::Redirected => "because the store is elsewhere",
            Self::Refused => "refused by the store",
            Self::Garbled => "because they cannot be read",
        })
    }
}

/// Spans that were given up, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Drops(pub Table<Why, u64>);

impl Drops {
    /// Counts some more.
    pub fn add(&mut self, why: Why, spans: u64) {
        if spans > 0 {
            let count = self.0.or_default(why);
            *count = count.saturating_add(spans);
        }
    }

    /// All of them.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.values().fold(0, |all, count| all.saturating_add(*count))
    }
}

/// One line: `7 spans dropped: 5 rejected by the store, 2 because too much waited`.
impl fmt::Display for Drops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count();
        write!(f, "{count} {} dropped", if count == 1 { "span" } else { "spans" })?;
        for (at, (why, count)) in self.0.iter().enumerate() {
            write!(f, "{} {count} {why}", if at == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

/// What a request weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Its spans.
    pub spans: u64,
    /// Their bytes, before they were written in another form and packed.
    pub bytes: usize,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is done with: strike its chunks off. Some or all of its spans may be lost.
    Done {
        /// How many are lost for good, and why.
        lost: Option<(Why, u64)>,
        /// What the store said of it; empty when it said nothing. With nothing lost a warning.
        said: String,
    },
    /// The same goes again; [`Pace`] says when.
    Again,
    /// It was too large: the same goes again at once, in smaller requests.
    Less,
}

impl Pace {
    /// Judges the answer to a request of so many spans as OTLP/HTTP has it: 429, 502, 503 and 504
    /// are tried again, as what was not answered is, and nothing else; partial success is final. What
    /// is too large is less the next time, down to one span.
    pub fn judge(
        &mut self,
        answer: Option<&Answer>,
        spans: u64,
        now: Timestamp,
        entropy: u32,
    ) -> Fate {
        let Some(Answer { reply, date, .. }) = answer else {
            return self.fail(None, now, entropy);
        };
        let why = match reply.status {
            429 | 502..=504 => {
                let after = retry::after(&reply.retry_after, date, now);
                return self.fail(after, now, entropy);
            }
            200..=299 if !reply.is_page() => None,
            0 | 300..=399 => Some(Why::Redirected),
            401 | 403 | 407 => Some(Why::Denied),
            413 if spans > 1 => {
                *self = Self::default();
                return Fate::Less;
            }
            413 => Some(Why::Large),
            _ => Some(Why::Refused),
        };
        *self = Self::default();
        if let Some(why) = why {
            return Fate::Done { lost: Some((why, spans)), said: reason(reply) };
        }
        let Partial { rejected, message } = if reply.is_json() {
            Partial::from_json(&reply.body)
        } else {
            Partial::from_proto(&reply.body)
        };
        let lost = rejected.min(spans);
        Fate::Done { lost: (lost > 0).then_some((Why::Rejected, lost)), said: message }
    }

    fn fail(&mut self, named: Option<Duration>, now: Timestamp, entropy: u32) -> Fate {
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.plus(retry::pause(self.failures, named, entropy));
        Fate::Again
    }
}

#[cfg(test)]
mod tests;
