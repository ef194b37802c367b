//! The keys of a parcel's spans, in few bytes: a trace's number is said once for all of its spans.
//!
//! Each page that a transaction touches is summed, written to the log and later to the file, so half as
//! many bytes are work saved for whoever stores spans. Where every span of a batch has a trace of its
//! own, the keys as they are take less, eight bytes each.

/// Bytes of a key, and of either half of it.
const KEY: usize = 8;
const HALF: usize = 4;

/// Writes keys, whose order means nothing.
pub(super) fn write(keys: &mut [i64]) -> Vec<u8> {
    keys.sort_unstable();
    let traces = || keys.chunk_by(|one, other| one >> 32 == other >> 32);
    let all = keys.len() * KEY;
    if traces().count() * KEY + keys.len() * HALF >= all {
        return keys.iter().flat_map(|key| key.to_le_bytes()).collect();
    }
    let mut out = Vec::with_capacity(all);
    for spans in traces() {
        let Some(first) = spans.first() else { continue };
        let count = u32::try_from(spans.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&first.to_le_bytes()[HALF..]);
        out.extend_from_slice(&count.to_le_bytes());
        spans.iter().for_each(|key| out.extend_from_slice(&key.to_le_bytes()[..HALF]));
    }
    out
}

/// Reads so many keys, always in the same order. Of bytes that were spoilt what can be read.
pub(super) fn read(bytes: &[u8], spans: u32) -> Vec<i64> {
    if u64::from(spans) * KEY as u64 == bytes.len() as u64 {
        return bytes.as_chunks::<KEY>().0.iter().map(|key| i64::from_le_bytes(*key)).collect();
    }
    let mut halves =
        bytes.as_chunks::<HALF>().0.iter().map(|half| i64::from(u32::from_le_bytes(*half)));
    let mut keys = Vec::new();
    while let (Some(trace), Some(count)) = (halves.next(), halves.next()) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        keys.extend(halves.by_ref().take(count).map(|hash| trace << 32 | hash));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(trace: i64, hash: i64) -> i64 {
        trace << 32 | hash
    }

    #[test]
    fn keys_come_back_and_take_half_the_bytes_where_traces_have_several_spans() {
        let most = i64::from(u32::MAX);
        for (keys, bytes) in [
            (vec![], 0),
            (vec![key(1, 7)], 8),
            // Each of its own trace: as they are.
            (vec![key(3, 1), key(1, 1), key(2, most)], 24),
            (vec![key(1, 2), key(2, 2), key(1, 1)], 24),
            (vec![key(1, 2), key(1, 0), key(1, most)], 8 + 3 * 4),
            ((0..512).map(|at| key(at % 32, at * 99_991)).collect(), 32 * 8 + 512 * 4),
            (vec![key(most >> 1, 1), key(most >> 1, 2), key(most >> 1, 3)], 8 + 3 * 4),
        ] {
            let mut sorted = keys.clone();
            let written = write(&mut sorted);
            assert_eq!(written.len(), bytes, "{keys:?}");
            assert_eq!(read(&written, u32::try_from(keys.len()).unwrap()), sorted);
        }
    }

    #[test]
    fn spoilt_bytes_are_read_as_far_as_they_go() {
        for bytes in 0..64 {
            assert!(read(&vec![0xff; bytes], 100).len() <= bytes / 4);
        }
    }
}
