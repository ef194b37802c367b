use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use backend::Method;

use super::*;

/// A server that answers each connection once, with these bytes, and then keeps it open.
fn server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            stream.write_all(answer).unwrap();
            open.push(stream);
        }
    });
    url
}

async fn get(url: &str, limits: Limits) -> Result<Reply, Error> {
    let request =
        Request { method: Method::Get, url: url.to_owned(), headers: Vec::new(), body: Vec::new() };
    Client::new().unwrap().send(request, limits).await
}

const AMPLE: Limits = Limits { patience: Duration::from_secs(30), most: 1 << 20 };
const SHORT: Limits = Limits { patience: Duration::from_millis(200), ..AMPLE };

#[tokio::test]
async fn an_answer_is_its_status_its_headers_and_its_body() {
    let url = server(
        b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Type: text/plain\r\nRetry-After: 7\r\n\
          Content-Length: 5\r\n\r\nhello",
    );
    let reply = get(&url, AMPLE).await.unwrap();
    assert_eq!((reply.status, reply.header("location")), (302, "/b"), "it is not followed");
    assert_eq!((reply.header("nothing"), reply.over), ("", false));
    let reply = reply.of_store();
    assert_eq!((&*reply.content_type, &*reply.retry_after), ("text/plain", "7"));
    assert_eq!(reply.body, b"hello");
}

#[tokio::test]
async fn no_more_is_read_than_was_to_be() {
    let url = server(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nhello");
    let reply = get(&url, Limits { most: 3, ..AMPLE }).await.unwrap();
    assert_eq!((&*reply.body, reply.over), (&b"hel"[..], true));
    let url = server(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhel");
    let reply = get(&url, Limits { most: 3, ..AMPLE }).await.unwrap();
    assert!(!reply.over, "it was all there");
}

#[tokio::test]
async fn who_answers_late_or_half_has_not_answered() {
    for answer in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"] {
        let late = get(&server(answer), SHORT).await;
        assert_eq!(late, Err(Error::Late(SHORT.patience)));
    }
}

#[tokio::test]
async fn why_nothing_came_is_said_by_its_innermost_cause() {
    let said = |error: Result<Reply, Error>| error.unwrap_err().to_string();
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let refused = said(get(&format!("http://{nobody}/"), AMPLE).await);
    assert!(refused.starts_with("no connection: ") && !refused.contains("client error"));
    assert!(said(get("http://h h/", AMPLE).await).starts_with("it cannot be asked: "));
    assert!(said(get(&server(b"nonsense\r\n\r\n"), AMPLE).await).starts_with("no connection: "));
}
