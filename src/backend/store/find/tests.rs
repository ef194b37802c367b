use super::*;
use crate::store::tests::{BASE, NOW, answer};
use trace::json;

/// What a server answers to a path.
type Server = fn(&str) -> Answer;

fn asked(step: &Step) -> &str {
    let Step::Ask(ask) = step else { panic!("{step:?}") };
    ask.request.url.strip_prefix(BASE).unwrap()
}

/// Plays a finder against a server: what came of it, and what was asked.
fn play(mut finder: Finder, server: Server) -> (Step, Vec<String>) {
    let (mut step, mut paths) = (finder.next(), Vec::new());
    while let Step::Ask(_) = step {
        let path = asked(&step).to_owned();
        step = finder.heard(Some(&server(&path)), NOW);
        paths.push(path);
    }
    (step, paths)
}

fn found(server: Server) -> Step {
    play(Memory::default().finder(BASE, Hint::Any), server).0
}

fn store(below: &str, dialect: Dialect) -> Step {
    Step::Found(Store::new(&format!("{BASE}{below}"), dialect))
}

fn json_of(body: &str) -> Answer {
    answer(200, "application/json", body)
}

fn jaeger(path: &str) -> Answer {
    match path {
        "/api/v3/services" => json_of("{\"services\":[\"shop\"]}"),
        "/api/services" => json_of("{\"data\":[\"shop\"],\"total\":1,\"errors\":null}"),
        _ => page(path),
    }
}

/// Older Jaeger gives its page to whatever it does not know.
fn page(_: &str) -> Answer {
    answer(200, "text/html", "<!doctype html><title>Jaeger UI</title>")
}

fn older_jaeger(path: &str) -> Answer {
    if path == "/api/services" { jaeger(path) } else { page(path) }
}

fn tempo(path: &str) -> Answer {
    match path {
        "/api/v2/traces/74726163656c696768742d70726f6265" => {
            json_of("{\"trace\":{},\"metrics\":{}}")
        }
        _ => older_tempo(path),
    }
}

fn older_tempo(path: &str) -> Answer {
    match path {
        "/api/echo" => answer(200, "text/plain", "echo"),
        _ => lost(path),
    }
}

fn lost(_: &str) -> Answer {
    answer(404, "text/plain; charset=utf-8", "404 page not found\n")
}

fn zipkin(path: &str) -> Answer {
    match path {
        "/api/v2/services" => json_of("[]"),
        _ => answer(404, "text/plain", "404 Not Found"),
    }
}

fn victoria(path: &str) -> Answer {
    match path {
        "/select/jaeger/api/services" => json_of(include_str!(
            "../../../../tests/fixtures/foreign/victoriatraces-jaeger-services.json"
        )),
        _ => answer(400, "text/plain", "unsupported path requested"),
    }
}

#[test]
fn each_store_is_known_by_what_it_answers() {
    assert_eq!(found(jaeger), store("", Dialect::JaegerV3));
    assert_eq!(found(|_| json_of("{}")), store("", Dialect::JaegerV3), "one that has no services");
    assert_eq!(found(older_jaeger), store("", Dialect::JaegerJson));
    assert_eq!(found(tempo), store("", Dialect::TempoV2));
    assert_eq!(found(older_tempo), store("", Dialect::TempoV1));
    assert_eq!(found(zipkin), store("", Dialect::Zipkin));
    assert_eq!(found(victoria), store("/select/jaeger", Dialect::JaegerJson));
}

#[test]
fn what_the_user_knows_is_not_asked() {
    let (step, paths) = play(Memory::default().finder(BASE, Hint::Zipkin), zipkin);
    assert_eq!((step, paths.len()), (store("", Dialect::Zipkin), 1));
    let (step, paths) = play(Memory::default().finder(BASE, Hint::Tempo), jaeger);
    assert!(matches!(step, Step::Failed(Fault::Foreign { .. })) && paths.len() == 2);
}

