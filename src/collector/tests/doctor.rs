//! The doctor, as a program, against servers and stores of every condition.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use collector::{Running, Settings};
use otlp::proto;
use ring::hmac;
use trace::cookie::TraceCookie;
use trace::{Span, TraceContext, TraceId};

mod shop;
mod town;

use town::{Asked, Says, Server, examine, examine_with, nobody, run};

async fn store() -> (Running, String) {
    let running = collector::start(Settings::ephemeral()).await.unwrap();
    let url = format!("http://{}", running.http);
    (running, url)
}

/// A server that answers as one that took the context and records.
fn joins(asked: &Asked) -> Says {
    Says::timed(&asked.header("traceparent").unwrap_or_default().replace("-03", "-01"))
}

/// A span below a context.
fn below(context: TraceContext) -> Span {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = trace::Timestamp::from_nanos(u64::try_from(now.as_nanos()).unwrap());
    let span = shop::span(1, 1);
    Span { trace: context.trace, parent: Some(context.span), start: now, end: now, ..span }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_joins_and_a_store_that_has_it_light_all_lamps() {
    let (running, store) = store().await;
    let shop = demo::start(demo::Settings::anywhere(store.clone())).await.unwrap();
    let url = format!("{}/product/1", shop.shop());
    let said = examine(&[&url, "--store", &store]).await;
    assert_eq!(said.lamps(), ["browser", "yes", "yes", "yes", "yes"], "{:#}", said.json);
    assert_eq!((said.checks(), said.title(), said.code), (vec!["yes"; 3], None, 0));
    assert_eq!(said.json["services"], serde_json::json!(["pricing", "shop"]));
    assert_eq!(said.json["store"]["kind"], "Jaeger (version 3)");

    let output = run(&[&url, "--store", &store], &[]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\nAcknowledged  yes      Server-Timing traceparent came"), "{text}");
    assert!(text.contains("\nAll lamps that can be known from here are lit.\n"), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("permission and rules are known to the browser alone"), "{text}");
    let wide = text.lines().max_by_key(|line| line.chars().count()).unwrap_or_default();
    assert!(wide.chars().count() <= 80, "no terminal needs to break {wide:?}");
    assert!(!text.contains('\x1b'), "colours are for terminals");
    let phases = String::from_utf8(output.stderr).unwrap();
    assert_eq!(phases, "asking the server\nsending a span\nwaiting for spans\n");
    shop.stop().await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_is_what_the_extension_sends() {
    let server = Server::start(joins).await;
    let secret = "correct horse";
    let arguments = [&*server.url, "--store", "none", "--cookie", "mine"];
    let more = ["--header", "Cookie: a=1", "--header", "X-Login: yes"];
    let environment = [("TRACELIGHT_SIGNATURE", secret)];
    let said = examine_with(&[&arguments[..], &more].concat(), &environment).await;
    assert_eq!(said.code, 0, "{:#}", said.json);
    let asked = &server.asked()[0];
    assert_eq!((&*asked.method, asked.header("x-login")), ("GET", Some("yes")));
    let context = asked.context().unwrap();
    assert_eq!(context.flags, 3, "sampled, and its id is random");
    assert_eq!(said.json["trace"], context.trace.to_string());
    let session = said.json["session"].as_str().unwrap();
    assert_eq!(asked.header("baggage").unwrap(), format!("session.id={session}"));
    let (first, cookie) = asked.header("cookie").unwrap().split_once("; mine=").unwrap();
    assert_eq!(first, "a=1");
    let read: TraceCookie = cookie.parse().unwrap();
    assert_eq!((read.session.to_string().as_str(), read.expiry), (session, 0));
    let (signed, signature) = cookie.rsplit_once('.').unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    hmac::verify(&key, signed.as_bytes(), &signature).unwrap();
    assert_eq!(asked.header("tracestate"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_makes_its_own_trace_is_told_from_one_that_joins() {
    let (running, store) = store().await;
    let own = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let server = Server::start(move |_| Says::timed(own)).await;
    let said = examine(&[&server.url, "--store", &store, "--wait", "1s"]).await;
    assert_eq!(said.lamps(), ["browser", "yes", "no", "no", "not asked"], "{:#}", said.json);
    assert_eq!((said.title(), said.code), (Some("The server made a new trace id"), 1));
    assert_eq!(said.json["other"], "4bf92f3577b34da6a3ce929d0e0e4736");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drops_the_context_and_says_nothing_is_likely_not_instrumented() {
    let (running, store) = store().await;
    let server = Server::start(|_| Says::new(200, "hello")).await;
    let said = examine(&[&server.url, "--store", &store, "--wait", "1s"]).await;
    assert_eq!(said.lamps(), ["browser", "yes", "no", "no", "not asked"], "{:#}", said.json);
    assert_eq!((said.title(), said.code), (Some("The server did not join the trace"), 1));
    assert_eq!(said.json["finding"]["certain"], false);
    assert_eq!(said.checks(), ["yes"; 3], "the store is well");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_server_that_does_not_sample_nobody_waits() {
    let (running, store) = store().await;
    let server = Server::start(|asked: &Asked| {
        Says::timed(&asked.header("traceparent").unwrap().replace("-03", "-00"))
    });
    let server = server.await;
    let begun = Instant::now();
    let said = examine(&[&server.url, "--store", &store]).await;
    assert!(begun.elapsed() < Duration::from_secs(40), "it would be waited for a minute");
    assert_eq!(said.lamps(), ["browser", "yes", "no", "no", "not asked"], "{:#}", said.json);
    let wanted = "The server does not record this trace (flag 00)";
    assert_eq!((said.title(), said.code), (Some(wanted), 1));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_server_timing_is_no_fault_where_the_spans_are_there() {
    let (running, store) = store().await;
    let endpoint = format!("{store}/v1/traces");
    let server = Server::start(move |asked: &Asked| {
        let body = proto::encode(&[below(asked.context().unwrap())]);
        let request = reqwest::Client::new().post(&endpoint).header("content-type", shop::PROTO);
        tokio::spawn(request.body(body).send());
        Says::new(200, "hello")
    });
    let server = server.await;
    let said = examine(&[&server.url, "--store", &store]).await;
    assert_eq!(said.lamps(), ["browser", "yes", "not asked", "yes", "yes"], "{:#}", said.json);
    assert_eq!((said.title(), said.code), (None, 0));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_down_is_said_to_be() {
    let server = Server::start(joins).await;
    let said = examine(&[&server.url, "--store", &nobody().await, "--wait", "1s"]).await;
    assert_eq!(said.lamps(), ["browser", "yes", "yes", "no", "not asked"], "{:#}", said.json);
    assert_eq!((said.title(), said.code), (Some("The trace store cannot be reached"), 1));
    assert_eq!(said.checks(), ["no", "no", "not asked"]);
    let trouble = said.json["store"]["trouble"].as_str().unwrap();
    assert!(trouble.contains("no connection"), "{trouble}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_never_has_the_servers_spans_is_said_so_while_ours_is_there() {
    let (running, store) = store().await;
    let server = Server::start(joins).await;
    let said = examine(&[&server.url, "--store", &store, "--wait", "1s"]).await;
    assert_eq!(said.lamps(), ["browser", "yes", "yes", "no", "not asked"], "{:#}", said.json);
    assert_eq!((said.title(), said.code), (Some("The trace store has no such trace (404)"), 1));
    assert_eq!(said.checks(), ["yes"; 3], "so the server's spans went elsewhere");
    running.stop().await;
}

/// A store like Zipkin, which keeps what it is sent and gives it back, or not.
async fn zipkin(gives: bool) -> Server {
    let kept = Arc::new(Mutex::new(Vec::<Span>::new()));
    let answer = move |asked: &Asked| {
        if asked.method == "POST" {
            kept.lock().unwrap().extend(proto::decode(&asked.body).unwrap().spans);
            return Says::new(200, "").with("content-type", shop::PROTO);
        }
        let Some(id) = asked.path.strip_prefix("/api/v2/trace/") else {
            let known = asked.path == "/api/v2/services";
            return if known { Says::json("[]") } else { Says::new(404, "404 page not found") };
        };
        let id: TraceId = id.parse().unwrap();
        match kept.lock().unwrap().iter().find(|span| span.trace == id && gives) {
            Some(Span { trace, id, .. }) => Says::json(format!(
                r#"[{{"traceId":"{trace}","id":"{id}","name":"x","timestamp":1,"duration":1}}]"#
            )),
            None => Says::new(404, "not found"),
        }
    };
    Server::start(answer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_another_kind_is_found_out_and_gets_its_own_headers() {
    let (server, store) = (Server::start(joins).await, zipkin(true).await);
    let token = "Authorization: Bearer abc";
    let arguments = [&*server.url, "--store", &store.url, "--store-header", token];
    let said = examine(&[&arguments[..], &["--wait", "1s"]].concat()).await;
    assert_eq!(said.json["store"]["kind"], "Zipkin (version 2)", "{:#}", said.json);
    assert_eq!(said.checks(), ["yes"; 3]);
    let token = Some("Bearer abc");
    assert!(store.asked().iter().all(|asked| asked.header("authorization") == token));
    assert!(server.asked().iter().all(|asked| asked.header("authorization").is_none()));
    assert!(!said.json.to_string().contains("abc"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_takes_a_span_and_does_not_give_it_back_is_not_well() {
    let (server, store) = (Server::start(joins).await, zipkin(false).await);
    let said = examine(&[&server.url, "--store", &store.url, "--wait", "1s"]).await;
    assert_eq!((said.checks(), said.code), (vec!["yes", "yes", "no"], 1), "{:#}", said.json);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_busy_is_asked_again_and_one_that_is_locked_is_not() {
    let server = Server::start(joins).await;
    let known = Mutex::new(Vec::new());
    let busy = Server::start(move |asked: &Asked| {
        let mut known = known.lock().unwrap();
        match &*asked.method {
            // The first of each.
            method if !known.iter().any(|known| known == method) => {
                known.push(method.to_owned());
                Says::new(503, "later").with("retry-after", "0")
            }
            "POST" => Says::new(200, "").with("content-type", shop::PROTO),
            _ => Says::json(r#"{"services":[]}"#),
        }
    });
    let busy = busy.await;
    let said = examine(&[&server.url, "--store", &busy.url, "--wait", "3s"]).await;
    assert_eq!(said.checks(), ["yes", "yes", "no"], "{:#}", said.json);

    let locked = Server::start(|_| Says::new(401, "who are you?")).await;
    let begun = Instant::now();
    let said = examine(&[&server.url, "--store", &locked.url]).await;
    assert!(begun.elapsed() < Duration::from_secs(40), "it would be waited for a minute");
    assert_eq!((said.title(), said.code), (Some("The trace store wants a login (401)"), 1));
    let gets = locked.asked().iter().filter(|asked| asked.method == "GET").count();
    assert_eq!(gets, 1, "nobody guesses at a door");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_place_of_a_store_is_named() {
    let server = Server::start(joins).await;
    let page = "<html><title>Please log in</title></html>";
    let store = Server::start(move |_| Says::new(200, page).with("content-type", "text/html"));
    let store = store.await;
    let said = examine(&[&server.url, "--store", &store.url, "--wait", "1s"]).await;
    assert_eq!(said.lamps(), ["browser", "yes", "yes", "no", "not asked"], "{:#}", said.json);
    assert_eq!((said.title(), said.code), (Some("The trace store's answer cannot be read"), 1));
    let trouble = said.json["store"]["trouble"].as_str().unwrap();
    assert!(trouble.contains("Please log in"), "{trouble}");
    assert_eq!(said.checks(), ["no", "no", "not asked"], "a page took no span");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_sends_elsewhere_is_not_followed_there() {
    let (server, other) = (Server::start(joins).await, zipkin(true).await);
    let to = other.url.clone();
    let store = Server::start(move |_| Says::new(302, "").with("location", to.clone())).await;
    let arguments = [&*server.url, "--store", &store.url, "--store-header", "X-Key: abc"];
    let said = examine(&[&arguments[..], &["--wait", "1s"]].concat()).await;
    assert_eq!(said.lamps()[3], "no", "{:#}", said.json);
    let trouble = said.json["store"]["trouble"].as_str().unwrap();
    assert!(trouble.contains(&other.url), "{trouble}");
    assert_eq!(other.asked().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_is_not_taken_and_one_that_is_named_is() {
    let server = Server::secure(joins).await;
    let arguments = [&*server.url, "--store", "none"];
    let said = examine(&arguments).await;
    assert_eq!(said.lamps(), ["browser", "yes", "no", "not asked", "not asked"], "{:#}", said.json);
    assert_eq!((said.title(), said.code), (Some("The server did not answer"), 1));
    let trouble = said.json["server"]["trouble"].as_str().unwrap();
    assert!(trouble.starts_with("no secure connection: invalid peer certificate"), "{trouble}");
    assert_eq!(server.asked().len(), 0, "nothing was said to it");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, &server.pem).unwrap();
    let environment = [("SSL_CERT_FILE", file.to_str().unwrap())];
    let said = examine_with(&arguments, &environment).await;
    assert_eq!((said.lamps()[2], said.code), ("yes", 0), "{:#}", said.json);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_keeps_context_and_cookies_within_the_origin() {
    let server = Server::start(|asked: &Asked| match &*asked.path {
        "/" => Says::new(302, "").with("location", "/in?x").with("set-cookie", "seen=1; Path=/"),
        _ => joins(asked),
    });
    let server = server.await;
    let said = examine(&[&server.url, "--store", "none"]).await;
    assert_eq!((said.lamps()[2], said.code), ("yes", 0), "{:#}", said.json);
    let asked = server.asked();
    assert_eq!(asked.iter().map(|asked| &*asked.path).collect::<Vec<_>>(), ["/", "/in?x"]);
    assert_eq!(asked[0].context(), asked[1].context());
    let cookie = |at: usize| asked[at].header("cookie").unwrap_or_default().to_owned();
    assert_eq!(cookie(1), format!("seen=1; {}", cookie(0)));
    let statuses: Vec<_> = said.json["server"]["hops"].as_array().unwrap().iter().collect();
    assert_eq!((&statuses[0]["status"], &statuses[1]["status"]), (&302.into(), &200.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_ours_follows_a_redirect_to_another_origin() {
    let other = Server::start(|_| Says::new(200, "hello")).await;
    let to = format!("{}/far", other.url);
    let server = Server::start(move |_| Says::new(307, "").with("location", to.clone())).await;
    let login = "Authorization: Bearer abc";
    let said = examine(&[&server.url, "--store", "none", "--header", login]).await;
    let wanted = "A redirect took the request where no trace context goes";
    assert_eq!((said.title(), said.code), (Some(wanted), 1), "{:#}", said.json);
    assert_eq!(said.lamps(), ["browser", "no", "not asked", "not asked", "not asked"]);
    assert_eq!(server.asked()[0].header("authorization"), Some("Bearer abc"));
    let far = &other.asked()[0];
    for name in ["traceparent", "baggage", "cookie", "authorization"] {
        assert_eq!(far.header(name), None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_of_redirects_ends() {
    let server = Server::start(|_| Says::new(302, "").with("location", "/")).await;
    let said = examine(&[&server.url, "--store", "none"]).await;
    assert_eq!((said.title(), said.code), (Some("The server did not answer"), 1));
    assert_eq!(server.asked().len(), 21);
    let trouble = said.json["server"]["trouble"].as_str().unwrap();
    assert_eq!(trouble, "more than 20 redirects, wanted an answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_is_known_of_is_not_well() {
    let server = Server::start(|_| Says::new(200, "hello")).await;
    let output = run(&[&server.url, "--store", "none"], &[]).await;
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\nNothing is known of the server's side\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn misuse_is_told_from_what_was_found() {
    for (arguments, wanted) in [
        (&["localhost:3000"][..], "wanted an address such as http://localhost:3000/checkout"),
        (&[], "required arguments were not provided"),
        (&["http://h/", "--store", "h:1"], "wanted an address"),
        (&["http://h/", "--header", "nothing"], "wanted a header such as"),
        (&["http://h/", "--cookie", "a b"], "cookie's name has ' '"),
        (&["http://h/", "--wait", "long"], "wanted a duration such as"),
        (&["http://h/", "--nonsense"], "unexpected argument"),
    ] {
        let output = run(arguments, &[]).await;
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(wanted), "{text}");
        assert!(output.stdout.is_empty());
    }
}
