//! Which requests of a list pass its filter, and which of those began in the time that is asked for.

use trace::Timestamp;
use trace::filter;
use trace::request::TracedRequest;

use super::{AT_ONCE, OTHER, Requests, Totals};
use crate::buckets::{Class, Histogram};
use crate::filter::Filter;

impl Requests {
    /// Shows only what passes a filter: of the newest at once, of the others as `sift` goes on.
    pub fn filter(&mut self, filter: Filter) {
        if filter == self.filter {
            return;
        }
        let (session, same) = (filter.session != self.filter.session, filter.alike(&self.filter));
        self.filter = filter;
        if session {
            let mut totals = Totals::default();
            let all = self.order.iter().filter_map(|place| self.any(*place));
            all.filter(|it| self.filter.of_session(it)).for_each(|it| totals.add(Totals::of(it)));
            self.totals = totals;
        }
        if same { self.cut() } else { self.again() }
    }

    /// Asks the filter again.
    pub(super) fn again(&mut self) {
        self.sifted = 0;
        self.passed.clear();
        self.sift(AT_ONCE);
    }

    /// Asks the filter of so many more; whether some are left.
    pub fn sift(&mut self, count: usize) -> bool {
        let to = self.sifted.saturating_add(count).min(self.order.len());
        let mut passed = self.pass(&self.order[self.sifted..to]);
        self.passed.append(&mut passed);
        self.sifted = to;
        self.cut();
        self.sifting()
    }

    /// Whether the filter has not been asked of all.
    #[must_use]
    pub fn sifting(&self) -> bool {
        self.sifted < self.order.len()
    }

    /// Those of some that pass the filter.
    pub(super) fn pass(&self, places: &[u32]) -> Vec<u32> {
        let switched = places.iter().filter_map(|place| {
            let request = self.any(*place)?;
            let mine = place & OTHER == 0;
            let passes = self.filter.of_session(request) && self.filter.switched(request, mine);
            passes.then_some((*place, request))
        });
        let (mut places, requests): (Vec<u32>, Vec<&TracedRequest>) = switched.unzip();
        if let Some(query) = &self.filter.query {
            let through = query.run(&filter::Requests(&requests));
            let mut nth = 0..;
            places.retain(|_| nth.next().is_some_and(|nth| through.has(nth)));
        }
        places
    }

    /// Finds those that began in the time that is asked for.
    pub(super) fn cut(&mut self) {
        let (since, until) = self.filter.range;
        let millis = |place: &u32| self.any(*place).map_or(0, |it| it.start.millis());
        let from = until.map_or(0, |until| self.passed.partition_point(|it| millis(it) >= until));
        let to = since.map_or(self.passed.len(), |since| {
            self.passed.partition_point(|it| millis(it) >= since)
        });
        self.shown = from..to.max(from);
    }

    /// When the newest began that the journal has.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        let mine = self.order.iter().find(|place| **place & OTHER == 0);
        mine.and_then(|place| self.any(*place)).map(|request| request.start)
    }

    /// How many came, ever since, that are newer than all that were shown.
    #[must_use]
    pub fn arrived(&self) -> usize {
        self.arrived
    }

    /// Those that pass the filter, whenever they began, in time and by the class of their status.
    #[must_use]
    pub fn histogram(&self, domain: (u64, u64), zone: i32) -> Histogram {
        let mut histogram = Histogram::new(domain, zone);
        for request in self.passed.iter().filter_map(|place| self.any(*place)) {
            histogram.add(request.start.millis(), Class::of(request.status));
        }
        histogram
    }

    /// When the first and the last of all began, milliseconds; `None` while there is none.
    #[must_use]
    pub fn extent(&self) -> Option<(u64, u64)> {
        let millis = |place: &u32| self.any(*place).map(|it| it.start.millis());
        Some((self.order.last().and_then(millis)?, self.order.first().and_then(millis)?))
    }
}
