//! A sheet, ready to be filtered: what filters ask for is made once and kept while spans arrive.
//!
//! Owns the tree, the self times and the last answers to free text; the columns of attributes are
//! the sheet's. So a view holds one of these beside its sheet, and a keystroke is one call.

use std::cell::RefCell;
use std::sync::Arc;

use trace::filter::{
    Attribute, Bits, Completion, Needle, Place, Query, SPANS, Spans, Subject as _,
};
use trace::find::own_times;
use trace::tree::Tree;

use super::{Column, Part, Sheet};

/// The last answers to free text.
type Found = Vec<(Needle, Bits)>;

/// Answers to free text that are kept.
const KEPT: usize = 8;

/// What a sheet is filtered by.
#[derive(Clone, Debug, Default)]
pub struct Lens {
    /// How many spans there were when the rest was made.
    spans: usize,
    tree: Tree,
    own: Vec<u64>,
    events: Bits,
    links: Bits,
    names: Option<Vec<(String, usize)>>,
    found: Found,
}

impl Lens {
    /// Looks at the spans that came since. Not needed before the other calls.
    pub fn update(&mut self, sheet: &Sheet) {
        if sheet.len() == self.spans {
            return;
        }
        self.spans = sheet.len();
        self.tree = Tree::grow(sheet.columns());
        self.own = own_times(sheet.columns(), &self.tree);
        self.events = sheet.having(Part::Events);
        self.links = sheet.having(Part::Links);
        self.names = None;
    }

    /// The spans as trees.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Self times, nanoseconds.
    #[must_use]
    pub fn own(&self) -> &[u64] {
        &self.own
    }

    /// The spans that have events.
    #[must_use]
    pub fn events(&self) -> &Bits {
        &self.events
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
        self.names.get_or_insert_with(|| sheet.keys());
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
        let mut spans = Spans::new(sheet.columns(), &self.tree, &self.own);
        spans.attributes = &attributes;
        spans.names = self.names.as_deref().unwrap_or_default();
        (spans.events, spans.links) = (Some(&self.events), Some(&self.links));
        spans.search = Some(&search);
        debug_assert_eq!(spans.len(), sheet.len());
        let answer = ask(&spans);
        self.found = found.into_inner();
        answer
    }
}

/// Free text, by the last answers where they tell something of this one.
fn search(found: &mut Found, sheet: &Sheet, needle: &Needle) -> Bits {
    let same = found.iter().find(|(last, bits)| last == needle && bits.len() == sheet.len());
    if let Some((_, bits)) = same {
        return bits.clone();
    }
    // Of those that tell something, the one that lets the least through.
    let wider = found.iter().filter(|(last, _)| needle.narrows(last));
    let among = wider.min_by_key(|(_, bits)| bits.count()).map(|(_, bits)| bits);
    let bits = sheet.search(needle, among);
    found.retain(|(last, _)| last != needle);
    found.truncate(KEPT - 1);
    found.insert(0, (needle.clone(), bits.clone()));
    bits
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
}
