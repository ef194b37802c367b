//! Many digests as few bytes, in parts by what is asked of them: whoever lists pages reads no calls.
//!
//! ```text
//! heads    shape, then each page's trace, size, session, and how many rows of each kind it has
//! pages    the rows of all of them, one behind the other; then calls, then errors likewise
//! ```

use super::pack::{Pack, Packer, Unpacker};
use super::{CallRow, Digest, ErrorRow, PageRow, VERSION};
use crate::TraceId;

/// By what blocks are known to be ours: rows of other fields, or made by other rules, are no such rows.
const SHAPE: u32 =
    (PageRow::SHAPE ^ VERSION).wrapping_mul(31) ^ CallRow::SHAPE.wrapping_mul(7) ^ ErrorRow::SHAPE;

/// A page in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its trace.
    pub trace: TraceId,
    /// How many bytes its spans have.
    pub bytes: u64,
    /// Its session, empty where it has none.
    pub session: String,
    /// How many rows: pages, calls, errors. `None` where the page was removed since an earlier block.
    pub rows: Option<[u32; 3]>,
}

/// Writes a block.
#[derive(Debug, Default)]
pub struct Writer {
    heads: Packer,
    rows: [Packer; 3],
    count: usize,
}

impl Writer {
    /// How many digests are in it.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Puts a page's digest in, with how many bytes it was made of; `None` where there is none any more.
    pub fn put(&mut self, trace: TraceId, found: Option<(u64, &Digest)>) {
        if self.count == 0 {
            SHAPE.pack(&mut self.heads);
        }
        self.count += 1;
        let none = Digest::default();
        let (bytes, digest) = found.unwrap_or((0, &none));
        let [pages, calls, errors] = &mut self.rows;
        let rows =
            [pack(pages, &digest.pages), pack(calls, &digest.calls), pack(errors, &digest.errors)];
        let session = digest.session().to_owned();
        Head { trace, bytes, session, rows: found.map(|_| rows) }.pack(&mut self.heads);
    }

    /// The block: heads, pages, calls, errors.
    #[must_use]
    pub fn end(self) -> [Vec<u8>; 4] {
        let [pages, calls, errors] = self.rows.map(Packer::end);
        [self.heads.end(), pages, calls, errors]
    }
}

fn pack<T: Pack>(into: &mut Packer, rows: &[T]) -> u32 {
    rows.iter().for_each(|row| row.pack(into));
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}

/// Reads the heads of a block. `None` of one that is not ours.
#[must_use]
pub fn heads(bytes: &[u8]) -> Option<Vec<Head>> {
    let mut from = Unpacker::new(bytes);
    if u32::unpack(&mut from)? != SHAPE {
        return None;
    }
    from.all()
}

/// Reads the pages of a block.
#[must_use]
pub fn pages(bytes: &[u8]) -> Option<Vec<PageRow>> {
    Unpacker::new(bytes).all()
}

/// Reads the calls of a block.
#[must_use]
pub fn calls(bytes: &[u8]) -> Option<Vec<CallRow>> {
    Unpacker::new(bytes).all()
}

/// Reads the errors of a block.
#[must_use]
pub fn errors(bytes: &[u8]) -> Option<Vec<ErrorRow>> {
    Unpacker::new(bytes).all()
}

impl Pack for Head {
    fn pack(&self, into: &mut Packer) {
        Some(self.trace).pack(into);
        self.rows.is_some().pack(into);
        if let Some(rows) = self.rows {
            self.bytes.pack(into);
            self.session.pack(into);
            rows.iter().for_each(|count| count.pack(into));
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        let trace = Option::<TraceId>::unpack(from)??;
        let gone = Self { trace, bytes: 0, session: String::new(), rows: None };
        if !bool::unpack(from)? {
            return Some(gone);
        }
        let (bytes, session) = (u64::unpack(from)?, String::unpack(from)?);
        let rows = [u32::unpack(from)?, u32::unpack(from)?, u32::unpack(from)?];
        Some(Self { bytes, session, rows: Some(rows), ..gone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{Phases, Vitals};
    use crate::{SpanId, Timestamp};

    fn trace(number: u8) -> TraceId {
        TraceId::mint([number; 16]).unwrap()
    }

    /// A page with calls to the same host, of which each has the session of the page.
    fn digest(number: u8) -> Digest {
        let (trace, span) = (Some(trace(number)), SpanId::mint([number; 8]));
        let session = format!("session {}", number / 2);
        let start = Timestamp::from_nanos(1_795_218_972_000_000_000 + u64::from(number));
        let url = format!("https://shop.test/orders/{number}");
        let vitals = Vitals { lcp: Some(0.0), cls: Some(0.25), ..Vitals::default() };
        let phases = Phases { dns: 1.5, load: -0.0, ..Phases::default() };
        let page = PageRow {
            trace,
            span,
            session: session.clone(),
            start,
            millis: 12.75,
            url,
            soft: number == 2,
            user_name: "Zoë".to_owned(),
            status: Some(u16::MAX),
            vitals,
            phases,
            spans: u32::MAX,
            ..PageRow::default()
        };
        let call =
            CallRow { page: trace, session, start, method: "GET".to_owned(), ..CallRow::default() };
        let error =
            ErrorRow { trace, line: 300, message: "\u{0}".to_owned(), ..ErrorRow::default() };
        let calls = vec![call; usize::from(number)];
        Digest { pages: vec![page], calls, errors: vec![error; usize::from(number % 2)] }
    }

    fn block() -> [Vec<u8>; 4] {
        let mut writer = Writer::default();
        for number in 1..=5 {
            writer.put(trace(number), Some((1_000, &digest(number))));
        }
        writer.put(trace(9), None);
        assert_eq!(writer.count(), 6);
        writer.end()
    }

    #[test]
    fn rows_come_back_as_they_were_and_say_whose_they_are() {
        let parts = block();
        let heads = heads(&parts[0]).unwrap();
        let counts: Vec<_> = heads.iter().map(|head| head.rows).collect();
        let wanted = (1..=5).map(|it| Some([1, it, it % 2])).chain([None]).collect::<Vec<_>>();
        assert_eq!(counts, wanted);
        assert_eq!(heads[3].session, "session 2");
        assert_eq!((heads[4].trace, heads[4].bytes), (trace(5), 1_000));
        let (mut all, mut made) = (Digest::default(), Digest::default());
        (all.pages, all.calls) = (pages(&parts[1]).unwrap(), calls(&parts[2]).unwrap());
        all.errors = errors(&parts[3]).unwrap();
        for mut digest in (1..=5).map(digest) {
            made.pages.append(&mut digest.pages);
            made.calls.append(&mut digest.calls);
            made.errors.append(&mut digest.errors);
        }
        assert_eq!(all, made);
    }

    #[test]
    fn a_text_that_is_there_already_takes_a_byte() {
        let parts = block();
        let text = crate::json::write(&(1..=5).map(digest).collect::<Vec<_>>());
        let bytes: usize = parts.iter().map(Vec::len).sum();
        assert!(bytes * 2 < text.len(), "{bytes} of {}", text.len());
    }

    #[test]
    fn what_is_cut_off_or_of_another_shape_is_no_block() {
        let [head, page, ..] = block();
        assert_eq!(pages(&page[..page.len() - 1]), None);
        assert_eq!(heads(&[]), None, "not even a shape");
        let mut other = head.clone();
        other[0] ^= 1;
        assert_eq!(heads(&other), None);
        for end in 0..page.len() {
            // Whatever it is, it ends.
            let _ = (pages(&page[..end]), calls(&page[end..]), errors(&page[end..]));
        }
    }
}
