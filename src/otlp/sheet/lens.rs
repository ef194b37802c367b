//! A sheet, ready to be filtered: what filters ask for is made once and kept while spans arrive.
//!
//! Owns the tree, the self times and the last answers to free text; the columns of attributes are
//! the sheet's. So a view holds one of these beside its sheet, and a keystroke is one call. Where
//! clocks are put right, all of it is told by the clocks that are shown.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use trace::columns::Columns;

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

    /// Shows the spans with other starts from now on, or as they were recorded. To be told again
    /// when spans come.
    pub fn shift(&mut self, starts: Option<Columns>) {
        self.shifted = starts.map(|columns| Shifted { columns, shape: OnceLock::new() });
    }

    /// The other starts, unless they are of fewer spans than there are.
    fn shifted(&self) -> Option<&Shifted> {
        self.shifted.as_ref().filter(|it| it.columns.len() == self.spans)
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
        let mut spans = Spans::new(self.columns(sheet), self.tree(), self.own());
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
}
