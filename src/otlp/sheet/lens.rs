//! A sheet, ready to be filtered: what filters ask for is made once and kept while spans arrive.
//!
//! Owns the tree, the self times and the last answers to free text; the columns of attributes are
//! the sheet's. So a view holds one of these beside its sheet, and a keystroke is one call. That
//! makes all that it needs at once, unless it was made in parts before: `ready` tells how far it is.
//! Where clocks are put right, all of it is told by the clocks that are shown.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use trace::columns::Columns;
use trace::filter::{
    Attribute, Bits, Completion, Needle, Place, Query, SPANS, Spans, Subject as _,
};
use trace::find::own_times;
use trace::tree::Tree;

use super::search::{Keys, Lists};
use super::{Column, Sheet};

/// The last answers to free text.
type Found = Vec<(Needle, Bits)>;

/// Answers to free text that are kept.
const KEPT: usize = 8;

/// What a sheet is filtered by.
#[derive(Clone, Debug, Default)]
pub struct Lens {
    tree: Tree,
    own: Vec<u64>,
    lists: Lists,
    keys: Keys,
    /// As the keys tell it, of so many spans.
    names: (usize, Vec<(String, usize)>),
    found: Found,
    /// A text that is being looked for, and in how many spans it was.
    sought: Option<(Needle, usize, Bits)>,
    shifted: Option<Shifted>,
}

/// The same spans with other starts. Most look only at these; the rest is made for who asks.
#[derive(Clone, Debug)]
struct Shifted {
    columns: Columns,
    shape: OnceLock<(Tree, Vec<u64>)>,
}

impl Shifted {
    fn shape(&self) -> &(Tree, Vec<u64>) {
        self.shape.get_or_init(|| {
            let tree = Tree::grow(&self.columns);
            let own = own_times(&self.columns, &tree);
            (tree, own)
        })
    }
}

impl Lens {
    /// Looks at the spans that came since. Not needed before the other calls.
    pub fn update(&mut self, sheet: &Sheet) {
        while !self.step(sheet, usize::MAX) {}
    }

    /// Does a part of that: about as much as so many spans take. Whether all is done.
    pub fn step(&mut self, sheet: &Sheet, size: usize) -> bool {
        if self.tree.len() != sheet.len() {
            self.tree = Tree::grow(sheet.columns());
            self.own.clear();
        } else if self.own.len() != sheet.len() {
            self.own = own_times(sheet.columns(), &self.tree);
        } else {
            return self.lists.look(sheet, size);
        }
        false
    }

    /// Does a part of what it takes to run a filter, as above.
    pub fn ready(&mut self, sheet: &mut Sheet, query: &Query, size: usize) -> bool {
        self.step(sheet, size)
            && query.attributes().iter().all(|name| sheet.ready(name, size))
            && query.texts().iter().take(KEPT).all(|text| self.seek(sheet, text, size))
    }

    /// Does a part of what it takes to complete a filter, as above.
    pub fn ready_to_complete(
        &mut self,
        sheet: &mut Sheet,
        text: &str,
        cursor: usize,
        size: usize,
    ) -> bool {
        self.step(sheet, size)
            && self.keys.look(sheet, size)
            && Place::at(text, cursor).attribute(&SPANS).is_none_or(|name| sheet.ready(name, size))
    }

    /// Looks for a text in so many more spans. Whether that was all of them.
    fn seek(&mut self, sheet: &Sheet, text: &str, size: usize) -> bool {
        let (needle, len) = (Needle::new(text), sheet.len());
        if known(&self.found, &needle, len).is_some() {
            return true;
        }
        let begun = self.sought.take().filter(|(old, _, bits)| *old == needle && bits.len() == len);
        let (_, from, mut bits) = begun.unwrap_or((needle.clone(), 0, Bits::none(len)));
        let to = len.min(from.saturating_add(size));
        sheet.search_in(from..to, &needle, wider(&self.found, &needle), &mut bits);
        if to < len {
            self.sought = Some((needle, to, bits));
            return false;
        }
        keep(&mut self.found, needle, bits);
        true
    }

    /// Shows the spans with other starts from now on, or as they were recorded. To be told again
    /// when spans come.
    pub fn shift(&mut self, starts: Option<Columns>) {
        self.shifted = starts.map(|columns| Shifted { columns, shape: OnceLock::new() });
    }

    /// The other starts, unless they are of fewer spans than there are.
    fn shifted(&self) -> Option<&Shifted> {
        self.shifted.as_ref().filter(|it| it.columns.len() == self.tree.len())
    }

