//! The pricing service: prices for the shop, and quotes in other currencies for its pages.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Json, Router};
use opentelemetry::Context;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::cors::{Readers, preflight, share};
use crate::database::{Database, Statement};
use crate::failure::Failure;
use crate::inbound::service;
use crate::telemetry::Telemetry;

static PRICES: Statement = Statement {
    operation: "SELECT",
    collection: "price",
    text: "SELECT product, cents FROM price ORDER BY product",
};
static PRICE: Statement = Statement {
    operation: "SELECT",
    collection: "price",
    text: "SELECT product, cents FROM price WHERE product = ?1",
};
static RATE: Statement = Statement {
    operation: "SELECT",
    collection: "rate",
    text: "SELECT currency, millionths FROM rate WHERE currency = ?1",
};

/// What a product costs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Price {
    pub(crate) product: i64,
    /// Euro cents.
    pub(crate) cents: i64,
}

/// What a euro is worth in another currency.
#[derive(Debug, Serialize)]
struct Quote {
    currency: String,
    /// Millionths of that currency's unit.
    millionths: i64,
}

#[derive(Debug, Deserialize)]
struct Wanted {
    currency: String,
}

pub(crate) fn router(telemetry: &Telemetry, shop: SocketAddr) -> Result<Router, Error> {
    let schema = include_str!("schema/pricing.sql");
    let database = Arc::new(Database::open(telemetry.clone(), schema)?);
    let routes = Router::new()
        .route("/prices", get(prices))
        .route("/prices/{product}", get(price))
        .route(
            "/api/quote",
            get(quote).options(preflight).layer(from_fn_with_state(Readers::shop(shop), share)),
        )
        .with_state(database);
    Ok(service(routes, telemetry))
}

async fn prices(
    State(database): State<Arc<Database>>,
    Extension(context): Extension<Context>,
) -> Result<Json<Vec<Price>>, Failure> {
    let all = database
        .rows(&context, &PRICES, [], |row| Ok(Price { product: row.get(0)?, cents: row.get(1)? }));
    Ok(Json(all.await?))
}

async fn price(
    State(database): State<Arc<Database>>,
    Extension(context): Extension<Context>,
    Path(product): Path<i64>,
) -> Result<Json<Price>, Failure> {
    let found = database.rows(&context, &PRICE, [product], |row| {
        Ok(Price { product: row.get(0)?, cents: row.get(1)? })
    });
    let price = found.await?.into_iter().next();
    price.map(Json).ok_or_else(|| Failure::missing(format!("product {product} has no price")))
}

async fn quote(
    State(database): State<Arc<Database>>,
    Extension(context): Extension<Context>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Quote>, Failure> {
    let currency = wanted.currency.clone();
    let found = database.rows(&context, &RATE, [currency], |row| {
        Ok(Quote { currency: row.get(0)?, millionths: row.get(1)? })
    });
    let quote = found.await?.into_iter().next();
    quote.map(Json).ok_or_else(|| Failure::missing(format!("no rate for {}", wanted.currency)))
}
