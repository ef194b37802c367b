//! What a collector is told when it starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use backend::stores::Destination;

use crate::origin::EXTENSION_ID;

/// What a collector is told when it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where OTLP/HTTP, the query API and the stream are. Port 0 takes a free one.
    pub http: SocketAddr,
    /// Where OTLP/gRPC is. Port 0 takes a free one.
    pub grpc: SocketAddr,
    /// Where spans are kept.
    pub database: Database,
    /// How large the database may grow before the oldest traces go; `None` for no limit.
    pub max_bytes: Option<u64>,
    /// How long a trace is kept after its first span arrived; `None` for no limit.
    pub max_age: Option<Duration>,
    /// Ids of the Chromium extensions that may ask.
    pub extensions: Vec<String>,
    /// Names besides `localhost` and the loopback addresses by which requests may call us.
    pub hosts: Vec<String>,
    /// Whether addresses beyond loopback may be listened on: anyone who reaches them can read and
    /// write every trace.
    pub expose: bool,
    /// The folder of the built extension, whose dashboard is served at our address; `None` for none.
    pub dashboard: Option<PathBuf>,
    /// To whom everything that is taken in is handed on, once it is stored. Slots mean nothing here.
    pub forward: Vec<Destination>,
    /// Bytes of spans that may wait for each of them before the oldest are given up.
    pub forward_bytes: usize,
    /// How many requests may wait for the writer before senders are told to come back later.
    pub queue: usize,
}

/// Where spans are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In a file, made when it is not there.
    File(PathBuf),
    /// In memory; gone with the collector.
    Memory,
}

impl Default for Settings {
    /// OpenTelemetry's ports on loopback, and memory.
    fn default() -> Self {
        Self {
            http: (Ipv4Addr::LOCALHOST, 4318).into(),
            grpc: (Ipv4Addr::LOCALHOST, 4317).into(),
            database: Database::Memory,
            max_bytes: None,
            max_age: None,
            extensions: vec![EXTENSION_ID.to_owned()],
            hosts: Vec::new(),
            expose: false,
            dashboard: None,
            forward: Vec::new(),
            forward_bytes: 1 << 30,
            queue: 256,
        }
    }
}

impl Settings {
    /// Ports that are free and a database in memory: for tests, and for programs that hold a
    /// collector inside.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self {
            http: (Ipv4Addr::LOCALHOST, 0).into(),
            grpc: (Ipv4Addr::LOCALHOST, 0).into(),
            ..Self::default()
        }
    }
}
