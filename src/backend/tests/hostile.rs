//! Whatever a store answers, it is read or refused, in words that fit a line.

use backend::store::{Answer, Dialect, Found, Hint, Memory, Search, Step, Store, Wanted};
use backend::{Reply, outbox, retry};
use proptest::prelude::*;
use trace::{SessionId, Timestamp};

const ALL: [Dialect; 5] =
    [Dialect::JaegerV3, Dialect::JaegerJson, Dialect::TempoV2, Dialect::TempoV1, Dialect::Zipkin];
const NOW: Timestamp = Timestamp::from_nanos(1_795_220_700_000_000_000);
const BASE: &str = "http://store.test:3200";

/// Texts that come near to what stores say.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"data\":",
        "\"spans\":",
        "\"trace\":",
        "\"traces\":",
        "\"traceID\":",
        "\"traceId\":",
        "\"errors\":",
        "\"msg\":",
        "\"message\":",
        "\"services\":",
        "\"a1\"",
        "null",
        "7",
        "<title>",
        "</title>",
        "<TITLE",
        "é",
        "\u{202e}",
        "\n",
        "echo",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(word, 0..30).prop_map(|words| words.concat().into_bytes()),
    ]
}

fn wanted() -> Wanted {
    let session = SessionId::mint([7; 16]).expect("it is not zero");
    Wanted { session, known: Vec::new(), services: Vec::new(), from: NOW, to: NOW }
}

proptest! {
    #[test]
    fn no_answer_is_too_much(
        status in prop_oneof![Just(200_u16), Just(404), Just(400), any::<u16>()],
        content_type in "(application/json|text/html|application/x-protobuf|.{0,20})",
        retry_after in ".{0,40}",
        date in ".{0,40}",
        body in body(),
    ) {
        let reply = Reply { status, content_type, retry_after, body };
        let answer = Answer { reply, date, ..Answer::default() };
        for dialect in ALL {
            let store = Store::new(BASE, dialect);
            match store.read_trace(&answer, NOW) {
                Ok(Found::Trace(_) | Found::NotYet) => {}
                Err(fault) => {
                    let said = fault.to_string();
                    prop_assert!(said.chars().count() < 300 && !said.contains('\n'), "{}", said);
                }
            }
            let mut search = Search::new(store, wanted());
            let mut asked = 0;
            while search.next().is_some() {
                search.heard(Ok(&answer), NOW);
                asked += 1;
                prop_assert!(asked < 1000, "a search comes to its end");
            }
        }
        let mut finder = Memory::default().finder(BASE, Hint::Any);
        let mut asked = 0;
        while matches!(finder.next(), Step::Ask(_)) && asked < 100 {
            if !matches!(finder.heard(Some(&answer), NOW), Step::Ask(_)) {
                break;
            }
            asked += 1;
        }
        prop_assert!(asked < 7);
        let mut pace = outbox::Pace::default();
        let again = pace.judge(Some(&answer), 8, NOW, 0) == outbox::Fate::Again;
        prop_assert_eq!(again, matches!(status, 429 | 502..=504));
    }

    #[test]
    fn no_date_is_too_strange(header in "(Sun|Sunday)?[, ]{0,2}[0-9]{0,5}[- ]?(Nov|növ)?[- ]?[0-9:]{0,9}.{0,20}") {
        let _ = retry::after(&header, &header, NOW);
    }

    #[test]
    fn no_pause_is_longer_than_it_may_be(failures: u32, entropy: u32) {
        prop_assert!(retry::pause(failures, None, entropy).as_secs() <= 300);
    }
}
