//! The payment service: takes a charge, writes it down, and gives a reference.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Extension, Json, Router};
use opentelemetry::Context;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::database::{Database, Statement};
use crate::failure::Failure;
use crate::inbound::service;
use crate::telemetry::Telemetry;

/// No charge is larger: 100,000 euro.
const LARGEST: i64 = 10_000_000;

static LIMIT: Statement = Statement {
    operation: "SELECT",
    collection: "account",
    text: "SELECT limit_cents FROM account WHERE id = ?1",
};
static CHARGE: Statement = Statement {
    operation: "INSERT",
    collection: "charge",
    text: "INSERT INTO charge (account, cents) VALUES (?1, ?2) RETURNING id",
};

/// A charge that is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) account: i64,
    /// Euro cents.
    pub(crate) cents: i64,
}

/// A charge that was made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Receipt {
    pub(crate) reference: String,
}

pub(crate) fn router(telemetry: &Telemetry) -> Result<Router, Error> {
    let schema = include_str!("schema/payment.sql");
    let database = Arc::new(Database::open(telemetry.clone(), schema)?);
    let routes = Router::new().route("/charges", post(charge)).with_state(database);
    Ok(service(routes, telemetry))
}

async fn charge(
    State(database): State<Arc<Database>>,
    Extension(context): Extension<Context>,
    Json(Charge { account, cents }): Json<Charge>,
) -> Result<Json<Receipt>, Failure> {
    if !(1..=LARGEST).contains(&cents) {
        return Err(Failure::unfit(format!(
            "{cents} cents cannot be charged, wanted 1 to {LARGEST}"
        )));
    }
    let limit = database.rows(&context, &LIMIT, [account], |row| row.get::<_, i64>(0)).await?;
    match limit.first() {
        None => return Err(Failure::missing(format!("there is no account {account}"))),
        Some(limit) if cents > *limit => {
            let text = format!("{cents} cents are over the limit, wanted at most {limit}");
            return Err(Failure::unfit(text));
        }
        Some(_) => {}
    }
    let ids =
        database.rows(&context, &CHARGE, [account, cents], |row| row.get::<_, i64>(0)).await?;
    let id = ids.first().ok_or_else(|| Failure::broken("QueryError", "the charge got no id"))?;
    Ok(Json(Receipt { reference: format!("ch-{id:06}") }))
}
