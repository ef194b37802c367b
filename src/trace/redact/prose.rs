//! Running text without credentials: messages, stacks, names, details. It may hold addresses, named
//! values in any notation, and tokens that are known by their look.
//!
//! Each step walks the text once: whatever a page says, the time is in proportion to its length.

use super::name::{Names, find, plain};
use super::{CUT, REDACTED, address, token};

/// What ends a value that is not quoted.
const ENDS: [char; 16] =
    [' ', '\t', '\n', '\r', '"', '\'', '`', ',', ';', '&', ')', '}', ']', '>', '<', '\\'];

/// A text without credentials.
pub(super) fn clean(text: &str, names: &Names) -> String {
    let words = addresses(text, names);
    token::clean(&values(&words, names))
}

/// What stands between the words of a text, and in no address.
pub(super) fn breaks(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '"' | '<' | '>' | '`' | '{' | '}' | '|' | '\\' | '^')
}

/// The addresses in a text, each without credentials.
fn addresses(text: &str, names: &Names) -> String {
    let mut clean = String::with_capacity(text.len());
    for piece in text.split_inclusive(breaks) {
        let word = piece.trim_end_matches(breaks);
        // The sentence's own: `(see https://shop.test/?token=x).`
        let start = word.len() - word.trim_start_matches(['(', '[', '\'', ',']).len();
        let core = word.get(start..).unwrap_or_default();
        let end = start + core.trim_end_matches([')', ']', '\'', ',', '.', ':', '!']).len();
        match word.get(start..end).filter(|core| addressed(core)) {
            Some(core) => {
                clean.push_str(word.get(..start).unwrap_or_default());
                let known = if core.contains(['/', '?', '#']) {
                    address::clean(core, names)
                } else {
                    address::form(core, names)
                };
                clean.push_str(&address::nested(&known, names));
                clean.push_str(piece.get(end..).unwrap_or_default());
            }
            None => clean.push_str(piece),
        }
    }
    clean
}

/// Whether a word is an address, or has an address's parameters.
fn addressed(word: &str) -> bool {
    let sign = |letter: char| word.contains(letter);
    find(word, "//").is_some()
        || word.starts_with("data:")
        || (sign('=') && (sign('?') || sign('#') || sign('&') || sign(';')))
        || find(word, "%3D").is_some()
        || find(word, "%3d").is_some()
}

/// The named values in a text (`password=x`, `"password": "x"`, `Authorization: Basic x`,
/// `<password>x`), each secret one replaced.
fn values(text: &str, names: &Names) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(named) {
        let after = rest.get(start..).unwrap_or_default();
        let name = after.split(|letter| !named(letter)).next().unwrap_or_default();
        let inside = rest.get(..start).is_some_and(|before| before.ends_with('<'));
        let (head, tail) = rest.split_at_checked(start + name.len()).unwrap_or((rest, ""));
        clean.push_str(head);
        rest = tail;
        let Some(gap) = equals(tail, inside).filter(|_| names.said(name)) else { continue };
        let (gap, tail) = tail.split_at_checked(gap).unwrap_or((tail, ""));
        let (quote, tail) = tail.split_at_checked(opening(tail)).unwrap_or(("", tail));
        let length = length(tail, quote, name, gap == ">");
        let (value, after) = tail.split_at_checked(length).unwrap_or((tail, ""));
        clean.push_str(gap);
        clean.push_str(quote);
        if !value.is_empty() {
            clean.push_str(REDACTED);
            clean.extend(value.ends_with(CUT).then_some(CUT));
        }
        rest = after;
    }
    clean.push_str(rest);
    clean
}

/// Whether a letter is part of a name.
fn named(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '$' | '[' | ']' | '%')
}

/// How long that is what makes the text after a name its value: quotes, spaces, and a sign. `None`
/// where there is no value. Of `<name>` the bracket is all.
fn equals(text: &str, inside: bool) -> Option<usize> {
    if inside && text.starts_with('>') {
        return Some(1);
    }
    let quoted = text.trim_start_matches(['\\', '"', '\'']);
    let signed = quoted.trim_start_matches([' ', '\t']);
    let value = signed.trim_start_matches(['=', ':']);
    let sign = signed.get(..signed.len() - value.len())?;
    // `Token::parse` is a path.
    if sign.is_empty() || sign == "::" {
        return None;
    }
    let value = if sign == "=" { value.strip_prefix('>').unwrap_or(value) } else { value };
    let value = value.trim_start_matches([' ', '\t']);
    Some(text.len() - value.len())
}

