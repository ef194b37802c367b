//! The shop service: its state, its routes, and the API that its scripts call.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::middleware::map_response;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use opentelemetry::Context;
use serde_json::{Value, json};

use crate::big::Big;
use crate::catalog::{Catalog, Lamp, Slot};
use crate::database::Database;
use crate::failure::Failure;
use crate::inbound::service;
use crate::outbound::Peer;
use crate::payment::{Charge, Receipt};
use crate::telemetry::Telemetry;
use crate::{Error, asset, page};

/// The account that every order is charged to.
const ACCOUNT: i64 = 1;

/// The three views of the client-side page: title and kind of lamp.
const VIEWS: [(&str, &str); 3] =
    [("Over the table", "pendant"), ("On the desk", "desk"), ("Out in the garden", "lantern")];

/// The services that the shop asks.
pub(crate) struct Peers {
    pub(crate) pricing: Peer,
    pub(crate) payment: Peer,
}

/// What pages and API calls work with.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) catalog: Catalog,
    pub(crate) telemetry: Telemetry,
    pub(crate) big: Big,
    /// Where the checkout's script asks for a quote: another origin.
    pub(crate) pricing: String,
    payment: Peer,
}

pub(crate) fn router(
    telemetry: &Telemetry,
    peers: Peers,
    pricing: String,
) -> Result<Router, Error> {
    let database = Database::open(telemetry.clone(), include_str!("schema/shop.sql"))?;
    let shop = Shop {
        catalog: Catalog::new(database, peers.pricing),
        telemetry: telemetry.clone(),
        big: Big::new(telemetry.clone()),
        pricing,
        payment: peers.payment,
    };
    let routes = pages()
        .layer(map_response(page::failure))
        .merge(api())
        .merge(asset::routes())
        .with_state(Arc::new(shop));
    Ok(service(routes, telemetry))
}

fn pages() -> Router<Arc<Shop>> {
    Router::new()
        .route("/", get(page::list))
        .route("/product/{id}", get(page::product))
        .route("/checkout", get(page::checkout))
        .route("/slow", get(page::slow))
        .route("/n-plus-one", get(page::n_plus_one))
        .route("/failing", get(page::failing))
        .route("/script-error", get(page::script_error))
        .route("/spa", get(page::spa))
        .route("/spa/{view}", get(page::spa))
        .route("/big", get(page::big))
        .fallback(page::missing)
}

fn api() -> Router<Arc<Shop>> {
    Router::new()
        .route("/api/cart", get(cart))
        .route("/api/delivery", get(delivery))
        .route("/api/order", post(order))
        .route("/api/fails", get(fails))
        .route("/api/view/{view}", get(view))
}

async fn cart(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
) -> Result<Json<Value>, Failure> {
    let lines = shop.catalog.cart(&context).await?;
    let cents: i64 = lines.iter().map(|line| line.cents).sum();
    Ok(Json(json!({ "lines": lines, "cents": cents })))
}

async fn delivery(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
) -> Result<Json<Slot>, Failure> {
    Ok(Json(shop.catalog.delivery(&context).await?))
}

/// Charges what the shop's own cart costs: the caller has no say in it.
async fn order(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
) -> Result<Json<Value>, Failure> {
    let lines = shop.catalog.cart(&context).await?;
    let cents = lines.iter().map(|line| line.cents).sum();
    let charge = Charge { account: ACCOUNT, cents };
    let Receipt { reference } = shop.payment.post(&context, "/charges", &charge).await?;
    let order = shop.catalog.order(&context, cents, reference.clone()).await?;
    Ok(Json(json!({ "order": order, "cents": cents, "reference": reference })))
}

async fn fails(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
) -> Result<Json<Vec<i64>>, Failure> {
    Ok(Json(shop.catalog.stock(&context, 7).await?))
}

async fn view(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
    Path(view): Path<usize>,
) -> Result<Json<Value>, Failure> {
    let wanted = view.checked_sub(1).and_then(|index| VIEWS.get(index));
    let (title, kind) =
        wanted.ok_or_else(|| Failure::missing(format!("there is no view {view}")))?;
    let lamps = shop.catalog.lamps_of(&context, kind).await?;
    let lamps: Vec<Value> = lamps.iter().map(thumbnail).collect();
    Ok(Json(json!({ "title": title, "lamps": lamps })))
}

fn thumbnail(lamp: &Lamp) -> Value {
    let picture = asset::lamp_path(&lamp.kind, lamp.hue);
    json!({ "id": lamp.id, "name": lamp.name, "blurb": lamp.blurb, "picture": picture })
}
