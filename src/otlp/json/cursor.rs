//! Walks JSON text (RFC 8259) value by value. Knows nothing of traces.
//!
//! Whoever reads asks for what it expects; a value of another kind is skipped and reads as
//! absent, so only broken syntax and absurd depth end the walk.

use std::borrow::Cow;

use crate::{Error, Reason};

/// How deep objects and lists may lie in each other: three for each level of attribute values
/// ([`DEPTH`](crate::proto::DEPTH)), the dozen around them, and room to tell a span that is too
/// deep from a text that is out to break the stack.
const LIMIT: usize = 256;

/// A value that is neither object nor list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    /// A number as it was written.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// Text that is not UTF-8.
    Broken,
    /// An object or a list, skipped.
    Nested,
}

/// Whether an object or a list was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// Its content comes next.
    Yes,
    /// There was `null`, which stands for an empty one.
    Null,
    /// There was something else, skipped.
    Other,
}

/// A place in the text.
pub(crate) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    /// Whether an object or list was just opened, so that no comma comes next.
    fresh: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        // Some Windows tools begin a file with a byte order mark.
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Self { text, at: 0, depth: 0, fresh: false }
    }

    /// Whether only space is left.
    pub(crate) fn finished(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Whether an object comes next.
    pub(crate) fn at_object(&mut self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Enters an object, or skips what is there instead.
    pub(crate) fn object(&mut self) -> Result<Opened, Error> {
        self.open(b'{')
    }

    /// Enters a list, or skips what is there instead.
    pub(crate) fn list(&mut self) -> Result<Opened, Error> {
        self.open(b'[')
    }

    /// The next name in the object that was entered, and its value comes next; `None` at its end.
    pub(crate) fn key(&mut self) -> Result<Option<Cow<'a, str>>, Error> {
        if self.closes(b'}')? {
            return Ok(None);
        }
        self.expect(b'"', "a name in quotes")?;
        let name = match self.string()? {
            Ok(name) => name,
            // No known name is lost by this: they are all ASCII.
            Err(_) => Cow::Borrowed(""),
        };
        self.expect(b':', "a colon")?;
        Ok(Some(name))
    }

    /// Whether another value comes next in the list that was entered; `false` at its end.
    pub(crate) fn item(&mut self) -> Result<bool, Error> {
        Ok(!self.closes(b']')?)
    }

    /// Reads a value that should be neither object nor list; such a one is skipped.
    pub(crate) fn scalar(&mut self) -> Result<Scalar<'a>, Error> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                Ok(match self.string()? {
                    Ok(text) => Scalar::Text(text),
                    Err(_) => Scalar::Broken,
                })
            }
            Some(b'{' | b'[') => self.skip().map(|()| Scalar::Nested),
            Some(b'-' | b'0'..=b'9') => self.number().map(Scalar::Number),
            Some(b't') => self.word(b"true").map(|()| Scalar::Bool(true)),
            Some(b'f') => self.word(b"false").map(|()| Scalar::Bool(false)),
            Some(b'n') => self.word(b"null").map(|()| Scalar::Null),
            _ => Err(self.wanted("a value")),
        }
    }

    /// Passes over a value of any kind.
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        match self.peek() {
            Some(b'{') => {
                self.object()?;
                while self.key()?.is_some() {
                    self.skip()?;
                }
            }
            Some(b'[') => {
                self.list()?;
                while self.item()? {
                    self.skip()?;
                }
            }
            _ => drop(self.scalar()?),
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8) -> Result<Opened, Error> {
        match self.peek() {
            Some(byte) if byte == bracket => {}
            Some(b'n') => return self.skip().map(|()| Opened::Null),
            _ => return self.skip().map(|()| Opened::Other),
        }
        if self.depth == LIMIT {
            return Err(Error::Deep { at: self.at, limit: LIMIT });
        }
        self.at += 1;
        self.depth += 1;
        self.fresh = true;
        Ok(Opened::Yes)
    }

    /// Takes the closing bracket, or the comma before the next value.
    fn closes(&mut self, bracket: u8) -> Result<bool, Error> {
        let fresh = std::mem::take(&mut self.fresh);
        match self.peek() {
            Some(byte) if byte == bracket => {
                self.at += 1;
                self.depth -= 1;
                Ok(true)
            }
            Some(_) if fresh => Ok(false),
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.wanted("a comma or a closing bracket")),
        }
    }

    #[inline]
    fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.text.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn expect(&mut self, byte: u8, wanted: &'static str) -> Result<(), Error> {
        if self.peek() != Some(byte) {
            return Err(self.wanted(wanted));
        }
        self.at += 1;
        Ok(())
    }

    pub(crate) fn wanted(&self, wanted: &'static str) -> Error {
        Error::Json { at: self.at, wanted }
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), Error> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.wanted("true, false or null"));
        }
        self.at += word.len();
        Ok(())
    }

    /// `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`
    fn number(&mut self) -> Result<&'a str, Error> {
        let begin = self.at;
        self.at += usize::from(self.text[self.at] == b'-');
        let whole = self.at;
        self.digits()?;
        if self.text[whole] == b'0' && self.at > whole + 1 {
            return Err(self.wanted("a number without leading zeros"));
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        // Only ASCII was taken.
        Ok(str::from_utf8(&self.text[begin..self.at]).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<(), Error> {
        let begin = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == begin { Err(self.wanted("a digit")) } else { Ok(()) }
    }

    /// The text after an opening quote. The outer error is broken JSON, the inner one text that
    /// is not UTF-8, which costs no more than the span it stands in.
    fn string(&mut self) -> Result<Result<Cow<'a, str>, Reason>, Error> {
        let begin = self.at;
        self.plain()?;
        if self.text[self.at] == b'"' {
            let plain = &self.text[begin..self.at];
            self.at += 1;
            return Ok(str::from_utf8(plain).map(Cow::Borrowed).map_err(|_| Reason::Text));
        }
        let mut bytes = self.text[begin..self.at].to_vec();
        while self.text[self.at] == b'\\' {
            self.at += 1;
            let letter = self.escape()?;
            bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            let from = self.at;
            self.plain()?;
            bytes.extend_from_slice(&self.text[from..self.at]);
        }
        self.at += 1;
        Ok(String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Reason::Text))
    }

    /// Goes on to the next quote or backslash.
    fn plain(&mut self) -> Result<(), Error> {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
        self.at += length.unwrap_or(rest.len());
        match self.text.get(self.at) {
            Some(b'"' | b'\\') => Ok(()),
            _ => Err(self.wanted("a closing quote")),
        }
    }

    /// The character that an escape stands for. Half of a surrogate pair, which JavaScript can
    /// write and UTF-8 cannot, becomes U+FFFD.
    fn escape(&mut self) -> Result<char, Error> {
        let letter = self.text.get(self.at).copied();
        self.at += 1;
        Ok(match letter {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.unit()?;
                let low = self.low_unit(high);
                char::decode_utf16([high].into_iter().chain(low))
                    .next()
                    .and_then(Result::ok)
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(self.wanted("an escape")),
        })
    }

    /// Four hex digits.
    fn unit(&mut self) -> Result<u16, Error> {
        let unit = self.text.get(self.at..self.at + 4).and_then(hex);
        let unit = unit.ok_or_else(|| self.wanted("four hex digits"))?;
        self.at += 4;
        Ok(unit)
    }

    /// Takes the second half of a surrogate pair, if it is there.
    fn low_unit(&mut self, high: u16) -> Option<u16> {
        let next = self.text.get(self.at..self.at + 6)?.strip_prefix(b"\\u")?;
        let low = hex(next)?;
        let pair = (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&low);
        pair.then(|| {
            self.at += 6;
            low
        })
    }
}

