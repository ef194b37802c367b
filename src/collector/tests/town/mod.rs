//! Small servers on loopback, each a function of requests, that keep what they were asked; and the
//! doctor, as the program that it is.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value as Json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use trace::TraceContext;

/// What a server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn context(&self) -> Option<TraceContext> {
        self.header("traceparent").map(|text| text.parse().unwrap())
    }
}

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) struct Says {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Says {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body).with("content-type", "application/json")
    }

    /// A page whose server says that it is in a trace.
    pub(crate) fn timed(context: &str) -> Self {
        Self::new(200, "hello").with("server-timing", format!("traceparent;desc=\"{context}\""))
    }
}

type Answers = Arc<dyn Fn(&Asked) -> Says + Send + Sync>;

/// A server.
pub(crate) struct Server {
    pub(crate) url: String,
    /// Its certificate, where it has one.
    pub(crate) pem: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Says + Send + Sync + 'static) -> Self {
        Self::listen(Arc::new(answer), None).await
    }

    /// One that speaks https, with a certificate that only it has heard of.
    pub(crate) async fn secure(answer: impl Fn(&Asked) -> Says + Send + Sync + 'static) -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let server = Self::listen(Arc::new(answer), Some(TlsAcceptor::from(Arc::new(config))));
        Self { pem: cert.pem(), ..server.await }
    }

    async fn listen(answer: Answers, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (answer, kept, tls) = (Arc::clone(&answer), Arc::clone(&kept), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, answer, kept).await,
                        // Who does not trust us goes away.
                        Some(tls) => {
                            let Ok(stream) = tls.accept(stream).await else { return };
                            serve(stream, answer, kept).await;
                        }
                    }
                });
            }
        });
        Self { url: format!("{scheme}://{address}"), pem: String::new(), asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    answer: Answers,
    kept: Arc<Mutex<Vec<Asked>>>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
        async move {
            let (head, body) = request.into_parts();
            let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap().to_owned();
            let headers = head.headers.iter();
            let asked = Asked {
                method: head.method.to_string(),
                path: head.uri.to_string(),
                headers: headers.map(|(name, value)| (name.to_string(), text(value))).collect(),
                body: body.collect().await.unwrap().to_bytes().to_vec(),
            };
            kept.lock().unwrap().push(asked.clone());
            let Says { status, headers, body } = answer(&asked);
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok::<_, Infallible>(response.body(Full::new(Bytes::from(body))).unwrap())
        }
    });
    // Clients leave as they like.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// An address where nobody is.
pub(crate) async fn nobody() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    format!("http://{address}")
}

/// What the doctor says.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) json: Json,
}

impl Said {
    /// What all lamps show.
    pub(crate) fn lamps(&self) -> [&str; 5] {
        let lamps = self.json["lamps"].as_array().unwrap().iter();
        let lights = lamps.map(|lamp| lamp["light"].as_str().unwrap());
        lights.collect::<Vec<_>>().try_into().unwrap()
    }

    /// What was found of the store: what it is, whether it took a span, whether it gave it back.
    pub(crate) fn checks(&self) -> Vec<&str> {
        let checks = self.json["checks"].as_array().unwrap().iter();
        checks.map(|check| check["light"].as_str().unwrap()).collect()
    }

    /// What is the matter.
    pub(crate) fn title(&self) -> Option<&str> {
        self.json["finding"]["title"].as_str()
    }
}

/// Runs the doctor to its end.
pub(crate) async fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracelight-collector"));
    command.arg("doctor").args(arguments).env_remove("TRACELIGHT_SIGNATURE");
    command.envs(environment.iter().copied());
    // The servers of a test live on its runtime, which must not be held up.
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

/// What the doctor says to machines.
pub(crate) async fn examine(arguments: &[&str]) -> Said {
    examine_with(arguments, &[]).await
}

/// The same, in an environment.
pub(crate) async fn examine_with(arguments: &[&str], environment: &[(&str, &str)]) -> Said {
    let output = run(&[arguments, &["--json"]].concat(), environment).await;
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors, "", "machines are told nothing beside it");
    Said { code: output.status.code().unwrap(), json: serde_json::from_str(&text).unwrap() }
}
