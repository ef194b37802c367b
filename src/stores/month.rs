//! The month's spans against the user's limit: at it, what is recorded waits here and is not sent.

use std::time::Duration;

use bridge::Sent;
use trace::meter::{KEY, Meter, REACHED};
use trace::quantity;
use webext::clock;
use webext::storage::{self, Area};

use crate::Stores;

/// When to look again whether a month has begun. A change of the settings is heard at once.
const REST: Duration = Duration::from_secs(3_600);

impl Stores {
    /// What is said where nothing is sent because the month's limit is reached, and so many spans
    /// wait; `None` where it is not.
    pub(crate) async fn held(&self, limit: u64, left: u32) -> Option<Sent> {
        let meter = storage::load::<Meter>(Area::Local, KEY).await.ok().flatten();
        if !meter.unwrap_or_default().reached(clock::now(), limit) {
            return None;
        }
        let spans = quantity::count(limit, "span");
        let trouble = Some(format!("{REACHED} of {spans} is reached"));
        Some(Sent { done: false, left, trouble, after: Some(REST) })
    }
}
