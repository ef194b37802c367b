//! Why a request is not served, as each of our protocols says it.

use hyper::StatusCode;

/// Why a request is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// HTTP's word for it.
    pub(crate) status: StatusCode,
    /// gRPC's (`google.rpc.Code`).
    pub(crate) code: u32,
    /// Ours.
    pub(crate) message: String,
    /// After how many seconds the same may be sent again; `None` for never.
    pub(crate) retry: Option<u32>,
}

/// How long a sender is asked to wait: the queue empties in much less.
const PATIENCE: u32 = 1;

impl Fault {
    fn new(status: StatusCode, code: u32, message: String) -> Self {
        Self { status, code, message, retry: None }
    }

    /// What was sent cannot be read.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 3, message.into())
    }

    /// There is nothing under that name.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, 5, message.into())
    }

    /// The name is right and the method is not.
    pub(crate) fn method(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, 12, message.into())
    }

    /// Who asks may not.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, 7, message.into())
    }

    /// More was sent than we take. gRPC's code counts as final without a retry hint.
    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, 8, message.into())
    }

    /// The body is of a kind that we do not read.
    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, 12, message.into())
    }

    /// The body did not come in time.
    pub(crate) fn late(message: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, 4, message.into())
    }

    /// We cannot keep it now; later perhaps.
    pub(crate) fn busy(message: impl Into<String>) -> Self {
        let retry = Some(PATIENCE);
        Self { retry, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, 14, message.into()) }
    }

    /// Something broke on our side.
    pub(crate) fn broken(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, 13, message.into())
    }
}
