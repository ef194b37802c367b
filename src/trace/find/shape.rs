//! The shape of a statement or an address: what is the same in all that one line of code sends.
//!
//! Not a parser: literals, placeholders, comments and lists of them are the same in every dialect.

/// Bytes that are looked at, at most; statements made by machines go on in the same way.
const LONGEST: usize = 8_192;

/// The shape of a statement: literals and placeholders are `?`, lists of them one, comments and
/// runs of space are gone. `SELECT * FROM a WHERE id IN (1, 2)` is `SELECT * FROM a WHERE id IN (?)`.
#[must_use]
pub fn statement(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut shape = Shape { out: String::new(), bytes: text.as_bytes(), text, at: 0 };
    while shape.at < text.len() {
        shape.step();
    }
    shape.out.truncate(shape.out.trim_end().len());
    shape.out
}

/// The shape of an address: parts of its path that have digits in them, or are long and hex, are
/// `?`; query and fragment are gone.
#[must_use]
pub fn address(url: &str) -> String {
    let url = &url[..url.floor_char_boundary(LONGEST)];
    let whole = url.split(['?', '#']).next().unwrap_or_default();
    let authority = whole.find("://").map_or(0, |at| at + 3);
    let path = whole[authority..].find('/').map_or(whole.len(), |at| authority + at);
    let (host, path) = whole.split_at(if authority == 0 { 0 } else { path });
    let parts: Vec<&str> =
        path.split('/').map(|part| if varies(part) { "?" } else { part }).collect();
    format!("{host}{}", parts.join("/"))
}

/// Whether a part of a path names one of many.
fn varies(part: &str) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let version = part.len() <= 3 && part.starts_with('v');
    digits > 0 && !version
}

struct Shape<'a> {
    out: String,
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
}

impl Shape<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or_default()
    }

    fn step(&mut self) {
        let byte = self.peek(0);
        match (byte, self.peek(1)) {
            (b'-', b'-') => self.skip_to("\n"),
            (b'/', b'*') => self.skip_to("*/"),
            (b'\'', _) => {
                self.quoted(b'\'');
                self.literal();
            }
            (b'"' | b'`', _) => {
                let from = self.at;
                self.quoted(byte);
                self.out.push_str(&self.text[from..self.at]);
            }
            (b'?', _) => {
                self.at += 1;
                self.literal();
            }
            (b':', b':') => self.copy(2),
            (b'$' | b':' | b'@' | b'%', next) if next.is_ascii_alphanumeric() || next == b'(' => {
                self.placeholder(next);
            }
            (b'0'..=b'9', _) => {
                self.word();
                self.literal();
            }
            _ if byte.is_ascii_whitespace() => self.space(),
            _ if named(byte) => {
                let from = self.at;
                self.word();
                self.out.push_str(&self.text[from..self.at]);
            }
            _ => self.copy(1),
        }
    }

    /// Copies signs. Letters that are not ASCII are of words.
    fn copy(&mut self, bytes: usize) {
        self.out.push_str(&self.text[self.at..self.at + bytes]);
        self.at += bytes;
    }

    fn space(&mut self) {
        self.at += 1;
        if !self.out.ends_with([' ', '(']) && !self.out.is_empty() {
            self.out.push(' ');
        }
    }

    /// Passes a comment, which is as good as a space.
    fn skip_to(&mut self, end: &str) {
        let rest = &self.text[self.at + 2..];
        self.at = rest.find(end).map_or(self.text.len(), |at| self.at + 2 + at + end.len() - 1);
        self.space();
    }

    /// Passes what is in quotes; doubled or after a backslash they do not end it.
    fn quoted(&mut self, mark: u8) {
        self.at += 1;
        while self.at < self.bytes.len() {
            let byte = self.peek(0);
            if byte == b'\\' || (byte == mark && self.peek(1) == mark) {
                self.at += 2;
                continue;
            }
            self.at += 1;
            if byte == mark {
                break;
            }
        }
        // A backslash may have led into the middle of a letter, or past the end.
        self.at = self.text.ceil_char_boundary(self.at.min(self.bytes.len()));
    }

    /// Passes a name or a number.
    fn word(&mut self) {
        let more = |byte: &u8| named(*byte) || *byte == b'.';
        self.at += self.bytes[self.at..].iter().take_while(|byte| more(byte)).count();
    }

    /// Passes `$1`, `:name`, `@p1`, `%s` and `%(name)s`.
    fn placeholder(&mut self, next: u8) {
        if self.peek(0) == b'%' && next == b'(' {
            let rest = &self.text[self.at..];
            self.at += rest.find(')').map_or(rest.len(), |at| at + 1);
        } else if next == b'(' {
            return self.copy(1);
        } else {
            self.at += 1;
        }
        self.word();
        self.literal();
    }

    /// Writes a literal, unless one of the same list is there already.
    fn literal(&mut self) {
        let trimmed = self.out.trim_end();
        if let Some(before) = trimmed.strip_suffix(',').map(str::trim_end)
            && before.ends_with('?')
        {
            self.out.truncate(before.len());
            return;
        }
        // A sign belongs to the number where nothing stands before it.
        self.out.push('?');
        self.rows();
    }

    /// Lists of lists are one list: `VALUES (?), (?)`.
    fn rows(&mut self) {
        let Some(before) = self.out.strip_suffix("(?") else { return };
        let Some(before) = before.trim_end().strip_suffix(',').map(str::trim_end) else { return };
        if before.ends_with("(?)") {
            // Its own bracket will close what is there.
            self.out.truncate(before.len() - 1);
        }
    }
}

