//! Why a request could not be answered: a status for the caller, an exception for the trace.

use std::fmt;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::database::QueryError;
use crate::outbound::CallError;

/// Why a request could not be answered. The answer keeps it in its extensions, where the server
/// span takes the exception from, and the shop's pages their text.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    /// The exception's type, one of few.
    pub(crate) class: &'static str,
    pub(crate) message: String,
}

impl Failure {
    /// What was asked for is not there.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, class: "Missing", message: message.into() }
    }

    /// What was sent is not what was wanted.
    pub(crate) fn unfit(message: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self { status, class: "Unfit", message: message.into() }
    }

    /// The service cannot do what it is for.
    pub(crate) fn broken(class: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, class, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Self::broken("QueryError", error.to_string())
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let status = StatusCode::BAD_GATEWAY;
        Self { status, class: "CallError", message: error.to_string() }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.message }));
        let mut response = (self.status, body).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
