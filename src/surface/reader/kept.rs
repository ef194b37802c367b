//! The rows of all digests as one, and whose each of them is, so that a digest can take the place of
//! an older one.

use std::collections::{BTreeMap, BTreeSet};

use bridge::query::Rows;
use trace::TraceId;
use trace::digest::Digest;
use trace::digest::block::Head;

/// All rows.
#[derive(Debug, Default)]
pub(super) struct Kept {
    rows: Rows,
    pages: Vec<TraceId>,
    calls: Vec<TraceId>,
    errors: Vec<TraceId>,
    /// The pages whose digests are in it, how many bytes their chunks have, and their sessions.
    sizes: BTreeMap<TraceId, (u64, String)>,
}

impl Kept {
    /// All rows, in no order that means anything.
    pub(super) const fn rows(&self) -> &Rows {
        &self.rows
    }

    /// How many bytes the chunks of each session's pages have, by its id. Pages of no session are under
    /// an empty one.
    pub(super) fn sizes(&self) -> BTreeMap<String, u64> {
        let mut sizes = BTreeMap::new();
        for (bytes, session) in self.sizes.values() {
            *sizes.entry(session.clone()).or_default() += bytes;
        }
        sizes
    }

    /// Takes digests in, with how many bytes they were made of, in place of older ones.
    pub(super) fn put(&mut self, digests: Vec<(TraceId, u64, Digest)>) {
        self.remove(digests.iter().map(|(trace, ..)| *trace).collect());
        for (trace, bytes, digest) in digests {
            self.sizes.insert(trace, (bytes, digest.session().to_owned()));
            let Digest { pages, calls, errors } = digest;
            add(&mut self.rows.pages, &mut self.pages, pages, trace);
            add(&mut self.rows.calls, &mut self.calls, calls, trace);
            add(&mut self.rows.errors, &mut self.errors, errors, trace);
        }
    }

    /// Takes in what a block says of pages that are not known yet, and of which nothing is kept.
    pub(super) fn put_block(
        &mut self,
        heads: Vec<Head>,
        rows: Rows,
        known: &mut BTreeSet<TraceId>,
    ) {
        let new: Vec<bool> = heads.iter().map(|head| known.insert(head.trace)).collect();
        let owners = |kind: usize| {
            let count = move |head: &Head| head.rows.and_then(|rows| rows.get(kind).copied());
            heads.iter().zip(&new).map(move |(head, new)| (head.trace, count(head), *new))
        };
        fill(&mut self.rows.pages, &mut self.pages, rows.pages, owners(0));
        fill(&mut self.rows.calls, &mut self.calls, rows.calls, owners(1));
        fill(&mut self.rows.errors, &mut self.errors, rows.errors, owners(2));
        for (head, new) in heads.into_iter().zip(new) {
            if new && head.rows.is_some() {
                self.sizes.insert(head.trace, (head.bytes, head.session));
            }
        }
    }

    /// Takes digests out. Takes time in proportion to all rows, however many they are.
    pub(super) fn remove(&mut self, mut traces: BTreeSet<TraceId>) {
        traces.retain(|trace| self.sizes.remove(trace).is_some());
        if traces.is_empty() {
            return;
        }
        take(&mut self.rows.pages, &mut self.pages, &traces);
        take(&mut self.rows.calls, &mut self.calls, &traces);
        take(&mut self.rows.errors, &mut self.errors, &traces);
    }
}

fn add<T>(rows: &mut Vec<T>, owners: &mut Vec<TraceId>, new: Vec<T>, owner: TraceId) {
    owners.resize(owners.len() + new.len(), owner);
    rows.extend(new);
}

/// Puts those rows behind the others whose owners are new, of which each has so many.
fn fill<T>(
    rows: &mut Vec<T>,
    owners: &mut Vec<TraceId>,
    found: Vec<T>,
    of: impl Iterator<Item = (TraceId, Option<u32>, bool)>,
) {
    let mut found = found.into_iter();
    for (owner, count, new) in of {
        for row in found.by_ref().take(count.unwrap_or_default() as usize) {
            if new {
                rows.push(row);
                owners.push(owner);
            }
        }
    }
}