    /// The spans' columns, with the times that are shown.
    #[must_use]
    pub fn columns<'a>(&'a self, sheet: &'a Sheet) -> &'a Columns {
        self.shifted().map_or(sheet.columns(), |it| &it.columns)
    }

    /// The spans as trees, by the times that are shown.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        self.shifted().map_or(&self.tree, |it| &it.shape().0)
    }

    /// Self times, nanoseconds, by the times that are shown.
    #[must_use]
    pub fn own(&self) -> &[u64] {
        self.shifted().map_or(&self.own, |it| &it.shape().1)
    }

    /// The spans as trees, by the times that were recorded.
    #[must_use]
    pub fn recorded(&self) -> &Tree {
        &self.tree
    }

    /// The spans that have events.
    #[must_use]
    pub fn events(&self) -> &Bits {
        &self.lists.events
    }

    /// The spans that a filter lets through.
    pub fn run(&mut self, sheet: &mut Sheet, query: &Query) -> Bits {
        self.look(sheet, query.attributes(), |spans| query.run(spans))
    }

    /// What may stand at a cursor, given in bytes; so many choices at most.
    pub fn complete(
        &mut self,
        sheet: &mut Sheet,
        text: &str,
        cursor: usize,
        most: usize,
    ) -> Completion {
        self.update(sheet);
        if self.names.0 != sheet.len() {
            self.keys.look(sheet, usize::MAX);
            self.names = (sheet.len(), self.keys.tell(sheet));
        }
        let place = Place::at(text, cursor);
        let attribute = place.attribute(&SPANS).map(str::to_owned);
        self.look(sheet, attribute, |spans| place.complete(&SPANS, spans, most))
    }

    /// Asks the spans, with the columns of these attributes.
    fn look<T>(
        &mut self,
        sheet: &mut Sheet,
        names: impl IntoIterator<Item = String>,
        ask: impl FnOnce(&Spans<'_>) -> T,
    ) -> T {
        self.update(sheet);
        let columns: Vec<(String, Arc<Column>)> =
            names.into_iter().map(|name| (name.clone(), sheet.values(&name))).collect();
        let there = columns.iter().filter(|(_, column)| column.values().len() > 1);
        let attributes: Vec<Attribute<'_>> = there
            .map(|(name, column)| Attribute { name, of: &column.of, values: column.values() })
            .collect();
        // Lent to whoever asks, so that a lens may lie where several look at it.
        let found = RefCell::new(std::mem::take(&mut self.found));
        let search = |needle: &Needle| search(&mut found.borrow_mut(), sheet, needle);
        let mut spans = Spans::new(self.columns(sheet), self.tree(), self.own());
        spans.attributes = &attributes;
        spans.names = &self.names.1;
        (spans.events, spans.links) = (Some(&self.lists.events), Some(&self.lists.links));
        spans.search = Some(&search);
        debug_assert_eq!(spans.len(), sheet.len());
        let answer = ask(&spans);
        self.found = found.into_inner();
        answer
    }
}

/// Free text, by the last answers where they tell something of this one.
fn search(found: &mut Found, sheet: &Sheet, needle: &Needle) -> Bits {
    if let Some(bits) = known(found, needle, sheet.len()) {
        return bits.clone();
    }
    let bits = sheet.search(needle, wider(found, needle));
    keep(found, needle.clone(), bits.clone());
    bits
}

/// The answer to a text, if it was looked for in so many spans.
fn known<'a>(found: &'a Found, needle: &Needle, len: usize) -> Option<&'a Bits> {
    found.iter().find(|(last, bits)| last == needle && bits.len() == len).map(|(_, bits)| bits)
}

/// Of the answers that tell something of a text, the one that lets the least through.
fn wider<'a>(found: &'a Found, needle: &Needle) -> Option<&'a Bits> {
    let wider = found.iter().filter(|(last, _)| needle.narrows(last));
    wider.min_by_key(|(_, bits)| bits.count()).map(|(_, bits)| bits)
}

fn keep(found: &mut Found, needle: Needle, bits: Bits) {
    found.retain(|(last, _)| *last != needle);
    found.truncate(KEPT - 1);
    found.insert(0, (needle, bits));
}

#[cfg(test)]
mod tests {
    use trace::Value;

    use super::*;
    use crate::feed::tests::trace_of;

