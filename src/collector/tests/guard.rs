//! Who is let in: by the name they call us, and by the page that sent them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use collector::Settings;
use collector::origin::EXTENSION_ID;
use otlp::proto;
use reqwest::Method;
use shop::{JSON, PROTO, Shop, span};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends a request as it is written, and reads the status that comes back.
async fn raw(shop: &Shop, request: &str) -> u16 {
    let mut stream = TcpStream::connect(shop.running.http).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    str::from_utf8(&head[9..]).unwrap().parse().unwrap()
}

async fn with_host(shop: &Shop, host: &str) -> u16 {
    raw(shop, &format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")).await
}

#[tokio::test]
async fn only_our_own_names_are_answered() {
    let settings = Settings { hosts: vec!["box".to_owned()], ..Settings::ephemeral() };
    let shop = Shop::with(settings).await;
    let port = shop.running.http.port();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "box", "Box"] {
        assert_eq!(with_host(&shop, &format!("{host}:{port}")).await, 200, "{host}");
    }
    for host in ["attacker.example", "localhost.", "127.0.0.1.attacker.example", "0.0.0.0", "boxes"]
    {
        assert_eq!(with_host(&shop, &format!("{host}:{port}")).await, 403, "{host}");
        assert_eq!(with_host(&shop, host).await, 403, "{host}");
    }
    assert_eq!(with_host(&shop, "localhost").await, 403);
    assert_eq!(with_host(&shop, "localhost:1").await, 403);
    let absolute =
        format!("GET http://attacker.example/healthz HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n");
    assert_eq!(raw(&shop, &absolute).await, 403);
    let twice = format!(
        "GET /healthz HTTP/1.1\r\nhost: localhost:{port}\r\nhost: localhost:{port}\r\n\r\n"
    );
    assert_eq!(raw(&shop, &twice).await, 403);
    assert_eq!(raw(&shop, "GET /healthz HTTP/1.0\r\n\r\n").await, 403);
}

#[tokio::test]
async fn a_foreign_host_is_refused_before_its_body_is_read() {
    let shop = Shop::open().await;
    // The body never comes: an answer shows that nobody waited for it.
    let request = "POST /v1/traces HTTP/1.1\r\nhost: attacker.example\r\n\
                   content-type: application/json\r\ncontent-length: 1000000\r\n\r\n";
    assert_eq!(raw(&shop, request).await, 403);
}

struct Heard {
    status: u16,
    allow: Option<String>,
    vary: Option<String>,
}

async fn with_origin(shop: &Shop, method: Method, path: &str, origin: &str) -> Heard {
    let request = reqwest::Client::new().request(method.clone(), shop.url(path));
    let request = match method {
        Method::POST => request.header("content-type", PROTO).body(proto::encode(&[span(1, 1)])),
        _ => request,
    };
    let response = request.header("origin", origin).send().await.unwrap();
    let header =
        |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    Heard {
        status: response.status().as_u16(),
        allow: header("access-control-allow-origin"),
        vary: header("vary"),
    }
}

/// Whether `origin` may read, write, and stream, as real requests and as preflights.
async fn may(shop: &Shop, origin: &str) -> [bool; 3] {
    let mut may = [false; 3];
    let doors = [
        (Method::GET, "/api/v3/services"),
        (Method::POST, "/v1/traces"),
        (Method::GET, "/api/stream"),
    ];
    for (at, (method, path)) in doors.into_iter().enumerate() {
        let heard = with_origin(shop, method, path, origin).await;
        let preflight = with_origin(shop, Method::OPTIONS, path, origin).await;
        may[at] = heard.status == 200;
        assert_eq!(heard.status == 200, preflight.status == 204, "{origin} {path}");
        for heard in [heard, preflight] {
            let named = heard.allow.as_deref() == Some(origin);
            assert_eq!(named, may[at], "{origin} {path} {:?}", heard.allow);
            assert!(may[at] || heard.allow.is_none() && heard.status == 403, "{origin} {path}");
            assert_eq!(heard.vary.as_deref(), Some("origin"));
        }
    }
    may
}

#[tokio::test]
async fn every_origin_gets_what_it_may_have_and_nothing_more() {
    let shop = Shop::open().await;
    let port = shop.running.http.port();
    let (all, write, nothing) = ([true; 3], [false, true, false], [false; 3]);
    for (origin, wanted) in [
        (format!("chrome-extension://{EXTENSION_ID}"), all),
        ("moz-extension://0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".to_owned(), all),
        (format!("http://127.0.0.1:{port}"), all),
        (format!("http://localhost:{port}"), all),
        ("http://localhost:3000".to_owned(), write),
        ("https://localhost".to_owned(), write),
        ("http://127.0.0.1:8080".to_owned(), write),
        ("http://attacker.example".to_owned(), nothing),
        ("https://localhost.attacker.example".to_owned(), nothing),
        ("chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(), nothing),
        ("moz-extension://not-a-uuid".to_owned(), nothing),
        ("null".to_owned(), nothing),
        ("file://".to_owned(), nothing),
    ] {
        assert_eq!(may(&shop, &origin).await, wanted, "{origin}");
    }
}

#[tokio::test]
async fn a_refused_page_writes_nothing() {
    let shop = Shop::open().await;
    let heard = with_origin(&shop, Method::POST, "/v1/traces", "http://attacker.example").await;
    assert_eq!(heard.status, 403);
    assert_eq!(shop.json("/healthz").await["spans"], 0);
    // What a page may send to anyone without being asked first carries no type that we read.
    let answer = shop.post("text/plain", proto::encode(&[span(1, 1)])).await;
    assert_eq!(answer.status, 415);
    assert_eq!(shop.json("/healthz").await["spans"], 0);
}

#[tokio::test]
async fn a_preflight_says_what_may_be_sent() {
    let shop = Shop::open().await;
    let origin = format!("chrome-extension://{EXTENSION_ID}");
    let request = reqwest::Client::new()
        .request(Method::OPTIONS, shop.url("/v1/traces"))
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,content-encoding");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["access-control-allow-methods"], "GET, POST");
    assert_eq!(
        response.headers()["access-control-allow-headers"],
        "content-type, accept, content-encoding"
    );
}

#[tokio::test]
async fn an_extension_id_can_be_chosen() {
    let id = "b".repeat(32);
    let shop = Shop::with(Settings { extensions: vec![id.clone()], ..Settings::ephemeral() }).await;
    assert_eq!(may(&shop, &format!("chrome-extension://{id}")).await, [true; 3]);
    assert_eq!(may(&shop, &format!("chrome-extension://{EXTENSION_ID}")).await, [false; 3]);
}

#[tokio::test]
async fn an_address_beyond_loopback_is_refused_unless_it_is_wanted() {
    let beyond = Settings { http: ([0, 0, 0, 0], 0).into(), ..Settings::ephemeral() };
    let error = collector::start(beyond.clone()).await.unwrap_err().to_string();
    assert!(error.contains("--expose-to-network"), "{error}");
    let shop = Shop::with(Settings { expose: true, ..beyond }).await;
    let answer = shop.post(JSON, "{}").await;
    // Even then only names that we were told are ours.
    assert_eq!(answer.status, 403);
}
