//! The dashboard at the collector's own address: its files and nothing else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod shop;

use std::fs;
use std::path::Path;

use collector::Settings;
use reqwest::redirect::Policy;
use shop::Shop;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A folder as it is built, beside a file that nobody may see.
fn folder(at: &Path) -> Settings {
    let dashboard = at.join("dashboard");
    fs::create_dir_all(dashboard.join("css")).unwrap();
    fs::write(dashboard.join("app.html"), "<!doctype html>").unwrap();
    fs::write(dashboard.join("css/chart.css"), "a{}").unwrap();
    fs::write(dashboard.join("tracelight-app_bg.wasm"), b"\0asm").unwrap();
    fs::write(dashboard.join("manifest.json"), "{}").unwrap();
    fs::write(at.join("secret.html"), "secret").unwrap();
    Settings { dashboard: Some(dashboard), ..Settings::ephemeral() }
}

/// Sends a path as it is written, which no client would, and reads the whole answer.
async fn raw(shop: &Shop, path: &str) -> String {
    let mut stream = TcpStream::connect(shop.running.http).await.unwrap();
    let port = shop.running.http.port();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn its_files_come_with_their_types_and_a_policy() {
    let at = tempfile::tempdir().unwrap();
    let shop = Shop::with(folder(at.path())).await;
    for (path, kind) in [
        ("/app.html?view=dashboard&tab=errors", "text/html; charset=utf-8"),
        ("/css/chart.css", "text/css; charset=utf-8"),
        ("/tracelight-app_bg.wasm", "application/wasm"),
    ] {
        let response = shop.request(path).send().await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((response.status().as_u16(), header("content-type")), (200, kind.to_owned()));
        assert_eq!(header("x-content-type-options"), "nosniff");
        let policy = header("content-security-policy");
        for rule in ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("'unsafe-eval'"), "{policy}");
    }
    assert_eq!(shop.get("/css/chart.css").await.text(), "a{}");
}

#[tokio::test]
async fn its_address_leads_to_the_sessions() {
    let at = tempfile::tempdir().unwrap();
    let shop = Shop::with(folder(at.path())).await;
    let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let response = client.get(shop.url("/")).send().await.unwrap();
    assert_eq!(response.status(), 302);
    assert_eq!(response.headers()["location"], "app.html?view=dashboard&tab=sessions");
}

#[cfg(unix)]
#[tokio::test]
async fn no_spelling_of_a_path_leads_out_of_the_folder() {
    let at = tempfile::tempdir().unwrap();
    let settings = folder(at.path());
    let secret = at.path().join("secret.html");
    std::os::unix::fs::symlink(&secret, at.path().join("dashboard/link.html")).unwrap();
    std::os::unix::fs::symlink(at.path(), at.path().join("dashboard/up")).unwrap();
    let shop = Shop::with(settings).await;
    assert!(raw(&shop, "/app.html").await.starts_with("HTTP/1.1 200"));
    let absolute = format!("/{}", secret.display());
    for path in [
        "/../secret.html",
        "/css/../../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "/css/..%5c..%5csecret.html",
        "/css/....//secret.html",
        "//secret.html",
        "/./secret.html",
        "/link.html",
        "/up/secret.html",
        "/secret.html",
        "/manifest.json",
        "/css",
        "/css/",
        "/nothing.html",
        &absolute,
    ] {
        let answer = raw(&shop, path).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(!answer.contains("secret\n") && !answer.ends_with("secret"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn pages_of_others_get_nothing_of_it_and_neither_does_writing() {
    let at = tempfile::tempdir().unwrap();
    let shop = Shop::with(folder(at.path())).await;
    let foreign = shop.request("/app.html").header("origin", "http://attacker.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let post = reqwest::Client::new().post(shop.url("/app.html")).body("x");
    assert_eq!(post.send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn without_a_folder_it_says_how_to_get_one_and_a_wrong_one_is_refused() {
    let shop = Shop::open().await;
    let answer = shop.get("/").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("--dashboard"), "{}", answer.text());
    let at = tempfile::tempdir().unwrap();
    for wrong in [at.path().join("none"), at.path().to_owned()] {
        let settings = Settings { dashboard: Some(wrong), ..Settings::ephemeral() };
        let error = collector::start(settings).await.unwrap_err().to_string();
        assert!(error.starts_with("cannot serve the dashboard"), "{error}");
    }
}