fn named(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn statements_that_one_line_of_code_sends_have_one_shape() {
        for (text, wanted) in [
            ("SELECT * FROM a WHERE id = 7", "SELECT * FROM a WHERE id = ?"),
            (
                "select x from t1 where n='it''s' and m=\"c 1\"",
                "select x from t1 where n=? and m=\"c 1\"",
            ),
            (
                "SELECT  a\n  FROM b -- why\n WHERE c IN (1, 2,\n3)",
                "SELECT a FROM b WHERE c IN (?)",
            ),
            (
                "/* trace */ INSERT INTO a (b, c) VALUES ($1, $2), ($3, $4)",
                "INSERT INTO a (b, c) VALUES (?)",
            ),
            (
                "UPDATE a SET b = :name, c = @p1 WHERE d = %s",
                "UPDATE a SET b = ?, c = ? WHERE d = ?",
            ),
            ("SELECT a::text, 0x1F, 1.5e3 FROM b LIMIT ?", "SELECT a::text, ? FROM b LIMIT ?"),
            ("SELECT '\\'' || x", "SELECT ? || x"),
            ("a %(name)s b", "a ? b"),
            ("x = 'open", "x = ?"),
            ("/* open", ""),
            ("ä = 1 -- ü", "ä = ?"),
        ] {
            assert_eq!(statement(text), wanted, "{text}");
        }
    }

    #[test]
    fn addresses_that_differ_by_an_id_have_one_shape() {
        for (url, wanted) in [
            (
                "https://shop.example:8080/api/v1/items/17?x=1#y",
                "https://shop.example:8080/api/v1/items/?",
            ),
            ("/a/3f2b9c/b", "/a/?/b"),
            ("/a/b", "/a/b"),
            ("https://h1.example", "https://h1.example"),
            ("", ""),
        ] {
            assert_eq!(address(url), wanted, "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_shape(text: String, sql in "[-'\"`?:$@%(),/*\\\\ a1\u{e4}\n]{0,60}") {
            prop_assert!(statement(&text).len() <= text.len() && address(&text).len() <= text.len());
            prop_assert!(statement(&sql).len() <= sql.len() && address(&sql).len() <= sql.len());
        }
    }

    #[test]
    fn a_megabyte_of_values_is_as_quick_as_a_few() {
        let rows = "(1, 'x'), ".repeat(100_000);
        assert_eq!(statement(&format!("INSERT INTO a VALUES {rows}")).matches('?').count(), 1);
        assert_eq!(statement(&"'".repeat(1_000_000)), "?");
        assert!(statement(&"\u{e4}\\".repeat(500_000)).len() <= LONGEST);
    }
}
