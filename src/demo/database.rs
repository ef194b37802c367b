//! SQLite in memory, each query with its span by OpenTelemetry's database conventions.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::trace::{SpanKind, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use rusqlite::{Connection, Params, Row};

use crate::telemetry::{Telemetry, fail};

/// A statement and what its span is named after: reading SQL to find that out is not worth a
/// parser where every statement is a constant.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) operation: &'static str,
    pub(crate) collection: &'static str,
    pub(crate) text: &'static str,
}

/// Why a query gave no rows.
#[derive(Debug)]
pub(crate) struct QueryError {
    /// SQLite's extended result code, where it was SQLite that refused.
    code: Option<i32>,
    text: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for QueryError {}

impl From<rusqlite::Error> for QueryError {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|refusal| refusal.extended_code);
        Self { code, text: error.to_string() }
    }
}

/// One service's database. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    connection: Arc<Mutex<Connection>>,
    telemetry: Telemetry,
}

impl Database {
    /// An in-memory database with the tables and rows of `schema`.
    pub(crate) fn open(telemetry: Telemetry, schema: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(schema)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), telemetry })
    }

    /// Runs a statement and reads the rows it returns.
    pub(crate) async fn rows<T: Send + 'static>(
        &self,
        parent: &Context,
        statement: &'static Statement,
        values: impl Params + Send + 'static,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, QueryError> {
        let Statement { operation, collection, text } = statement;
        let summary = format!("{operation} {collection}");
        let attributes = vec![
            KeyValue::new("db.system.name", "sqlite"),
            KeyValue::new("db.namespace", "main"),
            KeyValue::new("db.collection.name", *collection),
            KeyValue::new("db.operation.name", *operation),
            KeyValue::new("db.query.summary", summary.clone()),
            KeyValue::new("db.query.text", *text),
        ];
        let context = self.telemetry.start(parent, summary, SpanKind::Client, attributes);
        let connection = Arc::clone(&self.connection);
        // Off the runtime's threads: a scan takes a millisecond, and other requests run on.
        let query = move || run(&connection, text, values, read);
        let rows = tokio::task::spawn_blocking(query)
            .await
            .unwrap_or_else(|ended| Err(QueryError { code: None, text: ended.to_string() }));
        if let Err(error) = &rows {
            blame(&context, error);
        }
        context.span().end();
        rows
    }
}

fn run<T>(
    connection: &Mutex<Connection>,
    text: &str,
    values: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, QueryError> {
    // A reader that panicked has not harmed the connection.
    let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
    let mut prepared = connection.prepare(text)?;
    let rows = prepared.query_map(values, read)?.collect::<Result<_, _>>()?;
    Ok(rows)
}

fn blame(context: &Context, error: &QueryError) {
    match error.code {
        Some(code) => {
            let code = code.to_string();
            context.span().set_attribute(KeyValue::new("db.response.status_code", code.clone()));
            fail(context, code, &error.text);
        }
        None => fail(context, "QueryError", &error.text),
    }
}
