//! What a text is found in, and where: the search within one span.

/// Places that are marked in one text, at most.
const MOST: usize = 200;

/// Where a text holds another, as byte places from the first on; letters of ASCII in either case. No
/// text is found nowhere.
#[must_use]
pub fn places(text: &str, wanted: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(at) = find(text.as_bytes(), wanted.as_bytes(), from) {
        places.push(at);
        if places.len() == MOST {
            break;
        }
        from = at + wanted.len();
    }
    places
}

/// Whether a text holds another.
#[must_use]
pub fn holds(text: &str, wanted: &str) -> bool {
    find(text.as_bytes(), wanted.as_bytes(), 0).is_some()
}

/// Characters end where bytes of another text end, because both are UTF-8.
fn find(text: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let first = wanted.first()?;
    let last = text.len().checked_sub(wanted.len())?;
    let mut at = from;
    while at <= last {
        let near = text[at..=last].iter().position(|byte| byte.eq_ignore_ascii_case(first))?;
        at += near;
        if text[at..at + wanted.len()].eq_ignore_ascii_case(wanted) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// A text in pieces, each with whether it is a place where another was found.
#[must_use]
pub fn pieces<'a>(text: &'a str, wanted: &str) -> Vec<(bool, &'a str)> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in places(text, wanted) {
        pieces.push((false, &text[from..at]));
        from = at + wanted.len();
        pieces.push((true, &text[at..from]));
    }
    pieces.push((false, &text[from..]));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

/// A part of a text, at most about so many bytes: from its beginning, or around the first place of
/// what is looked for where that lies behind them. With it, the bytes before and behind.
#[must_use]
pub fn excerpt<'a>(text: &'a str, wanted: &str, length: usize) -> (usize, &'a str, usize) {
    let found = find(text.as_bytes(), wanted.as_bytes(), 0).unwrap_or_default();
    let from = if found + wanted.len() > length { found.saturating_sub(length / 4) } else { 0 };
    let from = text.floor_char_boundary(from);
    let to = text.floor_char_boundary(from.saturating_add(length));
    (from, &text[from..to], text.len() - to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_whatever_the_case_of_its_letters() {
        assert_eq!(places("GET /Cart get", "get"), [0, 10]);
        assert_eq!(places("aaaa", "aa"), [0, 2], "without what overlaps");
        assert_eq!(places("Größe", "ö"), [2]);
        assert!(
            places("x", "").is_empty()
                && places("", "x").is_empty()
                && places("x", "xx").is_empty()
        );
        assert!(holds("http.route", "ROUTE") && !holds("http.route", "routes"));
    }

    #[test]
    fn what_was_found_is_marked() {
        assert_eq!(pieces("a cart!", "CART"), [(false, "a "), (true, "cart"), (false, "!")]);
        assert_eq!(pieces("cart", "x"), [(false, "cart")]);
        assert!(pieces("", "x").is_empty());
    }

    #[test]
    fn a_long_text_is_shown_where_it_was_found() {
        let text = format!("{}needle{}", "é".repeat(1_000), "z".repeat(500));
        let (before, shown, behind) = excerpt(&text, "needle", 100);
        assert!(shown.contains("needle") && shown.len() <= 100);
        assert_eq!(before + shown.len() + behind, text.len());
        assert_eq!(excerpt(&text, "", 100).0, 0);
        assert_eq!(excerpt("short", "x", 100), (0, "short", 0));
    }

    #[test]
    fn hostile_texts_are_searched_in_one_pass() {
        let text = "a".repeat(1_000_000);
        assert_eq!(places(&text, "a").len(), MOST);
        assert!(!holds(&text, "b"));
    }
}
