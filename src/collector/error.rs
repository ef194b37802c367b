//! Why a collector does not start.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::store;

/// Why a collector does not start.
#[derive(Debug)]
pub enum Error {
    /// Another program has the port.
    Taken {
        /// The address that was asked for.
        address: SocketAddr,
        /// The flag that names it.
        flag: &'static str,
    },
    /// The address can be reached from other machines.
    Beyond {
        /// The address that was asked for.
        address: SocketAddr,
        /// The flag that names it.
        flag: &'static str,
    },
    /// The system does not give the port for another reason.
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// The flag that names it.
        flag: &'static str,
        /// What the system said.
        cause: io::Error,
    },
    /// The database cannot be used.
    Store(store::Error),
    /// The dashboard's folder is none.
    Dashboard {
        /// What the system said.
        cause: io::Error,
        /// The folder that was asked for.
        folder: String,
    },
    /// A destination is none that spans can be handed to.
    Destination {
        /// Why not.
        reason: String,
        /// Its address.
        endpoint: String,
    },
    /// The TLS library does not work here.
    Tls(String),
    /// The system has no thread to give.
    Thread(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken { address, flag } => write!(
                f,
                "port {} is in use on {}: stop the program that has it, or choose another with \
                 {flag} {}:PORT",
                address.port(),
                address.ip(),
                address.ip()
            ),
            Self::Beyond { address, flag } => write!(
                f,
                "{flag} {address} can be reached from other machines, and whoever reaches it can \
                 read every trace: wanted a loopback address, or --expose-to-network"
            ),
            Self::Bind { address, flag, cause } => {
                write!(f, "cannot listen on {flag} {address}: {cause}")
            }
            Self::Store(error) => error.fmt(f),
            Self::Dashboard { cause, folder } => write!(
                f,
                "cannot serve the dashboard, wanted a folder with the built extension: {cause}: \
                 {folder}"
            ),
            Self::Destination { reason, endpoint } => {
                write!(f, "cannot hand spans on, {reason}: --forward {endpoint}")
            }
            Self::Tls(reason) => f.write_str(reason),
            Self::Thread(cause) => write!(f, "cannot start a thread: {cause}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind { cause, .. } | Self::Dashboard { cause, .. } | Self::Thread(cause) => {
                Some(cause)
            }
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}
