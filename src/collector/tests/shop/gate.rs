//! A store to hand spans to, which answers as a test says and counts what it took.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use otlp::proto;
use tokio::net::{TcpListener, TcpSocket};
use trace::{SpanId, TraceId};

/// What becomes of a request.
pub(crate) enum Turn {
    /// Its spans are taken.
    Take,
    /// They are, if the body has no more bytes than this, unpacked; else it is too large.
    Fit(usize),
    /// This is said, and nothing is taken.
    Say(u16, Vec<(&'static str, String)>, Vec<u8>),
}

/// A request that came.
pub(crate) struct Came {
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) spans: Vec<(TraceId, SpanId)>,
    pub(crate) taken: bool,
}

/// A store.
pub(crate) struct Gate {
    pub(crate) address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Gate {
    /// One on a port of its own, which is told the number of each request, from 0.
    pub(crate) async fn open(turn: impl Fn(usize) -> Turn + Send + Sync + 'static) -> Self {
        Self::at((Ipv4Addr::LOCALHOST, 0).into(), turn).await
    }

    pub(crate) async fn at(
        address: SocketAddr,
        turn: impl Fn(usize) -> Turn + Send + Sync + 'static,
    ) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(address).unwrap();
        let listener: TcpListener = socket.listen(64).unwrap();
        let address = listener.local_addr().unwrap();
        let came = Arc::new(Mutex::new(Vec::new()));
        let (turn, book) = (Arc::new(turn), Arc::clone(&came));
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (turn, book) = (Arc::clone(&turn), Arc::clone(&book));
                let service = service_fn(move |request| {
                    let (turn, book) = (Arc::clone(&turn), Arc::clone(&book));
                    async move { Ok::<_, Infallible>(answer(request, &*turn, &book).await) }
                });
                let serve = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                // A client that was killed breaks its connection.
                tokio::spawn(async move { drop(serve.await) });
            }
        });
        Self { address, came, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn came<T>(&self, look: impl FnOnce(&[Came]) -> T) -> T {
        look(&self.came.lock().unwrap())
    }

    /// How often each span was taken.
    pub(crate) fn taken(&self) -> BTreeMap<(TraceId, SpanId), usize> {
        let mut taken = BTreeMap::new();
        self.came(|came| {
            for span in came.iter().filter(|it| it.taken).flat_map(|it| &it.spans) {
                *taken.entry(*span).or_default() += 1;
            }
        });
        taken
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    request: Request<Incoming>,
    turn: &(impl Fn(usize) -> Turn + ?Sized),
    book: &Mutex<Vec<Came>>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Response::default() };
    let mut body = body.to_bytes().to_vec();
    if head.headers.get("content-encoding").is_some_and(|it| it == "gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*body).read_to_end(&mut plain).unwrap();
        body = plain;
    }
    let json = head.headers.get("content-type").is_some_and(|it| it == "application/json");
    let read = if json { otlp::json::decode(&body) } else { proto::decode(&body) };
    let spans = read.unwrap().spans.iter().map(|span| (span.trace, span.id)).collect();
    let mut book = book.lock().unwrap();
    let turn = match turn(book.len()) {
        Turn::Fit(most) if body.len() > most => Turn::Say(413, Vec::new(), Vec::new()),
        Turn::Fit(_) => Turn::Take,
        turn => turn,
    };
    let path = head.uri.path().to_owned();
    let taken = matches!(turn, Turn::Take);
    book.push(Came { at: Instant::now(), path, headers: head.headers, spans, taken });
    match turn {
        Turn::Take | Turn::Fit(_) => Response::default(),
        Turn::Say(status, headers, body) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Full::from(body)).unwrap()
        }
    }
}
