//! A collector from its start to its end.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use backend::outbox;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use crate::api::Api;
use crate::client::Client;
use crate::dashboard::Dashboard;
use crate::digester::{self, Bell};
use crate::door::{GrpcDoor, HttpDoor};
use crate::forward::{self, Outgoing, Way};
use crate::host::Hosts;
use crate::listen::{bind, serve};
use crate::origin::Origins;
use crate::queue::{Duties, Queue};
use crate::shelf::Shelf;
use crate::store::{Files, Limits, Reader, Writer};
use crate::{Error, Settings, destination};

/// How many events a stream's reader may be behind.
const BEHIND: usize = 1024;
/// How many requests one who follows a trace may be behind; they are kept as long.
const LATE: usize = 64;
/// What is handed on in one request: as many spans as OpenTelemetry's own collector sends, and bytes
/// that a line of a megabit a second takes within the time that a request has. Who takes less says so.
const HANDED_ON: outbox::Limits = outbox::Limits {
    bytes: 2 << 20,
    spans: 8192,
    // SDKs have waited five seconds already.
    linger: Duration::from_secs(1),
    ..outbox::Limits::DEFAULT
};

/// A collector that serves. Dropped, it goes on until the runtime ends; [`stop`](Self::stop) it to
/// have everything written.
#[derive(Debug)]
pub struct Running {
    /// Where OTLP/HTTP, the query API and the stream are.
    pub http: SocketAddr,
    /// Where OTLP/gRPC is.
    pub grpc: SocketAddr,
    queue: Queue,
    stop: watch::Sender<bool>,
    ports: Vec<JoinHandle<()>>,
    couriers: Vec<JoinHandle<()>>,
    writer: thread::JoinHandle<()>,
    bell: Bell,
    digester: thread::JoinHandle<()>,
}

/// Starts a collector: takes the ports, opens the database, serves.
///
/// # Errors
/// When a port or the database cannot be had; the text says which, and what to do.
pub async fn start(settings: Settings) -> Result<Running, Error> {
    // Ports first: a second collector by mistake is told about the port, which it knows of.
    let http = bind(settings.http, "--http", settings.expose).await?;
    let grpc = bind(settings.grpc, "--grpc", settings.expose).await?;
    let address = |listener: &tokio::net::TcpListener, wanted| {
        listener.local_addr().map_err(|cause| Error::Bind { address: wanted, flag: "", cause })
    };
    let (http_at, grpc_at) = (address(&http, settings.http)?, address(&grpc, settings.grpc)?);

    let endpoints = destination::check(&settings.forward, [http_at, grpc_at]).await?;
    let folder = settings.dashboard.as_deref();
    let dashboard = Dashboard::open(folder).map_err(|cause| {
        let folder = folder.unwrap_or(Path::new("")).display().to_string();
        Error::Dashboard { cause, folder }
    })?;
    let files = Arc::new(Files::open(&settings.database).map_err(Error::Store)?);
    let (writer, lanes) = Writer::open(&files, &endpoints).map_err(Error::Store)?;
    let handed_on = outbox::Limits { held: settings.forward_bytes, ..HANDED_ON };
    let outgoing = Arc::new(Outgoing::new(lanes, handed_on));
    let (grown, _) = broadcast::channel(BEHIND);
    let (news, _) = broadcast::channel(LATE);
    let limits = Limits { bytes: settings.max_bytes, age: settings.max_age };
    let shelf = Arc::new(Shelf::default());
    let (bell, digester) = digester::start(&files, Arc::clone(&shelf))?;
    let duties = Duties {
        depth: settings.queue,
        limits,
        grown: grown.clone(),
        news: news.clone(),
        bell: bell.clone(),
        outgoing: Arc::clone(&outgoing),
    };
    let (queue, thread) = Queue::start(writer, duties).map_err(Error::Thread)?;

    let (stop, stopping) = watch::channel(false);
    let couriers = match &*settings.forward {
        [] => Vec::new(),
        destinations => {
            let client = Client::new().map_err(|error| Error::Tls(error.to_string()))?;
            let reader = Arc::new(Reader::new(Arc::clone(&files)));
            let way = Way { client, reader, queue: queue.clone(), stopping: stopping.clone() };
            forward::start(&outgoing, destinations, handed_on, &way)
        }
    };
    let http_door = HttpDoor {
        hosts: Arc::new(Hosts::new(http_at.port(), &settings.hosts)),
        origins: Arc::new(Origins::new(http_at.port(), settings.extensions)),
        queue: queue.clone(),
        api: Api::new(files, shelf, outgoing),
        dashboard,
        grown,
        news,
        stopping: stopping.clone(),
    };
    let grpc_door = GrpcDoor {
        hosts: Arc::new(Hosts::new(grpc_at.port(), &settings.hosts)),
        queue: queue.clone(),
    };
    let answer_http = move |request| http_door.clone().answer(request);
    let answer_grpc = move |request| grpc_door.clone().answer(request);
    let ports = vec![
        tokio::spawn(serve(http, answer_http, stopping.clone())),
        tokio::spawn(serve(grpc, answer_grpc, stopping)),
    ];
    let (http, grpc, writer) = (http_at, grpc_at, thread);
    Ok(Running { http, grpc, queue, stop, ports, couriers, writer, bell, digester })
}

impl Running {
    /// Stops: no new requests, those under way finish, what waits is written, the database's log
    /// is folded into its file.
    pub async fn stop(self) {
        let Self { queue, stop, ports, couriers, writer, bell, digester, .. } = self;
        // Nobody left to hear it means that it has stopped.
        let _ = stop.send(true);
        for task in ports.into_iter().chain(couriers) {
            if let Err(error) = task.await {
                tracing::error!("a port or a courier ended badly: {error}");
            }
        }
        let ended = tokio::task::spawn_blocking(move || {
            // The digester first: what it writes is in the log that the writer folds in.
            bell.stop();
            let digested = digester.join();
            queue.stop();
            digested.and(writer.join())
        });
        if !matches!(ended.await, Ok(Ok(()))) {
            tracing::error!("a thread ended badly");
        }
    }
}
