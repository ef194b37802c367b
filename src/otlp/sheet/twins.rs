//! What a store has under the ids of spans that are here. It is no span of the trace beside them, so
//! no column, list or count knows it; whoever shows a span asks whether there is another word on it.

use trace::{Span, twin};

use super::Sheet;

/// Words on one span that are kept, at most.
const MOST: usize = 4;

impl Sheet {
    /// Takes in what a store has under an id, whose span may be here or still to come.
    pub fn hear(&mut self, said: Span) {
        let own = self.columns.find(said.id).and_then(|at| self.span(at));
        if own.is_some_and(|own| own.trace == said.trace && twin::same(&own, &said)) {
            return;
        }
        let known = self.twins.entry((said.id, said.trace)).or_default();
        if known.len() < MOST && !known.contains(&said) {
            known.push(said);
        }
    }

    /// All that was heard, in the order of ids.
    pub fn heard(&self) -> impl Iterator<Item = &Span> {
        self.twins.values().flatten()
    }

    /// What was heard of a span and is otherwise than the span itself.
    #[must_use]
    pub fn twins(&self, at: usize) -> Vec<&Span> {
        let key = self.columns.id(at).zip(self.columns.trace(at));
        let Some(heard) = key.and_then(|key| self.twins.get(&key)) else { return Vec::new() };
        let Some(own) = self.span(at) else { return Vec::new() };
        heard.iter().filter(|said| !twin::same(&own, said)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use trace::{Kind, Status, Timestamp};

    use super::*;

    fn span(name: &str) -> Span {
        Span {
            trace: "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap(),
            id: "00f067aa0ba902b7".parse().unwrap(),
            parent: None,
            state: String::new(),
            flags: 0,
            name: name.to_owned(),
            kind: Kind::Client,
            start: Timestamp::from_nanos(1_001),
            end: Timestamp::from_nanos(5_001),
            attributes: trace::Attributes::new(),
            events: Vec::new(),
            links: Vec::new(),
            status: Status::Unset,
            dropped: trace::span::Dropped::default(),
            resource: Arc::default(),
            scope: Arc::default(),
        }
    }

    #[test]
    fn another_word_on_a_span_is_no_span_and_is_known_whichever_came_first() {
        let mut sheet = Sheet::default();
        sheet.hear(span("POST"));
        sheet.hear(span("POST"));
        assert!(sheet.push(&span("GET")));
        let cut = Span { start: Timestamp::from_nanos(1_000), ..span("get") };
        sheet.hear(Span { end: Timestamp::from_nanos(5_000), ..cut });
        assert_eq!((sheet.len(), sheet.heard().count()), (1, 1));
        let names: Vec<&str> = sheet.twins(0).iter().map(|twin| &*twin.name).collect();
        assert_eq!(names, ["POST"]);
        assert!(sheet.twins(1).is_empty());
    }

    #[test]
    fn who_says_something_else_each_time_is_not_listened_to_for_ever() {
        let mut sheet = Sheet::of([&span("GET")]);
        (0..100).for_each(|at| sheet.hear(span(&format!("{at}"))));
        assert_eq!(sheet.twins(0).len(), MOST);
    }
}
