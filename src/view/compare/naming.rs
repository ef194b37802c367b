//! What spans are called when traces are laid beside each other: by their name, and those of requests
//! by where they go besides, or all requests of a page would be one after the other and the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use otlp::Sheet;
use otlp::sheet::Column;
use surface::naming::route;
use trace::attribute::key;
use trace::columns::Words;
use trace::tree::Tree;
use trace::waterfall::path;

/// The most of a place that is kept.
const LONGEST: usize = 160;

/// What each span of a trace is called.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// A word for each span.
    pub names: Vec<u32>,
    /// The words.
    pub words: Words,
}

impl Naming {
    /// Names the spans of a trace.
    #[must_use]
    pub fn of(sheet: &mut Sheet, tree: &Tree) -> Self {
        let places = [key::HTTP_ROUTE, key::URL_FULL, key::URL_PATH].map(|key| sheet.values(key));
        let columns = sheet.columns();
        let mut words = Words::default();
        let mut known = BTreeMap::new();
        let name = |at: usize| {
            let own = columns.names[at];
            // A page's root stays what it is called, so that pages can be compared with each other.
            let root = tree.row(at).is_none_or(|row| tree.parent(row).is_none());
            let place = places.iter().position(|it| it.get(at).is_some()).filter(|_| !root);
            let value = place.map_or(Column::NONE, |number| places[number].of[at]);
            *known.entry((own, place, value)).or_insert_with(|| {
                let text = columns.words().get(own).trim();
                let place = place.and_then(|number| places[number].get(at)?.as_text());
                words.intern(&called(text, place.unwrap_or_default()))
            })
        };
        let names = (0..columns.len()).map(name).collect();
        Self { names, words }
    }
}

/// A name with its place. One with a slash in it has its route already.
fn called<'a>(name: &'a str, place: &str) -> Cow<'a, str> {
    if place.is_empty() || name.contains('/') {
        return Cow::Borrowed(name);
    }
    let place = route(path(place));
    let place: String = place.chars().take(LONGEST).collect();
    Cow::Owned(format!("{name} {place}").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use surface::sample;

    #[test]
    fn requests_are_called_by_where_they_go_and_roots_by_their_name() {
        let mut spans = sample::spans();
        let url = "https://shop.example/api/orders/4711?x=1";
        spans[4].attributes.insert(key::URL_FULL.to_owned(), url.into());
        let mut sheet = Sheet::of(&spans);
        let naming = Naming::of(&mut sheet, &Tree::grow(Sheet::of(&spans).columns()));
        let names: Vec<&str> = naming.names.iter().map(|word| naming.words.get(*word)).collect();
        assert_eq!(
            names,
            [
                "page load",
                "GET /checkout",
                "GET /checkout",
                "SELECT orders",
                "POST /api/orders/{}",
                "POST /api/orders"
            ]
        );
    }

    #[test]
    fn ids_in_a_path_are_one_and_words_are_not() {
        let same = ["https://a.test/i/17/b", "https://a.test/i/4bf92f35-77b3/b"];
        assert!(same.iter().all(|url| route(url) == "https://a.test/i/{}/b"));
        assert_eq!(route("https://17/deadbeef/v2"), "https://17/deadbeef/v2");
        assert_eq!(called("", "/only"), "/only");
        assert!(called("GET", &format!("/{}", "x".repeat(1_000_000))).len() < 200);
    }
}
