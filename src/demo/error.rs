//! Why the shop does not start.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use opentelemetry_otlp::ExporterBuildError;

/// Why the shop does not start.
#[derive(Debug)]
pub enum Error {
    /// A service cannot listen on its address.
    Listen {
        /// The service, which is also the name of its flag.
        service: &'static str,
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        cause: io::Error,
    },
    /// The OTLP receiver's URL is not one that spans can be sent to.
    Otlp {
        /// What is wrong with it.
        found: String,
        /// The URL as it was given.
        url: String,
    },
    /// The exporter refuses its settings, which the environment (`OTEL_*`) can change.
    Exporter(ExporterBuildError),
    /// An in-memory database cannot be made.
    Database(rusqlite::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { service, address, cause }
                if cause.kind() == io::ErrorKind::AddrInUse =>
            {
                let port = address.port();
                write!(
                    f,
                    "port {port} is in use, wanted it for {service}: stop what listens there or \
                     choose another with --{service}: {address}"
                )
            }
            Self::Listen { service, address, cause } => {
                write!(f, "{service} cannot listen ({cause}): {address}")
            }
            Self::Otlp { found, url } => {
                write!(f, "--otlp {found}, wanted http://HOST:PORT: {url}")
            }
            Self::Exporter(cause) => write!(f, "spans cannot be exported: {cause}"),
            Self::Database(cause) => write!(f, "the shop's database cannot be made: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<ExporterBuildError> for Error {
    fn from(cause: ExporterBuildError) -> Self {
        Self::Exporter(cause)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Database(cause)
    }
}
