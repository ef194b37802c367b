//! Asks others over HTTP: trace stores, and servers that are to be examined.
//!
//! Owns connections, limits on time and size, and whom to trust with https. It refuses to go further
//! than it was told: a redirect is an answer as any other. Decides nothing of what it hears.

mod parts;

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use backend::Request;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue, USER_AGENT};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;

use parts::Parts;

/// Whom the other side sees.
const AGENT: &str = concat!("tracelight-collector/", env!("CARGO_PKG_VERSION"));
/// How long a connection without requests is kept: servers end theirs after a minute or more.
const IDLE: Duration = Duration::from_secs(30);
/// How long one address may take to let us in.
const DOOR: Duration = Duration::from_secs(10);

/// One who asks. Its copies share connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Parts>,
}

/// How much is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How long the whole may take, from connecting to the answer's last byte.
    pub(crate) patience: Duration,
    /// So many bytes of the answer are read, and no more.
    pub(crate) most: usize,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Status.
    pub(crate) status: u16,
    /// Headers in their order, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Body, as far as it was read.
    pub(crate) body: Vec<u8>,
    /// Whether there was more of it.
    pub(crate) over: bool,
}

impl Reply {
    /// The first header of a name in lower case; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// As those read it who know what stores answer.
    pub(crate) fn of_store(self) -> backend::Reply {
        let header = |name| self.header(name).to_owned();
        backend::Reply {
            status: self.status,
            content_type: header("content-type"),
            retry_after: header("retry-after"),
            body: self.body,
        }
    }
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Error {
    /// That is no request that can be sent.
    Request(String),
    /// Nobody is there, or the connection broke.
    Unreached(String),
    /// Somebody is there, and is not trusted or speaks no TLS.
    Tls(String),
    /// It took too long.
    Late(Duration),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(why) => write!(f, "it cannot be asked: {why}"),
            Self::Unreached(why) => write!(f, "no connection: {why}"),
            Self::Tls(why) => write!(f, "no secure connection: {why}"),
            Self::Late(patience) => write!(f, "no answer within {} s", patience.as_secs()),
        }
    }
}

impl StdError for Error {}

impl Client {
    /// One that trusts whom this machine trusts, or whom `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
    ///
    /// # Errors
    /// When the TLS library offers no version that we can speak.
    pub(crate) fn new() -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        // A certificate that cannot be read is one authority less: who needs it is told by name.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(DOOR));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let mut builder = Pool::builder(TokioExecutor::new());
        builder.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        Ok(Self { pool: builder.build(connector) })
    }

    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// When none came in time, or not from whom it should.
    pub(crate) async fn send(&self, request: Request, limits: Limits) -> Result<Reply, Error> {
        self.ask(prepared(request)?, limits).await
    }

    /// Sends a request whose body lies in several pieces, and reads the answer. The request's own body
    /// is nothing then.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub(crate) async fn send_parts(
        &self,
        request: Request,
        parts: Vec<Bytes>,
        limits: Limits,
    ) -> Result<Reply, Error> {
        self.ask(prepared(request)?.map(|_| Parts::of(parts)), limits).await
    }

    async fn ask(&self, request: hyper::Request<Parts>, limits: Limits) -> Result<Reply, Error> {
        let Limits { patience, most } = limits;
        let answer = async { self.head(request, patience).await?.read(most).await };
        timeout(patience, answer).await.unwrap_or(Err(Error::Late(patience)))
    }

    /// Sends a request and reads the head of the answer.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub(crate) async fn open(&self, request: Request, patience: Duration) -> Result<Opened, Error> {
        self.head(prepared(request)?, patience).await
    }

    async fn head(
        &self,
        request: hyper::Request<Parts>,
        patience: Duration,
    ) -> Result<Opened, Error> {
        let answer = self.pool.request(request);
        let answer = timeout(patience, answer).await.map_err(|_| Error::Late(patience))?;
        let answer = answer.map_err(|error| cause(&error))?;
        let pair = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let headers = answer.headers().iter().map(pair).collect();
        let head = Reply { status: answer.status().as_u16(), headers, ..Reply::default() };
        Ok(Opened { head, body: answer.into_body() })
    }
}

/// An answer of which the head is there.
#[derive(Debug)]
pub(crate) struct Opened {
    /// All but the body.
    pub(crate) head: Reply,
    body: Incoming,
}

impl Opened {
    /// Reads so many bytes of the body, or to its end.
    ///
    /// # Errors
    /// When the connection breaks.
    pub(crate) async fn read(mut self, most: usize) -> Result<Reply, Error> {
        let mut reply = self.head;
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|error| cause(&error))?;
            let Some(data) = frame.data_ref() else { continue };
            let room = most - reply.body.len();
            reply.body.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                reply.over = true;
                break;
            }
        }
        Ok(reply)
    }
}

fn prepared(request: Request) -> Result<hyper::Request<Parts>, Error> {
    let Request { method, url, headers, body } = request;
    let mut builder = hyper::Request::builder().method(method.name()).uri(url);
    if !headers.iter().any(|(name, _)| name == USER_AGENT.as_str()) {
        builder = builder.header(USER_AGENT, AGENT);
    }
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    let request = builder.body(Parts::of([body.into()]));
    request.map_err(|error| Error::Request(error.to_string()))
}

/// What is at the bottom of it: `connection refused` rather than `client error`.
fn cause(error: &(dyn StdError + 'static)) -> Error {
    let mut at = error;
    loop {
        if let Some(error) = at.downcast_ref::<rustls::Error>() {
            return Error::Tls(error.to_string());
        }
        // An I/O error that wraps another says that other's source, and would pass over it.
        let within = at.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        match within.map(|within| within as &(dyn StdError + 'static)).or_else(|| at.source()) {
            Some(inner) => at = inner,
            None => return Error::Unreached(at.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
