//! Markup, and the one way to put text into it: escaped.
//!
//! Templates are files beside the code with `{{slot}}` where something goes. What fills a slot is
//! [`Markup`] itself, so text cannot get in unless it has been through [`Markup::text`].

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// HTML or SVG that is safe to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    /// Text, with everything escaped that could end it in content or in a quoted attribute.
    pub(crate) fn text(text: &str) -> Self {
        let mut escaped = String::with_capacity(text.len());
        for letter in text.chars() {
            match letter {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
        }
        Self(escaped)
    }

    /// A number needs no escaping.
    pub(crate) fn number(number: impl Into<i64>) -> Self {
        Self(number.into().to_string())
    }

    /// Fills a template. A slot without a filling stays visible, which a test would see.
    pub(crate) fn fill(template: &'static str, fillings: &[(&str, &Markup)]) -> Self {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, slot, after)) = next_slot(rest) {
            filled.push_str(before);
            match fillings.iter().find(|(name, _)| *name == slot) {
                Some((_, filling)) => filled.push_str(&filling.0),
                None => filled.extend(["{{", slot, "}}"]),
            }
            rest = after;
        }
        filled.push_str(rest);
        Self(filled)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn next_slot(text: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let (before, rest) = text.split_once("{{")?;
    let (slot, after) = rest.split_once("}}")?;
    Some((before, slot, after))
}

impl FromIterator<Markup> for Markup {
    fn from_iter<I: IntoIterator<Item = Markup>>(parts: I) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }
}

impl IntoResponse for Markup {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "text/html; charset=utf-8")], self.0).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        let hostile = Markup::text("\"><script>alert('&')</script>");
        let wanted = "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;";
        assert_eq!(hostile.as_str(), wanted);
    }

    #[test]
    fn a_filling_that_looks_like_a_slot_is_not_filled_again() {
        let outer = Markup::text("{{inner}}");
        let inner = Markup::text("no");
        let page = Markup::fill("<p>{{outer}}</p>", &[("outer", &outer), ("inner", &inner)]);
        assert_eq!(page.as_str(), "<p>{{inner}}</p>");
    }

    #[test]
    fn an_empty_slot_stays_visible() {
        assert_eq!(Markup::fill("a {{b}} c {{", &[]).as_str(), "a {{b}} c {{");
    }
}