fn hex(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        u16::try_from(value).ok().map(|value| unit << 4 | value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str) -> Result<Scalar<'_>, Error> {
        Cursor::new(text.as_bytes()).scalar()
    }

    fn syntax(text: &str) -> bool {
        let mut cursor = Cursor::new(text.as_bytes());
        cursor.skip().is_ok() && cursor.finished()
    }

    #[test]
    fn escapes_become_the_characters_they_stand_for() {
        let text = scalar(r#""a\u00e9\ud83d\ude00\ud83dx\n\/""#);
        assert_eq!(text, Ok(Scalar::Text("aé😀\u{fffd}x\n/".into())));
        assert_eq!(scalar(r#""\ud83d\u0041""#), Ok(Scalar::Text("\u{fffd}A".into())));
    }

    #[test]
    fn text_that_is_not_utf8_is_no_syntax_error() {
        let mut cursor = Cursor::new(b"[\"\xff\",1]");
        assert_eq!(cursor.list(), Ok(Opened::Yes));
        assert_eq!(cursor.item(), Ok(true));
        assert_eq!(cursor.scalar(), Ok(Scalar::Broken));
        assert_eq!(cursor.item(), Ok(true));
        assert_eq!(cursor.scalar(), Ok(Scalar::Number("1")));
        assert_eq!(cursor.item(), Ok(false));
    }

    #[test]
    fn syntax_is_that_of_rfc_8259() {
        for good in ["{}", "[]", "0", "-0.5e+3", "[1,{\"a\":null}]", " \"\" ", "\u{feff}true"] {
            assert!(syntax(good), "{good}");
        }
        for bad in [
            "",
            "{",
            "[1,]",
            "{,}",
            "{\"a\"}",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "+1",
            "-",
            "1e",
            "nul",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\n\"",
            "[1 2]",
            "[}",
            "{1:2}",
            "1 2",
            "'a'",
        ] {
            assert!(!syntax(bad), "{bad}");
        }
    }

    #[test]
    fn depth_has_a_limit_that_says_itself() {
        let deep = "[".repeat(LIMIT + 1);
        assert_eq!(
            Cursor::new(deep.as_bytes()).skip(),
            Err(Error::Deep { at: LIMIT, limit: LIMIT })
        );
    }
}
