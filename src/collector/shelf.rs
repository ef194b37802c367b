//! All rows of all digests in memory, as questions are put to them, and whose each row is.
//!
//! Rows lie in any order. A trace's rows go when it is digested anew or evicted: the last row moves
//! into the gap, so a change costs what the trace has and not what there is.

mod calls;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use bridge::query::{self, Answer, Call, CallList as _, Question, Shelves};
use trace::TraceId;
use trace::digest::{Digest, ErrorRow, PageRow};

use calls::Calls;

/// The request that a trace begins with, as lists name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Whether a page was asked for, or else something by a script.
    pub(crate) page: bool,
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) status: Option<u16>,
    pub(crate) session: String,
}

impl Head {
    fn of_page(row: &PageRow) -> Self {
        let PageRow { url, status, session, .. } = row.clone();
        Self { page: true, method: "GET".to_owned(), url, status, session }
    }

    fn of_call(call: &Call<'_>) -> Self {
        let Call { method, url, status, session, .. } = *call;
        let [method, url, session] = [method, url, session].map(str::to_owned);
        Self { page: false, method, url, status, session }
    }
}

/// All rows.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    inner: RwLock<Inner>,
    /// Digests that are in the database and not here.
    left: AtomicUsize,
}

#[derive(Debug, Default)]
struct Inner {
    pages: Vec<PageRow>,
    calls: Calls,
    errors: Vec<ErrorRow>,
    places: Kinds,
}

/// Where each trace has its rows, kind by kind.
#[derive(Debug, Default)]
struct Kinds {
    pages: Places,
    calls: Places,
    errors: Places,
}

impl Shelf {
    /// Answers a question out of what is here.
    pub(crate) fn answer(&self, question: &Question) -> Answer {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let Inner { pages, calls, errors, .. } = &*inner;
        // What a question about pages or errors does not read need not be told apart.
        let calls = if question.about()[1] { calls.once() } else { calls.all() };
        query::answer_from(Shelves { pages, calls: &calls, errors }, question)
    }

    /// The traces that a page's requests are besides the page's own, each once.
    pub(crate) fn apart(&self, page: TraceId) -> Vec<TraceId> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let all = inner.calls.all();
        let calls = all.each().filter(|call| call.page == Some(page));
        let mut traces: Vec<_> = calls.filter_map(|call| call.trace).collect();
        traces.sort_unstable();
        traces.dedup();
        traces.retain(|trace| *trace != page);
        traces
    }

    /// The request that a trace of this number begins with: its first page, else its first call.
    /// `None` for a trace that no browser tells of.
    pub(crate) fn head(&self, trace: i64) -> Option<Head> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let Inner { pages, calls, places, .. } = &*inner;
        let page = places.pages.rows(pages, trace).min_by_key(|row| row.start);
        let all = || places.calls.rows(&calls.rows, trace).map(|row| calls.read(row));
        let call = || all().min_by_key(|call| call.start);
        page.map(Head::of_page).or_else(|| call().as_ref().map(Head::of_call))
    }

    /// Puts digests of traces in the place of those that these have.
    pub(crate) fn put(&self, digests: Vec<(i64, Digest)>) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let Inner { pages, calls, errors, places } = &mut *inner;
        for (trace, digest) in digests {
            places.pages.put(pages, trace, digest.pages);
            let new = digest.calls.iter().map(|row| calls.row(row)).collect();
            let gone = places.calls.put(&mut calls.rows, trace, new);
            calls.forget(&gone);
            places.errors.put(errors, trace, digest.errors);
        }
    }

    /// Takes out the rows of traces with lower numbers.
    pub(crate) fn drop_below(&self, floor: i64) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let Inner { pages, calls, errors, places } = &mut *inner;
        places.pages.drop_below(pages, floor);
        let gone = places.calls.drop_below(&mut calls.rows, floor);
        calls.forget(&gone);
        places.errors.drop_below(errors, floor);
    }

    /// How many digests are in the database and not here.
    pub(crate) fn left(&self) -> usize {
        self.left.load(Ordering::SeqCst)
    }

    pub(crate) fn set_left(&self, left: usize) {
        self.left.store(left, Ordering::SeqCst);
    }
}

/// Whose each row of a list is, and where each trace has its rows.
#[derive(Debug, Default)]
struct Places {
    owners: Vec<i64>,
    of: BTreeMap<i64, Vec<usize>>,
}

impl Places {
    /// Puts rows of a trace in the place of those that it has, and returns these.
    fn put<T>(&mut self, rows: &mut Vec<T>, trace: i64, new: Vec<T>) -> Vec<T> {
        let gone = self.remove(rows, trace);
        if new.is_empty() {
            return gone;
        }
        let first = rows.len();
        rows.extend(new);
        self.owners.resize(rows.len(), trace);
        self.of.insert(trace, (first..rows.len()).collect());
        gone
    }

