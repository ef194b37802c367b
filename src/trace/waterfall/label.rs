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
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let Some((_, rest)) = url[..end].split_once("://") else { return &url[..end] };
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

/// At most [`LONGEST`] bytes of it, whole characters.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}
