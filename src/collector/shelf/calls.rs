//! Calls in compact form: a tenth of what is stored are calls, and their texts are few.
//!
//! A row is a hundred bytes, and each text is there once, however many rows have it; so whoever walks over
//! all rows walks over one list, and finds the texts in the processor's cache.
//!
//! A digest is made of one trace. A request that is a trace of its own by the recorder, and a part of
//! its page's by the network events, is a call in both: here it is found to be one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bridge::query::{Call, CallList};
use trace::digest::{CallRow, doubled};
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
    unseen: bool,
}

/// All calls.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) rows: Vec<Row>,
    texts: Texts,
    /// Of how many only the network events tell.
    unseen: usize,
}

/// All calls, each once.
#[derive(Debug)]
pub(super) struct Once<'a> {
    calls: &'a Calls,
    /// Places of rows of which another trace tells as well, and better.
    doubled: HashSet<usize>,
}

/// What is told of requests of one page to one address: when, and in which row.
type Told = Vec<(Timestamp, usize)>;

impl Calls {
    /// Takes a row's texts in.
    pub(super) fn row(&mut self, row: &CallRow) -> Row {
        self.unseen += usize::from(row.unseen);
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
            unseen: row.unseen,
        }
    }

    /// Lets the texts of rows go that are not there any more.
    pub(super) fn forget(&mut self, gone: &[Row]) {
        for row in gone {
            self.unseen -= usize::from(row.unseen);
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
            unseen: row.unseen,
        }
    }

    /// All of them, whoever tells of them.
    pub(super) fn all(&self) -> Once<'_> {
        Once { calls: self, doubled: HashSet::new() }
    }

    /// All of them, each once.
    pub(super) fn once(&self) -> Once<'_> {
        Once { calls: self, doubled: self.doubled() }
    }

    fn doubled(&self) -> HashSet<usize> {
        let mut gone = HashSet::new();
        if self.unseen == 0 {
            return gone;
        }
        let mut groups: HashMap<(TraceId, u32), (Told, Told)> = HashMap::new();
        let rows =
            || self.rows.iter().enumerate().filter_map(|(at, row)| Some((at, row, row.page?)));
        let within = |row: &Row, page: TraceId| row.trace == Some(page);
        for (at, row, page) in rows().filter(|(_, row, page)| row.unseen && within(row, *page)) {
            groups.entry((page, row.url)).or_default().0.push((row.start, at));
        }
        for (at, row, page) in rows().filter(|(_, row, page)| !row.unseen && !within(row, *page)) {
            if let Some((_, told)) = groups.get_mut(&(page, row.url)) {
                told.push((row.start, at));
            }
        }
        for (mut unseen, mut told) in groups.into_values() {
            unseen.sort_unstable();
            told.sort_unstable();
            let starts = |list: &Told| list.iter().map(|(start, _)| *start).collect::<Vec<_>>();
            let places = doubled(&starts(&unseen), &starts(&told)).into_iter();
            gone.extend(places.filter_map(|place| Some(unseen.get(place)?.1)));
        }
        gone
    }
}

impl CallList for Once<'_> {
    fn count(&self) -> usize {
        self.calls.rows.len()
    }

    fn each(&self) -> impl Iterator<Item = Call<'_>> {
        let rows = self.calls.rows.iter().enumerate();
        let once = rows.filter(|(at, _)| !self.doubled.contains(at));
        once.map(|(_, row)| self.calls.read(row))
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
    fn a_request_of_which_two_traces_tell_is_one_and_a_second_one_is_another() {
        let trace = |number: u8| TraceId::mint([number; 16]);
        let call = |of: u8, start: u64, url: &str, unseen: bool| {
            let start = Timestamp::from_nanos(start * 1_000_000_000);
            let (trace, page, url) = (trace(of), trace(1), url.to_owned());
            CallRow { trace, page, start, url, unseen, ..CallRow::default() }
        };
        let told = [
            // The recorder: traces of their own.
            call(2, 10, "/a", false),
            call(3, 20, "/a", false),
            call(4, 10, "/c", false),
            // The network events: the page's.
            call(1, 10, "/a", true),
            call(1, 11, "/a", true),
            call(1, 10, "/b", true),
            // The page's own trace was looked through when it was digested.
            call(1, 10, "/c", false),
            call(1, 20, "/c", true),
        ];
        let mut calls = Calls::default();
        let rows: Vec<Row> = told.iter().map(|row| calls.row(row)).collect();
        calls.rows.clone_from(&rows);
        let all = |calls: &Calls| {
            let row =
                |call: Call<'_>| (call.start.millis() / 1_000, call.url.to_owned(), call.unseen);
            calls.once().each().map(row).collect::<Vec<_>>()
        };
        let found = all(&calls);
        assert_eq!((found.len(), calls.all().each().count()), (7, 8));
        assert!(!found.contains(&(10, "/a".to_owned(), true)), "{found:?}");
        calls.rows.truncate(1);
        calls.forget(&rows[1..]);
        assert_eq!((all(&calls).len(), calls.unseen), (1, 0));
    }

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
