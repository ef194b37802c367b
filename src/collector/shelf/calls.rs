//! Calls in compact form: a tenth of what is stored are calls, and their texts are few.
//!
//! A row is a hundred bytes, and each text is there once, however many rows have it; so whoever walks over
//! all rows walks over one list, and finds the texts in the processor's cache.

use std::collections::HashMap;
use std::sync::Arc;

use bridge::query::{Call, CallList};
use trace::digest::CallRow;
use trace::{SpanId, Timestamp, TraceId};

/// A call whose texts are numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    trace: Option<TraceId>,
    span: Option<SpanId>,
    page: Option<TraceId>,
    start: Timestamp,
    millis: f64,
    status: Option<u16>,
    spans: u32,
    session: u32,
    method: u32,
    url: u32,
    error: u32,
    service: u32,
    route: u32,
}

/// All calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) rows: Vec<Row>,
    texts: Texts,
}

impl Calls {
    /// Takes a row's texts in.
    pub(super) fn row(&mut self, row: &CallRow) -> Row {
        let texts = &mut self.texts;
        Row {
            trace: row.trace,
            span: row.span,
            page: row.page,
            start: row.start,
            millis: row.millis,
            status: row.status,
            spans: row.spans,
            session: texts.put(&row.session),
            method: texts.put(&row.method),
            url: texts.put(&row.url),
            error: texts.put(&row.error),
            service: texts.put(&row.service),
            route: texts.put(&row.route),
        }
    }

    /// Lets the texts of rows go that are not there any more.
    pub(super) fn forget(&mut self, gone: &[Row]) {
        for row in gone {
            for text in [row.session, row.method, row.url, row.error, row.service, row.route] {
                self.texts.drop_one(text);
            }
        }
    }

    pub(super) fn read(&self, row: &Row) -> Call<'_> {
        let text = |number| self.texts.text(number);
        Call {
            trace: row.trace,
            span: row.span,
            page: row.page,
            session: text(row.session),
            start: row.start,
            millis: row.millis,
            method: text(row.method),
            url: text(row.url),
            status: row.status,
            error: text(row.error),
            service: text(row.service),
            route: text(row.route),
            spans: row.spans,
        }
    }
}

impl CallList for Calls {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn each(&self) -> impl Iterator<Item = Call<'_>> {
        self.rows.iter().map(|row| self.read(row))
    }
}

/// Texts by number, each once, as long as somebody has it.
#[derive(Debug, Default)]
struct Texts {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<(Arc<str>, u32)>,
    free: Vec<u32>,
}

impl Texts {
    fn put(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text).copied() {
            if let Some((_, count)) = self.at(number) {
                *count += 1;
            }
            return number;
        }
        let text: Arc<str> = text.into();
        let number = match self.free.pop() {
            Some(number) => {
                if let Some(place) = self.at(number) {
                    *place = (Arc::clone(&text), 1);
                }
                number
            }
            None => {
                self.texts.push((Arc::clone(&text), 1));
                u32::try_from(self.texts.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.numbers.insert(text, number);
        number
    }

    fn at(&mut self, number: u32) -> Option<&mut (Arc<str>, u32)> {
        self.texts.get_mut(usize::try_from(number).unwrap_or(usize::MAX))
    }

    fn text(&self, number: u32) -> &str {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        self.texts.get(place).map_or("", |(text, _)| text)
    }

    fn drop_one(&mut self, number: u32) {
        let Some((text, count)) = self.at(number) else { return };
        *count = count.saturating_sub(1);
        if *count == 0 {
            let text = std::mem::replace(text, "".into());
            self.numbers.remove(&text);
            self.free.push(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_there_once_and_goes_with_the_last_who_has_it() {
        let mut texts = Texts::default();
        let (one, two) = (texts.put("one"), texts.put("two"));
        assert_eq!((texts.put("one"), texts.text(one), texts.text(two)), (one, "one", "two"));
        texts.drop_one(one);
        assert_eq!(texts.put("one"), one);
        texts.drop_one(one);
        texts.drop_one(one);
        // Its number is free for the next.
        assert_eq!((texts.put("three"), texts.text(one), texts.texts.len()), (one, "three", 2));
        assert_ne!(texts.put("one"), one);
    }
}
