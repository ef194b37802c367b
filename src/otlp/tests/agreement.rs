//! What both formats must hold together: round trips, one reading for both, no panic.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod sample;

use otlp::{Accepted, Feed, Rejected, Sheet, json, proto, raw};
use proptest::prelude::*;
use sample::{nested, span, spans};
use trace::Span;

/// Flips, cuts and repeats bytes of a good message: closer to the readers' edges than noise.
fn damaged() -> impl Strategy<Value = (Vec<u8>, Vec<(usize, u8)>, usize)> {
    (
        spans().prop_map(|spans| proto::encode(&spans)),
        proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
        any::<usize>(),
    )
}

/// A message's good spans as a store has them.
fn stored(message: &[u8]) -> Vec<(raw::Group<'_>, Vec<&[u8]>)> {
    let batch = raw::read(message).unwrap();
    let mut groups: Vec<_> = batch.groups.iter().map(|group| (*group, Vec::new())).collect();
    batch.spans.iter().for_each(|head| groups[head.group].1.push(head.bytes));
    groups
}

fn apply(mut bytes: Vec<u8>, edits: &[(usize, u8)], cut: usize) -> Vec<u8> {
    for (at, byte) in edits {
        let length = bytes.len();
        if let Some(place) = bytes.get_mut(at % length.max(1)) {
            *place = *byte;
        }
    }
    if cut.is_multiple_of(3) {
        bytes.truncate(cut % (bytes.len() + 1));
    }
    bytes
}

/// The spans that a sheet builds of a protobuf or JSON file, what it refused, and where it broke.
fn fed(bytes: Vec<u8>) -> (Vec<Span>, Rejected, Option<otlp::Error>) {
    let json = bytes.first() == Some(&b'{');
    let mut sheet = Sheet::default();
    let mut feed = if json { Feed::json(bytes) } else { Feed::protobuf(bytes, &mut sheet) };
    while !feed.step(&mut sheet, 1).done {}
    (sheet.spans().collect(), sheet.rejected().clone(), feed.error())
}

/// Each span once: of those that are the same in id, trace, start, name and service, the first.
fn once(accepted: Accepted) -> Vec<Span> {
    let mut kept: Vec<Span> = Vec::new();
    for span in accepted.spans {
        let like = |span: &Span| {
            (span.id, span.trace, span.start, span.name.clone(), span.service().to_owned())
        };
        if !kept.iter().any(|other| like(other) == like(&span)) {
            kept.push(span);
        }
    }
    kept
}

/// Whether serde reads one object after the other and nothing else, as the Collector's files are
/// read; `None` where a number is out of its range.
fn objects(text: &str) -> Option<bool> {
    for value in serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>() {
        match value {
            Ok(value) if value.is_object() => {}
            Err(error) if error.to_string().contains("out of range") => return None,
            _ => return Some(false),
        }
    }
    Some(true)
}