#[test]
fn what_was_found_is_remembered_and_asked_again_after_an_error() {
    let mut memory = Memory::default();
    assert_eq!(memory.known(BASE, Hint::Any), None);
    let was = Store::new(BASE, Dialect::TempoV1);
    memory.found(BASE, was.clone());
    assert_eq!(json::read::<Memory>(&json::write(&memory)), Ok(memory.clone()));
    for passing in [Fault::Silent, Fault::Busy { status: 503, after: None }] {
        memory.failed(&passing);
        assert_eq!(memory.known(BASE, Hint::Any), Some(&was), "{passing}");
    }
    assert_eq!(memory.known("http://other.test", Hint::Any), None);
    memory.failed(&Fault::Page { status: 404, said: String::new() });
    assert_eq!(memory.known(BASE, Hint::Any), None);
    let (step, paths) = play(memory.finder(BASE, Hint::Any), older_tempo);
    assert_eq!((step, paths), (Step::Found(was), vec!["/api/echo".to_owned()]), "the same first");
    let (step, paths) = play(memory.finder(BASE, Hint::Any), jaeger);
    assert_eq!((&step, paths.len()), (&store("", Dialect::JaegerV3), 2), "then all the others");
    let Step::Found(store) = step else { panic!() };
    memory.found(BASE, store);
    assert!(memory.known(BASE, Hint::Any).is_some_and(|store| store.dialect == Dialect::JaegerV3));
    assert_eq!(asked(&memory.finder(BASE, Hint::Any).next()), "/api/v3/services");
}

#[test]
fn a_store_that_fails_is_not_asked_whether_it_is_another() {
    let mut memory = Memory::default();
    let was = Store::new(BASE, Dialect::TempoV2);
    memory.found(BASE, was.clone());
    for fails in [
        Fault::Status { status: 500, said: String::new() },
        Fault::Busy { status: 429, after: None },
        Fault::Denied { status: 403, said: String::new() },
        Fault::Late { patience: std::time::Duration::from_secs(25) },
    ] {
        memory.failed(&fails);
        assert_eq!(memory.known(BASE, Hint::Any), Some(&was), "{fails}");
    }
    memory.failed(&Fault::Status { status: 400, said: String::new() });
    assert_eq!(memory.known(BASE, Hint::Any), None, "it refuses what it took before");
    let servers: [(Server, &str); 4] = [
        (|_| answer(500, "text/plain", "boom"), "store says 500: boom"),
        (|_| answer(503, "", ""), "the store is busy (503)"),
        (|_| answer(429, "", ""), "the store is busy (429)"),
        (|_| answer(403, "", "closed"), "the store wants other credentials (403): closed"),
    ];
    for (server, said) in servers {
        let (step, paths) = play(memory.finder(BASE, Hint::Any), server);
        let Step::Failed(fault) = step else { panic!("{step:?}") };
        assert_eq!((&*fault.to_string(), paths.len()), (said, 1));
    }
    let (step, paths) = play(memory.finder(BASE, Hint::Any), page);
    assert!(matches!(step, Step::Failed(Fault::Foreign { .. })), "{step:?}");
    assert_eq!(paths.len(), 6, "a page is another's answer");
    let others: [(Server, Step); 2] = [
        (zipkin, store("", Dialect::Zipkin)),
        (victoria, store("/select/jaeger", Dialect::JaegerJson)),
    ];
    for (server, found) in others {
        assert_eq!(play(memory.finder(BASE, Hint::Any), server).0, found);
    }
}

#[test]
fn what_ends_the_asking_is_said_at_once() {
    let failed = |answer: Option<&Answer>| {
        let mut finder = Memory::default().finder(BASE, Hint::Any);
        match finder.heard(answer, NOW) {
            Step::Failed(fault) => fault.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(failed(None), "nothing answers there");
    assert_eq!(
        failed(Some(&answer(401, "", "no token"))),
        "the store wants other credentials (401): no token"
    );
    assert_eq!(failed(Some(&answer(502, "", ""))), "the store is busy (502)");
    let elsewhere = Answer { url: "https://login.test/".to_owned(), ..answer(200, "", "<html>") };
    assert!(failed(Some(&elsewhere)).contains("https://login.test"));
}

#[test]
fn what_is_no_store_says_what_it_answered_first() {
    let Step::Failed(fault) = found(page) else { panic!() };
    assert_eq!(fault.to_string(), "found no Jaeger, Tempo or Zipkin there: 200, “Jaeger UI”");
    let closed: Server = |path| match path {
        "/api/v3/services" => answer(403, "", "closed"),
        _ => lost(path),
    };
    let Step::Failed(fault) = found(closed) else { panic!() };
    assert_eq!(fault.to_string(), "the store wants other credentials (403): closed");
    let gateway: Server = |path| match path {
        "/api/v3/services" => answer(403, "", "closed"),
        _ => tempo(path),
    };
    assert_eq!(found(gateway), store("", Dialect::TempoV2), "a gateway that lets one path through");
}

#[test]
fn questions_about_versions_read_little() {
    let Step::Ask(ask) = Memory::default().finder(" http://store.test:3200/ ", Hint::Any).next()
    else {
        panic!()
    };
    assert_eq!((&*ask.request.url, ask.most), ("http://store.test:3200/api/v3/services", 1 << 20));
}
