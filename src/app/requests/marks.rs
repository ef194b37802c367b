//! Two requests that are marked to be compared.

use trace::TraceId;

use super::{RequestKey, Requests, key};

/// Requests that are compared.
const PAIR: usize = 2;

impl Requests {
    /// Marks the request so far down the list to be compared, or no longer. A third one is not marked.
    pub fn mark(&mut self, at: usize) {
        let Some(key) = self.at(at).map(key) else { return };
        match self.marked.iter().position(|marked| *marked == key) {
            Some(place) => drop(self.marked.remove(place)),
            None if self.marked.len() < PAIR => self.marked.push(key),
            None => {}
        }
    }

    /// Marks none.
    pub fn unmark(&mut self) {
        self.marked.clear();
    }

    /// The marked requests.
    #[must_use]
    pub fn marked(&self) -> &[RequestKey] {
        &self.marked
    }

    /// The traces to compare, what came first before what came of it; `Err` says what is missing.
    ///
    /// # Errors
    /// While there are no two requests of two traces.
    pub fn pair(&self) -> Result<[TraceId; PAIR], &'static str> {
        let &[one, other] = &*self.marked else {
            return Err("Tick one more request to compare");
        };
        if one.0 == other.0 {
            return Err("Both are of one trace: tick a request of another");
        }
        let start = |key| self.find_place(key).map(|place| self.rank(place));
        let swapped = start(other) < start(one);
        Ok(if swapped { [other.0, one.0] } else { [one.0, other.0] })
    }
}
