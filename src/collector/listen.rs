//! Ports: takes them, or says why not, and serves connections until told to stop.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use crate::Error;
use crate::reply::{Body, Reply};

/// How many connections one port serves at once; the next ones wait to be taken.
const CONNECTIONS: usize = 256;

/// How long a client may take over its request's head. It counts from the last answer, so it is
/// also how long a connection may idle: longer than the minute after which slow exporters send.
const HEAD: Duration = Duration::from_secs(75);

/// How long requests under way may take when the collector stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// Takes a port.
///
/// # Errors
/// When the address lies beyond loopback and that is not wanted, or the system says no.
pub(crate) async fn bind(
    address: SocketAddr,
    flag: &'static str,
    expose: bool,
) -> Result<TcpListener, Error> {
    if !address.ip().is_loopback() && !expose {
        return Err(Error::Beyond { address, flag });
    }
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => Error::Taken { address, flag },
        _ => Error::Bind { address, flag, cause },
    })
}

/// Serves connections until `stopping`, then lets requests under way finish.
pub(crate) async fn serve<A, F>(
    listener: TcpListener,
    answer: A,
    mut stopping: watch::Receiver<bool>,
) where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let Some((stream, place)) = accepted else { continue };
        let answer = answer.clone();
        let service = service_fn(move |request| {
            let answered = answer(request);
            async move { Ok::<Response<Body>, Infallible>(answered.await) }
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
        // Enough for a batch to arrive without waiting for our word that there is room.
        builder.http2().timer(TokioTimer::new()).initial_stream_window_size(1 << 20);
        builder.http2().initial_connection_window_size(4 << 20).max_concurrent_streams(128);
        let served = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let watched = graceful.watch(served);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = watched.await {
                tracing::debug!("connection ended: {error}");
            }
        });
    }
    drop(listener);
    if timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish within {} s", FAREWELL.as_secs());
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Small answers should not wait for more to come.
            let _ = stream.set_nodelay(true);
            Some((stream, place))
        }
        Err(error) => {
            tracing::warn!("cannot take a connection: {error}");
            // Out of file descriptors: without a pause this would spin.
            sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
