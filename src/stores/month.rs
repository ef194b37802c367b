//! The month's spans against the user's limit: at it, what is recorded waits here and is not sent.

use std::time::Duration;

use trace::meter::{KEY, Meter, REACHED};
use trace::quantity;
use webext::clock;
use webext::storage::{self, Area};

use crate::Stores;

/// When to look again whether a month has begun. A change of the settings is heard at once.
const REST: Duration = Duration::from_secs(3_600);

impl Stores {
    /// What is said where nothing is sent because the month's limit is reached, and for how long that
    /// holds; `None` where it is not.
    pub(crate) async fn held(&self, limit: u64) -> Option<(String, Duration)> {
        let meter = storage::load::<Meter>(Area::Local, KEY).await.ok().flatten();
        if !meter.unwrap_or_default().reached(clock::now(), limit) {
            return None;
        }
        let spans = quantity::count(limit, "span");
        Some((format!("{REACHED} of {spans} is reached"), REST))
    }
}
