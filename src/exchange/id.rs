//! Ids as other systems write them, and ids for what has none.

use otlp::Reason;
use trace::{SpanId, TraceId};

/// A trace id: hex of either case, dashes and leading zeros left out as some do. What is no hex
/// stands for an id all the same, because the same text means the same trace.
pub(crate) fn trace(text: &str) -> Result<TraceId, Reason> {
    if text.is_empty() {
        return Err(Reason::TraceMissing);
    }
    let bytes = hex::<16>(text).unwrap_or_else(|| long(hash(text.as_bytes())));
    TraceId::mint(bytes).ok_or(Reason::TraceZero)
}

/// A span id, in the same forms.
pub(crate) fn span(text: &str) -> Result<SpanId, Reason> {
    if text.is_empty() {
        return Err(Reason::SpanMissing);
    }
    let bytes = hex::<8>(text).unwrap_or_else(|| hash(text.as_bytes()).to_be_bytes());
    SpanId::mint(bytes).ok_or(Reason::SpanZero)
}

/// The id of a parent; none where it is empty or zero, as roots have it.
pub(crate) fn parent(text: &str) -> Option<SpanId> {
    span(text).ok()
}

/// A span id made of two numbers.
pub(crate) fn made(seed: u64, number: u64) -> SpanId {
    let bytes = (spread(seed ^ spread(number)) | 1).to_be_bytes();
    SpanId::mint(bytes).expect("its last bit is set")
}

/// A trace id made of a number.
pub(crate) fn made_trace(seed: u64) -> TraceId {
    TraceId::mint(long(seed)).expect("its last bit is set")
}

/// The same bytes give the same number (FNV-1a, spread).
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    spread(bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix)) | 1
}

fn long(seed: u64) -> [u8; 16] {
    let (high, low) = (spread(seed), spread(!seed) | 1);
    (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
}

/// Spreads a number over 64 bits (SplitMix64).
fn spread(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Hex digits, as the last of so many bytes.
fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (mut bytes, mut count) = ([0_u8; N], 0);
    for letter in text.bytes().rev().filter(|letter| *letter != b'-') {
        let digit = u8::try_from(char::from(letter).to_digit(16)?).ok()?;
        let byte = (N * 2).checked_sub(count + 1)? / 2;
        bytes[byte] |= digit << (4 * (count % 2));
        count += 1;
    }
    (count > 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_zeros_upper_case_and_dashes_are_one_id() {
        let wanted = "00a1b2c3d4e5f60718293a4b5c6d7e8f".parse();
        for text in [
            "a1b2c3d4e5f60718293a4b5c6d7e8f",
            "00A1B2C3D4E5F60718293A4B5C6D7E8F",
            "00a1b2c3-d4e5-f607-1829-3a4b5c6d7e8f",
        ] {
            assert_eq!(trace(text).ok(), wanted.clone().ok(), "{text}");
        }
        assert_eq!(span("A").map(|id| id.to_string()).ok().as_deref(), Some("000000000000000a"));
    }

    #[test]
    fn what_is_no_hex_is_one_id_and_nothing_is_none() {
        assert_eq!(trace("checkout"), trace("checkout"));
        assert_ne!(trace("checkout"), trace("check-out!"));
        assert!(span("0123456789abcdef0").is_ok(), "seventeen digits");
        assert_eq!((trace(""), trace("000")), (Err(Reason::TraceMissing), Err(Reason::TraceZero)));
        assert_eq!((span(""), span("0-0")), (Err(Reason::SpanMissing), Err(Reason::SpanZero)));
        assert_eq!(parent("0000000000000000"), None);
        assert!(span("-").is_ok() && trace("é").is_ok());
    }

    #[test]
    fn made_ids_differ() {
        let mut ids: Vec<_> = (0..10_000).map(|number| made(7, number)).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 10_000);
        assert_ne!(made_trace(1), made_trace(2));
    }
}
