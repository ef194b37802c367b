use super::*;
use crate::TraceContext;
use crate::answer::Answer;
use crate::ladder::Hop;
use crate::ladder::Light;

fn context() -> TraceContext {
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03".parse().unwrap()
}

fn hop(origin: &str, ours: bool) -> Hop {
    Hop { origin: origin.to_owned(), seen: true, context: ours.then(context), ours }
}

/// A request whose trace is whole.
fn whole() -> Ladder {
    Ladder {
        hops: vec![hop("http://a.test", true)],
        way: Way::Network,
        asked: Asked::Spans,
        status: 200,
        spans: 3,
        joined: true,
        complete: true,
        over: true,
        ..Ladder::armed(context())
    }
}

/// One of which the store has nothing, although the wait is over.
fn lost() -> Ladder {
    Ladder {
        asked: Asked::Absent,
        status: 404,
        spans: 0,
        joined: false,
        complete: false,
        ..whole()
    }
}

fn answer(text: &str) -> Option<Answer> {
    Answer::read(&[("traceresponse", text)], "")
}

fn refused(status: u16) -> Ladder {
    Ladder { asked: Asked::Refused, status, over: false, ..lost() }
}

#[test]
fn each_cause_is_told_by_its_evidence_and_by_no_more() {
    let other = || answer("00-0000000000000000000000000000000a-00f067aa0ba902b7-01");
    let ours = || answer(&context().to_string());
    let unsampled = || answer("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
    let bare = || vec![hop("http://a.test", false)];
    let theirs = || vec![Hop { context: Some(context()), ..hop("http://a.test", false) }];
    let away = |seen| {
        let last = Hop { seen, ..hop("http://b.test", false) };
        vec![hop("http://a.test", true), last]
    };
    let open = || Ladder { complete: false, ..whole() };
    use Cause as C;
    use Lamp::{Acknowledged, Armed, Complete, Found, Sent};
    for (ladder, lamp, cause, certain) in [
        (Ladder { barred: true, ..lost() }, Armed, C::NoPermission, true),
        (Ladder { hops: bare(), ..lost() }, Sent, C::RuleMissed, true),
        (Ladder { hops: theirs(), ..lost() }, Sent, C::Overwritten, true),
        (Ladder { hops: away(true), ..lost() }, Sent, C::Stripped, true),
        (Ladder { hops: away(false), ..lost() }, Sent, C::NoPermission, true),
        (Ladder { way: Way::Cache, ..lost() }, Sent, C::FromCache, true),
        (Ladder { way: Way::Worker, ..lost() }, Sent, C::FromWorker, true),
        (Ladder { way: Way::Worker, hops: vec![], ..lost() }, Sent, C::FromWorker, false),
        (Ladder { way: Way::Failed, ..lost() }, Acknowledged, C::NoResponse, true),
        (Ladder { answer: other(), ..whole() }, Acknowledged, C::NewTrace, true),
        (Ladder { answer: unsampled(), ..lost() }, Acknowledged, C::Unsampled, true),
        (lost(), Acknowledged, C::NotJoined, false),
        (Ladder { answer: ours(), ..lost() }, Found, C::StoreAbsent, false),
        (Ladder { asked: Asked::Spans, status: 200, ..lost() }, Acknowledged, C::NotJoined, false),
        (
            Ladder { answer: ours(), asked: Asked::Spans, status: 200, ..lost() },
            Found,
            C::ServerAbsent,
            false,
        ),
        (refused(401), Found, C::StoreLocked, true),
        (refused(403), Found, C::StoreForbidden, true),
        (refused(500), Found, C::StoreFailed, true),
        (refused(429), Found, C::StoreBusy, true),
        (refused(503), Found, C::StoreBusy, true),
        (Ladder { asked: Asked::Moved, ..lost() }, Found, C::StoreMoved, true),
        (Ladder { asked: Asked::Large, ..lost() }, Found, C::StoreLarge, true),
        (Ladder { asked: Asked::Silent, ..lost() }, Found, C::StoreSilent, true),
        (Ladder { asked: Asked::Garbled, ..lost() }, Found, C::StoreGarbled, true),
        (Ladder { joined: false, ..open() }, Complete, C::RootMissing, true),
        (Ladder { missing: 2, ..open() }, Complete, C::ParentsMissing, true),
        (open(), Complete, C::StillLoading, true),
    ] {
        let wanted = Finding { lamp: Some(lamp), cause, certain };
        assert_eq!(diagnose(&ladder), Some(wanted), "{ladder:?}");
    }
}

#[test]
fn a_whole_trace_has_no_cause_and_a_clock_that_is_off_is_a_remark() {
    assert_eq!(diagnose(&whole()), None);
    assert_eq!(diagnose(&Ladder::default()), None, "a request of an earlier version");
    let finding = diagnose(&Ladder { ahead: -3_600_000, ..whole() });
    assert_eq!(finding, Some(Finding { lamp: None, cause: Cause::ClockOff, certain: true }));
}

#[test]
fn what_is_still_waited_for_is_no_fault() {
    let waiting = Ladder { over: false, ..lost() };
    assert_eq!(diagnose(&waiting), None);
    assert_eq!(diagnose(&Ladder::armed(context())), None);
    let growing = Ladder { over: false, complete: false, missing: 4, ..whole() };
    assert_eq!(diagnose(&growing), None);
}

#[test]
fn without_a_store_the_browsers_side_is_all_there_is() {
    let alone = Ladder { asked: Asked::Nobody, spans: 0, joined: false, ..whole() };
    assert_eq!(diagnose(&alone), None);
    let lights = alone.lights();
    assert_eq!(lights, [Light::Lit, Light::Lit, Light::Off, Light::Off, Light::Lit]);
}
