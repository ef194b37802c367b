//! The Rust page's own code, in a server that by itself samples nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../cross/store.rs"]
#[allow(dead_code, reason = "the other tests' ways to a store, of which this one needs some")]
mod store;
#[allow(unreachable_pub, reason = "it is written for a crate of its own")]
mod telemetry;
#[allow(unreachable_pub, reason = "as above")]
mod tracelight;

use axum::routing::get;
use axum::{Router, middleware};
use hmac::{Hmac, KeyInit, Mac};
use opentelemetry::trace::Tracer;
use sha2::Sha256;
use trace::{Span, TraceContext, attribute::key};

use store::Store;

const PAGE: &str = include_str!("../../../docs/servers/rust.md");
const SECRET: &str = "correct horse";
const SESSION: &str = "7f3c2a1b9d8e4f60a1b2c3d4e5f60718";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

async fn stock() -> &'static str {
    opentelemetry::global::tracer("shop").in_span("count the shelf", |_| "7\n")
}

/// Starts the server; resolves to its address.
async fn serve() -> String {
    let app = Router::new()
        .route("/api/stock", get(stock))
        .layer(middleware::from_fn(tracelight::traced));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/api/stock")
}

/// What `Server-Timing` says to a request with these headers.
async fn answer(url: &str, headers: &[(&str, &str)]) -> Option<trace::answer::Answer> {
    let mut request = reqwest::Client::new().get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let reply = request.send().await.unwrap();
    let said = reply.headers().get("server-timing")?.to_str().unwrap();
    trace::answer::Answer::read(&[("server-timing", said)], "")
}

fn cookie(session: &str, secret: &str, expiry: u64) -> String {
    let signed = format!("v1.{session}.{expiry}");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!(
        "a=b; {}={}",
        trace::cookie::NAME,
        trace::cookie::seal(&signed, &mac.finalize().into_bytes())
    )
}

fn in_session(spans: &[Span]) -> bool {
    spans.iter().all(|span| {
        span.attributes.get(key::SESSION_ID).is_some_and(|value| value.to_string() == SESSION)
    })
}

#[test]
fn the_page_says_what_is_tested() {
    for code in [include_str!("tracelight.rs"), include_str!("telemetry.rs")] {
        assert!(
            PAGE.contains(&format!("```rust\n{code}```\n")),
            "docs/servers/rust.md differs from:\n{code}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_samples_nothing_follows_a_sampled_parent_and_a_signed_cookie() {
    let store = Store::open().await;
    let provider = telemetry::start("rust", &format!("{}/v1/traces", store.url), SECRET).unwrap();
    let url = serve().await;

    assert_eq!(answer(&url, &[]).await, None, "its own sampler decides");
    let unsampled = PARENT.replace("-03", "-02");
    assert_eq!(answer(&url, &[("traceparent", &unsampled)]).await, None);

    let baggage = format!("session.id={SESSION}");
    let parent: TraceContext = PARENT.parse().unwrap();
    let said = answer(&url, &[("traceparent", PARENT), ("baggage", &baggage)]).await.unwrap();
    assert_eq!((said.trace, said.sampled), (Some(parent.trace), Some(true)));

    let cookied = answer(&url, &[("cookie", &cookie(SESSION, SECRET, 0))]).await.unwrap();
    for (forged, why) in [
        (cookie(SESSION, "another", 0), "signed with another secret"),
        (cookie(SESSION, SECRET, 1), "it is over"),
        (cookie(SESSION, SECRET, 0).replace("v1.7", "v1.8"), "another session"),
        (format!("{}=v1.{SESSION}.0", trace::cookie::NAME), "not signed"),
    ] {
        assert_eq!(answer(&url, &[("cookie", &forged)]).await, None, "{why}");
    }

    tokio::task::spawn_blocking(move || provider.force_flush()).await.unwrap().unwrap();
    for trace in [parent.trace, cookied.trace.unwrap()] {
        let spans = store.until(trace, |spans| spans.len() == 2).await;
        assert!(in_session(&spans), "{spans:#?}");
    }
    let spans = store.trace(parent.trace).await;
    let server = spans.iter().find(|span| Some(span.id) == said.span).unwrap();
    assert_eq!(server.parent, Some(parent.span));
    store.close().await;
}