/// How long the quote is with which a value begins, with the backslashes before it.
fn opening(text: &str) -> usize {
    let quoted = text.trim_start_matches('\\');
    let quote = quoted.starts_with(['"', '\'', '`']);
    if quote { text.len() - quoted.len() + 1 } else { 0 }
}

/// How long a value is, after its opening quote.
fn length(text: &str, quote: &str, name: &str, element: bool) -> usize {
    let upto = |end: &[char]| text.find(end).unwrap_or(text.len());
    if element {
        return upto(&['<']);
    }
    if let Some(last) = quote.chars().last() {
        return string(text, last, quote.len() - 1);
    }
    if text.starts_with(['{', '[']) {
        return group(text);
    }
    // A header's value has words and commas of its own.
    let name = plain(name);
    if name.ends_with("authorization") || name.ends_with("cookie") {
        return upto(&['\n', '\r', '"', '\'', '`', '\\']);
    }
    let end = upto(&ENDS);
    let scheme = text.get(..end).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic") {
        let more = text.get(end..).unwrap_or_default();
        let word = more.trim_start();
        return end + (more.len() - word.len()) + word.find(breaks).unwrap_or(word.len());
    }
    end
}

/// How long a string is after its opening quote: up to the next one with as many backslashes
/// before it, which is left where it is, or to the end.
fn string(text: &str, quote: char, slashes: usize) -> usize {
    let mut before = 0;
    for (at, letter) in text.char_indices() {
        if letter == quote && before <= slashes {
            return at - before;
        }
        before = if letter == '\\' { before + 1 } else { 0 };
    }
    text.len()
}

/// How long a list or an object is, by its brackets; a text that ends before has it to its end.
fn group(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_values_go_in_every_notation() {
        for (given, wanted) in [
            ("login failed: password=hunter2", "login failed: password=REDACTED"),
            (
                "{\"user\":\"me\",\"password\":\"a \\\"b\"}",
                "{\"user\":\"me\",\"password\":\"REDACTED\"}",
            ),
            (
                "{\\\"token\\\":\\\"ab\\\",\\\"n\\\":1}",
                "{\\\"token\\\":\\\"REDACTED\\\",\\\"n\\\":1}",
            ),
            ("{ apiKey: 'ab', n: 1 }", "{ apiKey: 'REDACTED', n: 1 }"),
            ("Authorization: Basic dTpw, x\nnext", "Authorization: REDACTED\nnext"),
            ("Cookie: a=b; c=d\r\n\r\n", "Cookie: REDACTED\r\n\r\n"),
            ("token: Bearer abc def", "token: REDACTED def"),
            ("<password>a b</password>", "<password>REDACTED</password>"),
            ("\"secret\"=>\"x\"", "\"secret\"=>\"REDACTED\""),
            ("tokens: [\"a\", \"b\"], n: 1", "tokens: REDACTED, n: 1"),
            ("user[password]=x&n=1", "user[password]=REDACTED&n=1"),
            ("secret=ab…", "secret=REDACTED…"),
        ] {
            assert_eq!(clean(given, &Names::OURS), wanted, "{given}");
        }
    }

    #[test]
    fn addresses_go_without_their_credentials() {
        for (given, wanted) in [
            (
                "GET https://u:p@shop.test/a?code=1&q=2 failed.",
                "GET https://REDACTED:REDACTED@shop.test/a?code=REDACTED&q=2 failed.",
            ),
            ("    at f (https://shop.test/a.js:1:2)", "    at f (https://shop.test/a.js:1:2)"),
            ("(see /cb?code=4).", "(see /cb?code=REDACTED)."),
            ("src=\"data:text/plain,hello\"", "src=\"data:text/plain,…\""),
            ("a;jsessionid=AB12", "a;jsessionid=REDACTED"),
        ] {
            assert_eq!(clean(given, &Names::OURS), wanted, "{given}");
        }
    }

    #[test]
    fn what_is_no_secret_stays_byte_for_byte() {
        for text in [
            "TypeError: Cannot read properties of undefined (reading 'token')",
            "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
            "Request failed with status code: 404, code=ERR_BAD_REQUEST",
            "    at Token::parse (https://shop.test/app.js:10:22)",
            "Add to cart (3 × 4,50 €)",
            "button[type=submit]",
            "key: Enter",
            "",
        ] {
            assert_eq!(clean(text, &Names::OURS), text);
        }
    }
}
