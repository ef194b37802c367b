//! Lets requests in: by the name they call us, by the page that sent them, by their path. All of it
//! before the body is looked at.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CONTENT_TYPE, HeaderMap,
    HeaderValue, ORIGIN, VARY,
};
use hyper::{Method, Request, StatusCode, Version};
use tokio::sync::{broadcast, watch};

use crate::api::Api;
use crate::batch::Batch;
use crate::dashboard::Dashboard;
use crate::fault::Fault;
use crate::host::Hosts;
use crate::origin::{Door, Origins, Verdict};
use crate::queue::{Grown, Queue};
use crate::reply::{self, Form, Reply};
use crate::{ask, follow, grpc, ingest, stream};

/// What a page may read of our headers.
const EXPOSED: &str = "retry-after, tracelight-behind, tracelight-spans";
const INGEST: &str = "/v1/traces";
const TRACE: &str = "/api/v3/traces/";
const FOLLOW: &str = "/follow";
const QUESTION: &str = "/api/tracelight/query";
const SESSION: &str = "/api/tracelight/session/";
const PAGE: &str = "/api/tracelight/page/";

/// The HTTP side: OTLP/HTTP, query API, stream.
#[derive(Clone, Debug)]
pub(crate) struct HttpDoor {
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) origins: Arc<Origins>,
    pub(crate) queue: Queue,
    pub(crate) api: Api,
    pub(crate) dashboard: Dashboard,
    pub(crate) grown: broadcast::Sender<Grown>,
    pub(crate) news: broadcast::Sender<Arc<Batch>>,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// The gRPC side.
#[derive(Clone, Debug)]
pub(crate) struct GrpcDoor {
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) queue: Queue,
}

impl HttpDoor {
    pub(crate) async fn answer(self, request: Request<Incoming>) -> Reply {
        let door = if request.uri().path() == INGEST { Door::Ingest } else { Door::Query };
        if let Some(name) = self.hosts.foreign(request.uri(), request.headers()) {
            return refusal(door, foreign_host(&name));
        }
        let verdict = self.origins.judge(request.headers(), door);
        let mut reply = match &verdict {
            Verdict::Refused(origin) => refusal(
                door,
                Fault::forbidden(format!("pages of another origin may not ask: {origin}")),
            ),
            Verdict::Allowed(_) if request.method() == Method::OPTIONS => preflight(),
            Verdict::Absent | Verdict::Allowed(_) => self.serve(request).await,
        };
        reply.headers_mut().insert(VARY, HeaderValue::from_name(ORIGIN));
        if let Verdict::Allowed(origin) = verdict {
            let headers = reply.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
        reply
    }

    async fn serve(&self, request: Request<Incoming>) -> Reply {
        let path = request.uri().path();
        if path == INGEST {
            return match *request.method() {
                Method::POST => ingest::answer(&self.queue, request).await,
                _ => method(reply::otlp_fault(wrong_method("POST"), Form::Json), "POST"),
            };
        }
        if grpc::spoken(request.headers()) {
            return grpc::refuse(Fault::method("this port speaks HTTP; OTLP/gRPC is on the other"));
        }
        let (answered, allowed) = match (path, request.method()) {
            (QUESTION, &Method::POST) => (ask::question(&self.api, request).await, "POST"),
            (QUESTION, _) => (Err(wrong_method("POST")), "POST"),
            _ => (self.query(&request).await, "GET"),
        };
        match answered {
            Ok(reply) => reply,
            Err(fault) if fault.status == StatusCode::METHOD_NOT_ALLOWED => {
                method(reply::query_fault(&fault), allowed)
            }
            Err(fault) => reply::query_fault(&fault),
        }
    }

    async fn query(&self, request: &Request<Incoming>) -> Result<Reply, Fault> {
        let path = request.uri().path();
        let query = request.uri().query().unwrap_or_default();
        let headers = request.headers();
        if request.method() != Method::GET {
            return Err(wrong_method("GET"));
        }
        match path {
            "/healthz" => self.api.health(&self.queue).await,
            "/api/stream" => {
                let (grown, stopping) = (self.grown.subscribe(), self.stopping.clone());
                stream::answer(&self.api, grown, stopping, query).await
            }
            "/api/v3/traces" => self.api.traces(query, headers).await,
            "/api/v3/trace-summaries" => self.api.summaries(query).await,
            "/api/v3/services" => self.api.services().await,
            "/api/v3/operations" => self.api.operations(query).await,
            _ => self.spans(path, headers).await,
        }
    }

    /// What has an id in its path.
    async fn spans(&self, path: &str, headers: &HeaderMap) -> Result<Reply, Fault> {
        let stopping = || self.stopping.clone();
        if let Some(id) = path.strip_prefix(SESSION) {
            return ask::session(&self.api, stopping(), id).await;
        }
        if let Some(id) = path.strip_prefix(PAGE) {
            return ask::page(&self.api, stopping(), id).await;
        }
        match path.strip_prefix(TRACE) {
            Some(rest) => match rest.strip_suffix(FOLLOW) {
                Some(id) => follow::answer(&self.api, self.news.subscribe(), stopping(), id).await,
                None => self.api.trace(rest, headers).await,
            },
            None => self
                .dashboard
                .answer(path)
                .await
                .unwrap_or_else(|| Err(Fault::not_found(format!("nothing is here: {path}")))),
        }
    }
}

impl GrpcDoor {
    pub(crate) async fn answer(self, request: Request<Incoming>) -> Reply {
        // gRPC is HTTP/2. Whoever comes with anything else has mixed the two ports up.
        if request.version() != Version::HTTP_2 || !grpc::spoken(request.headers()) {
            let fault = Fault::unsupported(format!(
                "this port speaks gRPC, found {:?} with content-type \"{}\"; OTLP/HTTP is on the other port",
                request.version(),
                ingest::header(request.headers(), &CONTENT_TYPE),
            ));
            return reply::otlp_fault(fault, Form::Json);
        }
        if let Some(name) = self.hosts.foreign(request.uri(), request.headers()) {
            return grpc::refuse(foreign_host(&name));
        }
        if request.headers().contains_key(ORIGIN) {
            return grpc::refuse(Fault::forbidden("pages may not call gRPC"));
        }
        grpc::answer(&self.queue, request).await
    }
}

fn refusal(door: Door, fault: Fault) -> Reply {
    match door {
        Door::Ingest => reply::otlp_fault(fault, Form::Json),
        Door::Query => reply::query_fault(&fault),
    }
}

fn foreign_host(name: &str) -> Fault {
    Fault::forbidden(format!(
        "wanted to be called localhost or by a loopback address with our port, or by a name given \
         with --allow-host: {name}"
    ))
}

fn wrong_method(wanted: &str) -> Fault {
    Fault::method(format!("method is wrong, wanted {wanted}"))
}

fn method(mut reply: Reply, allowed: &'static str) -> Reply {
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

/// What a page may send after it asked (Fetch standard, CORS preflight).
fn preflight() -> Reply {
    let mut reply = reply::whole(StatusCode::NO_CONTENT, "text/plain", "");
    let headers = reply.headers_mut();
    headers.remove(CONTENT_TYPE);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    let allowed = HeaderValue::from_static("content-type, accept, content-encoding");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    reply
}
