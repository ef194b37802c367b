//! The month's spans against the user's limit: at it, what is recorded waits here and is not sent.

use std::time::Duration;

use bridge::Sent;
use trace::meter::{Meter, REACHED};
use trace::quantity;
use webext::storage::{self, Area};
use webext::{Error, Journal, clock, settings};

use crate::Recording;

/// Key of the month's meter in local storage, where surfaces read it.
const METER: &str = "meter";
/// When to look again whether a month has begun. A change of the settings is heard at once.
const REST: Duration = Duration::from_secs(3_600);

impl Recording {
    /// Adds to the month's meter.
    pub(crate) async fn count(&self, spans: u32) {
        if spans == 0 {
            return;
        }
        let mut meter = self.meter().await;
        meter.add(clock::now(), spans);
        self.meter.replace(Some(meter));
        // A meter that cannot be stored is one that counts less: no reason to record less.
        let _counted = storage::store(Area::Local, METER, &meter).await;
    }

    async fn meter(&self) -> Meter {
        let known = *self.meter.borrow();
        match known {
            Some(meter) => meter,
            None => storage::load(Area::Local, METER).await.ok().flatten().unwrap_or_default(),
        }
    }

    /// Why nothing is sent, where the month's limit is reached; `None` where it is not.
    pub(crate) async fn reached(&self) -> Option<String> {
        let limit = settings::load().await.ok()?.limit;
        let reached = self.meter().await.reached(clock::now(), limit);
        if !reached {
            self.held.take();
        }
        let spans = quantity::count(limit, "span");
        reached.then(|| format!("{REACHED} of {spans} is reached"))
    }

    /// Nothing is sent: how much waits. Read once, because all that waits would be fetched, and from
    /// then on counted by [`hold`](Self::hold). `None` when nothing waits.
    pub(crate) async fn wait(
        &self,
        journal: &Journal,
        trouble: String,
    ) -> Result<Option<Sent>, Error> {
        let left = match self.held.get() {
            Some(left) => left,
            None => journal.unsent().await?.iter().map(|chunk| chunk.count).sum(),
        };
        self.held.set(Some(left));
        let sent = Sent { done: false, left, trouble: Some(trouble), after: Some(REST) };
        Ok((left > 0).then_some(sent))
    }

    /// Counts spans that wait since now, while nothing is sent.
    pub(crate) fn hold(&self, spans: u32) {
        self.held.set(self.held.get().map(|held| held.saturating_add(spans)));
    }
}
