//! A sheet gives back the spans that came into it.

use trace::columns::Flags;
use trace::{Status, Timestamp, Value};

use super::*;
use crate::feed::tests::{plain, trace_of};

#[test]
fn spans_come_back_as_they_went_in() {
    let spans = trace_of(5);
    let sheet = Sheet::of(&spans);
    assert_eq!(sheet.spans().collect::<Vec<_>>(), spans);
    let mut taken = Sheet::default();
    assert_eq!(taken.take(proto::encode(&spans), |_, _| true), Ok(5));
    assert_eq!(taken.spans().collect::<Vec<_>>(), spans);
    assert_eq!(taken.columns().names.len(), 5);
    assert_eq!((sheet.span(9), sheet.message(9)), (None, &[][..]));
}

#[test]
fn what_came_before_is_not_kept_again() {
    let spans = trace_of(6);
    let mut sheet = Sheet::default();
    assert_eq!(sheet.take(proto::encode(&spans[..4]), |_, _| true), Ok(4));
    assert_eq!(sheet.take(proto::encode(&spans[2..]), |_, _| true), Ok(2));
    let size = sheet.size();
    assert_eq!(sheet.take(proto::encode(&spans), |_, _| true), Ok(0));
    assert_eq!((sheet.size(), sheet.copies()), (size, 8), "a message of copies takes no room");
    assert_eq!(sheet.spans().collect::<Vec<_>>(), spans);
    assert!(!sheet.push(&spans[3]) && sheet.len() == 6);
    let twin = Span { name: "twin".to_owned(), ..spans[1].clone() };
    assert!(sheet.push(&twin));
    assert_eq!((sheet.span(6), sheet.columns().doubled()), (Some(twin), &[6][..]));
}

#[test]
fn whoever_reads_may_leave_spans_out() {
    let spans = trace_of(6);
    let mut sheet = Sheet::default();
    let kept = sheet.take(proto::encode(&spans), |head, scope| {
        assert_eq!(scope, "tests");
        head.start > spans[3].start
    });
    assert_eq!(kept, Ok(2));
    assert_eq!(sheet.spans().collect::<Vec<_>>(), spans[4..]);
    assert_eq!(sheet.copies(), 0);
}

#[test]
fn columns_know_errors_and_late_spans() {
    let mut spans = trace_of(3);
    spans[1].status = Status::Error("no".to_owned());
    let mut sheet = Sheet::default();
    sheet.take(proto::encode(&spans), |_, _| true).unwrap();
    sheet.mark_late(2);
    let has =
        |flag| -> Vec<bool> { sheet.columns().flags.iter().map(|flags| flags.has(flag)).collect() };
    assert_eq!(has(Flags::ERROR), [false, true, false]);
    assert_eq!(has(Flags::LATE), [false, false, true]);
}

#[test]
fn values_of_an_attribute_are_a_column_that_grows() {
    let mut spans = trace_of(4);
    spans[0].attributes.insert("http.response.status_code".to_owned(), Value::Int(200));
    spans[2].attributes.insert("http.response.status_code".to_owned(), Value::Int(500));
    let mut sheet = Sheet::of(&spans[..3]);
    let column = sheet.values("http.response.status_code");
    assert_eq!(column.of, [1, 0, 2]);
    assert_eq!(column.values()[1..], [Value::Int(200), Value::Int(500)]);
    assert_eq!((column.get(2), column.get(1), column.get(9)), (Some(&Value::Int(500)), None, None));
    sheet.push(&spans[3]);
    let grown = sheet.values("http.response.status_code");
    assert_eq!((grown.of.as_slice(), column.len()), (&[1, 0, 2, 0][..], 3));
    assert_eq!(grown.counts(), [2, 1, 1]);
    let service = sheet.values("service.name");
    assert_eq!(service.counts(), [0, 4], "what its resource says counts for a span");
    assert_eq!(service.texts().into_iter().collect::<Vec<_>>(), [("shop".to_owned(), 4)]);
}

#[test]
fn a_span_named_with_a_megabyte_is_kept_whole() {
    let mut long = plain(1);
    long.name = "é".repeat(1 << 19);
    let mut sheet = Sheet::of([&plain(2), &long, &plain(3)]);
    assert_eq!(sheet.span(1).as_ref(), Some(&long));
    assert_eq!(sheet.span(2), Some(plain(3)));
    long.start = Timestamp::from_nanos(1);
    sheet.take(proto::encode([&long]), |_, _| true).unwrap();
    assert_eq!(sheet.span(3), Some(long));
}

#[test]
fn what_is_packed_up_is_read_as_it_was_whoever_owns_it() {
    let mut spans = trace_of(6);
    let other = std::sync::Arc::new(trace::Resource::default());
    for at in [1, 4] {
        spans[at].resource = std::sync::Arc::clone(&other);
    }
    let sheet = Sheet::of(&spans);
    let (first, rest) = (sheet.pack(0..3), sheet.pack(3..99));
    let read = proto::decode(&[first, rest].concat()).unwrap();
    assert!(read.rejected.is_empty());
    let mut names: Vec<_> = read.spans.iter().map(|span| span.id).collect();
    names.sort_unstable();
    let mut wanted: Vec<_> = spans.iter().map(|span| span.id).collect();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    assert!(read.spans.iter().all(|span| spans.contains(span)));
    assert!(sheet.pack([]).is_empty());
}