fn take<T>(rows: &mut Vec<T>, owners: &mut Vec<TraceId>, gone: &BTreeSet<TraceId>) {
    let mut at = 0;
    while let Some(owner) = owners.get(at) {
        if gone.contains(owner) {
            owners.swap_remove(at);
            rows.swap_remove(at);
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use trace::digest::{CallRow, PageRow};

    use super::*;

    fn trace(number: u8) -> TraceId {
        format!("{number:032x}").parse().unwrap()
    }

    fn digest(session: &str, calls: usize) -> Digest {
        let page = PageRow { session: session.to_owned(), ..PageRow::default() };
        let call = CallRow { session: session.to_owned(), ..CallRow::default() };
        Digest { pages: vec![page], calls: vec![call; calls], errors: Vec::new() }
    }

    fn sessions(kept: &Kept) -> Vec<String> {
        let mut all: Vec<_> = kept.rows().calls.iter().map(|row| row.session.clone()).collect();
        all.sort();
        all
    }

    #[test]
    fn a_digest_takes_the_place_of_the_one_before() {
        let mut kept = Kept::default();
        kept.put(vec![(trace(1), 9, digest("a", 2)), (trace(2), 9, digest("b", 1))]);
        assert_eq!(sessions(&kept), ["a", "a", "b"]);
        kept.put(vec![(trace(1), 9, digest("c", 1)), (trace(3), 9, digest("d", 1))]);
        assert_eq!(sessions(&kept), ["b", "c", "d"]);
        assert_eq!(kept.rows().pages.len(), 3);
    }

    #[test]
    fn a_session_is_as_large_as_its_pages() {
        let mut kept = Kept::default();
        kept.put(vec![(trace(1), 9, digest("a", 2)), (trace(2), 4, digest("b", 0))]);
        kept.put(vec![(trace(3), 1, digest("a", 0)), (trace(4), 7, Digest::default())]);
        let sizes = [("", 7), ("a", 10), ("b", 4)].map(|(id, bytes)| (id.to_owned(), bytes));
        assert_eq!(kept.sizes(), sizes.into());
    }

    #[test]
    fn of_a_page_that_is_in_two_blocks_the_last_one_speaks() {
        let head = |number, rows| Head {
            trace: trace(number),
            bytes: 1,
            session: number.to_string(),
            rows,
        };
        let block = |sessions: [&str; 3]| Rows {
            calls: sessions.into_iter().flat_map(|session| digest(session, 1).calls).collect(),
            ..Rows::default()
        };
        let (mut kept, mut known) = (Kept::default(), BTreeSet::from([trace(4)]));
        let new = vec![head(1, Some([1, 2, 0])), head(2, None), head(4, Some([0, 1, 0]))];
        kept.put_block(new, block(["a", "b", "moved"]), &mut known);
        let old =
            vec![head(2, Some([0, 1, 0])), head(1, Some([0, 1, 0])), head(3, Some([0, 1, 0]))];
        kept.put_block(old, block(["gone", "old", "c"]), &mut known);
        assert_eq!(sessions(&kept), ["a", "b", "c"]);
        assert_eq!(kept.sizes().into_keys().collect::<Vec<_>>(), ["1", "3"]);
        kept.remove([trace(1)].into());
        assert_eq!(sessions(&kept), ["c"]);
    }

    #[test]
    fn what_is_taken_out_takes_all_its_rows_and_no_others() {
        let mut kept = Kept::default();
        kept.put((1..=5).map(|it| (trace(it), 1, digest(&it.to_string(), 3))).collect());
        kept.remove([trace(1), trace(5), trace(4), trace(9)].into());
        assert_eq!(sessions(&kept), ["2", "2", "2", "3", "3", "3"]);
        kept.remove([trace(2), trace(3)].into());
        assert_eq!(kept.rows(), &Rows::default());
    }
}
