//! Walks JSON text (RFC 8259) value by value. Knows nothing of traces.
//!
//! Whoever reads asks for what it expects; a value of another kind is skipped and reads as
//! absent, so only broken syntax and absurd depth end the walk.

use std::borrow::Cow;
use std::fmt;

/// How deep objects and lists may lie in each other: four for each of 80 levels of attribute values
/// in OTLP, the dozen around them, and room to tell a span that is too deep from a text that is out
/// to break the stack.
const LIMIT: usize = 512;

/// Why a text is not JSON. Positions are bytes from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxError {
    /// Something else was wanted.
    Wanted {
        /// Where reading stopped.
        at: usize,
        /// What was wanted there.
        wanted: &'static str,
    },
    /// Objects and lists lie deeper in each other than anything needs.
    Deep {
        /// Where the limit was passed.
        at: usize,
        /// How deep is allowed.
        limit: usize,
    },
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wanted { at, wanted } => {
                write!(f, "JSON is broken at byte {at}, wanted {wanted}")
            }
            Self::Deep { at, limit } => {
                write!(f, "JSON is nested deeper than {limit} at byte {at}")
            }
        }
    }
}

impl std::error::Error for SyntaxError {}

/// The text is broken; [`Cursor::error`] says why. Kept there, because everything that reads a text
/// passes this on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// A value that is neither object nor list.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(&'a str),
    /// Text.
    Text(Cow<'a, str>),
    /// Text that is not UTF-8.
    Broken,
    /// An object or a list, skipped.
    Nested,
}

/// Whether an object or a list was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Its content comes next.
    Yes,
    /// There was `null`, which stands for an empty one.
    Null,
    /// There was something else, skipped.
    Other,
}

/// A place in the text.
pub struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    /// Whether an object or list was just opened, so that no comma comes next.
    fresh: bool,
    error: SyntaxError,
}

/// Where a walk stands between two values, to go on from there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    at: usize,
    depth: usize,
    fresh: bool,
}

impl Mark {
    /// Bytes that were read.
    #[must_use]
    pub const fn at(self) -> usize {
        self.at
    }
}