#[test]
fn objects_may_follow_one_another_and_nothing_else_may() {
    for (text, good) in [
        (r#"{"x":1}{}"#, true),
        ("{}\n{}\n", true),
        ("{}1", false),
        ("{}[]", false),
        ("{},{}", false),
        ("{}}", false),
    ] {
        assert_eq!(json::decode(text.as_bytes()).is_ok(), good, "{text}");
        assert_eq!(objects(text), Some(good), "serde on {text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn spans_come_back_from_protobuf(spans in spans()) {
        let accepted = proto::decode(&proto::encode(&spans)).unwrap();
        prop_assert!(accepted.rejected.is_empty());
        prop_assert_eq!(accepted.spans, nested(&spans));
    }

    #[test]
    fn spans_come_back_from_json(spans in spans()) {
        let text = json::encode(&spans);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        let accepted = json::decode(text.as_bytes()).unwrap();
        prop_assert!(accepted.rejected.is_empty());
        prop_assert_eq!(accepted.spans, nested(&spans));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _ = proto::decode(&bytes);
        let _ = json::decode(&bytes);
        let _ = raw::head(&bytes);
    }

    #[test]
    fn any_json_is_read_as_serde_reads_it(text in "[\\[\\]{}:,\" a1\\\\.eE+-]{0,24}") {
        let text = format!("{{\"x\":{text}}}");
        // serde_json refuses numbers beyond the range of a double; the syntax allows them.
        if let Some(theirs) = objects(&text) {
            prop_assert_eq!(json::decode(text.as_bytes()).is_ok(), theirs, "{}", text);
        }
    }

    #[test]
    fn a_damaged_message_is_read_or_refused((bytes, edits, cut) in damaged()) {
        let bytes = apply(bytes, &edits, cut);
        let (read, walked) = (proto::decode(&bytes), raw::read(&bytes));
        match (read, walked) {
            (Ok(accepted), Ok(batch)) => {
                // Whatever the check lets through, the reader reads, so what a store keeps can
                // be read again.
                prop_assert_eq!(accepted.spans.len(), batch.spans.len());
                prop_assert_eq!(accepted.rejected, batch.rejected);
            }
            (read, walked) => prop_assert_eq!(read.err(), walked.err()),
        }
    }

    #[test]
    fn a_damaged_span_is_judged_alike_by_check_and_reader(
        span in span(),
        edits in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..4),
        cut in any::<usize>(),
    ) {
        let message = proto::encode([&span]);
        let whole = raw::read(&message).unwrap().spans[0].bytes.to_vec();
        let bytes = apply(whole, &edits, cut);
        let head = raw::head(&bytes);
        let built = proto::span(&bytes, &span.resource, &span.scope);
        match (head, built) {
            (Ok(head), Ok(built)) => {
                prop_assert_eq!(head.trace, built.trace);
                prop_assert_eq!(head.id, built.id);
                prop_assert_eq!(head.parent, built.parent);
                prop_assert_eq!(head.name, &built.name);
                prop_assert_eq!(head.kind, built.kind);
                prop_assert_eq!(head.start, built.start);
                prop_assert_eq!(head.end, built.end);
                prop_assert_eq!(head.failed, built.failed());
            }
            (head, built) => prop_assert_eq!(head.err(), built.err()),
        }
    }

    #[test]
    fn damaged_json_is_read_or_refused(spans in spans(), edits: Vec<(usize, u8)>, cut: usize) {
        let _ = json::decode(&apply(json::encode(&spans).into_bytes(), &edits, cut));
    }

    #[test]
    fn stored_bytes_written_again_are_the_same_spans(spans in spans()) {
        let message = proto::encode(&spans);
        let groups = stored(&message);
        prop_assert_eq!(proto::decode(&raw::write(&groups)).unwrap().spans, nested(&spans));
        let text = json::transcode(&groups);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        prop_assert_eq!(json::decode(text.as_bytes()).unwrap().spans, nested(&spans));
    }

    #[test]
    fn damaged_spans_that_pass_the_check_are_transcoded_as_they_are_decoded(
        (bytes, edits, cut) in damaged()
    ) {
        let bytes = apply(bytes, &edits, cut);
        if let Ok(accepted) = proto::decode(&bytes) {
            let again = json::decode(json::transcode(&stored(&bytes)).as_bytes()).unwrap();
            // Compared as text, for damage can make a NaN, which equals nothing.
            prop_assert_eq!(json::encode(&again.spans), json::encode(&accepted.spans));
        }
    }

    #[test]
    fn bytes_that_were_never_checked_are_transcoded_into_sound_json(bytes: Vec<u8>) {
        let group = raw::Group { resource: &bytes, scope: &bytes, ..raw::Group::default() };
        let text = json::transcode(&[(group, vec![&bytes])]);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
    }

    /// A sheet holds what a message holds, each span once, and builds it as it was.
    #[test]
    fn a_sheet_gives_what_decoding_gives(spans in spans()) {
        let once = once(proto::decode(&proto::encode(&spans)).unwrap());
        prop_assert_eq!(fed(proto::encode(&spans)).0, once.clone());
        prop_assert_eq!(fed(json::encode(&spans).into_bytes()).0, once);
    }

    /// Of a damaged message, a sheet keeps and refuses what decoding does, where that reads it.
    #[test]
    fn a_sheet_is_as_lenient_as_decoding((bytes, edits, cut) in damaged()) {
        let bytes = apply(bytes, &edits, cut);
        let decoded = proto::decode(&bytes);
        let (spans, refused, error) = fed(bytes);
        if let Ok(accepted) = decoded {
            prop_assert_eq!(refused, accepted.rejected.clone());
            prop_assert_eq!(spans, once(accepted));
            prop_assert_eq!(error, None);
        } else {
            prop_assert!(error.is_some());
        }
    }

    /// The same of JSON text.
    #[test]
    fn a_sheet_is_as_lenient_with_json(
        spans in spans(),
        edits in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
        cut in any::<usize>(),
    ) {
        let text = apply(json::encode(&spans).into_bytes(), &edits, cut);
        let decoded = json::decode(&text);
        let mut sheet = Sheet::default();
        let error = Feed::json(text).finish(&mut sheet).err();
        if let Ok(accepted) = decoded {
            prop_assert_eq!(sheet.rejected(), &accepted.rejected);
            prop_assert_eq!(sheet.spans().collect::<Vec<_>>(), once(accepted));
            prop_assert_eq!(error, None);
        } else {
            prop_assert!(error.is_some());
            prop_assert_eq!(sheet.spans().count(), sheet.len());
        }
    }
}
