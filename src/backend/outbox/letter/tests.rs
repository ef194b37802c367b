use super::*;
use crate::Reply;
use crate::outbox::{Account, Ledger, Why};
use crate::store::Answer;
use trace::span::Dropped;
use trace::{Attributes, Kind, Resource, Scope, Span, SpanId, Status, Timestamp, TraceId};
use trace::{Value, json as text};

const NOW: Timestamp = Timestamp::from_nanos(1_795_218_972_000_000_000);

#[test]
fn chunks_together_are_one_message_in_either_form() {
    const EXAMPLE: &[u8] =
        include_bytes!("../../../../tests/fixtures/otlp/otlp-example-trace.json");
    let spans = json::decode(EXAMPLE).unwrap().spans;
    let chunk = proto::encode(&spans);
    let message = join([&*chunk, &*chunk]);
    assert_eq!(proto::decode(&message).unwrap().spans.len(), 2 * spans.len());
    let (text, count) = to_json([&*message]);
    assert_eq!(count, 2 * spans.len() as u64);
    assert_eq!(json::decode(&text).unwrap().spans, proto::decode(&message).unwrap().spans);
}

#[test]
fn a_request_says_its_form_and_follows_no_redirect() {
    let ask = export("http://h:4318", vec![1], Form::Json, true);
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        ask.request.headers,
        [header("content-type", "application/json"), header("content-encoding", "gzip")]
    );
    assert_eq!((ask.redirects, &*ask.request.url), (Redirects::Refuse, "http://h:4318/v1/traces"));
    let plain = export("http://h:4318", vec![1], Form::Protobuf, false);
    assert_eq!(plain.request, sender::export("http://h:4318", vec![1]));
}

/// A span with a name of so many bytes.
fn span(number: u8, bytes: usize) -> Span {
    Span {
        trace: TraceId::from_bytes(&[1; 16]).unwrap(),
        id: SpanId::from_bytes(&[number; 8]).unwrap(),
        parent: None,
        state: String::new(),
        flags: 0,
        name: "x".repeat(bytes),
        kind: Kind::Server,
        start: NOW,
        end: NOW,
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        status: Status::Unset,
        dropped: Dropped::default(),
        resource: Resource::default().into(),
        scope: Scope::default().into(),
    }
}

/// A chunk of spans of these sizes.
fn chunk(sizes: &[usize]) -> Vec<u8> {
    let span = |(number, bytes): (u8, &usize)| span(number, *bytes);
    proto::encode(&(1..).zip(sizes).map(span).collect::<Vec<_>>())
}

fn ids(message: &[u8]) -> Vec<u8> {
    proto::decode(message).unwrap().spans.iter().map(|span| span.id.as_bytes()[0]).collect()
}

#[test]
fn a_part_has_what_fits_and_one_span_in_any_case() {
    let chunk = chunk(&[100, 100, 900, 100]);
    let part = |done, most| {
        let cut = Some(Cut { done, most });
        let letter = Letter::write(&[&chunk], 4, cut, Form::Protobuf);
        assert_eq!(letter.load.spans, ids(&letter.body).len() as u64);
        assert_eq!((letter.load.bytes, letter.lost), (letter.body.len(), 0));
        (ids(&letter.body), letter.next)
    };
    assert_eq!(part(0, 400), (vec![1, 2], Some(2)));
    assert_eq!(part(2, 400), (vec![3], Some(3)), "too large, and alone");
    assert_eq!(part(3, 400), (vec![4], None));
    assert_eq!(part(0, 0), (vec![1], Some(1)));
    assert_eq!(part(1, 9_999), (vec![2, 3, 4], None));
}

#[test]
fn a_part_says_whose_its_spans_are() {
    let owned = |number, service: &str, scope: &str| {
        let mut span = span(number, 10);
        let attributes = [("service.name".to_owned(), Value::from(service))].into_iter().collect();
        span.resource = Resource { attributes, ..Resource::default() }.into();
        span.scope = Scope { name: scope.to_owned(), ..Scope::default() }.into();
        span
    };
    let all = [owned(1, "a", "x"), owned(2, "a", "y"), owned(3, "b", "x")];
    let chunk = proto::encode(&all);
    let letter = Letter::write(&[&chunk], 3, Some(Cut { done: 1, most: 1_000 }), Form::Protobuf);
    assert_eq!(proto::decode(&letter.body).unwrap().spans, all[1..]);
}

