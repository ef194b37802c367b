//! The query API in Jaeger's shape, version 3, and `/healthz`.

use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use trace::span::Kind;

use crate::accept;
use crate::fault::Fault;
use crate::forward::Outgoing;
use crate::query;
use crate::queue::Queue;
use crate::reply::{self, Form, Reply};
use crate::shelf::{Head, Shelf};
use crate::store::{self, Files, Listed, Reader, Stored};

/// How many reads run at once; each may hold a large trace.
const READS: usize = 4;

/// Answers queries.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    reader: Arc<Reader>,
    files: Arc<Files>,
    turns: Arc<Semaphore>,
    shelf: Arc<Shelf>,
    outgoing: Arc<Outgoing>,
}

impl Api {
    pub(crate) fn new(files: Arc<Files>, shelf: Arc<Shelf>, outgoing: Arc<Outgoing>) -> Self {
        let reader = Arc::new(Reader::new(Arc::clone(&files)));
        Self { reader, files, turns: Arc::new(Semaphore::new(READS)), shelf, outgoing }
    }

    /// The rows that questions are put to.
    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf)
    }

    /// `GET /api/v3/traces/{id}`
    pub(crate) async fn trace(&self, id: &str, headers: &HeaderMap) -> Result<Reply, Fault> {
        let (id, form) = (query::trace_id(id)?, accept::form(headers));
        self.read(move |reader| Ok(reader.trace(id)?.map(|stored| traces(&stored, form))))
            .await?
            .ok_or_else(none)
    }

    /// `GET /api/v3/traces`
    pub(crate) async fn traces(&self, query: &str, headers: &HeaderMap) -> Result<Reply, Fault> {
        let (wanted, form) = (query::search(query)?, accept::form(headers));
        self.read(move |reader| {
            let stored = reader.traces(&wanted)?;
            Ok((!stored.is_empty()).then(|| traces(&stored, form)))
        })
        .await?
        .ok_or_else(none)
    }

    /// `GET /api/v3/trace-summaries`
    pub(crate) async fn summaries(&self, query: &str) -> Result<Reply, Fault> {
        let wanted = query::search(query)?;
        let listed = self.read(move |reader| reader.summaries(&wanted)).await?;
        let shelf = self.shelf();
        let told = listed.iter().map(|it| summary(it, shelf.head(it.summary.no)));
        let summaries: Vec<_> = told.collect();
        Ok(reply::json(&json!({ "summaries": summaries })))
    }

    /// `GET /api/v3/services`
    pub(crate) async fn services(&self) -> Result<Reply, Fault> {
        let services = self.read(Reader::services).await?;
        Ok(reply::json(&json!({ "services": services })))
    }

    /// `GET /api/v3/operations?service=&spanKind=`
    pub(crate) async fn operations(&self, query: &str) -> Result<Reply, Fault> {
        let service =
            query::parameter(query, &["service"])
                .filter(|service| !service.is_empty())
                .ok_or_else(|| Fault::malformed("malformed parameter service: it is missing"))?;
        let kind = query::parameter(query, &["spanKind", "span_kind"]).unwrap_or_default();
        let found = self.read(move |reader| reader.operations(&service)).await?;
        let operations: Vec<_> = found
            .into_iter()
            .map(|(name, of)| (name, kind_name(of)))
            .filter(|(_, of)| kind.is_empty() || kind.eq_ignore_ascii_case(of))
            .map(|(name, of)| json!({ "name": name, "spanKind": of }))
            .collect();
        Ok(reply::json(&json!({ "operations": operations })))
    }

    /// `GET /healthz`
    pub(crate) async fn health(&self, queue: &Queue) -> Result<Reply, Fault> {
        let behind = self.behind().await?;
        let (totals, (waiting, depth)) = (queue.totals(), queue.load());
        Ok(reply::json(&json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "traces": totals.traces,
            "spans": totals.spans,
            "dbBytes": self.files.bytes(),
            "behind": behind,
            "queue": { "waiting": waiting, "capacity": depth },
            "forward": self.outgoing.standing(),
        })))
    }

    /// How many traces answers lack, because they are not digested yet.
    async fn behind(&self) -> Result<usize, Fault> {
        let shelf = self.shelf();
        // In this order: what goes from one to the next meanwhile is counted twice.
        self.read(move |reader| Ok(reader.stale()? + shelf.left())).await
    }

    /// Reads on a thread that may wait for the disk.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, Fault> {
        let broken = |error: &dyn std::fmt::Display| Fault::broken(error.to_string());
        let turn = self.turns.clone().acquire_owned().await.map_err(|error| broken(&error))?;
        let reader = Arc::clone(&self.reader);
        let task = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            read(&reader)
        });
        task.await.map_err(|error| broken(&error))?.map_err(|error| broken(&error))
    }
}

/// Jaeger's words for an unknown id and for a search without result.
fn none() -> Fault {
    Fault::not_found("No traces found")
}

fn traces(stored: &Stored, form: Form) -> Reply {
    match form {
        Form::Proto => reply::whole(StatusCode::OK, form.name(), stored.to_proto()),
        Form::Json => {
            let body = format!("{{\"result\":{}}}", stored.to_json());
            reply::whole(StatusCode::OK, form.name(), body)
        }
    }
}

fn summary(listed: &Listed, head: Option<Head>) -> Value {
    let Listed { summary, root_service, services } = listed;
    let services: Vec<_> = services
        .iter()
        .zip(&summary.members)
        .map(|(name, member)| {
            json!({
                "name": name,
                "spanCount": member.spans,
                "errorSpanCount": member.errors,
            })
        })
        .collect();
    let mut value = json!({
        "traceId": summary.id.to_string(),
        "rootServiceName": root_service,
        "rootOperationName": summary.root.name,
        "minStartTimeUnixNano": summary.start.nanos().to_string(),
        "maxEndTimeUnixNano": summary.end.nanos().to_string(),
        "spanCount": summary.spans,
        "errorSpanCount": summary.errors,
        "services": services,
    });
    // Beside what Jaeger's have, whose readers pass over what they do not know.
    if let Some(Head { page, method, url, status, session }) = head {
        value["request"] = json!({
            "page": page, "method": method, "url": url, "status": status, "session": session,
        });
    }
    value
}

/// Jaeger's words for kinds.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Unspecified => "",
        Kind::Internal => "internal",
        Kind::Server => "server",
        Kind::Client => "client",
        Kind::Producer => "producer",
        Kind::Consumer => "consumer",
    }
}
