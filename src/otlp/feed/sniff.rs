//! Whether bytes begin as OTLP does. Protobuf has no mark of its own: its first fields tell.

use super::is_json;

/// What is around the spans of OTLP protobuf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// Nothing.
    Usual,
    /// The message is the content of another one's first field, as Tempo's version 2 writes it:
    /// where it begins and ends.
    Trace(usize, usize),
}

/// How OTLP comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// As JSON, by its first name.
    Json,
    /// As protobuf.
    Protobuf(Around),
}

/// Whether bytes begin as OTLP that a [`Feed`](super::Feed) reads. The beginning of a file is
/// enough; `None` says that whoever knows more formats is to look.
#[must_use]
pub fn plain(bytes: &[u8]) -> Option<Plain> {
    if !is_json(bytes) {
        return protobuf(bytes).map(Plain::Protobuf);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = bytes.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start();
    let names: [&[u8]; 2] = [b"\"resourceSpans\"", b"\"resource_spans\""];
    names.iter().any(|name| text.starts_with(name)).then_some(Plain::Json)
}

/// Whether bytes begin as OTLP's messages do: with a first field that is a message, which begins
/// with a resource, a scope's spans or a schema.
fn protobuf(bytes: &[u8]) -> Option<Around> {
    let (number, from, to) = field(bytes, 0)?;
    let content = bytes.get(from..to.min(bytes.len()))?;
    if number != 1 {
        return None;
    }
    let Some((number, inner, _)) = field(content, 0) else {
        return content.is_empty().then_some(Around::Usual);
    };
    if !(1..=3).contains(&number) {
        return None;
    }
    // A resource has only attributes in it: where the next level has spans of scopes, it is one
    // level too many.
    let inner = content.get(inner..).filter(|_| number == 1);
    let deeper = inner.is_some_and(|inner| {
        let mut at = 0;
        while let Some((number, _, end)) = field(inner, at) {
            // The second field of a resource is a number, which is not found here.
            match number {
                1 => at = end,
                number => return number == 2 && starts(inner, at),
            }
        }
        false
    });
    Some(if deeper && alone(content) { Around::Trace(from, to) } else { Around::Usual })
}

/// Whether a message has nothing but first fields.
fn alone(content: &[u8]) -> bool {
    let mut at = 0;
    while let Some((number, _, end)) = field(content, at) {
        if number != 1 {
            return false;
        }
        at = end;
    }
    // The file may be cut within the head of the next field.
    at.saturating_add(2 * VARINT) > content.len()
}

/// Whether the field here is a message of messages.
fn starts(bytes: &[u8], at: usize) -> bool {
    let inner = field(bytes, at).and_then(|(_, from, to)| bytes.get(from..to.min(bytes.len())));
    inner.is_some_and(|inner| field(inner, 0).is_some_and(|(number, ..)| (1..=3).contains(&number)))
}

/// The field of bytes that stands here: its number, and where its content begins and ends, be it
/// beyond the end of the text.
fn field(bytes: &[u8], at: usize) -> Option<(u64, usize, usize)> {
    let (tag, at) = varint(bytes, at)?;
    let (length, from) = varint(bytes, at)?;
    let to = from.checked_add(usize::try_from(length).ok()?)?;
    (tag & 7 == 2 && tag >= 8).then_some((tag >> 3, from, to))
}

/// The longest that a number takes.
const VARINT: usize = 10;

fn varint(bytes: &[u8], from: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for (count, byte) in bytes.get(from..)?.iter().take(VARINT).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(7 * count).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, from + count + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn otlp_is_known_by_its_beginning_and_others_are_not() {
        assert_eq!(plain(b"\xef\xbb\xbf {\n \"resourceSpans\": ["), Some(Plain::Json));
        assert_eq!(plain(b"{\"data\":[{\"traceID\":\"1\"}]}"), None);
        assert_eq!(plain(b"[{\"traceId\":\"1\"}]"), None);
        let whole = crate::proto::encode(&crate::feed::tests::trace_of(2));
        assert_eq!(plain(&whole), Some(Plain::Protobuf(Around::Usual)));
        assert_eq!(plain(&whole[..40]), Some(Plain::Protobuf(Around::Usual)), "of a beginning");
    }
}
