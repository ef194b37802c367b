//! Reads mappings: numbers in base 64, of variable length, each the difference from the last one.

use super::MapError;

/// Bits of a digit that count; the sixth says that more follow.
const BITS: u32 = 5;
/// A number has 32 bits with its sign, so it has at most seven digits.
const DIGITS: u32 = 7;

/// The value of a digit of base 64 (RFC 4648, section 4).
pub(super) const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// A mapping as it is written, with the differences added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) line: u32,
    pub(super) column: i64,
    pub(super) source: Option<i64>,
    pub(super) at: i64,
    pub(super) place: i64,
    pub(super) name: Option<i64>,
}

/// Reads mappings one after the other.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// The byte that is next.
    next: usize,
    line: u32,
    column: i64,
    /// Source, line, column and name of the last mapping that said them.
    sums: [i64; 4],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), next: 0, line: 0, column: 0, sums: [0; 4] }
    }

    /// The next mapping; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Found>, MapError> {
        loop {
            match self.bytes.get(self.next) {
                None => return Ok(None),
                Some(b';') => {
                    self.line = self.line.checked_add(1).ok_or(MapError::Far)?;
                    self.column = 0;
                }
                Some(b',') => {}
                Some(_) => return self.segment().map(Some),
            }
            self.next += 1;
        }
    }

    /// One, four or five numbers.
    fn segment(&mut self) -> Result<Found, MapError> {
        self.column += self.number()?;
        let mut told = 0;
        while !matches!(self.bytes.get(self.next), None | Some(b',' | b';')) {
            let difference = self.number()?;
            let broken = MapError::Mappings(self.next);
            *self.sums.get_mut(told).ok_or(broken)? += difference;
            told += 1;
        }
        let [source, at, place, name] = self.sums;
        match told {
            0 | 3 | 4 => Ok(Found {
                line: self.line,
                column: self.column,
                source: (told > 0).then_some(source),
                at,
                place,
                name: (told > 3).then_some(name),
            }),
            _ => Err(MapError::Mappings(self.next)),
        }
    }

    fn number(&mut self) -> Result<i64, MapError> {
        let mut sum = 0_i64;
        for place in 0..DIGITS {
            let broken = MapError::Mappings(self.next);
            let value = self.bytes.get(self.next).copied().and_then(digit).ok_or(broken)?;
            self.next += 1;
            sum |= i64::from(value & 31) << (place * BITS);
            if value < 32 {
                let size = sum >> 1;
                return Ok(if sum & 1 == 0 { size } else { -size });
            }
        }
        Err(MapError::Mappings(self.next))
    }
}
