//! The three services for real, with real HTTP between them and to a real OTLP receiver.

#[cfg(test)]
mod sink;

use axum::http::{Method, StatusCode};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use sink::{Sink, Spans, Stage, ask, read};
use tracelight_demo::{Error, Settings, start};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const SAMPLED: (&str, &str) =
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
/// Sampled, and with the flag that says that the trace id is random (Trace Context Level 2).
const RANDOM: (&str, &str) =
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03");
const NOT_SAMPLED: (&str, &str) =
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
const SESSION: &str = "0af7651916cd43dd8448eb211c80319c";
const BAGGAGE: (&str, &str) = ("baggage", "session.id=0af7651916cd43dd8448eb211c80319c,secret=x");

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn assert_child(spans: &Spans, child: (&str, &str), parent: (&str, &str)) {
    let (child, parent) = (spans.only(child.0, child.1), spans.only(parent.0, parent.1));
    assert_eq!(child.span.parent_span_id, parent.span.span_id, "{}", child.span.name);
}

#[tokio::test]
async fn nothing_is_exported_unless_it_was_asked_for() {
    let stage = Stage::set().await;
    for headers in [&[][..], &[NOT_SAMPLED, BAGGAGE], &[("traceparent", "00-zz-zz-01")]] {
        let answer = stage.get("/product/7", headers).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.headers.contains_key("server-timing"));
    }
    assert_eq!(stage.spans().await.names().len(), 0);
}

#[tokio::test]
async fn an_order_joins_three_services_under_the_callers_span() {
    let stage = Stage::set().await;
    let url = format!("{}/api/order", stage.running.shop());
    let answer = ask(Method::POST, url, &[RANDOM, BAGGAGE]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("\"cents\":34660"), "{}", answer.body);

    let spans = stage.spans().await;
    let root = spans.only("shop", "POST /api/order");
    assert_eq!(hex(&root.span.parent_span_id), PARENT);
    assert_eq!(root.span.kind(), SpanKind::Server);
    assert_child(&spans, ("shop", "SELECT cart_line"), ("shop", "POST /api/order"));
    assert_child(&spans, ("shop", "GET /prices"), ("shop", "POST /api/order"));
    assert_child(&spans, ("pricing", "GET /prices"), ("shop", "GET /prices"));
    assert_child(&spans, ("pricing", "SELECT price"), ("pricing", "GET /prices"));
    assert_child(&spans, ("shop", "POST /charges"), ("shop", "POST /api/order"));
    assert_child(&spans, ("payment", "POST /charges"), ("shop", "POST /charges"));
    assert_child(&spans, ("payment", "INSERT charge"), ("payment", "POST /charges"));
    assert_child(&spans, ("shop", "INSERT placed_order"), ("shop", "POST /api/order"));
    assert_eq!(spans.0.len(), 10, "{:?}", spans.names());
    for kept in &spans.0 {
        assert_eq!(hex(&kept.span.trace_id), TRACE);
        assert_eq!(kept.attribute("session.id").as_deref(), Some(SESSION), "{}", kept.span.name);
        assert_eq!(kept.attribute("secret"), None);
        assert_ne!(kept.span.status.clone().unwrap_or_default().code(), SpanStatus::Error);
    }
}

#[tokio::test]
async fn spans_follow_the_semantic_conventions() {
    let stage = Stage::set().await;
    let answer = stage.get("/product/7?from=mail", &[SAMPLED, ("user-agent", "test/1")]).await;
    assert_eq!(answer.status, StatusCode::OK);

    let spans = stage.spans().await;
    let server = spans.only("shop", "GET /product/{id}");
    for (key, wanted) in [
        ("http.request.method", "GET"),
        ("http.route", "/product/{id}"),
        ("http.response.status_code", "200"),
        ("url.path", "/product/7"),
        ("url.query", "from=mail"),
        ("url.scheme", "http"),
        ("server.address", "127.0.0.1"),
        ("network.protocol.version", "1.1"),
        ("user_agent.original", "test/1"),
    ] {
        assert_eq!(server.attribute(key).as_deref(), Some(wanted), "{key}");
    }
    let client = spans.only("shop", "GET /prices/{product}");
    let url = format!("{}/prices/7", stage.running.pricing());
    assert_eq!(client.span.kind(), SpanKind::Client);
    assert_eq!(client.attribute("url.full"), Some(url));
    assert_eq!(client.attribute("http.response.status_code").as_deref(), Some("200"));
    let query = spans.only("pricing", "SELECT price");
    for (key, wanted) in [
        ("db.system.name", "sqlite"),
        ("db.operation.name", "SELECT"),
        ("db.collection.name", "price"),
        ("db.query.text", "SELECT product, cents FROM price WHERE product = ?1"),
    ] {
        assert_eq!(query.attribute(key).as_deref(), Some(wanted), "{key}");
    }
    let timing = answer.headers["server-timing"].to_str().unwrap();
    let place = format!("traceparent;desc=\"00-{TRACE}-{}-01\"", hex(&server.span.span_id));
    assert_eq!(timing, place);
}

