//! Columns say what the spans say that they are made of.

use super::*;
use crate::waterfall::tests::{id, resource, span};
use crate::{Kind, Status, Value};

#[test]
fn columns_say_what_their_spans_say() {
    let mut spans = vec![
        Span { kind: Kind::Server, ..span(0, None, 0.0, 9.0) },
        Span { status: Status::Error(String::new()), ..span(1, Some(0), 2.0, 3.0) },
        Span { resource: resource("browser"), ..span(2, Some(7), 5.0, 4.0) },
    ];
    spans[2].attributes.insert("request.id".to_owned(), Value::Int(7));
    let columns = Columns::of(&spans);
    for (at, span) in spans.iter().enumerate() {
        assert_eq!(columns.id(at), Some(span.id));
        assert_eq!((columns.parent(at), columns.trace(at)), (span.parent, Some(span.trace)));
        assert_eq!((columns.name(at), columns.service(at)), (&*span.name, span.service()));
        assert_eq!(columns.starts[at], span.start.nanos());
        assert_eq!(u128::from(columns.lengths[at]), span.duration().as_nanos());
        assert_eq!(columns.flags[at].kind(), span.kind);
        assert_eq!(columns.flags[at].has(Flags::ERROR), span.failed());
        assert_eq!(columns.find(span.id), Some(at));
    }
    assert!(columns.flags[2].has(Flags::BROWSER) && columns.flags[2].has(Flags::BACKWARD));
    assert_eq!(columns.words().get(columns.hint(2).request), "2=7");
    assert_eq!(columns.hint(1), Hint::default());
    assert_eq!(columns.by().all().len(), 2);
    assert_eq!(columns.find(id(9)), None);
    assert_eq!((columns.name(9), columns.id(9)), ("", None));
}

#[test]
fn a_copy_is_taken_once_and_a_doubled_id_twice() {
    let (one, two) = (span(0, None, 0.0, 9.0), span(1, Some(0), 0.0, 9.0));
    let twin = Span { name: "twin".to_owned(), ..two.clone() };
    let mut columns = Columns::default();
    let mut push = |span: &Span| {
        let owner = columns.owner(&span.resource, &span.scope);
        let Span { trace, id, parent, start, end, ref name, .. } = *span;
        let flags = Flags::of(span.kind);
        columns.push_once(&Entry { trace, id, parent, start, end, name, flags, owner, hints: None })
    };
    let new: Vec<bool> = [&one, &two, &one, &twin, &two, &twin].map(&mut push).into();
    assert_eq!(new, [true, true, false, true, false, false]);
    assert_eq!((columns.len(), columns.doubled()), (3, &[2][..]));
    assert_eq!(columns.find(two.id), Some(1), "the first that came");
}

#[test]
fn ids_that_are_made_to_hash_alike_are_all_found() {
    // The hash of a whole table's width is undone, so that all of them begin at one slot.
    let inverse = inverse(0x9e37_79b9_7f4a_7c15);
    let spans: Vec<Span> = (1..2_000_u64)
        .map(|number| {
            let product = number.wrapping_mul(inverse);
            let id = product ^ (product >> 32);
            Span { id: SpanId::mint(id.to_be_bytes()).unwrap(), ..span(0, None, 0.0, 1.0) }
        })
        .collect();
    let columns = Columns::of(&spans);
    assert!(spans.iter().enumerate().all(|(at, span)| columns.find(span.id) == Some(at)));
}

/// By what a multiplication is undone: Newton's iteration doubles the good bits.
fn inverse(odd: u64) -> u64 {
    (0..6).fold(odd, |guess, _| guess.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(guess))))
}
