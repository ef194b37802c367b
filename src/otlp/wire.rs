//! Protobuf's wire format: fields in, fields out. Knows nothing of what the fields mean.

/// One field's value as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

/// The message ends inside a field, or has a tag that protobuf does not know. Groups count as
/// unknown: they were dropped before OTLP began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Garbled;

/// The fields of one message, in their order, with their numbers. Ends after the first error.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// What is not read yet: its length tells where an error stands.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The number of a message's first field, and where its content begins, where that is bytes of
    /// which some are missing.
    pub(crate) fn cut(message: &'a [u8]) -> Option<(u64, usize)> {
        let mut fields = Self::new(message);
        let tag = fields.varint().ok().filter(|tag| tag & 7 == 2 && *tag >= 8)?;
        fields.varint().ok()?;
        Some((tag >> 3, message.len() - fields.rest.len()))
    }

    // Optimised for size, a call of it for each byte took a third of the time.
    #[inline(always)]
    fn varint(&mut self) -> Result<u64, Garbled> {
        // Nearly every tag and length is one byte.
        if let [byte @ 0..=0x7f, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, Garbled> {
        let (mut value, mut at) = (0, 0);
        while at < 10
            && let Some(byte) = self.rest.get(at)
        {
            // Bits past the 64th are dropped, as protobuf's own readers do.
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                self.rest = &self.rest[at + 1..];
                return Ok(value);
            }
            at += 1;
        }
        Err(Garbled)
    }

    #[inline]
    fn take(&mut self, length: u64) -> Result<&'a [u8], Garbled> {
        let length = usize::try_from(length).map_err(|_| Garbled)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Garbled)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Takes what has its length before it.
    pub(crate) fn prefixed(&mut self) -> Result<&'a [u8], Garbled> {
        let length = self.varint()?;
        self.take(length)
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Garbled> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Garbled)?;
        self.rest = rest;
        Ok(*taken)
    }

    #[inline]
    fn field(&mut self) -> Result<(u64, Field<'a>), Garbled> {
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => Field::Bytes(self.prefixed()?),
            5 => Field::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => return Err(Garbled),
        };
        // Field numbers begin at 1.
        if tag < 8 { Err(Garbled) } else { Ok((tag >> 3, field)) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Field<'a>), Garbled>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Writes messages. A field whose value is the default is left out, as proto3 does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Out {
    pub(crate) bytes: Vec<u8>,
}

impl Out {
    pub(crate) fn varint(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.always_varint(field, value);
        }
    }

    /// For members of a `oneof`, whose presence means something even where the value is default.
    pub(crate) fn always_varint(&mut self, field: u32, value: u64) {
        self.raw_varint(u64::from(field << 3));
        self.raw_varint(value);
    }

    pub(crate) fn fixed64(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.always_fixed64(field, value);
        }
    }

    pub(crate) fn always_fixed64(&mut self, field: u32, value: u64) {
        self.raw_varint(u64::from(field << 3 | 1));
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn fixed32(&mut self, field: u32, value: u32) {
        if value != 0 {
            self.raw_varint(u64::from(field << 3 | 5));
            self.bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    pub(crate) fn bytes(&mut self, field: u32, value: &[u8]) {
        if !value.is_empty() {
            self.always_bytes(field, value);
        }
    }

    pub(crate) fn always_bytes(&mut self, field: u32, value: &[u8]) {
        self.raw_varint(u64::from(field << 3 | 2));
        self.raw_varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// Writes a message inside this one.
    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        let begin = self.begin(field);
        write(self);
        self.end(begin);
    }

    /// Begins a message inside this one; what it gives, [`end`](Self::end) wants.
    pub(crate) fn begin(&mut self, field: u32) -> usize {
        self.raw_varint(u64::from(field << 3 | 2));
        self.begin_length()
    }

    /// Begins something that has its length before it.
    pub(crate) fn begin_length(&mut self) -> usize {
        self.bytes.push(0);
        self.bytes.len() - 1
    }

    /// Ends a message inside this one. The length stands before the content and is known after it,
    /// so the content moves up by the length's own size: cheaper than measuring first.
    pub(crate) fn end(&mut self, begin: usize) {
        let from = begin + 1;
        let length = self.bytes.len() - from;
        if let Ok(short @ 0..=0x7f) = u8::try_from(length) {
            self.bytes[begin] = short;
            return;
        }
        let old = self.bytes.len();
        self.raw_varint(length as u64);
        let size = self.bytes.len() - old;
        let mut prefix = [0; 10];
        prefix[..size].copy_from_slice(&self.bytes[old..]);
        self.bytes.copy_within(from..old, begin + size);
        self.bytes[begin..begin + size].copy_from_slice(&prefix[..size]);
        self.bytes.truncate(begin + size + length);
    }

    fn raw_varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push((value & 0x7f) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_longer_than_127_bytes_keeps_its_content() {
        let mut out = Out::default();
        out.message(3, |inner| inner.bytes(1, &[7; 300]));
        let fields: Vec<_> = Fields::new(&out.bytes).collect();
        let [Ok((3, Field::Bytes(inner)))] = fields[..] else { panic!("{fields:?}") };
        assert_eq!(Fields::new(inner).next(), Some(Ok((1, Field::Bytes(&[7; 300])))));
    }

    #[test]
    fn groups_field_zero_and_endless_varints_are_garbled() {
        for bytes in [&[0x0b][..], &[0x00, 0x01], &[0x08, 0x80], &[0x0a, 0x05, 1], &[0x0d, 1]] {
            assert_eq!(Fields::new(bytes).next(), Some(Err(Garbled)), "{bytes:?}");
        }
        assert_eq!(Fields::new(&[0x80; 11]).next(), Some(Err(Garbled)));
    }

    proptest! {
        #[test]
        fn numbers_come_back(number in any::<u64>(), field in 1_u32..1_000_000, small in any::<u32>()) {
            let mut out = Out::default();
            out.always_varint(field, number);
            out.always_fixed64(field, number);
            out.fixed32(field, small.max(1));
            let field = u64::from(field);
            prop_assert_eq!(
                Fields::new(&out.bytes).collect::<Result<Vec<_>, _>>(),
                Ok(vec![
                    (field, Field::Varint(number)),
                    (field, Field::Fixed64(number)),
                    (field, Field::Fixed32(small.max(1))),
                ])
            );
        }
    }
}