#[tokio::test]
async fn a_failed_query_is_an_exception_on_the_server_span() {
    let stage = Stage::set().await;
    let answer = stage.get("/api/fails", &[SAMPLED]).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.body.contains("no such table"), "{}", answer.body);

    let spans = stage.spans().await;
    let server = spans.only("shop", "GET /api/fails");
    let [event] = &server.span.events[..] else { panic!("wanted one event, found {server:?}") };
    assert_eq!(event.name, "exception");
    assert_eq!(read(&event.attributes, "exception.type").as_deref(), Some("QueryError"));
    let message = read(&event.attributes, "exception.message").unwrap();
    assert!(message.contains("warehouse_stock"), "{message}");
    assert_eq!(server.attribute("error.type").as_deref(), Some("QueryError"));
    let query = spans.only("shop", "SELECT warehouse_stock");
    assert_eq!(query.attribute("db.response.status_code").as_deref(), Some("1"));
    for failed in [server, query] {
        assert_eq!(failed.span.status.clone().unwrap().code(), SpanStatus::Error);
    }
}

#[tokio::test]
async fn the_n_plus_one_page_asks_once_for_the_list_and_once_for_each_row() {
    let stage = Stage::set().await;
    stage.get("/n-plus-one", &[SAMPLED]).await;
    let spans = stage.spans().await;
    assert_eq!(spans.named("shop", "SELECT product").len(), 1);
    assert_eq!(spans.named("shop", "SELECT review").len(), 24);
}

#[tokio::test]
async fn a_big_page_loses_no_span() {
    let stage = Stage::set().await;
    let answer = stage.get("/big?spans=5000", &[SAMPLED]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("5,000 spans recorded"), "{}", answer.body);
    let spans = stage.spans().await;
    assert_eq!(spans.0.len(), 5001);
    assert_eq!(spans.named("shop", "section").len(), 5);
    let ids: std::collections::BTreeSet<_> =
        spans.0.iter().map(|kept| kept.span.span_id.clone()).collect();
    assert_eq!(ids.len(), 5001);
    let stray = spans.0.iter().filter(|kept| {
        hex(&kept.span.parent_span_id) != PARENT && !ids.contains(&kept.span.parent_span_id)
    });
    assert_eq!(stray.count(), 0);
}

