//! What became of what was sent, destination by destination. Kept from one life of the worker to the
//! next, and shown to the user.

use serde::{Deserialize, Serialize};
use trace::Timestamp;
use trace::quantity;
use trace::table::Table;

use super::{Cut, Drops, Fate, Limits, Load, Pace, Part, Why};
use crate::store::Answer;
use crate::stores::Destination;

/// One account for each destination, by slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger(pub Table<u8, Account>);

/// How a destination fares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// Its address: another one that gets the slot begins anew.
    pub endpoint: String,
    /// When it is tried again.
    pub pace: Pace,
    /// What was given up.
    pub drops: Drops,
    /// Why it did not take all of the last request, for people; empty where it did.
    pub said: String,
    /// When it last took spans.
    pub took: Option<Timestamp>,
    /// How many it has taken.
    pub spans: u64,
    /// Bytes of a request that it takes, once one was too large for it.
    pub fits: Option<usize>,
    /// The chunk that goes in parts.
    pub part: Option<Part>,
}

impl Account {
    /// A request of so many bytes was too large. Always less than before, whatever was in it.
    fn shrink(&mut self, bytes: usize) {
        self.fits = Some(self.fits.unwrap_or(bytes).min(bytes) / 2);
    }

    /// One of so many was taken. What fits grows again little by little, as whoever set a limit may
    /// raise it: one request in fifty is too large again.
    fn grow(&mut self, bytes: usize) {
        if let Some(fits) = self.fits.filter(|fits| bytes > fits / 2) {
            self.fits = Some(fits.saturating_add(fits / 64 + 1));
        }
    }
}

impl Ledger {
    /// Keeps the accounts of these destinations and of no others.
    pub fn keep(&mut self, destinations: &[Destination]) {
        self.0.retain(|slot, account| {
            destinations.iter().any(|it| it.slot == *slot && it.endpoint == account.endpoint)
        });
        for Destination { slot, endpoint, .. } in destinations {
            self.0.or_default(*slot).endpoint.clone_from(endpoint);
        }
    }

    /// When a destination is tried.
    #[must_use]
    pub fn pace(&self, slot: u8) -> Pace {
        self.0.get(&slot).map(|account| account.pace).unwrap_or_default()
    }

    /// Notes that a request is about to go out, as one that nobody answers: that is what it is for
    /// the next worker if this one dies of it, or before it is answered. Returns the pace for
    /// [`judge`](Self::judge).
    pub fn begin(&mut self, slot: u8, now: Timestamp, entropy: u32) -> Pace {
        let account = self.0.or_default(slot);
        let before = account.pace;
        account.pace.judge(None, 0, now, entropy);
        before
    }

    /// How requests to a destination are put together: as all are, or less where that was too large.
    #[must_use]
    pub fn limits(&self, slot: u8, limits: Limits) -> Limits {
        let fits = self.0.get(&slot).and_then(|account| account.fits);
        Limits { bytes: fits.map_or(limits.bytes, |fits| fits.min(limits.bytes)), ..limits }
    }

    /// How a chunk of so many bytes is cut that goes alone: on from where it was cut before, or as it
    /// does not fit; `None` where it goes whole.
    #[must_use]
    pub fn cut(&self, slot: u8, of: &str, bytes: usize) -> Option<Cut> {
        let Account { fits, part, .. } = self.0.get(&slot)?;
        let done = part.as_ref().filter(|part| part.of == of).map(|part| part.done);
        let most = fits.unwrap_or(usize::MAX);
        (done.is_some() || bytes > most).then(|| Cut { done: done.unwrap_or_default(), most })
    }

    /// The chunk that goes to a destination in parts.
    #[must_use]
    pub fn part(&self, slot: u8) -> Option<&Part> {
        self.0.get(&slot)?.part.as_ref()
    }

    /// Notes how far a destination is with a chunk that goes in parts; `None` where none does.
    pub fn set_part(&mut self, slot: u8, part: Option<Part>) {
        self.0.or_default(slot).part = part;
    }

    /// Judges the answer to a request (`None` for silence), and notes it. Whether the request is done
    /// with.
    pub fn judge(
        &mut self,
        slot: u8,
        before: Pace,
        answer: Option<&Answer>,
        load: Load,
        now: Timestamp,
        entropy: u32,
    ) -> bool {
        let account = self.0.or_default(slot);
        let Load { spans, bytes } = load;
        account.pace = before;
        match account.pace.judge(answer, spans, now, entropy) {
            Fate::Less => {
                account.shrink(bytes);
                false
            }
            Fate::Again => {
                account.said = answer.map_or_else(
                    || format!("nothing answers at {}", account.endpoint),
                    |answer| format!("the store is busy ({})", answer.reply.status),
                );
                false
            }
            Fate::Done { lost: None, said } => {
                account.took = Some(now);
                account.spans = account.spans.saturating_add(spans);
                account.grow(bytes);
                account.said =
                    if said.is_empty() { said } else { format!("the store warns: {said}") };
                true
            }
            Fate::Done { lost: Some((why, lost)), said } => {
                account.drops.add(why, lost);
                let count = quantity::count(lost, "span");
                if why == Why::Rejected {
                    account.took = Some(now);
                    account.spans = account.spans.saturating_add(spans.saturating_sub(lost));
                    account.said = format!("the store rejected {count}: {said}");
                } else {
                    let status = answer.map_or(0, |answer| answer.reply.status);
                    account.said = match (why, status) {
                        (Why::Redirected, 0) => format!("the store sends {count} elsewhere"),
                        _ => format!("the store refused {count} with {status}: {said}"),
                    };
                }
                true
            }
        }
    }

    /// Counts spans that a destination will not get, for another reason than its answer.
    pub fn lose(&mut self, slot: u8, why: Why, spans: u64) {
        self.0.or_default(slot).drops.add(why, spans);
    }

    /// Why something waits or was lost, in one line; `None` where all went well. Where there are
    /// several destinations, each with its address.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let several = self.0.len() > 1;
        let troubled = self.0.values().filter(|account| !account.said.is_empty());
        let lines: Vec<_> = troubled
            .map(|Account { endpoint, said, .. }| {
                if several && !said.contains(endpoint.as_str()) {
                    format!("{said} ({endpoint})")
                } else {
                    said.clone()
                }
            })
            .collect();
        (!lines.is_empty()).then(|| lines.join("; "))
    }
}

#[cfg(test)]
mod tests;
