//! Our own collector's way to a trace that grows: one answer of OTLP protobuf that goes on. What is
//! stored comes first, then what arrives; messages one behind the other, cut apart here.

use trace::TraceId;

use crate::store::{Ask, Store};

/// The header that says how many spans are stored: only our collector sends it.
pub const SPANS: &str = "tracelight-spans";

/// A part larger than this is none of ours.
const LARGEST: usize = 64 << 20;

/// Asks for a trace's spans as they come.
#[must_use]
pub fn ask(store: &Store, id: TraceId) -> Ask {
    store.get(&format!("/api/v3/traces/{id}/follow"), "application/x-protobuf")
}

/// Asks to be told when a trace grows, of which nothing else is wanted.
#[must_use]
pub fn growth(store: &Store, id: TraceId) -> Ask {
    store.get(&format!("/api/stream?trace={id}"), EVENTS)
}

/// The type of an answer that tells of growth (HTML, server-sent events).
pub const EVENTS: &str = "text/event-stream";

/// Whether what came says that the trace grew. It is taken away up to the line that is not whole yet.
pub fn grew(bytes: &mut Vec<u8>) -> bool {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let rest = bytes.split_off(end);
    let lines = std::mem::replace(bytes, rest);
    // That we missed something says so as well. Lines without a name show that the stream lives.
    lines.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"event:"))
}

/// What came of an answer and is not taken yet.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// To be appended to.
    pub bytes: Vec<u8>,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Spans: a `TracesData` message.
    Spans(Vec<u8>),
    /// That all that is stored was told, and what comes next is new.
    Rest,
    /// Something that our collector does not say.
    Garbled,
}

impl Parts {
    /// The next part; `None` until more of it came.
    pub fn take(&mut self) -> Option<Part> {
        let mut end = 0;
        loop {
            match field(self.bytes.get(end..).unwrap_or_default()) {
                Field::Spans { length } if end + length <= self.bytes.len() => end += length,
                _ if end > 0 => return Some(Part::Spans(self.split(end))),
                Field::Spans { length } if length <= LARGEST => {
                    self.bytes.reserve_exact(length - self.bytes.len());
                    return None;
                }
                Field::Nothing => {
                    self.split(2);
                    return Some(Part::Rest);
                }
                Field::Short => return None,
                Field::Spans { .. } | Field::Other => return Some(Part::Garbled),
            }
        }
    }

    fn split(&mut self, at: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(at);
        std::mem::replace(&mut self.bytes, rest)
    }
}

/// What bytes begin with.
enum Field {
    /// A message of spans, and how long it is with its tag and its length.
    Spans {
        length: usize,
    },
    /// The field that means nothing.
    Nothing,
    /// Not enough to tell.
    Short,
    Other,
}

fn field(bytes: &[u8]) -> Field {
    match bytes {
        [] | [0x0a | 0x78] => Field::Short,
        [0x78, 0, ..] => Field::Nothing,
        [0x0a, rest @ ..] => {
            let mut length = 0_usize;
            for (at, byte) in rest.iter().enumerate().take(5) {
                length |= usize::from(byte & 0x7f) << (7 * at);
                if byte & 0x80 == 0 {
                    return Field::Spans { length: length.saturating_add(at + 2) };
                }
            }
            if rest.len() < 5 { Field::Short } else { Field::Other }
        }
        _ => Field::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Dialect;

    #[test]
    fn parts_come_apart_wherever_the_network_cut_them() {
        let first = [&[0x0a, 3][..], b"abc", &[0x0a, 0]].concat();
        let long = [&[0x0a, 0x80, 1][..], &[7; 128]].concat();
        let whole = [&first[..], &[0x78, 0], &long, &[0x78, 0]].concat();
        for size in [1, 2, 3, 7, 64, 500] {
            let (mut parts, mut told) = (Parts::default(), vec![Vec::new()]);
            for bytes in whole.chunks(size) {
                parts.bytes.extend_from_slice(bytes);
                while let Some(part) = parts.take() {
                    match part {
                        Part::Spans(bytes) => told.last_mut().unwrap().extend(bytes),
                        Part::Rest => told.push(Vec::new()),
                        Part::Garbled => panic!("{size}"),
                    }
                }
            }
            assert_eq!(told, [first.clone(), long.clone(), Vec::new()], "by {size}");
            assert!(parts.bytes.is_empty());
        }
    }

    #[test]
    fn what_our_collector_does_not_say_is_not_waited_for() {
        for garbled in [&b"{\"result\":"[..], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f], &[0x78, 1]] {
            let mut parts = Parts { bytes: garbled.to_vec() };
            assert_eq!(parts.take(), Some(Part::Garbled));
        }
    }

    #[test]
    fn a_trace_is_followed_where_it_is_asked_for() {
        let id: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
        let store = Store::new("http://h:4318/", Dialect::JaegerV3);
        let wanted = "http://h:4318/api/v3/traces/4bf92f3577b34da6a3ce929d0e0e4736/follow";
        assert_eq!(ask(&store, id).request.url, wanted);
        let wanted = "http://h:4318/api/stream?trace=4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(growth(&store, id).request.url, wanted);
    }

    #[test]
    fn growth_is_heard_once_its_line_is_whole_and_a_sign_of_life_is_none() {
        let mut bytes = b": alive\n\neve".to_vec();
        assert!(!grew(&mut bytes));
        bytes.extend_from_slice(b"nt: grew");
        assert!(!grew(&mut bytes), "its line goes on");
        bytes.extend_from_slice(b"\ndata: {\"spans\":12}\n\n");
        assert!(grew(&mut bytes));
        assert!(!grew(&mut bytes) && bytes.is_empty());
        assert!(grew(&mut b"event: missed\ndata: {}\n\n".to_vec()));
    }
}