    fn rows<'a, T>(&'a self, rows: &'a [T], trace: i64) -> impl Iterator<Item = &'a T> {
        self.of.get(&trace).into_iter().flatten().filter_map(|place| rows.get(*place))
    }

    /// Rows that stay move from the end into the gaps, in one go: one by one, each would be looked for
    /// among all that its trace has.
    fn remove<T>(&mut self, rows: &mut Vec<T>, trace: i64) -> Vec<T> {
        let mut gaps = self.of.remove(&trace).unwrap_or_default();
        gaps.sort_unstable();
        let left = rows.len() - gaps.len();
        let mut gaps = gaps.into_iter().take_while(|gap| *gap < left);
        let mut moves: BTreeMap<i64, Vec<(usize, usize)>> = BTreeMap::new();
        for from in left..rows.len() {
            let owner = self.owners[from];
            if owner != trace
                && let Some(to) = gaps.next()
            {
                rows.swap(from, to);
                self.owners[to] = owner;
                moves.entry(owner).or_default().push((from, to));
            }
        }
        for (owner, moves) in moves {
            for at in self.of.get_mut(&owner).into_iter().flatten() {
                if let Ok(found) = moves.binary_search_by_key(at, |(from, _)| *from) {
                    *at = moves[found].1;
                }
            }
        }
        self.owners.truncate(left);
        rows.split_off(left)
    }

    fn drop_below<T>(&mut self, rows: &mut Vec<T>, floor: i64) -> Vec<T> {
        let mut gone = Vec::new();
        while let Some((trace, _)) = self.of.first_key_value().filter(|(trace, _)| **trace < floor)
        {
            let trace = *trace;
            gone.append(&mut self.remove(rows, trace));
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::digest::CallRow;

    fn digest(name: &str, pages: usize, calls: usize) -> Digest {
        let page = |at| PageRow { url: format!("{name}{at}"), ..PageRow::default() };
        let call = |at| CallRow { url: format!("{name}{at}"), ..CallRow::default() };
        Digest {
            pages: (0..pages).map(page).collect(),
            calls: (0..calls).map(call).collect(),
            errors: Vec::new(),
        }
    }

    fn urls(shelf: &Shelf) -> (Vec<String>, Vec<String>) {
        let inner = shelf.inner.read().unwrap();
        let mut pages: Vec<_> = inner.pages.iter().map(|row| row.url.clone()).collect();
        let all = inner.calls.all();
        let mut calls: Vec<_> = all.each().map(|call| call.url.to_owned()).collect();
        pages.sort();
        calls.sort();
        (pages, calls)
    }

    #[test]
    fn a_trace_begins_with_its_first_page_else_its_first_call() {
        let shelf = Shelf::default();
        let mut both = digest("both", 2, 1);
        both.pages[0].start = trace::Timestamp::from_nanos(9);
        shelf.put(vec![(1, both), (2, digest("alone", 0, 1)), (3, Digest::default())]);
        let head = |trace| shelf.head(trace).map(|head| (head.page, head.url));
        assert_eq!(head(1), Some((true, "both1".to_owned())));
        assert_eq!(head(2), Some((false, "alone0".to_owned())));
        assert_eq!((head(3), head(4)), (None, None));
    }

    #[test]
    fn rows_are_those_of_the_last_digest_of_each_trace_that_is_there() {
        let shelf = Shelf::default();
        let mut wanted = BTreeMap::new();
        // Puts and evictions in an order that a generator draws, beside a plain map of the same.
        let mut seed = 7_u64;
        let mut draw = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        for round in 0..2_000 {
            let trace = i64::try_from(draw(60)).unwrap();
            if round % 200 == 199 {
                shelf.drop_below(trace);
                wanted.retain(|of, _| *of >= trace);
                continue;
            }
            let sizes = (usize::try_from(draw(3)).unwrap(), usize::try_from(draw(5)).unwrap());
            let new = digest(&format!("{round}."), sizes.0, sizes.1);
            wanted.insert(trace, new.clone());
            shelf.put(vec![(trace, new)]);
        }
        let mut pages: Vec<_> =
            wanted.values().flat_map(|of| of.pages.iter().map(|row| row.url.clone())).collect();
        let mut calls: Vec<_> =
            wanted.values().flat_map(|of| of.calls.iter().map(|row| row.url.clone())).collect();
        pages.sort();
        calls.sort();
        assert_eq!(urls(&shelf), (pages, calls));
    }
}
