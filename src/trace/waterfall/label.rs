//! What a row is called: the span's name, with the path of its URL where the name alone would not
//! tell one request from the next.

use crate::Span;
use crate::attribute::key;

/// A name longer than this is cut: nobody reads on, and a page can send megabytes.
const LONGEST: usize = 160;

/// The row's text: `GET /checkout` for a request named `GET`, `SELECT orders` as it stands.
#[must_use]
pub fn label(span: &Span) -> String {
    let name = span.name.trim();
    let url = span.text(key::URL_FULL).map(path).or_else(|| span.text(key::URL_PATH));
    let place = span.text(key::HTTP_ROUTE).or(url).unwrap_or_default();
    match (name, place) {
        ("", "") => format!("span {} has no name", span.id),
        ("", place) => cut(place).to_owned(),
        // A name with a slash in it has its route already.
        (name, place) if place.is_empty() || name.contains('/') => cut(name).to_owned(),
        (name, place) => cut(&format!("{} {}", cut(name), cut(place))).to_owned(),
    }
}

/// The path of a URL, without query and fragment; the whole text when it has no authority, as
/// `about:blank`.
#[must_use]
pub fn path(url: &str) -> &str {
    // The worker uses this. Searching for a text, and cutting by an index that may panic, would
    // bring it 5 kB of the standard library.
    let whole = url.split(['?', '#']).next().unwrap_or_default();
    let rest = whole.split_once(':').and_then(|(_, rest)| rest.strip_prefix("//"));
    let Some(rest) = rest else { return whole };
    rest.bytes().position(|byte| byte == b'/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

/// At most [`LONGEST`] bytes of it, whole characters.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}
