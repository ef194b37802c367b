//! Lists the newest traces of the store that is set.

use backend::store;
use bridge::{Listing, Within};
use trace::contact::Purpose;
use webext::clock;

use crate::Stores;
use crate::line::Line;
use crate::way::trouble;

impl Stores {
    /// Asks for them in as many questions as the store wants. Nothing of them is recorded.
    pub(crate) async fn list(&self, within: Within) -> Listing {
        let mut listing = Listing::default();
        let line = match Line::set().await {
            None => return listing,
            Some(Ok(line)) => line,
            Some(Err(flaw)) => {
                listing.trouble.push(flaw.to_string());
                return listing;
            }
        };
        let store = match self.known(&line).await {
            Ok(store) => store,
            Err(fault) => {
                self.failed(&fault).await;
                listing.trouble.push(trouble(&line.address, &fault));
                return listing;
            }
        };
        let Within { session, from, to } = within;
        let within = store::Within { session, from, to };
        let mut asked = store::Listing::new(store, within, clock::now());
        while let Some(ask) = asked.next() {
            let answer = self.put(&line, Purpose::Ask, ask).await;
            asked.heard(answer.as_ref().map_err(Clone::clone), clock::now());
        }
        let store::Listed { requests, more, since, faults } = asked.listed();
        for fault in &faults {
            self.failed(fault).await;
            listing.trouble.push(trouble(&line.address, fault));
        }
        Listing { requests, more, since, ..listing }
    }
}