impl<'a> Cursor<'a> {
    /// Stands at the beginning of a text.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Self {
        Self::at(text, Mark::default())
    }

    /// Stands where a walk through the same text stood.
    #[must_use]
    pub fn at(text: &'a [u8], Mark { at, depth, fresh }: Mark) -> Self {
        // Some Windows tools begin a file with a byte order mark.
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let error = SyntaxError::Wanted { at, wanted: "a value" };
        Self { text, at, depth, fresh, error }
    }

    /// Where it stands.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        Mark { at: self.at, depth: self.depth, fresh: self.fresh }
    }

    /// Whether only space is left.
    pub fn finished(&mut self) -> bool {
        self.peek().is_none()
    }

    /// Whether an object comes next.
    pub fn at_object(&mut self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Whether a list comes next.
    pub fn at_list(&mut self) -> bool {
        self.peek() == Some(b'[')
    }

    /// Enters an object, or skips what is there instead.
    pub fn object(&mut self) -> Result<Opened, Broken> {
        self.open(b'{')
    }

    /// Enters a list, or skips what is there instead.
    pub fn list(&mut self) -> Result<Opened, Broken> {
        self.open(b'[')
    }

    /// The next name in the object that was entered, and its value comes next; `None` at its end.
    pub fn key(&mut self) -> Result<Option<Cow<'a, str>>, Broken> {
        if self.closes(b'}')? {
            return Ok(None);
        }
        self.expect(b'"', "a name in quotes")?;
        let name = match self.string()? {
            Some(name) => name,
            // No known name is lost by this: they are all ASCII.
            None => Cow::Borrowed(""),
        };
        self.expect(b':', "a colon")?;
        Ok(Some(name))
    }

    /// Whether another value comes next in the list that was entered; `false` at its end.
    pub fn item(&mut self) -> Result<bool, Broken> {
        Ok(!self.closes(b']')?)
    }

    /// Reads a value that should be neither object nor list; such a one is skipped.
    pub fn scalar(&mut self) -> Result<Scalar<'a>, Broken> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                Ok(match self.string()? {
                    Some(text) => Scalar::Text(text),
                    None => Scalar::Broken,
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

    /// Passes over a value of any kind. Text in it is walked over and not read.
    pub fn skip(&mut self) -> Result<(), Broken> {
        match self.peek() {
            Some(b'{') => {
                self.object()?;
                while !self.closes(b'}')? {
                    self.expect(b'"', "a name in quotes")?;
                    self.pass()?;
                    self.expect(b':', "a colon")?;
                    self.skip()?;
                }
            }
            Some(b'[') => {
                self.list()?;
                while self.item()? {
                    self.skip()?;
                }
            }
            Some(b'"') => {
                self.at += 1;
                self.pass()?;
            }
            _ => drop(self.scalar()?),
        }
        Ok(())
    }

    /// Goes behind the text after an opening quote.
    fn pass(&mut self) -> Result<(), Broken> {
        while !self.plain()? {
            self.at += 1;
            self.escape()?;
        }
        self.at += 1;
        Ok(())
    }

    fn open(&mut self, bracket: u8) -> Result<Opened, Broken> {
        match self.peek() {
            Some(byte) if byte == bracket => {}
            Some(b'n') => return self.skip().map(|()| Opened::Null),
            _ => return self.skip().map(|()| Opened::Other),
        }
        if self.depth == LIMIT {
            self.error = SyntaxError::Deep { at: self.at, limit: LIMIT };
            return Err(Broken);
        }
        self.at += 1;
        self.depth += 1;
        self.fresh = true;
        Ok(Opened::Yes)
    }

    /// Takes the closing bracket, or the comma before the next value.
    fn closes(&mut self, bracket: u8) -> Result<bool, Broken> {
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

    fn expect(&mut self, byte: u8, wanted: &'static str) -> Result<(), Broken> {
        if self.peek() != Some(byte) {
            return Err(self.wanted(wanted));
        }
        self.at += 1;
        Ok(())
    }

    /// Notes that something else was wanted here.
    pub fn wanted(&mut self, wanted: &'static str) -> Broken {
        self.error = SyntaxError::Wanted { at: self.at, wanted };
        Broken
    }

    /// Why it is broken, once it is.
    #[must_use]
    pub const fn error(&self) -> SyntaxError {
        self.error
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), Broken> {
        if !self.rest().starts_with(word) {
            return Err(self.wanted("true, false or null"));
        }
        self.at += word.len();
        Ok(())
    }

    /// `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`
    fn number(&mut self) -> Result<&'a str, Broken> {
        let begin = self.at;
        self.take(b"-");
        let zero = self.rest().first() == Some(&b'0');
        if self.digits()? > 1 && zero {
            return Err(self.wanted("a number without leading zeros"));
        }
        if self.take(b".") {
            self.digits()?;
        }
        if self.take(b"eE") {
            self.take(b"+-");
            self.digits()?;
        }
        // Only ASCII was taken.
        Ok(str::from_utf8(self.since(begin)).unwrap_or_default())
    }

    /// Takes one of these bytes, if it comes next.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| bytes.contains(byte));
        self.at += usize::from(found);
        found
    }

    /// What is not read yet.
    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What was read from here on.
    fn since(&self, begin: usize) -> &'a [u8] {
        self.text.get(begin..self.at).unwrap_or_default()
    }

    fn digits(&mut self) -> Result<usize, Broken> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(self.wanted("a digit")) } else { Ok(count) }
    }

    /// The text after an opening quote. `None` where it is not UTF-8, which is no broken JSON and
    /// costs no more than what it stands in.
    fn string(&mut self) -> Result<Option<Cow<'a, str>>, Broken> {
        let begin = self.at;
        if self.plain()? {
            let plain = self.since(begin);
            self.at += 1;
            return Ok(str::from_utf8(plain).ok().map(Cow::Borrowed));
        }
        let mut bytes = self.since(begin).to_vec();
        loop {
            self.at += 1;
            let letter = self.escape()?;
            bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            let from = self.at;
            let closed = self.plain()?;
            bytes.extend_from_slice(self.since(from));
            if closed {
                break;
            }
        }
        self.at += 1;
        Ok(String::from_utf8(bytes).ok().map(Cow::Owned))
    }

    /// Goes on to the next quote or backslash. Whether it is a quote.
    fn plain(&mut self) -> Result<bool, Broken> {
        while let Some(eight) = self.rest().first_chunk()
            && !special(u64::from_le_bytes(*eight))
        {
            self.at += 8;
        }
        loop {
            match self.rest().first() {
                Some(b'"') => return Ok(true),
                Some(b'\\') => return Ok(false),
                Some(0x20..) => self.at += 1,
                _ => return Err(self.wanted("a closing quote")),
            }
        }
    }

    /// The character that an escape stands for. Half of a surrogate pair, which JavaScript can
    /// write and UTF-8 cannot, becomes U+FFFD.
    fn escape(&mut self) -> Result<char, Broken> {
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
    fn unit(&mut self) -> Result<u16, Broken> {
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

/// Whether one of eight bytes is a quote, a backslash or a control character. By Mycroft's test: a
/// byte's high bit is set where taking a number from it borrows.
const fn special(bytes: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let quote = bytes ^ (ONES * b'"' as u64);
    let slash = bytes ^ (ONES * b'\\' as u64);
    let quoted = quote.wrapping_sub(ONES) & !quote;
    let slashed = slash.wrapping_sub(ONES) & !slash;
    let control = bytes.wrapping_sub(ONES * 0x20) & !bytes;
    (quoted | slashed | control) & (ONES * 0x80) != 0
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

    fn scalar(text: &str) -> Result<Scalar<'_>, Broken> {
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
    fn a_text_ends_where_it_ends_at_any_length() {
        for length in 0..40 {
            for letter in ["a", "é", "\u{7f}"] {
                let inner = letter.repeat(length);
                let text = format!("\"{inner}\",\"tail of some length\"");
                assert_eq!(scalar(&text), Ok(Scalar::Text(inner.clone().into())));
                let escaped = format!("\"{inner}\\n{inner}\"");
                assert_eq!(scalar(&escaped), Ok(Scalar::Text(format!("{inner}\n{inner}").into())));
                assert_eq!(scalar(&format!("\"{inner}\u{1f}{inner}\"")), Err(Broken));
                assert_eq!(scalar(&format!("\"{inner}")), Err(Broken));
            }
        }
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
        let mut cursor = Cursor::new(deep.as_bytes());
        assert_eq!(cursor.skip(), Err(Broken));
        assert_eq!(cursor.error(), SyntaxError::Deep { at: LIMIT, limit: LIMIT });
    }
}
