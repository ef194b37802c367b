//! The shop's pages, rendered on the server from the templates in `pages/`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use opentelemetry::trace::{SpanKind, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::asset;
use crate::big::MOST;
use crate::catalog::{Lamp, Rating};
use crate::failure::Failure;
use crate::markup::Markup;
use crate::shop::Shop;
use crate::tour::{TOUR, stop};

/// How long the slow page takes.
const SLOW: Duration = Duration::from_millis(1500);

type Page = Result<Markup, Failure>;

pub(crate) async fn list(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
) -> Page {
    let lamps = shop.catalog.lamps(&context).await?;
    let prices = shop.catalog.prices(&context).await?;
    let cards = lamps.iter().map(|lamp| card(lamp, prices.get(&lamp.id).copied())).collect();
    let content = Markup::fill(include_str!("pages/list.html"), &[("cards", &cards)]);
    Ok(layout("/", "Lamps", &content, &["list.js"]))
}

fn card(lamp: &Lamp, cents: Option<i64>) -> Markup {
    let price = Markup::text(&cents.map_or_else(|| "not for sale".to_owned(), euro));
    let mut fillings = portrait(lamp);
    fillings.insert("price", price);
    fill(include_str!("pages/card.html"), &fillings)
}

pub(crate) async fn product(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
    Path(id): Path<String>,
) -> Page {
    let number = id.parse().map_err(|_| Failure::missing(format!("there is no lamp {id}")))?;
    let lamp = shop.catalog.lamp(&context, number).await?;
    let rating = shop.catalog.rating(&context, number).await?;
    let price = shop.catalog.price(&context, number).await?;
    let mut fillings = portrait(&lamp);
    fillings.insert("price", Markup::text(&euro(price)));
    fillings.insert("rating", Markup::text(&stars(rating)));
    fillings.insert("reviews", Markup::number(rating.reviews));
    let content = fill(include_str!("pages/product.html"), &fillings);
    Ok(layout("/product", &lamp.name, &content, &[]))
}

pub(crate) async fn checkout(State(shop): State<Arc<Shop>>) -> Markup {
    let pricing = Markup::text(&shop.pricing);
    let content = Markup::fill(include_str!("pages/checkout.html"), &[("pricing", &pricing)]);
    layout("/checkout", "Checkout", &content, &["checkout.js"])
}

pub(crate) async fn slow(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
) -> Markup {
    let aisle = vec![KeyValue::new("shop.warehouse.aisle", 12)];
    let picking = shop.telemetry.start(&context, "pick from warehouse", SpanKind::Internal, aisle);
    picking.span().add_event("waiting for the forklift", vec![]);
    tokio::time::sleep(SLOW).await;
    picking.span().add_event("forklift has come", vec![]);
    picking.span().end();
    layout("/slow", "Slow", &Markup::fill(include_str!("pages/slow.html"), &[]), &[])
}

/// Asks for each row's rating by itself. Do not repair it: this is what the page is for.
pub(crate) async fn n_plus_one(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
) -> Page {
    let mut rows = Vec::new();
    for lamp in shop.catalog.lamps(&context).await? {
        let rating = shop.catalog.rating(&context, lamp.id).await?;
        let mut fillings = portrait(&lamp);
        fillings.insert("rating", Markup::text(&stars(rating)));
        fillings.insert("reviews", Markup::number(rating.reviews));
        rows.push(fill(include_str!("pages/rating.html"), &fillings));
    }
    let rows = rows.into_iter().collect();
    let content = Markup::fill(include_str!("pages/n-plus-one.html"), &[("rows", &rows)]);
    Ok(layout("/n-plus-one", "Ratings", &content, &[]))
}

pub(crate) async fn failing() -> Markup {
    let content = Markup::fill(include_str!("pages/failing.html"), &[]);
    layout("/failing", "Stock", &content, &["failing.js"])
}

pub(crate) async fn script_error() -> Markup {
    let content = Markup::fill(include_str!("pages/script-error.html"), &[]);
    layout("/script-error", "Script error", &content, &["script-error.js"])
}

/// The same document for every view: its script reads the address.
pub(crate) async fn spa() -> Markup {
    let content = Markup::fill(include_str!("pages/spa.html"), &[]);
    layout("/spa", "Views", &content, &["spa.js"])
}