#[test]
fn what_cannot_be_read_is_not_sent_and_is_counted_once() {
    let good = chunk(&[10, 10]);
    let json = Letter::write(&[b"\xff", &good], 5, None, Form::Json);
    assert_eq!((json.load.spans, json.lost), (2, 3));
    assert_eq!(json::decode(&json.body).unwrap().spans.len(), 2);
    let nothing = Letter::write(&[b"\xff"], 5, None, Form::Json);
    assert_eq!((nothing.load.spans, nothing.lost), (0, 5));
    let cut = |done| Some(Cut { done, most: 1 });
    for form in [Form::Protobuf, Form::Json] {
        let nothing = Letter::write(&[b"\xff"], 5, cut(2), form);
        assert_eq!((nothing.load.spans, nothing.lost, nothing.next), (0, 3, None));
        // Two of four can be read: the others go with the last.
        let parts = [0, 1].map(|done| Letter::write(&[&good], 4, cut(done), form));
        let told = parts.map(|letter| (letter.load.spans, letter.lost, letter.next));
        assert_eq!(told, [(1, 0, Some(1)), (1, 2, None)]);
    }
}

/// What a store takes of chunks, request by request, from a worker that forgets all but the ledger;
/// the sizes of the requests that were too large, and the account.
fn send(chunks: &[Vec<u8>], limit: usize, form: Form) -> (Vec<Vec<u8>>, Vec<usize>, Account) {
    let (mut ledger, mut taken, mut refused) = (Ledger::default(), Vec::new(), Vec::new());
    for (number, chunk) in chunks.iter().enumerate() {
        let of = number.to_string();
        let spans = ids(chunk).len() as u64;
        loop {
            ledger = text::read(&text::write(&ledger)).unwrap();
            let cut = ledger.cut(0, &of, chunk.len());
            let letter = Letter::write(&[chunk], spans, cut, form);
            let before = ledger.begin(0, NOW, 0);
            let large = letter.body.len() > limit;
            let reply = Reply { status: if large { 413 } else { 200 }, ..Reply::default() };
            let answer = Answer { reply, ..Answer::default() };
            if !ledger.judge(0, before, Some(&answer), letter.load, NOW, 0) {
                refused.push(letter.load.bytes);
                continue;
            }
            if !large {
                taken.push(match form {
                    Form::Protobuf => ids(&letter.body),
                    Form::Json => {
                        let spans = json::decode(&letter.body).unwrap().spans;
                        spans.iter().map(|span| span.id.as_bytes()[0]).collect()
                    }
                });
            }
            ledger.set_part(0, letter.next.map(|done| Part { of: of.clone(), done }));
            if letter.next.is_none() {
                break;
            }
        }
    }
    (taken, refused, ledger.0.get(&0).unwrap().clone())
}

#[test]
fn a_chunk_is_halved_until_it_fits_and_only_what_is_too_large_alone_is_lost() {
    for form in [Form::Protobuf, Form::Json] {
        let chunks = [chunk(&[100, 100, 5_000, 100, 100, 100, 100, 100]), chunk(&[100, 100, 100])];
        let (taken, refused, account) = send(&chunks, 1_200, form);
        let all: Vec<u8> = taken.concat();
        assert_eq!(all, [1, 2, 4, 5, 6, 7, 8, 1, 2, 3], "each once, in {form:?}");
        assert_eq!(account.drops.0.get(&Why::Large), Some(&1));
        assert_eq!((account.spans, account.part), (10, None));
        assert!(refused.len() < 5, "{refused:?}");
    }
}

#[test]
fn a_store_that_takes_nothing_at_all_gets_no_request_for_ever() {
    let (taken, refused, account) = send(&[chunk(&[100; 16])], 0, Form::Protobuf);
    assert_eq!((taken.len(), account.drops.count()), (0, 16));
    assert!(refused.is_sorted_by(|one, other| one > other), "each less: {refused:?}");
}

#[test]
fn what_fits_is_remembered_and_grows_little_by_little() {
    let chunks = vec![chunk(&[100; 40]); 100];
    let (taken, refused, account) = send(&chunks, 1_500, Form::Protobuf);
    assert_eq!(taken.concat().len(), 4_000);
    assert!(refused.len() < 20 && taken.len() < 700, "{} {}", refused.len(), taken.len());
    assert!(account.fits > Some(700), "{:?}", account.fits);
}