    #[test]
    fn a_sheet_is_filtered_and_completed_while_it_grows() {
        let mut spans = trace_of(6);
        for (at, span) in (0..).zip(&mut spans) {
            span.attributes = trace::Attributes::new();
            span.attributes.insert("shard".to_owned(), Value::Int(at % 2));
            span.attributes.insert("note".to_owned(), format!("Wave {at}").into());
        }
        let (mut sheet, mut lens) = (Sheet::of(&spans[..4]), Lens::default());
        let mut rows = |sheet: &mut Sheet, text: &str| -> Vec<usize> {
            let query = Query::parse(text, &SPANS).unwrap();
            lens.run(sheet, &query).rows().collect()
        };
        assert_eq!(rows(&mut sheet, "shard:1"), [1, 3]);
        assert_eq!(rows(&mut sheet, "wave"), [0, 1, 2, 3]);
        assert_eq!(rows(&mut sheet, "\"wave 3\" or \"wave 5\""), [3]);
        for span in &spans[4..] {
            sheet.push(span);
        }
        assert_eq!(rows(&mut sheet, "shard:1"), [1, 3, 5]);
        assert_eq!(rows(&mut sheet, "wave"), [0, 1, 2, 3, 4, 5]);
        assert_eq!(rows(&mut sheet, "\"wave 3\" or \"wave 5\""), [3, 5]);
        assert_eq!(rows(&mut sheet, "none:1 or nowhere"), []);
        let offered = lens.complete(&mut sheet, "shard:", 6, 9);
        let texts: Vec<_> = offered.choices.iter().map(|it| (&*it.text, it.count)).collect();
        assert_eq!(texts, [("0", Some(3)), ("1", Some(3))]);
        assert_eq!(lens.complete(&mut sheet, "sha", 3, 9).choices[1].text, "shard:");
        assert_eq!((lens.tree().len(), lens.own().len()), (6, 6));
    }

    #[test]
    fn where_clocks_are_put_right_filters_and_self_times_go_by_what_is_shown() {
        let spans = trace_of(2);
        let (mut sheet, mut lens) = (Sheet::of(&spans), Lens::default());
        lens.update(&sheet);
        let recorded = sheet.columns().starts.clone();
        let mut later = recorded.clone();
        later[1] += 5_000_000_000;
        let columns = sheet.columns().restarted(later.clone());
        lens.shift(Some(columns));
        assert_eq!(lens.columns(&sheet).starts, later);
        let rows = |lens: &mut Lens, sheet: &mut Sheet| -> Vec<usize> {
            lens.run(sheet, &Query::parse("start>=5s", &SPANS).unwrap()).rows().collect()
        };
        assert_eq!(rows(&mut lens, &mut sheet), [1]);
        assert_eq!(lens.recorded().len(), lens.tree().len());
        sheet.push(&trace_of(3)[2]);
        lens.update(&sheet);
        assert_eq!(lens.columns(&sheet).len(), 3, "starts of fewer spans are not shown");
        lens.shift(None);
        assert_eq!(rows(&mut lens, &mut sheet), []);
        assert_eq!(lens.columns(&sheet).starts[..2], recorded);
    }

    #[test]
    fn what_was_made_in_parts_is_as_what_is_made_at_once() {
        let mut spans = trace_of(9);
        for (at, span) in (0..).zip(&mut spans) {
            span.attributes.insert("note".to_owned(), format!("Wave {}", at % 3).into());
        }
        let (mut sheet, mut lens, mut parts) = (Sheet::of(&spans[..5]), Lens::default(), 0);
        let query = Query::parse("(\"wave 1\" or \"wave 2\") -note:none", &SPANS).unwrap();
        for wanted in [5, 9] {
            for span in &spans[sheet.len()..wanted] {
                sheet.push(span);
            }
            while !lens.ready(&mut sheet, &query, 2) {
                parts += 1;
            }
            while !lens.ready_to_complete(&mut sheet, "note:", 5, 2) {
                parts += 1;
            }
            let mut once = Lens::default();
            let rows = once.run(&mut sheet, &query).rows().collect::<Vec<_>>();
            assert_eq!(lens.run(&mut sheet, &query).rows().collect::<Vec<_>>(), rows);
            let offered = once.complete(&mut sheet, "note:", 5, 9);
            assert_eq!(lens.complete(&mut sheet, "note:", 5, 9), offered);
        }
        assert!(parts > 20, "{parts}");
    }

    #[test]
    fn more_texts_than_are_kept_are_found_all_the_same() {
        let spans = trace_of(3);
        let (mut sheet, mut lens) = (Sheet::of(&spans), Lens::default());
        let text: Vec<String> = (0..20).map(|at| format!("\"nowhere {at}\"")).collect();
        let query = Query::parse(&text.join(" or "), &SPANS).unwrap();
        let calls = (0..200).take_while(|_| !lens.ready(&mut sheet, &query, 1)).count();
        assert!(calls < 200);
        assert_eq!(lens.run(&mut sheet, &query).count(), 0);
    }
}