pub(crate) async fn big(
    State(shop): State<Arc<Shop>>,
    Extension(context): Extension<Context>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Page {
    let asked = asked.get("spans").map_or("0", String::as_str);
    let count = asked.parse::<u32>().map_err(|_| {
        Failure::unfit(format!("spans is {asked}, wanted a whole number up to {MOST}"))
    })?;
    let count = count.min(MOST);
    let begin = Instant::now();
    shop.big.make(&context, count).await?;
    let outcome = if context.span().is_recording() {
        let spent = begin.elapsed().as_millis();
        format!("{} spans recorded and delivered in {spent} ms.", grouped(count))
    } else {
        "Nothing was recorded: the request did not ask for a trace.".to_owned()
    };
    let fillings = [
        ("outcome", &Markup::text(&outcome)),
        ("count", &Markup::number(count)),
        ("most", &Markup::number(MOST)),
        ("limit", &Markup::text(&grouped(MOST))),
    ];
    let content = Markup::fill(include_str!("pages/big.html"), &fillings);
    Ok(layout("/big", "Big trace", &content, &[]))
}

pub(crate) async fn missing(address: Uri) -> Failure {
    Failure::missing(format!("there is no page {}", address.path()))
}

/// Gives a page that failed the shop's looks; the rest of the answer stays as it is.
pub(crate) async fn failure(response: Response) -> Response {
    let Some(failure) = response.extensions().get::<Failure>().cloned() else {
        return response;
    };
    let title = failure.status.canonical_reason().unwrap_or("Failed");
    let fillings = [
        ("status", &Markup::text(failure.status.as_str())),
        ("title", &Markup::text(title)),
        ("message", &Markup::text(&failure.message)),
    ];
    let content = Markup::fill(include_str!("pages/failure.html"), &fillings);
    let mut answer = (failure.status, layout("/failure", title, &content, &[])).into_response();
    answer.extensions_mut().insert(failure);
    answer
}

/// The frame around every page: navigation, what to look for, scripts.
fn layout(path: &str, title: &str, content: &Markup, scripts: &[&str]) -> Markup {
    let here = stop(path);
    let links = TOUR.iter().map(|stop| {
        let current = here.is_some_and(|here| here.href == stop.href);
        let fillings = [
            ("href", &Markup::text(stop.href)),
            ("label", &Markup::text(stop.label)),
            ("look", &Markup::text(stop.look)),
            ("current", &Markup::text(if current { "page" } else { "false" })),
        ];
        Markup::fill(include_str!("pages/link.html"), &fillings)
    });
    let look = here.map_or_else(Markup::default, |stop| {
        let text = Markup::text(stop.look);
        Markup::fill(include_str!("pages/look.html"), &[("look", &text)])
    });
    let scripts = scripts.iter().map(|name| {
        Markup::fill(include_str!("pages/script.html"), &[("name", &Markup::text(name))])
    });
    let fillings = [
        ("title", &Markup::text(title)),
        ("links", &links.collect()),
        ("look", &look),
        ("content", content),
        ("scripts", &scripts.collect()),
    ];
    Markup::fill(include_str!("pages/layout.html"), &fillings)
}

/// What every template that shows a lamp can use.
fn portrait(lamp: &Lamp) -> BTreeMap<&'static str, Markup> {
    BTreeMap::from([
        ("id", Markup::number(lamp.id)),
        ("name", Markup::text(&lamp.name)),
        ("kind", Markup::text(&lamp.kind)),
        ("blurb", Markup::text(&lamp.blurb)),
        ("picture", Markup::text(&asset::lamp_path(&lamp.kind, lamp.hue))),
    ])
}

fn fill(template: &'static str, fillings: &BTreeMap<&'static str, Markup>) -> Markup {
    let fillings: Vec<_> = fillings.iter().map(|(name, filling)| (*name, filling)).collect();
    Markup::fill(template, &fillings)
}

fn euro(cents: i64) -> String {
    format!("€ {}.{:02}", cents / 100, cents % 100)
}

/// A count with commas, as in 200,000.
fn grouped(count: u32) -> String {
    match count {
        0..1000 => count.to_string(),
        _ => format!("{},{:03}", grouped(count / 1000), count % 1000),
    }
}

/// The mean with one decimal, rounded; a dash where nobody has said anything.
fn stars(rating: Rating) -> String {
    if rating.reviews == 0 {
        return "–".to_owned();
    }
    let tenths = (rating.stars * 10 + rating.reviews / 2) / rating.reviews;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_counts_and_stars_read_as_people_write_them() {
        assert_eq!(euro(450), "€ 4.50");
        assert_eq!(euro(12_905), "€ 129.05");
        assert_eq!([grouped(7), grouped(1_000), grouped(2_012_345)], ["7", "1,000", "2,012,345"]);
        assert_eq!(stars(Rating { reviews: 3, stars: 11 }), "3.7");
        assert_eq!(stars(Rating { reviews: 0, stars: 0 }), "–");
    }
}