#[tokio::test]
async fn a_collector_that_is_down_stops_a_big_page_and_nothing_else() {
    let sink = Sink::open().await;
    // A port that answers, but not as a collector does.
    let nowhere = format!("{}/nowhere", sink.url);
    let running = start(Settings::anywhere(nowhere)).await.unwrap();
    let page = ask(Method::GET, format!("{}/product/7", running.shop()), &[SAMPLED]).await;
    assert_eq!(page.status, StatusCode::OK);
    let big = ask(Method::GET, format!("{}/big?spans=5000", running.shop()), &[SAMPLED]).await;
    assert_eq!(big.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(big.body.contains("stopped at 512 of 5000 spans"), "{}", big.body);
    let unasked = ask(Method::GET, format!("{}/big?spans=5000", running.shop()), &[]).await;
    assert_eq!(unasked.status, StatusCode::OK);
    running.stop().await;
}

#[tokio::test]
async fn stopping_exports_what_is_left() {
    let Stage { running, sink } = Stage::set().await;
    let url = format!("{}/", running.shop());
    ask(Method::GET, url, &[SAMPLED]).await;
    running.stop().await;
    let spans = Spans(sink.spans());
    spans.only("shop", "GET /");
    spans.only("pricing", "GET /prices");
}

#[tokio::test]
async fn every_page_is_whole_and_lists_the_others() {
    let stage = Stage::set().await;
    for path in [
        "/",
        "/product/15",
        "/checkout",
        "/slow",
        "/n-plus-one",
        "/failing",
        "/script-error",
        "/spa",
        "/spa/2",
        "/big?spans=10",
    ] {
        let answer = stage.get(path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8", "{path}");
        assert!(!answer.body.contains("{{"), "{path} has an empty slot");
        assert!(answer.body.contains("In the trace"), "{path}");
        for link in ["/checkout", "/slow", "/n-plus-one", "/failing", "/script-error", "/spa"] {
            assert!(answer.body.contains(&format!("href=\"{link}\"")), "{path} has no {link}");
        }
    }
}

#[tokio::test]
async fn everything_that_a_page_loads_is_there() {
    let stage = Stage::set().await;
    for path in ["/", "/checkout", "/failing", "/script-error", "/spa"] {
        let page = stage.get(path, &[]).await.body;
        let loaded = page.split(['"']).filter(|text| text.starts_with("/static/"));
        for file in loaded {
            let answer = stage.get(file, &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} loads {file}");
        }
    }
    for view in ["/api/view/1", "/api/view/2", "/api/view/3", "/api/cart", "/api/delivery"] {
        assert_eq!(stage.get(view, &[]).await.status, StatusCode::OK, "{view}");
    }
}

#[tokio::test]
async fn what_is_inserted_into_a_page_is_escaped() {
    let stage = Stage::set().await;
    let list = stage.get("/", &[]).await.body;
    assert!(list.contains("Clerk &amp; Daughter"));
    assert!(list.contains("&quot;&lt;br&gt;&quot;"));
    for path in ["/product/%3Cscript%3E", "/big?spans=%3Cscript%3E", "/%3Cscript%3E"] {
        let answer = stage.get(path, &[]).await;
        assert!(answer.status.is_client_error(), "{path}");
        assert!(!answer.body.contains("<script>"), "{path}");
        assert!(answer.body.contains("script&gt;") || answer.body.contains("%3Cscript"), "{path}");
    }
}

#[tokio::test]
async fn wrong_requests_are_refused_and_the_shop_goes_on() {
    let stage = Stage::set().await;
    for (path, wanted) in [
        ("/product/999", StatusCode::NOT_FOUND),
        ("/product/99999999999999999999", StatusCode::NOT_FOUND),
        ("/api/view/0", StatusCode::NOT_FOUND),
        ("/api/view/-1", StatusCode::BAD_REQUEST),
        ("/static/..%2Flib.rs", StatusCode::NOT_FOUND),
        ("/static/lamp/desk-999.svg", StatusCode::NOT_FOUND),
        ("/big?spans=-1", StatusCode::UNPROCESSABLE_ENTITY),
        ("/nowhere", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(stage.get(path, &[SAMPLED]).await.status, wanted, "{path}");
    }
    // A client's mistake is not the server's failure, and an unknown path names no span.
    let spans = stage.spans().await;
    assert_eq!(spans.named("shop", "GET").len(), 1, "{:?}", spans.names());
    for kept in spans.0.iter().filter(|kept| kept.span.kind() == SpanKind::Server) {
        assert_ne!(kept.span.status.clone().unwrap_or_default().code(), SpanStatus::Error);
    }
    assert_eq!(stage.get("/healthz", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_made_up_method_does_not_name_a_span() {
    let stage = Stage::set().await;
    let url = format!("{}/", stage.running.shop());
    ask(Method::from_bytes(b"BREW").unwrap(), url, &[SAMPLED]).await;
    let spans = stage.spans().await;
    let [only] = &spans.0[..] else { panic!("wanted one span, found {:?}", spans.names()) };
    assert!(only.span.name.starts_with("HTTP"), "{}", only.span.name);
    assert_eq!(only.attribute("http.request.method").as_deref(), Some("_OTHER"));
    assert_eq!(only.attribute("http.request.method_original").as_deref(), Some("BREW"));
}

#[tokio::test]
async fn pricing_shares_quotes_with_the_shop_and_nobody_else() {
    let stage = Stage::set().await;
    let quote = format!("{}/api/quote?currency=USD", stage.running.pricing());
    let shop = stage.running.shop();
    let answer = ask(Method::GET, quote.clone(), &[("origin", &shop), SAMPLED, BAGGAGE]).await;
    assert_eq!(answer.headers["access-control-allow-origin"], shop.as_str());
    assert!(answer.body.contains("1084000"), "{}", answer.body);

    let typed = shop.replace("127.0.0.1", "localhost");
    let answer = ask(Method::GET, quote.clone(), &[("origin", &typed)]).await;
    assert_eq!(answer.headers["access-control-allow-origin"], typed.as_str());

    let answer = ask(Method::GET, quote, &[("origin", "https://example.com")]).await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));

    let spans = stage.spans().await;
    let server = spans.only("pricing", "GET /api/quote");
    assert_eq!(hex(&server.span.parent_span_id), PARENT);
}

#[tokio::test]
async fn a_preflight_does_not_let_traceparent_through() {
    let stage = Stage::set().await;
    let shop = stage.running.shop();
    let asked = [
        ("origin", shop.as_str()),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "traceparent"),
    ];
    let quote = format!("{}/api/quote", stage.running.pricing());
    let answer = ask(Method::OPTIONS, quote, &asked).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.headers["access-control-allow-headers"], "content-type");
}

#[tokio::test]
async fn every_service_is_healthy_on_its_own_port() {
    let stage = Stage::set().await;
    let running = &stage.running;
    for origin in [running.shop(), running.pricing(), running.payment()] {
        let answer = ask(Method::GET, format!("{origin}/healthz"), &[]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok\n"));
    }
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let settings =
        Settings { pricing: address, ..Settings::anywhere("http://127.0.0.1:4318".to_owned()) };
    let error = start(settings).await.unwrap_err();
    assert!(matches!(error, Error::Listen { service: "pricing", .. }));
    let wanted = format!(
        "port {port} is in use, wanted it for pricing: stop what listens there or choose another \
         with --pricing: {address}",
        port = address.port()
    );
    assert_eq!(error.to_string(), wanted);
}
