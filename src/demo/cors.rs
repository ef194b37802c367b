//! What pricing lets the shop's pages read (Fetch standard, "CORS protocol").
//!
//! The preflight deliberately does not allow `traceparent`: most services of other teams do not.
//! A script that adds the header breaks the page; a browser rule that adds it does not.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ORIGIN, VARY,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::settings::origin;

/// The origins that may read.
#[derive(Clone, Debug)]
pub(crate) struct Readers(Vec<String>);

impl Readers {
    /// The shop, under its address and, because people type it, as `localhost`.
    pub(crate) fn shop(bound: SocketAddr) -> Self {
        Self(vec![origin(bound), format!("http://localhost:{}", bound.port())])
    }

    fn allow(&self, origin: &HeaderValue) -> bool {
        self.0.iter().any(|reader| reader.as_bytes() == origin.as_bytes())
    }
}

/// Names the asking origin in the answer, if it may read.
pub(crate) async fn share(
    State(readers): State<Readers>,
    request: Request,
    next: Next,
) -> Response {
    let asking = request.headers().get(ORIGIN).filter(|origin| readers.allow(origin)).cloned();
    let mut response = next.run(request).await;
    response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = asking {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

/// Answers a preflight. What is not listed here is refused by the browser.
pub(crate) async fn preflight() -> Response {
    let allowed =
        [(ACCESS_CONTROL_ALLOW_METHODS, "GET"), (ACCESS_CONTROL_ALLOW_HEADERS, "content-type")];
    (StatusCode::NO_CONTENT, allowed).into_response()
}
