//! Collectors that hand on what they take.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use backend::stores::Destination;
use collector::{Database, Settings};
use serde_json::Value as Json;
use trace::{SpanId, TraceId};

use super::Shop;

pub(crate) fn to(endpoint: &str) -> Destination {
    Destination { endpoint: endpoint.to_owned(), ..Destination::default() }
}

pub(crate) fn settings(path: &Path, forward: Vec<Destination>) -> Settings {
    Settings { database: Database::File(path.to_owned()), forward, ..Settings::ephemeral() }
}

pub(crate) async fn handing_on(forward: Vec<Destination>) -> Shop {
    Shop::with(Settings { forward, ..Settings::ephemeral() }).await
}

pub(crate) fn id(trace: u8, number: u8) -> (TraceId, SpanId) {
    (super::trace_id(trace), super::span_id(number))
}

/// An address at which nobody is, and somebody may come.
pub(crate) fn nobody() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// Asks until a destination stands as wanted; the clock only bounds a failure.
pub(crate) async fn until(shop: &Shop, at: usize, wanted: impl Fn(&Json) -> bool) -> Json {
    let asked = async {
        loop {
            let health = shop.json("/healthz").await;
            if wanted(&health["forward"][at]) {
                return health["forward"][at].clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.unwrap()
}

pub(crate) fn all_sent(spans: u64) -> impl Fn(&Json) -> bool {
    move |it| it["sent"] == spans && it["waiting"]["spans"] == 0
}
