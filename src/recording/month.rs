//! Counts the month's spans.

use trace::meter::{KEY, Meter};
use webext::clock;
use webext::storage::{self, Area};

use crate::Recording;

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
        let _counted = storage::store(Area::Local, KEY, &meter).await;
    }

    async fn meter(&self) -> Meter {
        let known = *self.meter.borrow();
        match known {
            Some(meter) => meter,
            None => storage::load(Area::Local, KEY).await.ok().flatten().unwrap_or_default(),
        }
    }
}
